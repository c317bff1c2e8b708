"""The verdict, and that every number in its sentence is true."""

from __future__ import annotations

import re

import numpy as np
import pytest

import engine
from engine import Diagnosis, Sequence, Truncation
from engine.diagnosis import ORDINALS
from engine.network import MAX_LAYERS
from tests.engine.reference.cases import CELLS, Case, make
from tests.engine.reference.rules import reaches


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


@pytest.mark.parametrize(
    "w", [1e-30, 1e-3, 0.01, 0.1, 0.11, 0.3, 0.5, 0.7, 0.79, 0.9, 0.95, 10 ** (-3 / 7)]
)
def test_after_n_steps_less_than_a_thousandth_and_not_before(w: float) -> None:
    found = diagnose(chain(w, 60))
    match = re.search(r"after (\d+) steps? less than a thousandth is left", found.summary)
    assert match, found.summary
    n, rate = int(match[1]), found.decay_per_step
    assert rate**n < 1e-3 * (1 - 1e-12), f"{rate}**{n} = {rate**n} is not less than a thousandth"
    assert n == 1 or rate ** (n - 1) >= 1e-3 * (1 - 1e-9), f"{n - 1} steps are enough"


@pytest.mark.parametrize("w", [1.1, 1.3, 2.0, 5.0, 10.0, 31.0, 1e3, 1e4, 10 ** (3 / 7)])
def test_after_n_steps_more_than_a_thousand_times_and_not_before(w: float) -> None:
    found = diagnose(chain(w, 60))
    match = re.search(r"after (\d+) steps? it is more than a thousand times larger", found.summary)
    assert match, found.summary
    n, rate = int(match[1]), found.decay_per_step
    assert rate**n > 1e3 * (1 + 1e-12), f"{rate}**{n} = {rate**n} is not more than a thousand"
    assert n == 1 or rate ** (n - 1) <= 1e3 * (1 + 1e-9), f"{n - 1} steps are enough"


@pytest.mark.parametrize("w", [1e-5, 0.003, 0.04, 0.1, 0.39, 0.8, 0.99, 1.0])
def test_the_share_in_the_sentence_is_the_decay(w: float) -> None:
    found = diagnose(chain(w))
    match = re.search(r"one step back keeps about ([\d.e+-]+) %", found.summary)
    assert match, found.summary
    assert float(match[1]) / 100 == pytest.approx(found.decay_per_step, rel=0.05)


def test_the_factor_in_the_sentence_is_the_decay() -> None:
    found = diagnose(chain(1.234))
    assert "multiplies the gradient by about 1.23;" in found.summary
    assert "spectral radius 1.23" in found.summary


def test_a_gradient_that_grows_a_little_is_not_said_to_be_kept() -> None:
    found = diagnose(chain(1.02))
    assert found.verdict == "stable"
    assert "multiplies the gradient by about 1.02," in found.summary


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


def test_units_that_are_off() -> None:
    case = chain(1.0, 6, "relu", "many-to-many")
    case.parameters["b_h"] = np.array([-1.0])
    found = diagnose(case)
    assert found.verdict == "vanishing"
    assert found.decay_per_step == 0.0
    assert "relu units that are off" in found.summary


def test_a_recurrent_matrix_of_zeros() -> None:
    found = diagnose(chain(0.0, topology="many-to-many"))
    assert found.verdict == "vanishing"
    assert found.decay_per_step == 0.0
    assert "zero" in found.summary


def test_targets_that_are_met_are_not_called_a_truncation() -> None:
    """With every gradient zero, no sentence about a truncation is true."""
    found = diagnose(chain(0.5, 6, target=0.0))
    assert "truncation" not in found.summary


@pytest.mark.parametrize(
    ("activation", "words"),
    [("sigmoid", "sigmoid never passes more than 0.25"), ("linear", "spectral radius 0.5")],
)
def test_the_cause_of_vanishing(activation: str, words: str) -> None:
    w = 0.5 if activation == "linear" else 1.0
    found = diagnose(chain(w, activation=activation, topology="many-to-many"))
    assert found.verdict == "vanishing"
    assert words in found.summary


def test_saturated_tanh_is_named() -> None:
    case = chain(2.0, 10, "tanh", "many-to-many")
    case.parameters["b_h"] = np.array([5.0])
    found = diagnose(case)
    assert "tanh saturates" in found.summary
    match = re.search(r"f′\(a\) is ([\d.]+) on average", found.summary)
    assert match
    mean = case.flow().activity.mean_derivative.mean()
    assert float(match[1]) == pytest.approx(mean, abs=0.005)


def test_the_verdict_is_read_off_the_items_and_not_off_the_total() -> None:
    case = chain(0.3, 40, topology="many-to-many")
    flow = case.flow()
    assert flow.hidden_gradient.log10_norm.min() > -0.01
    assert flow.diagnosis is not None
    assert flow.diagnosis.verdict == "vanishing"
    assert flow.diagnosis.decay_per_step == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("rule", [Truncation(), Truncation("window", 5), Truncation("chunk", 6)])
@pytest.mark.parametrize("topology", ["many-to-one", "many-to-many", "one-to-many"])
@pytest.mark.parametrize("seed", range(3))
def test_the_decay_is_the_least_squares_slope_through_the_origin(
    rule: Truncation, topology: str, seed: int
) -> None:
    case = make("elman", topology, truncation=rule, steps=14, seed=seed, sizes=(2, 4, 3))
    flow = case.flow()
    assert flow.itemized is not None
    assert flow.diagnosis is not None
    lags, gains = [], []
    for row, i in zip(flow.itemized.log10_norm, case.emits, strict=True):
        for t in range(1, i):
            if reaches(rule, i, t):
                lags.append([float(i - t)])
                gains.append(row[t - 1] - row[i - 1])
    slope = np.linalg.lstsq(np.array(lags), np.array(gains))[0][0]
    assert flow.diagnosis.decay_per_step == pytest.approx(10.0**slope, rel=1e-10)


@pytest.mark.parametrize(("bias", "advice"), [(0.0, "+1."), (1.0, "a larger forget-gate bias.")])
def test_an_lstm_is_told_to_open_its_forget_gate_further(bias: float, advice: str) -> None:
    network = engine.Network("lstm", "many-to-many", "tanh", 4, 8, 4)
    parameters = engine.draw_parameters(network, forget_bias=bias)
    sequence = engine.random_sequence(network, "cross-entropy", steps=30)
    found = engine.gradient_flow(network, parameters, sequence, loss="cross-entropy").diagnosis
    assert found is not None
    assert found.verdict == "vanishing"
    assert found.summary.endswith(advice)
    assert "The forget gate lets" in found.summary


def two_layers(below: float, above: float, through: float = 1.0) -> Diagnosis:
    """Two linear units, one over the other, each with its own factor a step."""
    case = make(activation="linear", topology="many-to-one", sizes=(1, 1, 1), steps=30, layers=2)
    one = np.ones((1, 1))
    weights = {
        "W_xh": one,
        "W_hh": below * one,
        "b_h": np.zeros(1),
        "W_xh_1": through * one,
        "W_hh_1": above * one,
        "b_h_1": np.zeros(1),
        "W_hy": one,
        "b_y": np.zeros(1),
    }
    inputs, targets = case.sequence.inputs, case.sequence.targets
    sequence = Sequence(np.zeros_like(inputs), np.ones_like(targets), 30)
    return diagnose(case.with_(parameters=weights, sequence=sequence))


def test_a_layer_below_that_explodes_is_named() -> None:
    found = two_layers(1.5, 0.5)
    assert found.verdict == "vanishing"
    said = r"In the first layer the gradient explodes: one step back multiplies it by about (.+)\.$"
    match = re.search(said, found.summary)
    assert match, found.summary
    assert float(match[1]) == pytest.approx(1.5, rel=0.05)


def test_a_layer_below_that_holds_is_named() -> None:
    found = two_layers(1.0, 0.5)
    assert found.verdict == "vanishing"
    assert "In the first layer the gradient holds: one step back " in found.summary


def test_a_layer_that_hears_nothing_is_named() -> None:
    found = two_layers(0.5, 0.5, through=0.0)
    assert found.summary.endswith(" No loss is heard in the first layer.")


def test_layers_that_fare_alike_have_one_sentence() -> None:
    assert "layer" not in two_layers(0.5, 0.4).summary
    assert "layer" not in two_layers(1.5, 1.5).summary


def test_every_layer_below_the_last_has_a_name() -> None:
    assert len(ORDINALS) == MAX_LAYERS - 1
