"""Norms and logarithms against mpmath, from 1e-3000 to 1e+3000."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from unrolled.engine import Scaled
from unrolled.engine.numbers.magnitude import align, holds_tiny

LOG2 = float(np.log10(2.0))


def exact_log10(row: Any, exponent: int) -> float:
    with mp.workdps(50):
        total = mp.fsum(mp.mpf(float(value)) ** 2 for value in np.ravel(row))
        return float(mp.log10(total) / 2 + exponent * mp.log10(2)) if total else float("nan")


@draws(150)
@given(
    rows=st.lists(
        st.lists(st.floats(-1e308, 1e308), min_size=3, max_size=3), min_size=1, max_size=4
    ),
    shift=st.integers(-12_000, 12_000),
)
def test_any_numbers_at_any_exponent(rows: list[list[float]], shift: int) -> None:
    values = np.array(rows)
    exponents = np.arange(len(rows)) * 7 + shift
    magnitudes = Scaled(values, exponents).magnitudes()
    only_log10 = Scaled(values, exponents).log10_norms()
    for n, (row, exponent) in enumerate(zip(values, exponents, strict=True)):
        exact = exact_log10(row, int(exponent))
        for got in (magnitudes.log10_norm[n], only_log10[n]):
            if np.isnan(exact):
                assert np.isnan(got)
            else:
                assert got == pytest.approx(exact, rel=1e-14, abs=1e-13)
        if np.isnan(exact):
            assert magnitudes.norm[n] == 0.0
        elif exact > 308.3 or exact < -324:
            assert np.isnan(magnitudes.norm[n])
        elif -307 < exact < 308:
            assert magnitudes.norm[n] == pytest.approx(10.0**exact, rel=1e-12)


@pytest.mark.parametrize("power", [-300, -200, -155, -100, 0, 100, 153, 200, 300])
def test_squares_that_a_double_cannot_hold(power: int) -> None:
    norm = Scaled.ordinary(np.array([[3.0, 4.0]]) * 10.0**power).magnitudes()
    assert norm.norm[0] == pytest.approx(5.0 * 10.0**power, rel=1e-15)
    assert norm.log10_norm[0] == pytest.approx(np.log10(5.0) + power, rel=1e-15)


@pytest.mark.parametrize("log10", [-3000.0, -1505.0, -400.0, 400.0, 1505.0, 5000.0])
def test_what_a_double_cannot_hold_still_has_a_logarithm(log10: float) -> None:
    exponent = round(log10 / LOG2)
    norm = Scaled(np.array([[1.0, 0.0]]), np.array([exponent])).magnitudes()
    assert np.isnan(norm.norm[0])
    assert norm.log10_norm[0] == pytest.approx(exponent * LOG2, rel=1e-15)
    plain = Scaled(np.array([[-1.0, 0.0]]), np.array([exponent])).unscaled()
    assert plain[0].tolist() == ([-np.inf, 0.0] if log10 > 0 else [-0.0, 0.0])


def test_a_number_too_small_for_full_precision_is_still_said() -> None:
    norm = Scaled.ordinary(np.array([[5e-324, 0.0]])).magnitudes()
    assert norm.norm[0] == 5e-324
    assert norm.log10_norm[0] == pytest.approx(-323.3062153431158, rel=1e-14)


def test_zero_infinity_and_nan() -> None:
    values = np.array([[0.0, -0.0], [np.inf, 1.0], [-np.inf, np.inf], [np.nan, 1.0], [1.0, 0.0]])
    with np.errstate(all="raise", under="ignore"):
        norm = Scaled.ordinary(values).magnitudes()
        logs = Scaled.ordinary(values).log10_norms()
    assert norm.norm[0] == 0.0
    assert np.isnan(norm.log10_norm[0])
    assert norm.log10_norm[1:3].tolist() == [np.inf, np.inf]
    assert np.isnan(norm.norm[1:4]).all()
    assert np.isnan(norm.log10_norm[3])
    assert (norm.norm[4], norm.log10_norm[4]) == (1.0, 0.0)
    np.testing.assert_array_equal(logs, norm.log10_norm)


def test_a_row_in_range_is_untouched_by_a_row_outside() -> None:
    values = np.array([[3e-200, 4e-200], [0.3, 0.4], [3e200, 4e200], [0.0, 0.0]])
    magnitudes = Scaled.ordinary(values).magnitudes()
    np.testing.assert_allclose(magnitudes.norm, [5e-200, 0.5, 5e200, 0.0], rtol=1e-15)
    np.testing.assert_allclose(
        magnitudes.log10_norm[:3], np.log10(5.0) + np.array([-200, -1, 200]), rtol=1e-15
    )


def test_every_axis_but_the_first_is_one_vector() -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    expected = [np.linalg.norm(values[0]), np.linalg.norm(values[1])]
    np.testing.assert_allclose(Scaled.ordinary(values).magnitudes().norm, expected, rtol=1e-15)


@draws(60)
@given(
    powers=st.lists(st.integers(-900, 900), min_size=2, max_size=5),
    always=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_aligning_keeps_the_sum(powers: list[int], always: bool, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(len(powers), 3))
    aligned, top = align(values, np.array(powers), always=always)
    with mp.workdps(400):
        for k in range(3):
            terms = [
                mp.mpf(float(v)) * mp.mpf(2) ** p for v, p in zip(values[:, k], powers, strict=True)
            ]
            exact = mp.fsum(terms)
            scale = max(abs(term) for term in terms)
            got = mp.mpf(float(aligned[:, k].sum())) * mp.mpf(2) ** top
            assert abs(got - exact) <= 4e-16 * scale, f"{mp.nstr(got, 20)} for {mp.nstr(exact, 20)}"


def test_aligning_zeros() -> None:
    aligned, _ = align(np.zeros((3, 2)), np.array([5, -700, 0]))
    assert not aligned.any()
    aligned, top = align(np.array([[0.0], [1.0]]), np.array([9000, -9000]))
    assert np.ldexp(aligned[1, 0], top + 9000) == 1.0
    assert aligned[0, 0] == 0.0


@pytest.mark.parametrize("at", [0, 16_383, 16_384, 40_000])
def test_a_tiny_number_is_found_wherever_it_stands(at: int) -> None:
    values = np.ones((40_001, 1))
    assert not holds_tiny(values, -values)
    values[at] = 0.0
    assert not holds_tiny(values)
    values[at] = -1e-60
    assert holds_tiny(np.ones(3), values)
