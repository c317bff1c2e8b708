"""Eigenvalues of the recurrent matrix, and norms of the Jacobians along the trajectory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.choices.parameters import eigenvalues_of
from unrolled.engine.numbers.arrays import Array, IntArray, Nullable, Pairs, Series, Shares
from unrolled.engine.numbers.jacobians import Chain, back
from unrolled.engine.numbers.largest import largest_squares
from unrolled.engine.numbers.magnitude import LOG10_2, near_one, peaks

_SMALL = 1e-70
"""Squares of norms above this one and below its inverse can themselves be squared."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The recurrent matrix R and what it makes of a gradient.

    Attributes:
        eigenvalues: of R, as (re, im), the largest modulus first, (H, 2).
        singular_values: of R, descending, (H,).
        spectral_radius: ρ(R) = max |λ|.
        spectral_norm: σ_max(R), the largest singular value.
        jacobian_log10_norm: log₁₀ ‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1, first sample; NaN where zero,
            and from the sample's last step on.
        product_log10_norm: log₁₀ ‖∂h_T/∂h_t‖₂, t = 1 … T−1, first sample, T being its last step;
            NaN likewise.
        cell_product_log10_norm: log₁₀ ‖∂c_T/∂c_t‖₂ likewise; None where there is no c_t.
        initial_log10_norm: log₁₀ ‖∂h_T/∂h_0‖₂, first sample; NaN where zero, or where the chain
            does not begin at h_0.
        cell_initial_log10_norm: log₁₀ ‖∂c_T/∂c_0‖₂ likewise; None where there is no c_t.
        first_step: the first t of these series, from 1. Above 1 where the Jacobians of all steps
            would take too long: they are then those of the sample's last steps, and NaN before.
    """

    eigenvalues: Pairs
    singular_values: Shares
    spectral_radius: float
    spectral_norm: float
    jacobian_log10_norm: Series
    product_log10_norm: Series
    cell_product_log10_norm: Series | None
    initial_log10_norm: Nullable
    cell_initial_log10_norm: Nullable | None
    first_step: int


def spectrum(recurrent: Array, chain: Chain) -> Spectrum:
    """Eigenvalues and norms of R (H, H), and the norms of the Jacobians and of their products.

    ∂s_T/∂s_t = ∂s_T/∂s_{T−1} ⋯ ∂s_{t+1}/∂s_t, whose diagonal blocks are ∂h_T/∂h_t and ∂c_T/∂c_t:
    those of the forward pass of the first sample, which a truncation does not change, from
    ∂s_2/∂s_1 or from ∂s_1/∂s_0. Norms are within 1e-12 of themselves, at any magnitude.

    Source: notes, "Problem of BPTT"; Pascanu, Mikolov & Bengio 2013, eq. 5.
    """
    values = eigenvalues_of(recurrent)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    singular = np.asarray(np.linalg.svd(recurrent, compute_uv=False), dtype=np.float64)
    jacobians, products, cells = norms_along(chain)
    initial, cell_initial = np.nan, None if cells is None else np.nan
    if chain.initial:
        initial = float(products[0])
        jacobians, products = jacobians[1:], products[1:]
        if cells is not None:
            cell_initial, cells = float(cells[0]), cells[1:]
    return Spectrum(
        eigenvalues=np.stack((values.real, values.imag), axis=1).astype(np.float64),
        singular_values=singular.astype(np.float64),
        spectral_radius=float(np.abs(values[0])),
        spectral_norm=float(singular[0]),
        jacobian_log10_norm=jacobians,
        product_log10_norm=products,
        cell_product_log10_norm=cells,
        initial_log10_norm=initial,
        cell_initial_log10_norm=cell_initial,
        first_step=1,
    )


def norms_along(chain: Chain, length: int | None = None) -> tuple[Array, Array, Array | None]:
    """log₁₀ of ‖∂h_{t+1}/∂h_t‖₂, ‖∂h_T/∂h_t‖₂ and ‖∂c_T/∂c_t‖₂ for every t of the chain; of the
    first, t = 0 is left out (NaN).

    Returns:
        the three, (count,) each, NaN where exactly zero; the last None where the state has one
        part.
    """
    width, first = chain.width, int(chain.initial)
    parts = [slice(0, width)] + ([slice(width, None)] if chain.size > width else [])
    single, *of_parts = np.full((1 + len(parts), chain.count), np.nan)
    running, exponent = np.eye(chain.size), 0
    for begin, end, jacobians, shifts in chain.backwards(length):
        products, exponents = _products(running, exponent, jacobians, shifts)
        running, exponent = products[0], int(exponents[0])
        own = log10_spectral_norms(jacobians[:, :width, :width])
        single[begin:end] = own + shifts * LOG10_2
        for logs, part in zip(of_parts, parts, strict=True):
            own = log10_spectral_norms(products[:, part, part], leads=True)
            logs[begin:end] = own + exponents * LOG10_2
    single[:first] = np.nan
    return single, of_parts[0], of_parts[1] if len(parts) > 1 else None


def _products(
    running: Array, exponent: int, jacobians: Array, shifts: IntArray
) -> tuple[Array, IntArray]:
    """(J_n ⋯ J_k)ᵀ running · 2^exponent for every k, as values (n, S, S) and exponents (n,).

    Transposed, products of blocks lie in whole rows; their norms are the same.

    The largest entry of a Jacobian is near 1, so that a product leaves the middle of a double's
    range slowly; it is brought back there once it has.
    """
    products, exponents = np.empty((len(shifts), *running.shape)), np.empty_like(shifts)
    own = shifts.tolist()
    for k in range(len(jacobians) - 1, -1, -1):
        running = back(jacobians[k], running, out=products[k])
        exponent += own[k]
        if not _SMALL < np.vdot(running, running) < 1.0 / _SMALL:
            exponent += int(near_one(products[k : k + 1], out=products[k : k + 1])[1][0])
        exponents[k] = exponent
    return products, exponents


def log10_spectral_norms(matrices: Array, *, leads: bool = False) -> Array:
    """log₁₀ σ_max of every matrix (n, m, m); NaN where it is exactly zero.

    σ_max² is the largest eigenvalue of MᵀM: squaring costs no digits of the largest. ``leads``:
    whether one direction may lead, as in a product of many.
    """
    peak = np.ones(len(matrices))
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        squares = np.vecdot(matrices, matrices).sum(axis=1)
        if not ((squares > _SMALL) & (squares < 1.0 / _SMALL)).all():
            peak = peaks(matrices)
            matrices = matrices / np.where(peak > 0.0, peak, 1.0)[:, np.newaxis, np.newaxis]
        largest = largest_squares(matrices, leads=leads)
        return np.asarray(np.where(peak > 0.0, np.log10(peak) + 0.5 * np.log10(largest), np.nan))
