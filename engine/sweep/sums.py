"""How large the sums of N networks' terms are, at any magnitude."""

from __future__ import annotations

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, record
from unrolled.engine.numbers.magnitude import LOG10_2, ldexp_rows, near_one
from unrolled.engine.numbers.products import Product, Products

_SMALL, _LARGE = 1e-280, 1e280
"""Squared norms between these two carry their full precision, as in ``ordinary``."""
_LEAST = -(2**40)
"""Below every exponent."""


@record
class Sizes:
    """A parameter's gradient g_p of every network; −∞ where exactly zero.

    Attributes:
        log10_norm: log₁₀ ‖g_p‖, (N,).
        log10_peak: log₁₀ max |g_p|, (N,); None where it was not asked for.
    """

    log10_norm: Array
    log10_peak: Array | None


def sizes(products: Products, exponent: IntArray | None, count: int, *, peaks: bool) -> Sizes:
    """Sum every network's terms over its steps and samples.

    Args:
        products: of one parameter, a row a step and network, (T N, B, ·).
        exponent: of its terms, (T N,), or None where all are zero.
        count: N.
        peaks: whether the largest entry is wanted.
    """
    found = [_of(product, exponent, count, peaks=peaks) for product in products]
    norms = joined([norm for norm, _ in found])
    tops = [peak for _, peak in found if peak is not None]
    return Sizes(norms, np.maximum.reduce(tops) if tops else None)


def joined(log10: list[Array]) -> Array:
    """log₁₀ √Σ ‖·‖² from log₁₀ ‖·‖, (N,) each; −∞ where all are."""
    if len(log10) == 1:
        return log10[0]
    top = np.maximum.reduce(log10)
    with np.errstate(all="ignore"):
        away = np.where(np.isneginf(top), 0.0, top)
        squares = np.add.reduce([np.power(10.0, 2.0 * (one - away)) for one in log10])
        return np.asarray(away + 0.5 * np.log10(squares))


def _of(
    product: Product, exponent: IntArray | None, count: int, *, peaks: bool
) -> tuple[Array, Array | None]:
    """log₁₀ of the norm and of the largest entry of one product's sum, (N,) each."""
    if exponent is None and product.shift is None:
        total = _summed(product.left, product.right, count)
        with np.errstate(all="ignore"):
            squares = np.vecdot(total, total)
            if ((squares > _SMALL) & (squares < _LARGE)).all():
                norm = np.asarray(0.5 * np.log10(squares))
                return norm, _log10(np.abs(total).max(axis=1), peaks=peaks)
    total, shift = _scaled(product, exponent, count)
    with np.errstate(all="ignore"):
        near, own = near_one(total)
        decades = (shift + own) * LOG10_2
        norm = np.asarray(0.5 * np.log10(np.vecdot(near, near)) + decades)
        peak = _log10(np.abs(near).max(axis=1), peaks=peaks)
    return norm, None if peak is None else peak + decades


def _log10(values: Array, *, peaks: bool) -> Array | None:
    return np.asarray(np.log10(values)) if peaks else None


def _parted(factor: Array, count: int) -> Array:
    """(T N, B, m) as (N, T, B, m), a view."""
    return factor.reshape(-1, count, *factor.shape[1:]).swapaxes(0, 1)


def _summed(left: Array, right: Array | None, count: int) -> Array:
    """Σ_tb left right of every network, flat: (N, m n), or (N, m)."""
    own = _parted(left, count)
    if right is None:
        return np.asarray(own.sum(axis=(1, 2)))
    return _product(own, _parted(right, count))


def _product(left: Array, right: Array) -> Array:
    """Σ_tb left_tbm right_tbn from (N, T, B, ·), flat."""
    count, _, batch, _ = left.shape
    if batch == 1:  # which copies nothing
        found = np.matmul(left[:, :, 0].mT, right[:, :, 0])
    else:
        flat = (part.reshape(count, -1, part.shape[3]) for part in (left, right))
        rows, columns = flat
        found = np.matmul(rows.mT, columns)
    return np.asarray(found.reshape(count, -1))


def _scaled(product: Product, exponent: IntArray | None, count: int) -> tuple[Array, IntArray]:
    """The same with both factors near 1 at every step, so that no term is lost or overflows.

    Returns:
        the sums (N, ·), and their exponents (N,).
    """
    left, exponents = near_one(product.left)
    live, right = left.any(axis=(1, 2)), product.right
    if right is not None:
        right, other = near_one(right)
        exponents = exponents + other
        live &= right.any(axis=(1, 2))
    for more in (exponent, product.shift):
        if more is not None:
            exponents = exponents + more
    by_step, alive = exponents.reshape(-1, count), live.reshape(-1, count)
    top = np.where(alive, by_step, _LEAST).max(axis=0)
    top = np.where(alive.any(axis=0), top, 0)
    away = np.where(alive, np.minimum(by_step - top, 0), 0).reshape(-1)
    return _summed(ldexp_rows(left, away), right, count), top
