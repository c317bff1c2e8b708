"""Experiments to prove the engine on: drawn here, not by the engine's own streams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st

from unrolled import engine
from unrolled.engine import Network, Sequence, Truncation

ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear", "softsign", "leaky-relu", "gelu")
KINKED = ("relu", "leaky-relu")
"""Those whose slope jumps at 0."""
GATED = tuple(name for name, cell in engine.CELLS.items() if cell.gates)
CELLS = tuple(name for name in engine.CELLS if name not in GATED)
"""The cells without gates, which take any activation."""
BLOCKS = {name: "".join(gate.letter for gate in engine.CELLS[name].gates) for name in GATED}
"""The gates of every gated cell, in the order of their rows."""
KEEPING = {
    name: (cell.keeper.letter, cell.keeper.keeps)
    for name, cell in engine.CELLS.items()
    if cell.keeper is not None
}
"""Which of them keeps the state, and whether open or shut."""
WITH_C = tuple(name for name, cell in engine.CELLS.items() if cell.has_c)
PEEPHOLE = tuple(
    name for name, cell in engine.CELLS.items() if any(one.reads == "c" for one in cell.parameters)
)
PROJECTED = tuple(name for name, cell in engine.CELLS.items() if cell.projects)
SQUASHED = {
    name: gate.activation
    for name in WITH_C
    for gate in engine.CELLS[name].gates
    if gate.role == "candidate"
}
"""The function of the candidate and of c, of every cell with a c."""
ROUND = tuple(name for name in GATED if SQUASHED.get(name) not in KINKED)
"""The gated cells that pass something where their state is 0."""
RESET_BEFORE = tuple(
    name
    for name in GATED
    if name not in WITH_C and "b_hn" not in {one.name for one in engine.CELLS[name].parameters}
)
"""The gated cells whose candidate multiplies the past that the first gate lets through."""


def rows_of(cell: str, letter: str, width: int) -> slice:
    """A gate's rows."""
    first = BLOCKS[cell].index(letter) * width
    return slice(first, first + width)


def shown(cell: str, high: int) -> int:
    """The width of h_t: of a projected one half of H, rounded up, where nothing else is said."""
    return -(-high // 2) if cell in PROJECTED else high


def candidate_of(cell: str) -> str:
    """The letter of what is proposed."""
    (letter,) = (gate.letter for gate in engine.CELLS[cell].gates if gate.role == "candidate")
    return letter


LOSSES = ("squared-error", "cross-entropy", "huber", "binary-cross-entropy")
TOPOLOGIES = ("one-to-one", "many-to-one", "many-to-many", "one-to-many")
TRUNCATIONS = ("default", "none", "window", "chunk")


def draws(examples: int, *, shrink: bool = True) -> settings:
    """How many examples hypothesis draws; ten times as many under the profile `explore`.

    Without shrinking a failure shows the example as it was drawn, at once: for tests in mpmath,
    where looking for a smaller one takes minutes.
    """
    default = settings.get_profile("default").max_examples
    return settings(
        max_examples=examples * settings().max_examples // default,
        deadline=None,
        phases=[phase for phase in settings().phases if shrink or phase in QUICK],
    )


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass(frozen=True)
class Case:
    """One experiment."""

    network: Network
    parameters: dict[str, Any]
    sequence: Sequence
    loss: str
    truncation: Truncation | None

    @property
    def rule(self) -> Truncation:
        """The truncation in force, by the contract's table of cells."""
        if self.truncation is not None:
            return self.truncation
        copies = engine.CELLS[self.network.cell].copies
        return Truncation("window", 1) if copies else Truncation()

    @property
    def recurrent(self) -> str:
        return engine.CELLS[self.network.cell].recurrent

    @property
    def emits(self) -> list[int]:
        """The steps, from 1, that emit a loss."""
        last = self.sequence.steps
        return list(range(1, last + 1)) if self.network.topology.endswith("to-many") else [last]

    @property
    def reads(self) -> list[int]:
        """The steps, from 1, that read an input."""
        many = self.network.topology.startswith("many")
        return list(range(1, self.sequence.steps + 1)) if many else [1]

    def flow(self, **options: Any) -> engine.GradientFlow:
        """What the engine makes of it."""
        return engine.gradient_flow(
            self.network,
            self.parameters,
            self.sequence,
            loss=self.loss,
            truncation=self.truncation,
            **options,
        )

    def with_(self, **changes: Any) -> Case:
        return replace(self, **changes)


def make(
    cell: str = "simple",
    topology: str = "many-to-many",
    activation: str = "tanh",
    loss: str = "squared-error",
    truncation: Truncation | None = None,
    *,
    sizes: tuple[int, int, int] = (2, 3, 2),
    steps: int = 5,
    batch: int = 1,
    seed: int = 0,
    h_0: bool = False,
    scale: float = 1.0,
    layers: int = 1,
) -> Case:
    """Draw the numbers of one experiment, biases included."""
    random = np.random.default_rng(seed)
    network = Network(cell, topology, activation, *sizes, num_layers=layers)
    wide, high, out = sizes
    parameters = {
        name: random.normal(size=shape) * (scale / np.sqrt(shape[-1]) if name[0] == "W" else 0.5)
        for name, shape in shapes_of(cell, layers, wide, high, out).items()
    }
    case = Case(network, parameters, Sequence(np.empty(0), np.empty(0), steps), loss, truncation)
    targets = draw_targets(random, loss, len(case.emits), batch, out)
    inputs = random.normal(size=(len(case.reads), batch, wide))
    state = (layers, batch) if layers > 1 else (batch,)
    initial = random.normal(size=(*state, shown(cell, high))) if h_0 else None
    cells = random.normal(size=(*state, high)) if h_0 and cell in WITH_C else None
    return case.with_(sequence=Sequence(inputs, targets, steps, initial, cells))


def draw_targets(random: np.random.Generator, loss: str, steps: int, batch: int, out: int) -> Any:
    """Targets in a loss's domain; of shares some are exactly 0 or 1."""
    if loss == "cross-entropy":
        return random.integers(0, out, (steps, batch))
    numbers = random.normal(size=(steps, batch, out))
    return np.clip(0.5 + numbers, 0.0, 1.0) if loss == "binary-cross-entropy" else numbers


def shapes_of(cell: str, layers: int, wide: int, high: int, out: int) -> dict[str, tuple[int, ...]]:
    """The contract's parameters of every layer, and the output's."""
    shapes: dict[str, tuple[int, ...]] = {}
    narrow = shown(cell, high)
    for layer in range(layers):
        for one in engine.CELLS[cell].parameters:
            rows = narrow if one.name == "W_hr" else max(1, len(one.blocks)) * high
            columns = {"x": narrow if layer else wide, "h": narrow, "o": out, "m": high}
            end = f"_{layer}" if layer else ""
            shapes[f"{one.name}{end}"] = (
                (rows, columns[one.reads]) if one.reads in columns else (rows,)
            )
    return shapes | {"W_hy": (out, narrow), "b_y": (out,)}


def explicit(case: Case, **changes: Any) -> Case:
    """The case with its sequence as it would come from outside, and changes of it."""
    seq = case.sequence
    fields: dict[str, Any] = {
        "inputs": seq.inputs,
        "targets": seq.targets,
        "h_0": seq.h_0,
        "c_0": seq.c_0,
    }
    if case.network.topology == "one-to-many":
        fields["steps"] = seq.steps
    found = engine.explicit_sequence(case.network, case.loss, **fields | changes)
    return case.with_(sequence=found)


@st.composite
def cases(
    draw: st.DrawFn,
    cell: str,
    topology: str,
    activation: str,
    loss: str,
    truncation: str,
    most_steps: int = 5,
    most_batch: int = 3,
) -> Case:
    """Draw sizes, steps, batch, seed, h_0 and the reach of the truncation."""
    steps = 1 if topology == "one-to-one" else draw(st.integers(1, most_steps), label="T")
    rule = {"default": None, "none": Truncation()}.get(truncation)
    if truncation in ("window", "chunk"):
        rule = Truncation(truncation, draw(st.integers(1, steps + 1), label="k"))
    return make(
        cell,
        topology,
        activation,
        loss,
        rule,
        sizes=(
            draw(st.integers(1, 3), label="D"),
            draw(st.integers(1, 4), label="H"),
            draw(st.integers(2 if loss == "cross-entropy" else 1, 3), label="K"),
        ),
        steps=steps,
        batch=draw(st.integers(1, most_batch), label="B"),
        seed=draw(st.integers(0, 2**32 - 1), label="seed"),
        h_0=draw(st.booleans(), label="h_0"),
    )
