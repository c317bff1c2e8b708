"""Backward through time: every per-step term, before it is summed."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells.lane import State
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, record
from unrolled.engine.numbers.magnitude import Magnitudes, Scaled, align, holds_tiny, trusted
from unrolled.engine.numbers.products import Terms, shifted, times, whole
from unrolled.engine.passes.carry import Rescale, Rows, carry
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.terms import formed, joined, term_log10_norms
from unrolled.engine.passes.vector import Vector, summed


@record
class LayerGradient:
    """One layer's gradients; index 0 is step 1, true values are value · 2^exponent[t].

    Attributes:
        state: ∂L/∂h_t, every later loss included, (T, B, ·); and ∂L/∂c_t where there is a c.
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
        """∂L/∂(h_t, c_t) together, side by side, (T, B, S)."""
        return Scaled(np.concatenate(self.state, axis=2), self.exponent)

    def magnitudes(self, index: int) -> Magnitudes:
        """Its norms, (T,)."""
        return self.part(index).magnitudes()


@record
class Backward:
    """One backward pass; index 0 is step 1.

    Attributes:
        layers: every layer's gradients, the layer that reads the input first.
        do: ∂L/∂o_t, Jordan's path through the feedback included, (T, B, K).
        do_local: ∂L_t/∂o_t alone, (T, B, K), of a network without outputs ∂L_t/∂h_t, (T, B, H);
            plain numbers.
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


def backward(passage: Passage, entering: Entering, rescale: Rescale | None = None) -> Backward:
    """Carry the gradient of the given losses back through time.

    ∂L/∂h_t = ∂L_t/∂h_t + ∂L/∂z_{t+1} R   (where the truncation lets it), and for every layer but
    the last also ∂L/∂z_t W_xh of the layer above

    ``rescale`` changes ∂L/∂h_t before it goes further back (clipping on the way).
    Source: notes, "Learning in RNNs: BPTT"; Werbos 1990.
    """
    steps, truncation = passage.trace.steps, passage.truncation
    windowed = 1 < truncation.reach(steps) <= steps
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        go, layers = _side_by_side if windowed else _together, None
        if not (entering.careful or rescale):
            layers = go(passage, entering, None, careful=False)
        if layers is None or not trusted_totals(passage, layers):
            layers = None  # its memory is needed
            layers = go(passage, entering, rescale, careful=True)
        layers.reverse()
        do, output_exponent = entering.given, np.zeros(steps, dtype=np.int64)
        if passage.cell.feeds_outputs:
            do, output_exponent = _through_outputs(passage, do, layers)
    factors: Terms = {}
    exponents: dict[str, IntArray] = {}
    for number, (layer, own) in enumerate(zip(passage.trace.layers, layers, strict=True)):
        for name, products in passage.cell.terms(layer, own.dz).items():
            factors[layered(name, number)] = products
            exponents[layered(name, number)] = own.dz_exponent
    if passage.network.output_size:
        factors |= {"W_hy": whole(do, passage.trace.h), "b_y": whole(do)}
        exponents |= {"W_hy": output_exponent, "b_y": output_exponent}
    else:
        do = passage.trace.o
    distinct = {id(exponent): exponent for exponent in exponents.values()}.values()
    scaled = any(map(np.count_nonzero, distinct)) or shifted(factors)
    return Backward(
        tuple(layers), do, entering.given, output_exponent, factors, exponents if scaled else None
    )


def _together(
    passage: Passage, given: Entering, rescale: Rescale | None, *, careful: bool
) -> list[LayerGradient]:
    """The sum of all losses in one row."""
    steps = passage.trace.steps
    rows, carried = Rows.empty(passage, steps, careful=careful), _carried(passage, given)
    for _ in carry(passage, given, carried, careful=careful, together=rows, rescale=rescale):
        pass
    zero = np.zeros(steps, dtype=np.int64)
    layers = []
    for n, (parts, dz) in enumerate(zip(rows.states, rows.dz, strict=True)):
        passing, dz_passing = [passage.passing(part) for part in parts], passage.passing(dz)
        exponents = (rows.exponents[n], rows.dz_exponents[n]) if careful else (zero, zero)
        layers.append(LayerGradient(parts, dz, *exponents, passing, dz_passing))
    return layers


def _carried(passage: Passage, given: Entering) -> Mask:
    """The steps whose losses have a gradient, (T,)."""
    return np.asarray(passage.trace.emits & given.given.any(axis=(1, 2)))


def trusted_totals(passage: Passage, layers: list[LayerGradient]) -> bool:
    """Whether gradients stayed inside the ordinary range of a double at every step.

    A zero is one where no coefficient is tiny: else it may be an underflow.
    """
    for part in (part for own in layers for part in own.state):
        flat = part.reshape(len(part), -1)
        squares = np.vecdot(flat, flat)
        zero = squares == 0.0
        if zero.any():
            if flat[zero].any() or any(holds_tiny(*lane.whole) for lane in passage.lanes):
                return False
            squares[zero] = np.nan
        if not trusted(squares):
            return False
    return True


def _side_by_side(
    passage: Passage, given: Entering, rescale: Rescale | None, *, careful: bool
) -> list[LayerGradient]:
    """Under a window every loss by itself: the sum of those that reach a step, and go further."""
    shape, layers = passage.trace.h.shape[:2], []
    for lane in passage.lanes:
        state, through = ([np.zeros((*shape, width)) for width in passage.widths] for _ in range(2))
        dz, dz_passing = np.zeros((2, *shape, lane.width))
        top, inside = np.zeros((2, shape[0]), dtype=np.int64)
        layers.append(LayerGradient(state, dz, top, inside, through, dz_passing))
    carried = _carried(passage, given)
    for t, _, rows, go in carry(passage, given, carried, careful=careful, rescale=rescale):
        for n, own in enumerate(layers):
            states, dz = rows.states[n], rows.dz[n]
            if careful:
                states, own.exponent[t] = _aligned(states, rows.exponents[n])
                dz, own.dz_exponent[t] = align(dz, rows.dz_exponents[n])
            sums = (*own.state, own.dz), (*own.passing, own.dz_passing)
            for each, total, passing in zip((*states, dz), *sums, strict=True):
                np.add.reduce(each, axis=0, out=total[t])
                np.add.reduce(each[:go], axis=0, out=passing[t])
                if passage.keeps is not None:
                    passing[t] *= passage.keeps[t]
    return layers


def _aligned(state: State, exponents: IntArray) -> tuple[State, int]:
    """Every part at one exponent for all rows."""
    widths = [part.shape[-1] for part in state]
    joined_, exponent = align(np.concatenate(state, axis=-1), exponents)
    return np.split(joined_, np.cumsum(widths[:-1]), axis=-1), exponent


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
