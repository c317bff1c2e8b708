"""What every cell tells the rooms that unroll it and carry gradients back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property

import numpy as np

from unrolled.engine.cells.wiring import Wiring
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters
from unrolled.engine.numbers.jacobians import Block, Chain, rescaled
from unrolled.engine.numbers.records import record

Shapes = dict[str, tuple[int, ...]]
Terms = dict[str, tuple[Array, Array | None]]
"""Parameter → (left (T, B, ·), right (T, B, ·) or None); step t adds leftᵀ right, or Σ_B left."""
Coefficients = tuple[Array, ...]
"""What one layer multiplies gradients by on their way back, of one step or of all steps."""
State = Sequence[Array]
"""A gradient with respect to one layer's state: ∂L/∂h, and ∂L/∂c where the cell has a c."""


@record
class Layer:
    """One layer's forward pass, time-major; index 0 is step 1.

    Attributes:
        x: what it reads: the inputs, or the states of the layer below, (T, B, ·).
        feedback: what its recurrent parameter multiplies, h_{t−1} (T, B, H) or o_{t−1} (T, B, K).
        h: hidden states, (T, B, H).
        h_0: initial state, (B, H).
        saved: what the way back needs besides, by name; each (T, B, H).
        c: cell states, (T, B, H), or None.
        c_0: initial cell state, (B, H), or None.
    """

    x: Array
    feedback: Array
    h: Array
    h_0: Array
    saved: dict[str, Array] = field(default_factory=dict)
    c: Array | None = None
    c_0: Array | None = None


class Lane(ABC):
    """One layer's way back, a linear map at every step.

    Attributes:
        whole: the coefficients of all steps at once, (T, B, ·).
        width: of ∂L/∂z, the gradient where the weights enter: H, or one block a gate.
        recurrent: what carries ∂L/∂z to h_{t−1}, (·, H).
        inward: what carries ∂L/∂z to x_t, (·, D); it takes the first columns of ∂L/∂z.
        to_outputs: whether the way leads to the last layer's state (Jordan's feedback).
    """

    parts = 1
    """How many parts the state has: h, and c where the cell has one."""
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

    def below(self, dz: Array) -> Array:
        """∂L/∂x_t = ∂L/∂z W_xh, (…, D)."""
        rows = dz.reshape(-1, dz.shape[-1])[:, : len(self.inward)]
        width = self.inward.shape[1]
        return np.asarray(np.dot(rows, self.inward).reshape(*dz.shape[:-1], width))

    @abstractmethod
    def jacobians(self, start: int, stop: int, sample: int, out: Array) -> None:
        """∂h_t/∂h_{t−1} of a sample for a range of steps t, from 0.

        Args:
            start: the first of the steps.
            stop: the step after the last one.
            sample: from 0.
            out: receives ∂(unit)_t/∂(unit)_{t−1}: unit of step t (h_t, then c_t where there is
                one), step, unit of step t − 1. It holds zeros or the Jacobians of other steps.
        """

    def chain(self, sample: int = 0, *, initial: bool = False) -> Chain:
        """The Jacobians of a sample's state, each with its largest entry near 1.

        Args:
            sample: from 0.
            initial: begin with ∂s_1/∂s_0, where a step reads the state of the step before.
        """
        lane, shifts = self.near_one()
        width = int(self.recurrent.shape[1])
        size = self.parts * width
        initial = initial and not self.to_outputs
        first = 0 if initial else 1

        def block(begin: int, end: int) -> Block:
            jacobians = np.zeros((end - begin, size, size))
            with np.errstate(under="ignore"):
                lane.jacobians(begin + first, end + first, sample, jacobians)
            scaled, own = rescaled(jacobians)
            return scaled, shifts[begin + first : end + first] + own

        return Chain(len(self.whole[0]) - first, size, width, block, initial)

    def near_one(self) -> tuple[Lane, IntArray]:
        """A lane whose coefficients have their exponents taken out, and these, (T,)."""
        return self, np.zeros(len(self.whole[0]), dtype=np.int64)


class Cell(ABC):
    """One cell: its forward step beside its backward step.

    The *feedback* of a cell is what its recurrent parameter multiplies at the next step:
    h_{t−1} for most cells, o_{t−1} for Jordan's.
    """

    name: str
    recurrent: str = "W_hh"
    default_truncation: Truncation = Truncation("none")
    copies: bool = False
    """Whether context units hold a copy of the feedback (Elman, Jordan)."""
    feeds_outputs: bool = False
    """Whether the feedback is the output rather than the hidden state."""
    gates: tuple[str, ...] = ()
    """The blocks of a gated cell's weights, in their order; none for other cells."""
    candidate: int = 0
    """Which of these blocks proposes the new content."""
    has_c: bool = False
    """Whether the state has a second part c_t."""
    wiring: Wiring
    """Its units and connections: what the graph and the equations are made of."""

    @abstractmethod
    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """The shapes of one layer's parameters, in the order in which they are listed and drawn."""

    @abstractmethod
    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R, whose spectrum is shown, (H, H): for gated cells the candidate's block."""

    @abstractmethod
    def forward(
        self,
        parameters: Parameters,
        x: Array,
        h_0: Array,
        c_0: Array | None,
        activation: Callable[..., Array],
    ) -> Layer:
        """One layer over the whole sequence."""

    @abstractmethod
    def lane(
        self, parameters: Parameters, layer: Layer, derivative: Callable[[Array], Array]
    ) -> Lane:
        """The layer's way back, given f′."""

    @abstractmethod
    def terms(self, layer: Layer, dz: Array) -> Terms:
        """What every step adds to every parameter's gradient of one layer, as factors."""

    def gate_values(self, layer: Layer) -> dict[str, Array]:
        """Every gate's own values, the candidate's with their sign, (T, B, H) each."""
        return {}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """The mean of every gate over samples and units, (T,) each."""
        return {}
