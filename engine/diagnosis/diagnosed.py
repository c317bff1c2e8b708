"""The verdict on a whole flow, read off its itemized gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.diagnosis.cause import Circumstances
from unrolled.engine.diagnosis.layers import told_apart
from unrolled.engine.diagnosis.row import Row, chosen, way_back
from unrolled.engine.diagnosis.verdict import (
    Diagnosis,
    cut_short,
    diagnose,
    overflowing,
    with_layers,
)
from unrolled.engine.numbers.errors import ForwardOverflow
from unrolled.engine.passes.itemize import Itemized
from unrolled.engine.passes.passage import Entering, Passage


def diagnosed(
    passage: Passage,
    entering: Entering,
    pairs: Sequence[Itemized],
    overflow: ForwardOverflow | None,
    *,
    given: bool,
) -> Diagnosis:
    """Read the verdict off every layer's pairs, the layer that reads the input first.

    ``given``: whether the gradient came from outside.
    """
    if not len(pairs[-1].loss_steps) and overflow is not None:
        return overflowing(overflow)
    top, read = len(pairs) - 1, chosen(passage, entering)
    rows = [None for _ in pairs] if read is None else _rows(passage, entering, pairs, *read)
    kept = passage.cell.kept(passage.trace.top, passage.lane(top))
    heard, ended = None, 0
    if read is not None and passage.trace.masks is not None:
        samples = entering.local[read[0] - 1].any(axis=1)
        ended = int(np.count_nonzero(passage.starts(read[0])[samples] > read[1]))
        heard = None if samples.all() else int(np.count_nonzero(samples))
    seen = Circumstances(passage, top, kept, given, heard, ended)
    found = diagnose(rows[-1], passage.trace.steps, seen)
    if found.loss_step is not None:
        found = with_layers(found, dict(enumerate(rows[:-1])))
    return found if overflow is None else cut_short(found, overflow)


def _rows(
    passage: Passage, entering: Entering, pairs: Sequence[Itemized], loss_step: int, first: int
) -> list[Row | None]:
    """The way back of one loss in every layer, at every step also where the pairs are sampled."""
    whole = len(pairs[0].steps) == passage.trace.steps
    if whole and loss_step in pairs[0].loss_steps:
        at = int(np.searchsorted(pairs[0].loss_steps, loss_step))
        norms = [own.of_state[at] for own in pairs]
    else:
        norms = way_back(passage, entering, loss_step)
    rows = [Row.of(loss_step, first, own) for own in norms]
    return told_apart(passage, entering, loss_step, rows)
