"""How much of the gradient arrives where: what every edge of the graph carries back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.cells.lane import Lane, State
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import Scaled, align, near_one
from unrolled.engine.numbers.products import times
from unrolled.engine.passes.bptt import Backward, LayerGradient
from unrolled.engine.passes.passage import Passage

Numbers = list[float | None]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """log₁₀ of what arrives where in one layer, None where nothing does; each (T,).

    ``at`` holds, by the names of ``Connection.carries`` and ``Unit.gradient``:

    * ``x``: at what the layer reads;
    * ``state``, ``c``: at h_t and c_t, every followed loss together;
    * ``feedback``: at what the recurrent parameter multiplied, before a copy or truncation;
    * ``crossing``: of that, what goes on to step t − 1;
    * ``c_crossing``: what goes on from c_t to c_{t−1}; ``c_through``: what reaches c_t through h_t;

    and in the last layer ``o`` at o_t, ``loss`` from o_t's own loss, ``through`` at h_t through
    o_t, ``o_initial`` at o_0 (its one entry).

    Attributes:
        at: name → numbers.
        added: parameter → what step t adds to its gradient.
    """

    at: dict[str, Numbers]
    added: dict[str, Numbers]


def arrivals(passage: Passage, flow: Backward, terms: dict[str, Array]) -> list[Arrivals]:
    """Multiply what the backward pass kept by the weights that it still has to cross, layer-wise.

    Args:
        passage: the way back.
        flow: the backward pass of the followed losses alone.
        terms: parameter → log₁₀ of the term that each step adds, of that same pass.
    """
    found = [_layer(passage, number, own, terms) for number, own in enumerate(flow.layers)]
    found[-1].at.update(_outputs(passage, flow))
    found[-1].added["W_hy"] = _none_for_zero(terms["W_hy"])
    return found


def _layer(passage: Passage, number: int, own: LayerGradient, terms: dict[str, Array]) -> Arrivals:
    """What arrives in one layer."""
    cell = passage.cell
    lane = passage.lane(number)
    whole = own.dz_passing is own.dz
    dz, shift = near_one(own.dz)
    exponent = own.dz_exponent + shift
    at = {"x": _numbers(lane.below(dz), exponent), "state": _numbers(own.state[0], own.exponent)}
    if cell.feeds_outputs:
        weights = passage.of_layer(number)[cell.recurrent]
        at["feedback"] = _numbers(times(dz, weights), exponent)
        passing, passing_shift = near_one(own.dz_passing)
        at["crossing"] = _numbers(times(passing, weights), own.dz_exponent + passing_shift)
    else:
        arrived = across(lane, own, own.state, own.dz)
        at["feedback"] = at["crossing"] = _numbers(*arrived[0])
        if not whole:
            arrived = across(lane, own, own.passing, own.dz_passing)
            at["crossing"] = _numbers(*arrived[0])
        if cell.has_c:
            at["c"] = _numbers(own.state[1], own.exponent)
            at["c_crossing"] = _numbers(*arrived[1])
            at["c_through"] = _numbers(own.state[0] * lane.whole[0], own.exponent)
    names = [layered(name, number) for name in ("W_xh", cell.recurrent)]
    return Arrivals(at, {name: _none_for_zero(terms[name]) for name in names})


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
    lane, first = passage.lane(number), slice(0, 1)
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


def _outputs(passage: Passage, flow: Backward) -> dict[str, Numbers]:
    """What arrives at o_t, from o_t's own loss, and at h_t through o_t."""
    do, shift = near_one(flow.do)
    weights = passage.parameters["W_hy"]
    at = {
        "o": _numbers(flow.do, flow.output_exponent),
        "loss": _numbers(flow.do_local, np.zeros_like(flow.output_exponent)),
        "through": _numbers(times(do, weights), flow.output_exponent + shift),
    }
    if passage.cell.feeds_outputs:
        at["o_initial"] = _initial_output(passage, flow)
    return at


def _initial_output(passage: Passage, flow: Backward) -> Numbers:
    """What every layer's context units of step 1 hand back to o_0, together."""
    parts, exponents = [], []
    for number, own in enumerate(flow.layers):
        passing, shift = near_one(own.dz_passing[:1])
        weights = passage.of_layer(number)[passage.cell.recurrent]
        near, more = near_one(times(passing, weights))
        parts.append(near[0])
        exponents.append(own.dz_exponent[0] + shift[0] + more[0])
    aligned, exponent = align(np.stack(parts), np.array(exponents))
    return _numbers(aligned.sum(axis=0)[np.newaxis], np.array([exponent]))


def _numbers(values: Array, exponent: IntArray) -> Numbers:
    return _none_for_zero(Scaled(values, exponent).log10_norms())


def _none_for_zero(log10_norms: Array) -> Numbers:
    """JSON's null for NaN."""
    return [None if value != value else value for value in log10_norms.tolist()]
