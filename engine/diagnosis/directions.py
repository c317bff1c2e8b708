"""How far each direction of a bidirectional layer carries a loss: what is left at its far end."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells.wiring import subscript
from unrolled.engine.diagnosis.words import share
from unrolled.engine.numbers.arrays import IntArray, Nullable, record
from unrolled.engine.passes.itemize import Itemized


@record
class Carried:
    """What is left of the loss with the most steps to travel, where its way ends.

    Attributes:
        loss_step: i: forward the last step whose loss arrives anywhere, in reverse the first.
        step: t: forward the earliest step that it may reach, in reverse the latest; there a way
            ends, not at step 1.
        log10_arriving: log₁₀ of ‖∂L_i/∂h_t‖ / ‖∂L_i/∂h_i‖; NaN where exactly nothing arrives.
        sentence: the same in words.
    """

    loss_step: int
    step: int
    log10_arriving: Nullable
    sentence: str


def carried_by(pairs: Itemized, ends: IntArray, *, reverse: bool) -> Carried | None:
    """Read off the rows of one direction of the last layer; None where no loss arrives at all.

    Args:
        pairs: its ‖∂L_i/∂h_t‖.
        ends: of every loss the last step of any sample that has it, from 1: there its way in
            reverse ends, (I,).
        reverse: whether the direction reads from the end.
    """
    steps = pairs.steps.tolist()
    rows = list(zip(pairs.loss_steps.tolist(), ends.tolist(), pairs.log10_norm, strict=True))
    for loss_step, end, row in rows if reverse else rows[::-1]:
        enters = row[steps.index(loss_step)]
        if np.isnan(enters):
            continue
        step = max(t for t in steps if t <= end) if reverse else steps[0]
        arriving = float(row[steps.index(step)] - enters)
        way = f"Where it reads {'backward' if reverse else 'forward'} in time"
        if step == loss_step:
            said = f"{way}, the loss of step {step} has no step to travel."
        else:
            i, t = subscript(loss_step), subscript(step)
            said = f"{way}, {share(arriving)} of ∂L{i}/∂H{i} arrives at H{t}."
        return Carried(loss_step, step, arriving, said)
    return None
