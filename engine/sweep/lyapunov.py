"""The leading Lyapunov exponent of many chains of Jacobians side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.random import RandomState

from unrolled.engine.analysis.lyapunov import followed, lyapunov_exponents
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.jacobians import Chain
from unrolled.engine.numbers.streams import drawn

_LN2 = float(np.log(2.0))
_TURNS, _TURN = 100, 8
"""As in ``lyapunov_exponents``: so many Jacobians turn the direction at the start, and after so
many of them it is brought to length 1."""
_HELD = 4_000_000
"""So many numbers of Jacobians are held at once."""


def leading_exponents(chains: Sequence[Chain]) -> Array:
    """λ_1 of every chain, the one of ``lyapunov_exponents(chain, 1)``, (N,).

    Of one direction R is its length, and nothing is lost from stride to stride: all chains go step
    by step, one product a step. NaN where the direction dies, and where T = 1.
    """
    if not chains or not chains[0].count:
        return np.full(len(chains), np.nan)
    one = chains[0]
    numbers = one.count * (one.size + 2) * one.width
    if followed(one, 1) < one.count or numbers > _HELD:
        return np.array([lyapunov_exponents(chain, 1)[0] for chain in chains])
    some = max(1, _HELD // numbers)
    parts = [_together(chains[n : n + some]) for n in range(0, len(chains), some)]
    return np.concatenate(parts)


def _together(chains: Sequence[Chain]) -> Array:
    blocks = [chain.block(0, chain.count) for chain in chains]
    jacobians = np.stack([matrices for matrices, _ in blocks], axis=1)
    shifts = np.sum([own for _, own in blocks], axis=1)
    count, size = chains[0].count, chains[0].size
    frame = np.tile(drawn("lyapunov", 0, RandomState.standard_normal, (1, size)), (len(chains), 1))
    begin = range(min(count, _TURNS))
    with np.errstate(all="ignore"):
        frame = _turned(_unit(frame), (_forward(jacobians[t]) for t in begin))
        frame = _turned(frame, (_back(jacobians[t]) for t in reversed(begin)))
        return _mean(frame, jacobians, shifts)


def _mean(frame: Array, jacobians: Array, shifts: IntArray) -> Array:
    """(1/n) Σ ln of what every Jacobian makes of the direction; NaN where it dies."""
    logs = np.zeros(len(frame))
    for each in jacobians:
        frame = _forward(each)(frame)
        length = np.sqrt(np.vecdot(frame, frame))
        logs += np.log(length)
        frame /= length[:, np.newaxis]
    found = (logs + shifts * _LN2) / len(jacobians)
    return np.where(np.isfinite(found), found, np.nan)


def _turned(frame: Array, products: Iterable[_Product]) -> Array:
    for number, product in enumerate(products, start=1):
        frame = product(frame)
        if number % _TURN == 0:
            frame = _unit(frame)
    return _unit(frame)


def _unit(frame: Array) -> Array:
    """Every direction of length 1; one that is lost becomes the first unit's."""
    length = np.sqrt(np.vecdot(frame, frame))
    lost = ~(length > 0.0)
    found = frame / np.where(lost, 1.0, length)[:, np.newaxis]
    found[lost] = np.eye(1, frame.shape[1])
    return np.asarray(found)


class _Product:
    """What multiplies directions (N, S) by the Jacobians of one step, (N, ·, H)."""

    def __init__(self, jacobians: Array, *, transposed: bool) -> None:
        self.jacobians, self.transposed = jacobians, transposed

    def __call__(self, frame: Array) -> Array:
        """J q, or Jᵀ q; what a c adds unit by unit stands in the last two rows."""
        size, width = frame.shape[1], self.jacobians.shape[2]
        dense, straight = self.jacobians[:, :size], self.jacobians[:, size:]
        if not self.transposed:
            image = np.matvec(dense, frame[:, :width])
            if size > width:
                image.reshape(len(frame), 2, width)[...] += straight * frame[:, np.newaxis, width:]
            return np.asarray(image)
        found = np.vecmat(frame, dense)
        if size > width:
            parts = frame.reshape(len(frame), 2, width)
            found = np.concatenate((found, (straight * parts).sum(axis=1)), axis=1)
        return np.asarray(found)


def _forward(jacobians: Array) -> _Product:
    return _Product(jacobians, transposed=False)


def _back(jacobians: Array) -> _Product:
    return _Product(jacobians, transposed=True)
