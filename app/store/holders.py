"""Which process computes a run: it says so, until when, and again before that time is over."""

import functools
import os
import platform
import secrets
from pathlib import Path

from unrolled.app.store.runs import now
from unrolled.app.store.tables import Found

LEASE_SECONDS = 10
"""After so long without a word a run is another process's to take."""

_HERE: set[str] = set()


@functools.cache
def _machine() -> str:
    """Where the numbers of processes mean the same: a container has its own."""
    try:
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def new_holder() -> str:
    """What computes here is called: the machine, the process, and a word of its own."""
    holder = f"{_machine()}/{os.getpid()}/{secrets.token_hex(8)}"
    _HERE.add(holder)
    return holder


def leave(holder: str) -> None:
    """It computes nothing any more."""
    _HERE.discard(holder)


def is_held(training: Found) -> bool:
    """Whether somebody computes a run that says so."""
    holder: str | None = training.holder
    return holder is not None and training.held_until >= now() and not _is_gone(holder)


def _is_gone(holder: str) -> bool:
    """Whether a holder is a process of this machine that has ended: its time need not be over."""
    machine, _, rest = holder.rpartition("/")[0].rpartition("/")
    if machine != _machine() or not rest.isdigit():
        return False
    if int(rest) == os.getpid():  # a number that is given again, as to the first of a container
        return holder not in _HERE
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
