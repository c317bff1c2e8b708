"""The simple recurrent cell: a_t = W_xh x_t + W_hh h_{t−1} + b_h, h_t = f(a_t)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Cell, Function, Layer, Number, Start, Step
from unrolled.engine.cells.gates import Parameter
from unrolled.engine.cells.lane import Coefficients, Lane, State
from unrolled.engine.cells.lean import LeanLayer, LeanSimple
from unrolled.engine.cells.wiring import (
    INPUT,
    LOSS,
    OUTWARD,
    Connection,
    Line,
    Unit,
    Wiring,
    known,
    output,
    reading,
    transposed,
)
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters
from unrolled.engine.numbers.magnitude import near_one
from unrolled.engine.numbers.products import Terms, multiplier, times, whole


class SimpleLane(Lane):
    """dz_t = dh_t ⊙ f′(a_t);   dh_{t−1} = dz_t R;   the coefficients are (f′(a_t),).

    Source: notes, "Learning in RNNs: BPTT".
    """

    @property
    def slope(self) -> Array:
        """f′(a_t) of every step, (T, B, H)."""
        return self.whole[0]

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂a_t = ∂L/∂h_t ⊙ f′(a_t)."""
        np.multiply(state[0], factors[0], out=dz)

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1}: ∂L/∂a_t R."""
        width = self.recurrent.shape[-1]
        self.multiply(dz.reshape(-1, width), self.recurrent, out=previous[0].reshape(-1, width))

    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """diag(f′(a_t)) R."""
        np.multiply(factors[0][..., np.newaxis], self.recurrent, out=out)

    def near_one(self) -> tuple[Lane, IntArray]:
        """The same with the largest f′ of every step near 1."""
        shape = self.whole[0].shape
        derivative, shifts = near_one(self.whole[0].reshape(-1, *shape[-2:]))
        lane = SimpleLane(
            (derivative.reshape(shape),),
            self.width,
            self.recurrent,
            self.inward,
            to_outputs=self.to_outputs,
        )
        return lane, shifts.reshape(shape[:-2])


_DELTA = (
    r"\class{sloped}{\left( \class{slope}{\class{activation}{f}'(A_t) \odot} "
    rf"{known('H_t')} \right)}}"
)
"""∂L/∂A_t = f′(A_t) ⊙ ∂L/∂H_t."""
_LINES = (Line("H_t", r"\class{activated}{\class{activation}{f}(A_t)}"), Line("A_t", "b"))
_JACOBIAN = r"\class{slope}{\operatorname{diag}(\class{activation}{f}'(A_t)) \,}"


def hidden(initial: str | None = "crossing") -> Unit:
    """H_t of a cell without gates."""
    return Unit("h", "hidden", "state", _LINES, initial=initial)


def feedback(matrix: str, parameter: str, past: str, letter: str, *, copied: bool) -> Connection:
    """What a cell without gates does with its past: H_{t−1}, or a copy in the context units."""
    return Connection(
        kind="recurrent",
        source=letter,
        target="h",
        carries="feedback" if copied else "crossing",
        parameter=parameter,
        matrix=matrix,
        forward={"A_t": f"{matrix} {past}"},
        backward=f"{transposed(matrix)} {_DELTA}",
        added=f"{_DELTA} {transposed(past)}",
        jacobian=f"{_JACOBIAN} {matrix}",
        offset=0 if copied else 1,
        stops=not copied,
    )


def copied(letter: str) -> tuple[Unit, Connection]:
    """The context units, and the copy of H_{t−1} or O_{t−1} that fills them."""
    unit = Unit("c", "context", "feedback", (Line("C_t"),))
    copy = Connection(
        kind="context",
        source=letter,
        target="c",
        carries="crossing",
        forward={"C_t": f"{letter.upper()}_{{t-1}}"},
        backward=known("C_t"),
        offset=1,
        stops=True,
    )
    return unit, copy


READING = reading(_DELTA)


class SimpleCell(Cell):
    """h_t = f(W_xh x_t + W_hh h_{t−1} + b_h), o_t = W_hy h_t + b_y.

    Source: notes, "RNN Structure".
    """

    name = "simple"
    label = "simple"
    once = True
    parameters = (Parameter("W_xh", "x"), Parameter("W_hh", "h"), Parameter("b_h"))
    lean: type[LeanLayer] | None = LeanSimple
    wiring = Wiring(
        (INPUT, hidden(), output(), LOSS),
        (feedback("W^H", "W_hh", "H_{t-1}", "h", copied=False), *READING, *OUTWARD),
    )

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R = W_hh: ∂h_t/∂h_{t−1} = diag(f′(a_t)) R."""
        return parameters["W_hh"]

    def forward(
        self, parameters: Parameters, x: Array, start: Start, f: Function, keeps: Array | None
    ) -> Layer:
        """Every step after the other; W_xh x_t + b_h of all steps is one product."""
        weights = np.ascontiguousarray(parameters["W_hh"].mT)
        a = times(x, parameters["W_xh"].mT)
        a += parameters["b_h"]
        h = np.empty((len(x) + 1, *start[0].shape), a.dtype)
        multiply = multiplier(weights)
        h[0] = start[0]
        heard = h[:-1] if keeps is None else np.empty(a.shape, a.dtype)
        for t, (a_t, before, h_t) in enumerate(zip(a, h[:-1], h[1:], strict=True)):
            past = before if keeps is None else np.multiply(before, keeps[t], out=heard[t])
            np.add(a_t, multiply(past, weights), out=a_t)
            f(a_t, out=h_t)
        return Layer(x, heard, h[1:], h[0], {"a": a}, keeps=keeps)

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """h_t = f(W_xh x_t + W_hh h_{t−1} + b_h)."""
        return tuple(at.gates("", at.hears("", state[0])))

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The way back with f′(a_t) for every step."""
        recurrent = np.ascontiguousarray(self.recurrent_matrix(parameters))
        return SimpleLane(
            (derivative(layer.saved["a"]),),
            recurrent.shape[-1],
            recurrent,
            parameters["W_xh"],
            to_outputs=self.feeds_outputs,
        )

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds da_tᵀ x_t, da_tᵀ h_{t−1} and Σ_B da_t.

        Source: notes, "Many-to-One RNN" (gradients are summed up over time).
        """
        return {
            "W_xh": whole(dz, layer.x),
            self.recurrent: whole(dz, layer.feedback),
            "b_h": whole(dz),
        }

    def kept(self, layer: Layer, lane: Lane) -> Array:
        """The mean of f′(a_t), (T,)."""
        assert lane.slope is not None
        return layer.mean(lane.slope)


SIMPLE = SimpleCell()
