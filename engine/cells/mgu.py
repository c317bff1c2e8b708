"""The minimal gated unit: one gate, which forgets, lets in, and resets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Function, Layer, Number, Step
from unrolled.engine.cells.gated import GatedCell, shut
from unrolled.engine.cells.gated_past import GatedPastLane, gated_past_terms
from unrolled.engine.cells.gates import Gate, stacked
from unrolled.engine.cells.lane import Lane
from unrolled.engine.cells.wiring import Slope, gated, known
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import Terms

_INSIDE = rf"W_n^{{H\top}} {known('A_t^n')}"
"""∂L/∂(f_t ⊙ H_{t−1})."""
_HEARD = rf"\left( {known('H_t')} \odot (n_t - H_{{t-1}}) + ({_INSIDE}) \odot H_{{t-1}} \right)"
"""∂L/∂f_t: of what it lets in and forgets, and of what the candidate reads."""
_SLOPES = (
    Slope("A_t^n", "h", rf"{known('H_t')} \odot f_t \odot (1 - n_t \odot n_t)"),
    Slope("A_t^f", "h", rf"{_HEARD} \odot f_t \odot (1 - f_t)"),
)


class MguCell(GatedCell):
    """z_t = W_xh x_t + W_hh [h_{t−1}, f ⊙ h_{t−1}] + b_h, stacked f, n.

    f = σ(z_f), n = tanh(z_n);   h_t = (1 − f) ⊙ h_{t−1} + f ⊙ n

    Source: Zhou, Wu, Zhang & Zhou 2016, "Minimal Gated Unit for Recurrent Neural Networks".
    """

    name = "mgu"
    label = "MGU"
    parameters = stacked("fn")
    gates = (
        Gate("forget", "f", "write", bias="Above 0 less of H is kept: Hₜ = (1 − f) Hₜ₋₁ + f n."),
        Gate("new", "n", "candidate", "tanh"),
    )
    wiring = gated(
        gates,
        r"f_t \odot n_t",
        _SLOPES,
        forward={
            "H_t": r"(1 - f_t) \odot H_{t-1}",
            "A_t^f": "W_f^H H_{t-1}",
            "A_t^n": r"W_n^H (f_t \odot H_{t-1})",
        },
        backward=rf"{known('H_t')} \odot (1 - f_t) + f_t \odot ({_INSIDE}) "
        rf"+ W_f^{{H\top}} {known('A_t^f')}",
        added=rf"\left( {known('A_t^f')} H_{{t-1}}^\top, "
        rf"{known('A_t^n')} (f_t \odot H_{{t-1}})^\top \right)",
    )

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """n = tanh(… + W_hn (f ⊙ h_{t−1}));   h_t = (1 − f) ⊙ h_{t−1} + f ⊙ n"""
        (h,) = state
        (f,) = at.gates("f", at.hears("f", h))
        (n,) = at.gates("n", at.hears("n", at.keep("past", f * h)))
        return (h + f * (n - h),)

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The way back: f hears ∂L/∂h_t itself, and through s_t = f ⊙ h_{t−1}."""
        before, slopes = layer.feedback, self.slopes(layer)
        f, n = (layer.saved["gates"][:, :, block] for block in range(2))
        slope_f, slope_n = slopes[:, :, :1], slopes[:, :, 1]
        factors = (
            (n - before)[:, :, np.newaxis] * slope_f,
            before[:, :, np.newaxis] * slope_f,
            f * slope_n,
            f,
            shut(layer.saved["z"][:, :, 0]),
        )
        width = 3 * before.shape[2]
        return GatedPastLane(factors, width, parameters["W_hh"], parameters["W_xh"])

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds dz_tᵀ x_t, [dz_fᵀ h_{t−1}, dz_nᵀ (f ⊙ h_{t−1})] and Σ_B dz_t."""
        return gated_past_terms(layer, dz)


MGU = MguCell()
