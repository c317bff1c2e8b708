"""The largest eigenvalue by powers, its proof, and what happens where there is none."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from unrolled.engine.numbers.largest import largest_eigenvalues


def grams_of(values: Any, seed: int) -> Any:
    """Matrices with these eigenvalues (n, m)."""
    size = values.shape[1]
    random = np.random.default_rng(seed)
    turns = np.linalg.qr(random.normal(size=(len(values), size, size)))[0]
    half = turns * np.sqrt(values)[:, np.newaxis]
    return half @ half.mT


@draws(25)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([1, 2, 23, 24, 48, 64, 100]),
    power=st.sampled_from([-60, 0, 60]),
    ratio=st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999999, 1.0]),
    rest=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_any_gap(seed: int, size: int, power: int, ratio: float, rest: float) -> None:
    """One direction far above all others, just above, not above, or all the same."""
    random = np.random.default_rng(seed)
    values = ratio * random.uniform(rest, 1.0, (6, size))
    values[:, :2], values[:, 0] = ratio, 1.0
    found = largest_eigenvalues(10.0**power * grams_of(values, seed))
    assert found == pytest.approx(np.full(6, 10.0**power), rel=2e-13)


def test_against_extended_precision() -> None:
    halves = np.random.default_rng(3).normal(size=(2, 48, 48))
    found = largest_eigenvalues(halves.mT @ halves)
    for one, value in zip(halves, found, strict=True):
        with mp.workdps(40):
            matrix = mp.matrix(one.tolist())
            exact = max(mp.eigsy(matrix.T * matrix, eigvals_only=True))
        assert value == pytest.approx(float(exact), rel=1e-13)


def refused(matrices: Any) -> Any:
    raise AssertionError(f"{len(matrices)} matrices are decomposed")


@pytest.mark.parametrize(("size", "ratio"), [(64, 0.5), (32, 0.85)])
def test_no_matrix_is_decomposed_where_one_direction_leads(
    size: int, ratio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of small ones also where no square of another is far below: their powers are looked at."""
    monkeypatch.setattr(np.linalg, "eigvalsh", refused)
    values = ratio ** np.arange(float(size))
    found = largest_eigenvalues(grams_of(np.tile(values, (5, 1)), 0))
    assert found == pytest.approx(np.ones(5), rel=1e-13)


def test_only_what_has_no_leading_direction_is_decomposed(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, eigvalsh = [], np.linalg.eigvalsh

    def seen(matrices: Any) -> Any:
        sizes.append(len(matrices))
        return eigvalsh(matrices)

    monkeypatch.setattr(np.linalg, "eigvalsh", seen)
    values = np.tile(0.5 ** np.arange(64.0), (5, 1))
    values[1], values[3] = 1.0, np.linspace(1.0, 0.9, 64)
    found = largest_eigenvalues(grams_of(values, 0))
    assert found == pytest.approx(np.ones(5), rel=1e-13)
    assert sizes == [2]


@pytest.mark.parametrize("others", [30, 48])
def test_a_start_that_sees_nothing_of_it_is_found_out(others: int) -> None:
    """The column of the largest G_ii has no part of the largest direction: ρ = 2.9, λ_max = 3."""
    blind = np.diag(np.concatenate(([2.9], np.zeros(others))))
    blind[1:, 1:] = 3.0 / others
    assert largest_eigenvalues(blind[np.newaxis]) == pytest.approx([3.0], rel=1e-14)


def test_a_matrix_of_zeros_beside_another() -> None:
    pair = np.stack((np.zeros((30, 30)), np.diag(0.5 ** np.arange(30.0))))
    assert largest_eigenvalues(pair) == pytest.approx([0.0, 1.0], abs=0.0, rel=1e-13)
