"""The gated recurrent unit, with PyTorch's conventions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Function, Layer, Number, Step
from unrolled.engine.cells.gated import GatedCell, shut
from unrolled.engine.cells.gates import Gate, Parameter, stacked
from unrolled.engine.cells.lane import MANY, Coefficients, JacobianRows, Lane, State
from unrolled.engine.cells.wiring import Slope, gated, known
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import Product, Terms, whole


class GruLane(Lane):
    """The way back through h_t; every part is linear in ∂L/∂h_t.

    dz_n = dh ⊙ (1 − z) ⊙ tanh′;   dz_r = dz_n ⊙ q ⊙ σ′;   dz_z = dh ⊙ (h_{t−1} − n) ⊙ σ′;
    dh_{t−1} = dh ⊙ z + [dz_r, dz_z, dz_n ⊙ r] W_hh   with q = W_hn h_{t−1} + b_hn

    The coefficients are ([those of dz_n, dz_r, dz_z and dz_n ⊙ r, z itself] (B, 5, H),). In this
    order the first three blocks are what enters W_xh, the next three what enters W_hh.
    Source: Cho et al. 2014.
    """

    past_weights = True

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂z_t, four blocks: n, r, z, and n inside the reset product."""
        dh = state[0]
        blocks = dz.reshape(*dh.shape[:-1], 4, dh.shape[-1])
        np.multiply(dh[..., np.newaxis, :], factors[0][..., :4, :], out=blocks)

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1}: past the gates through z, and through W_hh."""
        rows, height = self.recurrent.shape[-2:]
        through = self.multiply(dz.reshape(-1, rows + height)[:, height:], self.recurrent)
        arriving = previous[0]
        np.multiply(state[0], factors[0][..., 4, :], out=arriving)
        arriving += through.reshape(arriving.shape)

    def of_rows(self, most: int) -> Lane:
        """By the Jacobians."""
        return self if most < MANY else JacobianRows(self)

    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """diag(z) + Σ diag(coefficient) W over the three blocks of W_hh."""
        self.through(factors[0][:, 1:4], out)
        np.einsum("shh->sh", out)[...] += factors[0][:, 4]


GATES = (
    Gate("reset", "r", "reset"),
    Gate("update", "z", "keep", bias="Above 0 more of H is kept: Hₜ = (1 − z) n + z Hₜ₋₁."),
    Gate("new", "n", "candidate", "tanh"),
)
STATE = r"(1 - z_t) \odot n_t"
SLOPES = (
    Slope("A_t^z", "h", rf"{known('H_t')} \odot (H_{{t-1}} - n_t) \odot z_t \odot (1 - z_t)"),
    Slope("A_t^n", "h", rf"{known('H_t')} \odot (1 - z_t) \odot (1 - n_t \odot n_t)"),
)
HEARD = {"H_t": r"z_t \odot H_{t-1}", "A_t^r": "W_r^H H_{t-1}", "A_t^z": "W_z^H H_{t-1}"}
"""Those of z and n, and what all but n read, are the same wherever the reset gate stands."""
_OPEN = r"\odot r_t \odot (1 - r_t)"
_OF_R = Slope("A_t^r", "h", rf"{known('A_t^n')} \odot (W_n^H H_{{t-1}} + b_n^H) {_OPEN}")
_HEARS = rf"\left( {known('A_t^r')}, {known('A_t^z')}, r_t \odot {known('A_t^n')} \right)"
"""∂L/∂A_t as W^H hears of it: the rows of n only through the reset gate."""


class GruCell(GatedCell):
    """PyTorch's GRUCell: r and z from W_xh x_t + W_hh h_{t−1} + b_h, stacked r, z, n.

    r = σ(z_r), z = σ(z_z);   n = tanh(W_xn x_t + b_n + r ⊙ q) with q = W_hn h_{t−1} + b_hn;
    h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}

    Source: Cho et al. 2014, with the reset inside the product as in cuDNN.
    """

    name = "gru"
    label = "GRU"
    once = True
    parameters = (*stacked("rzn"), Parameter("b_hn", "", "n"))
    gates = GATES
    wiring = gated(
        GATES,
        STATE,
        (*SLOPES, _OF_R),
        forward=HEARD | {"A_t^n": r"r_t \odot (W_n^H H_{t-1} + b_n^H)"},
        backward=rf"{known('H_t')} \odot z_t + W^{{H\top}} {_HEARS}",
        added=rf"{_HEARS} H_{{t-1}}^\top",
    )

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """n = tanh(… + r ⊙ q), q = W_hn h_{t−1} + b_hn;   h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}."""
        (h,) = state
        heard = at.hears("rzn", h)
        r, z = at.gates("rz", heard[:2])
        q = at.keep("q", heard[2] + at.parameters["b_hn"])
        (n,) = at.gates("n", r * q)
        return (n + z * (h - n),)

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The way back; the rows of n come first in W_xh too, as in ∂L/∂z_t."""
        q, h_before, slopes = layer.saved["q"], layer.feedback, self.slopes(layer)
        r, update, n = (layer.saved["gates"][:, :, block] for block in range(3))
        slope_r, slope_z, slope_n = (slopes[:, :, block] for block in range(3))
        factors = np.empty((*q.shape[:2], 5, q.shape[2]), q.dtype)
        of_n, of_r, of_z, of_inner, kept = (factors[:, :, block] for block in range(5))
        np.multiply(shut(layer.saved["z"][:, :, 1]), slope_n, out=of_n)
        np.multiply(of_n * q, slope_r, out=of_r)
        np.multiply(h_before - n, slope_z, out=of_z)
        np.multiply(of_n, r, out=of_inner)
        kept[:] = update
        hidden, inward = q.shape[2], parameters["W_xh"]
        inward = np.roll(inward, hidden, axis=-2)
        return GruLane((factors,), 4 * hidden, parameters["W_hh"], inward)

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds [dz_r, dz_z, dz_n]ᵀ x_t, [dz_r, dz_z, dz_n ⊙ r]ᵀ h_{t−1}, and their sums."""
        hidden = layer.h.shape[2]
        of_n, of_rz, of_inner = np.split(dz, (hidden, 3 * hidden), axis=-1)
        rz, n = slice(0, 2 * hidden), slice(2 * hidden, 3 * hidden)
        return {
            "W_xh": (Product(rz, of_rz, layer.x), Product(n, of_n, layer.x)),
            "W_hh": whole(dz[..., hidden:], layer.feedback),
            "b_h": (Product(rz, of_rz), Product(n, of_n)),
            "b_hn": whole(of_inner),
        }


GRU = GruCell()
