"""Gradients of N networks on their way back, a row a network: one loss, or all in one."""

from __future__ import annotations

import numpy as np

from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, record
from unrolled.engine.numbers.magnitude import log10_of, split_norms
from unrolled.engine.numbers.products import Terms, times, whole
from unrolled.engine.passes.carry import Rows, carry
from unrolled.engine.passes.passage import Entering
from unrolled.engine.sweep.stack import Stack
from unrolled.engine.sweep.sums import Sizes, sizes

_SMALL, _LARGE = 1e-280, 1e280
"""Squared norms between these two carry their full precision, as in ``trusted``."""


@record
class Carried:
    """What is carried back; rows are (T N, B, ·), those of step 1 first.

    Attributes:
        rows: the gradients of every lane, the last layer's first.
        trusted: of which networks a double has held it, (N,).
    """

    rows: Rows
    trusted: Mask


def back(stack: Stack, entering: Entering, steps: Mask, *, careful: bool) -> Carried:
    """Carry what enters at some steps (T,) back as one sum, for every network by itself."""
    passage, count = stack.passage, stack.steps * stack.count
    shape = (count, stack.batch)

    def exponents() -> list[IntArray]:
        return [np.zeros(count, dtype=np.int64) for _ in passage.lanes if careful]

    rows = Rows(
        [[np.zeros((*shape, width)) for width in passage.widths] for _ in passage.lanes],
        [np.zeros((*shape, lane.width)) for lane in passage.lanes],
        exponents(),
        exponents(),
    )
    with np.errstate(all="ignore"):
        for _ in carry(passage, entering, steps, careful=careful, together=rows):
            pass
    trusted = np.ones(stack.count, dtype=bool)
    if not careful:
        trusted = ~stack.delicate & _held(stack, rows)
    return Carried(rows, trusted)


def _held(stack: Stack, rows: Rows) -> Mask:
    """Which networks stayed inside the ordinary range of a double at every step, (N,).

    A zero is one where no coefficient is tiny: else it may be an underflow.
    """
    held, doubtful = np.ones(stack.count, dtype=bool), np.zeros(stack.count, dtype=bool)
    with np.errstate(all="ignore"):
        for part in (part for parts in rows.states for part in parts):
            flat = part.reshape(len(part), -1)
            squares = np.vecdot(flat, flat)
            inside = (squares > _SMALL) & (squares < _LARGE)
            if inside.all():
                continue
            zero = squares == 0.0
            lost = zero.copy()
            lost[zero] = flat[zero].any(axis=1)
            by_step = (inside | zero) & ~lost
            held &= by_step.reshape(-1, stack.count).all(axis=0)
            doubtful |= zero.reshape(-1, stack.count).any(axis=0)
    if doubtful.any():
        for factor in (factor for lane in stack.passage.lanes for factor in lane.whole):
            held &= ~(doubtful & stack.tiny(factor))
    return held


def log10_norms(stack: Stack, carried: Carried) -> Array:
    """log₁₀ ‖∂L/∂s_t‖ of the last layer's whole state, NaN where exactly zero, (T, N)."""
    state = carried.rows.states[0]
    with np.errstate(all="ignore"):
        flat = [part.reshape(len(part), -1) for part in state]
        if not carried.rows.exponents:
            squares = np.vecdot(flat[0], flat[0])
            for part in flat[1:]:
                squares += np.vecdot(part, part)
            found = 0.5 * np.log10(np.where(squares > 0.0, squares, np.nan))
        else:
            size, shift = split_norms(np.concatenate(flat, axis=1) if len(flat) > 1 else flat[0])
            exponent = carried.rows.exponents[0]
            found = log10_of(size, exponent if shift is None else exponent + shift)
    return np.asarray(found.reshape(stack.steps, stack.count))


def parameter_sizes(stack: Stack, carried: Carried, *, peaks: bool) -> dict[str, Sizes]:
    """How large every parameter's gradient is, of every network.

    ``peaks``: whether its largest entry is wanted beside its norm.
    """
    passage, rows, careful = stack.passage, carried.rows, bool(carried.rows.exponents)
    terms: Terms = {}
    exponents: dict[str, IntArray | None] = {}
    for place, dz in enumerate(rows.dz):
        number = len(rows.dz) - 1 - place
        layer = stack.in_rows(passage.trace.layers[number])
        for name, products in passage.cell.terms(layer, dz).items():
            terms[layered(name, number)] = products
            exponents[layered(name, number)] = rows.dz_exponents[place] if careful else None
    if stack.network.output_size:
        do = stack.given
        if passage.cell.feeds_outputs:
            do = do + _through_outputs(stack, rows)
        do, h = stack.rows(do), stack.rows(passage.trace.h)
        terms |= {"W_hy": whole(do, h), "b_y": whole(do)}
        exponents |= {"W_hy": None, "b_y": None}
    return {
        name: sizes(products, exponents[name], stack.count, peaks=peaks)
        for name, products in terms.items()
    }


def _through_outputs(stack: Stack, rows: Rows) -> Array:
    """Jordan: what comes back to o_t through the feedback of step t + 1, (T, N B, K)."""
    total = np.zeros_like(stack.given)
    crosses = stack.truncation.crossings(stack.steps)[1:, np.newaxis, np.newaxis]
    for place, dz in enumerate(rows.dz):
        number = len(rows.dz) - 1 - place
        weights = stack.parameters[layered(stack.cell.recurrent, number)]
        folded = dz.reshape(stack.steps, stack.count * stack.batch, -1)
        total[:-1] += times(folded[1:] * crosses, weights)
    return total
