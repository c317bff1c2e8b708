"""What a task is: what it asks for, where it was published, and the problem that it poses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import RandomState

from unrolled.engine.choices.losses import Targets
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.errors import InvalidInput, one_of
from unrolled.engine.numbers.streams import stream

Settings = dict[str, Any]
"""A task's settings, none left open."""

HELD_OUT = 256
"""So many sequences are held out where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Data:
    """What of the user's own a task learns: a series of numbers, or a text.

    Attributes:
        values: of a series, (rows, D), or of several as long, (N, rows, D), finite; of a text none.
        columns: their D names.
        text: of a text; else "".
    """

    values: Array = field(default_factory=lambda: np.zeros((0, 0)))
    columns: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a task.

    Attributes:
        name: its key in a plan's ``task``.
        label: its name where it is chosen.
        default: where nobody says it.
        help: what it is, in a sentence.
        least: no number is below.
        most: nor above.
        choices: the allowed words of one that is a word; empty: any.
    """

    name: str
    label: str
    default: int | float | str
    help: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``whole``, ``number``, ``choice`` or ``text``."""
        if isinstance(self.default, str):
            return "choice" if self.choices else "text"
        return "whole" if isinstance(self.default, int) else "number"

    def checked(self, given: Any) -> int | float | str:
        """The value, as it is used.

        Raises:
            InvalidInput: it is of another kind, or outside what is allowed.
        """
        pointer = ("task", self.name)
        if self.kind in ("choice", "text"):
            if not isinstance(given, str):
                raise InvalidInput(pointer, f"received {given!r}; allowed: {self.allowed}")
            if self.choices:
                one_of(pointer, given, self.choices)
            return given
        fits = isinstance(given, int | float) and not isinstance(given, bool)
        fits = fits and np.isfinite(given) and (self.kind == "number" or given == int(given))
        if not fits or not self._inside(given):
            raise InvalidInput(pointer, f"received {given!r}; allowed: {self.allowed}")
        return int(given) if self.kind == "whole" else float(given)

    def _inside(self, given: float) -> bool:
        above = self.least is None or given >= self.least
        return above and (self.most is None or given <= self.most)

    @property
    def allowed(self) -> str:
        """What may be said, in words."""
        if self.kind in ("choice", "text"):
            return ", ".join(map(repr, self.choices)) or "a text"
        what = "a whole number" if self.kind == "whole" else "a number"
        if self.least is not None and self.most is not None:
            return f"{what} {self.least:g} … {self.most:g}"
        return what if self.least is None else f"{what} from {self.least:g}"


@dataclass(frozen=True, slots=True)
class Published:
    """How a task was posed where it was published.

    Attributes:
        size: of the network and the sequences, in words.
        batch: how many sequences an update saw; None where it is not said.
        criterion: when it counted as solved, in words.
        source: where.
    """

    size: str
    batch: int | None
    criterion: str
    source: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """When a task counts as solved.

    Attributes:
        words: when, in words.
        right: (outputs at the steps that emit (S, B, K), the sequences) → which are right, (B,).
        wrong: fewer than this share of them are wrong; 0: none is.
    """

    words: str
    right: Callable[[Array, Sequence], Mask]
    wrong: float

    def share(self, outputs: Array, sequence: Sequence) -> float:
        """The share of the sequences that are right."""
        return float(np.mean(self.right(outputs, sequence)))

    def solved(self, outputs: Array, sequence: Sequence) -> bool:
        """Whether so few are wrong that the task counts as solved."""
        wrong = ~self.right(outputs, sequence)
        return bool(not wrong.any() or np.count_nonzero(wrong) < self.wrong * len(wrong))


@dataclass(frozen=True, slots=True)
class Baseline:
    """A loss that is to be beaten.

    Attributes:
        loss: Σ_t L_t, the mean over sequences, as a training's loss is.
        words: which answer has it.
    """

    loss: float
    words: str


Draw = Callable[[RandomState, int], Sequence]
"""(what draws, B) → so many sequences."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A task with its settings, and with the data where it takes some: what a network learns.

    Attributes:
        loss: a key of ``LOSSES``.
        topology: a key of ``TOPOLOGIES``.
        input_size: D.
        output_size: K.
        steps: T, of every sequence.
        sampled: draws what an update learns from.
        kept: draws what no update sees: from another stream, or from data that is kept apart.
        most: so many sequences can be held out; None: any number.
        baselines: the first is that of a constant answer.
        criterion: when it is solved; None where nothing is published.
        notes: how the data was scaled and cut, as sentences.
        names: of the classes, or of the columns that are read; empty where they have none.
    """

    loss: str
    topology: str
    input_size: int
    output_size: int
    steps: int
    sampled: Draw
    kept: Draw
    baselines: tuple[Baseline, ...]
    criterion: Criterion | None = None
    most: int | None = None
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def baseline(self) -> float:
        """Loss of the constant answer, Σ_t L_t."""
        return self.baselines[0].loss

    def draw(self, random: RandomState, batch: int) -> Sequence:
        """The sequences of one update; nothing but the generator decides which.

        Args:
            random: of a stream that the training has for itself, as ``batches`` gives it.
            batch: B.
        """
        return self.sampled(random, batch)

    def held_out(self, count: int = HELD_OUT) -> Sequence:
        """The sequences that no update sees, the same for ever.

        Args:
            count: how many; as many as there are where there are fewer.
        """
        count = count if self.most is None else min(count, self.most)
        return self.kept(stream("held out", 0), count)

    def network(self, cell: str, activation: str, hidden_size: int, num_layers: int = 1) -> Network:
        """A network of the sizes that the problem asks for."""
        sizes = self.input_size, hidden_size, self.output_size
        return Network(cell, self.topology, activation, *sizes, num_layers)


def batches(seed: int) -> RandomState:
    """The stream that a training with this seed draws its sequences from, batch after batch."""
    return stream("batches", seed)


@dataclass(frozen=True, slots=True)
class Task:
    """One task: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        about: what is to be learned, in one sentence.
        source: where it comes from.
        settings: what can be set.
        posed: (settings, data) → the problem.
        published: how it was posed where it was published; empty where it was not.
        takes: ``series`` or ``text`` where it learns the user's own; else "".
        lacks: what it needs that is not installed here, in a sentence; "": nothing.
    """

    label: str
    about: str
    source: str
    settings: tuple[Setting, ...]
    posed: Callable[[Settings, Data], Problem]
    published: tuple[Published, ...] = ()
    takes: str = ""
    lacks: Callable[[], str] = str

    def checked(self, asked: Mapping[str, Any]) -> Settings:
        """The settings with nothing left open.

        Args:
            asked: a plan's ``task``; its ``name`` is skipped.
        Raises:
            InvalidInput: for a name or a value that is not allowed, under ``("task", name)``.
        """
        known = {one.name: one for one in self.settings}
        for name in asked:
            if name != "name" and name not in known:
                named = ", ".join(map(repr, known)) or "none"
                raise InvalidInput(("task", name), f"received a setting {name!r}; allowed: {named}")
        return {name: one.checked(asked.get(name, one.default)) for name, one in known.items()}


def close(outputs: Array, targets: Targets, least: float) -> Mask:
    """Which sequences have |o − y| below this at every step and output, (B,)."""
    return np.asarray((np.abs(outputs - targets) < least).all(axis=(0, 2)))


def hit(outputs: Array, targets: Targets) -> Mask:
    """Which sequences have their largest output at the target at every step, (B,)."""
    return np.asarray((outputs.argmax(axis=2) == targets).all(axis=0))
