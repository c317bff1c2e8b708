"""Eigenvalues of the recurrent matrix, and Jacobians along the trajectory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.magnitude import LOG10_2, near_one

_BLOCK = 4_000_000
"""How many numbers of Jacobians are held at once."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The recurrent matrix R and what it makes of a gradient.

    Attributes:
        eigenvalues: of R, as (re, im), the largest modulus first, (H, 2).
        spectral_radius: ρ(R) = max |λ|.
        spectral_norm: σ_max(R).
        jacobian_log10_norm: log₁₀ ‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1, first sample; NaN where zero.
        product_log10_norm: log₁₀ ‖∂h_T/∂h_t‖₂, t = 1 … T−1, first sample; NaN where zero.
    """

    eigenvalues: Array
    spectral_radius: float
    spectral_norm: float
    jacobian_log10_norm: Array
    product_log10_norm: Array


def spectrum(recurrent: Array, derivative: Array) -> Spectrum:
    """Eigenvalues and norms of R, and the norms of the Jacobians and of their products.

    ∂h_{t+1}/∂h_t = diag(f′(a_{t+1})) R;   ∂h_T/∂h_t = ∂h_T/∂h_{T−1} ⋯ ∂h_{t+1}/∂h_t

    These are the derivatives of the forward pass; a truncation does not change them.

    Args:
        recurrent: R, (H, H).
        derivative: f′(a_t), (T, B, H); the first sample is taken.
    Source: notes, "Problem of BPTT"; Pascanu, Mikolov & Bengio 2013, eq. 5.
    """
    values = np.linalg.eigvals(recurrent)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    jacobians, products = _along(recurrent, derivative[1:, 0])
    return Spectrum(
        eigenvalues=np.stack((values.real, values.imag), axis=1).astype(np.float64),
        spectral_radius=float(np.abs(values[0])),
        spectral_norm=float(np.linalg.norm(recurrent, 2)),
        jacobian_log10_norm=jacobians,
        product_log10_norm=products,
    )


def _along(recurrent: Array, derivative: Array) -> tuple[Array, Array]:
    """Both norms for every step but the last, (T − 1,) each."""
    count, width = derivative.shape
    derivative, shifts = near_one(derivative)
    scaled, shift = near_one(recurrent[np.newaxis])
    shifts = shifts + shift
    single, product = np.full(count, np.nan), np.full(count, np.nan)
    block = max(1, _BLOCK // (width * width))
    running, exponent = np.eye(width)[np.newaxis], 0
    for end in range(count, 0, -block):
        begin = max(0, end - block)
        jacobians = derivative[begin:end, :, np.newaxis] * scaled[0]
        single[begin:end] = _log10_spectral_norms(jacobians) + shifts[begin:end] * LOG10_2
        products, exponents = np.empty_like(jacobians), np.empty(end - begin)
        for t in range(end - 1, begin - 1, -1):
            running, own = near_one(running @ jacobians[t - begin])
            exponent += int(own[0] + shifts[t])
            products[t - begin], exponents[t - begin] = running[0], exponent
        product[begin:end] = _log10_spectral_norms(products) + exponents * LOG10_2
    return single, product


def _log10_spectral_norms(matrices: Array) -> Array:
    """log₁₀ σ_max of every matrix; NaN where it is exactly zero."""
    with np.errstate(divide="ignore"):
        norms = np.log10(np.linalg.svd(matrices, compute_uv=False)[:, 0])
    return np.where(np.isneginf(norms), np.nan, norms)
