"""Long short-term memory with peepholes: the gates see the state that they guard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Function, Layer, Number, Step
from unrolled.engine.cells.gated import through
from unrolled.engine.cells.gates import Parameter
from unrolled.engine.cells.lane import Lane
from unrolled.engine.cells.lstm import LstmCell, LstmLane, lstm_wiring
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import Terms, unitwise


class LstmPeepholeCell(LstmCell):
    """The LSTM with i = σ(z_i + p_i ⊙ c_{t−1}), f = σ(z_f + p_f ⊙ c_{t−1}), o = σ(z_o + p_o ⊙ c_t).

    Every peephole sees its own unit's c alone, so that c_t still enters unit by unit:
    ∂c_t/∂c_{t−1} = diag(f + p_i ⊙ (of i) + p_f ⊙ (of f)), where (of k) is ∂c_t/∂z_k, and
    ∂h_t/∂c_t = diag(o ⊙ tanh′(c_t) + p_o ⊙ (of o)).

    A step's term of a peephole that is below 1e-300 of ∂L/∂h_t, with which it shares an exponent,
    is 0: behind gates that are all shut but for 1e-130.
    Source: Gers & Schmidhuber 2000, "Recurrent Nets that Time and Count"; Graves 2013.
    """

    name = "lstm-peephole"
    label = "LSTM, peepholes"
    lean = None
    parameters = (*LstmCell.parameters, *(Parameter(f"p_{g}", "c", g) for g in "ifo"))
    wiring = lstm_wiring(
        peeps={"i": r"p_i \odot C_{t-1}", "f": r"p_f \odot C_{t-1}", "o": r"p_o \odot C_t"}
    )

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """c_t = f ⊙ c_{t−1} + i ⊙ g;   h_t = o ⊙ tanh(c_t), where i and f see c_{t−1}, o c_t."""
        h, c = state
        p = at.parameters
        of_i, of_f, of_g, of_o = at.hears("ifgo", h)
        before = at.keep("c_before", c)
        i, f, g = at.gates("ifg", [of_i + before * p["p_i"], of_f + before * p["p_f"], of_g])
        c = i * g + f * before
        (o,) = at.gates("o", [of_o + c * p["p_o"]])
        return o * at.keep("shown", through(ACTIVATIONS[self.squash], c)), c

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The LSTM's way back, with what goes through the peepholes beside what goes past them."""
        plain = super().lane(parameters, layer, derivative)
        to_c, of_c, of_h, forget = plain.whole
        to_c = to_c + of_h * parameters["p_o"]
        forget = forget + of_c[:, :, 0] * parameters["p_i"] + of_c[:, :, 1] * parameters["p_f"]
        lane = LstmLane((to_c, of_c, of_h, forget), plain.width, plain.recurrent, plain.inward)
        lane.alone = of_c, of_h
        return lane

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Beside the LSTM's, Σ_B dz_i ⊙ c_{t−1}, Σ_B dz_f ⊙ c_{t−1} and Σ_B dz_o ⊙ c_t."""
        assert layer.c is not None
        of_i, of_f, _, of_o = np.split(dz, 4, axis=-1)
        before = layer.saved["c_before"]
        return super().terms(layer, dz) | {
            "p_i": unitwise(of_i, before),
            "p_f": unitwise(of_f, before),
            "p_o": unitwise(of_o, layer.c),
        }


LSTM_PEEPHOLE = LstmPeepholeCell()
