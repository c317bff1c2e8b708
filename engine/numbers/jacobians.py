"""The Jacobians along a trajectory, ∂s_{t+1}/∂s_t, for every kind of cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray

_NUMBERS = 4_000_000
"""How many numbers of Jacobians are held at most,"""
_IN_CACHE = 400_000
"""and how many where that is enough for"""
_TOGETHER = 24
"""so many Jacobians: S = 128 takes four fifths of the time that four times as many take."""
_HELD = 8_000_000
"""So many are kept from one use to the next: the norms and the exponents read them three times."""

Block = tuple[Array, IntArray]


@dataclass(frozen=True, slots=True)
class Chain:
    """The Jacobians of one sample's state, made block by block when they are asked for.

    s_t = h_t, or (h_t, c_t) for a cell with a c_t;   J_t = ∂s_{t+1}/∂s_t, t = 1 … T − 1

    Attributes:
        count: T − 1.
        size: S, the length of the state: that of h, or of h and then c.
        width: of h: H, or P where it is projected.
        block: (begin, end) → matrices (n, ·, ·) and shifts (n,) with J_t = matrices · 2^shift for
            t = begin + 1 … end; the row is the unit at t + 1, the column the one at t. The largest
            entry of every matrix lies in [½, 1), or the matrix is zero. The columns are those of
            the whole state, (n, S, S); or, where there is a c which enters unit by unit, those of
            h_t alone, (n, S + 2, H), and the last two rows are the diagonals of ∂h_{t+1}/∂c_t and
            ∂c_{t+1}/∂c_t.
        initial: whether ∂s_1/∂s_0 stands before them; ``count`` is then T.
    """

    count: int
    size: int
    width: int
    block: Callable[[int, int], Block]
    initial: bool = False

    def part(self, first: int, count: int) -> Chain:
        """So many of them, from the one at ``first`` on."""

        def block(begin: int, end: int) -> Block:
            return self.block(begin + first, end + first)

        return replace(self, count=count, block=block, initial=self.initial and not first)

    def later(self) -> Chain:
        """The same without ∂s_1/∂s_0."""
        return self.part(1, self.count - 1) if self.initial else self

    def held(self) -> Chain:
        """The same, its Jacobians made once, where 64 MB hold them all.

        For an LSTM of 64 units and 100 steps that saves a third of the answer's time.
        """
        if self.count * self.size * self.width > _HELD:
            return self
        matrices, shifts = self.block(0, self.count)

        def block(begin: int, end: int) -> Block:
            return matrices[begin:end], shifts[begin:end]

        return replace(self, block=block)

    def backwards(self, length: int | None = None) -> Iterator[tuple[int, int, Array, IntArray]]:
        """(begin, end, matrices, shifts) from the last block to the first."""
        length = length or self.length
        for end in range(self.count, 0, -length):
            begin = max(0, end - length)
            yield begin, end, *self.block(begin, end)

    @property
    def length(self) -> int:
        """How many Jacobians, and their products, a block may hold: memory grows with neither T
        nor S.
        """
        own = self.size * self.size
        return max(1, min(_NUMBERS // own, max(_TOGETHER, _IN_CACHE // own)))


def forward(jacobian: Array, frame: Array) -> Array:
    """J Q for Q (S, K)."""
    size, width = len(frame), jacobian.shape[1]
    image = jacobian[:size] @ frame[:width]
    if size > width:
        image.reshape(2, width, -1)[...] += jacobian[size:, :, np.newaxis] * frame[width:]
    return np.asarray(image)


def back(jacobian: Array, frame: Array, out: Array | None = None) -> Array:
    """Jᵀ Q for Q (S, K)."""
    size, width = len(frame), jacobian.shape[1]
    out = np.empty_like(frame) if out is None else out
    np.matmul(jacobian[:size].T, frame, out=out[:width])
    if size > width:
        np.multiply(jacobian[size, :, np.newaxis], frame[:width], out=out[width:])
        out[width:] += jacobian[size + 1, :, np.newaxis] * frame[width:]
    return out
