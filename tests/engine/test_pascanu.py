"""The conditions, the regulariser, and long-term against short-term components."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws
from tests.engine.reference.compare import close
from unrolled import engine
from unrolled.engine.analysis.pascanu import conditions, long_to_short, omega
from unrolled.engine.choices.activations import ACTIVATIONS

NAN = float("nan")


@pytest.mark.parametrize(
    ("name", "norm", "gamma", "vanishes", "may_explode"),
    [
        ("tanh", 0.9, 1.0, True, False),
        ("tanh", 1.0, 1.0, False, False),
        ("tanh", 1.1, 1.0, False, True),
        ("sigmoid", 3.9, 0.25, True, False),
        ("sigmoid", 4.1, 0.25, False, True),
        ("relu", 0.5, 1.0, True, False),
    ],
)
def test_conditions(
    name: str, norm: float, gamma: float, *, vanishes: bool, may_explode: bool
) -> None:
    found = conditions(norm, ACTIVATIONS[name].bound)
    assert (found.gamma, found.bound) == (gamma, 1.0 / gamma)
    assert (found.sufficient, found.necessary) == (vanishes, may_explode)


@pytest.mark.parametrize("gamma", [1.0, 0.25])
@pytest.mark.parametrize("off", [0.0, 1e-16, -1e-16, 3e-16, -3e-16, 1e-12, -1e-12])
def test_what_is_equal_within_rounding_promises_neither(gamma: float, off: float) -> None:
    found = conditions((1.0 + off) / gamma, gamma)
    assert (found.sufficient, found.necessary) == (False, False)
    assert conditions((1.0 - 2e-9) / gamma, gamma).sufficient
    assert conditions((1.0 + 2e-9) / gamma, gamma).necessary


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_an_orthogonal_matrix_promises_neither_whatever_its_seed(
    activation: str, seed: int
) -> None:
    network = engine.Network("simple", "many-to-one", activation, 4, 16, 4)
    parameters = engine.draw_parameters(network, init="orthogonal", spectral_radius=1.0, seed=seed)
    norm = float(np.linalg.svd(parameters["W_hh"], compute_uv=False)[0])
    found = conditions(norm, ACTIVATIONS[activation].bound)
    assert (found.sufficient, found.necessary) == (False, False)


def test_omega_by_its_formula() -> None:
    random = np.random.default_rng(0)
    arriving, total = random.uniform(0.1, 9.0, (2, 40))
    expected = (arriving / total - 1.0) ** 2
    close("Ω", omega(np.log10(arriving), np.log10(total)), expected, 1e-13)


def test_omega_where_numbers_end() -> None:
    #          kept, nothing arrives, nothing there, neither, far below a double, far above, too far
    arriving = np.array([2.0, NAN, 1.0, NAN, -3000.0, 2002.0, 2155.0])
    total = np.array([2.0, 5.0, NAN, NAN, -2999.0, 2000.0, 2000.0])
    found = omega(arriving, total)
    assert found[:2].tolist() == [0.0, 1.0]
    assert np.isnan(found[[2, 3, 6]]).all()
    assert found[4:6] == pytest.approx([0.81, 99.0**2], rel=1e-11)
    assert omega(np.empty(0), np.empty(0)).shape == (0,)


def test_omega_holds_what_a_double_holds() -> None:
    found = omega(np.array([154.12, 154.13, 1e9, -1e9]), np.zeros(4))
    assert np.isfinite(found[0])
    assert found[3] == 1.0
    assert np.isnan(found[1:3]).all()


@draws(50)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 30),
    shift=st.sampled_from([-3000.0, 0.0, 2000.0]),
)
def test_long_to_short_by_adding_the_pairs(seed: int, steps: int, shift: float) -> None:
    random = np.random.default_rng(seed)
    at = np.arange(1, steps + 1)
    emitting = at[random.random(steps) < 0.7] if steps > 1 else at
    norms = random.uniform(1e-6, 1.0, (len(emitting), steps))
    norms[random.random(norms.shape) < 0.2] = 0.0
    split = max(1, min(10, steps // 2))
    long = short = 0.0
    for row, i in enumerate(emitting):
        for t in range(1, i + 1):
            if i - t >= split:
                long += norms[row, t - 1]
            else:
                short += norms[row, t - 1]
    logs = np.log10(np.where(norms > 0.0, norms, NAN)) + shift
    logs[emitting[:, np.newaxis] < at] = NAN
    found = long_to_short(logs, emitting, at)
    assert found.split == split
    if long and short:
        assert found.log10_ratio == pytest.approx(np.log10(long / short), abs=1e-11)
    else:
        assert np.isnan(found.log10_ratio)


def test_long_to_short_far_apart() -> None:
    at = np.arange(1, 4)
    logs = np.array([[-3000.0, NAN, 0.0]])
    found = long_to_short(logs, np.array([3]), at)
    assert (found.split, found.log10_ratio) == (1, -3000.0)
    assert long_to_short(logs, np.array([3]), at, split=2).log10_ratio == -3000.0
    assert np.isnan(long_to_short(logs, np.array([3]), at, split=3).log10_ratio)


def test_a_sampled_grid_has_its_own_pairs() -> None:
    """Powers of ½ over T = 1000, on every hundredth step."""
    steps = np.array([1, 100, 200, 300, 1000])
    losses = np.array([300, 1000])
    logs = -np.log10(2.0) * (losses[:, np.newaxis] - steps).astype(np.float64)
    logs[0, -1] = NAN
    found = long_to_short(logs, losses, steps)
    assert found.split == 10
    assert found.log10_ratio == pytest.approx(-100.0 * np.log10(2.0) - np.log10(2.0), abs=1e-12)


def test_one_step_has_no_long_term() -> None:
    found = long_to_short(np.zeros((1, 1)), np.array([1]), np.array([1]))
    assert found.split == 1
    assert np.isnan(found.log10_ratio)


def test_omega_of_one_unit_at_every_step() -> None:
    """Ω_t = (|w f′(a_{t+1})| − 1)², whatever arrives: the Jacobian that leads from t + 1 to t."""
    network = engine.Network("simple", "many-to-many", "tanh", 2, 1, 2)
    parameters = engine.draw_parameters(network, spectral_radius=1.4, seed=5)
    sequence = engine.random_sequence(network, "squared-error", steps=9, seed=5)
    flow = engine.gradient_flow(network, parameters, sequence, loss="squared-error")
    h, w, seen = 0.0, float(parameters["W_hh"][0, 0]), flow.layers[-1].trajectory
    slopes = []
    for x in sequence.inputs[:, 0]:
        h = np.tanh(parameters["W_xh"][0] @ x + w * h + parameters["b_h"][0])
        slopes.append(1.0 - h**2)
    expected = (np.abs(w * np.array(slopes[1:])) - 1.0) ** 2
    assert seen is not None
    assert np.ptp(expected) > 0.1
    close("Ω", seen.omega, expected, 1e-10)
