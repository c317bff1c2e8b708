"""A cluster that may come, go and come back: a map waits for it, and says why."""

import logging
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import TaskGroup

from unrolled.app.sweeps.dask import DaskPool, NoCluster

LOOK_SECONDS = 1.0
"""How soon is seen that workers have come or gone."""
_CONNECT_SECONDS = 5.0
"""So long a scheduler has to answer before the map says that none does."""
_FIRST_SECONDS, _MOST_SECONDS = 1.0, 5.0
"""A scheduler that does not answer is asked again after so long, at last after so long."""
_log = logging.getLogger("unrolled.sweeps")


class PatientPool:
    """A scheduler and its workers, whenever they are there.

    Where they go, the tasks that they had are computed again once they are back, and no others.

    Args:
        address: of the scheduler.

    Attributes:
        why: what it waits for, or which workers are left out, in words; None: neither.
        waits: whether nothing is computed.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.why: str | None = f"It waits for the scheduler at {address}."
        self.waits = True
        self._pool: DaskPool | None = None
        self._there = anyio.Event()
        self._gone = anyio.Event()
        self._why_gone: NoCluster | None = None
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        """It need not be there yet."""
        self._tasks = await anyio.create_task_group().__aenter__()
        self._tasks.start_soon(self._hold)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(kind, error, trace)

    @property
    def capacity(self) -> int:
        """As that of the pool that is there."""
        return 2 if self._pool is None else self._pool.capacity

    async def run(self, task: bytes) -> bytes:
        """Compute a task, however long that may take; cancelling stops it.

        Raises:
            WorkerEnded: several processes ended on it, one after the other.
        """
        while True:
            while self._pool is None:
                await self._there.wait()
            pool = self._pool
            try:
                return await pool.run(task)
            except NoCluster as error:
                if pool is self._pool:
                    self._let_go(error)

    def _let_go(self, error: NoCluster) -> None:
        """It is of no use any more."""
        self._pool, self._why_gone, self._there = None, error, anyio.Event()
        self._gone.set()

    async def _hold(self) -> None:
        """Connect, again and again."""
        pause = _FIRST_SECONDS
        while True:
            try:
                async with DaskPool(self.address, _CONNECT_SECONDS, quiet=True) as pool:
                    pause = _FIRST_SECONDS
                    await self._until_gone(pool)
            except NoCluster as error:
                self._say(f"It waits: {error}.", waits=True)
            await anyio.sleep(pause)
            pause = min(2 * pause, _MOST_SECONDS)

    def _say(self, why: str | None, *, waits: bool) -> None:
        """The log has a line where it changes."""
        if why != self.why:
            _log.warning("%s", why or "The cluster computes again.")
        self.why, self.waits = why, waits

    async def _until_gone(self, pool: DaskPool) -> None:
        """Let tasks be computed there.

        Raises:
            NoCluster: no more are.
        """
        self._pool, self._gone = pool, anyio.Event()
        self._there.set()
        try:
            while True:
                refused = "; ".join(pool.refused.values())
                self._say(f"Without {refused}." if refused else None, waits=False)
                with anyio.move_on_after(LOOK_SECONDS):
                    await self._gone.wait()
                    assert self._why_gone is not None
                    raise self._why_gone
                await pool.look()
        finally:
            if pool is self._pool:
                self._pool, self._there = None, anyio.Event()
