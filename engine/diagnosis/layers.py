"""What makes a gradient grow in a layer below the last: its own way back, or what comes from above.

In such a layer ∂L_i/∂s_t is a sum: what the layer above gives at every step, each carried back by
the layer's own recursion from there. A sum of shares that do not grow may grow with their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.shape import LEVEL
from unrolled.engine.diagnosis.verdict import verdict_of
from unrolled.engine.passes.carry import carry
from unrolled.engine.passes.itemize import measured
from unrolled.engine.passes.passage import Entering, Passage


def told_apart(
    passage: Passage, entering: Entering, loss_step: int, rows: Sequence[Row | None]
) -> list[Row | None]:
    """Say of every row that grows whether its layer's own way back makes it grow.

    Args:
        passage: the way back.
        entering: every loss at its own step.
        loss_step: i, from 1, of the loss whose rows these are.
        rows: of every layer, the one that reads the input first.
    """
    found = list(rows)
    for layer in range(len(rows) - 2, -1, -1):
        row, above = found[layer], found[layer + 1]
        if row is None or not _grows(row) or passage.lane(layer).to_outputs:
            continue
        own = _own(passage, entering, loss_step, layer, row)
        if own is not None and _as_much(own, row):
            continue
        fed = above is not None and _as_much(above, row)
        found[layer] = replace(row, grows_by="above" if fed else "sum")
    return found


def _grows(row: Row) -> bool:
    """Whether it explodes, or comes to more with the step where the loss enters or without."""
    return verdict_of(row) == "exploding" or max(row.behind, float(row.decades[-1])) > LEVEL


def _as_much(one: Row, row: Row) -> bool:
    """Whether a row explodes as another does, or grows where the other only grows."""
    if verdict_of(row) == "exploding":
        return verdict_of(one) == "exploding"
    return _grows(one) and one.grows_by != "sum"


def _own(passage: Passage, entering: Entering, loss_step: int, layer: int, row: Row) -> Row | None:
    """What enters a layer where its row begins, carried back by the layer alone."""
    steps, begin = passage.trace.steps, row.loss_step - 1
    every = np.arange(1, steps + 1)
    lane = passage.lane(layer)
    place = passage.lanes.index(lane)
    local, exponent = np.zeros_like(entering.local), np.zeros(steps, dtype=np.int64)
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        for live in carry(passage, entering, every == loss_step, careful=True):
            if live.step == begin:
                local[begin] = live.rows.states[place][0][0]
                exponent[begin] = live.rows.exponents[place][0]
                break
    alone = replace(passage, lanes=(lane,))
    enters = Entering(entering.given, local, exponent, careful=True)
    norms = measured(alone, enters, every == row.loss_step, every > 0)[0][-1][:, 0]
    return Row.of(row.loss_step, row.first, norms)
