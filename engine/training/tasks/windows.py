"""Windows of one long series: what is learned from its beginning, and held out from its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState

from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.errors import InvalidInput, Pointer

LEARNED = 0.8
"""The share of the rows, from the first on, that is learned; the rest is held out."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Where windows of T + ahead rows may start; none crosses the end of what is learned.

    Attributes:
        read: what a step reads, (rows, D).
        said: what is to be said of each row: numbers (rows, K) or classes (rows,).
        steps: T.
        ahead: a step's target is so many rows later.
        learned: so many rows are learned.
    """

    read: Array
    said: Array | IntArray
    steps: int
    ahead: int
    learned: int

    def cut(self, starts: IntArray) -> Sequence:
        """Those that start at these rows: x_t = read[s + t − 1], y_t = said[s + t − 1 + ahead]."""
        rows = starts + np.arange(self.steps)[:, np.newaxis]
        return Sequence(self.read[rows], self.said[rows + self.ahead], self.steps)

    def sampled(self, random: RandomState, batch: int) -> Sequence:
        """So many windows of what is learned, each start as likely."""
        last = self.learned - self.steps - self.ahead
        return self.cut(random.randint(0, last + 1, batch, dtype=np.int64))

    @property
    def kept_starts(self) -> IntArray:
        """Where the windows of what is held out may start."""
        return np.arange(self.learned, len(self.read) - self.steps - self.ahead + 1)

    def kept(self, random: RandomState, count: int) -> Sequence:
        """So many windows of what is held out, evenly apart, in their order."""
        starts = self.kept_starts
        return self.cut(starts[np.arange(count) * len(starts) // count])


def learned_rows(pointer: Pointer, rows: int, steps: int, ahead: int, what: str) -> int:
    """How many rows are learned: 80 %.

    Raises:
        InvalidInput: a part is shorter than one window.
    """
    learned = round(LEARNED * rows)
    if rows - learned < steps + ahead:
        most = rows - learned - ahead
        needed = 5 * (steps + ahead)
        least = f"at least {needed} {what} for {steps} steps"
        raise InvalidInput(
            pointer,
            f"received {rows} {what}, of which the last fifth is held out; allowed: {least}"
            + (f", or at most {most} steps" if most >= 2 else ""),
        )
    return learned
