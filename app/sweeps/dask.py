"""Workers of a Dask cluster that compute maps: the extra `dask`.

A task is bytes, its answer is bytes; Dask pickles the name of the function beside them, between its
own processes. A cluster is for a network that is trusted, or with Dask's own TLS.
"""

import itertools
import logging
import time
import uuid
from types import TracebackType
from typing import Any, Self

import anyio
import msgspec

from unrolled.app.sweeps.running import WorkerEnded
from unrolled.app.sweeps.work import Done, version, work

PREFIX = "unrolled-"
_CONNECT = 10.0
"""Seconds within which a scheduler has to answer."""
_FRESH = 2.0
"""Seconds for which it is known which workers there are."""
_log = logging.getLogger("unrolled")


class NoCluster(Exception):
    """A scheduler does not answer, has no worker that fits, or the extra is not installed."""


def stopped() -> bool:
    """Whether the task that runs in this thread is wanted no more; asked in a worker."""
    from distributed import get_worker

    worker = get_worker()
    state = worker.state.tasks.get(worker.get_current_task())
    return state is None or state.state != "executing"


def work_here(task: bytes) -> bytes:
    """A task in a worker of Dask's."""
    return work(task, stopped)


class DaskPool:
    """A scheduler and its workers.

    Args:
        address: of the scheduler, `tcp://host:8786`, or with TLS `tls://…`.
        seconds: within which it has to answer.

    Attributes:
        workers: address of a worker → what the scheduler says of it, seen a few seconds ago.
        refused: address of a worker → what it has said of itself, where that is another version.
    """

    def __init__(self, address: str, seconds: float = _CONNECT) -> None:
        self.address, self._seconds = address, seconds
        self.workers: dict[str, Any] = {}
        self.refused: dict[str, str] = {}
        self._seen = 0.0
        self._client: Any = None
        self._count = itertools.count()
        self._name = f"{PREFIX}{uuid.uuid4().hex[:12]}"

    async def __aenter__(self) -> Self:
        """Connect, and look which workers fit.

        Raises:
            NoCluster: where nobody answers, or no worker fits.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise NoCluster("maps on a cluster need Dask: pip install 'unrolled[dask]'") from error
        client = self._client = Client(
            self.address, asynchronous=True, timeout=self._seconds, set_as_default=False
        )
        try:
            await client
            await self.look()
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await client.close()
            if isinstance(error, OSError | ValueError):
                told = f"no scheduler answers at {self.address}: {error}"
                raise NoCluster(told) from error
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self._client.close()

    @property
    def capacity(self) -> int:
        """How many tasks the workers that fit compute at once, and one each that waits there."""
        threads: list[int] = [
            seen["nthreads"]
            for address, seen in self.workers.items()
            if address not in self.refused
        ]
        return 2 * max(1, sum(threads))

    async def _see(self) -> None:
        """Which workers there are."""
        self.workers = dict((await self._client.scheduler.identity())["workers"])
        self._seen = time.monotonic()

    def _lost(self, error: BaseException) -> NoCluster:
        return NoCluster(f"the scheduler at {self.address} is gone: {error}")

    async def look(self) -> None:
        """Ask every worker for its version.

        Raises:
            NoCluster: naming the workers, where none fits.
        """
        await self._see()
        told = await self._client.run(version, on_error="return")
        names = {address: seen.get("name", address) for address, seen in self.workers.items()}
        for address, own in told.items():
            if own == version():
                self.refused.pop(address, None)
            elif address not in self.refused:
                self.refused[address] = _said(names.get(address, address), address, own)
                _log.warning("%s", self.refused[address])
        if not set(told) - set(self.refused):
            why = "; ".join(self.refused.values()) or "it has no workers"
            raise NoCluster(f"the cluster at {self.address} cannot compute this map: {why}")

    async def run(self, task: bytes) -> bytes:
        """Compute a task on a worker that fits; cancelling stops it there.

        Raises:
            WorkerEnded: several workers ended on it, one after the other.
            NoCluster: no worker fits any more.
        """
        while True:
            answer = await self._once(task)
            if answer is not None and not _refused(answer):
                return answer
            await self.look()

    async def _once(self, task: bytes) -> bytes | None:
        """An answer; None where the worker does not know the function."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        if time.monotonic() - self._seen > _FRESH:
            try:
                await self._see()
            except (OSError, AttributeError) as error:
                raise self._lost(error) from error
        fit = [address for address in self.workers if address not in self.refused]
        future = self._client.submit(
            work_here,
            task,
            key=f"{self._name}-{next(self._count)}",
            pure=False,
            workers=fit if self.refused else None,
            allow_other_workers=False,
        )
        try:
            answer: bytes = await future
        except KilledWorker as error:
            raise WorkerEnded from error
        except (ImportError, AttributeError):
            return None
        except FutureCancelledError as error:  # which nobody here has asked for
            raise self._lost(error) from error
        except BaseException:
            with anyio.CancelScope(shield=True), anyio.move_on_after(1.0):
                await self._client.cancel([future], force=True)
            raise
        return answer


def _refused(answer: bytes) -> bool:
    return msgspec.json.decode(answer, type=Done).refused is not None


def _said(name: object, address: str, own: Any) -> str:
    """Which worker has which version."""
    here = " with numbers ".join(map(str, version()))
    if isinstance(own, Exception):
        there = f"has no Unrolled that this one knows ({type(own).__name__}: {own})"
    else:
        there = f"has Unrolled {' with numbers '.join(map(str, own))}"
    return f"worker {name} at {address} {there}; needed: {here}"
