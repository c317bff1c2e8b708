"""What can be worked out by hand: chains, Pascanu's sigmoid unit, transient growth."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.backward import log10_norms, separate_passes
from tests.engine.reference.cases import CELLS, Case, draws, make
from tests.engine.reference.compare import close
from unrolled import engine
from unrolled.engine import Sequence, Truncation


def unit(
    w: float,
    steps: int,
    activation: str = "linear",
    *,
    topology: str = "many-to-one",
    bias: float = 0.0,
    target: float = 1.0,
    h_0: float | None = None,
    cell: str = "simple",
) -> Case:
    """The univariate network of the notes: every other weight is 1, no input."""
    case = make(cell, topology, activation, sizes=(1, 1, 1), steps=steps)
    one = np.ones((1, 1))
    weights = {
        "W_xh": one,
        case.recurrent: w * one,
        "b_h": np.array([bias]),
        "W_hy": one,
        "b_y": np.zeros(1),
    }
    seq = case.sequence
    start = None if h_0 is None else np.array([[h_0]])
    targets = np.full_like(seq.targets, target)
    return case.with_(
        parameters=weights,
        sequence=Sequence(np.zeros_like(seq.inputs), targets, steps, start),
        truncation=Truncation(),
    )


def gains(case: Case) -> Any:
    """‖∂L_T/∂h_t‖ / ‖∂L_T/∂h_T‖ for t = 1 … T."""
    norms = case.flow().hidden_gradient.norm
    return norms / norms[-1]


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("w", "back", "digits"),
    [(1.1, 65, "490.4"), (0.9, 65, "0.00106"), (1.1, 50, "117.4"), (0.9, 50, "0.00515")],
)
def test_the_notes_chain(activation: str, cell: str, w: float, back: int, digits: str) -> None:
    """From step 115 back to step 50 (65 steps) and to step 65 (50 steps).

    A ReLU passes w where it is on, so its states are held above zero by h_0 = 1.
    """
    on = 1.0 if activation == "relu" and cell != "jordan" else None
    bias = 0.01 if activation == "relu" else 0.0
    found = gains(unit(w, 115, activation, cell=cell, bias=bias, h_0=on))[115 - back - 1]
    with mp.workdps(40):
        exact = float(mp.mpf(w) ** back)
    assert found == pytest.approx(exact, rel=1e-12)
    shown = f"{found:.1f}" if w > 1 else f"{found:.3g}"
    assert shown == digits


@pytest.mark.parametrize("w", [1.1, 0.9])
@pytest.mark.parametrize("steps", [50, 65])
def test_every_step_of_the_chain(w: float, steps: int) -> None:
    flow = unit(w, steps + 1).flow()
    exact = w ** np.arange(steps, -1.0, -1.0)
    close("‖∂L/∂h_t‖", flow.hidden_gradient.norm, exact, 1e-12)
    np.testing.assert_allclose(flow.hidden_gradient.norm, exact, rtol=1e-12)
    assert flow.spectrum is not None
    assert flow.spectrum.spectral_radius == w
    assert flow.spectrum.product_log10_norm[0] == pytest.approx(steps * np.log10(w), rel=1e-12)
    assert flow.diagnosis is not None
    assert flow.diagnosis.decay_per_step == pytest.approx(w, rel=1e-12)
    assert flow.diagnosis.verdict == ("exploding" if w > 1 else "vanishing")


@pytest.mark.parametrize("w", [1.1, 0.9])
def test_a_loss_at_every_step_is_a_geometric_sum(w: float) -> None:
    """∂L/∂h_t = Σ_{i≥t} w^(i−t), where each loss gives 1."""
    flow = unit(w, 65, topology="many-to-many").flow()
    left = np.arange(65, 0.0, -1.0)
    np.testing.assert_allclose(flow.hidden_gradient.norm, (w**left - 1.0) / (w - 1.0), rtol=1e-12)


# --- Pascanu, Mikolov & Bengio 2013: x_t = w σ(x_{t−1}) + b --------------------------------------
# Their x_t is the pre-activation: with h_t = σ(a_t) and a_t = w h_{t−1} + b it is a_t = x_t, so
# ∂x_T/∂x_t = Π_{k=t}^{T−1} w σ′(x_k), while ∂h_T/∂h_t = Π_{k=t+1}^{T} w σ′(x_k).


@pytest.mark.parametrize("w", [0.5, 2.0, 3.9, 4.0, 5.0, 12.0, -5.0])
@pytest.mark.parametrize("steps", [2, 20, 60])
def test_pascanus_unit_at_its_symmetric_fixed_point(w: float, steps: int) -> None:
    """With b = −w/2, x = 0 maps to itself and σ′(0) = ¼: every product is (w/4)ⁿ exactly."""
    case = unit(w, steps, "sigmoid", bias=-w / 2.0, h_0=0.5)
    flow = case.flow()
    np.testing.assert_array_equal(
        flow.trace.top.saved["a"], np.zeros_like(flow.trace.top.saved["a"])
    )
    back = np.arange(steps - 1, -1.0, -1.0)
    expected = 0.5 * np.abs(w / 4.0) ** back
    np.testing.assert_allclose(flow.hidden_gradient.norm, expected, rtol=1e-12)
    np.testing.assert_allclose(
        np.abs(flow.backward.top.dz[:, 0, 0] / flow.backward.top.dz[-1, 0, 0]),
        expected / 0.5,
        rtol=1e-12,
    )


@draws(40, shrink=False)
@given(
    w=st.floats(-8.0, 8.0).filter(lambda w: abs(w) > 1e-3),
    b=st.floats(-4.0, 4.0),
    x_1=st.floats(-4.0, 4.0),
    steps=st.integers(2, 40),
)
def test_pascanus_unit_along_any_trajectory(w: float, b: float, x_1: float, steps: int) -> None:
    with mp.workdps(40):
        x = [mp.mpf(w) * (mp.mpf(x_1) - mp.mpf(b)) / mp.mpf(w) + mp.mpf(b)]
        s = [1 / (1 + mp.exp(-x[0]))]
        for _ in range(steps - 1):
            x.append(mp.mpf(w) * s[-1] + mp.mpf(b))
            s.append(1 / (1 + mp.exp(-x[-1])))
        slopes = [value * (1 - value) for value in s]
        logs = [mp.log10(abs(mp.mpf(w)) * slope) for slope in slopes]
        states = [float(mp.fsum(logs[t + 1 :])) for t in range(steps)]
        inputs = [float(mp.fsum(logs[t:-1])) for t in range(steps)]
    case = unit(w, steps, "sigmoid", bias=b, h_0=(x_1 - b) / w, target=3.0)
    flow = case.flow()
    got = flow.hidden_gradient.log10_norm
    close("log10 ∂h_T/∂h_t", got - got[-1], states, 1e-10, 1e-9)
    da = np.log10(np.abs(flow.backward.top.dz[:, 0, 0])) + flow.backward.top.dz_exponent * np.log10(
        2.0
    )
    close("log10 ∂x_T/∂x_t", da - da[-1], inputs, 1e-10, 1e-9)


def test_pascanus_bound() -> None:
    """γ = ¼ for a sigmoid: where w < 1/γ = 4 every gradient vanishes, whatever the trajectory."""
    for b in np.linspace(-6.0, 2.0, 17):
        assert (np.diff(gains(unit(3.9, 40, "sigmoid", bias=b, h_0=0.3))) > 0).all()


# --- past the range of a double -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("w", "steps", "log10"),
    [(1e7, 216, 1505.0), (1e-7, 216, -1505.0), (1e10, 501, 5000.0), (0.1, 3001, -3000.0)],
)
def test_chains_past_the_range_of_a_double(w: float, steps: int, log10: float) -> None:
    flow = unit(w, steps).flow(clip=engine.Clip("norm", 1.0))
    assert flow.hidden_gradient.log10_norm[0] == pytest.approx(log10, rel=1e-13)
    assert np.isnan(flow.hidden_gradient.norm[0])
    assert flow.itemized is not None
    close(
        "log10 ‖∂L_T/∂h_t‖",
        flow.itemized.log10_norm[0],
        (steps - flow.itemized.steps) * np.log10(w),
        1e-13,
    )
    assert flow.spectrum is not None
    assert flow.spectrum.product_log10_norm[0] == pytest.approx(log10, rel=1e-13)
    bias = flow.parameter_gradients["b_h"]
    with mp.workdps(30):
        base = mp.mpf(w)
        exact = float(mp.log10((base**steps - 1) / (base - 1)))
    assert bias.log10_norm == pytest.approx(exact, rel=1e-13, abs=1e-15)
    close(
        "log10 of the terms of b_h",
        bias.step_log10_norm,
        np.arange(steps - 1, -1, -1.0) * np.log10(w),
        1e-13,
    )
    assert flow.clipping.engaged
    if w > 1:
        assert flow.clipping.log10_norm_before == pytest.approx(exact, rel=1e-13)
        assert np.isnan(flow.clipping.norm_before)
        assert flow.clipping.norm_after == pytest.approx(1.0, rel=1e-15)
        assert bias.clipped_norm == pytest.approx(1.0, rel=1e-12)


@draws(25, shrink=False)
@given(
    cell=st.sampled_from(CELLS),
    size=st.floats(-100.0, 18.0),
    seed=st.integers(0, 2**32 - 1),
    batch=st.integers(1, 3),
    topology=st.sampled_from(["many-to-one", "many-to-many", "one-to-many"]),
    rule=st.sampled_from([Truncation(), Truncation("window", 4), Truncation("chunk", 5)]),
)
def test_parameter_gradients_of_any_size_against_mpmath(
    cell: str, size: float, seed: int, batch: int, topology: str, rule: Truncation
) -> None:
    """Linear networks that explode or vanish on the way forward as well as on the way back."""
    case = make(
        cell, topology, "linear", truncation=rule, steps=12, batch=batch, seed=seed, sizes=(2, 2, 2)
    )
    case.parameters[case.recurrent] = case.parameters[case.recurrent] * 10.0**size
    flow = case.flow(graph=False, spectral=False)
    with mp.workdps(60):
        exact = separate_passes(case, exact=True)
        for name, gradient in flow.parameter_gradients.items():
            terms = exact.terms[name].sum(axis=0)
            close(
                f"log10 of the terms of {name}",
                gradient.step_log10_norm,
                log10_norms(terms, 1),
                0.0,
                1e-8,
            )
            total = float(log10_norms(terms.sum(axis=0)[np.newaxis], 1)[0])
            close(f"log10 ‖∂L/∂{name}‖", gradient.log10_norm, total, 0.0, 1e-8)


# --- a spectral radius below 1 that grows first ---------------------------------------------------


@pytest.mark.parametrize("coupling", [1.0, 10.0, 100.0])
def test_a_non_normal_matrix_grows_first(coupling: float) -> None:
    """R = [[ρ, c], [0, ρ]]: Rⁿ = [[ρⁿ, n c ρⁿ⁻¹], [0, ρⁿ]]; the radius alone says "vanishes"."""
    rho, steps = 0.9, 120
    case = make("simple", "many-to-one", "linear", sizes=(1, 2, 1), steps=steps)
    weights = {
        "W_xh": np.zeros((2, 1)),
        "W_hh": np.array([[rho, coupling], [0.0, rho]]),
        "b_h": np.zeros(2),
        "W_hy": np.array([[1.0, 0.0]]),
        "b_y": np.zeros(1),
    }
    quiet = Sequence(np.zeros((steps, 1, 1)), np.ones((1, 1, 1)), steps)
    flow = case.with_(parameters=weights, sequence=quiet).flow()
    n = np.arange(steps - 1, -1, -1.0)
    exact = rho**n * np.hypot(1.0, n * coupling / rho)
    np.testing.assert_allclose(flow.hidden_gradient.norm, exact, rtol=1e-12)
    assert flow.spectrum is not None
    assert flow.spectrum.spectral_radius == rho
    assert flow.spectrum.spectral_norm > 1.0
    assert flow.hidden_gradient.norm.max() > 3.8 * coupling
    assert flow.hidden_gradient.norm[0] < 0.02 * coupling
    norm = np.linalg.norm(np.linalg.matrix_power(weights["W_hh"], 20), 2)
    assert flow.spectrum.product_log10_norm[-20] == pytest.approx(np.log10(norm), rel=1e-12)


def test_orthogonal_weights_keep_a_gradient_for_ever() -> None:
    net = engine.Network("simple", "many-to-one", "linear", 2, 16, 3)
    weights = engine.draw_parameters(net, init="orthogonal", seed=1)
    sequence = engine.random_sequence(net, "squared-error", steps=500, seed=1)
    norms = engine.gradient_flow(net, weights, sequence, loss="squared-error").hidden_gradient.norm
    np.testing.assert_allclose(norms, norms[-1], rtol=1e-11)
