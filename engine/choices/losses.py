"""Losses: the value at every step and its gradient with respect to the outputs: a row each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unrolled.engine.choices.activations import ACTIVATIONS, ONE
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.errors import InvalidInput, one_of
from unrolled.engine.numbers.magnitude import all_finite

Targets = Array | IntArray


Draw = Callable[[np.random.RandomState, int, int, int], Targets]


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss, the mean over the batch at every step: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: L_t of one sample as LaTeX, without its sign.
        gradient: ∂L_t/∂O_t of one sample as LaTeX.
        evaluate: (o (S, B, K), y) → (L_t, shape (S,); ∂L_t/∂o_t, shape (S, B, K), with the 1/B of
            the mean).
        classes: whether y holds class indices (S, B) rather than numbers (S, B, K).
        draw: (random, S, B, K) → targets of a random sequence; None where none can be drawn.
        targets: what y holds, in words.
        negative: whether the formula is subtracted.
        named: (left, right) of what the formula names, as LaTeX.
        least: no number of y is below.
        most: nor above.
        given: whether y is the gradient itself, as a head outside left it: there is no formula and
            no value, L_t stands for Σ ⟨y, o_t⟩, whose gradient that is, and no 1/B is added.
    """

    label: str
    formula: str
    gradient: str
    evaluate: Callable[[Array, Targets], tuple[Array, Array]]
    classes: bool
    draw: Draw | None
    targets: str
    negative: bool = False
    named: tuple[tuple[str, str], ...] = ()
    least: float = -math.inf
    most: float = math.inf
    given: bool = False

    @property
    def tokens(self) -> bool:
        """Whether the targets may be a text's: classes, of which each token is one."""
        return self.classes


def _squared_error(o: Array, y: Targets) -> tuple[Array, Array]:
    """L_t = ½ Σ_k (o_tk − y_tk)², mean over the batch; ∂L_t/∂o_t = (o_t − y_t) / B."""
    with np.errstate(over="ignore"):
        difference = o - y
        each = np.add.reduce(np.square(difference), axis=2)
        each *= 0.5
        value = np.add.reduce(each, axis=1) / o.shape[1]
    return value, np.asarray(difference / o.shape[1])


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


DELTA = 1.0
"""Where Huber's loss turns from a square into a line, PyTorch's default."""


def _huber(o: Array, y: Targets) -> tuple[Array, Array]:
    """L_t = Σ_k e²/2 where |e| ≤ 1, else |e| − ½, with e = o_tk − y_tk; its slope is e within ±1.

    With c = e within ±1 both are c (e − c/2), so that no square overflows.
    """
    with np.errstate(over="ignore"):
        error = o - y
        within = np.clip(error, -DELTA, DELTA)
        value = (within * (error - 0.5 * within)).sum(axis=2).mean(axis=1)
    return np.asarray(value), np.asarray(within / o.shape[1])


def _binary_cross_entropy(o: Array, y: Targets) -> tuple[Array, Array]:
    """L_t = −Σ_k y log σ(o) + (1 − y) log σ(−o);   ∂L_t/∂o_t = (σ(o_t) − y_t) / B.

    L = log1p(e^−|o|) + |o| times 1 − y where o > 0, else y: a sum of nothing negative. The
    gradient is (1 − y) − σ(−o) where y > ½, so that a target of 1 that is nearly met leaves its
    digits, as one of 0 does.
    """
    with np.errstate(over="ignore", under="ignore"):
        missed = np.where(o > 0.0, 1.0 - y, y)
        value = (np.log1p(np.exp(-np.abs(o))) + np.abs(o) * missed).sum(axis=2).mean(axis=1)
        sigmoid = ACTIVATIONS["sigmoid"].value
        gradient = np.where(y > 0.5, (1.0 - y) - sigmoid(-o), sigmoid(o) - y)
    return np.asarray(value), np.asarray(gradient / o.shape[1])


def _given(o: Array, y: Targets) -> tuple[Array, Array]:
    """L_t = Σ_bk y_tbk o_tbk, for differences of it; ∂L_t/∂o_t = y_t."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = (y * o).sum(axis=(1, 2))
    return np.asarray(value), np.asarray(y, dtype=np.float64)


def _normal(random: np.random.RandomState, steps: int, batch: int, outputs: int) -> Targets:
    """N(0, 1)."""
    return random.standard_normal((steps, batch, outputs))


def _classes(random: np.random.RandomState, steps: int, batch: int, outputs: int) -> Targets:
    """Classes, each as likely."""
    return random.randint(0, outputs, (steps, batch), dtype=np.int64)


def _coins(random: np.random.RandomState, steps: int, batch: int, outputs: int) -> Targets:
    """0 or 1, each as likely."""
    return random.randint(0, 2, (steps, batch, outputs), dtype=np.int64).astype(np.float64)


_HUBER = (
    r"\begin{cases} \frac{1}{2} e^2 & \lvert e \rvert \le 1 \\ "
    r"\lvert e \rvert - \frac{1}{2} & \lvert e \rvert > 1 \end{cases}"
)

LOSSES: dict[str, Loss] = {
    "squared-error": Loss(
        label="squared error",
        formula=r"\frac{1}{2} \lVert O_t - Y_t \rVert^2",
        gradient="O_t - Y_t",
        evaluate=_squared_error,
        classes=False,
        draw=_normal,
        targets="numbers",
    ),
    "cross-entropy": Loss(
        label="cross-entropy",
        formula=r"\log \, \operatorname{softmax}(O_t)_{Y_t}",
        gradient=r"\operatorname{softmax}(O_t) - Y_t",
        evaluate=_cross_entropy,
        classes=True,
        draw=_classes,
        targets="class indices",
        negative=True,
    ),
    "huber": Loss(
        label="Huber",
        formula=r"\sum_k \operatorname{huber}(O_{t,k} - Y_{t,k})",
        named=((r"\operatorname{huber}(e)", _HUBER),),
        gradient=r"\operatorname{clip}(O_t - Y_t, -1, 1)",
        evaluate=_huber,
        classes=False,
        draw=_normal,
        targets="numbers",
    ),
    "binary-cross-entropy": Loss(
        label="binary cross-entropy",
        formula=r"( Y_t^\top \log \, p + (1 - Y_t)^\top \log \, (1 - p) )",
        named=(("p", r"\sigma(O_t)"),),
        gradient=r"\sigma(O_t) - Y_t",
        evaluate=_binary_cross_entropy,
        classes=False,
        draw=_coins,
        targets="numbers from 0 to 1",
        negative=True,
        least=0.0,
        most=1.0,
    ),
    "given": Loss(
        label="given gradient",
        formula="",
        gradient="",
        evaluate=_given,
        classes=False,
        draw=None,
        targets="the gradient itself",
        given=True,
    ),
}
"""L_t by its name: as PyTorch's losses, but the sum over the outputs, not their mean."""


def judge(loss: str, o: Array, y: Targets, weights: Array | None = None) -> tuple[Array, Array]:
    """L_t = (1/B) Σ_b w_tb ℓ_tb and ∂L_t/∂o_t, w being 1 where there are no weights.

    A given gradient is weighed as it is: no 1/B is added.

    Args:
        loss: a key of ``LOSSES``.
        o: (S, B, K).
        y: as the loss takes them.
        weights: (S, B), from 0; a sample of weight 0 counts in neither.
    """
    row = LOSSES[loss]
    if weights is None:
        return row.evaluate(o, y)
    steps, batch, width = o.shape
    each, gradients = row.evaluate(o.reshape(-1, 1, width), y.reshape(-1, 1, *y.shape[2:]))
    share = weights if row.given else weights / batch
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        values = np.where(share > 0.0, each.reshape(steps, batch) * share, 0.0).sum(axis=1)
        weighed = gradients.reshape(o.shape) * share[..., np.newaxis]
    return values, np.where(share[..., np.newaxis] > 0.0, weighed, 0.0)


def valued(loss: str) -> Loss:
    """The row of a loss that has a value at any outputs.

    Raises:
        InvalidInput: for an unknown loss, or one whose gradient is given.
    """
    one_of(("loss",), loss, LOSSES)
    if LOSSES[loss].given:
        able = " or ".join(repr(name) for name, row in LOSSES.items() if not row.given)
        raise InvalidInput(
            ("loss",),
            f"received {loss!r}, a gradient that belongs to one pass and has no value at another; "
            f"allowed here: {able}",
        )
    return LOSSES[loss]
