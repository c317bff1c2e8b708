"""How much of the loss that the verdict reads arrives: one row back, and nothing else."""

from __future__ import annotations

import numpy as np

from unrolled.engine.diagnosis.layers import told_apart
from unrolled.engine.diagnosis.row import Row, chosen, way_back
from unrolled.engine.diagnosis.verdict import verdict_of
from unrolled.engine.numbers.arrays import Array, record
from unrolled.engine.numbers.errors import ForwardOverflow
from unrolled.engine.passes.passage import Passage


@record
class Arriving:
    """What is left of one loss at the earliest step that it may reach.

    Attributes:
        loss_step: i, the step of the loss that ``chosen`` picks, from 1; 0 where none has a
            gradient.
        first: the earliest step that it may reach, from 1; 0 where there is no such loss.
        last_loss: the last step that emits a loss, from 1; 0 where none does.
        rows: its way back in every layer, the layer that reads the input first; None where a layer
            hears nothing of it.
        overflow: where the forward pass left the range of a double; the rows are then those of the
            steps before.
    """

    loss_step: int
    first: int
    last_loss: int
    rows: tuple[Row | None, ...]
    overflow: ForwardOverflow | None

    @property
    def blocked(self) -> bool:
        """Whether the truncation lets no loss reach a step before its own."""
        return self.loss_step == self.first > 1

    @property
    def log10_arriving(self) -> float:
        """log₁₀ of ‖∂L_i/∂s_first‖ / ‖∂L_i/∂s_i‖ in the last layer, with s = h, or (h, c).

        NaN where exactly nothing arrives, and where the loss may not travel.
        """
        row = self.rows[-1]
        return float("nan") if row is None or self.blocked else row.arriving

    @property
    def verdict(self) -> str:
        """``vanishing``, ``exploding``, ``stable`` or ``blocked``: the one of ``diagnose``."""
        row = self.rows[-1]
        if row is None:
            return "exploding" if self.overflow is not None and not self.last_loss else "stable"
        return "blocked" if self.blocked else verdict_of(row)

    @property
    def of_layers(self) -> tuple[str, ...]:
        """Every layer's own verdict; a layer that hears nothing is one where it vanishes.

        Where the gradient of one below only adds up it is ``stable``.
        """
        return tuple("vanishing" if row is None else verdict_of(row) for row in self.rows)


def read_back(passage: Passage, do: Array, overflow: ForwardOverflow | None) -> Arriving:
    """Carry the loss that the verdict reads back as far as it goes."""
    emits = passage.trace.emits
    last = int(np.flatnonzero(emits)[-1]) + 1 if emits.any() else 0
    entering = passage.enter(do)
    found = chosen(passage, entering)
    if found is None:
        return Arriving(0, 0, last, tuple(None for _ in passage.lanes), overflow)
    loss_step, first = found
    rows = [Row.of(loss_step, first, own) for own in way_back(passage, entering, loss_step)]
    rows = told_apart(passage, entering, loss_step, rows)
    return Arriving(loss_step, first, last, tuple(rows), overflow)
