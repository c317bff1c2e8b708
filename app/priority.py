"""What computes for a long time stands behind what answers a user who waits."""

import os
from contextlib import suppress

_NICEST = 19
_NICE = 12


def stand_behind() -> None:
    """Let this process compute only where no other one would, as UNROLLED_BACKGROUND says it.

    On Linux by the policy SCHED_IDLE of sched(7), unless it is ``low``: a process of any other
    policy that wakes takes its processor at once, where a nice value gives it a slice of several
    milliseconds first. With 40 sliders beside two runs their p95 is 28 ms instead of 120. By the
    highest nice value elsewhere. Neither reaches beyond the session that the process is in where
    the kernel groups processes by it (``kernel.sched_autogroup_enabled``), so that what computes is
    started in its parent's session.
    """
    with suppress(OSError, AttributeError):
        os.nice(_NICEST)
    if os.environ.get("UNROLLED_BACKGROUND", "idle") == "idle":
        with suppress(OSError, AttributeError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def stand_aside() -> None:
    """Let this process compute after others, but never so late that it holds what they wait for.

    For one that writes to the database: SQLite has one writer, and behind SCHED_IDLE one that was
    put aside halfway would keep the others waiting until the processors have nothing else to do.
    """
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
