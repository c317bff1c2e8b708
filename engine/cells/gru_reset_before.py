"""The gated recurrent unit as first written: the reset gate before the product with W_hn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from unrolled.engine.cells.base import Layer, Number
from unrolled.engine.cells.gated import SIGMOID, TANH, GatedCell, shut, sigmoid
from unrolled.engine.cells.gated_past import GatedPastLane, gated_past_terms
from unrolled.engine.cells.gates import stacked
from unrolled.engine.cells.gru import GATES, SLOPES, STATE
from unrolled.engine.cells.lane import Lane
from unrolled.engine.cells.wiring import Slope, gated, known
from unrolled.engine.choices.activations import Activation
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.dual import Dual
from unrolled.engine.numbers.products import Terms

_INSIDE = rf"W_n^{{H\top}} {known('A_t^n')}"
"""∂L/∂(r_t ⊙ H_{t−1})."""
_OF_R = Slope("A_t^r", "h", rf"({_INSIDE}) \odot H_{{t-1}} \odot r_t \odot (1 - r_t)")


class GruResetBeforeCell(GatedCell):
    """z_t = W_xh x_t + W_hh [h_{t−1}, h_{t−1}, r ⊙ h_{t−1}] + b_h, stacked r, z, n.

    r = σ(z_r), z = σ(z_z), n = tanh(z_n);   h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}

    The sign of z is PyTorch's; Keras (``reset_after=False``) writes the same h_t.
    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder".
    """

    name = "gru-reset-before"
    label = "GRU, reset first"
    parameters = stacked("rzn")
    gates = GATES
    wiring = gated(
        GATES,
        STATE,
        (*SLOPES, _OF_R),
        forward={
            "H_t": r"z_t \odot H_{t-1}",
            "A_t^r": "W_r^H H_{t-1}",
            "A_t^z": "W_z^H H_{t-1}",
            "A_t^n": r"W_n^H (r_t \odot H_{t-1})",
        },
        backward=rf"{known('H_t')} \odot z_t + r_t \odot ({_INSIDE}) "
        rf"+ W_r^{{H\top}} {known('A_t^r')} + W_z^{{H\top}} {known('A_t^z')}",
        added=rf"\left( {known('A_t^r')} H_{{t-1}}^\top, {known('A_t^z')} H_{{t-1}}^\top, "
        rf"{known('A_t^n')} (r_t \odot H_{{t-1}})^\top \right)",
    )

    def forward(
        self,
        parameters: Parameters,
        x: Array,
        h_0: Array,
        c_0: Array | None,
        activation: Callable[..., Array],
    ) -> Layer:
        """Every step after the other; the gates' own functions take the place of f."""
        steps, (batch, hidden) = len(x), h_0.shape
        weights = np.ascontiguousarray(parameters["W_hh"][: 2 * hidden].T)
        candidate = np.ascontiguousarray(self.recurrent_matrix(parameters).T)
        z = self.entering(parameters, x)
        gates, past = np.empty(z.shape), np.empty((steps, batch, hidden))
        h = np.empty((steps + 1, batch, hidden))
        h[0] = h_0
        for z_t, gates_t, past_t, before, h_t in zip(z, gates, past, h[:-1], h[1:], strict=True):
            z_gates, z_n = z_t[:, :2], z_t[:, 2]
            r, update, n = gates_t.transpose(1, 0, 2)
            z_gates += np.dot(before, weights).reshape(batch, 2, hidden)
            sigmoid(z_gates, out=gates_t[:, :2])
            np.multiply(r, before, out=past_t)
            z_n += np.dot(past_t, candidate)
            np.tanh(z_n, out=n)
            np.add(n, update * (before - n), out=h_t)
        return Layer(x, h[:-1], h[1:], h[0], {"z": z, "gates": gates, "past": past})

    def one_unit(
        self,
        enters: Sequence[Number],
        weights: Mapping[str, Sequence[Number]],
        state: Sequence[Dual],
        outputs: Sequence[Dual],
        f: Activation,
    ) -> tuple[Dual, ...]:
        """n = tanh(enters + W_hn (r h)); h = n + z (h − n)."""
        (h,), (of_r, of_z, of_n) = state, weights["W_hh"]
        r = (of_r * h + enters[0]).through(SIGMOID)
        z = (of_z * h + enters[1]).through(SIGMOID)
        n = (of_n * (r * h) + enters[2]).through(TANH)
        return (n + z * (h - n),)

    def lane(
        self, parameters: Parameters, layer: Layer, derivative: Callable[[Array], Array]
    ) -> Lane:
        """The way back: r hears ∂L/∂h_t through s_t = r ⊙ h_{t−1} alone, z not through it."""
        before, slopes = layer.feedback, self.slopes(layer)
        r, update, n = (layer.saved["gates"][:, :, block] for block in range(3))
        of_h, of_s = np.zeros((2, *before.shape[:2], 2, before.shape[2]))
        np.multiply(before, slopes[:, :, 0], out=of_s[:, :, 0])
        np.multiply(before - n, slopes[:, :, 1], out=of_h[:, :, 1])
        of_n = shut(layer.saved["z"][:, :, 1]) * slopes[:, :, 2]
        width = 4 * before.shape[2]
        factors = (of_h, of_s, of_n, r, update)
        return GatedPastLane(factors, width, parameters["W_hh"], parameters["W_xh"])

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds dz_tᵀ x_t, [dz_rᵀ h_{t−1}, dz_zᵀ h_{t−1}, dz_nᵀ (r ⊙ h_{t−1})], Σ_B dz_t."""
        return gated_past_terms(layer, dz)


GRU_RESET_BEFORE = GruResetBeforeCell()
