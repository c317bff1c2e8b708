"""The service's side of a process that trains."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from unrolled.app.training.frames import Broken, Frame, Head, framed, receive

COMMAND = (sys.executable, "-m", "unrolled.app.training.worker")
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_PIPE_BYTES = 2**22


class Process:
    """One process, from its start to its end.

    Args:
        process: as it was started.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    @classmethod
    async def start(cls, command: Sequence[str] = COMMAND) -> "Process":
        """A process that finds the same modules as this one, with one BLAS thread."""
        found = os.pathsep.join(path for path in sys.path if path)
        env = os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": found}
        pipe = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, env=env, limit=_PIPE_BYTES
            )
        )

    async def say(self, head: Head, body: bytes = b"") -> None:
        """Send a frame; one that is gone is found out by hearing nothing more."""
        stream = self._process.stdin
        assert stream is not None
        with suppress(OSError, RuntimeError):
            stream.write(framed(head, body))
            await stream.drain()

    async def hear(self) -> Frame | None:
        """The next frame; None where the process has ended, or says what is no frame."""
        assert self._process.stdout is not None
        try:
            return await receive(self._process.stdout)
        except (Broken, OSError):
            return None

    async def end(self) -> int | None:
        """Kill it where it runs, and wait until it is gone; how it ended."""
        with suppress(ProcessLookupError):
            if self._process.returncode is None:
                self._process.kill()
        return await self._process.wait()
