"""What every cell tells the rooms that unroll it and carry gradients back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

import numpy as np

from unrolled.engine.cells.gates import Gate, Parameter, Shape
from unrolled.engine.cells.lane import Lane
from unrolled.engine.cells.lean import LeanLayer
from unrolled.engine.cells.wiring import Wiring
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.numbers.arrays import Array, Mask, Parameters, record
from unrolled.engine.numbers.products import Terms, times

Shapes = dict[str, Shape]
Number = Any
"""An array of one step, or one of its entries as a number that carries its derivatives."""
Start = tuple[Array, Array | None]
"""h_0, and c_0 where there is one."""
Function = Callable[..., Array]
"""f or f′."""


@record
class Layer:
    """One layer's forward pass, time-major; index 0 is step 1.

    Attributes:
        x: what it reads: the inputs, or the states of the layer below, (T, B, ·).
        feedback: what its recurrent parameter multiplies, h_{t−1} (T, B, H) or o_{t−1} (T, B, K).
        h: hidden states, (T, B, H), or of the width P to which they are projected.
        h_0: initial state, likewise.
        saved: what else is read later, by name: ``a`` (T, B, H) of a cell without gates; ``z`` and
            ``gates``, pre-activations and values (T, B, G, H), of one with gates.
        c: cell states, (T, B, H), or None.
        c_0: initial cell state, (B, H), or None.
        keeps: 0 where a step does not hear the one before, else 1, (T, B, 1); None: 1 everywhere.
        live: the pairs of step and sample that count, (T, B); None: all.
    """

    x: Array
    feedback: Array
    h: Array
    h_0: Array
    saved: dict[str, Array] = field(default_factory=dict)
    c: Array | None = None
    c_0: Array | None = None
    keeps: Array | None = None
    live: Mask | None = None

    def mean(self, values: Array) -> Array:
        """Over the samples that are there and all units, (T,); NaN where no sample is."""
        if self.live is None:
            return np.asarray(values.mean(axis=(1, 2)))
        counted = np.count_nonzero(self.live, axis=1) * values.shape[2]
        total = np.where(self.live[..., np.newaxis], values, 0.0).sum(axis=(1, 2))
        return np.asarray(
            np.divide(total, counted, out=np.full(len(total), np.nan), where=counted > 0)
        )


Layers = tuple[Layer, ...]


@record
class Drive:
    """What a forward pass of all layers starts from, whatever the cell.

    Attributes:
        x: inputs, time-major, (T, B, D).
        initial: h_0 of every layer, and c_0 where there is one.
        f: the activation of a cell without gates.
        keeps: as in ``Layer``.
    """

    x: Array
    initial: Sequence[Start]
    f: Function
    keeps: Array | None = None


class Step(Protocol):
    """One step of a layer as a cell's formula asks for it, in arrays or in dual numbers.

    Letters are those of gates whose blocks of weights follow each other; "" of a cell without.
    """

    @property
    def parameters(self) -> Mapping[str, Number]:
        """Name → array, or its first entry."""

    def hears(self, letters: str, past: Number) -> Number:
        """Their rows of W_hh past."""

    def gates(self, letters: str, heard: Number) -> Sequence[Number]:
        """Each one's own function of W_xh x_t + b_h + heard."""

    def times(self, name: str, value: Number) -> Number:
        """A parameter's matrix times the value."""

    def keep(self, name: str, value: Number) -> Number:
        """The value, saved under a name for the way back."""


class Cell(ABC):
    """One cell: what it is made of, and its forward step beside its way back.

    The *feedback* of a cell is what its recurrent parameter multiplies at the next step:
    h_{t−1} for most cells, o_{t−1} for Jordan's.
    """

    name: str
    label: str
    """Its name in a sentence."""
    parameters: tuple[Parameter, ...]
    """Of one layer, in the order in which they are listed and drawn."""
    recurrent: str = "W_hh"
    """Which of them multiplies the feedback."""
    states: str = "h"
    """The letters of what goes from a step to the next: h, then c where there is one."""
    gates: tuple[Gate, ...] = ()
    """In the order of the blocks of the recurrent parameter; none for other cells."""
    default_truncation: Truncation = Truncation("none")
    copies: bool = False
    """Whether context units hold a copy of the feedback (Elman, Jordan)."""
    feeds_outputs: bool = False
    """Whether the feedback is the output rather than the hidden state."""
    projects: bool = False
    """Whether h_t is a projection of what the units show, of a width P of its own."""
    once: bool = False
    """Whether h_{t−1} goes through the recurrent parameter once, and no copy stands between."""
    lean: type[LeanLayer] | None = None
    """How a training goes through a layer of it thousands of times; None: as everybody does."""
    wiring: Wiring
    """Its units and connections: what the graph and the equations are made of."""

    @property
    def has_c(self) -> bool:
        """Whether the state has a second part c_t."""
        return len(self.states) > 1

    def shown(self, hidden: int) -> int:
        """The width of h_t of so many units, where nothing else is said."""
        return (hidden + 1) // 2 if self.projects else hidden

    @property
    def keeping(self) -> dict[str, int]:
        """Gate → 1 where an open one keeps the state, −1 where an open one writes over it."""
        return {gate.name: gate.keeps for gate in self.gates if gate.keeps}

    @property
    def keeper(self) -> Gate | None:
        """The gate whose share of the past a diagnosis quotes: σ of one that keeps, else 1 − σ."""
        return max((gate for gate in self.gates if gate.keeps), key=lambda g: g.keeps, default=None)

    @property
    def biases(self) -> dict[str, str]:
        """Gates that a draw may open by a bias → what a bias above 0 does."""
        return {gate.name: gate.bias for gate in self.gates if gate.bias}

    def parameter_shapes(
        self, inputs: int, hidden: int, outputs: int, shown: int | None = None
    ) -> Shapes:
        """The shapes of one layer's parameters, in their order; ``shown`` is the width of h_t."""
        return {one.name: one.shape(inputs, hidden, outputs, shown) for one in self.parameters}

    @property
    def letters(self) -> str:
        """The gates' letters, in their order; "" without gates."""
        return "".join(gate.letter for gate in self.gates)

    def rows(self, parameter: str, gate: str, hidden: int) -> slice:
        """A gate's rows of a parameter."""
        (letter,) = (one.letter for one in self.gates if one.name == gate)
        (own,) = (one for one in self.parameters if one.name == parameter)
        return own.rows(letter, hidden)

    @abstractmethod
    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R, whose spectrum is shown, (H, H): for gated cells the candidate's block; of a cell that
        projects its states W_hr times that, (P, P).
        """

    def recurrent_blocks(self, parameters: Parameters) -> list[tuple[slice, Array]]:
        """Rows of the recurrent parameter, and the square matrix whose ρ they scale."""
        return [(slice(None), self.recurrent_matrix(parameters))]

    @abstractmethod
    def forward(
        self, parameters: Parameters, x: Array, start: Start, f: Function, keeps: Array | None
    ) -> Layer:
        """One layer over the whole sequence; ``keeps`` as in ``Layer``."""

    def unroll(self, parameters: Sequence[Parameters], drive: Drive) -> tuple[Layers, Array]:
        """All layers over the whole sequence, one after the other, and the outputs.

        ``parameters`` are of every layer, W_hy and b_y beside its own where there are outputs.

        Returns:
            the layers' passes, and o_t = W_hy h_t + b_y of the last one, (T, B, K); K is 0 where
            there are none.
        """
        layers: list[Layer] = []
        for own, start in zip(parameters, drive.initial, strict=True):
            x = layers[-1].h if layers else drive.x
            layers.append(self.forward(own, x, start, drive.f, drive.keeps))
        if "W_hy" not in parameters[-1]:
            return tuple(layers), np.empty((*drive.x.shape[:2], 0))
        o = times(layers[-1].h, parameters[-1]["W_hy"].mT)
        o += parameters[-1]["b_y"]
        return tuple(layers), o

    @abstractmethod
    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """h_t, and c_t where there is one, from those of step t − 1."""

    @abstractmethod
    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The layer's way back, given f′."""

    @abstractmethod
    def terms(self, layer: Layer, dz: Array) -> Terms:
        """What every step adds to every parameter's gradient of one layer, as products."""

    @abstractmethod
    def kept(self, layer: Layer, lane: Lane) -> Array:
        """What the diagnosis quotes of one step back, meant over samples and units, (T,).

        The share of the past that gates keep; f′(a_t) where there are none.
        """

    def squashed(self, layer: Layer, activation: str) -> list[tuple[str, Array]]:
        """What goes through which activation; of a cell with gates those of its state alone."""
        return [(activation, layer.saved["a"])]

    def gate_values(self, layer: Layer) -> dict[str, Array]:
        """Every gate's own values, the candidate's with their sign, (T, B, H) each."""
        return {}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """The mean magnitude of every gate over samples and units, (T,) each."""
        return {}
