"""The largest singular value of many matrices at once, most of them never decomposed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import RandomState

from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.streams import drawn

_LEAST = 24
"""Smaller matrices are decomposed: of 16 × 16 one takes 7 μs."""
_PROVEN = 1e-13
"""The largest eigenvalue is at most by this share larger than what is returned."""
_LEADING, _MORE = 7, 24
"""So many steps find a leading direction, and one more for so many rows;"""
_SEARCH = ((40, 4, 7), (80, 2, 16), (160, 0, 38))
"""up to so many rows G is squared so often, and so many steps go with that power."""
_EQUAL = 0.7
"""(Σ λ)² / (m Σ λ²), the share of eigenvalues that are as good as equal, above which none is looked
for: it is ½ of a matrix of independent entries, 0.65 of a GRU's Jacobians, 0.9 of an orthogonal
one's behind a tanh, where looking for it in vain took half as long again as decomposing all."""
_ORTHOGONAL = 1e-8
"""A next direction that is shorter than this part of G is none: its square lies below rounding."""
_APART = 0.99
"""What is left of the trace proves something below this part of what is found."""


def largest_squares(matrices: Array, *, leads: bool = False) -> Array:
    """σ_max² of every matrix M (n, m, m), that is λ_max of G = MᵀM, (n,).

    k steps of Lanczos give a tridiagonal T, whose largest eigenvalue θ is at most λ_max. It is
    returned where either of two proofs says that it is within 1e-13 of it:

    * the trace: what T leaves of ‖M‖_F² is τ = tr G − tr T, and no eigenvalue in the rest is
      larger, so that λ_max is at most that of T with one more row, (β_k, τ);
    * Cholesky: (1 + 1e-13) θ I − G has a factor, so that it is positive definite.

    The first needs no G and holds where one direction leads, as in the products of a chain; the
    second one has to be looked for longer, with powers of G, as in the Jacobians themselves.
    What neither proves is decomposed. For 100 steps of an LSTM (ms; all decomposed in brackets):
    products, of h and of c, H = 64: 2.2 (8) each, H = 128: 11 (37) each; Jacobians 6.5 (10), and 34
    (44). 50 steps of 32 units: products 0.5 (1.0) each, Jacobians 0.7 (1.2).

    Args:
        matrices: (n, m, m), squares of entries in the range of a double.
        leads: whether one direction may lead.
    Source: Parlett, The Symmetric Eigenvalue Problem, 10 and 13; Golub & Van Loan 4.2.
    """
    found = np.full(len(matrices), np.nan)
    wide = matrices.shape[1] >= _LEAST
    if leads and wide:
        theta, proven = _by_trace(matrices)
        found[proven] = theta[proven]
    left = np.flatnonzero(np.isnan(found))
    if left.size:
        some = matrices if left.size == len(matrices) else matrices[left]
        grams = some.mT @ some
        found[left] = _largest(grams) if wide else np.linalg.eigvalsh(grams)[:, -1]
    return found


def _by_trace(matrices: Array) -> tuple[Array, Mask]:
    """θ of every matrix, and whether the trace proves it."""
    k = _LEADING + matrices.shape[1] // _MORE
    steps = _lanczos(lambda q: np.vecmat(np.matvec(matrices, q), matrices), matrices, k)
    theta = np.linalg.eigvalsh(steps[:, :k, :k])[:, -1]
    diagonal = np.einsum("nii->in", steps)
    rest = np.vecdot(matrices, matrices).sum(axis=1) - diagonal.sum(axis=0)
    diagonal[k] = rest
    with np.errstate(divide="ignore", invalid="ignore"):
        pivots = (1.0 + _PROVEN) * theta - diagonal
        for j in range(k):  # those of (1 + 1e-13) θ I − T: all above 0 where that is definite
            pivots[j + 1] -= steps[:, j + 1, j] ** 2 / pivots[j]
        least = pivots.min(axis=0)
    return np.asarray(theta), np.asarray((rest < _APART * theta) & (least > 0.0))


def _largest(grams: Array) -> Array:
    """λ_max of every G (n, m, m): θ of a power of it, where Cholesky proves it."""
    size = grams.shape[1]
    search = [(squarings, k) for most, squarings, k in _SEARCH if size <= most]
    trace = np.einsum("nii->n", grams)
    equal = trace**2 > _EQUAL * size * np.vecdot(grams, grams).sum(axis=1)
    if not search or equal.mean() > 0.5:
        return np.asarray(np.linalg.eigvalsh(grams)[:, -1])
    squarings, k = search[0]
    power = grams / np.where(trace > 0.0, trace, 1.0)[:, np.newaxis, np.newaxis]
    for _ in range(squarings):
        power = power @ power
    steps = _lanczos(lambda q: np.matvec(power, q), grams, k)
    theta = trace * np.linalg.eigvalsh(steps[:, :k, :k])[:, -1] ** 0.5**squarings
    shifted = -grams
    np.einsum("nii->ni", shifted)[...] += ((1.0 + _PROVEN) * theta)[:, np.newaxis]
    if not _definite(shifted):
        left = np.flatnonzero([not _definite(one) for one in shifted])
        theta[left] = np.linalg.eigvalsh(grams[left])[:, -1]
    return np.asarray(theta)


def _definite(matrices: Array) -> bool:
    """Whether symmetric matrices are positive definite, every one."""
    try:
        np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return False
    return True


def _lanczos(apply: Callable[[Array], Array], matrices: Array, k: int) -> Array:
    """T with one more row, (n, k + 1, k + 1), its lower half: α on the diagonal, β below it.

    Every direction is made orthogonal to the two before it, and then to all: what is left after the
    first time can be small, and what rounding left of others would grow from step to step. The
    first direction is drawn once and for all.
    """
    count, size = len(matrices), matrices.shape[1]
    basis, steps = np.empty((k + 1, count, size)), np.zeros((k + 1, k + 1, count))
    first = drawn("largest", 0, RandomState.standard_normal, (size,))
    basis[0] = first / np.sqrt(np.vdot(first, first))
    beta, top = np.zeros(count), np.zeros(count)
    for j in range(k):
        now, every = basis[j], basis[: j + 1].transpose(1, 0, 2)
        image = apply(now)
        alpha = np.vecdot(now, image)
        image -= alpha[:, np.newaxis] * now
        if j:
            image -= beta[:, np.newaxis] * basis[j - 1]
        image -= np.vecmat(np.matvec(every, image), every)
        beta, top = np.sqrt(np.vecdot(image, image)), np.maximum(top, alpha)
        steps[j, j], steps[j + 1, j] = alpha, beta
        length = np.where(beta > _ORTHOGONAL * top, beta, np.inf)
        np.divide(image, length[:, np.newaxis], out=basis[j + 1])
    return np.ascontiguousarray(steps.transpose(2, 0, 1))
