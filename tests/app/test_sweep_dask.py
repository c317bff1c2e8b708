"""A map on a Dask cluster: a real scheduler and two worker processes on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from scripts import service
from tests.app.test_sweep_local import Here, Numbers, all_of, expected
from tests.app.test_sweep_tasks import NAMES, sweep
from unrolled.app.sweeps.dask import DaskPool, NoCluster
from unrolled.app.sweeps.forms import draws
from unrolled.app.sweeps.known import Memory
from unrolled.app.sweeps.running import computed
from unrolled.app.sweeps.whole import mapped
from unrolled.engine import Sweep

ROOT = Path(__file__).resolve().parents[2]
OTHER = "import unrolled.app.sweeps.work as work\nwork.NUMBERS_VERSION = 999\n"
"""What makes a worker one of another version."""


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask's, which ends with the block."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def worker(scheduler: str, name: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    said = ("--no-nanny", "--no-dashboard", "--nthreads", "1", "--name", name, *more)
    with started("distributed.cli.dask_worker", scheduler, *said) as process:
        yield process


@contextmanager
def scheduling(port: int | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler's address, and its process."""
    port = port or service.unused_port()
    said = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    with started("distributed.cli.dask_scheduler", *said) as process:
        yield f"tcp://127.0.0.1:{port}", process


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with scheduling() as (address, _):
        yield address


async def joined(scheduler: str, count: int) -> DaskPool:
    """A pool, not yet entered, of a cluster that so many workers have joined."""
    for _ in range(200):
        try:
            async with DaskPool(scheduler, seconds=20.0) as pool:
                if len(pool.workers) == count:
                    return DaskPool(scheduler)
        except NoCluster:
            pass
        await anyio.sleep(0.2)
    raise AssertionError("the workers did not join")


def test_the_numbers_are_the_same_where_a_worker_is_killed_in_the_middle(scheduler: str) -> None:
    own = sweep(seeds=16)

    async def run(victim: subprocess.Popen[bytes]) -> tuple[Numbers, int]:
        pool = await joined(scheduler, 2)
        found: Numbers = {}
        async with pool, computed(draws(own), NAMES, pool) as stream:
            async for some in stream:
                found |= {one.draw.hash: one.numbers for one in some if one.error is None}
                if victim.poll() is None and len(found) > own.draws // 4:
                    victim.send_signal(signal.SIGKILL)
            await pool.look()
            return found, len(pool.workers)

    with worker(scheduler, "one"), worker(scheduler, "two") as victim:
        found, left = anyio.run(run, victim)
    assert victim.returncode == -signal.SIGKILL
    assert left == 1
    assert found == expected(own)


def test_a_worker_of_another_version_is_refused_by_name(scheduler: str, tmp_path: Path) -> None:
    preload = tmp_path / "other.py"
    preload.write_text(OTHER)

    async def refused() -> str:
        for _ in range(200):
            try:
                async with DaskPool(scheduler, seconds=20.0):
                    raise AssertionError("a worker of another version was taken")
            except NoCluster as error:
                if "worker" in str(error) and "needed" in str(error):
                    return str(error)
            await anyio.sleep(0.2)
        raise AssertionError("the worker did not join")

    async def among_others() -> tuple[Numbers, dict[str, str]]:
        pool = await joined(scheduler, 2)
        async with pool:
            return await all_of(sweep(), pool), pool.refused

    with worker(scheduler, "old", "--preload", str(preload)):
        told = anyio.run(refused)
        assert "worker old at tcp://127.0.0.1:" in told
        assert "with numbers 999" in told
        with worker(scheduler, "new"):
            found, others = anyio.run(among_others)
    assert found == expected(sweep())
    assert ["worker old" in told for told in others.values()] == [True]


def test_leaving_stops_what_runs_on_the_cluster_within_two_seconds(scheduler: str) -> None:
    """The worker is free for another map again."""
    long = sweep(
        experiment={"network": {"hidden_size": 64}, "sequence": {"steps": 500}}, rows=None, seeds=90
    )

    async def run() -> float:
        pool = await joined(scheduler, 1)
        async with pool:
            async with computed(draws(long), ["lyapunov", "log10_norm"], pool) as stream:
                await stream.receive()
                begun = time.monotonic()
            left = time.monotonic() - begun
            assert await all_of(sweep(rows=None), pool) == one_map
            return left

    one_map = expected(sweep(rows=None))
    with worker(scheduler, "one"):
        assert anyio.run(run) < 2.0


def test_where_nobody_answers_the_address_is_named() -> None:
    port = service.unused_port()

    async def run() -> None:
        async with DaskPool(f"tcp://127.0.0.1:{port}", seconds=0.5):
            pass

    with pytest.raises(NoCluster, match=f"no scheduler answers at tcp://127.0.0.1:{port}"):
        anyio.run(run)


def test_where_the_scheduler_is_killed_what_was_found_is_kept() -> None:
    own, kept = sweep(seeds=40, numbers=NAMES), Memory()

    async def run(address: str, process: subprocess.Popen[bytes]) -> None:
        await joined(address, 1)
        async with DaskPool(address, seconds=2.0) as pool, mapped(own, pool, kept) as stream:
            async for _ in stream:
                process.send_signal(signal.SIGKILL)

    with (
        scheduling() as (address, process),
        worker(address, "one"),
        pytest.raises(ExceptionGroup) as lost,
    ):
        anyio.run(run, address, process)
    assert lost.group_contains(NoCluster, match="is gone")
    assert 0 < len(kept.known) < own.draws
    assert anyio.run(all_kept, own, kept, Here()) == expected(own)


async def all_kept(own: Sweep, kept: Memory, pool: Here) -> Numbers:
    async with mapped(own, pool, kept) as stream:
        return {one.draw.hash: one.numbers async for some in stream for one in some}
