"""Places of a map out of the database: those of a resolution, and what is looked at for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.sweep_tables import SWEEP_POINTS, SWEEPS
from unrolled.app.store.sweeps import behind, create, page
from unrolled.engine import Sweep

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(Settings(database_url=f"sqlite:///{tmp_path}/points.sqlite"))
    yield database
    await database.close()


async def filled(connection: AsyncConnection) -> dict[int, int]:
    """A map of 100 × 70 places, all of them known: sequence → stride."""
    said = {"name": "", "note": "", "document": "{}", "count": 7_000, "state": "paused"}
    row = await create(connection, Settings(), said | {"client": ""})
    axes = [
        {"at": "/weights/spectral_radius", "values": [n / 50 for n in range(1, 101)]},
        {"at": "/sequence/steps", "values": list(range(1, 71))},
    ]
    points = list(Sweep.of({"axes": axes}).points())
    rows = [
        {"sweep": row.number, "sequence": n, "place": n, "stride": one.stride, "body": "[]"}
        for n, one in enumerate(points, start=1)
    ]
    await connection.execute(insert(SWEEP_POINTS), rows)
    assert row.number == 1
    assert SWEEPS.c.number.name == "number"
    return {one["sequence"]: one["stride"] for one in rows}


async def test_a_page_holds_the_places_of_a_resolution_in_their_order(store: Database) -> None:
    strides = await store.write(filled)
    for stride in (1, 2, 16, 128):
        wanted = [n for n, own in strides.items() if own >= stride]
        found: list[int] = []
        while rows := await store.read(
            partial(page, number=1, after=(found or [0])[-1], limit=1_000, stride=stride)
        ):
            assert all(one.body == "[]" and one.stride >= stride for one in rows)
            found += [one.sequence for one in rows]
        assert found == wanted
    assert [one.sequence for one in await store.read(lambda c: page(c, 1, 2, 1, 64))] == [3]


async def plan(connection: AsyncConnection, stride: int) -> list[str]:
    """How SQLite finds the places behind one."""
    asked: Any = behind(1, 5_000, 500, stride)
    text = asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return [row[-1] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]


async def test_only_places_of_a_resolution_are_looked_at(store: Database) -> None:
    await store.write(filled)
    (found,) = await store.read(lambda c: plan(c, 1))
    assert "(sweep=? AND sequence>?)" in found
    steps = await store.read(lambda c: plan(c, 1_024))
    looks = [one for one in steps if "sweep_points" in one]
    assert len(looks) == 5
    assert {one.partition("USING ")[2] for one in looks} == {
        "INDEX sweep_points_stride (sweep=? AND stride=? AND sequence>?)"
    }
