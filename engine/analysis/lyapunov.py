"""Lyapunov exponents: by how much each direction grows in one step, along the trajectory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import RandomState

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.jacobians import Chain, back, forward
from unrolled.engine.numbers.streams import drawn

LEADING = 8
"""So many exponents are given where nobody asks for another number."""
_LN2 = float(np.log(2.0))
_EPS = float(np.finfo(np.float64).eps)
_STRIDE = 16
"""At most so many Jacobians are applied before the frame is made orthonormal again."""
_SPREAD = 2.0**-20
"""The least over the largest |R_kk| that several may leave: their digits lost are 6."""
_CANCELLED = 2.0**-20
"""And the least part of its squared norm that a frame may keep: 10 binary digits are cancelled."""
_PATIENCE = 8
"""After so many good strides of one length, twice the length is tried."""
_WORK = 5e9
"""Above this many (T − 1) S² K only the end of the chain is followed."""
_TURNS = 100
"""So many Jacobians turn the frame at the start towards the leading directions,"""
_TURN = 8
"""and after so many of them it is made orthonormal."""


def followed(chain: Chain, most: int) -> int:
    """How many Jacobians the exponents are a mean over: all, or the last of a long wide chain.

    They are all T − 1 up to (T − 1) S² K = 5e9 for the K leading exponents (K = 8, S = 128:
    38,146 steps; all of S = 128: 2,384).
    """
    return min(chain.count, max(1, int(_WORK // (chain.size**2 * min(most, chain.size)))))


def lyapunov_exponents(
    chain: Chain, most: int | None = None, *, length: int | None = None
) -> Array:
    """λ_1 ≥ … ≥ λ_K per step, the K largest (``most``, None all S), in natural logarithms.

    J_t Q_t = Q_{t+1} R_{t+1};   λ_k = (1/(T − 1)) Σ_t ln |R_kk(t)|

    Q_t has K columns, and no square matrix is decomposed. Over finitely many steps the exponents
    depend on Q_1: K directions, drawn once and for all, go along the first 100 Jacobians and back
    along their transposes, so that they lie along those that grow most, and λ_k is near (1/(T − 1))
    ln σ_k(∂s_T/∂s_1). Column k knows nothing of those behind it: fewer columns, the same λ_k.

    Several Jacobians are applied before a decomposition where the frame keeps its digits: its
    |R_kk| within a factor 2^20 and at most 10 binary digits cancelled, so that an exponent is
    within 1e-7 / (T − 1) a stride. Otherwise it is decomposed after every one, its rows sorted by
    size before Householder's reflections, which keeps small rows (saturated units) to their own
    precision.

    Above the limit of ``followed`` the mean is over the last Jacobians alone.

    Returns:
        (min(K, S),), descending; NaN, last, for a direction that dies: its exponent is −∞, or so
        small that a double cannot tell it from that. Empty where T = 1.
    Source: Benettin et al. 1980; for recurrent networks Engelken, Wolf & Abbott 2023 and
        Vogt et al. 2022; for the sorted rows Cox & Higham 1998.
    """
    if not chain.count:
        return np.empty(0)
    most, length = min(most or chain.size, chain.size), length or chain.length
    count = followed(chain, most)
    first = chain.count - count
    frame = _Frame(first_frame(chain, most, length))
    for begin, end in _ranges(first, chain.count, length):
        frame.follow(*chain.block(begin, end))
    exponents = np.sort(frame.means(count))[::-1]
    return np.concatenate((exponents, np.full(most - len(exponents), np.nan)))


def first_frame(chain: Chain, most: int, length: int) -> Array:
    """Q_1 (S, K): drawn directions, carried along the first Jacobians and back.

    A direction that is lost on the way becomes some other one, orthogonal to those before it: here
    none dies.
    """
    begin = chain.count - followed(chain, most)
    blocks = list(_ranges(begin, min(chain.count, begin + _TURNS), length))
    rows = drawn("lyapunov", 0, RandomState.standard_normal, (most, chain.size))
    frame = np.linalg.qr(rows.T)[0]
    frame = _turned(frame, forward, (one for block in blocks for one in chain.block(*block)[0]))
    again = (one for block in reversed(blocks) for one in chain.block(*block)[0][::-1])
    return _turned(frame, back, again)


def _ranges(begin: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    for at in range(begin, end, length):
        yield at, min(end, at + length)


def _turned(
    frame: Array, carry: Callable[[Array, Array], Array], matrices: Iterator[Array]
) -> Array:
    """A frame carried along, made orthonormal after every few matrices and after the last."""
    for number, matrix in enumerate(matrices, start=1):
        frame = carry(matrix, frame)
        if number % _TURN == 0:
            frame = np.linalg.qr(frame)[0]
    return np.asarray(np.linalg.qr(frame)[0])


class _Frame:
    """The directions that are alive, and by how much each has grown."""

    def __init__(self, directions: Array) -> None:
        self.directions = directions
        self.logs = np.zeros(directions.shape[1])
        self.exponent = 0
        self.stride = _TURN
        self.good = 0

    def means(self, count: int) -> Array:
        return (self.logs + self.exponent * _LN2) / count

    def follow(self, matrices: Array, shifts: IntArray) -> None:
        """Carry the frame through a block."""
        if matrices.shape[1] == 1:
            self._follow_numbers(matrices, shifts)
            return
        at, count = 0, len(matrices)
        while at < count and self.logs.size:
            end = min(count, at + self.stride)
            if end - at == 1:
                self._single(matrices[at])
            elif not self._several(matrices[at:end]):
                self.stride, self.good = (end - at) // 2, 0
                continue
            self.exponent += int(shifts[at:end].sum())
            at, self.good = end, self.good + 1
            if self.good >= _PATIENCE:
                self.stride, self.good = min(_STRIDE, 2 * self.stride), 0

    def _follow_numbers(self, matrices: Array, shifts: IntArray) -> None:
        """One unit: ln |J_t| is all there is."""
        sizes = np.abs(matrices[:, 0, 0])
        if self.logs.size and sizes.all():
            self.logs += np.log(sizes).sum()
            self.exponent += int(shifts.sum())
        else:
            self.logs = np.empty(0)

    def _several(self, matrices: Array) -> bool:
        """Try several Jacobians; False where the frame has lost too many digits."""
        images, before, lost = self.directions, float(len(self.logs)), 1.0
        for matrix in matrices:
            images = forward(matrix, images)
            square = float(np.vdot(images, images))
            if square < before:
                lost *= square / before
            before = square
        if lost < _CANCELLED:
            return False
        frame, upper = np.linalg.qr(images)
        sizes = np.abs(upper.diagonal())
        if sizes.min() <= _SPREAD * sizes.max():
            return False
        self._accept(frame, sizes)
        return True

    def _single(self, matrix: Array) -> None:
        """One Jacobian, which always succeeds."""
        images = forward(matrix, self.directions)
        frame, upper = np.linalg.qr(images)
        sizes = np.abs(upper.diagonal())
        if sizes.min() < _SPREAD * sizes.max() or not sizes.any():
            frame, sizes = self._graded(images)
            self.good = -1
        self._accept(frame, sizes)

    def _accept(self, frame: Array, sizes: Array) -> None:
        self.directions = frame
        self.logs += np.log(sizes)

    def _graded(self, images: Array) -> tuple[Array, Array]:
        """Frame and |R_kk| of images (S, n) of very different sizes; dead directions leave.

        Reflections leave an error in R_kk of the rounding of column k, and of the k-th largest
        row. What lies below both cannot be told from zero.
        """
        rows = np.abs(images).max(axis=1, initial=0.0)
        order = np.argsort(-rows, kind="stable")
        images, rows = images[order], rows[order]
        while True:
            frame, upper = np.linalg.qr(images)
            sizes = np.abs(upper.diagonal())
            columns = np.abs(images).max(axis=0, initial=0.0)
            noise = 4.0 * len(rows) * _EPS * np.minimum(columns, rows[: len(columns)])
            dead = np.flatnonzero(sizes <= noise)
            if not dead.size:
                break
            images = np.delete(images, dead[0], axis=1)
            self.logs = np.delete(self.logs, dead[0])
        back = np.empty_like(frame)
        back[order] = frame
        return back, sizes
