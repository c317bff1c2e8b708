"""The only door between a request and the engine.

Everything the engine does happens in worker processes: the event loop stays free, a job can
be stopped when its client leaves or its time is over, and a crash takes one answer with it.
"""

import logging
import math
import os
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
from anyio import BrokenResourceError, BrokenWorkerProcess, CapacityLimiter, to_process

from unrolled.app.came import NOTHING, Came
from unrolled.app.canonical import canonical
from unrolled.app.errors import (
    BadInput,
    CannotStart,
    ClientGone,
    JobFailed,
    NotTaken,
    QueueFull,
    TooLarge,
    TooSlow,
    Unreadable,
)
from unrolled.app.files.job import read_file
from unrolled.app.job import work
from unrolled.app.killed import ended_by
from unrolled.app.outcome import Outcome
from unrolled.app.reading import read
from unrolled.app.schemas import Experiment
from unrolled.app.series.job import read_series
from unrolled.app.settings import Settings
from unrolled.app.sizes import UNLIMITED, Most

GRACE = 0.5
"""Seconds that a running job may go on after its client left: a new worker costs as much."""

_NEWEST = 0.2
_CRASHED = "the worker crashed"
_INTERRUPTED = "it was interrupted"
"""The weight of the newest job in the running mean of how long jobs take."""

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_KEPT = {"MALLOC_MMAP_THRESHOLD_": 2**22, "MALLOC_TRIM_THRESHOLD_": 2**24}
"""Bytes up to which glibc keeps what is freed: an array then costs no page faults, again and again
one a page; one such array, and so much in all. Other C libraries read neither."""

_READING = "the file cannot be read: reading it"
_MOST_READ = 2
"""Large bodies that are parsed at once: each takes many times its size while it is."""

Job = Callable[..., Outcome]

_log = logging.getLogger("unrolled")


class Compute:
    """A pool of worker processes, one BLAS thread each.

    Args:
        workers: how many jobs run at once; others wait for their turn.
        seconds: how long one job may run.
        memory_bytes: how much memory one job may take beside what its worker has.
        max_waiting: how many others may wait.
        most: what an experiment may ask for, which no advice goes beyond.

    Attributes:
        workers: as given.
        warmed: whether every worker has computed once.
        refusals: reason → how many requests were refused or lost for it.
    """

    def __init__(
        self,
        workers: int,
        seconds: float,
        memory_bytes: int = 2**31,
        max_waiting: int = 64,
        most: Most = UNLIMITED,
    ) -> None:
        self.workers = workers
        self.warmed = self._warming = False
        self.refusals = dict.fromkeys(("queue", "time", "memory", "input", "failed", "gone"), 0)
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._max_waiting = max_waiting
        self._most = most
        self._present = 0
        self._usual = 0.0
        self._begun: set[float] = set()
        self._turns = CapacityLimiter(workers)
        self._reads = CapacityLimiter(max(1, min(_MOST_READ, workers // 2)))
        for name in _ONE_THREAD:  # read by the numeric libraries when a worker starts
            os.environ.setdefault(name, "1")
        for name, size in _KEPT.items():
            os.environ.setdefault(name, str(size))

    @property
    def busy(self) -> int:
        """How many workers compute."""
        return min(self._present, self.workers)

    @property
    def waiting(self) -> int:
        """How many requests wait for a worker."""
        return self._present - self.busy

    @property
    def full(self) -> bool:
        """Whether one more request would be refused."""
        return self._present >= self.workers + self._max_waiting

    @property
    def retry_after(self) -> int:
        """Whole seconds after which the queue should be shorter.

        From how long jobs took lately, or from how long those in hand take already, where that is
        longer.
        """
        now = time.monotonic()
        ages = [now - begun for begun in self._begun]
        each = max(self._usual, sum(ages) / len(ages) if ages else 0.0)
        return max(1, math.ceil(each * (self.waiting + 1) / self.workers))

    async def warm(self) -> None:
        """Start every worker and let it run a first job, so that no client waits for that.

        Raises:
            CannotStart: a worker cannot compute.
        """
        self._warming = True
        try:
            async with anyio.create_task_group() as tasks:
                for _ in range(self.workers):
                    tasks.start_soon(self.flow, canonical(Experiment()), False, anyio.sleep_forever)
        except ExceptionGroup as errors:
            raise CannotStart(self._why(errors.exceptions[0])) from errors
        finally:
            self._warming = False
        self.warmed = True

    def _why(self, error: Exception) -> str:
        """Why a worker cannot compute a first job, in a line."""
        if isinstance(error, TooSlow):
            return f"a first job takes more than {self._seconds:g} s (UNROLLED_JOB_SECONDS)"
        lines = getattr(error, "detail", "").split("\n")
        how = next((line for line in reversed(lines) if line), "its memory is used up")
        if how == _INTERRUPTED:
            return f"a worker cannot compute: {how}"
        if how.startswith(_CRASHED):
            how = "it ends before it has an answer, as where its memory is used up"
        return (
            f"a worker cannot compute: {how}; it may take {self._memory_bytes} bytes of memory "
            "(UNROLLED_MEMORY_BYTES)"
        )

    async def flow(
        self,
        experiment: bytes,
        packed: bool,
        gone: Callable[[], Awaitable[None]],
        came: Came = NOTHING,
    ) -> bytes:
        """The answer to an experiment as JSON.

        Args:
            experiment: validated and within the limits, in its canonical form.
            packed: whether to compress the answer with gzip.
            gone: returns when the client has left. A job that waits is then dropped at once,
                one that runs is stopped after `GRACE`.
            came: what else the experiment names.
        Raises:
            BadInput: what the engine cannot do, with the pointer to it.
            QueueFull: as many wait as may; at once.
            TooSlow: the time is over; the job is stopped.
            TooLarge: the memory is used up; the job is stopped.
            JobFailed: the worker crashed, or the engine did.
            ClientGone: nobody waits any more.
        """
        job = partial(work, experiment, packed, self._memory_bytes, self._most)
        if came is not NOTHING:
            job = partial(job, came)
        return await self._answer(job, gone)

    async def read(
        self, route: str, body: bytes, settings: Settings, gone: Callable[[], Awaitable[None]]
    ) -> bytes:
        """The canonical form of a large body, as `flow` takes it; the errors are those of `flow`.

        Args:
            route: one of `app.forms.FORMS`.
            body: as it came.
            settings: the limits of what it may ask for.
            gone: as for `flow`.
        Raises:
            Unreadable: the body is no JSON.
        """
        job = partial(read, route, body, settings, self._memory_bytes)
        return await self._answer(job, gone, self._reads)

    async def read_file(self, folder: str, gone: Callable[[], Awaitable[None]]) -> bytes:
        """What the file of an upload holds, as `app.files.job` says it.

        Args:
            folder: where it stands.
            gone: as for `flow`.
        Raises:
            NotTaken: the file cannot be read, whatever ends the reading.
            QueueFull, ClientGone: as for `flow`.
        """
        return await self._read(partial(read_file, folder, self._memory_bytes), gone)

    async def read_series(
        self, folder: str, name: str, wanted: str | None, gone: Callable[[], Awaitable[None]]
    ) -> bytes:
        """The sequence of an upload, as `app.series.job` says it; the errors are `read_file`'s.

        Args:
            folder: where the file stands.
            name: that it has where it comes from.
            wanted: its format, where somebody said it.
            gone: as for `flow`.
        """
        return await self._read(
            partial(read_series, folder, name, wanted, self._memory_bytes), gone
        )

    async def _read(self, job: Job, gone: Callable[[], Awaitable[None]]) -> bytes:
        try:
            return await self._answer(job, gone, self._reads)
        except TooSlow:
            raise NotTaken(422, f"{_READING} takes more than {self._seconds:g} s") from None
        except TooLarge:
            told = f"{_READING} takes more than {self._memory_bytes} bytes of memory"
            raise NotTaken(422, told) from None
        except JobFailed:
            raise NotTaken(422, f"{_READING} ends in a crash of what reads it") from None

    async def _answer(
        self, job: Job, gone: Callable[[], Awaitable[None]], few: CapacityLimiter | None = None
    ) -> bytes:
        if self.full:
            self.refusals["queue"] += 1
            raise QueueFull(self._max_waiting, self.retry_after)
        self._present += 1
        try:
            outcome = await self._run(job, gone, few or CapacityLimiter(1))
        finally:
            self._present -= 1
        if outcome is not None and outcome.kind == "answer":
            return outcome.body
        raise self._refusal(outcome)

    def _refusal(self, outcome: Outcome | None) -> Exception:
        """What to raise where there is no answer, counted."""
        reason, error = self._reason(outcome)
        self.refusals[reason] += 1
        return error

    def _reason(self, outcome: Outcome | None) -> tuple[str, Exception]:
        match outcome:
            case Outcome("refused"):
                return "input", NotTaken(outcome.status, outcome.detail)
            case Outcome("invalid"):
                return "input", BadInput(outcome.errors)
            case Outcome("unreadable"):
                return "input", Unreadable(outcome.detail)
            case Outcome("slow"):
                return "time", TooSlow(self._seconds)
            case Outcome("large" | "killed"):
                return "memory", TooLarge(self._memory_bytes, outcome.kind == "killed")
            case None:
                return "gone", ClientGone()
        if not self._warming:
            _log.error("a job failed:\n%s", outcome.detail)
        return "failed", JobFailed(outcome.detail)

    async def _run(
        self, job: Job, gone: Callable[[], Awaitable[None]], few: CapacityLimiter
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
            async with few, self._turns:
                running = True
                begun = time.monotonic()
                self._begun.add(begun)
                try:
                    outcome = await self._in_worker(job)
                finally:
                    self._begun.discard(begun)
                self._usual += _NEWEST * (time.monotonic() - begun - self._usual)
            tasks.cancel_scope.cancel()
        return outcome

    async def _in_worker(self, job: Job) -> Outcome:
        """One job in one worker; cancelling it kills the worker.

        A worker whose pipe was closed while it was idle has not read the job, so another one
        gets it; all of them may have ended so. One that crashes on a job costs it its answer.
        """
        everyone = CapacityLimiter(math.inf)
        idle = self.workers
        try:
            with anyio.fail_after(self._seconds):
                while True:
                    try:
                        return await to_process.run_sync(job, cancellable=True, limiter=everyone)
                    except BrokenWorkerProcess as error:
                        if not idle or not isinstance(error.__cause__, BrokenResourceError):
                            if ended_by(error, signal.SIGKILL):
                                _log.warning("a worker was killed, as for want of memory")
                                return Outcome("killed")
                            if ended_by(error, signal.SIGINT, signal.SIGTERM):
                                return Outcome("failed", detail=_INTERRUPTED)
                            detail = f"{_CRASHED}: {error.__cause__!r}"
                            return Outcome("failed", detail=detail)
                        idle -= 1
        except KeyboardInterrupt:  # the worker's, which heard Ctrl+C before it had a job
            return Outcome("failed", detail=_INTERRUPTED)
        except TimeoutError:
            return Outcome("slow")
        except MemoryError:  # the answer was made, and could not be sent
            return Outcome("large")
