"""Lyapunov exponents: by how much each direction grows in one step, along the trajectory."""

from __future__ import annotations

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.jacobians import Chain, rescaled

_LN2 = float(np.log(2.0))
_EPS = float(np.finfo(np.float64).eps)
_DEPTH = 4
"""At most 2^4 Jacobians are multiplied before the frame is made orthonormal again."""
_SPREAD = 2.0**-20
"""The least over the largest |R_kk| that a product of several may have: its digits lost are 6."""
_CANCELLED = 10
"""Binary digits that a product of several may lose by cancellation."""
_PATIENCE = 8
"""After so many good products of one length, twice the length is tried."""
_WORK = 5e9
"""Above this many (T − 1) S³ only the end of the chain is followed."""

Level = tuple[Array, IntArray, IntArray]


def followed(chain: Chain) -> int:
    """How many Jacobians the exponents are a mean over: all, or the last of a long wide chain.

    They are all T − 1 up to (T − 1) S³ = 5e9 (S = 64: 19,000 steps; S = 128: 2,384).
    """
    return min(chain.count, max(1, int(_WORK // chain.size**3)))


def lyapunov_exponents(chain: Chain, length: int | None = None) -> Array:
    """λ_1 ≥ … ≥ λ_S per step, in natural logarithms.

    J_t Q_t = Q_{t+1} R_{t+1}, Q_1 = I;   λ_k = (1/(T − 1)) Σ_t ln |R_kk(t)|

    Several Jacobians are multiplied before a decomposition where their product keeps its digits:
    its |R_kk| lie within a factor 2^20 and cancellation costs at most 10 binary digits, so that an
    exponent is within 1e-7 / (T − 1) a product, and far nearer as a rule. Otherwise the frame is
    made orthonormal after every Jacobian. There the rows are sorted by size before Householder's
    reflections, which keeps small rows (saturated units) to their own precision.

    Over finitely many steps the exponents depend on the frame Q_1 at the start. Above the limit
    of ``followed`` the mean is over the last Jacobians alone.

    Args:
        chain: the Jacobians of the first sample.
        length: how many are held at once; None takes what holds memory level.
    Returns:
        (S,), descending; NaN, last, for a direction that dies: its exponent is −∞, or so small that
        a double cannot tell it from that. Empty where T = 1.
    Source: Benettin et al. 1980; for recurrent networks Engelken, Wolf & Abbott 2023 and
        Vogt et al. 2022; for the sorted rows Cox & Higham 1998.
    """
    if not chain.count:
        return np.empty(0)
    start, frame = chain.count - followed(chain), _Frame(chain.size)
    length = length or chain.length
    for begin in range(start, chain.count, length):
        frame.follow(*chain.block(begin, min(chain.count, begin + length)))
    exponents = np.sort(frame.means(chain.count - start))[::-1]
    return np.concatenate((exponents, np.full(chain.size - len(exponents), np.nan)))


class _Frame:
    """The directions that are alive, and by how much each has grown."""

    def __init__(self, size: int) -> None:
        self.directions = np.eye(size)
        self.logs = np.zeros(size)
        self.exponent = 0
        self.depth = 0
        self.good = 0

    def means(self, count: int) -> Array:
        return (self.logs + self.exponent * _LN2) / count

    def follow(self, jacobians: Array, shifts: IntArray) -> None:
        """Carry the frame through a block."""
        if jacobians.shape[1] == 1:
            self._follow_numbers(jacobians, shifts)
            return
        levels, at, count = [(jacobians, shifts, np.zeros_like(shifts))], 0, len(jacobians)
        while at < count and self.logs.size:
            depth = self.depth
            while at % (1 << depth) or at + (1 << depth) > count:
                depth -= 1
            while len(levels) <= depth:
                levels.append(_paired(*levels[-1]))
            if self._several(levels[depth], at >> depth) if depth else self._single(levels[0], at):
                at += 1 << depth
                self.good += 1
                if self.good >= _PATIENCE:
                    self.depth, self.good = min(_DEPTH, self.depth + 1), 0
            else:
                self.depth, self.good = depth - 1, 0

    def _follow_numbers(self, jacobians: Array, shifts: IntArray) -> None:
        """One unit: ln |J_t| is all there is."""
        sizes = np.abs(jacobians[:, 0, 0])
        if self.logs.size and sizes.all():
            self.logs += np.log(sizes).sum()
            self.exponent += int(shifts.sum())
        else:
            self.logs = np.empty(0)

    def _several(self, level: Level, at: int) -> bool:
        """Try a product of several Jacobians; False where it has lost too many digits."""
        products, shifts, lost = level
        if lost[at] > _CANCELLED:
            return False
        frame, upper = np.linalg.qr(products[at] @ self.directions)
        sizes = np.abs(upper.diagonal())
        if sizes.min() <= _SPREAD * sizes.max():
            return False
        self._accept(frame, sizes, int(shifts[at]))
        return True

    def _single(self, level: Level, at: int) -> bool:
        """One Jacobian, which always succeeds."""
        images = level[0][at] @ self.directions
        frame, upper = np.linalg.qr(images)
        sizes = np.abs(upper.diagonal())
        if sizes.min() < _SPREAD * sizes.max() or not sizes.any():
            frame, sizes = self._graded(images)
            self.good = -1
        self._accept(frame, sizes, int(level[1][at]))
        return True

    def _accept(self, frame: Array, sizes: Array, shift: int) -> None:
        self.directions = frame
        self.logs += np.log(sizes)
        self.exponent += shift

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


def _paired(matrices: Array, shifts: IntArray, lost: IntArray) -> Level:
    """Products of neighbours, the later on the left, and the digits that they have lost."""
    end = len(matrices) // 2 * 2
    products, own = rescaled(matrices[1:end:2] @ matrices[0:end:2])
    return (
        products,
        shifts[0:end:2] + shifts[1:end:2] + own,
        lost[0:end:2] + lost[1:end:2] - np.minimum(own, 0),
    )
