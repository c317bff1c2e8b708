"""Schedules: the learning rate of every update, a function of its number alone: a row each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from unrolled.engine.training.settings import Setting, Settings

Factor = Callable[[int, int, Settings], float]
"""(n from 1, how many updates there are, settings) → η_n / η."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: η_n as LaTeX, n = 1 being the first of N updates.
        settings: what can be set.
        factor: what η is multiplied by at update n.
    """

    label: str
    formula: str
    settings: tuple[Setting, ...]
    factor: Factor


def _constant(n: int, updates: int, settings: Settings) -> float:
    return 1.0


def _step(n: int, updates: int, settings: Settings) -> float:
    """γ^⌊(n − 1)/k⌋, as PyTorch's ``StepLR``."""
    return float(settings["gamma"] ** ((n - 1) // int(settings["every"])))


def _exponential(n: int, updates: int, settings: Settings) -> float:
    """γ^(n − 1), as PyTorch's ``ExponentialLR``."""
    return float(settings["gamma"] ** (n - 1))


def _cosine(n: int, updates: int, settings: Settings) -> float:
    """r + (1 − r) (1 + cos(π (n − 1)/N)) / 2, as PyTorch's ``CosineAnnealingLR`` with η_min = r η.

    Without restarts: Loshchilov & Hutter 2017.
    """
    least = settings["least"]
    along = math.cos(math.pi * (n - 1) / updates)
    return least + (1.0 - least) * (1.0 + along) / 2.0


def _warmup(n: int, updates: int, settings: Settings) -> float:
    """min(1, n/k): in even steps from η/k to η, then η."""
    return min(1.0, n / settings["over"])


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule(label="constant", formula=r"\eta_n = \eta", settings=(), factor=_constant),
    "step": Schedule(
        label="steps down",
        formula=r"\eta_n = \gamma^{\lfloor (n-1)/k \rfloor} \, \eta",
        settings=(
            Setting("every", "k", 1000, "After so many updates η falls.", least=1, whole=True),
            Setting("gamma", "γ", 0.5, "What it is then multiplied by.", most=1.0),
        ),
        factor=_step,
    ),
    "exponential": Schedule(
        label="exponential",
        formula=r"\eta_n = \gamma^{n-1} \, \eta",
        settings=(Setting("gamma", "γ", 0.999, "What every update leaves of η.", most=1.0),),
        factor=_exponential,
    ),
    "cosine": Schedule(
        label="cosine",
        formula=r"\eta_n = \eta \left( r + (1 - r) "
        r"\frac{1 + \cos(\pi (n-1)/N)}{2} \right)",
        settings=(Setting("least", "r", 0.0, "What is left of η at the end.", most=1.0),),
        factor=_cosine,
    ),
    "warmup": Schedule(
        label="warm-up",
        formula=r"\eta_n = \eta \min(1, n/k)",
        settings=(
            Setting("over", "k", 100, "After so many updates η is whole.", least=1, whole=True),
        ),
        factor=_warmup,
    ),
}
"""The schedules by their names."""
