"""What is to be mended, and what a change of it is made of."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from unrolled.app.resolve import Prepared
from unrolled.engine import CELLS, spectral_radius_of

Patch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is to be mended.

    Attributes:
        ready: the experiment.
        verdict: ``vanishing``, ``exploding`` or ``blocked``.
        cut: whether the truncation lets no loss reach step 1.
    """

    ready: Prepared
    verdict: str
    cut: bool

    @property
    def network(self) -> Any:
        """Cell, wiring, activation and sizes."""
        return self.ready.network

    @property
    def cell(self) -> Any:
        """The cell's record."""
        return CELLS[self.network.cell]

    @property
    def weights(self) -> Patch:
        """As the experiment says them."""
        weights: Patch = self.ready.resolved["weights"]
        return weights

    @property
    def drawn(self) -> bool:
        """Whether the weights are drawn from a seed."""
        return bool(self.weights["kind"] == "random")

    @property
    def numbered(self) -> bool:
        """Whether the experiment says its weights as numbers, which a change may name anew."""
        return bool(self.weights["kind"] == "explicit")

    @property
    def filed(self) -> bool:
        """Whether the weights are kept, of a file or a run, which a change may scale and shift."""
        return self.weights["kind"] in ("network", "run")

    @property
    def grows(self) -> bool:
        """Whether more arrives than enters."""
        return self.verdict == "exploding"

    def towards(self, now: float, values: Sequence[float]) -> list[float]:
        """The values from the nearest on that should mend it: larger ones, or smaller ones."""
        if self.grows:
            return sorted((value for value in values if value < now), reverse=True)
        return sorted(value for value in values if value > now)

    def likely(self, biases: Iterable[float]) -> list[float]:
        """The biases of a gate that keeps the state, the most likely first.

        A gate σ(b) leaves about e^(−T e^(−b)) of a gradient after T steps: about b = ln T is due.
        """
        steps = self.ready.sequence.steps
        return sorted(biases, key=lambda bias: (abs(bias - math.log(steps)), -bias))

    def radius(self) -> float:
        """That of the last layer's recurrent matrix."""
        last = self.network.num_layers - 1
        suffix = f"_{last}" if last else ""
        names = (*self.cell.parameter_shapes(1, 1, 1), "W_hy", "b_y")
        own = {
            name: self.ready.parameters.get(f"{name}{suffix}", self.ready.parameters.get(name))
            for name in names
        }
        return spectral_radius_of(self.cell.recurrent_matrix(own))

    def of_layers(self, name: str) -> list[str]:
        """What a parameter is called in every layer."""
        layers = range(self.network.num_layers)
        return [f"{name}_{layer}" if layer else name for layer in layers]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row.

    Attributes:
        name: unique.
        values: what to try, the most likely first; empty where the row does not apply.
        patch: value → the change.
        words: value → what it is called.
        searched: whether a value between two is worth a try; the values then go further and
            further from ``start``.
        start: the value that the experiment has.
        draws: whether its weights are drawn anew, which costs more.
        unblocks: whether it also applies where the truncation lets nothing reach step 1.
    """

    name: str
    values: Callable[[Situation], Sequence[float]]
    patch: Callable[[Situation, float], Patch]
    words: Callable[[Situation, float], str]
    searched: bool = False
    start: Callable[[Situation], float] = lambda seen: math.nan
    draws: bool = False
    unblocks: bool = False
