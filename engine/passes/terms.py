"""The term that every step adds to every parameter's gradient: formed, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import LOG10_2, Scaled, ldexp_rows, near_one, trusted
from unrolled.engine.numbers.products import Product, Terms

_BLOCK = 2_000_000
"""How many numbers of per-step terms are held at once."""
_CANCELLED = 1e-4
"""Below this share of its bound, a squared norm by Gram matrices has lost too many digits."""


def formed(product: Product, exponent: IntArray | None, at: slice) -> Scaled:
    """leftᵀ right, or Σ_B left, at some steps: (S, rows, n) or (S, rows).

    Args:
        product: of some rows of one parameter.
        exponent: binary exponents of its terms, (T,); None where all are zero.
        at: which steps.
    """
    left, own = near_one(product.left[at])
    if exponent is not None:
        own = own + exponent[at]
    if product.right is None:
        return Scaled(left.sum(axis=1), own)
    right, other = near_one(product.right[at])
    return Scaled(np.matmul(left.transpose(0, 2, 1), right), own + other)


def joined(parts: list[Scaled]) -> Scaled:
    """The rows of one parameter, (S, …) each, as one array with one exponent a step."""
    if len(parts) == 1:
        return parts[0]
    live = [part.value.reshape(len(part.value), -1).any(axis=1) for part in parts]
    exponents = np.array([part.exponent for part in parts])
    top = np.where(live, exponents, exponents.min(axis=0)).max(axis=0)
    away = np.where(live, exponents - top, 0)
    rows = [ldexp_rows(part.value, own) for part, own in zip(parts, away, strict=True)]
    return Scaled(np.concatenate(rows, axis=1), top)


def term_log10_norms(factors: Terms, exponents: Mapping[str, IntArray] | None) -> dict[str, Array]:
    """log₁₀ ‖leftᵀ right‖_F (weights) and log₁₀ ‖Σ_B left‖ (biases) at every step.

    One sample: ‖leftᵀ right‖ = ‖left‖ ‖right‖.
    A batch: the terms are formed, (H, D) each; where that multiplies more than it takes to compare
    every two samples, ‖leftᵀ right‖² = Σ_bb′ (left leftᵀ)_bb′ (right rightᵀ)_bb′ instead.

    Args:
        factors: parameter → its products.
        exponents: parameter → binary exponents of its terms, (T,); None where all are zero.
    Returns:
        parameter → (T,); NaN where the term is exactly zero.
    """
    products = [product for own in factors.values() for product in own]
    pairs = [(product.left, product.right) for product in products]
    distinct = {id(f): f for pair in pairs for f in pair if f is not None}
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        each = (_single if pairs[0][0].shape[1] == 1 else _batched)(pairs, distinct)
        norms, found = {}, iter(each)
        for name, own in factors.items():
            norms[name] = _together([next(found) for _ in own])
            if exponents is not None:
                norms[name] = norms[name] + exponents[name] * LOG10_2
    return norms


def _together(log10: list[Array]) -> Array:
    """log₁₀ √Σ ‖·‖² over the products of one parameter, which lie in rows of their own."""
    if len(log10) == 1:
        return log10[0]
    top = np.fmax.reduce(log10)
    squares = [np.nan_to_num(10.0 ** (2.0 * (one - top)), nan=0.0) for one in log10]
    return np.asarray(top + 0.5 * np.log10(np.add.reduce(squares)))


def _single(pairs: list[tuple[Array, Array | None]], distinct: dict[int, Array]) -> list[Array]:
    """One sample: every factor's norms are needed once, all of them in one pass where possible."""
    log10 = dict(zip(distinct, _log10([f[:, 0] for f in distinct.values()]), strict=True))
    return [
        log10[id(left)] if right is None else log10[id(left)] + log10[id(right)]
        for left, right in pairs
    ]


def _log10(factors: list[Array]) -> list[Array]:
    """log₁₀ of the norms of every factor (T, ·), (T,) each."""
    squares = np.empty((len(factors), len(factors[0])))
    for factor, square in zip(factors, squares, strict=True):
        np.vecdot(factor, factor, out=square)
    dead, unseen = squares == 0.0, False
    if np.count_nonzero(dead):
        pairs = zip(factors, dead, strict=True)
        unseen = any(np.count_nonzero(at) and np.count_nonzero(own[at]) for own, at in pairs)
        np.copyto(squares, np.nan, where=dead)
    if unseen or not trusted(squares):
        return [Scaled.ordinary(factor).log10_norms() for factor in factors]
    log10 = np.multiply(np.log10(squares, out=squares), 0.5, out=squares)
    return list(log10)


def by_samples(batch: int, rows: int, columns: int) -> bool:
    """Whether to compare every two samples, B² (rows + columns), rather than form B rows · columns.

    Half of the former is counted: what is compared serves more than one product.
    """
    return batch * (rows + columns) <= 2 * rows * columns


def _batched(pairs: list[tuple[Array, Array | None]], distinct: dict[int, Array]) -> list[Array]:
    """log₁₀ of the norms of every product's terms over a batch, a block of steps at a time."""
    steps, batch, _ = pairs[0][0].shape
    sizes = [left.shape[2] * (1 if right is None else right.shape[2]) for left, right in pairs]
    block = max(1, _BLOCK // max(batch * batch, *sizes))
    log10 = [np.empty(steps) for _ in pairs]
    for at in (slice(begin, begin + block) for begin in range(0, steps, block)):
        cut, grams = {key: factor[at] for key, factor in distinct.items()}, Grams()
        for own, (left, right) in zip(log10, pairs, strict=True):
            own[at] = _norms(cut[id(left)], None if right is None else cut[id(right)], grams)
    return log10


class Grams(dict[int, Array]):
    """Every two samples' products at every step of a factor, (S, B, B), made when asked for."""

    def of(self, factor: Array) -> Array:
        """Those of one factor."""
        if id(factor) not in self:
            self[id(factor)] = np.matmul(factor, factor.transpose(0, 2, 1))
        return self[id(factor)]


def _norms(left: Array, right: Array | None, grams: Grams) -> Array:
    """log₁₀ of the norms of one product's terms; both factors near 1 where digits would be lost."""
    steps, batch, rows = left.shape
    least: Array | float = 1e-250
    if right is None:
        flat = np.add.reduce(left, axis=1)
        squares = np.vecdot(flat, flat)
    elif by_samples(batch, rows, right.shape[2]):
        own, other = grams.of(left), grams.of(right)
        squares = np.vecdot(own.reshape(steps, -1), other.reshape(steps, -1))
        bound = np.trace(own, axis1=1, axis2=2) * np.trace(other, axis1=1, axis2=2)
        least = np.maximum(least, _CANCELLED * bound)
    else:
        flat = np.matmul(left.transpose(0, 2, 1), right).reshape(steps, -1)
        squares = np.vecdot(flat, flat)
    log10 = np.asarray(0.5 * np.log10(squares))
    lost = ~((squares > least) & (squares < 1e250))
    if lost.any():
        again = Product(slice(0, rows), left[lost], None if right is None else right[lost])
        log10[lost] = formed(again, None, slice(None)).log10_norms()
    return log10
