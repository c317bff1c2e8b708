"""Backward through time: every per-step term, before it is summed."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells.lane import State
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import Magnitudes, Scaled, align, trusted
from unrolled.engine.numbers.products import Terms, times, whole
from unrolled.engine.numbers.records import record
from unrolled.engine.passes.carry import Rescale, carry, cross
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.terms import formed, joined, term_log10_norms
from unrolled.engine.passes.vector import Vector, summed

_DEAD = 1e-60
"""A zero behind a squared norm below this may be an underflow rather than a dead unit."""


@record
class LayerGradient:
    """One layer's gradients; index 0 is step 1.

    All arrays share one exponent a step: the true value at step t is value · 2^exponent[t].

    Attributes:
        state: ∂L/∂h_t, every later loss included, (T, B, H); and ∂L/∂c_t where there is a c.
        dz: ∂L/∂z_t where the weights enter (∂L/∂a_t of a simple cell), (T, B, ·).
        exponent: of ``state``, (T,).
        dz_exponent: of ``dz``, (T,).
        passing: the part of ``state`` that the truncation lets go on to step t − 1.
        dz_passing: that of ``dz``.
    """

    state: State
    dz: Array
    exponent: IntArray
    dz_exponent: IntArray
    passing: State
    dz_passing: Array

    def part(self, index: int) -> Scaled:
        """∂L/∂h_t (0) or ∂L/∂c_t (1), (T, B, H)."""
        return Scaled(self.state[index], self.exponent)

    def whole(self) -> Scaled:
        """∂L/∂(h_t, c_t) together, (T, parts, B, H)."""
        return Scaled(np.stack(self.state, axis=1), self.exponent)

    def magnitudes(self, index: int) -> Magnitudes:
        """Its norms, (T,)."""
        return self.part(index).magnitudes()


@record
class Backward:
    """One backward pass; index 0 is step 1.

    Attributes:
        layers: every layer's gradients, the layer that reads the input first.
        do: ∂L/∂o_t, Jordan's path through the feedback included, (T, B, K).
        do_local: ∂L_t/∂o_t alone, (T, B, K); plain numbers.
        output_exponent: that of ``do``, (T,).
        factors: parameter → what step t adds, as products.
        term_exponents: parameter → the exponents of its terms, (T,), or None where all are zero.
    """

    layers: tuple[LayerGradient, ...]
    do: Array
    do_local: Array
    output_exponent: IntArray
    factors: Terms
    term_exponents: dict[str, IntArray] | None

    @property
    def top(self) -> LayerGradient:
        """The layer that the outputs read."""
        return self.layers[-1]

    def hidden(self, layer: int = -1) -> Magnitudes:
        """‖∂L/∂h_t‖ of one layer, (T,)."""
        return self.layers[layer].magnitudes(0)

    def cell(self, layer: int = -1) -> Magnitudes | None:
        """‖∂L/∂c_t‖ of one layer, (T,), where there is a c."""
        own = self.layers[layer]
        return own.magnitudes(1) if len(own.state) > 1 else None

    def steps(self, name: str) -> Scaled:
        """The term that every step adds to ∂L/∂(parameter), shape (T, *parameter).

        dW_steps[t] = left_tᵀ right_t;   db_steps[t] = Σ_B left_t
        """
        return joined(self.parts(name))

    def parts(self, name: str, at: slice = slice(None)) -> list[Scaled]:
        """The same at some steps, its rows as the products have them, each with its exponents."""
        exponent = None if self.term_exponents is None else self.term_exponents[name]
        return [formed(product, exponent, at) for product in self.factors[name]]

    def gradients(self) -> Vector:
        """∂L/∂(parameter) = Σ_t of its terms, all parameters as one vector."""
        return summed(self.factors, self.term_exponents)

    def step_log10_norms(self) -> dict[str, Array]:
        """log₁₀ ‖the term that step t adds‖ for every parameter, NaN where exactly zero, (T,)."""
        return term_log10_norms(self.factors, self.term_exponents)


def backward(
    passage: Passage,
    entering: Entering,
    rescale: Rescale | None = None,
) -> Backward:
    """Carry the gradient of the given losses back through time.

    ∂L/∂h_t = ∂L_t/∂h_t + ∂L/∂z_{t+1} R   (where the truncation lets it), and for every layer but
    the last also ∂L/∂z_t W_xh of the layer above

    Args:
        passage: the way back.
        entering: the losses at their own steps.
        rescale: what else happens to ∂L/∂h_t before it goes further back (clipping on the way).
    Source: notes, "Learning in RNNs: BPTT"; Werbos 1990.
    """
    steps, truncation = passage.trace.steps, passage.truncation
    windowed = 1 < truncation.reach(steps) <= steps
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        layers = None
        if not (entering.careful or rescale):
            layers = _windowed(passage, entering) if windowed else _recursive(passage, entering)
        if layers is None:
            layers = _summed(passage, entering, rescale, together=not windowed)
        do, output_exponent = entering.do, np.zeros(steps, dtype=np.int64)
        if passage.cell.feeds_outputs:
            do, output_exponent = _through_outputs(passage, do, layers)
    return _backward(passage, entering, tuple(layers), do, output_exponent)


def _backward(
    passage: Passage,
    entering: Entering,
    layers: tuple[LayerGradient, ...],
    do: Array,
    output_exponent: IntArray,
) -> Backward:
    """Say what every step adds to every parameter."""
    factors: Terms = {}
    exponents: dict[str, IntArray] = {}
    for number, (layer, own) in enumerate(zip(passage.trace.layers, layers, strict=True)):
        for name, products in passage.cell.terms(layer, own.dz).items():
            factors[layered(name, number)] = products
            exponents[layered(name, number)] = own.dz_exponent
    factors |= {"W_hy": whole(do, passage.trace.h), "b_y": whole(do)}
    exponents |= {"W_hy": output_exponent, "b_y": output_exponent}
    distinct = {id(exponent): exponent for exponent in exponents.values()}.values()
    scaled = any(map(np.count_nonzero, distinct))
    return Backward(
        layers, do, entering.do, output_exponent, factors, exponents if scaled else None
    )


def _recursive(passage: Passage, given: Entering) -> list[LayerGradient] | None:
    """The ordinary recursion over the sum of all losses, or None where a double cannot carry it."""
    local, lanes = given.local, passage.lanes
    steps, batch, _ = local.shape
    crosses = passage.truncation.crossings(steps)
    whole = [[np.full(local.shape, 0.0) for _ in range(passage.parts)] for _ in lanes]
    inside = [np.empty((steps, batch, lane.width)) for lane in lanes]
    _stacked(passage, local, whole, inside, crosses.tolist())
    if not all(_trusted_totals(part) for parts in whole for part in parts):
        return None
    zero = np.zeros(steps, dtype=np.int64)
    layers = []
    for parts, dz in zip(whole, inside, strict=True):
        passing, dz_passing = parts, dz
        if not crosses.all():
            open_ = crosses[:, np.newaxis, np.newaxis]
            passing, dz_passing = [part * open_ for part in parts], dz * open_
        layers.append(LayerGradient(parts, dz, zero, zero, passing, dz_passing))
    return layers[::-1]


def _stacked(
    passage: Passage,
    local: Array,
    whole: list[list[Array]],
    inside: list[Array],
    crosses: list[bool],
) -> None:
    """Write ∂L/∂state and ∂L/∂z of every lane and step into ``whole`` and ``inside``."""
    lanes = passage.lanes
    states: list[list[State]] = [list(zip(*parts, strict=True)) for parts in whole]
    for t in range(len(local) - 1, -1, -1):
        here, dz = [each[t] for each in states], [each[t] for each in inside]
        np.add(here[0][0], local[t], out=here[0][0])
        for n, lane in enumerate(lanes):
            if n:
                np.add(here[n][0], lanes[n - 1].below(dz[n - 1]), out=here[n][0])
            lane.local(lane.steps[t], here[n], dz[n])
        if t and crosses[t]:
            cross(lanes, t, here, dz, [each[t - 1] for each in states])


def _trusted_totals(dh: Array) -> bool:
    """Whether a gradient stayed inside the ordinary range of a double at every step."""
    flat = dh.reshape(len(dh), -1)
    squares = np.vecdot(flat, flat)
    zero = squares == 0.0
    if zero.any() and not flat[zero].any():
        later = np.append(squares[1:], np.inf)[zero]
        squares[zero] = np.where((later > 0.0) & (later < _DEAD), 0.0, np.nan)
    return trusted(squares)


def _empty(passage: Passage) -> list[LayerGradient]:
    """Zeros for every lane, in the lanes' order."""
    h = passage.trace.h
    return [
        LayerGradient(
            [np.zeros_like(h) for _ in range(passage.parts)],
            np.zeros((*h.shape[:2], lane.width)),
            np.zeros(len(h), dtype=np.int64),
            np.zeros(len(h), dtype=np.int64),
            [np.zeros_like(h) for _ in range(passage.parts)],
            np.zeros((*h.shape[:2], lane.width)),
        )
        for lane in passage.lanes
    ]


def _windowed(passage: Passage, given: Entering) -> list[LayerGradient] | None:
    """Sum the losses that reach each step, and those of them that may go one step further."""
    layers = _empty(passage)
    for live in carry(passage, given, passage.trace.emits, careful=False):
        for n, own in enumerate(layers):
            for part, passing, rows in zip(own.state, own.passing, live.states[n], strict=True):
                rows.sum(axis=0, out=part[live.step])
                rows[: live.passing].sum(axis=0, out=passing[live.step])
            live.dz[n].sum(axis=0, out=own.dz[live.step])
            live.dz[n][: live.passing].sum(axis=0, out=own.dz_passing[live.step])
    if not all(_trusted_totals(part) for own in layers for part in own.state):
        return None
    return layers[::-1]


def _summed(
    passage: Passage, given: Entering, rescale: Rescale | None, *, together: bool
) -> list[LayerGradient]:
    """The same for any truncation, at any magnitude, clipped on the way back or not.

    Under a window every loss is carried by itself; either way a sum has one exponent a step.
    """
    layers = _empty(passage)
    carried = passage.trace.emits & given.do.any(axis=(1, 2))
    for live in carry(passage, given, carried, careful=True, together=together, rescale=rescale):
        assert live.exponents is not None
        assert live.dz_exponents is not None
        t, passing = live.step, live.passing
        for n, own in enumerate(layers):
            states, dz = live.states[n], live.dz[n]
            if len(dz) > 1:
                states, own.exponent[t] = _aligned(states, live.exponents[n])
                dz, own.dz_exponent[t] = align(dz, live.dz_exponents[n])
            else:
                own.exponent[t], own.dz_exponent[t] = live.exponents[n][0], live.dz_exponents[n][0]
            for part, going, rows in zip(own.state, own.passing, states, strict=True):
                np.add.reduce(rows, axis=0, out=part[t])
                np.add.reduce(rows[:passing], axis=0, out=going[t])
            np.add.reduce(dz, axis=0, out=own.dz[t])
            np.add.reduce(dz[:passing], axis=0, out=own.dz_passing[t])
    return layers[::-1]


def _aligned(state: State, exponents: IntArray) -> tuple[State, int]:
    """Every part at one exponent for all rows."""
    stacked, exponent = align(np.stack(state, axis=1), exponents)
    return [stacked[:, index] for index in range(len(state))], exponent


def _through_outputs(
    passage: Passage, do: Array, layers: list[LayerGradient]
) -> tuple[Array, IntArray]:
    """Jordan: ∂L/∂o_t also collects what comes back through the feedback of step t + 1."""
    total, exponents = do, np.zeros(len(do), dtype=np.int64)
    for number, own in enumerate(layers):
        through = np.zeros_like(do)
        weights = passage.of_layer(number)[passage.cell.recurrent]
        through[:-1] = times(own.dz_passing[1:], weights)
        later = np.append(own.dz_exponent[1:], 0)
        if not (later.any() or exponents.any()):
            total = total + through
            continue
        total = total.copy()
        for t in range(len(do)):
            pair = np.stack((total[t], through[t]))
            pair, exponents[t] = align(pair, np.array([exponents[t], later[t]]))
            total[t] = pair[0] + pair[1]
    return total, exponents
