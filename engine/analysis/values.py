"""The signed numbers of a few steps: everything that a hand calculation would write down."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Array, Blocks, IntArray, Mask, Rows, Stack
from unrolled.engine.numbers.magnitude import Scaled, near_one
from unrolled.engine.numbers.records import record
from unrolled.engine.passes.arrivals import initial_gradient
from unrolled.engine.passes.bptt import Backward
from unrolled.engine.passes.passage import Passage


@record
class LayerValues:
    """One layer's numbers at the steps of the window, S of them, [step][sample][unit].

    What a double cannot hold, too large or too small, is NaN.

    Attributes:
        layer: from 0 at the input.
        h: h_t, (S, B, H).
        dh: ∂L/∂h_t, every followed loss i ≥ t included, (S, B, H).
        a: pre-activation a_t, (S, B, H); None for gated cells.
        c: c_t, (S, B, H); None where there is none.
        dc: ∂L/∂c_t with what comes through h_t, likewise.
        gates: gate → its values, the candidate's signed, (S, B, H) each; None without gates.
        h_0: initial state, [sample][unit], (B, H); None where no step reads it (Jordan).
        dh_0: ∂L/∂h_0, likewise; zero where a truncation stops before.
        c_0: initial cell state, (B, H); None where there is none.
        dc_0: ∂L/∂c_0, likewise.
    """

    layer: int
    h: Blocks
    dh: Blocks
    a: Blocks | None
    c: Blocks | None
    dc: Blocks | None
    gates: dict[str, Blocks] | None
    h_0: Rows | None
    dh_0: Rows | None
    c_0: Rows | None
    dc_0: Rows | None


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
        layers: the layer that reads the input first.
        terms: parameter → what every step adds to its gradient, [step] and then the parameter's
            shape, the mean over the batch inside; over all steps they sum to the gradient of L.
    """

    first: int
    last: int
    x: list[Rows | None]
    dx: list[Rows | None]
    o: list[Rows | None]
    do: list[Rows | None]
    layers: tuple[LayerValues, ...]
    terms: dict[str, Stack]


def signed_values(passage: Passage, path: Backward, window: tuple[int, int] | None) -> Values:
    """Write down the numbers behind the norms.

    Args:
        passage: the way back.
        path: the backward pass of the followed losses alone.
        window: the first and the last step, from 1; None takes all.
    """
    trace = passage.trace
    first, last = steps_of(window, trace.steps)
    at = slice(first - 1, last)
    lane, own = passage.lanes[-1], path.layers[0]
    dz, shift = near_one(own.dz[at])
    dx = _plain(lane.below(dz), own.dz_exponent[at] + shift)
    outputs = trace.emits | passage.cell.feeds_outputs
    do = _plain(path.do[at], path.output_exponent[at])
    return Values(
        first=first,
        last=last,
        x=_used(trace.layers[0].x[at], trace.reads[at]),
        dx=_used(dx, trace.reads[at]),
        o=_used(trace.o[at], outputs[at]),
        do=_used(do, outputs[at]),
        layers=tuple(_layer(passage, number, path, at) for number in range(len(path.layers))),
        terms={name: _terms(path, name, at) for name in passage.network.parameter_shapes()},
    )


def steps_of(window: tuple[int, int] | None, steps: int) -> tuple[int, int]:
    """The first and the last step of a window that a sequence has."""
    first, last = window or (1, steps)
    return max(first, 1), max(min(last, steps), max(first, 1) - 1)


def count_values(
    network: Network, *, steps: int, batch_size: int, window: tuple[int, int] | None = None
) -> int:
    """How many numbers ``signed_values`` writes down; fewer where a state overflows.

    Args:
        network: cell, topology, sizes and layers.
        steps: T.
        batch_size: B.
        window: the first and the last step, from 1; None takes all.
    """
    cell, topology = CELLS[network.cell], TOPOLOGIES[network.topology]
    first, last = steps_of(window, steps)
    parts = len(cell.states)
    state = 2 * parts + (len(cell.gates) or 1)
    initial = 0 if cell.feeds_outputs else 2 * parts
    seen = last - first + 1
    reading = seen if topology.reads_all else int(first == 1 <= last)
    emitting = seen if topology.emits_all or cell.feeds_outputs else int(first <= steps == last)
    sizes = [int(np.prod(shape)) for shape in network.parameter_shapes().values()]
    units = network.num_layers * network.hidden_size * (seen * state + initial)
    ends = 2 * (reading * network.input_size + emitting * network.output_size)
    return batch_size * (units + ends) + seen * sum(sizes)


def _layer(passage: Passage, number: int, path: Backward, at: slice) -> LayerValues:
    """One layer's part."""
    layer, own, cell = passage.trace.layers[number], path.layers[number], passage.cell
    parts = [_plain(part[at], own.exponent[at]) for part in own.state]
    start = [
        _plain(part.value, part.exponent)[0] for part in initial_gradient(passage, number, own)
    ]
    gates = cell.gate_values(layer)
    return LayerValues(
        layer=number,
        h=layer.h[at],
        dh=parts[0],
        a=None if cell.gates else layer.saved["a"][at],
        c=None if layer.c is None else layer.c[at],
        dc=parts[1] if len(parts) > 1 else None,
        gates={name: values[at] for name, values in gates.items()} or None,
        h_0=layer.h_0 if start else None,
        dh_0=start[0] if start else None,
        c_0=layer.c_0,
        dc_0=start[1] if len(start) > 1 else None,
    )


def _terms(path: Backward, name: str, at: slice) -> Array:
    """Every step's term of one parameter: leftᵀ right, or Σ_B left."""
    rows = [_plain(part.value, part.exponent) for part in path.parts(name, at)]
    return rows[0] if len(rows) == 1 else np.concatenate(rows, axis=1)


def _plain(values: Array, exponent: IntArray) -> Array:
    """values[n] · 2^exponent[n]; NaN where a double cannot hold it."""
    plain = Scaled(values, exponent).unscaled()
    lost = ~np.isfinite(plain) | ((plain == 0.0) & (values != 0.0))
    return np.where(lost, np.nan, plain) if lost.any() else plain


def _used(values: Array, used: Mask) -> list[Array | None]:
    """None at the steps that are not used."""
    return [step if here else None for step, here in zip(values, used.tolist(), strict=True)]
