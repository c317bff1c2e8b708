"""A plan: everything that decides the numbers of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.inits import INITS
from unrolled.engine.experiment.network import Network, draw_parameters
from unrolled.engine.numbers.arrays import Parameters
from unrolled.engine.numbers.errors import InvalidInput, one_of
from unrolled.engine.training.omega import refuse_omega
from unrolled.engine.training.optimizers import OPTIMIZERS
from unrolled.engine.training.rules import read_clip
from unrolled.engine.training.schedules import SCHEDULES
from unrolled.engine.training.settings import Setting, named, read
from unrolled.engine.training.tasks import TASKS

PRECISIONS = ("float64", "float32")
MAX_UPDATES = 10_000_000
_RADIUS = 0.9
"""ρ of weights that are drawn with an init that has no scale of its own, where nobody says it."""
_WEIGHTS = {"forget_bias": 0.0, "update_bias": 0.0, "input_scale": 1.0, "t_max": None}

BATCH_SIZE = Setting("batch_size", "B", 20, "Sequences an update.", least=1, whole=True)
UPDATES = Setting("updates", "N", 1000, "Updates.", least=1, most=MAX_UPDATES, whole=True)
SEED = Setting("seed", "seed", 0, "One seed gives the same numbers.", whole=True)
HIDDEN_SIZE = Setting("hidden_size", "H", 32, "Units a layer.", least=1, whole=True)
NUM_LAYERS = Setting("num_layers", "layers", 1, "Layers.", least=1, whole=True)
OMEGA = Setting("omega", "λ", 0.0, "The weight of Pascanu’s Ω in what is minimised; 0: none.")
NOISE = Setting(
    "noise", "η", 0.0, "The variance of the noise that update 1 adds to its gradient; 0: none."
)
_RHO = Setting("spectral_radius", "ρ", _RADIUS, "What W_hh is scaled to.")
_T_MAX = Setting("t_max", "T_max", 2, "How long a unit shall remember.", least=2, whole=True)
_NUMBERS = (HIDDEN_SIZE, NUM_LAYERS, BATCH_SIZE, UPDATES, SEED, OMEGA, NOISE)


@dataclass(slots=True)
class Plan:
    """Everything that decides the numbers of a training; what is left out is filled in.

    Attributes:
        task: ``name``, a key of ``TASKS``, and the task's own settings.
        cell: a key of ``CELLS``; each has its own truncation.
        activation: a key of ``ACTIVATIONS``, of a cell without gates.
        hidden_size: H.
        num_layers: how many layers are stacked.
        weights: ``kind`` "random" and what ``draw_parameters`` takes (the seed is the plan's where
            none is said); of another kind the numbers are given beside.
        batch_size: B.
        updates: how many at most.
        seed: of the batches, the noise, and the weights.
        precision: ``float64`` or ``float32``.
        optimizer: ``name``, a key of ``OPTIMIZERS``, and its settings.
        schedule: ``name``, a key of ``SCHEDULES``, and its settings.
        clip: ``rule``, a key of ``RULES``, its settings, and ``per_sample``.
        omega: the weight of Pascanu's Ω; 0: none.
        noise: the variance of the gradient noise at the first update; 0: none.
    Raises:
        InvalidInput: for what is none of these; its pointer leads from the plan.
    """

    task: dict[str, Any]
    cell: str = next(iter(CELLS))
    activation: str = "tanh"
    hidden_size: int = 32
    num_layers: int = 1
    weights: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 20
    updates: int = 1000
    seed: int = 0
    precision: str = "float64"
    optimizer: dict[str, Any] = field(default_factory=lambda: {"name": "sgd"})
    schedule: dict[str, Any] = field(default_factory=lambda: {"name": "constant"})
    clip: dict[str, Any] = field(default_factory=lambda: {"rule": "none"})
    omega: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        name = named(("task",), self.task, TASKS)
        self.task = {"name": name, **TASKS[name].checked(self.task)}
        for setting in _NUMBERS:
            setattr(self, setting.name, setting.read((setting.name,), getattr(self, setting.name)))
        one_of(("precision",), self.precision, PRECISIONS)
        self._check_network()
        self.optimizer = _row(("optimizer",), self.optimizer, OPTIMIZERS)
        self.schedule = _row(("schedule",), self.schedule, SCHEDULES)
        self.clip = read_clip(self.clip)
        self.weights = _all_weights(self.weights, self.seed)
        if self.omega:
            refuse_omega(self.cell, self.clip)

    def _check_network(self) -> None:
        """Cell, activation and sizes fit each other, whatever the task."""
        one_of(("cell",), self.cell, CELLS)
        try:
            Network(
                self.cell,
                "many-to-many",
                self.activation,
                1,
                self.hidden_size,
                1,
                self.num_layers,
            )
        except InvalidInput as wrong:
            raise InvalidInput(wrong.pointer[1:], wrong.detail) from None

    def draw(self, network: Network, steps: int) -> Parameters:
        """The weights before the first update, float64.

        Raises:
            InvalidInput: as ``draw_parameters``, or for weights that have to be given beside.
        """
        asked = {name: value for name, value in self.weights.items() if name != "kind"}
        if self.weights["kind"] != "random":
            raise InvalidInput(
                ("weights",),
                f"received {self.weights['kind']!r}; without numbers beside: allowed 'random'",
            )
        if asked["t_max"] is None and INITS[asked["init"]].takes_length:
            asked["t_max"] = max(2, steps)
        return draw_parameters(network, **asked)

    def to_json(self) -> dict[str, Any]:
        """The plan in plain JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @staticmethod
    def from_json(given: Any) -> Plan:
        """The plan of plain JSON.

        Raises:
            InvalidInput: for a field that a plan does not have, or one that is not allowed.
        """
        if not isinstance(given, dict):
            raise InvalidInput((), f"received {given!r}; needed: an object")
        known = [one.name for one in fields(Plan)]
        for name in given:
            if name not in known:
                raise InvalidInput(
                    (name,), f"no such field; allowed: {', '.join(map(repr, known))}"
                )
        if "task" not in given:
            raise InvalidInput(("task",), "missing; needed: an object with 'name'")
        return Plan(**given)


def _all_weights(given: Any, seed: int) -> dict[str, Any]:
    """What ``draw_parameters`` takes, nothing left open; other kinds as they are."""
    if not isinstance(given, Mapping):
        raise InvalidInput(("weights",), f"received {given!r}; needed: an object")
    if given.get("kind", "random") != "random":
        return dict(given)
    init = given.get("init", next(iter(INITS)))
    one_of(("weights", "init"), init, INITS)
    known = {
        "kind": "random",
        "init": init,
        "spectral_radius": None if INITS[init].scaled else _RADIUS,
        "seed": seed,
        **_WEIGHTS,
    }
    for name in given:
        if name not in known:
            raise InvalidInput(
                ("weights", name), f"no such setting; allowed: {', '.join(map(repr, known))}"
            )
    found = known | dict(given)
    SEED.read(("weights", "seed"), found["seed"])
    for name, setting in (("spectral_radius", _RHO), ("t_max", _T_MAX)):
        if found[name] is not None:
            setting.read(("weights", name), found[name])
    return found


def _row(pointer: tuple[str, ...], given: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """A row's name and its settings, nothing left open."""
    name = named(pointer, given, table)
    return {"name": name, **read(pointer, given, table[name].settings, "name")}
