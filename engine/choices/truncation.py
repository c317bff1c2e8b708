"""Truncated backpropagation through time: which losses reach which steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unrolled.engine.numbers.arrays import Mask
from unrolled.engine.numbers.errors import InvalidInput, one_of, whole_number


@dataclass(frozen=True, slots=True)
class Truncation:
    """How far a loss may travel back.

    * ``none``: L_i reaches every t ≤ i.
    * ``window`` k: L_i reaches h_t only where i − t < k.
    * ``chunk`` k: the sequence is cut into chunks of k steps from the start and no gradient
      crosses into the chunk before (``detach()`` every k steps).

    Raises:
        InvalidInput: for an unknown kind, or a k that is missing, below 1, or not wanted.
    """

    kind: str = "none"
    steps: int | None = None

    KINDS: ClassVar[tuple[str, ...]] = ("none", "window", "chunk")

    def __post_init__(self) -> None:
        one_of(("truncation", "kind"), self.kind, self.KINDS)
        if (self.kind == "none") != (self.steps is None):
            wanted = "no steps" if self.kind == "none" else "steps, a whole number from 1"
            raise InvalidInput(
                ("truncation", "steps"), f"received {self.steps}; {self.kind!r} takes {wanted}"
            )
        if self.steps is not None:
            whole_number(("truncation", "steps"), self.steps, 1)

    def reach(self, steps: int) -> int:
        """L_i reaches t only where i − t < reach: T + 1 where even the initial state is reached."""
        return min(self.steps or 0, steps + 1) if self.kind == "window" else steps + 1

    def passes_all(self, steps: int) -> bool:
        """Whether every loss reaches every step before its own."""
        if self.kind == "none":
            return True
        return self.reach(steps) > steps and bool(self.crossings(steps).all())

    def crossings(self, steps: int) -> Mask:
        """True at index t where a gradient may pass from step t + 1 back to step t.

        Index 0 is the passage from step 1 to the initial state; shape (T,).
        """
        passes = np.ones(steps, dtype=bool)
        if self.kind == "chunk":
            passes[self.steps :: self.steps] = False
        elif self.kind == "window" and self.steps == 1:
            passes[:] = False
        return passes

    def first_reached(self, step: int) -> int:
        """The earliest step (from 0, the initial state) that the loss of ``step`` reaches."""
        if self.kind == "window" and self.steps:
            return max(step - self.steps + 1, 0)
        if self.kind == "chunk" and self.steps:
            begin = (step - 1) // self.steps * self.steps + 1
            return 0 if begin == 1 else begin
        return 0


COPY = Truncation("window", 1)
"""What Elman's and Jordan's context units do: a copy that passes no gradient."""
