"""∂L_i/∂h_t for every pair: the vectors add up to the total, and their norms hold at any size."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.backward import log10_norms, separate_passes
from tests.engine.reference.cases import CELLS, GATED, Case, draws, make
from tests.engine.reference.compare import close, close_log10, norms
from tests.engine.reference.inside import alone, hidden, item_vectors
from tests.engine.reference.rules import reaches
from unrolled.engine import Sequence, Truncation

RULES = (Truncation(), Truncation("window", 1), Truncation("window", 3), Truncation("chunk", 4))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
def test_rows_side_by_side_are_separate_passes(
    cell: str, rule: Truncation, careful: bool, batch: int
) -> None:
    case = make(cell, truncation=rule, steps=11, batch=batch, sizes=(2, 4, 3), h_0=True)
    flow = case.flow()
    seen = item_vectors(case, flow, careful=careful)
    close("∂L_i/∂h_t", seen, separate_passes(case).dh, 1e-13)
    close("Σ_i ∂L_i/∂h_t", seen.sum(axis=0), hidden(flow.backward), 1e-13)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_an_item_is_the_backward_pass_of_its_loss_alone(cell: str, rule: Truncation) -> None:
    case = make(cell, truncation=rule, steps=11, batch=2, sizes=(2, 4, 3))
    flow = case.flow()
    assert flow.itemized is not None
    summed = np.zeros_like(hidden(flow.backward))
    for i in case.emits:
        one = alone(case, flow, i)
        summed += hidden(one)
        close_log10(f"‖∂L_{i}/∂h‖", flow.itemized.log10_norm[i - 1], norms(hidden(one), 1), 1e-12)
    close("∂L/∂h_t", summed, hidden(flow.backward), 1e-13)


@pytest.mark.parametrize("cell", GATED)
@pytest.mark.parametrize("rule", [Truncation(), Truncation("window", 18)], ids=str)
def test_many_rows_go_back_through_one_matrix_a_sample(cell: str, rule: Truncation) -> None:
    """Every layer, h and the whole state, against the backward pass of each loss alone."""
    case = make(cell, truncation=rule, steps=20, batch=3, sizes=(2, 5, 3), layers=2, h_0=True)
    flow = case.flow(graph=False)
    for n, own in enumerate(flow.layers):
        assert own.itemized is not None
        for i in case.emits:
            one = alone(case, flow, i).layers[n]
            close_log10("‖∂L_i/∂h‖", own.itemized.log10_norm[i - 1], norms(one.state[0], 1), 1e-12)
            whole = norms(one.whole().value, 1)
            close_log10("‖∂L_i/∂(h, c)‖", own.itemized.of_state[i - 1], whole, 1e-12)


def scaled_chain(w: float, steps: int, activation: str = "linear", bias: float = 0.0) -> Case:
    """One unit, no input, ∂L_i/∂o_i = −1 at every step."""
    case = make(activation=activation, sizes=(1, 1, 1), steps=steps)
    one = np.ones((1, 1))
    parameters = {
        "W_xh": one,
        "W_hh": w * one,
        "b_h": np.array([bias]),
        "W_hy": one,
        "b_y": np.zeros(1),
    }
    sequence = Sequence(np.zeros((steps, 1, 1)), np.ones((steps, 1, 1)), steps)
    return case.with_(parameters=parameters, sequence=sequence)


@pytest.mark.parametrize("w", [1e-12, 0.1, 0.99, 1.0, 1.5, 1e3, 1e10])
@pytest.mark.parametrize("rule", [*RULES, Truncation("window", 90)], ids=str)
def test_far_outside_the_range_of_a_double(w: float, rule: Truncation) -> None:
    steps = 120
    flow = scaled_chain(w, steps).with_(truncation=rule).flow(graph=False)
    assert flow.itemized is not None
    i, t = np.arange(1, steps + 1)[:, np.newaxis], np.arange(1, steps + 1)
    reached = np.array([[reaches(rule, int(a), int(b)) for b in t] for a in i[:, 0]])
    expected = np.where(reached, (i - t) * np.log10(w), np.nan)
    close("log10 ‖∂L_i/∂h_t‖", flow.itemized.log10_norm, expected, 1e-13, 1e-12)

    with mp.workdps(30):
        ways = [sum(bool(row) for row in reached[:, n]) for n in range(steps)]
        base = mp.mpf(w)
        total = [float(mp.log10(mp.fsum(base**k for k in range(n)))) for n in ways]
    close("log10 ‖∂L/∂h_t‖", flow.hidden_gradient.log10_norm, total, 1e-13, 1e-12)


@draws(15, shrink=False)
@given(
    cell=st.sampled_from(CELLS),
    activation=st.sampled_from(["tanh", "tanh", "softsign", "leaky-relu", "gelu"]),
    rule=st.sampled_from(RULES),
    size=st.floats(-120.0, 60.0),
    batch=st.integers(1, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_weights_against_mpmath(
    cell: str, activation: str, rule: Truncation, size: float, batch: int, seed: int
) -> None:
    """Recurrent weights from 1e-120 to 1e60 over 12 steps, the states themselves at zero."""
    case = make(cell, activation=activation, truncation=rule, steps=12, batch=batch, seed=seed)
    parameters = {name: value.copy() for name, value in case.parameters.items()}
    parameters["b_h"][:] = 0.0
    parameters["b_y"][:] = 0.0
    parameters[case.recurrent] *= 10.0**size
    quiet = Sequence(np.zeros_like(case.sequence.inputs), case.sequence.targets, 12)
    case = case.with_(parameters=parameters, sequence=quiet)
    flow = case.flow(graph=False, spectral=False)
    with mp.workdps(40):
        exact = separate_passes(case, exact=True)
        assert flow.itemized is not None
        pairs = log10_norms(exact.dh, 2)
        totals = log10_norms(exact.dh.sum(axis=0), 1)
    close("log10 ‖∂L_i/∂h_t‖", flow.itemized.log10_norm, pairs, 0.0, 1e-9)
    close("log10 ‖∂L/∂h_t‖", flow.hidden_gradient.log10_norm, totals, 0.0, 1e-9)


@pytest.mark.parametrize("bias", [-5.0, -15.0, -25.0, -36.0])
@pytest.mark.parametrize("w", [1e-3, 1.0, 1e3])
def test_a_gelu_deep_in_its_tail_against_mpmath(bias: float, w: float) -> None:
    """Slopes down to 1e-280 a step: no product of two of them is a double."""
    case = scaled_chain(w, 8, "gelu", bias=bias)
    flow = case.flow(graph=False, spectral=False)
    with mp.workdps(40):
        exact = separate_passes(case, exact=True)
        assert flow.itemized is not None
        pairs = log10_norms(exact.dh, 2)
    close("log10 ‖∂L_i/∂h_t‖", flow.itemized.log10_norm, pairs, 1e-13, 1e-12)


@pytest.mark.parametrize("steps", [100, 180, 230, 330])
def test_a_small_component_outlives_a_large_one(steps: int) -> None:
    """Two units apart: one of slope 1 that switches off at step 50, one that decays beside it."""
    case = make("simple", "many-to-one", "relu", sizes=(2, 2, 1), steps=steps)
    x = np.ones((steps, 1, 2))
    x[49, 0, 0] = -1e9
    parameters = {
        "W_xh": np.eye(2),
        "W_hh": np.diag([1.0, 0.1]),
        "b_h": np.zeros(2),
        "W_hy": np.ones((1, 2)),
        "b_y": np.zeros(1),
    }
    flow = case.with_(
        parameters=parameters, sequence=Sequence(x, np.zeros((1, 1, 1)), steps)
    ).flow()
    assert flow.itemized is not None
    end = flow.itemized.log10_norm[0, -1] - 0.5 * np.log10(2.0)
    expected = end - (steps - np.arange(1, 50))
    close("log10 ‖∂L/∂h_t‖", flow.hidden_gradient.log10_norm[:49], expected, 1e-12)
    close("log10 ‖∂L_i/∂h_t‖", flow.itemized.log10_norm[0, :49], expected, 1e-12)


def test_a_unit_that_is_off_passes_exactly_nothing() -> None:
    """h_3 is off: losses 4 … 6 reach back to h_3 itself, nothing reaches h_1 or h_2 through it."""
    case = scaled_chain(1.0, 6, "relu", bias=2.0)
    inputs = np.zeros((6, 1, 1))
    inputs[2] = -100.0
    flow = case.with_(sequence=Sequence(inputs, np.ones((6, 1, 1)), 6)).flow()
    assert flow.itemized is not None
    known = ~np.isnan(flow.itemized.log10_norm)
    assert known.astype(int).tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1, 1],
    ]


@pytest.mark.parametrize("topology", ["many-to-one", "one-to-many", "one-to-one"])
def test_which_losses_and_steps_are_listed(topology: str) -> None:
    steps = 1 if topology == "one-to-one" else 4
    flow = make(topology=topology, steps=steps).flow()
    assert flow.itemized is not None
    emits = [1, 2, 3, 4] if topology == "one-to-many" else [steps]
    assert flow.itemized.loss_steps.tolist() == emits
    assert flow.itemized.steps.tolist() == list(range(1, steps + 1))
    assert flow.itemized.log10_norm.shape == (len(emits), steps)


def test_a_dead_row_of_a_stack_under_a_window_is_no_number() -> None:
    """No row is alive at step 1 there, and what died on the way must not be −∞."""
    case = make(
        "simple", "many-to-one", "relu", layers=2, steps=6, truncation=Truncation("window", 3)
    )
    dead = {name: -np.abs(w) for name, w in case.parameters.items() if name.startswith("b_h")}
    flow = case.with_(parameters=case.parameters | {n: b - 50.0 for n, b in dead.items()}).flow()
    for layer in flow.layers:
        assert layer.itemized is not None
        assert not np.isinf(layer.itemized.log10_norm).any()
