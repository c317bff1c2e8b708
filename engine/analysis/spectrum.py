"""Eigenvalues of the recurrent matrix, and norms of the Jacobians along the trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.jacobians import Chain, diagonal_chain, peaks, rescaled
from unrolled.engine.numbers.magnitude import LOG10_2

_GROUP = 16
"""At most so many Jacobians are multiplied with each other before what lies to their left."""
_GROUPED = 1e-18
"""Entries above this share of the largest survive the product of a group: 1e-18^16 > 1e-308."""
_SMALL = 1e-70
"""Squares of norms above this one and below its inverse can themselves be squared."""
_SETTLED = 1e-13
"""Where both bounds of a norm are this near to each other, they are the norm."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The recurrent matrix R and what it makes of a gradient.

    Attributes:
        eigenvalues: of R, as (re, im), the largest modulus first, (H, 2).
        singular_values: of R, descending, (H,).
        spectral_radius: ρ(R) = max |λ|.
        spectral_norm: σ_max(R).
        jacobian_log10_norm: log₁₀ ‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1, first sample; NaN where zero.
        product_log10_norm: log₁₀ ‖∂h_T/∂h_t‖₂, t = 1 … T−1, first sample; NaN where zero.
        cell_product_log10_norm: log₁₀ ‖∂c_T/∂c_t‖₂ likewise; None where there is no c_t.
        initial_log10_norm: log₁₀ ‖∂h_T/∂h_0‖₂, first sample; NaN where zero, or where the chain
            does not begin at h_0.
        cell_initial_log10_norm: log₁₀ ‖∂c_T/∂c_0‖₂ likewise; None where there is no c_t.
    """

    eigenvalues: Array
    singular_values: Array
    spectral_radius: float
    spectral_norm: float
    jacobian_log10_norm: Array
    product_log10_norm: Array
    cell_product_log10_norm: Array | None
    initial_log10_norm: float
    cell_initial_log10_norm: float | None


def spectrum(recurrent: Array, along: Chain | Array) -> Spectrum:
    """Eigenvalues and norms of R, and the norms of the Jacobians and of their products.

    ∂s_T/∂s_t = ∂s_T/∂s_{T−1} ⋯ ∂s_{t+1}/∂s_t, of which ∂h_T/∂h_t and ∂c_T/∂c_t are the blocks on
    the diagonal.

    These are the derivatives of the forward pass; a truncation does not change them. Norms are
    within 1e-12 of themselves, at any magnitude.

    Args:
        recurrent: R, (H, H).
        along: the Jacobians of the first sample, from ∂s_2/∂s_1 or from ∂s_1/∂s_0; or f′(a_t),
            (T, B, H), for the simple family.
    Source: notes, "Problem of BPTT"; Pascanu, Mikolov & Bengio 2013, eq. 5.
    """
    chain = along if isinstance(along, Chain) else diagonal_chain(along[1:, 0], recurrent)
    values = np.linalg.eigvals(recurrent)
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
    )


def norms_along(chain: Chain, length: int | None = None) -> tuple[Array, Array, Array | None]:
    """log₁₀ of ‖∂h_{t+1}/∂h_t‖₂, ‖∂h_T/∂h_t‖₂ and ‖∂c_T/∂c_t‖₂ for every t of the chain; of the
    first, t = 0 is left out (NaN).

    Args:
        chain: the Jacobians.
        length: how many are held at once; None takes what holds memory level.
    Returns:
        the three, (count,) each, NaN where exactly zero; the last None where the state has one
        part.
    """
    width, parts, first = chain.width, chain.size > chain.width, int(chain.initial)
    single, product, cell = np.full((3, chain.count), np.nan)
    running, exponent = np.eye(chain.size), 0
    hidden, inner = slice(0, width), slice(width, None)

    def measure(here: slice, products: Array, exponents: IntArray) -> None:
        decades = (exponents + exponent) * LOG10_2
        product[here] = log10_spectral_norms(products[:, hidden, hidden]) + decades
        if parts:
            cell[here] = log10_spectral_norms(products[:, inner, inner]) + decades

    for begin, end, jacobians, shifts in chain.later().backwards(length):
        here = slice(begin + first, end + first)
        single[here] = log10_spectral_norms(jacobians[:, hidden, hidden]) + shifts * LOG10_2
        products, exponents = _products(running, jacobians, shifts)
        measure(here, products, exponents)
        last, own = rescaled(products[:1])
        running, exponent = last[0], exponent + int(exponents[0] + own[0])
    if first:
        jacobians, shifts = chain.block(0, 1)
        measure(slice(0, 1), running @ jacobians, shifts)
    return single, product, cell if parts else None


def _products(running: Array, jacobians: Array, shifts: IntArray) -> tuple[Array, IntArray]:
    """running · J_n ⋯ J_k for every k, as values (n, S, S) and exponents (n,).

    The Jacobians are taken in groups. All groups multiply within themselves at once; then what
    stands to the left of each group runs through, group by group.
    """
    count, size = jacobians.shape[:2]
    group = min(_GROUP, isqrt(count)) if _comparable(jacobians) else 1
    groups = -(-count // group)
    spare = groups * group - count
    inside = np.empty((groups * group, size, size))
    inside[:spare], inside[spare:] = np.eye(size), jacobians
    exponents = np.concatenate((np.zeros(spare, dtype=np.int64), shifts)).reshape(groups, group)
    inside = inside.reshape(groups, group, size, size)
    for k in range(group - 2, -1, -1):
        inside[:, k], own = rescaled(inside[:, k + 1] @ inside[:, k])
        exponents[:, k] += exponents[:, k + 1] + own
    left, before, exponent = np.empty((groups, 1, size, size)), np.zeros((groups, 1), np.int64), 0
    for n in range(groups - 1, -1, -1):
        left[n, 0], before[n] = running, exponent
        following, own = rescaled((running @ inside[n, 0])[np.newaxis])
        running, exponent = following[0], exponent + int(exponents[n, 0] + own[0])
    products = (left @ inside).reshape(-1, size, size)
    return products[spare:], (exponents + before).reshape(-1)[spare:]


def _comparable(jacobians: Array) -> bool:
    """Whether no entry is so small beside the largest that a group's product would lose it."""
    sizes = np.abs(jacobians)
    return not bool(((sizes > 0.0) & (sizes < _GROUPED)).any())


def log10_spectral_norms(matrices: Array) -> Array:
    """log₁₀ σ_max of every matrix (n, m, m); NaN where it is exactly zero.

    With G = MᵀM and its eigenvalues λ_k = σ_k²:  Σλ_k² / Σλ_k ≤ λ_max ≤ √Σλ_k². Both bounds are
    sums of squares of entries, and meet where one direction outweighs all others, as in a long
    product. Where they do not meet, λ_max is the largest eigenvalue of G. Squaring costs no
    digits of the largest.
    """
    entries = matrices.reshape(len(matrices), -1)
    peak = np.ones(len(matrices))
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        traces = np.vecdot(entries, entries)
        if not ((traces > _SMALL) & (traces < 1.0 / _SMALL)).all():
            peak = peaks(matrices)
            peak[peak == 0.0] = np.nan
            entries = entries / peak[:, np.newaxis]
            traces = np.vecdot(entries, entries)
        matrices = entries.reshape(matrices.shape)
        grams = matrices.mT @ matrices
        flat = grams.reshape(len(grams), -1)
        largest = np.sqrt(np.vecdot(flat, flat))
        open_ = np.flatnonzero(largest < (1.0 - _SETTLED) * traces)
        if open_.size:
            largest[open_] = np.linalg.eigvalsh(grams[open_])[:, -1]
    return np.asarray(np.log10(peak) + 0.5 * np.log10(largest))
