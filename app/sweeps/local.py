"""Processes of our own that compute maps: behind everything else, one BLAS thread each."""

import os
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
from anyio import ClosedResourceError, EndOfStream, IncompleteRead
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from unrolled.app.sweeps.running import WorkerEnded

_LENGTH = struct.Struct("!Q")
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_TRIES = 2
"""So many workers may end on a task before it is said to end them."""


class _Worker:
    """One process: a task's length and bytes go in, an answer's come out."""

    def __init__(self, process: Process) -> None:
        self.process = process
        assert process.stdout is not None
        self._answers = BufferedByteReceiveStream(process.stdout)

    async def run(self, task: bytes) -> bytes:
        """Compute a task.

        Raises:
            WorkerEnded: the process is gone.
        """
        assert self.process.stdin is not None
        try:
            await self.process.stdin.send(_LENGTH.pack(len(task)) + task)
            (length,) = _LENGTH.unpack(await self._answers.receive_exactly(_LENGTH.size))
            return await self._answers.receive_exactly(length)
        except (
            EndOfStream,
            IncompleteRead,
            ClosedResourceError,
            anyio.BrokenResourceError,
            OSError,
        ) as error:
            raise WorkerEnded from error

    async def end(self) -> None:
        """At once, whatever it computes."""
        with anyio.CancelScope(shield=True):
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
            await self.process.aclose()


class LocalPool:
    """A pool of processes; each is started when it is first needed.

    Args:
        workers: how many compute at once.
        memory_bytes: how much memory one may take beside what it begins with; None: any.
    """

    def __init__(self, workers: int, memory_bytes: int | None = None) -> None:
        self.capacity = workers
        self._memory = memory_bytes
        self._turns = anyio.CapacityLimiter(workers)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True):
            for worker in list(self._all):
                await worker.end()
        self._all.clear()
        self._idle.clear()

    @property
    def processes(self) -> list[int]:
        """The ids of those that run."""
        return [worker.process.pid for worker in self._all]

    async def run(self, task: bytes) -> bytes:
        """Compute a task; cancelling ends the process that does.

        Raises:
            WorkerEnded: on two workers, one after the other.
        """
        async with self._turns:
            for left in reversed(range(_TRIES)):
                try:
                    return await self._once(task)
                except WorkerEnded:
                    if not left:
                        raise
        raise WorkerEnded

    async def _once(self, task: bytes) -> bytes:
        worker = self._idle.pop() if self._idle else await self._started()
        try:
            answer = await worker.run(task)
        except BaseException:
            self._all.discard(worker)
            await worker.end()
            raise
        self._idle.append(worker)
        return answer

    async def _started(self) -> _Worker:
        process = await anyio.open_process(
            command(self._memory),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            env=environment(),
        )
        worker = _Worker(process)
        self._all.add(worker)
        return worker


def command(memory_bytes: int | None) -> list[str]:
    """What starts a process; it may take so much memory beside what it begins with."""
    memory = [] if memory_bytes is None else [str(memory_bytes)]
    return [sys.executable, "-m", "unrolled.app.sweeps.process", *memory]


def environment() -> dict[str, str]:
    """Its environment: one thread of BLAS, and modules are found where this process finds them."""
    path = os.pathsep.join(part or str(Path.cwd()) for part in sys.path)
    return os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": path}


def serve(memory_bytes: int | None) -> None:
    """Compute tasks until there are none; behind all else."""
    from unrolled.app import memory
    from unrolled.app.orphan import end_with_parent
    from unrolled.app.priority import stand_behind
    from unrolled.app.sweeps.work import work

    end_with_parent()
    stand_behind()
    with suppress(OSError, AttributeError):
        os.setpgid(0, 0)  # Ctrl-C is for the one that started it
    memory.keep()
    if memory_bytes is not None:
        memory.limit(memory_bytes)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what is printed goes nowhere near the answers
    while head := tasks.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(head)
        answer = work(tasks.read(length))
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()
