"""The way back where the candidate reads a gated past, s_t = g ⊙ h_{t−1}, not h_{t−1} itself."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells.base import Layer
from unrolled.engine.cells.lane import MANY, Coefficients, JacobianRows, Lane, State
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.products import Product, Terms


class GatedPastLane(Lane):
    """n = tanh(W_xn x_t + W_hn s_t + b_n) with s_t = g ⊙ h_{t−1}; every part is linear in ∂L/∂h_t.

    dn = dh ⊙ (of n);   ds = dn W_hn;   dk = dh ⊙ (of k) + ds ⊙ (of k) for every gate k;
    dh_{t−1} = dh ⊙ kept + ds ⊙ g + Σ_k dk W_hk

    The coefficients are (of every gate what ∂L/∂h_t is multiplied by (B, G, H), and what ∂L/∂s_t is
    (B, G, H), that of n, g itself, what is kept). The blocks of ∂L/∂z_t are the gates, n, and
    behind them ∂L/∂s_t, which enters no weight. The candidate's are the last rows of W_hh.
    """

    past_weights = True

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂z_t: what goes through n first, since a gate may hear of it through s_t."""
        of_h, of_s, of_n, _, _ = factors
        dh, height = state[0], self.recurrent.shape[-1]
        blocks = dz.reshape(*dh.shape[:-1], -1, height)
        gates, new, past = blocks[..., :-2, :], blocks[..., -2, :], blocks[..., -1, :]
        np.multiply(dh, of_n, out=new)
        past[...] = self.multiply(new.reshape(-1, height), self._of_candidate).reshape(dh.shape)
        np.multiply(dh[..., np.newaxis, :], of_h, out=gates)
        gates += past[..., np.newaxis, :] * of_s

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1}: what is kept, through s_t, and through the gates' weights."""
        _, _, _, gate, kept = factors
        height, arriving = self.recurrent.shape[-1], previous[0]
        past, rows = dz[..., -height:], dz.reshape(-1, dz.shape[-1])
        np.multiply(state[0], kept, out=arriving)
        arriving += past * gate
        through = self.multiply(rows[:, : self._of_gates.shape[-2]], self._of_gates)
        arriving += through.reshape(arriving.shape)

    def of_rows(self, most: int) -> Lane:
        """By the Jacobians, which take a product of two matrices each: as long as H rows do."""
        many = max(MANY, self.recurrent.shape[1])
        return self if most < many else JacobianRows(self)

    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """diag(kept) + Σ_k diag(of k) W_hk + diag(of n) W_hn ∂s_t/∂h_{t−1}.

        ∂s_t/∂h_{t−1} = diag(g) + Σ_k diag(of k) W_hk
        """
        of_h, of_s, of_n, gate, kept = factors
        past = np.empty_like(out)
        for of_gates, onto, straight in ((of_h, out, kept), (of_s, past, gate)):
            self.through(of_gates, onto)
            np.einsum("shh->sh", onto)[...] += straight
        out += of_n[:, :, np.newaxis] * (self._of_candidate @ past)

    @property
    def _of_gates(self) -> Array:
        """Their rows of W_hh, (G H, H)."""
        return self.recurrent[..., : -self.recurrent.shape[-1], :]

    @property
    def _of_candidate(self) -> Array:
        """W_hn, (H, H)."""
        return self.recurrent[..., -self.recurrent.shape[-1] :, :]


def gated_past_terms(layer: Layer, dz: Array) -> Terms:
    """Step t adds dz_tᵀ x_t and Σ_B dz_t; of W_hh, the gates' rows dkᵀ h_{t−1}, n's dnᵀ s_t.

    Args:
        layer: the forward pass, which saved s_t as ``past``.
        dz: ∂L/∂z_t as ``GatedPastLane`` has it, (T, B, (G + 2) H).
    """
    height = layer.h.shape[2]
    rows = dz.shape[-1] - height
    enters, gates, new = dz[..., :rows], dz[..., : rows - height], dz[..., rows - height : rows]
    of_gates, of_new = slice(0, rows - height), slice(rows - height, rows)
    return {
        "W_xh": (Product(slice(0, rows), enters, layer.x),),
        "W_hh": (
            Product(of_gates, gates, layer.feedback),
            Product(of_new, new, layer.saved["past"]),
        ),
        "b_h": (Product(slice(0, rows), enters),),
    }
