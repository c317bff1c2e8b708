"""How much of the gradient arrives where: what every edge of the graph carries back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.bptt import Backward, LayerGradient
from engine.cells.base import Lane, State
from engine.magnitude import Scaled, near_one
from engine.network import layered
from engine.passage import Passage
from engine.products import times

Numbers = list[float | None]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """log₁₀ of what arrives where in one layer, None where nothing does; each (T,).

    Attributes:
        x: at what the layer reads.
        state: at h_t, every followed loss together.
        c: at c_t.
        feedback: at what the recurrent parameter multiplied, before a copy or truncation.
        crossing: of that, what goes on to step t − 1.
        c_crossing: what goes on from c_t to c_{t−1}.
        c_through: what reaches c_t through h_t.
        added: parameter → what step t adds to its gradient.
    """

    x: Numbers
    state: Numbers
    c: Numbers | None
    feedback: Numbers
    crossing: Numbers
    c_crossing: Numbers | None
    c_through: Numbers | None
    added: dict[str, Numbers]


def layer_arrivals(
    passage: Passage, number: int, own: LayerGradient, terms: dict[str, Array]
) -> Arrivals:
    """Multiply what the backward pass kept of one layer by the weights it still has to cross."""
    cell = passage.cell
    lane = passage.lanes[len(passage.lanes) - 1 - number]
    whole = own.dz_passing is own.dz
    dz, shift = near_one(own.dz)
    exponent = own.dz_exponent + shift
    c = c_crossing = c_through = None
    if cell.feeds_outputs:
        weights = passage.of_layer(number)[cell.recurrent]
        feedback = _numbers(times(dz, weights), exponent)
        passing, passing_shift = near_one(own.dz_passing)
        crossing = _numbers(times(passing, weights), own.dz_exponent + passing_shift)
    else:
        arrived = across(lane, own, own.state, own.dz)
        feedback = _numbers(*arrived[0])
        crossing = feedback
        if not whole:
            arrived = across(lane, own, own.passing, own.dz_passing)
            crossing = _numbers(*arrived[0])
        if cell.has_c:
            c = _numbers(own.state[1], own.exponent)
            c_crossing = _numbers(*arrived[1])
            c_through = _numbers(own.state[0] * lane.whole[0], own.exponent)
    names = [layered(name, number) for name in ("W_xh", cell.recurrent)]
    return Arrivals(
        x=_numbers(lane.below(dz), exponent),
        state=_numbers(own.state[0], own.exponent),
        c=c,
        feedback=feedback,
        crossing=crossing,
        c_crossing=c_crossing,
        c_through=c_through,
        added={name: _none_for_zero(terms[name]) for name in names},
    )


def initial_gradient(passage: Passage, number: int, own: LayerGradient) -> list[Scaled]:
    """∂L/∂h_0, and ∂L/∂c_0 where there is a c: what crosses from step 1 to step 0, (1, B, H) each.

    Zero where a truncation stops at step 1; empty where the feedback is the output (Jordan), whose
    o_0 is 0.

    Args:
        passage: the way back.
        number: which layer, from the input.
        own: its gradients.
    """
    if passage.cell.feeds_outputs:
        return []
    lane, first = passage.lanes[len(passage.lanes) - 1 - number], slice(0, 1)
    crossing = across(lane, own, own.passing, own.dz_passing, first)
    return [Scaled(values, exponent) for values, exponent in crossing]


def across(
    lane: Lane, own: LayerGradient, state: State, dz: Array, at: slice = slice(None)
) -> list[tuple[Array, IntArray]]:
    """What arrives one step earlier, at many steps at once: (values, exponents) of every part.

    Args:
        lane: the layer's way back.
        own: whose exponents hold for ``state`` and ``dz``.
        state: ∂L/∂h and ∂L/∂c at every step, or the part of them that may go on.
        dz: ∂L/∂z likewise.
        at: from which steps.
    """
    state, dz = [part[at] for part in state], dz[at]
    near, shift = near_one(dz)
    exponents = own.exponent[at]
    exponent = own.dz_exponent[at] + shift
    if lane.past_weights:
        peak = np.max([np.abs(part).max(axis=(1, 2)) for part in state], axis=0)
        exponent = np.maximum(exponent, exponents + np.frexp(peak)[1])
        near = Scaled(dz, own.dz_exponent[at] - exponent).unscaled()
        state = [Scaled(part, exponents - exponent).unscaled() for part in state]
    arriving = [np.empty_like(part) for part in state]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        lane.cross(tuple(factor[at] for factor in lane.whole), near, state, arriving)
    return [(part, exponent) for part in arriving]


def output_arrivals(
    passage: Passage, flow: Backward, terms: dict[str, Array]
) -> dict[str, Numbers]:
    """log₁₀ of what arrives at o_t, from o_t's own loss, at h_t through o_t, and at W_hy."""
    do, shift = near_one(flow.do)
    weights = passage.parameters["W_hy"]
    return {
        "o": _numbers(flow.do, flow.output_exponent),
        "loss": _numbers(flow.do_local, np.zeros_like(flow.output_exponent)),
        "through": _numbers(times(do, weights), flow.output_exponent + shift),
        "added": _none_for_zero(terms["W_hy"]),
    }


def _numbers(values: Array, exponent: IntArray) -> Numbers:
    return _none_for_zero(Scaled(values, exponent).log10_norms())


def _none_for_zero(log10_norms: Array) -> Numbers:
    """JSON's null for NaN."""
    return [None if value != value else value for value in log10_norms.tolist()]
