"""How a descent makes a step of a gradient: a row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array

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
    "sgd": Optimizer(
        label="gradient descent",
        formula=r"\theta \leftarrow \theta - \eta \, g",
        memory=0,
        direction=_sgd,
    ),
    "momentum": Optimizer(
        label="momentum",
        formula=r"v \leftarrow 0.9 \, v + g, \quad \theta \leftarrow \theta - \eta \, v",
        memory=1,
        direction=_momentum,
    ),
    "nesterov": Optimizer(
        label="Nesterov",
        formula=r"v \leftarrow 0.9 \, v + g, \quad \theta \leftarrow \theta - \eta (g + 0.9 \, v)",
        memory=1,
        direction=_nesterov,
    ),
    "adam": Optimizer(
        label="Adam",
        formula=r"\theta \leftarrow \theta - \eta \, \frac{\hat{m}}{\sqrt{\hat{s}} + 10^{-8}}",
        memory=2,
        direction=_adam,
    ),
}
"""The optimizers by their names, each as in PyTorch. Source: Polyak 1964 (momentum); Sutskever et
al. 2013 (Nesterov's in this form); Kingma & Ba 2015 (Adam)."""
