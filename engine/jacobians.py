"""The Jacobians along a trajectory, ∂s_{t+1}/∂s_t, for every kind of cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.magnitude import ldexp_rows, near_one

_NUMBERS = 4_000_000
"""How many numbers of Jacobians are held at once."""
_ROUND = 1000
"""Powers of two up to this one are multiplied by, and not added to the exponent."""

Block = tuple[Array, IntArray]


@dataclass(frozen=True, slots=True)
class Chain:
    """The Jacobians of one sample's state, made block by block when they are asked for.

    s_t = h_t, or (h_t, c_t) for a cell with a c_t;   J_t = ∂s_{t+1}/∂s_t, t = 1 … T − 1

    Attributes:
        count: T − 1.
        size: S, the length of the state: H, or 2H with h first.
        width: H.
        block: (begin, end) → matrices (n, S, S) and shifts (n,) with J_t = matrices · 2^shift for
            t = begin + 1 … end; the row is the unit at t + 1, the column the one at t. The largest
            entry of every matrix lies in [½, 1), or the matrix is zero.
    """

    count: int
    size: int
    width: int
    block: Callable[[int, int], Block]

    def backwards(self, length: int | None = None) -> Iterator[tuple[int, int, Array, IntArray]]:
        """(begin, end, matrices, shifts) from the last block to the first.

        Args:
            length: Jacobians a block; None takes what holds memory level.
        """
        length = length or self.length
        for end in range(self.count, 0, -length):
            begin = max(0, end - length)
            yield begin, end, *self.block(begin, end)

    @property
    def length(self) -> int:
        """How many Jacobians a block may hold: memory grows with neither T nor S."""
        return max(1, _NUMBERS // (self.size * self.size))


def peaks(matrices: Array) -> Array:
    """The largest |entry| of every matrices[n], (n,)."""
    return np.asarray(np.abs(matrices).reshape(len(matrices), -1).max(axis=1, initial=0.0))


def rescaled(matrices: Array) -> Block:
    """Every matrices[n] with its largest entry in [½, 1), and the exponents taken out, (n,)."""
    peak = peaks(matrices)
    shift = np.where(np.isfinite(peak), np.frexp(peak)[1], 0).astype(np.int64)
    if np.abs(shift).max(initial=0) > _ROUND:
        return near_one(matrices)
    return matrices * np.ldexp(1.0, -shift)[:, np.newaxis, np.newaxis], shift


def diagonal_chain(derivative: Array, recurrent: Array) -> Chain:
    """The simple family's: s_t = h_t = f(a_t).

    J_t = diag(f′(a_{t+1})) R

    Args:
        derivative: f′(a_{t+1}), (T − 1, H).
        recurrent: R, (H, H).
    Source: notes, "Problem of BPTT"; Pascanu, Mikolov & Bengio 2013, eq. 5.
    """
    count, width = derivative.shape
    slopes, shifts = near_one(derivative)
    scaled, shift = near_one(recurrent[np.newaxis])
    peak = (np.abs(slopes) * np.abs(scaled[0]).max(axis=1)).max(axis=1, initial=0.0)
    own = np.frexp(peak)[1].astype(np.int64)
    slopes, shifts = ldexp_rows(slopes, -own), shifts + shift + own

    def block(begin: int, end: int) -> Block:
        return slopes[begin:end, :, np.newaxis] * scaled[0], shifts[begin:end]

    return Chain(count, width, width, block)


@dataclass(frozen=True, slots=True)
class _Term:
    """diag(left_t) W, or diag(left_t) where no matrix is given, added at (row, column) of J_t."""

    row: int
    column: int
    left: Array
    matrix: Array | None = None


def _chain_of(terms: list[_Term], parts: int) -> Chain:
    """The chain of Jacobians that are sums of such terms.

    Every term is brought to the largest term's exponent before they are added, so that no product
    overflows; what is lost lies 1e308 below the largest entry of the Jacobian.

    Args:
        terms: left (T − 1, H), matrix (H, H); row and column count parts of the state.
        parts: how many parts the state has.
    """
    count, width = terms[0].left.shape
    size = parts * width
    lefts, powers, matrices = [], [], []
    for term in terms:
        left, power = near_one(term.left)
        matrix = None
        if term.matrix is not None:
            scaled, shift = near_one(term.matrix[np.newaxis])
            matrix, power = scaled[0], power + shift
        live = left.any(axis=1) & (matrix is None or bool(np.any(matrix)))
        lefts.append(left)
        matrices.append(matrix)
        powers.append(np.where(live, power, np.iinfo(np.int32).min))
    power = np.array(powers, dtype=np.int64).reshape(len(terms), count)
    top = power.max(axis=0)
    relative = np.maximum(power - top, -5000)
    top = np.where(top > np.iinfo(np.int32).min, top, 0)
    diagonal = np.arange(width)

    def block(begin: int, end: int) -> Block:
        jacobians = np.zeros((end - begin, parts, width, parts, width))
        for n, term in enumerate(terms):
            with np.errstate(under="ignore"):
                left = np.ldexp(lefts[n][begin:end], relative[n, begin:end, np.newaxis])
                matrix = matrices[n]
                place = jacobians[:, term.row, :, term.column, :]
                if matrix is None:
                    place[:, diagonal, diagonal] += left
                else:
                    place += left[:, :, np.newaxis] * matrix
        scaled, own = rescaled(jacobians.reshape(end - begin, size, size))
        return scaled, top[begin:end] + own

    return Chain(count, size, width, block)


def lstm_chain(
    gates: tuple[Array, Array, Array, Array],
    c_previous: Array,
    c: Array,
    recurrent: Array,
    slopes: tuple[Array, Array, Array, Array] | None = None,
) -> Chain:
    """The LSTM's: s_t = (h_t, c_t), c_{t+1} = f ⊙ c_t + i ⊙ g, h_{t+1} = o ⊙ tanh(c_{t+1}).

    ∂c_{t+1}/∂c_t = diag(f)
    ∂c_{t+1}/∂h_t = diag(c_t ⊙ f′) W_f + diag(g ⊙ i′) W_i + diag(i ⊙ g′) W_g
    ∂h_{t+1}/∂s_t = diag(o ⊙ tanh′(c_{t+1})) ∂c_{t+1}/∂s_t, to which ∂/∂h_t adds
                    diag(tanh(c_{t+1}) ⊙ o′) W_o

    where a prime on a gate is its slope: σ′ = σ(1 − σ) for i, f, o, and 1 − g² for g.

    Args:
        gates: i, f, g, o at t + 1, (T − 1, H) each.
        c_previous: c_t, (T − 1, H).
        c: c_{t+1}, (T − 1, H).
        recurrent: W_hh, (4H, H), stacked i, f, g, o.
        slopes: i′, f′, g′, o′, (T − 1, H) each; None takes them from the gates, which loses digits
            where a gate is within 1e-8 of 1 and all of them where it rounds to 1.
    Source: Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000; PyTorch's LSTMCell.
    """
    i, f, g, o = gates
    di, df, dg, do = slopes or (i * (1.0 - i), f * (1.0 - f), (1.0 - g) * (1.0 + g), o * (1.0 - o))
    W_i, W_f, W_g, W_o = np.split(recurrent, 4)
    squashed = np.exp(-2.0 * np.abs(c))
    through = o * (4.0 * squashed / np.square(1.0 + squashed))
    into_c = ((c_previous, df, W_f), (g, di, W_i), (i, dg, W_g))
    return _chain_of(
        [
            _Term(0, 0, np.tanh(c) * do, W_o),
            *(_Term(0, 0, through * (factor * slope), W) for factor, slope, W in into_c),
            _Term(0, 1, through * f),
            *(_Term(1, 0, factor * slope, W) for factor, slope, W in into_c),
            _Term(1, 1, f),
        ],
        parts=2,
    )


def gru_chain(
    gates: tuple[Array, Array, Array],
    hn: Array,
    h_previous: Array,
    recurrent: Array,
    slopes: tuple[Array, Array, Array] | None = None,
) -> Chain:
    """The GRU's: s_t = h_t, n = tanh(a_n + r ⊙ hn), h_{t+1} = (1 − z) ⊙ n + z ⊙ h_t.

    J_t = diag(z) + diag((h_t − n) ⊙ z′) W_z + diag((1 − z) ⊙ n′ ⊙ r) W_n
          + diag((1 − z) ⊙ n′ ⊙ hn ⊙ r′) W_r

    where a prime on a gate is its slope: σ′ = σ(1 − σ) for r, z, and 1 − n² for n.

    Args:
        gates: r, z, n at t + 1, (T − 1, H) each.
        hn: W_n h_t + b_hn, (T − 1, H).
        h_previous: h_t, (T − 1, H).
        recurrent: W_hh, (3H, H), stacked r, z, n.
        slopes: r′, z′, n′, (T − 1, H) each; None takes them from the gates, which loses digits
            where a gate is within 1e-8 of 1 and all of them where it rounds to 1.
    Source: Cho et al. 2014; PyTorch's GRUCell.
    """
    r, z, n = gates
    dr, dz, dn = slopes or (r * (1.0 - r), z * (1.0 - z), (1.0 - n) * (1.0 + n))
    W_r, W_z, W_n = np.split(recurrent, 3)
    new = (1.0 - z) * dn
    return _chain_of(
        [
            _Term(0, 0, z),
            _Term(0, 0, (h_previous - n) * dz, W_z),
            _Term(0, 0, new * r, W_n),
            _Term(0, 0, (new * dr) * hn, W_r),
        ],
        parts=1,
    )
