"""Lyapunov exponents against closed forms, determinants, and one decomposition a step."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from tests.engine.reference.chains import diagonal_chain, gru_chain
from tests.engine.reference.compare import close
from unrolled.engine.analysis import lyapunov
from unrolled.engine.analysis.lyapunov import first_frame, followed, lyapunov_exponents
from unrolled.engine.numbers.jacobians import Chain


def linear(R: Any, count: int) -> Chain:
    R = np.array(R, dtype=np.float64)
    return diagonal_chain(np.ones((count, len(R))), R)


def stepwise(chain: Chain) -> Any:
    """The definition, one decomposition a step."""
    frame = first_frame(chain, chain.size, 1000)
    logs = np.zeros(len(frame))
    matrices, shifts = chain.block(0, chain.count)
    for one in np.ldexp(matrices, shifts[:, np.newaxis, np.newaxis]):
        frame, upper = np.linalg.qr(one @ frame)
        logs += np.log(np.abs(np.diag(upper)))
    return np.sort(logs / chain.count)[::-1]


def of_the_product(chain: Chain) -> Any:
    """(1/(T − 1)) ln σ_k of all Jacobians multiplied, in extended precision."""
    matrices, shifts = chain.block(0, chain.count)
    with mp.workdps(60 + 40 * chain.count):
        product = mp.eye(chain.size)
        for matrix, shift in zip(matrices, shifts, strict=True):
            product = mp.matrix(matrix.tolist()) * mp.mpf(2) ** int(shift) * product
        values = mp.svd_r(product, compute_uv=False)
        return np.array([float(mp.log(value) / chain.count) for value in values])


@pytest.mark.parametrize("w", [0.9, -0.9, 1.7, 1e-300, 1e300])
@pytest.mark.parametrize("count", [1, 2, 77])
def test_one_unit(w: float, count: int) -> None:
    assert lyapunov_exponents(linear([[w]], count)) == pytest.approx([np.log(abs(w))], rel=1e-13)


@pytest.mark.parametrize("size", [2, 5, 16])
def test_a_rotation_keeps_every_direction(size: int) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(size).normal(size=(size, size)))
    found = lyapunov_exponents(linear(turn, 300))
    close("λ", found, np.zeros(size), 0.0, floor=1e-13)


def test_a_triangle_has_its_diagonal() -> None:
    chain = linear([[0.5, 40.0], [0.0, 0.8]], 200)
    found = lyapunov_exponents(chain)
    assert found == pytest.approx(np.log([0.8, 0.5]), rel=0.15)
    assert found.sum() == pytest.approx(np.log(0.4), rel=1e-13)
    assert found == pytest.approx(of_the_product(chain), rel=1e-12)


@pytest.mark.parametrize("w", [1e-30, 1e30])
def test_far_outside_a_double(w: float) -> None:
    found = lyapunov_exponents(linear([[w, 0.0], [0.0, w / 2.0]], 500))
    assert found == pytest.approx(np.log([w, w / 2.0]), rel=1e-13)


@draws(30)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(2, 6),
    count=st.integers(1, 90),
    least=st.sampled_from([0.5, 0.05]),
)
def test_draws_agree_with_one_decomposition_a_step(
    seed: int, size: int, count: int, least: float
) -> None:
    random = np.random.default_rng(seed)
    slopes, R = random.uniform(least, 1.0, (count, size)), random.normal(size=(size, size))
    chain = diagonal_chain(slopes, R)
    found = lyapunov_exponents(chain)
    close("λ", found, stepwise(chain), 1e-8)
    total = np.log(slopes).sum() / count + np.linalg.slogdet(R)[1]
    assert found.sum() == pytest.approx(total, rel=1e-9, abs=1e-9)


def test_several_at_once_is_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    chain = diagonal_chain(random.uniform(0.5, 1.0, (400, 6)), random.normal(size=(6, 6)))
    calls, qr = [0], np.linalg.qr

    def counted(matrix: Any) -> Any:
        calls[0] += 1
        return qr(matrix)

    monkeypatch.setattr(np.linalg, "qr", counted)
    several = lyapunov_exponents(chain)
    assert calls[0] < 200
    monkeypatch.setattr(lyapunov, "_CANCELLED", np.inf)
    calls[0] = 0
    close("λ", several, lyapunov_exponents(chain), 1e-10)
    assert calls[0] >= 400


def test_saturated_units_against_mpmath() -> None:
    """Rows 1e-25 apart: decompositions of unsorted rows would see rounding alone."""
    random = np.random.default_rng(2)
    R, count = random.normal(size=(3, 3)), 12
    slopes = np.array([1e-25, 1.0, 1e-12]) * random.uniform(0.5, 1.0, (count, 3))
    found = lyapunov_exponents(diagonal_chain(slopes, R))
    chain = diagonal_chain(slopes, R)
    with mp.workdps(400):
        frame, logs = mp.matrix(first_frame(chain, 3, 1000).tolist()), [mp.mpf(0)] * 3
        for t in range(count):
            frame, upper = mp.qr(mp.diag([*slopes[t]]) * mp.matrix(R.tolist()) * frame)
            logs = [log + mp.log(abs(upper[k, k])) for k, log in enumerate(logs)]
        exact = sorted((float(log / count) for log in logs), reverse=True)
    assert found == pytest.approx(exact, rel=1e-9)
    assert found == pytest.approx(of_the_product(chain), rel=1e-4)


def drawn(seed: int, count: int, size: int, least: float = 0.5) -> Chain:
    random = np.random.default_rng(seed)
    return diagonal_chain(
        random.uniform(least, 1.0, (count, size)), random.normal(size=(size, size)) / size**0.5
    )


@pytest.mark.parametrize(("count", "size", "most"), [(30, 12, 5), (60, 12, 1), (250, 30, 8)])
def test_the_leading_ones_are_those_of_all(count: int, size: int, most: int) -> None:
    chain = drawn(3, count, size)
    few = lyapunov_exponents(chain, most)
    assert few.shape == (most,)
    assert few == pytest.approx(lyapunov_exponents(chain)[:most], rel=1e-6)


def test_more_than_there_are_are_all() -> None:
    chain = drawn(4, 20, 5)
    assert lyapunov_exponents(chain, 8).tolist() == lyapunov_exponents(chain).tolist()


def test_no_square_matrix_is_decomposed_for_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes, qr = set(), np.linalg.qr

    def seen(matrix: Any) -> Any:
        shapes.add(matrix.shape)
        return qr(matrix)

    monkeypatch.setattr(np.linalg, "qr", seen)
    lyapunov_exponents(drawn(5, 50, 20), 3)
    assert shapes == {(20, 3)}


@pytest.mark.parametrize("seed", range(4))
def test_they_are_near_what_the_whole_product_does(seed: int) -> None:
    """Nearer than the 0.05 that a frame along the units is away from it."""
    chain = drawn(seed, 30, 8)
    close("λ", lyapunov_exponents(chain, 4), of_the_product(chain)[:4], 0.0, 0.01)


def test_the_order_of_the_units_does_not_matter() -> None:
    """The directions that live longest are those of the last units, and they never mix."""
    slopes = np.ones((60, 12))
    rates = np.linspace(0.2, 0.9, 12)
    found = lyapunov_exponents(diagonal_chain(slopes, np.diag(rates)), 4)
    assert found == pytest.approx(np.log(rates[:-5:-1]), rel=1e-3)


@pytest.mark.parametrize("length", [1, 2, 3, 16, 50, 1000])
def test_blocks_do_not_matter(length: int) -> None:
    random = np.random.default_rng(7)
    r, z, n, hn, h = random.uniform(0.1, 0.9, (5, 133, 4))
    chain = gru_chain((r, z, n), hn, h, random.normal(size=(12, 4)))
    close("λ", lyapunov_exponents(chain, length=length), lyapunov_exponents(chain), 1e-8)


def test_dead_directions_are_nan_and_last() -> None:
    slopes = np.ones((40, 3))
    slopes[20, 1] = 0.0
    found = lyapunov_exponents(diagonal_chain(slopes, np.diag([0.5, 0.7, 0.6])))
    assert found[:2] == pytest.approx(np.log([0.6, 0.5]), rel=1e-12)
    assert np.isnan(found[2])


def test_units_that_die_at_different_steps() -> None:
    """Diagonal: each takes its own direction with it; dense: one direction a step is enough."""
    slopes = np.ones((30, 4))
    slopes[10, 0] = slopes[20, 3] = 0.0
    alone = lyapunov_exponents(diagonal_chain(slopes, np.diag([0.9, 0.8, 0.7, 0.6])))
    assert alone[:2] == pytest.approx(np.log([0.8, 0.7]), rel=1e-7)
    assert np.isnan(alone).tolist() == [False, False, True, True]
    dense = np.random.default_rng(0).normal(size=(4, 4))
    mixed = lyapunov_exponents(diagonal_chain(slopes, dense))
    assert np.isnan(mixed).tolist() == [False, False, False, True]


def test_a_matrix_of_rank_one_keeps_one_direction() -> None:
    u, v = np.random.default_rng(1).normal(size=(2, 6))
    found = lyapunov_exponents(linear(np.outer(u, v), 400))
    first = np.log(np.linalg.norm(u) * np.linalg.norm(v)) + 399 * np.log(abs(u @ v))
    assert found[0] == pytest.approx(first / 400, rel=1e-10)
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_nothing_passes_zeros(size: int) -> None:
    found = lyapunov_exponents(linear(np.zeros((size, size)), 3))
    assert found.shape == (size,)
    assert np.isnan(found).all()


def test_one_step_has_no_exponent() -> None:
    assert lyapunov_exponents(linear(np.eye(3), 0)).shape == (0,)


def test_the_end_of_a_long_wide_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(linear(np.eye(64), 10_000), 64) == 10_000
    assert followed(linear(np.eye(128), 40_000), 128) == 2_384
    assert followed(linear(np.eye(128), 40_000), 8) == 38_146
    monkeypatch.setattr(lyapunov, "_WORK", 5.0 * 2**3)
    slopes = np.concatenate((np.full((20, 2), 0.1), np.full((5, 2), 0.5)))
    chain = diagonal_chain(slopes, np.eye(2))
    assert followed(chain, 2) == 5
    assert lyapunov_exponents(chain) == pytest.approx(np.log([0.5, 0.5]), rel=1e-13)
