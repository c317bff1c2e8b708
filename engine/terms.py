"""The terms that the steps add to the parameters' gradients: their sum, and how large each is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.arrays import Array, IntArray
from engine.cells.base import Terms
from engine.magnitude import LOG10_2, Scaled, ldexp_rows, near_one, ordinary

_BLOCK = 2_000_000
"""How many numbers of per-step terms are held at once."""
_SAFE = 1e-200
"""A sum whose largest entry lies between this and its inverse needs no exponent."""
_CANCELLED = 1e-4
"""Below this share of its bound, a squared norm by Gram matrices has lost too many digits."""


def sum_of_terms(left: Array, right: Array | None, exponent: IntArray) -> Scaled:
    """Σ_t 2^exponent_t · left_tᵀ right_t, or Σ_t Σ_B left_t, as a Scaled of leading length 1.

    Args:
        left: (T, B, m).
        right: (T, B, n), or None for a bias.
        exponent: (T,).
    """
    width = left.shape[-1]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if not exponent.any():
            total = _product(left, right, width)
            size = np.abs(total).max()
            if _SAFE < size < 1.0 / _SAFE:
                return Scaled(total[np.newaxis], np.zeros(1, dtype=np.int64))
        left, own = near_one(left)
        exponent = exponent + own
        live = left.any(axis=(1, 2))
        if right is not None:
            right, other = near_one(right)
            exponent = exponent + other
            live &= right.any(axis=(1, 2))
        top = int(exponent[live].max()) if live.any() else 0
        total = _product(ldexp_rows(left, np.minimum(exponent - top, 0)), right, width)
    return Scaled(total[np.newaxis], np.array([top]))


def _product(left: Array, right: Array | None, width: int) -> Array:
    rows = left.reshape(-1, width)
    if right is None:
        return np.asarray(np.add.reduce(rows))
    return np.asarray(np.dot(rows.T, right.reshape(-1, right.shape[-1])))


def term_log10_norms(factors: Terms, exponents: Mapping[str, IntArray] | None) -> dict[str, Array]:
    """log₁₀ ‖leftᵀ right‖_F (weights) and log₁₀ ‖Σ_B left‖ (biases) at every step.

    One sample: ‖leftᵀ right‖ = ‖left‖ ‖right‖.
    A batch: ‖leftᵀ right‖² = Σ_bb′ (left leftᵀ)_bb′ (right rightᵀ)_bb′, so that no (H, D) matrix
    is formed; where that sum cancels, or the terms are as small as the batch, they are formed.

    Args:
        factors: parameter → (left (T, B, ·), right (T, B, ·) or None).
        exponents: parameter → binary exponents of its terms, (T,); None where all are zero.
    Returns:
        parameter → (T,); NaN where the term is exactly zero.
    """
    distinct = {id(f): f for pair in factors.values() for f in pair if f is not None}
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        single = next(iter(distinct.values())).shape[1] == 1
        log10 = _single(distinct) if single else {}
        grams = {} if single else {k: f @ f.transpose(0, 2, 1) for k, f in distinct.items()}
        norms = {}
        for name, (left, right) in factors.items():
            if not single:
                norms[name] = _batched(left, right, grams)
            elif right is None:
                norms[name] = log10[id(left)]
            else:
                norms[name] = log10[id(left)] + log10[id(right)]
            if exponents is not None:
                norms[name] = norms[name] + exponents[name] * LOG10_2
    return norms


def _single(factors: dict[int, Array]) -> dict[int, Array]:
    """log₁₀ of every factor's norms, one sample: all of them in one pass where they allow it."""
    flat = [f[:, 0] for f in factors.values()]
    squares = np.array([np.vecdot(f, f) for f in flat])
    if not ordinary(squares):
        zero = squares == 0.0
        unseen = [flat[i][zero[i]].any() for i in np.flatnonzero(zero.any(axis=1))]
        squares[zero] = 1.0
        if any(unseen) or not ordinary(squares):
            return {key: Scaled.ordinary(f).log10_norms() for key, f in factors.items()}
        squares[zero] = np.nan
    return dict(zip(factors, 0.5 * np.log10(squares), strict=True))


def _batched(left: Array, right: Array | None, grams: dict[int, Array]) -> Array:
    """log₁₀ of the norms of one parameter's terms, over a batch."""
    batch = left.shape[1]
    own = grams[id(left)]
    trace = np.trace(own, axis1=1, axis2=2)
    if right is None:
        squares, bound = own.sum(axis=(1, 2)), batch * trace
    else:
        other = grams[id(right)]
        squares = np.vecdot(own.reshape(len(own), -1), other.reshape(len(own), -1))
        bound = trace * np.trace(other, axis1=1, axis2=2)
    log10 = np.asarray(0.5 * np.log10(squares))
    lost = ~((squares > _CANCELLED * bound) & (squares > 1e-250) & (squares < 1e250))
    if lost.any():
        log10[lost] = _formed(left[lost], None if right is None else right[lost])
    return log10


def _formed(left: Array, right: Array | None) -> Array:
    """The same from the terms themselves, a block of steps at a time."""
    if right is None:
        return Scaled.ordinary(left.sum(axis=1)).log10_norms()
    block = max(1, _BLOCK // (left.shape[-1] * right.shape[-1]))
    return np.concatenate(
        [
            Scaled.ordinary(
                np.matmul(left[s : s + block].transpose(0, 2, 1), right[s : s + block])
            ).log10_norms()
            for s in range(0, len(left), block)
        ]
    )
