"""The view Map: its page, and the built-in maps that it and every client are given."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from unrolled.engine import Sweep

pytestmark = pytest.mark.anyio


async def test_built_in_maps_are_ready_to_be_taken(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/maps")
    assert answer.status_code == 200
    maps = answer.json()["maps"]
    assert len(maps) > 3
    for one in maps:
        assert Sweep.of(one["sweep"]).count > 1  # no field is null beside another


@pytest.mark.parametrize("workers", [0, 1])
async def test_a_service_that_computes_no_map_says_so(
    opened: Callable[..., Any], workers: int
) -> None:
    async with opened(sweep_workers=workers) as client:
        page = (await client.get("/map")).text
    assert ('id="map-nobody"' in page) is (workers == 0)
