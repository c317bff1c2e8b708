"""The signed numbers of a few steps: everything that a hand calculation would write down."""

from __future__ import annotations

from functools import partial

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.losses import Targets
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import (
    Array,
    Blocks,
    Columns,
    IntArray,
    Mask,
    Rows,
    Stack,
    record,
)
from unrolled.engine.numbers.magnitude import Scaled, near_one
from unrolled.engine.passes.arrivals import initial_gradient, travels
from unrolled.engine.passes.bptt import Backward
from unrolled.engine.passes.passage import Passage
from unrolled.engine.passes.unroll import Trace
from unrolled.engine.passes.vector import scaled_sum


@record
class LayerValues:
    """One layer's numbers at the steps of the window, S of them, [step][sample][unit].

    What a double cannot hold, too large or too small, is NaN, and so is what lies behind a sample's
    end.

    Attributes:
        layer: from 0 at the input.
        h: h_t, (S, B, H).
        dh: ∂L/∂h_t, every followed loss i ≥ t included, (S, B, H).
        a: pre-activation a_t, (S, B, H); None for gated cells.
        slope: f′(a_t), (S, B, H); None for gated cells.
        c: c_t, (S, B, H); None where there is none.
        dc: ∂L/∂c_t with what comes through h_t, likewise.
        gates: gate → its values, the candidate's signed, (S, B, H) each; None without gates.
        pre: gate → its pre-activation, likewise.
        dpre: gate → ∂L/∂(its pre-activation), likewise.
        h_0: initial state, [sample][unit], (B, H); None where no step reads it (Jordan).
        dh_0: ∂L/∂h_0, likewise; zero where a truncation stops before.
        c_0: initial cell state, (B, H); None where there is none.
        dc_0: ∂L/∂c_0, likewise.
        travels: what travels back along each kind of edge into the layer's units of a step, as it
            arrives at its source, by the names of ``Connection.carries``: (S, B, ·) each.
    """

    layer: int
    h: Blocks
    dh: Blocks
    a: Blocks | None
    slope: Blocks | None
    c: Blocks | None
    dc: Blocks | None
    gates: dict[str, Blocks] | None
    pre: dict[str, Blocks] | None
    dpre: dict[str, Blocks] | None
    h_0: Rows | None
    dh_0: Rows | None
    c_0: Rows | None
    dc_0: Rows | None
    travels: dict[str, Blocks]


@record
class Values:
    """The signed numbers of the steps ``first`` … ``last``, time-major: [step][sample][unit].

    L is the sum of the followed losses, those that the graph shows. A number that a double cannot
    hold, too large or too small, is NaN.

    Attributes:
        first: the first step here: of ``window``, or 1.
        last: the last step here; below ``first`` where the window holds none.
        x: inputs x_t, (B, D) each; None at steps that read no input.
        dx: ∂L/∂x_t, likewise.
        o: outputs o_t, (B, K) each; None at steps whose output is unused.
        do: ∂L/∂o_t, what comes back through Jordan's feedback included, likewise.
        y: targets as numbers, a class as 1 among zeros, (B, K) each; None where no loss is emitted,
            or where its gradient is given.
        layers: the layer that reads the input first.
        terms: parameter → what every step adds to its gradient, [step] and then the parameter's
            shape, the mean over the batch inside; over all steps they sum to the gradient of L.
        behind: parameter → the sum of the terms of the steps behind ``last``.
        parameters: parameter → its own numbers, as drawn or given.
    """

    first: int
    last: int
    x: list[Rows | None]
    dx: list[Rows | None]
    o: list[Rows | None]
    do: list[Rows | None]
    y: list[Rows | None]
    layers: tuple[LayerValues, ...]
    terms: dict[str, Stack]
    behind: dict[str, Columns]
    parameters: dict[str, Columns]


def signed_values(
    passage: Passage,
    path: Backward,
    targets: Targets,
    window: tuple[int, int] | None,
    *,
    judged: bool = True,
) -> Values:
    """Write down the numbers behind the norms.

    ``path`` is the backward pass of the followed losses alone; ``window`` None takes all steps;
    ``judged`` is whether outputs are compared with the targets.
    """
    trace = passage.trace
    first, last = steps_of(window, trace.steps)
    at = slice(first - 1, last)
    there = partial(_there, trace, at)
    lane, own = passage.lanes[-1], path.layers[0]
    dz, shift = near_one(own.dz[at])
    dx = _plain(lane.below(dz), own.dz_exponent[at] + shift)
    outputs = (trace.emits | passage.cell.feeds_outputs) & (passage.network.output_size > 0)
    do = _plain(path.do[at], path.output_exponent[at])
    return Values(
        first=first,
        last=last,
        x=_used(there(trace.layers[0].x[at]), trace.reads[at]),
        dx=_used(there(dx), trace.reads[at]),
        o=_used(there(trace.o[at]), outputs[at]),
        do=_used(there(do), outputs[at]),
        y=_targets(targets, trace)[at] if judged else [None] * len(trace.h[at]),
        layers=tuple(_layer(passage, number, path, at) for number in range(len(path.layers))),
        terms={name: _terms(path, name, at) for name in passage.network.parameter_shapes()},
        behind={name: _behind(path, name, last) for name in passage.network.parameter_shapes()},
        parameters=passage.parameters,
    )


def steps_of(window: tuple[int, int] | None, steps: int) -> tuple[int, int]:
    """The first and the last step of a window that a sequence has."""
    first, last = window or (1, steps)
    return max(first, 1), max(min(last, steps), max(first, 1) - 1)


def count_values(
    network: Network, *, steps: int, batch_size: int, window: tuple[int, int] | None = None
) -> int:
    """How many numbers ``signed_values`` writes down; fewer where a state overflows."""
    cell, topology = CELLS[network.cell], TOPOLOGIES[network.topology]
    first, last = steps_of(window, steps)
    parts = 2 * sum(network.widths[part] for part in cell.states)
    state = parts + (3 * len(cell.gates) or 2) * network.hidden_size
    initial = 0 if cell.feeds_outputs else parts
    seen = last - first + 1
    reading = seen if topology.reads_all else int(first == 1 <= last)
    judged = seen if topology.emits_all else int(first <= steps == last)
    emitting = seen if cell.feeds_outputs else judged
    sizes = [int(np.prod(shape)) for shape in network.parameter_shapes().values()]
    units = network.num_layers * (seen * state + initial)
    ends = 2 * reading * network.input_size + (2 * emitting + judged) * network.output_size
    ends += seen * _count_travels(network)
    return batch_size * (units + ends) + (seen + 2) * sum(sizes)


def _count_travels(network: Network) -> int:
    """How many numbers that are, a step and sample."""
    cell, shown = CELLS[network.cell], network.shown_size
    back = network.output_size if cell.feeds_outputs else shown
    crossing = back * (2 if cell.copies else 1) + (2 * network.hidden_size if cell.has_c else 0)
    inward = network.input_size + (network.num_layers - 1) * shown
    return inward + network.num_layers * crossing + shown + network.output_size


def _layer(passage: Passage, number: int, path: Backward, at: slice) -> LayerValues:
    """One layer's part."""
    layer, own, cell = passage.trace.layers[number], path.layers[number], passage.cell
    there = partial(_there, passage.trace, at)
    parts = [there(_plain(part[at], own.exponent[at])) for part in own.state]
    start = [
        _plain(part.value, part.exponent)[0] for part in initial_gradient(passage, number, own)
    ]
    gates, slope = cell.gate_values(layer), passage.lane(number).slope
    z, dz = _gates_weigh(passage, number, path, at) if cell.gates else (None, None)
    return LayerValues(
        layer=number,
        h=there(layer.h[at]),
        dh=parts[0],
        a=None if cell.gates else there(layer.saved["a"][at]),
        slope=None if slope is None else there(slope[at]),
        c=None if layer.c is None else there(layer.c[at]),
        dc=parts[1] if len(parts) > 1 else None,
        gates={name: there(values[at]) for name, values in gates.items()} or None,
        pre=z,
        dpre=dz,
        h_0=layer.h_0 if start else None,
        dh_0=start[0] if start else None,
        c_0=layer.c_0,
        dc_0=start[1] if len(start) > 1 else None,
        travels={
            name: there(_plain(*arrived)) for name, arrived in travels(passage, number, path, at)
        },
    )


def _gates_weigh(
    passage: Passage, number: int, path: Backward, at: slice
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Gate → its pre-activation, and ∂L/∂(that): what its bias hears, sample by sample."""
    gates, name = passage.cell.gates, f"b_h_{number}" if number else "b_h"
    exponent = 0 if path.term_exponents is None else path.term_exponents[name][at]
    near = [near_one(product.left[at]) for product in path.factors[name]]
    dz = np.concatenate([_plain(left, own + exponent) for left, own in near], axis=-1)
    z = passage.trace.layers[number].saved["z"][at]
    dz = dz.reshape(z.shape)
    z, dz = (_there(passage.trace, at, values) for values in (z, dz))
    return (
        {gate.name: z[:, :, n] for n, gate in enumerate(gates)},
        {gate.name: dz[:, :, n] for n, gate in enumerate(gates)},
    )


def _terms(path: Backward, name: str, at: slice) -> Array:
    """Every step's term of one parameter: leftᵀ right, or Σ_B left."""
    rows = [_plain(part.value, part.exponent) for part in path.parts(name, at)]
    return rows[0] if len(rows) == 1 else np.concatenate(rows, axis=1)


def _behind(path: Backward, name: str, last: int) -> Array:
    """Σ_{t > last} of the terms of one parameter; zeros where there are none."""
    exponent = None if path.term_exponents is None else path.term_exponents[name][last:]
    later = (one.at(slice(last, None)) for one in path.factors[name])
    total = scaled_sum(tuple(later), exponent)
    return np.asarray(_plain(total.value, total.exponent)[0])


def _targets(targets: Targets, trace: Trace) -> list[Array | None]:
    """At every step what should be said, None where no loss is emitted."""
    given = iter(targets)
    classes = np.eye(trace.o.shape[2]) if targets.ndim == 2 else None
    every = [next(given) if emits else None for emits in trace.emits.tolist()]
    if classes is not None:
        every = [None if one is None else classes[one] for one in every]
    if trace.masks is None:
        return every
    heard = trace.masks.weights[..., np.newaxis] > 0.0
    return [
        None if one is None else np.where(here, one, np.nan)
        for one, here in zip(every, heard, strict=True)
    ]


def _there(trace: Trace, at: slice, values: Array) -> Array:
    """NaN at the pairs of step and sample that do not count, (S, B, …)."""
    if trace.masks is None:
        return values
    live = trace.masks.live[at].reshape(*values.shape[:2], *([1] * (values.ndim - 2)))
    return np.where(live, values, np.nan)


def _plain(values: Array, exponent: IntArray) -> Array:
    """values[n] · 2^exponent[n]; NaN where a double cannot hold it."""
    plain = Scaled(values, exponent).unscaled()
    lost = ~np.isfinite(plain) | ((plain == 0.0) & (values != 0.0))
    return np.where(lost, np.nan, plain) if lost.any() else plain


def _used(values: Array, used: Mask) -> list[Array | None]:
    """None at the steps that are not used."""
    return [step if here else None for step, here in zip(values, used.tolist(), strict=True)]
