"""A map in processes of our own: the same numbers, whatever ends on the way."""

from __future__ import annotations

import os
import signal
import time

import anyio
import pytest

from tests.app.test_sweep_tasks import NAMES, sweep
from unrolled.app.sweeps.forms import Draw, draws
from unrolled.app.sweeps.local import LocalPool
from unrolled.app.sweeps.running import Found, Pool, WorkerEnded, computed
from unrolled.app.sweeps.work import work
from unrolled.engine import Sweep

Numbers = dict[str, dict[str, float | str | None]]


class Here:
    """Computes in this process, and counts."""

    capacity = 1

    def __init__(self) -> None:
        self.tasks = 0

    async def run(self, task: bytes) -> bytes:
        self.tasks += 1
        return work(task)


async def all_of(own: Sweep, pool: Pool) -> Numbers:
    found: Numbers = {}
    async with computed(draws(own), NAMES, pool) as stream:
        async for some in stream:
            for one in some:
                assert one.error is None
                assert one.draw.hash not in found
                found[one.draw.hash] = one.numbers
    return found


def expected(own: Sweep) -> Numbers:
    return anyio.run(all_of, own, Here())


async def running(pool: LocalPool, count: int) -> None:
    """Wait until so many processes are there."""
    for _ in range(3_000):
        if len(pool.processes) >= count:
            return
        await anyio.sleep(0.01)
    raise AssertionError("no process was started")


def test_processes_give_the_same_numbers_and_go_on_where_one_is_killed() -> None:
    own = sweep(seeds=8)

    async def killed_on_the_way() -> Numbers:
        async with LocalPool(2) as pool:
            async with anyio.create_task_group() as tasks:

                async def kill() -> None:
                    await running(pool, 1)
                    await anyio.sleep(0.4)
                    os.kill(pool.processes[0], signal.SIGKILL)

                tasks.start_soon(kill)
                found = await all_of(own, pool)
            pids = pool.processes
            assert pids
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        return found

    assert anyio.run(killed_on_the_way) == expected(own)


def test_leaving_stops_what_runs_within_two_seconds() -> None:
    """A network takes about a minute."""
    long = sweep(
        experiment={"network": {"hidden_size": 256}, "sequence": {"steps": 5000}},
        axes=[{"at": "/weights/spectral_radius", "values": [0.5, 1.0]}],
        rows=None,
    )

    async def leave() -> float:
        async with LocalPool(2) as pool, computed(draws(long), ["long_to_short"], pool):
            await running(pool, 2)
            await anyio.sleep(1.0)
            begun = time.monotonic()
        return time.monotonic() - begun

    assert anyio.run(leave) < 2.0


class Fatal(Here):
    """Ends on one network."""

    def __init__(self, form: bytes) -> None:
        super().__init__()
        self.form = form

    async def run(self, task: bytes) -> bytes:
        if self.form in task:
            raise WorkerEnded
        return await super().run(task)


def test_the_network_that_ends_its_workers_is_found() -> None:
    own = sweep(seeds=2)
    every = list(draws(own))
    bad = every[17]

    async def run() -> list[Found]:
        async with computed(every, NAMES, Fatal(bad.form)) as stream:
            return [one async for some in stream for one in some]

    found = anyio.run(run)
    assert [one.draw for one in found if one.error is not None] == [bad]
    assert len(found) == own.draws


def test_a_point_that_is_no_experiment_comes_back_with_its_error() -> None:
    own = sweep(rows={"at": "/network/cell", "values": ["rnn", "lstm"]})

    async def run() -> list[Found]:
        async with computed(draws(own), ["verdict"], Here()) as stream:
            return [one async for some in stream for one in some]

    found = anyio.run(run)
    wrong: list[Draw] = [one.draw for one in found if one.error is not None]
    assert {draw.point.at[0] for draw in wrong} == {0}
    assert len(found) == own.draws
