"""Long short-term memory that shows less than it holds: h_t is a projection of its units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Function, Layer, Number, Step
from unrolled.engine.cells.gated import through
from unrolled.engine.cells.gates import Parameter
from unrolled.engine.cells.lane import Coefficients, Lane, State
from unrolled.engine.cells.loop import product_of
from unrolled.engine.cells.lstm import LstmCell, LstmLane, lstm_wiring
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import Terms, times, whole


class LstmProjectedLane(LstmLane):
    """The LSTM's way back, which begins with ∂L/∂m_t = ∂L/∂h_t W_hr.

    ∂L/∂h_t enters W_hr as it is: it stands behind the four blocks of ∂L/∂z_t, (…, 4H + P).
    """

    crossed = ("recurrent", "projection")

    def __init__(self, plain: Lane, projection: Array) -> None:
        width = plain.width + projection.shape[-2]
        super().__init__(plain.whole, width, plain.recurrent, plain.inward)
        self.projection = projection

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂m_t, then what an LSTM does with it."""
        (dh, dc), (shown, units) = state, self.projection.shape[-2:]
        dm = self.multiply(dh.reshape(-1, shown), self.projection)
        super().local(factors, (dm.reshape(*dh.shape[:-1], units), dc), dz[..., :-shown])
        dz[..., -shown:] = dh

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1} through all gates, and at c_{t−1} through the forget gate."""
        super().cross(factors, dz[..., : self.recurrent.shape[-2]], state, previous)

    def of_rows(self, most: int) -> Lane:
        """As it is."""
        return self

    def to_c(self, dh: Array, at: slice) -> Array:
        """Through the projection, and o ⊙ tanh′(c_t)."""
        return super().to_c(times(dh, self.projection), at)

    @property
    def size(self) -> int:
        """P + H."""
        return int(sum(self.projection.shape[-2:]))

    @property
    def jacobian_shape(self) -> tuple[int, int]:
        """All columns of the state: every unit of c_{t−1} enters all of h_t."""
        return self.size, self.size

    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """Those of (m_t, c_t), as of an LSTM, and of h_t = W_hr m_t.

        ∂c_t/∂h_{t−1} = Σ_ifg diag(coefficient) W;   ∂c_t/∂c_{t−1} = diag(f);
        ∂h_t/∂h_{t−1} = W_hr (diag(o ⊙ tanh′(c)) ∂c_t/∂h_{t−1} + diag(coefficient) W_o);
        ∂h_t/∂c_{t−1} = W_hr diag(o ⊙ tanh′(c) ⊙ f)
        """
        to_c, of_c, of_h, forget = factors
        shown, units = self.projection.shape
        of_m = np.concatenate((of_c * to_c[:, np.newaxis], of_h[:, np.newaxis]), axis=1)
        inside = np.empty((len(out), units, shown))
        self.through(of_m, inside)
        np.matmul(self.projection, inside, out=out[:, :shown, :shown])
        np.multiply(self.projection, (to_c * forget)[:, np.newaxis], out=out[:, :shown, shown:])
        self.through(of_c, out[:, shown:, :shown])
        out[:, shown:, shown:] = np.eye(units) * forget[:, np.newaxis]


class LstmProjectedCell(LstmCell):
    """PyTorch's LSTM with proj_size: m_t = o ⊙ tanh(c_t) as an LSTM's h_t, and h_t = W_hr m_t.

    h_t has P numbers, c_t has H. Gates, the layer above and the outputs read h_t: W_hh is (4H, P).
    The recurrent matrix whose spectrum is shown is W_hr W_hg, (P, P), a gate's block W_hr W_hk:
    what a step does to h_{t−1} where every unit shows what it proposes.

    Source: Sak, Senior & Beaufays 2014, "Long Short-Term Memory Recurrent Neural Network
    Architectures for Large Scale Acoustic Modeling", without the part that is not recurrent.
    """

    name = "lstm-projected"
    label = "LSTM, projected"
    lean = None
    projects = True
    parameters = (*LstmCell.parameters, Parameter("W_hr", "m"))
    wiring = lstm_wiring(projected=True)

    def recurrent_blocks(self, parameters: Parameters) -> list[tuple[slice, Array]]:
        """Every gate's rows, and W_hr times its block, (P, P).

        Raises:
            InvalidInput: where a product leaves the range of a double.
        """
        whole_ = super().recurrent_blocks(parameters)
        every = [(rows, parameters | {"W_hh": block}) for rows, block in whole_]
        return [(rows, product_of(own, "W_hr", "W_hh", "W_hh")) for rows, own in every]

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """c_t = f ⊙ c_{t−1} + i ⊙ g;   m_t = o ⊙ tanh(c_t);   h_t = W_hr m_t."""
        h, c = state
        i, f, g, o = at.gates("ifgo", at.hears("ifgo", h))
        c = f * c + i * g
        m = at.keep("m", o * at.keep("shown", through(ACTIVATIONS[self.squash], c)))
        return at.times("W_hr", m), c

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The LSTM's way back, behind the projection.

        Raises:
            InvalidInput: as ``recurrent_blocks``: nor could a gradient go back one step.
        """
        self.recurrent_blocks(parameters)
        return LstmProjectedLane(super().lane(parameters, layer, derivative), parameters["W_hr"])

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Beside the LSTM's, dh_tᵀ m_t."""
        assert layer.c is not None
        rows = 4 * layer.c.shape[2]
        own = {"W_hr": whole(dz[..., rows:], layer.saved["m"])}
        return super().terms(layer, dz[..., :rows]) | own


LSTM_PROJECTED = LstmProjectedCell()
