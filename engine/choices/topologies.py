"""The four topologies as two masks: which steps read an input, which emit a loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Mask


@dataclass(frozen=True, slots=True)
class Topology:
    """Which steps of a sequence read and which emit.

    Attributes:
        reads_all: every step reads its input (else step 1 alone).
        emits_all: every step emits a loss (else the last alone).
        single: the sequence has exactly one step.
    """

    reads_all: bool
    emits_all: bool
    single: bool = False

    def reads(self, steps: int) -> Mask:
        """True where a step reads an input, shape (T,)."""
        return np.ones(steps, dtype=bool) if self.reads_all else np.arange(steps) == 0

    def emits(self, steps: int) -> Mask:
        """True where a step emits a loss, shape (T,)."""
        return np.ones(steps, dtype=bool) if self.emits_all else np.arange(steps) == steps - 1


TOPOLOGIES: dict[str, Topology] = {
    "one-to-one": Topology(reads_all=False, emits_all=False, single=True),
    "many-to-one": Topology(reads_all=True, emits_all=False),
    "many-to-many": Topology(reads_all=True, emits_all=True),
    "one-to-many": Topology(reads_all=False, emits_all=True),
}
