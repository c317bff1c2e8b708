"""What a cell says of its parameters and gates: letters, blocks, and which gate keeps the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = tuple[int, ...]
Role = Literal["write", "keep", "read", "reset", "candidate"]
"""What a gate does to the state: lets the candidate in, keeps the state, shows it, hides the past
from the candidate; and the candidate, which proposes what is new."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a layer.

    Attributes:
        name: of the array, ``W_xh``.
        reads: what it multiplies: x_t, h_{t−1} or o_{t−1}; c, unit by unit, of a peephole, which is
            a vector; m, what the units show, of a projection, whose rows are h_t; empty for a bias.
        blocks: the letters of the gates that its rows belong to, in their order; empty for one
            block without a gate.
    """

    name: str
    reads: Literal["x", "h", "o", "c", "m", ""] = ""
    blocks: str = ""

    def shape(self, inputs: int, hidden: int, outputs: int, shown: int | None = None) -> Shape:
        """(rows, columns), or (rows,) of a bias and of a peephole; ``shown`` is the width of h_t,
        None where it is H.
        """
        shown = hidden if shown is None else shown
        rows = {"m": shown}.get(self.reads, max(1, len(self.blocks)) * hidden)
        columns = {"x": inputs, "h": shown, "o": outputs, "m": hidden}
        return (rows, columns[self.reads]) if self.reads in columns else (rows,)

    def rows(self, letter: str, hidden: int) -> slice:
        """Those of one gate."""
        first = self.blocks.index(letter) * hidden
        return slice(first, first + hidden)


def stacked(letters: str) -> tuple[Parameter, ...]:
    """W_xh, W_hh and b_h of a cell whose gates each have their rows of all three."""
    return (
        Parameter("W_xh", "x", letters),
        Parameter("W_hh", "h", letters),
        Parameter("b_h", "", letters),
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate, or the candidate that gates let through.

    Attributes:
        name: "forget".
        letter: as the equations write it, "f".
        role: what an open one does to the state.
        activation: of its pre-activation, a key of ``ACTIVATIONS``: sigmoid, but for the candidate.
        bias: what a bias above 0 does, in words, where a draw of weights may add one; else empty.
    """

    name: str
    letter: str
    role: Role
    activation: Literal["sigmoid", "tanh", "relu"] = "sigmoid"
    bias: str = ""

    @property
    def function(self) -> str:
        """Its activation as LaTeX."""
        return {"sigmoid": "sigma"}.get(self.activation, self.activation)

    @property
    def keeps(self) -> int:
        """1 where an open one keeps the state, −1 where it writes over it, else 0."""
        return {"keep": 1, "write": -1}.get(self.role, 0)
