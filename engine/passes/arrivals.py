"""How much of the gradient arrives where: what every edge of the graph carries back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from unrolled.engine.cells.lane import Lane, State
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray, cuts
from unrolled.engine.numbers.magnitude import Scaled, align, near_one
from unrolled.engine.numbers.products import times
from unrolled.engine.passes.bptt import Backward, LayerGradient
from unrolled.engine.passes.passage import Passage

Numbers = list[float | None]
Arrived = tuple[Array, IntArray]
"""Numbers (S, B, ·), and their binary exponents (S,)."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """log₁₀ of what arrives where in one layer, None where nothing does; each (T,).

    ``at`` holds, by the names of ``Connection.carries`` and ``Unit.gradient``:

    * ``x``: at what the layer reads;
    * ``state``, ``c``: at h_t and c_t, every followed loss together;
    * ``feedback``: at the context units that the recurrent parameter multiplied;
    * ``crossing``: at what the recurrent parameter multiplied, as far as it goes on to step t − 1;
    * ``c_crossing``: what goes on from c_t to c_{t−1}; ``c_through``: what reaches c_t through h_t;

    and in the last layer ``o`` at o_t, ``loss`` from o_t's own loss, ``through`` at h_t through
    o_t, ``o_initial`` at o_0 (its one entry); without outputs only ``entering``, at h_t from the
    loss.

    Attributes:
        at: name → numbers.
        added: parameter → what step t adds to its gradient.
    """

    at: dict[str, Numbers]
    added: dict[str, Numbers]


def arrivals(passage: Passage, flow: Backward, terms: dict[str, Array]) -> list[Arrivals]:
    """Multiply what the backward pass kept by the weights that it still has to cross, layer-wise.

    ``flow`` and ``terms`` (parameter → log₁₀ of what each step adds) are of the followed losses
    alone.
    """
    found = []
    for number, own in enumerate(flow.layers):
        at: dict[str, Numbers] = {}
        for some in cuts(len(own.dz), own.dz[0].size):
            for name, arrived in travels(passage, number, flow, some):
                at.setdefault(name, []).extend(_numbers(*arrived))
        for name, part in zip(("state", "c"), own.state, strict=False):
            at[name] = _numbers(part, own.exponent)
        inside = {row.parameter for row in passage.cell.wiring.connections if row.where != "last"}
        names = [layered(name, number) for name in inside if name]
        found.append(Arrivals(at, {name: _none_for_zero(terms[name]) for name in names}))
    if not passage.network.output_size:
        return found
    found[-1].at["o"] = _numbers(flow.do, flow.output_exponent)
    if passage.cell.feeds_outputs:
        found[-1].at["o_initial"] = _initial_output(passage, flow)
    found[-1].added["W_hy"] = _none_for_zero(terms["W_hy"])
    return found


def travels(
    passage: Passage, number: int, flow: Backward, at: slice = slice(None)
) -> Iterator[tuple[str, Arrived]]:
    """What arrives at the sources of the edges that enter a layer, by ``Connection.carries``.

    Of an edge that a truncation stops, ``crossing`` is zero.

    Of the followed losses alone.
    """
    cell, lane, own = passage.cell, passage.lane(number), flow.layers[number]
    dz, shift = near_one(own.dz[at])
    exponent = own.dz_exponent[at] + shift
    yield "x", (lane.below(dz), exponent)
    if cell.feeds_outputs:
        weights = passage.of_layer(number)[cell.recurrent]
        passing, passing_shift = near_one(own.dz_passing[at])
        yield "feedback", (times(dz, weights), exponent)
        yield "crossing", (times(passing, weights), own.dz_exponent[at] + passing_shift)
    else:
        arrived = across(lane, own, own.passing, own.dz_passing, at)
        yield "crossing", arrived[0]
        if cell.copies:
            yield "feedback", across(lane, own, own.state, own.dz, at)[0]
        if cell.has_c:
            yield "c_crossing", arrived[1]
            yield "c_through", (lane.to_c(own.state[0][at], at), own.exponent[at])
    if number < len(flow.layers) - 1:
        return
    if not passage.network.output_size:
        yield "entering", (flow.do_local[at], flow.output_exponent[at] * 0)
    else:
        do, shift = near_one(flow.do[at])
        through = times(do, passage.parameters["W_hy"])
        yield "through", (through, flow.output_exponent[at] + shift)
        yield "loss", (flow.do_local[at], flow.output_exponent[at] * 0)


def initial_gradient(passage: Passage, number: int, own: LayerGradient) -> list[Scaled]:
    """∂L/∂h_0, and ∂L/∂c_0 where there is a c: what crosses from step 1 to step 0, (1, B, H) each.

    Zero where a truncation stops at step 1; empty where the output is fed back, whose o_0 is 0.
    """
    if passage.cell.feeds_outputs:
        return []
    lane, first = passage.lane(number), slice(0, 1)
    crossing = across(lane, own, own.passing, own.dz_passing, first)
    return [Scaled(values, exponent) for values, exponent in crossing]


def across(
    lane: Lane, own: LayerGradient, state: State, dz: Array, at: slice = slice(None)
) -> list[Arrived]:
    """What arrives one step earlier, at many steps at once: (values, exponents) of every part.

    ``own`` holds the exponents of ``state`` and ``dz``, or of the parts of them that may go on.
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
