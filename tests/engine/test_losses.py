"""Values and gradients of the losses, also where a softmax is certain or far out."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draw_targets, draws
from tests.engine.reference.compare import close
from unrolled.app.notation import math
from unrolled.engine import LOSSES

STEPS, BATCH, CLASSES = 2, 3, 4


def draw(loss: str, seed: int, spread: float = 1.0) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    o = random.normal(scale=spread, size=(STEPS, BATCH, CLASSES))
    return o, draw_targets(random, loss, STEPS, BATCH, CLASSES)


@pytest.mark.parametrize("loss", LOSSES)
@draws(25)
@given(seed=st.integers(0, 2**32 - 1))
def test_gradient_by_central_differences(loss: str, seed: int) -> None:
    o, y = draw(loss, seed)
    _, gradient = LOSSES[loss].evaluate(o, y)
    h = 1e-5
    differences = np.zeros_like(o)
    for at in np.ndindex(o.shape):
        up, down = o.copy(), o.copy()
        up[at] += h
        down[at] -= h
        rise = LOSSES[loss].evaluate(up, y)[0] - LOSSES[loss].evaluate(down, y)[0]
        assert rise[1 - at[0]] == 0.0, "a step's outputs move no other step's loss"
        differences[at] = rise[at[0]] / (2 * h)
    close(f"∂L/∂o of {loss}", gradient, differences, 1e-8, 1e-9)


def test_squared_error_by_hand() -> None:
    o, y = np.array([[[1.0, 2.0], [0.0, 0.0]]]), np.array([[[0.0, 4.0], [3.0, 0.0]]])
    value, gradient = LOSSES["squared-error"].evaluate(o, y)
    assert value.tolist() == [(0.5 * (1 + 4) + 0.5 * 9) / 2]
    assert gradient.tolist() == [[[0.5, -1.0], [-1.5, 0.0]]]


def exact_cross_entropy(o: Any, y: int) -> tuple[mp.mpf, list[mp.mpf]]:
    e = [mp.exp(mp.mpf(float(value))) for value in o]
    rest = mp.fsum(e[:y] + e[y + 1 :])
    gradient = [-rest / mp.fsum(e) if k == y else e[k] / mp.fsum(e) for k in range(len(e))]
    return mp.log1p(rest / e[y]), gradient


@pytest.mark.parametrize("spread", [1e-3, 1.0, 10.0, 1e3])
@draws(25)
@given(seed=st.integers(0, 2**32 - 1))
def test_cross_entropy_against_mpmath(spread: float, seed: int) -> None:
    o, y = draw("cross-entropy", seed, spread)
    value, gradient = LOSSES["cross-entropy"].evaluate(o, y)
    with mp.workdps(60):
        for s in range(STEPS):
            samples = [exact_cross_entropy(o[s, b], int(y[s, b])) for b in range(BATCH)]
            exact = mp.fsum(loss for loss, _ in samples) / BATCH
            assert float(abs(mp.mpf(float(value[s])) - exact)) <= (1e-14 + 1e-15 * spread) * float(
                exact
            ), f"engine {value[s]!r}, exact {mp.nstr(exact, 20)}"
            slopes = np.array([[float(g / BATCH) for g in slope] for _, slope in samples])
            tiny = np.abs(slopes) < 1e-300
            np.testing.assert_allclose(gradient[s][~tiny], slopes[~tiny], rtol=1e-12)
            assert np.abs(gradient[s][tiny]).max(initial=0.0) < 1e-299


@pytest.mark.parametrize("margin", [20.0, 36.0, 40.0, 200.0, 700.0])
def test_a_nearly_certain_target_keeps_its_digits(margin: float) -> None:
    """log softmax and softmax − 1 would both be exactly zero here."""
    o, y = np.array([[[0.0, margin, 1.0]]]), np.array([[1]])
    value, gradient = LOSSES["cross-entropy"].evaluate(o, y)
    with mp.workdps(60):
        exact, slope = exact_cross_entropy(o[0, 0], 1)
        assert value[0] == pytest.approx(float(exact), rel=1e-14)
        np.testing.assert_allclose(gradient[0, 0], [float(g) for g in slope], rtol=1e-13)


@pytest.mark.parametrize(
    ("logits", "target", "value", "gradient"),
    [
        ([1e3, -1e3], 0, 0.0, [0.0, 0.0]),
        ([1e3, -1e3], 1, 2e3, [1.0, -1.0]),
        ([-1e3, -1e3], 0, np.log(2.0), [-0.5, 0.5]),
        ([1e308, 0.0], 1, 1e308, [1.0, -1.0]),
        ([7.0], 0, 0.0, [0.0]),
    ],
)
def test_softmax_far_out(
    logits: list[float], target: int, value: float, gradient: list[float]
) -> None:
    got, slope = LOSSES["cross-entropy"].evaluate(np.array([[logits]]), np.array([[target]]))
    assert got.tolist() == [pytest.approx(value, rel=1e-15)]
    assert slope[0, 0].tolist() == pytest.approx(gradient, rel=1e-15)


def test_gradients_of_a_softmax_cancel_over_the_classes() -> None:
    o, y = draw("cross-entropy", 7)
    _, gradient = LOSSES["cross-entropy"].evaluate(o, y)
    assert np.abs(gradient.sum(axis=2)).max() < 1e-16


@pytest.mark.parametrize("loss", LOSSES)
def test_the_outputs_are_left_as_they_are(loss: str) -> None:
    o, y = draw(loss, 1)
    kept = o.copy(), y.copy()
    LOSSES[loss].evaluate(o, y)
    np.testing.assert_array_equal(o, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_which_losses_take_classes() -> None:
    assert {name: loss.classes for name, loss in LOSSES.items()} == {
        "squared-error": False,
        "cross-entropy": True,
        "huber": False,
        "binary-cross-entropy": False,
        "given": False,
    }


def test_huber_by_hand() -> None:
    o, y = np.array([[[3.0, 0.5, -2.0]], [[1.0, -1.0, 0.0]]]), np.zeros((2, 1, 3))
    value, gradient = LOSSES["huber"].evaluate(o, y)
    assert value.tolist() == [2.5 + 0.125 + 1.5, 0.5 + 0.5]
    assert gradient.tolist() == [[[1.0, 0.5, -1.0]], [[1.0, -1.0, 0.0]]]


@pytest.mark.parametrize("far", [1e200, -1e200, 1e308])
def test_huber_squares_nothing_that_is_large(far: float) -> None:
    value, gradient = LOSSES["huber"].evaluate(np.array([[[far]]]), np.array([[[0.0]]]))
    assert value.tolist() == [abs(far)]
    assert gradient.tolist() == [[[np.sign(far)]]]


def exact_binary(o: float, y: float) -> tuple[mp.mpf, mp.mpf]:
    share = 1 / (1 + mp.exp(-mp.mpf(o)))
    away = 1 / (1 + mp.exp(mp.mpf(o)))
    value = -(mp.mpf(y) * mp.log(share) + (1 - mp.mpf(y)) * mp.log(away))
    return value, share - mp.mpf(y)


@pytest.mark.parametrize("o", [-700.0, -40.0, -3.0, -1e-9, 0.0, 0.2, 2.0, 36.0, 200.0, 700.0])
@pytest.mark.parametrize("y", [0.0, 1e-12, 0.3, 0.5, 0.9, 1.0])
def test_binary_cross_entropy_against_mpmath(o: float, y: float) -> None:
    value, gradient = LOSSES["binary-cross-entropy"].evaluate(np.array([[[o]]]), np.array([[[y]]]))
    with mp.workdps(400):
        exact, slope = exact_binary(o, y)
        assert value[0] == pytest.approx(float(exact), rel=1e-15, abs=0.0)
        whole = y in (0.0, 1.0)  # σ(o) and y are else subtracted
        allowed = float(abs(slope)) * 1e-15 if whole else 2.3e-16
        assert gradient[0, 0, 0] == pytest.approx(float(slope), rel=0.0, abs=allowed)


def test_binary_cross_entropy_at_the_end_of_a_double() -> None:
    o = np.array([[[1e308, -1e308, 1e308]]])
    value, gradient = LOSSES["binary-cross-entropy"].evaluate(o, np.array([[[1.0, 0.0, 0.0]]]))
    assert value.tolist() == [1e308]
    assert gradient.tolist() == [[[0.0, 0.0, 1.0]]]


@pytest.mark.parametrize("loss", [name for name, row in LOSSES.items() if row.draw])
def test_a_row_says_everything(loss: str) -> None:
    """Its words, its formulas as MathML, and random targets that lie in its domain."""
    row = LOSSES[loss]
    assert row.label
    assert row.tokens == row.classes
    for formula in (row.formula, row.gradient, *sum(row.named, ())):
        assert str(math(formula)).startswith("<math")
    assert row.draw is not None
    y = row.draw(np.random.RandomState(3), 6, 5, 4)
    assert y.shape == ((6, 5) if row.classes else (6, 5, 4))
    assert y.min() >= row.least
    assert y.max() <= row.most
    assert len(np.unique(y)) > 1
