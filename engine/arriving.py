"""How much of the last loss arrives at step 1: one row back, and nothing else."""

from __future__ import annotations

import numpy as np

from engine.arrays import Array, Mask
from engine.carry import carry
from engine.diagnosis import Row, verdict_of
from engine.errors import ForwardOverflow
from engine.magnitude import Scaled, trusted
from engine.passage import Entering, Passage
from engine.records import record


@record
class Arriving:
    """What is left of the last loss on its way to step 1.

    Attributes:
        loss_step: T, the last step that emits a loss, from 1; 0 where none does.
        log10_norm: log₁₀ ‖∂L_T/∂s_t‖ at t = 1 … T with s the last layer's state, h or (h, c)
            together where the cell has a c; NaN where exactly nothing arrives, (T,).
        cut: whether the truncation lets L_T not reach step 1.
        overflow: where the forward pass left the range of a double; the row is then that of the
            last loss before.
    """

    loss_step: int
    log10_norm: Array
    cut: bool
    overflow: ForwardOverflow | None

    @property
    def log10_arriving(self) -> float:
        """log₁₀ of ‖∂L_T/∂s_1‖ / ‖∂L_T/∂s_T‖; NaN where exactly nothing arrives or enters."""
        if not self.loss_step:
            return float("nan")
        return float(self.log10_norm[0] - self.log10_norm[-1])

    @property
    def verdict(self) -> str:
        """``vanishing``, ``exploding``, ``stable`` or ``blocked``."""
        if not self.loss_step:
            return "exploding" if self.overflow is not None else "stable"
        row = Row.of(self.loss_step, 1, self.log10_norm)
        if self.cut or row is None:
            return "blocked" if self.cut else "stable"
        return verdict_of(row)


def last_row(passage: Passage, do: Array, overflow: ForwardOverflow | None) -> Arriving:
    """Carry the last loss back to step 1.

    Args:
        passage: the way back.
        do: ∂L_t/∂o_t at every step, (T, B, K).
        overflow: where the forward pass stopped, or None.
    """
    emitting = np.flatnonzero(passage.trace.emits)
    if not len(emitting):
        return Arriving(0, np.empty(0), cut=False, overflow=overflow)
    last = int(emitting[-1])
    alone = np.zeros_like(do)
    alone[last] = do[last]
    carried = np.zeros_like(passage.trace.emits)
    carried[last] = True
    entering = passage.enter(alone)
    norms = None
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if not entering.careful:
            norms = _ordinary(passage, entering, carried)
        if norms is None:
            norms = _careful(passage, entering, carried)
    cut = passage.truncation.first_reached(last + 1) > 1
    return Arriving(last + 1, norms[: last + 1], cut, overflow)


def _ordinary(passage: Passage, entering: Entering, carried: Mask) -> Array | None:
    """log₁₀ of the norms, (T,), or None where a double could not carry them."""
    squares = np.full(len(carried), np.nan)
    for live in carry(passage, entering, carried, careful=False):
        squares[live.step] = sum(float(np.vdot(part, part)) for part in live.states[0])
    return 0.5 * np.log10(squares) if trusted(squares) else None


def _careful(passage: Passage, entering: Entering, carried: Mask) -> Array:
    """The same with an exponent for every step."""
    norms = np.full(len(carried), np.nan)
    for live in carry(passage, entering, carried, careful=True):
        assert live.exponents is not None
        state = np.stack(live.states[0], axis=1)
        norms[live.step] = Scaled(state, live.exponents[0]).log10_norms()[0]
    return norms
