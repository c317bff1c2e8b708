"""The gated recurrent unit as first written: the reset gate before the product with W_hn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Function, Layer, Number, Step
from unrolled.engine.cells.gated import GatedCell, shut
from unrolled.engine.cells.gated_past import GatedPastLane, gated_past_terms
from unrolled.engine.cells.gates import stacked
from unrolled.engine.cells.gru import GATES, HEARD, SLOPES, STATE
from unrolled.engine.cells.lane import Lane
from unrolled.engine.cells.wiring import Slope, gated, known
from unrolled.engine.numbers.arrays import Array, Parameters
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
        forward=HEARD | {"A_t^n": r"W_n^H (r_t \odot H_{t-1})"},
        backward=rf"{known('H_t')} \odot z_t + r_t \odot ({_INSIDE}) "
        rf"+ W_r^{{H\top}} {known('A_t^r')} + W_z^{{H\top}} {known('A_t^z')}",
        added=rf"\left( {known('A_t^r')} H_{{t-1}}^\top, {known('A_t^z')} H_{{t-1}}^\top, "
        rf"{known('A_t^n')} (r_t \odot H_{{t-1}})^\top \right)",
    )

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """n = tanh(… + W_hn (r ⊙ h_{t−1}));   h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}."""
        (h,) = state
        r, z = at.gates("rz", at.hears("rz", h))
        (n,) = at.gates("n", at.hears("n", at.keep("past", r * h)))
        return (n + z * (h - n),)

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The way back: r hears ∂L/∂h_t through s_t = r ⊙ h_{t−1} alone, z not through it."""
        before, slopes = layer.feedback, self.slopes(layer)
        r, update, n = (layer.saved["gates"][:, :, block] for block in range(3))
        of_h, of_s = np.zeros((2, *before.shape[:2], 2, before.shape[2]), before.dtype)
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
