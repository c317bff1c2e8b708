"""The verdict, and that every number in its sentence is true."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.engine.reference.cases import CELLS, GATED, Case, make
from unrolled import engine
from unrolled.engine import Diagnosis, Sequence, Truncation


def chain(
    w: float,
    steps: int = 30,
    activation: str = "linear",
    topology: str = "many-to-one",
    target: float = 1.0,
) -> Case:
    """One unit at zero, so that the gradient is multiplied by w f′(0) a step."""
    case = make(activation=activation, topology=topology, sizes=(1, 1, 1), steps=steps)
    one = np.ones((1, 1))
    weights = {"W_xh": one, "W_hh": w * one, "b_h": np.zeros(1), "W_hy": one, "b_y": np.zeros(1)}
    sequence = Sequence(
        np.zeros_like(case.sequence.inputs), np.full_like(case.sequence.targets, target), steps
    )
    return case.with_(parameters=weights, sequence=sequence)


def diagnose(case: Case) -> Diagnosis:
    found = case.flow(graph=False).diagnosis
    assert found is not None
    return found


@pytest.mark.parametrize("topology", ["many-to-one", "many-to-many", "one-to-many"])
@pytest.mark.parametrize(
    ("w", "verdict"),
    [
        (1e-30, "vanishing"),
        (0.5, "vanishing"),
        (0.9, "vanishing"),
        (0.99, "stable"),
        (1.0, "stable"),
        (1.01, "stable"),
        (1.1, "exploding"),
        (3.0, "exploding"),
        (1e20, "exploding"),
        (-0.5, "vanishing"),
        (-2.0, "exploding"),
    ],
)
def test_verdict_and_decay_of_a_chain(topology: str, w: float, verdict: str) -> None:
    found = diagnose(chain(w, topology=topology))
    assert found.verdict == verdict
    assert found.decay_per_step == pytest.approx(abs(w), rel=1e-11)


@pytest.mark.parametrize("w", [0.003, 0.04, 0.1, 0.39, 0.8, 0.99])
def test_the_share_in_the_sentence_is_the_decay(w: float) -> None:
    found = diagnose(chain(w))
    match = re.search(r"one step back keeps about ([\d.e+-]+) %", found.summary)
    assert match, found.summary
    assert float(match[1]) / 100 == pytest.approx(found.decay_per_step, rel=0.05)


@pytest.mark.parametrize("cell", ["elman", "jordan"])
def test_a_copy_blocks_and_the_sentence_says_so(cell: str) -> None:
    found = diagnose(make(cell, steps=8))
    assert found.verdict == "blocked"
    assert np.isnan(found.decay_per_step)
    assert "a copy passes no gradient" in found.summary
    assert diagnose(make(cell, steps=8, truncation=Truncation())).verdict != "blocked"
    assert diagnose(make(cell, steps=8, truncation=Truncation("window", 2))).verdict != "blocked"


@pytest.mark.parametrize("kind", ["window", "chunk"])
def test_a_truncation_of_one_step_blocks(kind: str) -> None:
    found = diagnose(make(steps=8, truncation=Truncation(kind, 1)))
    assert found.verdict == "blocked"
    assert "truncation" in found.summary
    assert "copy" not in found.summary


def test_a_truncation_changes_how_far_and_not_how_fast() -> None:
    for rule in (Truncation("window", 4), Truncation("chunk", 5)):
        found = diagnose(chain(0.5, topology="many-to-many").with_(truncation=rule))
        assert found.verdict == "vanishing"
        assert found.decay_per_step == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("topology", ["one-to-one", "many-to-many"])
def test_one_step_has_nothing_to_travel_through(cell: str, topology: str) -> None:
    found = diagnose(make(cell, topology, steps=1))
    assert found.verdict == "stable"
    assert np.isnan(found.decay_per_step)


def test_targets_that_are_met_are_not_called_a_truncation() -> None:
    """With every gradient zero, no sentence about a truncation is true."""
    found = diagnose(chain(0.5, 6, target=0.0))
    assert "truncation" not in found.summary


def test_the_verdict_is_read_off_the_items_and_not_off_the_total() -> None:
    case = chain(0.3, 40, topology="many-to-many")
    flow = case.flow()
    assert flow.hidden_gradient.log10_norm.min() > -0.01
    assert flow.diagnosis is not None
    assert flow.diagnosis.verdict == "vanishing"
    assert flow.diagnosis.decay_per_step == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("w", [1e-30, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.79, 0.95, 10 ** (-3 / 7)])
@pytest.mark.parametrize("steps", [3, 10, 60, 200])
def test_less_than_a_thousandth_only_after_steps_that_were_computed(w: float, steps: int) -> None:
    found = diagnose(chain(w, steps))
    match = re.search(r"after (\d+) steps? less than a thousandth is left", found.summary)
    reached = w ** (steps - 1) < 1e-3 * (1 - 1e-12)
    assert bool(match) == reached, found.summary
    if match:
        n = int(match[1])
        assert n < steps
        assert w**n < 1e-3 * (1 - 1e-12)
        assert n == 1 or w ** (n - 1) >= 1e-3 * (1 - 1e-9), f"{n - 1} steps are enough"


@pytest.mark.parametrize("w", [1.1, 1.3, 2.0, 31.0, 1e4, 10 ** (3 / 7)])
@pytest.mark.parametrize("steps", [3, 10, 60, 200])
def test_more_than_a_thousand_times_only_after_steps_that_were_computed(
    w: float, steps: int
) -> None:
    found = diagnose(chain(w, steps))
    match = re.search(r"after (\d+) steps? it is more than a thousand times larger", found.summary)
    reached = (steps - 1) * np.log10(w) > 3.0 + 1e-12
    assert bool(match) == reached, found.summary
    if match:
        n = int(match[1])
        assert n < steps
        assert n * np.log10(w) > 3.0
        assert n == 1 or (n - 1) * np.log10(w) <= 3.0 + 1e-9, f"{n - 1} steps are enough"


def test_the_factor_in_the_sentence_is_the_decay() -> None:
    found = diagnose(chain(1.234))
    assert "one step back multiplies the gradient by about 1.23;" in found.summary
    assert "(spectral radius 1.23)" in found.summary


def test_a_gradient_that_grows_a_little_is_not_said_to_be_kept() -> None:
    found = diagnose(chain(1.0004))
    assert found.verdict == "stable"
    assert "multiplies the gradient by about 1.0004;" in found.summary


def test_a_matrix_of_one_keeps_all() -> None:
    found = diagnose(chain(1.0))
    assert found.summary.startswith(
        "Holding: one step back keeps all of the gradient; all of what entered"
    )


@pytest.mark.parametrize("topology", ["many-to-one", "many-to-many"])
def test_a_unit_that_is_off_at_one_step_lets_nothing_through(topology: str) -> None:
    case = chain(1.0, 20, "relu", topology)
    inputs = np.ones_like(case.sequence.inputs)
    inputs[8] = -100.0
    targets = np.zeros_like(case.sequence.targets)
    found = diagnose(case.with_(sequence=Sequence(inputs, targets, 20)))
    assert found.verdict == "vanishing"
    assert "still hear" not in found.summary
    assert found.summary.endswith(
        "exactly nothing arrives at steps 1 to 8: the relu unit is off at step 9."
    )
    assert np.isnan(found.log10_arriving)
    assert np.isnan(found.decay_per_step)


def test_a_recurrent_matrix_of_zeros() -> None:
    found = diagnose(chain(0.0, topology="many-to-many"))
    assert found.verdict == "vanishing"
    assert found.decay_per_step == 0.0
    assert found.summary == "Vanishing: exactly nothing arrives at steps 1 to 29: Wᴴ is 0."


def test_a_unit_that_saturates_to_the_last_digit() -> None:
    case = chain(1.0, 10, "tanh", target=0.0)
    case.parameters["b_h"] = np.array([1e4])
    found = diagnose(case)
    assert found.summary.endswith("the unit is saturated at step 10: tanh′(A₁₀) is 0.")


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        ("sigmoid", "the unit is saturated at step 10: σ′(A₁₀) is 0."),
        ("softsign", "the unit is saturated at step 10: softsign′(A₁₀) is 0."),
        ("relu", "the relu unit is off at step 10."),
        ("gelu", "the gelu unit is off at step 10."),
    ],
)
def test_a_unit_far_below_zero_is_saturated_or_off(activation: str, words: str) -> None:
    case = chain(1.0, 10, activation, target=5.0)
    case.parameters["b_h"] = np.array([-1e170])
    assert diagnose(case).summary.endswith(words)


def test_a_leaky_unit_lets_a_hundredth_through() -> None:
    """One step in ten below zero: nothing is blocked, and the sentence says no unit is off."""
    case = chain(1.0, 10, "leaky-relu", target=-1.0)
    inputs = np.ones_like(case.sequence.inputs)
    inputs[4] = -1e3
    found = diagnose(case.with_(sequence=Sequence(inputs, case.sequence.targets, 10)))
    assert found.verdict == "vanishing"
    assert "off" not in found.summary
    assert not np.isnan(found.log10_arriving)


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        ("sigmoid", "σ′(A) (0.25 on average, never above 0.25)"),
        ("linear", "Each step back multiplies by Wᴴ (spectral radius 0.5)."),
        ("tanh", "by Wᴴ (spectral radius 0.5) and by tanh′(A) (1.0 on average)."),
        ("softsign", "and by softsign′(A) (1.0 on average)."),
        ("leaky-relu", "and by lrelu′(A) (0.010 on average)."),
        ("gelu", "and by gelu′(A) (0.50 on average, never above 1.13)."),
    ],
)
def test_the_factors_of_a_step_are_named(activation: str, words: str) -> None:
    found = diagnose(chain(0.5, activation=activation, topology="many-to-many"))
    assert found.verdict == "vanishing"
    assert words in found.summary


@pytest.mark.parametrize("cell", ["elman", *GATED])
def test_no_sentence_gives_advice(cell: str) -> None:
    """Advice was tried before it is given, and stands in a list of its own."""
    for scale in (0.1, 0.5, 2.0):
        case = make(cell, steps=15, scale=scale, truncation=Truncation())
        assert not re.search(r"\b(try|clip)\b", diagnose(case).summary)


def flow_of(cell: str, **asked: float) -> engine.GradientFlow:
    network = engine.Network(cell, "many-to-one", "tanh", 4, 16, 2)
    parameters = engine.draw_parameters(network, **asked)  # type: ignore[arg-type]
    sequence = engine.random_sequence(network, "squared-error", steps=100)
    return engine.gradient_flow(network, parameters, sequence, loss="squared-error")


def test_an_lstm_is_judged_by_its_whole_state() -> None:
    """With W_hh = 0 nothing reaches h_{t−1}, and σ(5) of ∂L/∂c_t reaches c_{t−1}."""
    network = engine.Network("lstm", "many-to-one", "tanh", 1, 1, 1)
    zero = np.zeros((4, 1))
    weights = {
        "W_xh": np.array([[0.0], [0.0], [1.0], [0.0]]),
        "W_hh": zero,
        "b_h": np.array([0.0, 5.0, 0.0, 0.0]),
        "W_hy": np.ones((1, 1)),
        "b_y": np.zeros(1),
    }
    inputs = np.zeros((50, 1, 1))
    inputs[0] = 1.0
    sequence = Sequence(inputs, np.ones((1, 1, 1)), 50)
    flow = engine.gradient_flow(network, weights, sequence, loss="squared-error")
    found = flow.diagnosis
    assert found is not None
    assert found.verdict == "stable"
    assert found.decay_per_step == pytest.approx(1.0 / (1.0 + np.exp(-5.0)), rel=1e-12)
    assert "nothing" not in found.summary
    assert "the step where the loss enters keeps 42 %" in found.summary
    assert flow.cell_gradient is not None
    both = np.hypot(flow.hidden_gradient.norm, flow.cell_gradient.norm)
    assert found.log10_arriving == pytest.approx(np.log10(both[0] / both[-1]), abs=1e-12)


def test_an_open_forget_gate_is_not_called_vanishing() -> None:
    found = flow_of("lstm", forget_bias=5.0, spectral_radius=0.9).diagnosis
    assert found is not None
    assert found.verdict != "vanishing"


def test_the_factors_are_those_of_the_steps_that_are_crossed() -> None:
    """Of two steps the way back crosses the second alone."""
    case = chain(0.1, 2, "tanh")
    case.parameters["W_xh"] = np.ones((1, 1))
    inputs = np.array([[[0.0]], [[2.0]]])
    flow = case.with_(sequence=Sequence(inputs, case.sequence.targets, 2)).flow()
    assert flow.diagnosis is not None
    crossed = float(flow.activity.mean_derivative[1])
    assert f"tanh′(A) ({crossed:.3f} on average)" in flow.diagnosis.summary, crossed
