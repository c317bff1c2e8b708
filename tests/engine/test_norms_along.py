"""Norms of Jacobians and of their products, for any cell, block by block."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from tests.engine.reference.chains import diagonal_chain, gru_chain, jacobians_of, lstm_chain
from tests.engine.reference.compare import close
from unrolled.engine import spectrum
from unrolled.engine.analysis.spectrum import log10_spectral_norms, norms_along
from unrolled.engine.numbers.jacobians import Chain


def drawn_chain(kind: str, random: Any, count: int, width: int) -> Chain:
    gates = random.uniform(0.05, 0.95, (8, count, width))
    if kind == "lstm":
        i, f, g, o, before, after = gates[:6]
        return lstm_chain((i, f, g, o), before, after, random.normal(size=(4 * width, width)))
    if kind == "gru":
        r, z, n, hn, h = gates[:5]
        return gru_chain((r, z, n), hn, h, random.normal(size=(3 * width, width)))
    return diagonal_chain(gates[0], random.normal(size=(width, width)))


def log10_norms(matrices: list[Any]) -> Any:
    return np.log10([np.linalg.svd(one, compute_uv=False)[0] for one in matrices])


@pytest.mark.parametrize("kind", ["simple", "lstm", "gru"])
@draws(20)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40), width=st.integers(1, 5))
def test_any_cell_by_multiplying(kind: str, seed: int, count: int, width: int) -> None:
    chain = drawn_chain(kind, np.random.default_rng(seed), count, width)
    single, product, cell = norms_along(chain)
    jacobians, running = jacobians_of(chain), np.eye(chain.size)
    products: list[Any] = []
    for one in jacobians[::-1]:
        running = running @ one
        products.insert(0, running)
    h, c = slice(0, width), slice(width, None)
    close("‖∂h_{t+1}/∂h_t‖", single, log10_norms([one[h, h] for one in jacobians]), 0.0, 1e-11)
    close("‖∂h_T/∂h_t‖", product, log10_norms([one[h, h] for one in products]), 0.0, 1e-8)
    if kind == "lstm":
        assert cell is not None
        close("‖∂c_T/∂c_t‖", cell, log10_norms([one[c, c] for one in products]), 0.0, 1e-8)
    else:
        assert cell is None


@pytest.mark.parametrize("kind", ["simple", "lstm", "gru"])
@pytest.mark.parametrize("length", [1, 2, 3, 16, 17, 50, 1000])
def test_blocks_do_not_matter(kind: str, length: int) -> None:
    chain = drawn_chain(kind, np.random.default_rng(3), 101, 4)
    for one, other in zip(norms_along(chain), norms_along(chain, length), strict=True):
        if one is None or other is None:
            assert one is other
        else:
            close("log10", one, other, 0.0, 1e-11)


@draws(60)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 8),
    power=st.sampled_from([-300, -160, -40, 0, 40, 160, 300]),
    steep=st.sampled_from([0.0, 0.5, 3.0, 6.5, 7.0, 9.0]),
)
def test_spectral_norms_to_the_last_digits(seed: int, size: int, power: int, steep: float) -> None:
    """Singular values 10^(−steep k): the two bounds meet, nearly meet, or lie far apart."""
    random = np.random.default_rng(seed)
    left, right = (np.linalg.qr(random.normal(size=(7, size, size)))[0] for _ in range(2))
    values = random.uniform(0.5, 1.0, 7)[:, np.newaxis] * 10.0 ** (-steep * np.arange(size))
    found = log10_spectral_norms(10.0**power * ((left * values[:, np.newaxis]) @ right))
    close("log10 σ_max", found, power + np.log10(values[:, 0]), 0.0, 3e-13)


def test_two_equal_directions_and_none() -> None:
    found = log10_spectral_norms(np.array([np.eye(3), np.zeros((3, 3)), np.full((3, 3), 1e-200)]))
    assert found[0] == pytest.approx(0.0, abs=1e-14)
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(np.log10(3.0) - 200.0, rel=1e-14)


def test_a_scalar_chain() -> None:
    found = spectrum(np.array([[0.9]]), diagonal_chain(np.ones((60, 1)), np.array([[0.9]])))
    close("w^(T−t)", found.product_log10_norm, np.log10(0.9) * np.arange(60, 0, -1), 1e-14)
    close("|w|", found.jacobian_log10_norm, np.full(60, np.log10(0.9)), 1e-13)
    assert found.singular_values.tolist() == pytest.approx([0.9], rel=1e-15)
    assert found.cell_product_log10_norm is None


def test_orthogonal_weights_keep_every_norm() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))
    found = spectrum(turn, diagonal_chain(np.ones((500, 8)), turn))
    close("σ", found.singular_values, np.ones(8), 1e-14)
    close("products", found.product_log10_norm, np.zeros(500), 0.0, 1e-12)


def test_growth_before_decay() -> None:
    """ρ = 0.9, and yet a product grows more than twentyfold on its way to nothing."""
    R = np.array([[0.9, 6.0], [0.0, 0.9]])
    found = spectrum(R, diagonal_chain(np.ones((400, 2)), R))
    norms = 10.0 ** found.product_log10_norm[::-1]
    k = np.arange(1, 401)
    powers = [np.array([[0.9**n, n * 0.9 ** (n - 1) * 6.0], [0.0, 0.9**n]]) for n in k]
    close("log10", np.log10(norms), log10_norms(powers), 0.0, 1e-11)
    assert norms.max() > 20.0
    assert norms[-1] < 1e-13
    assert found.spectral_radius == pytest.approx(0.9)
    assert found.singular_values[0] == found.spectral_norm > 6.0


@pytest.mark.parametrize("decades", [-1505.0, 2000.0])
def test_far_outside_a_double(decades: float) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))
    R = 10.0 ** (decades / 500.0) * turn
    _, product, _ = norms_along(diagonal_chain(np.ones((500, 4)), R))
    close("log10", product, decades * np.arange(500, 0, -1) / 500.0, 1e-13)


def test_a_cell_that_forgets_nothing() -> None:
    """f = 1, everything else shut: c passes whole, h not at all."""
    zero, one = np.zeros((30, 3)), np.ones((30, 3))
    chain = lstm_chain((zero, one, zero, zero), zero, zero, np.ones((12, 3)))
    single, product, cell = norms_along(chain)
    assert np.isnan(single).all()
    assert np.isnan(product).all()
    assert cell is not None
    close("∂c_T/∂c_t", cell, np.zeros(30), 0.0, 1e-14)


def test_what_a_group_would_lose_is_kept() -> None:
    """The large direction dies at the last step: the small one, 1e-25 a step, is all there is."""
    slopes = np.ones((400, 2))
    slopes[-1, 0] = 0.0
    _, product, _ = norms_along(diagonal_chain(slopes, np.diag([1.0, 1e-25])))
    close("log10", product, -25.0 * np.arange(400, 0, -1), 1e-13)


@draws(15)
@given(seed=st.integers(0, 2**32 - 1), least=st.sampled_from([0.5, 1e-6, 1e-30]))
def test_products_against_mpmath(seed: int, least: float) -> None:
    random = np.random.default_rng(seed)
    slopes, R = 10.0 ** random.uniform(np.log10(least), 0.0, (25, 3)), random.normal(size=(3, 3))
    _, product, _ = norms_along(diagonal_chain(slopes, R))
    with mp.workdps(300):
        running = mp.eye(3)
        for t in range(24, -1, -1):
            running = running * mp.diag([*slopes[t]]) * mp.matrix(R.tolist())
            exact = mp.log10(mp.svd_r(running, compute_uv=False)[0])
            assert product[t] == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
