"""What computes for long makes nobody wait, and neither does the garbage of the service."""

from __future__ import annotations

import gc
import os

import anyio
import pytest

from tests.app.test_sweep_tasks import NAMES, sweep
from unrolled.app.sweeps.forms import draws
from unrolled.app.sweeps.local import LocalPool
from unrolled.app.sweeps.running import computed


@pytest.mark.parametrize("policy", ["idle", "low"])
def test_what_computes_maps_stands_behind_all_else_of_its_session(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    monkeypatch.setenv("UNROLLED_BACKGROUND", policy)
    seen = set()

    async def look() -> None:
        own = sweep(seeds=4)
        async with LocalPool(1) as pool, computed(draws(own), NAMES, pool) as stream:
            async for _ in stream:
                for pid in pool.processes:
                    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
                    assert os.getpgid(pid) == pid  # Ctrl-C is for the one that started it
                    seen.add((os.sched_getscheduler(pid), os.getsid(pid)))

    anyio.run(look)
    expected = os.SCHED_IDLE if policy == "idle" else os.SCHED_OTHER
    assert seen == {(expected, os.getsid(0))}


@pytest.mark.anyio
async def test_a_service_is_not_looked_through_for_garbage(client) -> None:
    assert (await client.get("/api/v1/runs")).status_code == 200  # its database has its tables
    assert gc.get_freeze_count() > 100_000
