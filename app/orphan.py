"""A worker ends with the service that started it, also where that was killed during a job."""

import ctypes
import functools
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.5


@functools.cache
def end_with_parent() -> None:
    """Let this process end when the one that started it does; once is enough.

    On Linux the kernel does it; elsewhere a thread looks for it twice a second. A worker that
    waits for a job ends by itself, since its pipe is closed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
