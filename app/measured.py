"""What a piece of work takes: time of the processor, and memory."""

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Taken:
    """What was taken, once the work is done.

    Attributes:
        seconds: of the processor.
        peak_bytes: the most that arrays and objects took at once, beside what was there before.
    """

    seconds: float = 0.0
    peak_bytes: int = 0


@contextmanager
def measured() -> Iterator[Taken]:
    """Measure what happens inside.

    Memory is that of Python and NumPy, which say what they take: a process that computed before has
    a peak of its own. Saying it costs little where arrays are large, so small work is not measured.
    """
    taken, begun = Taken(), time.process_time()
    tracemalloc.start()
    try:
        yield taken
        _, taken.peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    taken.seconds = round(time.process_time() - begun, 3)
