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
        label: its name in a sentence; empty: its key.
    """

    reads_all: bool
    emits_all: bool
    single: bool = False
    label: str = ""

    def reads(self, steps: int) -> Mask:
        """True where a step reads an input, shape (T,)."""
        return np.ones(steps, dtype=bool) if self.reads_all else np.arange(steps) == 0

    def emits(self, steps: int) -> Mask:
        """True where a step emits a loss, shape (T,)."""
        return np.ones(steps, dtype=bool) if self.emits_all else np.arange(steps) == steps - 1


TOPOLOGIES: dict[str, Topology] = {
    "one-to-one": Topology(reads_all=False, emits_all=False, single=True, label="one to one"),
    "many-to-one": Topology(reads_all=True, emits_all=False, label="many to one"),
    "many-to-many": Topology(reads_all=True, emits_all=True, label="many to many"),
    "one-to-many": Topology(reads_all=False, emits_all=True, label="one to many"),
}
