"""Losses: the value at every step and its gradient with respect to the outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray

Targets = Array | IntArray


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss, the mean over the batch at every step.

    Attributes:
        value: (o (S, B, K), y) → L_t, shape (S,).
        gradient: (o (S, B, K), y) → ∂L_t/∂o_t, shape (S, B, K), with the 1/B of the mean.
        classes: whether y holds class indices (S, B) rather than numbers (S, B, K).
    """

    value: Callable[[Array, Targets], Array]
    gradient: Callable[[Array, Targets], Array]
    classes: bool


def _squared_error(o: Array, y: Targets) -> Array:
    """L_t = ½ Σ_k (o_tk − y_tk)², mean over the batch."""
    return np.asarray(0.5 * np.square(o - y).sum(axis=2).mean(axis=1))


def _squared_error_gradient(o: Array, y: Targets) -> Array:
    """∂L_t/∂o_t = (o_t − y_t) / B."""
    return np.asarray((o - y) / o.shape[1])


def _cross_entropy(o: Array, y: Targets) -> Array:
    """L_t = −log softmax(o_t)[y_t], mean over the batch.

    With z = o − max o and the target's own exponential apart from the rest,
    log Σ exp z − z_y keeps its digits where the target is nearly certain (log1p).
    """
    z, chosen, rest = _exponentials(o, y)
    certain = chosen == 1.0
    value = np.where(certain, np.log1p(rest), np.log(chosen + rest) - z)
    return np.asarray(value.mean(axis=1))


def _cross_entropy_gradient(o: Array, y: Targets) -> Array:
    """∂L_t/∂o_t = (softmax(o_t) − onehot(y_t)) / B.

    At the target it is −Σ_{k≠y} softmax_k, so that no digits are lost where softmax_y ≈ 1.
    """
    e = np.exp(o - o.max(axis=2, keepdims=True))
    index = y[..., np.newaxis].astype(np.int64)
    total = e.sum(axis=2, keepdims=True)
    np.put_along_axis(e, index, 0.0, axis=2)
    np.put_along_axis(e, index, -e.sum(axis=2, keepdims=True), axis=2)
    return np.asarray(e / (total * o.shape[1]))


def _exponentials(o: Array, y: Targets) -> tuple[Array, Array, Array]:
    """z_y, exp(z_y) and Σ_{k≠y} exp(z_k), each (S, B), where z = o − max o."""
    z = o - o.max(axis=2, keepdims=True)
    index = y[..., np.newaxis].astype(np.int64)
    target = np.take_along_axis(z, index, axis=2)[..., 0]
    e = np.exp(z)
    np.put_along_axis(e, index, 0.0, axis=2)
    return target, np.exp(target), e.sum(axis=2)


LOSSES: dict[str, Loss] = {
    "squared-error": Loss(_squared_error, _squared_error_gradient, classes=False),
    "cross-entropy": Loss(_cross_entropy, _cross_entropy_gradient, classes=True),
}
