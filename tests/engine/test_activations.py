"""f and f′ against mpmath, where they bend and where they saturate."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from unrolled.engine import ACTIVATIONS
from unrolled.engine.choices.activations import closed

POINTS = np.array(
    [
        0.0,
        1e-300,
        1e-17,
        1e-8,
        1e-3,
        0.3,
        1.0,
        2.5,
        7.0,
        19.0,
        20.0,
        36.0,
        37.0,
        100.0,
        299.0,
        300.0,
    ]
)
BOTH_SIDES = np.concatenate((-POINTS[::-1], POINTS))

EXACT: dict[str, tuple[Callable[[mp.mpf], mp.mpf], Callable[[mp.mpf], mp.mpf]]] = {
    "tanh": (mp.tanh, lambda a: mp.sech(a) ** 2),
    "sigmoid": (
        lambda a: 1 / (1 + mp.exp(-a)),
        lambda a: mp.exp(-a) / (1 + mp.exp(-a)) ** 2,
    ),
    "relu": (lambda a: max(a, mp.mpf(0)), lambda a: mp.mpf(1 if a > 0 else 0)),
    "linear": (lambda a: a, lambda a: mp.mpf(1)),
}


def test_every_activation_is_proved() -> None:
    assert set(ACTIVATIONS) == set(EXACT)


def relative_error(got: float, exact: mp.mpf) -> float:
    return float(abs(mp.mpf(got) - exact) / abs(exact)) if exact else abs(got)


@pytest.mark.parametrize("name", EXACT)
@draws(100)
@given(a=st.one_of(st.sampled_from(BOTH_SIDES.tolist()), st.floats(-300.0, 300.0)))
def test_value_and_derivative(name: str, a: float) -> None:
    value, derivative = EXACT[name]
    given_ = np.array([a])
    with mp.workdps(400):
        f, slope = value(mp.mpf(a)), derivative(mp.mpf(a))
        got = float(ACTIVATIONS[name].value(given_)[0])
        got_slope = float(ACTIVATIONS[name].derivative(given_)[0])
        assert relative_error(got, f) < 1e-15, (
            f"{name}({a}): engine {got!r}, exact {mp.nstr(f, 20)}"
        )
        assert relative_error(got_slope, slope) < 2e-15, (
            f"{name}′({a}): engine {got_slope!r}, exact {mp.nstr(slope, 20)}"
        )


@pytest.mark.parametrize("name", EXACT)
def test_the_bound_is_the_supremum(name: str) -> None:
    near = np.linspace(-5.0, 5.0, 100_001)
    slopes = ACTIVATIONS[name].derivative(near)
    assert slopes.max() <= ACTIVATIONS[name].bound
    assert slopes.max() == pytest.approx(ACTIVATIONS[name].bound, rel=1e-15)


@pytest.mark.parametrize("name", EXACT)
def test_writes_into_what_it_is_given(name: str) -> None:
    a = np.linspace(-2.0, 2.0, 6).reshape(2, 3)
    kept, room = a.copy(), np.full_like(a, np.nan)
    ACTIVATIONS[name].value(a, out=room)
    np.testing.assert_array_equal(a, kept)
    np.testing.assert_array_equal(room, ACTIVATIONS[name].value(a))


@pytest.mark.parametrize("name", EXACT)
def test_nothing_overflows_at_the_end_of_a_double(name: str) -> None:
    ends = np.array([-1e308, -1e4, 1e4, 1e308])
    with np.errstate(over="ignore"):  # as unroll does
        assert np.isfinite(ACTIVATIONS[name].value(ends)).all()
        assert np.isfinite(ACTIVATIONS[name].derivative(ends)).all()


def test_relu_passes_nothing_at_zero() -> None:
    assert ACTIVATIONS["relu"].derivative(np.array([0.0, -0.0])).tolist() == [0.0, 0.0]


def test_a_gate_that_is_nearly_open_keeps_the_digits_of_what_it_shuts() -> None:
    """σ(−a) from e = exp(−a) and σ(a), from where e is infinite to where it is below 1e-308."""
    minus_a = np.array([-800.0, -708.0, -40.0, -1.0, 0.0, 1.0, 40.0, 708.0, 709.9, 800.0])
    with np.errstate(over="ignore", under="ignore"):
        e = np.exp(minus_a)
        gate = 1.0 / (1.0 + e)
    found = closed(e, gate, out=np.empty_like(e))
    with mp.workdps(50):
        exact = [float(1 / (1 + mp.exp(-mp.mpf(float(a))))) for a in minus_a]
    np.testing.assert_allclose(found[1:], exact[1:], rtol=1e-14)
    assert found[0] == pytest.approx(exact[0], abs=1e-300)
