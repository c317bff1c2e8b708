"""What a worker of Dask's does for a map: a process beside it computes, which can be ended.

A thread cannot be ended, and one network may take minutes in which nothing asks whether it is still
wanted. So every thread of the worker keeps a process, as those of the service are; a task that
nobody wants ends it, and the next one begins another.
"""

import os
import queue
import struct
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

import msgspec

from unrolled.app.sweeps.local import command, environment
from unrolled.app.sweeps.work import Done, is_other, version

LOOK_SECONDS = 0.1
"""How soon is seen that a task is wanted no more."""
_LENGTH = struct.Struct("!Q")
_MEMORY = "UNROLLED_SWEEP_MEMORY_BYTES"

ENDED = b""
"""The answer where the process ended by itself: for memory, or in a library."""
_own = threading.local()


class Beside:
    """One process of this thread's.

    Args:
        memory_bytes: how much memory it may take beside what it begins with; None: any.
    """

    def __init__(self, memory_bytes: int | None) -> None:
        self.process = subprocess.Popen(  # noqa: S603  (our own command)
            command(memory_bytes),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        """Answers as they come; the last one says that there are no more."""
        pipe = self.process.stdout
        assert pipe is not None
        while len(head := pipe.read(_LENGTH.size)) == _LENGTH.size:
            (length,) = _LENGTH.unpack(head)
            answer = pipe.read(length)
            if len(answer) < length:
                break
            self._answers.put(answer)
        self._answers.put(ENDED)

    def run(self, task: bytes, stop: Callable[[], bool]) -> bytes:
        """Compute a task; where ``stop`` says so, or the process ended, it is gone afterwards."""
        assert self.process.stdin is not None
        with suppress(OSError):  # it is gone: so is its answer
            self.process.stdin.write(_LENGTH.pack(len(task)) + task)
            self.process.stdin.flush()
        while True:
            try:
                return self._answers.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if stop():
                    return msgspec.json.encode(Done(stopped=True))

    def end(self) -> None:
        """At once."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def beside(task: bytes, stop: Callable[[], bool]) -> bytes:
    """Compute a task in this thread's process; ``ENDED`` where it ended on it."""
    if is_other(task):
        return msgspec.json.encode(Done(refused=version()))
    own: Beside | None = getattr(_own, "process", None)
    if own is not None and own.process.poll() is not None:
        own.end()
        own = None
    if own is None:
        said = os.environ.get(_MEMORY)
        own = _own.process = Beside(int(said) if said else None)
    answer = ENDED
    try:
        answer = own.run(task, stop)
    finally:
        if answer == ENDED or msgspec.json.decode(answer, type=_Over).over:
            _own.process = None
            own.end()
    return answer


class _Over(msgspec.Struct):
    """Of an answer what says that its process computes no more."""

    refused: list[object] | None = None
    stopped: bool = False

    @property
    def over(self) -> bool:
        """It was stopped, or is of another version than the worker."""
        return self.stopped or self.refused is not None


def stopped() -> bool:
    """Whether the task that runs in this thread is wanted no more; asked in a worker."""
    from distributed import get_worker

    worker = get_worker()
    state = worker.state.tasks.get(worker.get_current_task())
    return state is None or state.state != "executing"


def work_here(task: bytes) -> tuple[str, bytes]:
    """A task in a worker of Dask's: the worker's address, and the answer."""
    from distributed import get_worker

    return get_worker().address, beside(task, stopped)
