"""One layer's way back: what a cell's gradients go through at every step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.jacobians import Block, Chain
from unrolled.engine.numbers.magnitude import near_one
from unrolled.engine.numbers.products import multiplier

Coefficients = tuple[Array, ...]
"""What one layer multiplies gradients by on their way back, of one step or of all steps."""
MANY = 16
"""From so many rows on a matrix a sample, made at every step, is worth while."""
State = Sequence[Array]
"""A gradient with respect to one layer's state: ∂L/∂h, and ∂L/∂c where the cell has a c."""


class Lane(ABC):
    """One layer's way back, a linear map at every step.

    Attributes:
        whole: the coefficients of all steps at once, (T, B, ·). Where the state has a c, the first
            are what carries ∂L/∂h_t to it.
        width: of ∂L/∂z, the gradient where the weights enter: H, or one block a gate; behind them
            may stand what enters W_xh and W_hh not.
        recurrent: what carries ∂L/∂z to h_{t−1}, (·, H), or (·, P) of an h_t of a width of its own.
        inward: what carries ∂L/∂z to x_t, (·, D); it takes the first columns of ∂L/∂z.
        to_outputs: whether the way leads to the last layer's state (Jordan's feedback).
        multiply: what multiplies rows by one of these matrices.
    """

    parts = 1
    """How many parts the state has: h, and c where the cell has one."""
    alone: Coefficients = ()
    """Those on which a parameter of its own depends, however small they are beside the others."""
    crossed: tuple[str, ...] = ("recurrent",)
    """The matrices that a gradient meets from step to step."""
    past_weights = False
    """Whether a part of the state goes a step back without entering the weights."""

    def __init__(
        self,
        whole: Coefficients,
        width: int,
        recurrent: Array,
        inward: Array,
        *,
        to_outputs: bool = False,
    ) -> None:
        self.whole = whole
        self.width = width
        self.recurrent = recurrent
        self.inward = inward
        self.to_outputs = to_outputs
        self.multiply = multiplier(recurrent)

    @property
    def slope(self) -> Array | None:
        """f′(a_t) of every step, (T, B, H); None where gates decide."""
        return None

    @property
    def matrices(self) -> list[Array]:
        """Those that a gradient meets from step to step."""
        return [getattr(self, name) for name in self.crossed]

    @property
    def size(self) -> int:
        """S, of the whole state of a sample."""
        return self.parts * int(self.recurrent.shape[1])

    @property
    def jacobian_shape(self) -> tuple[int, int]:
        """Of one matrix of ``jacobians``: the columns of h_{t−1}, and two rows more for a c_{t−1}
        that enters unit by unit.
        """
        return self.size + 2 * (self.parts - 1), int(self.recurrent.shape[1])

    @cached_property
    def steps(self) -> list[Coefficients]:
        """The coefficients of every step, each of shape (B, ·)."""
        return list(zip(*self.whole, strict=True))

    @abstractmethod
    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """From the state of step t to where the weights enter it, written into ``dz``.

        A cell with a c_t first completes ∂L/∂c_t, in place, by what comes through h_t.
        """

    @abstractmethod
    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """From step t to the state of step t − 1, written into ``previous``."""

    def of_rows(self, most: int) -> Lane:
        """The same for up to so many rows whose ∂L/∂z nobody reads, where that takes less."""
        return self

    def below(self, dz: Array) -> Array:
        """∂L/∂x_t = ∂L/∂z W_xh, (…, D)."""
        entering, width = self.inward.shape[-2:]
        rows = dz.reshape(-1, dz.shape[-1])[:, :entering]
        return self.multiply(rows, self.inward).reshape(*dz.shape[:-1], width)

    def to_c(self, dh: Array, at: slice) -> Array:
        """What of ∂L/∂h_t reaches c_t at some steps, where there is a c, (S, B, H)."""
        return np.asarray(dh * self.whole[0][at])

    @abstractmethod
    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """∂h_t/∂h_{t−1} of several steps of a sample, or of several samples of a step.

        Args:
            factors: the coefficients of each, (n, ·).
            out: receives ∂(unit)_t/∂(unit)_{t−1} of each, (n, ·, H), as a ``Chain`` has them: row
                the unit of step t (h_t, then c_t where there is one), column that of step t − 1.
        """

    def through(self, factors: Array, out: Array) -> None:
        """Σ_k diag(factor k) W_k of each, (n, H, H), from factors (n, k, H) of the first blocks W_k
        of ``recurrent``.
        """
        blocks = self._blocks[:, : factors.shape[1]]
        np.matmul(factors.transpose(2, 0, 1), blocks, out=out.transpose(1, 0, 2))

    @cached_property
    def _blocks(self) -> Array:
        """A row of every block of ``recurrent``, (H, ·, H), or (H, ·, P)."""
        units = self.whole[0].shape[-1]
        blocks = self.recurrent.reshape(-1, units, self.recurrent.shape[1])
        return np.ascontiguousarray(blocks.transpose(1, 0, 2))

    def chain(self, sample: int = 0, *, initial: bool = False) -> Chain:
        """The Jacobians of a sample's state, each with its largest entry near 1.

        Args:
            sample: from 0.
            initial: begin with ∂s_1/∂s_0, where a step reads the state of the step before.
        """
        lane, shifts = self.near_one()
        width, shape = int(self.recurrent.shape[1]), lane.jacobian_shape
        initial = initial and not self.to_outputs
        first = 0 if initial else 1

        def block(begin: int, end: int) -> Block:
            at = slice(begin + first, end + first)
            jacobians = np.empty((end - begin, *shape))
            with np.errstate(under="ignore"):
                lane.jacobians(tuple(factor[at, sample] for factor in lane.whole), jacobians)
            scaled, own = near_one(jacobians, out=jacobians)
            return scaled, shifts[at] + own

        return Chain(len(self.whole[0]) - first, self.size, width, block, initial)

    def near_one(self) -> tuple[Lane, IntArray]:
        """A lane whose coefficients have their exponents taken out, and these, (T,)."""
        return self, np.zeros(len(self.whole[0]), dtype=np.int64)


class JacobianRows(Lane):
    """Many rows of a state of one part: dh_{t−1} = dh_t ∂h_t/∂h_{t−1}, a matrix a sample.

    Nothing enters ∂L/∂z. For a GRU that is a third of the multiplications.

    Args:
        lane: whose Jacobians these are.
    """

    def __init__(self, lane: Lane) -> None:
        super().__init__(lane.whole, 0, lane.recurrent, lane.inward)
        self.lane = lane

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """Nothing to do."""

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """Every sample's rows at once."""
        rows, height = state[0].transpose(1, 0, 2), state[0].shape[-1]
        jacobians = np.empty((len(rows), height, height))
        self.lane.jacobians(factors, jacobians)
        previous[0][...] = np.matmul(rows, jacobians).transpose(1, 0, 2)

    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """Those of the lane."""
        self.lane.jacobians(factors, out)
