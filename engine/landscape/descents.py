"""Descents on the loss over two parameters, several at once, clipped or not, by any optimizer."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence as Many
from dataclasses import dataclass, field

import numpy as np

from unrolled.engine.clip.clipping import Clip
from unrolled.engine.landscape.places import check_rule, clip_at
from unrolled.engine.landscape.surface import Slopes, Surface
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput, one_of

MOMENTUM = 0.9
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
"""PyTorch's defaults of Adam."""

Memory = tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: what it does, as LaTeX; η is the learning rate, θ the parameters.
        memory: how many vectors it keeps, zeros at first.
        direction: (g, memory, n from 1) → (what is subtracted, over η; the memory after).
    """

    label: str
    formula: str
    memory: int
    direction: Callable[[Array, Memory, int], tuple[Array, Memory]]


def _sgd(g: Array, memory: Memory, n: int) -> tuple[Array, Memory]:
    return g, ()


def _momentum(g: Array, memory: Memory, n: int) -> tuple[Array, Memory]:
    velocity = MOMENTUM * memory[0] + g
    return velocity, (velocity,)


def _nesterov(g: Array, memory: Memory, n: int) -> tuple[Array, Memory]:
    velocity = MOMENTUM * memory[0] + g
    return g + MOMENTUM * velocity, (velocity,)


def _adam(g: Array, memory: Memory, n: int) -> tuple[Array, Memory]:
    mean = BETA_1 * memory[0] + (1.0 - BETA_1) * g
    square = BETA_2 * memory[1] + (1.0 - BETA_2) * np.square(g)
    unbiased = mean / (1.0 - BETA_1**n)
    root = np.sqrt(square / (1.0 - BETA_2**n))
    return unbiased / (root + EPSILON), (mean, square)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer("gradient descent", r"\theta \leftarrow \theta - \eta \, g", 0, _sgd),
    "momentum": Optimizer(
        "momentum",
        r"v \leftarrow 0.9 \, v + g, \quad \theta \leftarrow \theta - \eta \, v",
        1,
        _momentum,
    ),
    "nesterov": Optimizer(
        "Nesterov",
        r"v \leftarrow 0.9 \, v + g, \quad \theta \leftarrow \theta - \eta (g + 0.9 \, v)",
        1,
        _nesterov,
    ),
    "adam": Optimizer(
        "Adam",
        r"\theta \leftarrow \theta - \eta \, \frac{\hat{m}}{\sqrt{\hat{s}} + 10^{-8}}",
        2,
        _adam,
    ),
}
"""The optimizers by their names, each as in PyTorch. Source: Polyak 1964 (momentum); Sutskever et
al. 2013 (Nesterov's in this form); Kingma & Ba 2015 (Adam)."""


MAX_DESCENTS = 4
MAX_DESCENT_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class Descent:
    """Where a ball starts, and by which rule it goes down.

    Attributes:
        start: (p, q).
        optimizer: a key of ``OPTIMIZERS``.
        learning_rate: η, above 0.
        steps: how many, 1 … 1000.
        clip: what happens to (∂E/∂p, ∂E/∂q) before a step is made of it.
    Raises:
        InvalidInput: for what is none of these.
    """

    start: tuple[float, float]
    optimizer: str = "sgd"
    learning_rate: float = 0.01
    steps: int = 50
    clip: Clip = field(default_factory=Clip)

    def __post_init__(self) -> None:
        one_of(("optimizer",), self.optimizer, OPTIMIZERS)
        if not 0.0 < self.learning_rate < math.inf:
            raise InvalidInput(
                ("learning_rate",),
                f"received {self.learning_rate}; allowed: a finite number above 0",
            )
        if not 1 <= self.steps <= MAX_DESCENT_STEPS:
            raise InvalidInput(
                ("steps",),
                f"received {self.steps}; allowed: a whole number 1 … {MAX_DESCENT_STEPS}",
            )
        if not all(map(math.isfinite, self.start)):
            raise InvalidInput(("start",), f"received {list(self.start)}; allowed: finite numbers")
        check_rule(self.clip)


@dataclass(slots=True)
class Path:
    """Where a ball was; index 0 is its start, and index n what n steps made of it.

    Attributes:
        points: (p, q).
        loss: E there; NaN where a state or an output leaves the range of a double.
        log10_norm: log₁₀ of the gradient's norm before clipping; NaN where exactly zero.
        engaged: whether the rule changed the gradient that the next step is made of.
        gradient: (∂E/∂p, ∂E/∂q) before clipping; ±inf or 0 beyond the range of a double.
        after: what the rule made of it.
        ended: why it has fewer points than were asked for: ``overflow`` where a step leads out of
            the range of a double, or from a place where the network's states do; else None.
    """

    points: list[tuple[float, float]] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    log10_norm: list[float] = field(default_factory=list)
    engaged: list[bool] = field(default_factory=list)
    gradient: list[tuple[float, float]] = field(default_factory=list)
    after: list[tuple[float, float]] = field(default_factory=list)
    ended: str | None = None


def descend(surface: Surface, descents: Many[Descent]) -> list[Path]:
    """Let every ball go down; all of them take a step in one pass.

    θ_{n+1} = θ_n − η · direction(clip(∂E/∂θ_n)), θ being the surface's two entries alone

    Raises:
        InvalidInput: for more than 4 balls.
    Source: Pascanu, Mikolov & Bengio 2013, sections 2.3 and 3.2, figure 6.
    """
    if len(descents) > MAX_DESCENTS:
        raise InvalidInput(
            ("descents",), f"received {len(descents)}; allowed: at most {MAX_DESCENTS}"
        )
    balls = [_Ball(surface, descent) for descent in descents]
    while going := [ball for ball in balls if ball.going]:
        found = surface.at(np.stack([ball.place for ball in going]))
        for n, ball in enumerate(going):
            ball.step(found, n)
    return [ball.path for ball in balls]


class _Ball:
    """One descent under way."""

    def __init__(self, surface: Surface, descent: Descent) -> None:
        self._surface, self._descent = surface, descent
        memory = OPTIMIZERS[descent.optimizer].memory
        self._memory: Memory = tuple(np.zeros(2) for _ in range(memory))
        self.place: Array = np.array(descent.start, dtype=np.float64)
        self.path, self.going = Path(), True

    def step(self, found: Slopes, n: int) -> None:
        """Write down what was found here, and go on."""
        path, done = self.path, len(self.path.points)
        seen = clip_at(found, self._surface.entries, self._descent.clip, n)
        path.points.append(_pair(self.place))
        path.loss.append(float(found.loss[n]))
        known = seen.report.finite
        path.log10_norm.append(seen.report.log10_norm_before if known else math.nan)
        path.engaged.append(bool(seen.samples.engaged if seen.samples else seen.report.engaged))
        path.gradient.append(_pair(seen.gradient))
        path.after.append(_pair(seen.after))
        self.going = done < self._descent.steps
        if not self.going:
            return
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            direct = OPTIMIZERS[self._descent.optimizer].direction
            direction, self._memory = direct(seen.after, self._memory, done + 1)
            self.place = self.place - self._descent.learning_rate * direction
        if not np.isfinite(self.place).all():
            self.going, path.ended = False, "overflow"


def _pair(values: Array) -> tuple[float, float]:
    first, second = values.tolist()
    return first, second
