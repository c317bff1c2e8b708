"""Eigenvalues, Jacobians and their products against computing them directly."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import ACTIVATIONS, CELLS, Case, draws, make
from tests.engine.reference.chains import diagonal_chain
from tests.engine.reference.compare import close
from tests.engine.reference.forward import Forward, activate
from unrolled import engine


def spectrum(recurrent: Any, derivative: Any) -> engine.Spectrum:
    """Of R and f′(a_t), (T, B, H)."""
    return engine.spectrum(recurrent, diagonal_chain(derivative[1:, 0], recurrent))


def direct(case: Case) -> tuple[list[Any], list[Any]]:
    """∂h_{t+1}/∂h_t and ∂h_T/∂h_t of the first sample, by complex steps of a forward pass."""
    forward, net = Forward(case), case.network
    p, steps, h = case.parameters, case.sequence.steps, 1e-20
    single = []
    for t in range(1, steps):
        columns = []
        for k in range(net.hidden_size):
            state = forward.h[t][0].astype(complex)
            state[k] += 1j * h
            feedback = p["W_hy"] @ state + p["b_y"] if net.cell == "jordan" else state
            a = p[case.recurrent] @ feedback + p["b_h"]
            if t + 1 in forward.x:
                a = a + p["W_xh"] @ forward.x[t + 1][0]
            columns.append(activate(net.activation, a).imag / h)
        single.append(np.array(columns).T)
    products = [
        np.linalg.multi_dot([np.eye(net.hidden_size), *single[t::][::-1], np.eye(net.hidden_size)])
        for t in range(steps - 1)
    ]
    return single, products


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@draws(5)
@given(data=st.data())
def test_jacobians_by_complex_steps(data: st.DataObject, cell: str, activation: str) -> None:
    case = make(
        cell,
        activation=activation,
        sizes=(2, data.draw(st.integers(1, 5), label="H"), 3),
        steps=data.draw(st.integers(1, 8), label="T"),
        batch=data.draw(st.integers(1, 2), label="B"),
        seed=data.draw(st.integers(0, 2**32 - 1), label="seed"),
    )
    found = case.flow().spectrum
    assert found is not None
    single, products = direct(case)
    for what, got, matrices in (
        ("‖∂h_{t+1}/∂h_t‖", found.jacobian_log10_norm, single),
        ("‖∂h_T/∂h_t‖", found.product_log10_norm, products),
    ):
        expected = np.array([np.linalg.norm(matrix, 2) for matrix in matrices])
        assert got.shape == expected.shape
        close(what, np.nan_to_num(10.0**got, nan=0.0), expected, 1e-12, 1e-15)


@pytest.mark.parametrize("cell", CELLS)
@draws(10)
@given(seed=st.integers(0, 2**32 - 1), hidden=st.integers(1, 7))
def test_eigenvalues_by_their_equation(cell: str, seed: int, hidden: int) -> None:
    case = make(cell, sizes=(1, hidden, 3), steps=2, seed=seed)
    p = case.parameters
    recurrent = p["W_yh"] @ p["W_hy"] if cell == "jordan" else p["W_hh"]
    found = case.flow().spectrum
    assert found is not None
    values = found.eigenvalues[:, 0] + 1j * found.eigenvalues[:, 1]
    assert found.eigenvalues.shape == (hidden, 2)
    assert (np.diff(np.abs(values)) < 1e-9).all(), "the largest modulus comes first"
    assert found.spectral_radius == pytest.approx(np.abs(values).max(), rel=1e-12)
    assert found.spectral_norm == pytest.approx(np.linalg.norm(recurrent, 2), rel=1e-12)
    scale = found.spectral_norm
    for value in values:
        gap = np.linalg.svd(recurrent - value * np.eye(hidden), compute_uv=False)[-1]
        assert gap < 1e-13 * scale, f"{value} is no eigenvalue: {gap}"
    assert values.sum() == pytest.approx(np.trace(recurrent), abs=1e-12 * scale * hidden)


def test_a_rotation_has_a_conjugate_pair() -> None:
    turn = np.array([[0.0, -2.0], [2.0, 0.0]])
    found = spectrum(turn, np.ones((3, 1, 2)))
    assert sorted(found.eigenvalues[:, 1].tolist()) == pytest.approx([-2.0, 2.0])
    assert found.eigenvalues[:, 0].tolist() == pytest.approx([0.0, 0.0], abs=1e-15)
    assert found.jacobian_log10_norm.tolist() == pytest.approx([np.log10(2.0)] * 2)
    assert found.product_log10_norm.tolist() == pytest.approx([np.log10(4.0), np.log10(2.0)])


@pytest.mark.parametrize("power", [-300.0, -30.0, -3.0, 2.0, 40.0, 300.0])
def test_products_far_outside_a_double(power: float) -> None:
    steps = 120
    found = spectrum(np.array([[10.0**power]]), np.full((steps, 1, 1), 0.5))
    one = power + np.log10(0.5)
    close("log10 J", found.jacobian_log10_norm, np.full(steps - 1, one), 1e-14)
    left = np.arange(steps - 1, 0, -1)
    close("log10 product", found.product_log10_norm, one * left, 1e-13)


def test_a_matrix_product_against_mpmath() -> None:
    random = np.random.default_rng(3)
    recurrent, derivative = random.normal(size=(3, 3)) * 1e-60, random.uniform(0.1, 1, (30, 1, 3))
    found = spectrum(recurrent, derivative)
    with mp.workdps(60):
        running = mp.eye(3)
        for t in range(29, 0, -1):
            running = running * mp.diag([*derivative[t, 0]]) * mp.matrix(recurrent.tolist())
            exact = mp.log10(mp.svd_r(running, compute_uv=False)[0])
            assert found.product_log10_norm[t - 1] == pytest.approx(float(exact), rel=1e-13)


def test_derivatives_that_differ_in_size_from_step_to_step() -> None:
    """Small factors meet: neither alone underflows, their product would."""
    slopes = np.array([1.0, 1e-130, 1e-100, 1e-200, 1e-191, 1e-140])
    found = spectrum(np.array([[1e-9]]), slopes.reshape(6, 1, 1))
    logs = np.log10(slopes) - 9.0
    close("log10 J", found.jacobian_log10_norm, logs[1:], 1e-14)
    expected = [logs[t + 1 :].sum() for t in range(5)]
    close("log10 product", found.product_log10_norm, expected, 1e-14)


def test_nothing_passes_a_matrix_of_zeros() -> None:
    found = spectrum(np.zeros((2, 2)), np.ones((3, 1, 2)))
    assert (found.spectral_radius, found.spectral_norm) == (0.0, 0.0)
    assert np.isnan(found.jacobian_log10_norm).all()
    assert np.isnan(found.product_log10_norm).all()


def test_one_step_has_no_jacobian() -> None:
    found = spectrum(np.eye(2), np.ones((1, 1, 2)))
    assert found.jacobian_log10_norm.shape == found.product_log10_norm.shape == (0,)
