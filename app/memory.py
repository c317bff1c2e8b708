"""How much memory a worker may take, and how much of it it keeps."""

import ctypes
import functools
import os
import sys
from pathlib import Path

LIMITED = sys.platform == "linux"
"""Where the limit holds: elsewhere the kernel has none of this kind, or does not enforce it."""

KEPT = 2**26
"""So many bytes that are free again stay with the process,"""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""as glibc's mallopt(3) calls them."""


@functools.cache
def keep() -> None:
    """Let this process keep memory that it has freed, where the C library is glibc.

    An answer's arrays would otherwise come from the kernel and go back to it, page by page, again
    and again: with a batch of 64 (T = 50, H = 32) an answer takes 15.8 instead of 22.8 ms of the
    processor, one of T = 100, H = 64 takes 24 instead of 28.5.
    """
    if LIMITED and (tune := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        tune(_TRIM_THRESHOLD, KEPT)
        tune(_MMAP_THRESHOLD, KEPT // 2)


def limit(allowed: int) -> None:
    """Let this process take `allowed` bytes of address space beside what it had at first.

    What goes beyond it fails in the process itself, as a MemoryError where NumPy asks, and
    reaches no other process.

    Args:
        allowed: bytes, beside those at the first call in this process.
    """
    if not LIMITED:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = _at_first() + allowed
    most = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


@functools.cache
def _at_first() -> int:
    """Bytes of address space at the first call."""
    pages = Path("/proc/self/statm").read_text().split()[0]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
