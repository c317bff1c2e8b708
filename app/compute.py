"""The only door between a request and the engine.

Everything the engine does happens in worker processes: the event loop stays free, a job can
be stopped when its client leaves or its time is over, and a crash takes one answer with it.
"""

import logging
import math
import os
from collections.abc import Awaitable, Callable

import anyio
from anyio import BrokenResourceError, BrokenWorkerProcess, CapacityLimiter, to_process

from app.errors import BadInput, ClientGone, InputError, JobFailed, TooSlow
from app.job import Outcome, work
from app.schemas import Experiment

GRACE = 0.5
"""Seconds that a running job may go on after its client left: a new worker costs as much."""

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_log = logging.getLogger("unrolled")


class Compute:
    """A pool of worker processes, one BLAS thread each.

    Args:
        workers: how many jobs run at once; others wait for their turn.
        seconds: how long one job may run.
    """

    def __init__(self, workers: int, seconds: float) -> None:
        self._workers = workers
        self._seconds = seconds
        self._turns = CapacityLimiter(workers)
        for name in _ONE_THREAD:  # read by the numeric libraries when a worker starts
            os.environ.setdefault(name, "1")

    async def warm(self) -> None:
        """Start every worker and let it run a first job, so that no client waits for that.

        Raises:
            ExceptionGroup: of JobFailed, where a worker cannot compute; the log says why.
        """
        async with anyio.create_task_group() as tasks:
            for _ in range(self._workers):
                tasks.start_soon(self.flow, Experiment(), False, anyio.sleep_forever)

    async def flow(
        self, experiment: Experiment, packed: bool, gone: Callable[[], Awaitable[None]]
    ) -> bytes:
        """The answer to an experiment as JSON.

        Args:
            experiment: validated and within the limits.
            packed: whether to compress the answer with gzip.
            gone: returns when the client has left. A job that waits is then dropped at once,
                one that runs is stopped after `GRACE`.
        Raises:
            BadInput: what the engine cannot do, with the pointer to it.
            TooSlow: the time is over; the job is stopped.
            JobFailed: the worker crashed, or the engine did.
            ClientGone: nobody waits any more.
        """
        outcome = await self._run(experiment.model_dump_json().encode(), packed, gone)
        match outcome:
            case Outcome("answer"):
                return outcome.body
            case Outcome("invalid"):
                raise BadInput([InputError(outcome.pointer, outcome.detail)])
            case Outcome("slow"):
                raise TooSlow(self._seconds)
            case Outcome("failed"):
                _log.error("a job failed:\n%s", outcome.detail)
                raise JobFailed
        raise ClientGone

    async def _run(
        self, experiment: bytes, packed: bool, gone: Callable[[], Awaitable[None]]
    ) -> Outcome | None:
        """Wait for a turn and run; None where the client left first."""
        outcome = None
        running = False
        async with anyio.create_task_group() as tasks:

            async def leave() -> None:
                await gone()
                await anyio.sleep(GRACE if running else 0)
                tasks.cancel_scope.cancel()

            tasks.start_soon(leave)
            async with self._turns:
                running = True
                outcome = await self._in_worker(experiment, packed)
            tasks.cancel_scope.cancel()
        return outcome

    async def _in_worker(self, experiment: bytes, packed: bool) -> Outcome:
        """One job in one worker; cancelling it kills the worker.

        A worker whose pipe was closed while it was idle has not read the job, so another one
        gets it; all of them may have ended so. One that crashes on a job costs it its answer.
        """
        everyone = CapacityLimiter(math.inf)
        idle = self._workers
        try:
            with anyio.fail_after(self._seconds):
                while True:
                    try:
                        return await to_process.run_sync(
                            work, experiment, packed, cancellable=True, limiter=everyone
                        )
                    except BrokenWorkerProcess as error:
                        if not idle or not isinstance(error.__cause__, BrokenResourceError):
                            detail = f"the worker crashed: {error.__cause__!r}"
                            return Outcome("failed", detail=detail)
                        idle -= 1
        except TimeoutError:
            return Outcome("slow")
