"""What computes beside a worker of Dask's, and a pool that outlives its cluster; without one."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from typing import Any, Self

import anyio
import anyio.lowlevel
import msgspec
import pytest

from tests.app.test_sweep_tasks import NAMES, sweep
from unrolled.app.sweeps import on_worker, patient
from unrolled.app.sweeps.dask import DaskPool, NoCluster
from unrolled.app.sweeps.forms import form_of
from unrolled.app.sweeps.on_worker import ENDED, beside
from unrolled.app.sweeps.patient import PatientPool
from unrolled.app.sweeps.work import Done, Task, version, work
from unrolled.engine import Sweep


def task(experiment: dict[str, Any], of: list[Any] | None = None) -> bytes:
    form = msgspec.Raw(form_of(experiment))
    return msgspec.json.encode(Task(of or version(), NAMES, [form]))


# A single network of it takes minutes, and asks nobody whether it is still wanted.
SLOW = {"network": {"hidden_size": 256}, "sequence": {"steps": 20_000}}


def here() -> int:
    """The process of this thread."""
    pid: int = on_worker._own.process.process.pid
    return pid


def told(answer: bytes) -> Done:
    return msgspec.json.decode(answer, type=Done)


def test_a_task_is_computed_beside_and_one_that_nobody_wants_ends_its_process() -> None:
    quick = task({})
    found = told(beside(quick, lambda: False))
    assert found.numbers == told(work(quick)).numbers
    slow = here()
    assert told(beside(task(SLOW), lambda: True)) == Done(stopped=True)
    with pytest.raises(ProcessLookupError):
        os.kill(slow, 0)
    assert told(beside(quick, lambda: False)).numbers == found.numbers
    threading.Timer(0.3, os.kill, (here(), signal.SIGKILL)).start()
    assert beside(task(SLOW), lambda: False) == ENDED
    assert told(beside(quick, lambda: False)).numbers == found.numbers
    os.kill(here(), signal.SIGKILL)
    for _ in range(1_000):
        if on_worker._own.process.process.poll() is not None:
            break
        time.sleep(0.01)
    assert told(beside(quick, lambda: False)).numbers == found.numbers
    last = on_worker._own.process
    assert told(beside(task({}, of=["0.0.1", 1]), lambda: False)).refused == version()
    assert last.process.poll() is None
    last.end()


class Fake:
    """A cluster that goes as often as it is told, with the task that it has."""

    goes: list[str]
    tasks: list[bytes]

    def __init__(self, address: str, seconds: float, *, quiet: bool) -> None:
        assert quiet
        self.refused = {"tcp://a:1": "worker a is of another version"}
        self.capacity = 6

    async def __aenter__(self) -> Self:
        if self.goes and self.goes[0].startswith("no"):
            raise NoCluster(self.goes.pop(0))
        return self

    async def __aexit__(self, *_: object) -> None:
        """It is gone."""

    async def look(self) -> None:
        """Workers have not changed."""

    async def run(self, task: bytes) -> bytes:
        self.tasks.append(task)
        if self.goes:
            raise NoCluster(self.goes.pop(0))
        return task[::-1]


def test_a_task_waits_for_its_cluster_and_is_computed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patient, "DaskPool", Fake)
    monkeypatch.setattr(patient, "_FIRST_SECONDS", 0.05)
    monkeypatch.setattr(Fake, "goes", ["no scheduler answers", "it is gone"], raising=False)
    monkeypatch.setattr(Fake, "tasks", [], raising=False)
    seen: list[str | None] = []

    async def run() -> None:
        async with PatientPool("tcp://x:1") as pool, anyio.create_task_group() as tasks:

            async def look() -> None:
                while True:
                    if not seen or seen[-1] != pool.why:
                        seen.append(pool.why)
                    await anyio.lowlevel.checkpoint()

            tasks.start_soon(look)
            assert await pool.run(b"abc") == b"cba"
            assert (pool.capacity, pool.waits) == (6, False)
            tasks.cancel_scope.cancel()

    anyio.run(run)
    assert Fake.tasks == [b"abc", b"abc"]
    without = "Without worker a is of another version."
    waits = ["It waits: no scheduler answers.", "It waits: it is gone."]
    first = PatientPool("tcp://x:1").why
    assert first == "It waits for the scheduler at tcp://x:1."
    assert [one for one in seen if one and one != first] == [waits[0], without, waits[1], without]


def test_what_dask_cancels_by_itself_is_no_end_of_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task group would take it for its own, and the points of the task would be missing."""

    async def cancelled(self: DaskPool, task: bytes) -> None:
        raise asyncio.CancelledError

    async def fresh(self: DaskPool) -> None:
        """Workers are there."""

    monkeypatch.setattr(DaskPool, "_once", cancelled)
    monkeypatch.setattr(DaskPool, "look", fresh)

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(DaskPool("tcp://x:1").run, b"")

    with pytest.raises(ExceptionGroup) as lost:
        anyio.run(run)
    assert lost.group_contains(NoCluster, match="is gone")


def test_points_that_are_known_are_neither_hashed_nor_looked_for() -> None:
    from tests.app.test_sweep_local import Here
    from unrolled.app.sweeps.known import Memory
    from unrolled.app.sweeps.whole import mapped

    own: Sweep = sweep()

    async def run() -> set[int]:
        seen = set()
        async with mapped(own, Here(), Memory(), done=lambda point: point.index % 2 == 0) as some:
            async for found in some:
                seen |= {one.draw.point.index for one in found}
        return seen

    assert anyio.run(run) == set(range(1, own.count, 2))
