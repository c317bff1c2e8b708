"""Losses: the value at every step and its gradient with respect to the outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.memory import empty

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

    With z = o − max o and the target's exponential apart from the rest, nothing overflows and no
    digits are lost where the target is nearly certain: L = log1p(Σ_{k≠y} exp z_k + expm1 z_y) −
    z_y, and the gradient at the target is −Σ_{k≠y} softmax_k rather than softmax_y − 1.
    """
    steps, batch, classes = o.shape
    e, z = empty((steps * batch, classes)), o.reshape(-1, classes)
    z = np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=e)
    flat, target = e.reshape(-1), np.arange(0, z.size, classes)
    target += y.reshape(-1).astype(np.int64, copy=False)
    z_target = flat[target]
    np.exp(z, out=e)
    total = flat[target]
    flat[target] = 0.0
    rest = np.add.reduce(e, axis=1)
    total += rest
    flat[target] = -rest
    value = np.expm1(z_target)
    value += rest
    value = np.log1p(value, out=value)
    value -= z_target
    if batch > 1:
        value = np.add.reduce(value.reshape(steps, batch), axis=1) / batch
        total *= batch
    e /= total[:, np.newaxis]
    return value, e.reshape(o.shape)


LOSSES: dict[str, Loss] = {
    "squared-error": Loss(_squared_error, classes=False),
    "cross-entropy": Loss(_cross_entropy, classes=True),
}
