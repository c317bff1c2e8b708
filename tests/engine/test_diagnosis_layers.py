"""What is said of the layers below the last, and why a gradient grows there."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.engine.reference.cases import make
from tests.engine.test_diagnosis import diagnose
from unrolled.engine import Diagnosis, Sequence
from unrolled.engine.diagnosis.verdict import ORDINALS
from unrolled.engine.experiment.network import MAX_LAYERS
from unrolled.engine.numbers.arrays import Parameters


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
    said = (
        r"In the first layer the gradient explodes: the step where the loss enters multiplies the "
        r"gradient by 2\.00, each one behind it multiplies what is there by about ([\d.]+);"
    )
    match = re.search(said, found.summary)
    assert match, found.summary
    assert float(match[1]) == pytest.approx(1.5, rel=0.01)


def test_a_layer_below_that_grows_and_holds_is_not_said_to_hold() -> None:
    found = two_layers(1.0, 0.5)
    assert found.verdict == "vanishing"
    assert found.summary.endswith(
        "In the first layer the gradient grows as a sum of what the layer above gives at every "
        "step: it grows 1.75 times in the first 2 steps back, then holds; 2.00 times as much as "
        "entered arrives at step 1."
    )


@pytest.mark.parametrize(("below", "above"), [(0.95, 1.0), (1.0, 1.0), (0.95, 0.99), (1.0, 0.9)])
def test_a_sum_that_grows_is_not_said_to_explode(below: float, above: float) -> None:
    """Neither layer's own way back grows: what comes from above adds up."""
    found = two_layers(below, above)
    assert found.verdict == ("vanishing" if above < 0.95 else "stable")
    (said,) = re.findall(r"In the first layer the gradient (.*?):", found.summary)
    assert said == "grows as a sum of what the layer above gives at every step"
    assert "explode" not in found.summary.lower()


def test_what_explodes_above_explodes_below_and_it_is_said_from_where() -> None:
    case = make(activation="linear", topology="many-to-one", sizes=(1, 1, 1), steps=30, layers=3)
    one = np.ones((1, 1))
    weights: Parameters = {name: np.zeros(1) for name in ("b_h", "b_h_1", "b_h_2", "b_y")}
    weights |= dict.fromkeys(("W_xh", "W_xh_1", "W_xh_2", "W_hy"), one)
    weights |= {"W_hh": 0.5 * one, "W_hh_1": 1.5 * one, "W_hh_2": 0.9 * one}
    inputs, targets = case.sequence.inputs, case.sequence.targets
    sequence = Sequence(np.zeros_like(inputs), np.ones_like(targets), 30)
    said = diagnose(case.with_(parameters=weights, sequence=sequence)).summary
    assert "In the second layer the gradient explodes:" in said
    assert "In the first layer the gradient explodes with what the layer above gives:" in said


def test_a_layer_that_hears_nothing_is_named() -> None:
    found = two_layers(0.5, 0.5, through=0.0)
    assert found.summary.endswith(" No loss is heard in the first layer.")


def test_layers_that_fare_alike_have_one_sentence() -> None:
    assert "layer" not in two_layers(0.5, 0.4).summary
    assert "layer" not in two_layers(1.5, 1.5).summary


def test_every_layer_below_the_last_has_a_name() -> None:
    assert len(ORDINALS) == MAX_LAYERS - 1
