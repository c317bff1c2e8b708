"""How a worker that broke has ended."""

import signal
from typing import Any

from anyio import BrokenWorkerProcess


def ended_by(error: BrokenWorkerProcess, *signals: signal.Signals) -> bool:
    """Whether one of these signals ended the worker: SIGKILL is what the kernel sends for memory.

    anyio kills and reaps the rest of a broken worker, and hands out no process; the frame that
    raised has it. One that had ended before keeps the code that it ended with.
    """
    step = error.__traceback__
    while step is not None:
        process = step.tb_frame.f_locals.get("process")
        if process is not None:
            return any(-number in _codes(process) for number in signals)
        step = step.tb_next
    return False


def _codes(process: Any) -> tuple[int | None, int | None]:
    """How a process ended, as anyio says it and as its `Popen` does.

    Where killing it found it dead, asyncio's own watcher comes too late and says 255.
    """
    transport = getattr(getattr(process, "_process", None), "_transport", None)
    plain = transport.get_extra_info("subprocess") if transport is not None else None
    return process.returncode, getattr(plain, "returncode", None)
