"""The optimizers: what an update takes away from the parameters, as PyTorch computes it: a row
each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.training.settings import Setting, Settings

Memory = tuple[Array, ...]
"""What an optimizer keeps from update to update: vectors as long as θ."""
Direction = Callable[[Array, Array, Memory, float, int, Settings], Array]
"""(θ, g, memory, η, n from 1, settings) → what is subtracted from θ; the memory changes in place.
g may be changed."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: what it does, as LaTeX; η is the learning rate, θ the parameters, λ weight decay.
        settings: the first is its learning rate.
        memory: the names of the vectors it keeps, zeros at first.
        step: what is subtracted.
    """

    label: str
    formula: str
    settings: tuple[Setting, ...]
    memory: tuple[str, ...]
    step: Direction


def _decayed(theta: Array, g: Array, settings: Settings) -> Array:
    """g + λ θ, the gradient of λ/2 ‖θ‖² with it."""
    decay = settings["weight_decay"]
    if decay:
        g += decay * theta
    return g


def _sgd(theta: Array, g: Array, memory: Memory, rate: float, n: int, settings: Settings) -> Array:
    """η g."""
    return _decayed(theta, g, settings) * rate


def _momentum(
    theta: Array, g: Array, memory: Memory, rate: float, n: int, settings: Settings
) -> Array:
    """v ← μ v + g;   η v."""
    (velocity,) = memory
    velocity *= settings["momentum"]
    velocity += _decayed(theta, g, settings)
    return velocity * rate


def _nesterov(
    theta: Array, g: Array, memory: Memory, rate: float, n: int, settings: Settings
) -> Array:
    """v ← μ v + g;   η (g + μ v)."""
    (velocity,) = memory
    g = _decayed(theta, g, settings)
    velocity *= settings["momentum"]
    velocity += g
    step = velocity * settings["momentum"]
    step += g
    step *= rate
    return step


def _moved(average: Array, keeps: float, values: Array) -> None:
    """average ← k average + (1 − k) values, in place."""
    average *= keeps
    average += (1.0 - keeps) * values


def _rmsprop(
    theta: Array, g: Array, memory: Memory, rate: float, n: int, settings: Settings
) -> Array:
    """s ← α s + (1 − α) g²;   η g / (√s + ε)."""
    (square,) = memory
    g = _decayed(theta, g, settings)
    _moved(square, settings["alpha"], np.square(g))
    below = np.sqrt(square)
    below += settings["eps"]
    g *= rate
    g /= below
    return g


def _adam(theta: Array, g: Array, memory: Memory, rate: float, n: int, settings: Settings) -> Array:
    """m ← β₁ m + (1 − β₁) g;   s ← β₂ s + (1 − β₂) g²;   η m̂ / (√ŝ + ε)."""
    return _of_moments(_decayed(theta, g, settings), memory, rate, n, settings)


def _adamw(
    theta: Array, g: Array, memory: Memory, rate: float, n: int, settings: Settings
) -> Array:
    """η λ θ + η m̂ / (√ŝ + ε): the decay does not go through the moments."""
    step = _of_moments(g, memory, rate, n, settings)
    decay = settings["weight_decay"]
    if decay:
        step += (rate * decay) * theta
    return step


def _of_moments(g: Array, memory: Memory, rate: float, n: int, settings: Settings) -> Array:
    """η m̂ / (√ŝ + ε) with m̂ = m / (1 − β₁ⁿ) and ŝ = s / (1 − β₂ⁿ)."""
    mean, square = memory
    first, second = settings["beta_1"], settings["beta_2"]
    _moved(mean, first, g)
    np.square(g, out=g)
    _moved(square, second, g)
    below = np.sqrt(square, out=g)
    below /= math.sqrt(1.0 - second**n)
    below += settings["eps"]
    step = mean / below
    step *= rate / (1.0 - first**n)
    return step


def _rate(default: float) -> Setting:
    return Setting("learning_rate", "η", default, "How far an update goes.", most=1000.0)


_DECAY = Setting(
    "weight_decay", "λ", 0.0, "What of every parameter is added to its gradient.", most=1000.0
)
_MOMENTUM = Setting(
    "momentum", "momentum", 0.9, "What is kept of the step before.", most=1.0, below=True
)
_EPSILON = Setting("eps", "ε", 1e-8, "What is added below the line.", most=1.0)
_BETAS = (
    Setting("beta_1", "β₁", 0.9, "What is kept of the mean of g.", most=1.0, below=True),
    Setting("beta_2", "β₂", 0.999, "What is kept of the mean of g².", most=1.0, below=True),
)
_HATS = r"\frac{\hat{m}}{\sqrt{\hat{s}} + \varepsilon}"
_MOMENTS = (
    r"m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad "
    r"s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \quad "
)

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(
        label="gradient descent",
        formula=r"\theta \leftarrow \theta - \eta \, g",
        settings=(_rate(0.01), _DECAY),
        memory=(),
        step=_sgd,
    ),
    "momentum": Optimizer(
        label="momentum",
        formula=r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \eta \, v",
        settings=(_rate(0.01), _MOMENTUM, _DECAY),
        memory=("velocity",),
        step=_momentum,
    ),
    "nesterov": Optimizer(
        label="Nesterov",
        formula=r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \eta \, (g + \mu v)",
        settings=(_rate(0.01), _MOMENTUM, _DECAY),
        memory=("velocity",),
        step=_nesterov,
    ),
    "rmsprop": Optimizer(
        label="RMSprop",
        formula=r"s \leftarrow \alpha s + (1 - \alpha) g^2, \quad "
        r"\theta \leftarrow \theta - \eta \, \frac{g}{\sqrt{s} + \varepsilon}",
        settings=(
            _rate(0.001),
            Setting("alpha", "α", 0.99, "What is kept of the mean of g².", most=1.0, below=True),
            _EPSILON,
            _DECAY,
        ),
        memory=("square",),
        step=_rmsprop,
    ),
    "adam": Optimizer(
        label="Adam",
        formula=rf"{_MOMENTS} \theta \leftarrow \theta - \eta \, {_HATS}",
        settings=(_rate(0.001), *_BETAS, _EPSILON, _DECAY),
        memory=("mean", "square"),
        step=_adam,
    ),
    "adamw": Optimizer(
        label="AdamW",
        formula=rf"{_MOMENTS} \theta \leftarrow (1 - \eta \lambda) \theta - \eta \, {_HATS}",
        settings=(
            _rate(0.001),
            *_BETAS,
            _EPSILON,
            Setting(
                "weight_decay",
                "λ",
                0.01,
                "What an update takes of every parameter, times η.",
                most=1000.0,
            ),
        ),
        memory=("mean", "square"),
        step=_adamw,
    ),
}
"""The optimizers by their names, each as in PyTorch. Source: Polyak 1964 (momentum); Sutskever et
al. 2013 (Nesterov's in this form); Tieleman & Hinton 2012 (RMSprop); Kingma & Ba 2015 (Adam);
Loshchilov & Hutter 2019 (AdamW)."""
