"""Activations f and their derivatives f′, both as functions of the pre-activation a."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.magnitude import all_finite

ONE = np.ones(())
"""As an array: NumPy takes longer over a Python number than over a small addition."""


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation.

    Attributes:
        value: f(a), any shape; writes into ``out`` where it is given.
        derivative: f′(a), the same shape, accurate to rounding also where f saturates.
        bound: γ = sup f′.
        saturated: from f(a), any shape, where a unit is saturated; None where none ever is.
    """

    value: Callable[..., Array]
    derivative: Callable[[Array], Array]
    bound: float
    saturated: Callable[[Array], Mask] | None


def _tanh_derivative(a: Array) -> Array:
    """sech²(a) = 4e / (1 + e)² with e = exp(−2|a|); 1 − tanh² would lose every digit near ±1."""
    e, below = np.empty(a.shape), np.empty(a.shape)
    np.abs(a, out=e)
    e *= -2.0
    np.exp(e, out=e)
    np.add(e, 1.0, out=below)
    np.square(below, out=below)
    e *= 4.0
    e /= below
    return e


def _sigmoid(a: Array, out: Array | None = None) -> Array:
    """σ(a) = 1 / (1 + exp(−a)), by exp(−|a|), so that nothing overflows."""
    e = np.empty(a.shape)
    np.abs(a, out=e)
    np.exp(np.negative(e, out=e), out=e)
    out = np.empty(a.shape) if out is None else out
    above = np.where(a >= 0.0, 1.0, e)
    e += 1.0
    return np.divide(above, e, out=out)


def _sigmoid_derivative(a: Array) -> Array:
    """σ(a) σ(−a) = e / (1 + e)² with e = exp(−|a|)."""
    e, below = np.empty(a.shape), np.empty(a.shape)
    np.abs(a, out=e)
    np.exp(np.negative(e, out=e), out=e)
    np.add(e, 1.0, out=below)
    e /= np.square(below, out=below)
    return e


def closed(e: Array, gate: Array, out: Array) -> Array:
    """σ(−a) = e σ(a), given e = exp(−a) and σ(a): 1 − σ(a) would lose every digit near 1."""
    with np.errstate(under="ignore", invalid="ignore"):
        np.multiply(e, gate, out=out)
    if not all_finite(out):
        out[np.isposinf(e)] = 1.0
    return out


def _relu(a: Array, out: Array | None = None) -> Array:
    return np.maximum(a, 0.0, out=out)


def _relu_derivative(a: Array) -> Array:
    """1 where a > 0, else 0 (at 0 itself 0, as in PyTorch)."""
    return (a > 0.0).astype(np.float64)


def _linear(a: Array, out: Array | None = None) -> Array:
    return np.positive(a, out=out)


SHUT, OPEN = 0.1, 0.9
"""A sigmoid below the first lets almost nothing through, above the second almost everything; a tanh
whose magnitude is above the second is saturated (Karpathy, Johnson & Fei-Fei 2015)."""


def _near_one(h: Array) -> Mask:
    """|tanh| > 0.9."""
    return np.asarray(np.abs(h) > OPEN)


def _near_either(h: Array) -> Mask:
    """σ < 0.1 or σ > 0.9."""
    return np.asarray((h < SHUT) | (h > OPEN))


def _off(h: Array) -> Mask:
    """ReLU with f′ = 0."""
    return np.asarray(h <= 0.0)


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(np.tanh, _tanh_derivative, bound=1.0, saturated=_near_one),
    "sigmoid": Activation(_sigmoid, _sigmoid_derivative, bound=0.25, saturated=_near_either),
    "relu": Activation(_relu, _relu_derivative, bound=1.0, saturated=_off),
    "linear": Activation(_linear, np.ones_like, bound=1.0, saturated=None),
}
