"""Numbers that carry their derivatives: the rules of calculus, at any magnitude."""

from __future__ import annotations

import numpy as np
import pytest

from unrolled.engine import ACTIVATIONS
from unrolled.engine.numbers.dual import Dual


def pair(careful: bool) -> tuple[Dual, Dual]:
    """p and q at two points, each with its own derivative 1."""
    exponent = np.zeros((1, 1, 1), dtype=np.int64) if careful else None
    one_hot = np.eye(2)[:, np.newaxis, :, np.newaxis, np.newaxis]
    values = np.array([[0.7], [-1.2]]), np.array([[2.0], [0.3]])
    first, second = (Dual(v, t, exponent) for v, t in zip(values, one_hot, strict=True))
    return first, second


def slopes(number: Dual) -> np.ndarray:
    exponent = 0 if number.exponent is None else number.exponent[0, :, 0]
    return np.broadcast_to(np.ldexp(number.tangent[0, :, :, 0], exponent), (2, 2))


@pytest.mark.parametrize("careful", [False, True])
def test_the_rules_of_calculus(careful) -> None:
    p, q = pair(careful)
    tanh = ACTIVATIONS["tanh"]
    x = p.value[:, 0], q.value[:, 0]
    inside = x[0] * x[1] - 3.0 * x[0]
    found = (p * q - 3.0 * p).through(tanh) + np.array([[1.0], [2.0]]) * q + 1.0
    slope = tanh.derivative(inside)
    expected = np.tanh(inside) + np.array([1.0, 2.0]) * x[1] + 1.0
    np.testing.assert_allclose(found.value[:, 0], expected)
    of_p, of_q = slope * (x[1] - 3.0), slope * x[0] + np.array([1.0, 2.0])
    np.testing.assert_allclose(slopes(found), [of_p, of_q])


def test_derivatives_past_a_double_come_back() -> None:
    p, q = pair(careful=True)
    steep = p
    for _ in range(5):
        steep = steep * 1e-200
    for _ in range(5):
        steep = steep * 1e200
    np.testing.assert_allclose(slopes(steep + q), np.ones((2, 2)), rtol=1e-12)
    plain, _ = pair(careful=False)
    assert not (plain * 1e-200 * 1e-200).tangent.any()


def test_a_constant_from_here_on() -> None:
    p, q = pair(careful=False)
    product = p * q
    assert not product.without(0).tangent.any()
    assert product.tangent.any()
