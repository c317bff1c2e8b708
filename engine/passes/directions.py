"""Layers of two directions: each an ordinary layer of one on a clock of its own.

A reverse direction reads its layer's inputs from each sample's own end, and its states are turned
back before anybody above reads them. Its way back is therefore that of any layer, in whole passes,
layer by layer; only where directions meet are steps turned round.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.base import Layer
from unrolled.engine.cells.lane import State
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network, layered, of_layer, outward
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters, record
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.magnitude import all_finite, holds_tiny, ldexp_rows, near_one
from unrolled.engine.numbers.products import Terms, shifted, times, whole
from unrolled.engine.passes.bptt import Backward, LayerGradient, trusted_totals
from unrolled.engine.passes.carry import Rows, carry, merge
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.unroll import Trace, living

Travelling = tuple[Array, IntArray]
"""Rows of a gradient at every step, (T, n, B, ·), over 2^exponents, (T, n)."""


@record
class Direction:
    """One direction of a layer.

    Attributes:
        layer: from 0 at the input.
        reverse: whether it reads from the end.
        passage: the way back through it alone, on its own clock: step 1 is where it begins.
        clock: the step of the one clock at each step of the other, from 0, (T, B); None: the same.
        seen: its forward pass on the sequence's clock.
    """

    layer: int
    reverse: bool
    passage: Passage
    clock: IntArray | None
    seen: Layer

    def turned(self, values: Array, exponents: IntArray) -> Travelling:
        """From one clock to the other, either way; rows (T, n, B, ·) over 2^exponents (T, n)."""
        if self.clock is None:
            return values, exponents
        moved = np.take_along_axis(values, self.clock[:, np.newaxis, :, np.newaxis], axis=0)
        if not np.count_nonzero(exponents):
            return moved, exponents
        own = np.take_along_axis(
            np.broadcast_to(exponents[:, :, np.newaxis], values.shape[:3]),
            self.clock[:, np.newaxis],
            axis=0,
        )
        alive = np.any(moved, axis=3)
        top = np.where(alive, own, np.iinfo(np.int64).min).max(axis=2)
        top = np.where(np.any(alive, axis=2), top, 0)
        away = np.where(alive, own - top[:, :, np.newaxis], 0)
        flat = ldexp_rows(moved.reshape(-1, moved.shape[3]), away.ravel())
        return flat.reshape(moved.shape), top


@record
class BothWays:
    """A network of two directions after its forward pass, before any gradient goes back.

    Attributes:
        top: the way from the losses to the states that outputs read, both directions side by side,
            (T, B, 2H); it has no lanes.
        layers: every layer's directions, the layer that reads the input first.
        careful: whether gradients need exponents from the start.
    """

    top: Passage
    layers: tuple[tuple[Direction, ...], ...]
    careful: bool

    @property
    def directions(self) -> list[Direction]:
        """All of them, layer by layer."""
        return [one for own in self.layers for one in own]


def unroll_both_ways(network: Network, parameters: Parameters, sequence: Sequence) -> BothWays:
    """Run every layer over the whole sequence in both directions, one layer after the other.

    h→_t = cell(x_t, h→_{t−1});   h←_t = cell(x_t, h←_{t+1}), from each sample's own end

    The layer above reads [h→_t, h←_t];   o_t = W_hy [h→_t, h←_t] + b_y with those of the last layer

    Raises:
        InvalidInput: for a sequence with resets, or where a state or an output leaves the range of
            a double.
    Source: Schuster & Paliwal 1997; PyTorch's nn.LSTM(bidirectional=True) with packed sequences.
    """
    topology, counts, cell = TOPOLOGIES[network.topology], sequence.masks, CELLS[network.cell]
    if counts is not None and counts.fresh.any():
        raise InvalidInput(
            ("sequence", "resets"),
            "received true; with bidirectional layers no state starts anew inside a sequence: "
            "allowed false everywhere, or leave them out",
        )
    steps, batch = sequence.steps, sequence.inputs.shape[1]
    reads, emits = topology.reads(steps), sequence.emitting(topology)
    below = np.zeros((steps, batch, network.input_size))
    below[reads] = sequence.inputs
    every, clock = np.ones(steps, dtype=bool), _clock(sequence)
    layers: list[tuple[Direction, ...]] = []
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for layer in range(network.num_layers):
            own = []
            single = replace(
                network,
                input_size=below.shape[2],
                output_size=0,
                num_layers=1,
                bidirectional=False,
            )
            for way in network.ways:
                weights = of_layer(cell, parameters, layer, way)
                weights = {n: w for n, w in weights.items() if n not in outward(parameters)}
                at = clock if way else None
                place = len(network.ways) * layer + way
                start = tuple(sequence.initial(s, place, network.widths[s]) for s in "hc")
                made = cell.forward(
                    weights,
                    _moved(below, at),
                    (start[0], start[1]),
                    ACTIVATIONS[network.activation].value,
                    None if counts is None else counts.keeps,
                )
                if counts is not None:
                    (made,) = living((made,), counts.live)
                _refuse_overflow(made, layer, way)
                alone = Trace((made,), np.empty((steps, batch, 0)), every, every, counts)
                passage = Passage.of(single, weights, alone, Truncation())
                own.append(Direction(layer, way, passage, at, _seen(made, below, at)))
            layers.append(tuple(own))
            below = np.concatenate([one.seen.h for one in own], axis=2)
        o = np.empty((steps, batch, 0))
        if network.output_size:
            o = times(below, parameters["W_hy"].T)
            o += parameters["b_y"]
            o = o if counts is None else np.where(counts.live[..., np.newaxis], o, 0.0)
    if not all_finite(o[emits]):
        raise InvalidInput(("weights",), "o overflows the range of a double: use smaller weights")
    joined = Layer(layers[-1][0].seen.x, below[:0], below, below[0] * 0.0)
    if counts is not None:
        joined = replace(joined, live=counts.live)
    every_one = [one.passage for own in layers for one in own]
    careful = any(passage.careful for passage in every_one)
    inward = [passage.lanes[0].inward for passage in every_one[len(network.ways) :]]
    careful = careful or holds_tiny(*inward, *outward(parameters).values())
    trace = Trace((joined,), o, reads, emits, counts)
    top = Passage(network, parameters, trace, Truncation(), (), careful)
    return BothWays(top, tuple(layers), careful)


def backward_both_ways(both: BothWays, entering: Entering) -> tuple[Backward, list[LayerGradient]]:
    """Carry the gradient of the given losses back, layer by layer.

    Returns:
        everything on the sequence's clock, the directions of every layer in the place of layers;
        and each direction's gradients on its own clock.
    """
    own: list[LayerGradient] | None = None
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if not entering.careful:
            own = _totals(both, entering, careful=False)
            pairs = zip(both.directions, own, strict=True)
            if not all(trusted_totals(one.passage, [found]) for one, found in pairs):
                own = None
        if own is None:
            own = _totals(both, entering, careful=True)
    factors: Terms = {}
    exponents: dict[str, IntArray] = {}
    shown = [_on_the_sequence(one, found) for one, found in zip(both.directions, own, strict=True)]
    for one, found in zip(both.directions, shown, strict=True):
        for name, products in one.passage.cell.terms(one.seen, found.dz).items():
            factors[layered(name, one.layer, one.reverse)] = products
            exponents[layered(name, one.layer, one.reverse)] = found.dz_exponent
    trace, zero = both.top.trace, np.zeros(both.top.trace.steps, dtype=np.int64)
    do = entering.given
    if both.top.network.output_size:
        factors |= {"W_hy": whole(do, trace.h), "b_y": whole(do)}
        exponents |= {"W_hy": zero, "b_y": zero}
    else:
        do = trace.o
    scaled = any(map(np.count_nonzero, exponents.values())) or shifted(factors)
    flow = Backward(tuple(shown), do, entering.given, zero, factors, exponents if scaled else None)
    return flow, own


def rows_both_ways(
    both: BothWays, local: Travelling, *, careful: bool
) -> list[tuple[list[Array], IntArray]]:
    """Carry rows back that each enter the last layer at steps of their own.

    Args:
        both: the network.
        local: what enters at every step, (T, n, B, 2H) over 2^exponents (T, n).
        careful: whether every row has an exponent.

    Returns:
        of every direction, the input's layer first, ∂L/∂h_t, and ∂L/∂c_t where there is a c, on the
        sequence's clock, (T, n, B, H) over 2^exponents (T, n).
    """
    shape = local[1].shape
    return [
        _parts(one, rows.states[0], rows.exponents[0].reshape(shape) if careful else local[1] * 0)
        for one, rows in _down(both, local, careful=careful)
    ]


def _totals(both: BothWays, entering: Entering, *, careful: bool) -> list[LayerGradient]:
    """The sum of all losses in one row, each direction on its own clock."""
    local = entering.local[:, np.newaxis], entering.exponent[:, np.newaxis]
    zero = np.zeros(len(entering.local), dtype=np.int64)
    return [
        LayerGradient(
            rows.states[0],
            rows.dz[0],
            *((rows.exponents[0], rows.dz_exponents[0]) if careful else (zero, zero)),
            rows.states[0],  # nothing is cut: all of it goes on
            rows.dz[0],
        )
        for _, rows in _down(both, local, careful=careful)
    ]


def _down(both: BothWays, local: Travelling, *, careful: bool) -> list[tuple[Direction, Rows]]:
    """Whole passes from the last layer down; the input's layer comes first, each on its clock."""
    found: list[tuple[Direction, Rows]] = []
    (steps, many, batch, _), (values, exponents) = local[0].shape, local
    for own in reversed(both.layers):
        parts = np.split(values, len(own), axis=3)
        below: list[Travelling] = []
        here = []
        for one, part in zip(own, parts, strict=True):
            enters, shift = one.turned(part, exponents)
            flat = enters.reshape(steps * many, batch, -1)
            given = Entering(flat, flat, shift.ravel(), careful)
            rows = Rows.empty(one.passage, steps * many, careful=careful)
            every = one.passage.trace.emits
            for _ in carry(one.passage, given, every, careful=careful, together=rows):
                pass
            here.append((one, rows))
            if one.layer:
                dx = one.passage.lanes[0].below(rows.dz[0])
                away = rows.dz_exponents[0] if careful else np.zeros(len(dx), dtype=np.int64)
                if careful:
                    dx, near = near_one(dx)
                    away = away + near
                dx = dx.reshape(steps, many, batch, -1)
                below.append(one.turned(dx, away.reshape(steps, many)))
        found = here + found
        if below:
            values, exponents = _sum(below, careful=careful)
    return found


def _sum(parts: list[Travelling], *, careful: bool) -> Travelling:
    """What several directions hand down, together."""
    (values, exponents), *others = parts
    for more, other in others:
        if not careful:
            values = values + more
            continue
        shape, total, top = values.shape, values.copy(), exponents.ravel().copy()
        added, shift = near_one(more.reshape(-1, *shape[2:]))
        merge([total.reshape(-1, *shape[2:])], top, added, other.ravel() + shift)
        values, exponents = total, top.reshape(shape[:2])
    return values, exponents


def _on_the_sequence(one: Direction, own: LayerGradient) -> LayerGradient:
    """A direction's gradients on the sequence's clock."""
    if one.clock is None:
        return own
    dz, dz_exponent = one.turned(own.dz[:, np.newaxis], own.dz_exponent[:, np.newaxis])
    parts, exponent = _parts(one, own.state, own.exponent[:, np.newaxis])
    state = [part[:, 0] for part in parts]
    return LayerGradient(state, dz[:, 0], exponent[:, 0], dz_exponent[:, 0], state, dz[:, 0])


def _parts(one: Direction, state: State, exponents: IntArray) -> tuple[list[Array], IntArray]:
    """The parts of a state, (n T, B, ·) each over 2^exponents (T, n), on the other clock."""
    steps, many = exponents.shape
    wide = np.concatenate(state, axis=2)
    moved, common = one.turned(wide.reshape(steps, many, *wide.shape[1:]), exponents)
    return np.split(moved, np.cumsum([part.shape[2] for part in state[:-1]]), axis=3), common


def _clock(sequence: Sequence) -> IntArray:
    """Step T_b − 1 − t of sample b for t < T_b, from 0; behind its end the same step, (T, B)."""
    steps, batch = sequence.steps, sequence.inputs.shape[1]
    at = np.arange(steps)[:, np.newaxis]
    ends = np.full(batch, steps)
    if sequence.masks is not None:
        ends = np.count_nonzero(sequence.masks.live, axis=0)
    return np.where(at < ends, ends - 1 - at, at)


def _moved(values: Array, clock: IntArray | None) -> Array:
    """Another order of steps, sample by sample, (T, B, …)."""
    if clock is None:
        return values
    at = clock.reshape(*clock.shape, *([1] * (values.ndim - 2)))
    return np.take_along_axis(values, at, axis=0)


def _seen(made: Layer, x: Array, clock: IntArray | None) -> Layer:
    """A direction's forward pass on the sequence's clock."""
    if clock is None:
        return made
    return replace(
        made,
        x=x,
        feedback=_moved(made.feedback, clock),
        h=_moved(made.h, clock),
        saved={name: _moved(values, clock) for name, values in made.saved.items()},
        c=None if made.c is None else _moved(made.c, clock),
    )


def _refuse_overflow(made: Layer, layer: int, reverse: bool) -> None:
    """Raise where a direction's state leaves the range of a double."""
    for name, values in (("h", made.h), ("c", made.c)):
        if values is not None and not all_finite(values):
            way = "that reads from the end" if reverse else "that reads from the beginning"
            raise InvalidInput(
                ("weights",),
                f"{name} of layer {layer + 1}, of the direction {way}, overflows the range of a "
                "double: use fewer steps, smaller weights or smaller inputs",
            )
