"""Windows of long series: what is learned from their beginning, and held out from their end."""

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
    """Where windows of T + ahead rows may start; none crosses from one part to the other.

    Attributes:
        read: what a step reads, (rows, D).
        said: what is to be said of each row: numbers (rows, K) or classes (rows,).
        steps: T.
        ahead: a step's target is so many rows later.
        learned: where the windows that are learned may start.
        kept: where those that are held out may.
    """

    read: Array
    said: Array | IntArray
    steps: int
    ahead: int
    learned: IntArray
    kept: IntArray

    def cut(self, starts: IntArray) -> Sequence:
        """Those that start at these rows: x_t = read[s + t − 1], y_t = said[s + t − 1 + ahead]."""
        rows = starts + np.arange(self.steps)[:, np.newaxis]
        return Sequence(self.read[rows], self.said[rows + self.ahead], self.steps)

    def draw(self, random: RandomState, batch: int) -> Sequence:
        """So many windows of what is learned, each start as likely."""
        return self.cut(self.learned[random.randint(0, len(self.learned), batch, dtype=np.int64)])

    def hold_out(self, random: RandomState, count: int) -> Sequence:
        """So many windows of what is held out, evenly apart, in their order."""
        return self.cut(self.kept[np.arange(count) * len(self.kept) // count])


def starts(pointer: Pointer, rows: int, span: int, what: str) -> tuple[int, IntArray, IntArray]:
    """How many rows of one series are learned, 80 %, and where windows of ``span`` rows may start.

    Raises:
        InvalidInput: a part is shorter than one window.
    """
    learned = round(LEARNED * rows)
    if rows - learned < span:
        most = rows - learned
        raise InvalidInput(
            pointer,
            f"received {rows} {what}, of which the last fifth is held out: {most}; allowed: at "
            f"least {5 * span}, or windows of at most {most} with their last target, not {span}",
        )
    return learned, np.arange(learned - span + 1), np.arange(learned, rows - span + 1)


def starts_of_many(
    pointer: Pointer, count: int, rows: int, span: int
) -> tuple[int, IntArray, IntArray]:
    """The same of several series one below the other: the last fifth of them is held out.

    Raises:
        InvalidInput: there is one alone, or they are shorter than a window.
    """
    if count < 2 or rows < span:
        raise InvalidInput(
            pointer,
            f"received {count} series of {rows} rows each; allowed: at least 2, of which the last "
            f"fifth is held out, of at least {span} rows",
        )
    learned = min(count - 1, round(LEARNED * count))
    first = np.arange(count)[:, np.newaxis] * rows
    places = first + np.arange(rows - span + 1)
    return learned * rows, places[:learned].reshape(-1), places[learned:].reshape(-1)
