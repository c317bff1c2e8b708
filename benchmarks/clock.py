"""How long something takes, in milliseconds: the shortest of several runs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


def once(work: Callable[[], object]) -> float:
    """Milliseconds of one run."""
    started = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - started)


def processor(work: Callable[[], object], *, seconds: float, least: int) -> float:
    """The same in processor time, for what runs on one thread beside other work."""
    best, runs, begun = math.inf, 0, time.perf_counter()
    while runs < least or time.perf_counter() - begun < seconds:
        started = time.process_time()
        work()
        best = min(best, 1e3 * (time.process_time() - started))
        runs += 1
    return best


def shortest(work: Callable[[], object], *, seconds: float, least: int) -> float:
    """Milliseconds of the shortest of as many runs as ``seconds`` hold, at least ``least``."""
    best, runs, begun = math.inf, 0, time.perf_counter()
    while runs < least or time.perf_counter() - begun < seconds:
        best = min(best, once(work))
        runs += 1
    return best
