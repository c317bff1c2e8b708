"""Losses: the value at every step and its gradient with respect to the outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.choices.activations import ONE
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import all_finite

Targets = Array | IntArray


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss, the mean over the batch at every step.

    Attributes:
        evaluate: (o (S, B, K), y) → (L_t, shape (S,); ∂L_t/∂o_t, shape (S, B, K), with the 1/B of
            the mean).
        classes: whether y holds class indices (S, B) rather than numbers (S, B, K).
    """

    evaluate: Callable[[Array, Targets], tuple[Array, Array]]
    classes: bool


def _squared_error(o: Array, y: Targets) -> tuple[Array, Array]:
    """L_t = ½ Σ_k (o_tk − y_tk)², mean over the batch; ∂L_t/∂o_t = (o_t − y_t) / B."""
    with np.errstate(over="ignore"):
        difference = o - y
        value = 0.5 * np.square(difference).sum(axis=2).mean(axis=1)
    return np.asarray(value), np.asarray(difference / o.shape[1])


def _cross_entropy(o: Array, y: Targets) -> tuple[Array, Array]:
    """L_t = −log softmax(o_t)[y_t], mean over the batch; ∂L_t/∂o_t = (softmax(o_t) − onehot) / B.

    With z = o − o_y no digits are lost where the target is nearly certain: L = log1p(Σ_{k≠y} exp
    z_k), and the gradient at the target is −Σ_{k≠y} softmax_k rather than softmax_y − 1.
    """
    steps, batch, classes = o.shape
    o = o.reshape(-1, classes)
    target = np.arange(0, o.size, classes)
    target += y.reshape(-1).astype(np.int64, copy=False)
    with np.errstate(over="ignore", under="ignore"):
        e, rest = _beside_target(o, target, o.reshape(-1)[target])
    value, total = np.log1p(rest), rest + ONE
    if not all_finite(rest):
        value, e, total = _far_from_target(o, target)
    if batch > 1:
        value = np.add.reduce(value.reshape(steps, batch), axis=1) / batch
        total *= batch
    e /= total[:, np.newaxis]
    return value, e.reshape(steps, batch, classes)


def _beside_target(o: Array, target: IntArray, shift: Array) -> tuple[Array, Array]:
    """exp(o − shift), −Σ of the others at the target, and Σ of the others."""
    e = np.subtract(o, shift[:, np.newaxis], out=np.empty(o.shape))
    np.exp(e, out=e)
    flat = e.reshape(-1)
    flat[target] = 0.0
    rest = np.add.reduce(e, axis=1)
    flat[target] = -rest
    return e, rest


def _far_from_target(o: Array, target: IntArray) -> tuple[Array, Array, Array]:
    """The same where exp(o_k − o_y) overflows, with z = o − max o: L = log Σ_k exp z_k − z_y.

    Returns:
        L, ∂L/∂o Σ_k exp z_k, and Σ_k exp z_k.
    """
    largest = np.maximum.reduce(o, axis=1)
    e, rest = _beside_target(o, target, largest)
    z_y = o.reshape(-1)[target] - largest
    return np.log1p(rest + np.expm1(z_y)) - z_y, e, rest + np.exp(z_y)


LOSSES: dict[str, Loss] = {
    "squared-error": Loss(_squared_error, classes=False),
    "cross-entropy": Loss(_cross_entropy, classes=True),
}
