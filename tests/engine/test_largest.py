"""The largest eigenvalue by Lanczos, its proof, and what happens where there is none."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from unrolled.engine.numbers import largest
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
    size=st.sampled_from([1, 2, 47, 48, 64, 100]),
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


def test_no_matrix_is_decomposed_where_one_direction_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, eigvalsh = [], np.linalg.eigvalsh

    def seen(matrices: Any) -> Any:
        sizes.append(matrices.shape[-1])
        return eigvalsh(matrices)

    monkeypatch.setattr(np.linalg, "eigvalsh", seen)
    values = 0.5 ** np.arange(64.0)
    found = largest_eigenvalues(grams_of(np.tile(values, (5, 1)), 0))
    assert found == pytest.approx(np.ones(5), rel=1e-13)
    assert max(sizes) <= 16


def test_a_start_that_sees_nothing_of_it_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start has no part of the largest direction: what settles is another, and no proof."""
    start = np.zeros(50)
    start[1:] = 1.0 / 7.0
    monkeypatch.setattr(largest, "_start", lambda size: start)
    one = np.diag(np.concatenate(([3.0, 2.0], np.full(48, 0.1))))
    blind = np.stack((one, np.eye(50)))
    assert largest_eigenvalues(blind) == pytest.approx([3.0, 1.0], rel=1e-14)
