"""Workers of a Dask cluster that compute maps: the extra `dask`.

A task is bytes, its answer is bytes; Dask pickles the name of the function beside them, between its
own processes. A cluster is for a network that is trusted, or with Dask's own TLS.
"""

import asyncio
import itertools
import logging
import time
import uuid
from types import TracebackType
from typing import Any, Self

import anyio
import msgspec

from unrolled.app.sweeps.on_worker import ENDED, work_here
from unrolled.app.sweeps.running import WorkerEnded
from unrolled.app.sweeps.work import version

PREFIX = "unrolled-"
_CONNECT = 10.0
"""Seconds within which a scheduler has to answer, and a worker to say its version."""
_FRESH = 1.0
"""Seconds for which it is known which workers there are."""
_AGAIN = 30.0
"""Seconds after which one that was refused is asked again: its address may be another's."""
_TRIES = 2
"""So many processes may end on a task before it is said to end them."""
_log = logging.getLogger("unrolled")


class NoCluster(Exception):
    """A scheduler does not answer, has no worker that fits, or the extra is not installed."""


class DaskPool:
    """A scheduler and its workers.

    Args:
        address: of the scheduler, `tcp://host:8786`, or with TLS `tls://…`.
        seconds: within which it has to answer.
        quiet: whether whoever asks says by himself what is wrong, and the log does not.

    Attributes:
        workers: address of a worker → what the scheduler says of it, seen a second ago.
        refused: address of a worker → what it has said of itself, where that is another version.
    """

    def __init__(self, address: str, seconds: float = _CONNECT, *, quiet: bool = False) -> None:
        self.address, self._seconds, self._quiet = address, seconds, quiet
        self.workers: dict[str, Any] = {}
        self.refused: dict[str, str] = {}
        self._fit: set[str] = set()
        self._seen = self._asked = 0.0
        self._looks = anyio.Lock()
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
        if self._quiet:
            logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        try:
            client = self._client = Client(
                self.address, asynchronous=True, timeout=self._seconds, set_as_default=False
            )
        except (OSError, ValueError) as error:  # no address, or no certificate for it
            raise self._silent(error) from error
        try:
            await client
            await self.look()
        except BaseException as error:
            await self._close()
            if isinstance(error, OSError | ValueError | TypeError | RuntimeError):
                raise self._silent(error) from error
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        """At once, also where the scheduler does not answer any more."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(1.0):
            await self._client.close()

    def _silent(self, error: BaseException) -> NoCluster:
        return NoCluster(f"no scheduler answers at {self.address}: {error}")

    def _lost(self, error: BaseException) -> NoCluster:
        return NoCluster(f"the scheduler at {self.address} is gone: {error}")

    @property
    def capacity(self) -> int:
        """How many tasks the workers that fit compute at once, and one each that waits there."""
        threads: list[int] = [
            self.workers[address]["nthreads"] for address in self._fit & set(self.workers)
        ]
        return 2 * max(1, sum(threads))

    async def look(self) -> None:
        """See which workers there are, and ask those that are new for their version.

        Raises:
            NoCluster: the scheduler is gone, or no worker fits: it names them.
        """
        async with self._looks:
            try:
                self.workers = dict((await self._client.scheduler.identity())["workers"])
            except (OSError, AttributeError, RuntimeError) as error:
                raise self._lost(error) from error
            self._seen = now = time.monotonic()
            for address in [one for one in self.refused if one not in self.workers]:
                del self.refused[address]
            self._fit &= set(self.workers)
            new = set(self.workers) - self._fit
            if now - self._asked < _AGAIN:
                new -= set(self.refused)
            else:
                self._asked = now
            async with anyio.create_task_group() as tasks:
                for address in new:
                    tasks.start_soon(self._ask, address)
        if not self._fit:
            why = "; ".join(self.refused.values())
            if not why:
                silent = sorted(map(self._name_of, self.workers))
                why = f"{', '.join(silent)} does not answer" if silent else "it has no workers"
            raise NoCluster(f"the cluster at {self.address} cannot compute this map: {why}")

    async def _ask(self, address: str) -> None:
        """One worker's version; who says none is asked at the next look."""
        told: dict[str, Any] = {}
        with anyio.move_on_after(self._seconds):
            try:
                told = await self._client.run(version, workers=[address], on_error="return")
            except (OSError, ValueError, RuntimeError):  # it has just left
                return
        own = told.get(address)
        if own == version():
            self.refused.pop(address, None)
            self._fit.add(address)
        elif own is not None and not isinstance(own, OSError):
            self._refuse(address, own)

    def _refuse(self, address: str, own: Any) -> None:
        self._fit.discard(address)
        if address not in self.refused:
            self.refused[address] = _said(self._name_of(address), address, own)
            if not self._quiet:
                _log.warning("%s", self.refused[address])

    def _name_of(self, address: str) -> Any:
        return self.workers.get(address, {}).get("name", address)

    async def run(self, task: bytes) -> bytes:
        """Compute a task on a worker that fits; cancelling stops it there.

        Raises:
            WorkerEnded: several processes ended on it, one after the other.
            NoCluster: the scheduler is gone, or no worker fits any more.
        """
        try:
            return await self._tried(task)
        except asyncio.CancelledError as error:
            if cancelling():
                raise
            raise self._lost(error) from error  # Dask's own, not ours

    async def _tried(self, task: bytes) -> bytes:
        left = _TRIES
        while True:
            if time.monotonic() - self._seen > _FRESH:
                await self.look()
            told = await self._once(task)
            if told is None:
                await self.look()
                continue
            address, answer = told
            if answer == ENDED:
                left -= 1
                if not left:
                    raise WorkerEnded
                continue
            done = msgspec.json.decode(answer, type=_Head)
            if done.refused is not None:
                self._refuse(address, done.refused)
            elif not done.stopped:
                return answer

    async def _once(self, task: bytes) -> tuple[str, bytes] | None:
        """A worker and its answer; None where it does not know the function, or is gone."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        fit = sorted(self._fit) if set(self._fit) != set(self.workers) else None
        try:
            future = self._client.submit(
                work_here,
                task,
                key=f"{self._name}-{next(self._count)}",
                pure=False,
                workers=fit,
                allow_other_workers=False,
            )
        except (OSError, RuntimeError, AttributeError) as error:  # closed meanwhile
            raise self._lost(error) from error
        # Answers are fetched together: a wait that is cut off would cut off those of other tasks.
        waiting = asyncio.ensure_future(future.result())
        try:
            while not (await asyncio.wait({waiting}, timeout=_FRESH))[0]:
                if fit is not None and not self._fit & set(fit):
                    await self._drop(future)
                    return None
            answer: tuple[str, bytes] = await waiting
        except KilledWorker as error:
            raise WorkerEnded from error
        except (ImportError, AttributeError):
            return None
        except (FutureCancelledError, OSError) as error:  # which nobody here has asked for
            raise self._lost(error) from error
        except RuntimeError as error:  # a scheduler without Unrolled, or closed meanwhile
            raise NoCluster(f"the scheduler at {self.address} takes no task: {error}") from error
        except BaseException:
            await self._drop(future)
            raise
        finally:
            waiting.cancel()
        return answer

    async def _drop(self, future: Any) -> None:
        """It is wanted no more."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(1.0):
            await self._client.cancel([future], force=True)


def cancelling() -> bool:
    """Whether somebody wants this task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _Head(msgspec.Struct):
    """Of an answer what says whether it is one."""

    refused: list[Any] | None = None
    stopped: bool = False


def _said(name: object, address: str, own: Any) -> str:
    """Which worker has which version."""
    here = " with numbers ".join(map(str, version()))
    if isinstance(own, Exception):
        there = f"has no Unrolled that this one knows ({type(own).__name__}: {own})"
    else:
        there = f"has Unrolled {' with numbers '.join(map(str, own))}"
    return f"worker {name} at {address} {there}; needed: {here}"
