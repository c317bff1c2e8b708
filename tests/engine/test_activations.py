"""f and f′ against mpmath, where they bend and where they saturate."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from unrolled.app.notation import math
from unrolled.engine import ACTIVATIONS
from unrolled.engine.numbers.gaussian import density, mills

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
    "softsign": (lambda a: a / (1 + abs(a)), lambda a: 1 / (1 + abs(a)) ** 2),
    "leaky-relu": (
        lambda a: max(a, mp.mpf(0.01) * a),
        lambda a: mp.mpf(1 if a > 0 else 0.01),
    ),
    "gelu": (lambda a: a * mp.ncdf(a), lambda a: mp.ncdf(a) + a * mp.npdf(a)),
}
LEAST = mp.mpf("1e-300")
"""What is smaller is below the numbers that a double holds in full."""


def test_every_activation_is_proved() -> None:
    assert set(ACTIVATIONS) == set(EXACT)


def relative_error(got: float, exact: mp.mpf) -> float:
    return float(abs(mp.mpf(got) - exact) / max(abs(exact), LEAST)) if exact else abs(got)


@pytest.mark.parametrize("name", EXACT)
@draws(100)
@given(
    a=st.one_of(
        st.sampled_from(BOTH_SIDES.tolist()), st.floats(-300.0, 300.0), st.floats(-40.0, 9.0)
    )
)
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
    near = np.append(np.linspace(-5.0, 5.0, 100_001), np.sqrt(2.0))
    slopes = np.abs(ACTIVATIONS[name].derivative(near))
    assert slopes.max() <= ACTIVATIONS[name].bound * (1.0 + 1e-15)
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


@pytest.mark.parametrize("apart", [0.0, 1e-16, 1e-12, -1e-9, 1e-5, -1e-3, 0.19, 0.21, -0.2])
def test_gelu_keeps_its_digits_where_its_slope_is_zero(apart: float) -> None:
    """Φ(a) and −a φ(a) are nearly equal there; also on both sides of where the series ends."""
    a = -0.7517915246935645 + apart
    with mp.workdps(60):
        exact = mp.ncdf(mp.mpf(a)) + mp.mpf(a) * mp.npdf(mp.mpf(a))
        got = float(ACTIVATIONS["gelu"].derivative(np.array([a]))[0])
        assert relative_error(got, exact) < 1e-15, (got, mp.nstr(exact, 20))


def test_the_series_of_the_mills_ratio_is_what_it_says() -> None:
    """(1 + x) Φ(−x)/φ(x), whose terms in the code are not copied from anywhere."""
    x = np.concatenate((np.linspace(0.0, 8.0, 401), np.geomspace(8.0, 40.0, 60)))
    with mp.workdps(40):
        exact = [float(mp.ncdf(-mp.mpf(v)) / mp.npdf(mp.mpf(v))) for v in x.tolist()]
        heights = [float(mp.npdf(mp.mpf(v))) for v in x.tolist()]
    np.testing.assert_allclose(mills(x), exact, rtol=4e-16)
    np.testing.assert_allclose(density(x), heights, rtol=8e-16, atol=1e-300)
    np.testing.assert_array_equal(density(-x), density(x))


@pytest.mark.parametrize("name", EXACT)
def test_a_row_says_everything(name: str) -> None:
    """Its words, its formulas as MathML, and where its slope jumps."""
    row = ACTIVATIONS[name]
    assert row.label
    assert bool(row.saturation) == bool(row.state) == (row.saturated is not None)
    assert row.prime == (f"{row.symbol}′" if row.symbol else "")
    for formula in (row.formula, row.slope):
        assert str(math(formula)).startswith("<math")
    for kink in row.kinks:
        below, above = row.derivative(np.array([kink - 1e-9, kink + 1e-9]))
        assert abs(below - above) > 0.5
    points = np.linspace(-3.0, 3.0, 6001)
    jumps = np.flatnonzero(np.abs(np.diff(row.derivative(points))) > 0.01)
    assert len(jumps) == len(row.kinks)


def test_relu_passes_nothing_at_zero() -> None:
    assert ACTIVATIONS["relu"].derivative(np.array([0.0, -0.0])).tolist() == [0.0, 0.0]
    assert ACTIVATIONS["leaky-relu"].derivative(np.array([0.0, -0.0])).tolist() == [0.01, 0.01]
