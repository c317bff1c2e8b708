"""How much memory a worker may take."""

import functools
import os
import sys
from pathlib import Path

LIMITED = sys.platform == "linux"
"""Where the limit holds: elsewhere the kernel has none of this kind, or does not enforce it."""


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
