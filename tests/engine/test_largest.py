"""The largest singular value by Lanczos, its proofs, and what happens where neither holds."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from unrolled.engine.numbers import largest
from unrolled.engine.numbers.largest import largest_squares


def drawn_with(values: Any, seed: int) -> Any:
    """Matrices with these squares of singular values (n, m)."""
    size = values.shape[1]
    random = np.random.default_rng(seed)
    turns = np.linalg.qr(random.normal(size=(len(values), size, size)))[0]
    return np.sqrt(values)[:, :, np.newaxis] * turns.mT


@draws(25)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([1, 2, 23, 24, 48, 64, 100]),
    power=st.sampled_from([-30, 0, 30]),
    ratio=st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999999, 1.0]),
    rest=st.sampled_from([0.0, 0.3, 1.0]),
    leads=st.booleans(),
)
def test_any_gap(seed: int, size: int, power: int, ratio: float, rest: float, leads: bool) -> None:
    """One direction far above all others, just above, not above, or all the same."""
    random = np.random.default_rng(seed)
    values = ratio * random.uniform(rest, 1.0, (6, size))
    values[:, :2], values[:, 0] = ratio, 1.0
    found = largest_squares(10.0**power * drawn_with(values, seed), leads=leads)
    assert found == pytest.approx(np.full(6, 100.0**power), rel=2e-13)


def test_against_extended_precision() -> None:
    matrices = np.random.default_rng(3).normal(size=(2, 32, 32))
    matrices[1, 0] *= 20.0
    exact = []
    for one in matrices:
        with mp.workdps(40):
            matrix = mp.matrix(one.tolist())
            exact.append(float(max(mp.eigsy(matrix.T * matrix, eigvals_only=True))))
    for leads in (False, True):
        assert largest_squares(matrices, leads=leads) == pytest.approx(exact, rel=1e-13)


@pytest.fixture
def decomposed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many matrices were decomposed at once; those of Lanczos' steps are smaller than 24."""
    sizes, eigvalsh = [], np.linalg.eigvalsh

    def seen(matrices: Any) -> Any:
        if matrices.shape[1] >= 24:
            sizes.append(len(matrices))
        return eigvalsh(matrices)

    monkeypatch.setattr(np.linalg, "eigvalsh", seen)
    return sizes


@pytest.mark.parametrize(("size", "ratio"), [(64, 0.5), (32, 0.85), (64, 0.93)])
@pytest.mark.parametrize("leads", [False, True])
def test_no_matrix_is_decomposed_where_there_is_a_gap(
    size: int, ratio: float, leads: bool, decomposed: list[int]
) -> None:
    values = ratio ** np.arange(float(size))
    found = largest_squares(drawn_with(np.tile(values, (5, 1)), 0), leads=leads)
    assert found == pytest.approx(np.ones(5), rel=1e-13)
    assert not decomposed


def test_nothing_else_is_looked_for_where_one_direction_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(np.linalg, "cholesky", None)
    values = 0.3 ** np.arange(64.0)
    found = largest_squares(drawn_with(np.tile(values, (5, 1)), 0), leads=True)
    assert found == pytest.approx(np.ones(5), rel=1e-13)


@pytest.mark.parametrize("leads", [False, True])
def test_only_what_is_not_proven_is_decomposed(leads: bool, decomposed: list[int]) -> None:
    """Two of them have nothing that leads: their 64 values lie between 0.999 and 1."""
    values = np.tile(0.5 ** np.arange(64.0), (5, 1))
    values[1] = values[3] = np.linspace(1.0, 0.999, 64)
    found = largest_squares(drawn_with(values, 0), leads=leads)
    assert found == pytest.approx(np.ones(5), rel=1e-13)
    assert decomposed == [2]


def test_where_most_are_as_good_as_equal_none_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, decomposed: list[int]
) -> None:
    monkeypatch.setattr(np.linalg, "cholesky", None)
    values = np.tile(np.linspace(1.0, 0.3, 64), (5, 1))
    found = largest_squares(drawn_with(values, 0))
    assert found == pytest.approx(np.ones(5), rel=1e-13)
    assert decomposed == [5]


@pytest.mark.parametrize("leads", [False, True])
@pytest.mark.parametrize("size", [24, 64, 128])
def test_a_start_that_sees_nothing_of_it_is_found_out(
    size: int, leads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first direction has no part of the largest one: θ = 2.9, λ_max = 3."""
    monkeypatch.setattr(largest, "drawn", lambda *_: np.eye(size)[0])
    blind = np.diag(np.sqrt([2.9, *[3.0] * (size - 1)]))[np.newaxis]
    assert largest_squares(blind, leads=leads) == pytest.approx([3.0], rel=1e-14)
    blind[0, range(2, size), range(2, size)] = 0.0
    assert largest_squares(blind, leads=leads) == pytest.approx([3.0], rel=1e-14)


@pytest.mark.parametrize("leads", [False, True])
def test_a_matrix_of_zeros_beside_another(leads: bool) -> None:
    pair = np.stack((np.zeros((30, 30)), np.diag(0.5 ** np.arange(30.0))))
    assert largest_squares(pair, leads=leads) == pytest.approx([0.0, 1.0], abs=0.0, rel=1e-13)


@pytest.mark.parametrize("below", [1.0, 1e-3, 1e-7, 1e-9, 1e-12, 0.0])
def test_two_values_and_whatever_lies_below(below: float) -> None:
    """Lanczos ends after as many steps as there are different values, or nearly so."""
    values = np.full((3, 40), 0.25 * below)
    values[:, 0], values[:, 1] = 1.0, 0.5
    found = largest_squares(drawn_with(values, 5), leads=True)
    assert found == pytest.approx(np.ones(3), rel=1e-13)


@pytest.mark.parametrize("top", [0.5, 0.7])
def test_steps_that_have_not_come_near_enough_prove_nothing(top: float) -> None:
    """What is left of the trace is small, and the largest value is still on its way."""
    values = np.zeros((4, 64))
    values[:, 0], values[:, 1:11] = 1.0, np.linspace(0.01 * top, top, 10)
    found = largest_squares(drawn_with(values, 6), leads=True)
    assert found == pytest.approx(np.ones(4), rel=2e-13)


def test_a_second_copy_of_a_direction_takes_nothing_from_the_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """0.9 is found at once, and comes again where rounding is let grow; 1 is never seen."""
    start = np.random.default_rng(0).normal(size=64)
    start[0] = 0.0
    monkeypatch.setattr(largest, "drawn", lambda *_: start)
    values = np.concatenate(([1.0, 0.9], np.linspace(1e-3, 0.0, 62)))
    found = largest_squares(np.diag(np.sqrt(values))[np.newaxis], leads=True)
    assert found == pytest.approx([1.0], rel=1e-14)


@pytest.mark.parametrize(("off", "other"), [(1e-4, 0.5), (0.9e-8, 1.0 - 1e-12)])
def test_a_direction_that_is_hardly_coupled(
    off: float, other: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that counts, and one that is left out but lies too near to prove anything without it."""
    monkeypatch.setattr(largest, "drawn", lambda *_: np.eye(64)[0])
    matrix = np.zeros((1, 64, 64))
    matrix[0, :2, :2] = np.linalg.cholesky(np.array([[1.0, off], [off, other]])).T
    half = (1.0 - other) / 2.0
    expected = 1.0 - half + np.hypot(half, off)
    assert largest_squares(matrix, leads=True) == pytest.approx([expected], rel=1e-14)
