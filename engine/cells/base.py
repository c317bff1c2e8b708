"""What every cell tells the rooms that unroll it and carry gradients back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from engine.arrays import Array, Parameters
from engine.truncation import Truncation

Shapes = dict[str, tuple[int, ...]]
Terms = dict[str, tuple[Array, Array | None]]
"""Parameter → (left (T, B, ·), right (T, B, ·) or None); step t adds leftᵀ right, or Σ_B left."""


class Cell(ABC):
    """One cell: its forward step beside its backward step.

    The *feedback* of a cell is what its recurrent parameter multiplies at the next step:
    h_{t−1} for a simple cell, o_{t−1} for Jordan's.
    """

    name: str
    recurrent: str
    default_truncation: Truncation
    copies: bool
    """Whether context units hold a copy of the feedback (Elman, Jordan)."""
    feeds_outputs: bool
    """Whether the feedback is the output rather than the hidden state."""

    @abstractmethod
    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """Every parameter's shape, in the order in which they are listed and drawn."""

    @abstractmethod
    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R with ∂h_t/∂h_{t−1} = diag(f′(a_t)) R, shape (H, H)."""

    @abstractmethod
    def step(
        self,
        weights: Array,
        drive: Array,
        feedback: Array,
        activation: Callable[..., Array],
        a: Array,
        h: Array,
    ) -> None:
        """One step forward, written into ``a`` and ``h``."""

    @abstractmethod
    def step_back(
        self, recurrent: Array, derivative: Array, dh: Array, da: Array, dh_previous: Array
    ) -> None:
        """One step back, written into ``da`` and ``dh_previous``."""

    @abstractmethod
    def terms(
        self, parameters: Parameters, x: Array, feedback: Array, h: Array, da: Array, do: Array
    ) -> Terms:
        """What every step adds to every parameter's gradient, as factors."""

    @abstractmethod
    def feedback_gradient(self, parameters: Parameters, da: Array) -> Array:
        """∂L/∂(feedback that entered step t), given ∂L/∂a_t: shape (…, H) or (…, K)."""
