"""The term that every step adds to every parameter's gradient: formed, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, cuts
from unrolled.engine.numbers.magnitude import (
    LOG10_2,
    Scaled,
    ldexp_rows,
    log10_of,
    near_one,
    split_norms,
)
from unrolled.engine.numbers.products import Product, Terms

_NONE = np.zeros(1, dtype=np.int64)
_HELD = 120.0
"""Decades from 1 within which a norm has all its digits, whatever the size of its factors."""


def formed(product: Product, exponent: IntArray | None, at: slice) -> Scaled:
    """leftᵀ right, or Σ_B left, at some steps: (S, rows, n) or (S, rows)."""
    left, own = near_one(product.left[at])
    for more in (exponent, product.shift):
        if more is not None:
            own = own + more[at]
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
    """log₁₀ ‖leftᵀ right‖_F (weights) and log₁₀ ‖Σ_B left‖ (biases) at every step, (T,) each.

    One sample: ‖leftᵀ right‖ = ‖left‖ ‖right‖. A batch: the terms are formed, (H, D) each. NaN
    where a term is exactly zero; the exponents are those of a parameter's terms, None where all are
    zero.
    """
    seen: dict[int, Array] = {}
    norms = {}
    for name, own in factors.items():
        norms[name] = _together([_log10(product, seen) for product in own])
        if exponents is not None:
            norms[name] = norms[name] + exponents[name] * LOG10_2
    return norms


def _together(log10: list[Array]) -> Array:
    """log₁₀ √Σ ‖·‖² over the products of one parameter, which lie in rows of their own."""
    if len(log10) == 1:
        return log10[0]
    top = np.fmax.reduce(log10)
    with np.errstate(under="ignore", divide="ignore"):
        squares = [np.nan_to_num(10.0 ** (2.0 * (one - top)), nan=0.0) for one in log10]
        return np.asarray(top + 0.5 * np.log10(np.add.reduce(squares)))


def _log10(product: Product, seen: dict[int, Array]) -> Array:
    """log₁₀ of the norms of one product's terms; ``seen`` holds those of factors met before."""
    steps, batch, _ = product.left.shape
    if batch > 1:
        size = formed(product, None, slice(1)).value.size
        return np.concatenate([_of_batch(product, at) for at in cuts(steps, size)])
    total = np.zeros(steps)
    if product.shift is not None:
        total += product.shift * LOG10_2
    for factor in (product.left, product.right):
        if factor is not None:
            if id(factor) not in seen:
                norms, shift = split_norms(factor.reshape(steps, -1))
                seen[id(factor)] = log10_of(norms, _NONE if shift is None else shift)
            total = total + seen[id(factor)]
    return total


def _of_batch(product: Product, at: slice) -> Array:
    """The same of some steps over a batch; both factors near 1 where digits would be lost."""
    left, right = product.left[at], product.right
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        terms = left.sum(axis=1) if right is None else np.matmul(left.transpose(0, 2, 1), right[at])
        log10 = Scaled.ordinary(terms).log10_norms()
    held = np.abs(log10) < _HELD
    if product.shift is not None:
        held[:] = False
    return log10 if held.all() else np.where(held, log10, formed(product, None, at).log10_norms())
