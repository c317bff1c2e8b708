"""Every advice was tried: sent with its patch, the experiment gives the number that it names."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings

from tests.app.advised import USEFUL, answer, check
from tests.app.experiments import experiments
from unrolled.app import advice, job
from unrolled.app.candidates import CANDIDATES
from unrolled.app.canonical import canonical
from unrolled.app.errors import BadInput
from unrolled.app.presets import PRESETS
from unrolled.app.schemas import Experiment
from unrolled.app.sizes import Most
from unrolled.engine import CELLS, TOPOLOGIES


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_advice_on_a_preset_is_true(preset):
    check(preset.experiment.model_dump())


CASES = [
    (None, "tanh", 0.3),
    ({"kind": "none"}, "relu", 4.0),
    ({"kind": "none"}, "linear", 3.0),
    ({"kind": "window", "steps": 3}, "tanh", 0.9),
    ({"kind": "chunk", "steps": 4}, "linear", 3.0),
]


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("cell", CELLS)
def test_advice_is_true_for_every_cell_wiring_and_truncation(cell, topology):
    for truncation, activation, radius in CASES:
        network = {"cell": cell, "topology": topology, "num_layers": 2, "hidden_size": 5}
        check(
            {
                "network": network | {"activation": "tanh" if CELLS[cell].gates else activation},
                "weights": {"spectral_radius": radius},
                "sequence": {} if topology == "one-to-one" else {"steps": 12, "batch_size": 2},
                "truncation": truncation,
            }
        )


@given(experiment=experiments())
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_advice_on_any_experiment_is_true(experiment):
    try:
        answer(experiment)
    except (ValueError, BadInput):  # what the service answers with 422
        return
    check(experiment)


def advice_on(**experiment):
    return check(experiment)["advice"]


def patches(entries):
    return [entry["patch"] for entry in entries]


def test_saturated_tanh_is_not_told_to_take_smaller_weights():
    """Smaller weights would make it a hundred times worse."""
    (preset,) = [preset for preset in PRESETS if preset.name == "sentiment"]
    entries = advice_on(**preset.experiment.model_dump())
    assert entries
    for patch in patches(entries):
        assert patch.get("weights", {}).get("spectral_radius", 2.0) > 0.9
    assert "instead of 0.47 %" in entries[0]["text"]


def test_an_open_forget_gate_is_not_told_to_open():
    network = {"cell": "lstm", "topology": "many-to-one"}
    kept = {"network": network, "sequence": {"steps": 100}, "weights": {"forget_bias": 5.0}}
    assert answer(kept, include=["advice"])["diagnosis"]["advice"] == []
    shut = advice_on(**kept | {"weights": {"forget_bias": 0.0}})
    assert any(p["weights"].get("forget_bias", 0.0) >= 3.0 for p in patches(shut) if "weights" in p)


def test_a_copy_is_let_through():
    entries = advice_on(network={"cell": "elman"}, sequence={"steps": 8})
    none = {"truncation": {"kind": "none", "steps": None}}
    assert none in patches(entries)
    assert all("instead of nothing" in entry["text"] for entry in entries)


def test_another_cell_takes_away_what_it_does_not_know():
    state = [[0.1, 0.2]]
    entries = advice_on(
        network={"cell": "lstm", "hidden_size": 2, "input_size": 1, "output_size": 1},
        sequence={"kind": "explicit", "inputs": [[[1.0]]] * 9, "targets": [[[1.0]]] * 9}
        | {"h_0": state, "c_0": state},
        weights={"forget_bias": -1.0, "spectral_radius": 0.3},
        loss="squared-error",
    )
    (gru,) = [p for p in patches(entries) if p.get("network", {}).get("cell") == "gru"]
    assert gru["weights"]["forget_bias"] is None
    assert gru["sequence"] == {"c_0": None}


def test_relu_becomes_tanh_where_the_cell_has_gates():
    entries = advice_on(
        network={"activation": "sigmoid", "topology": "many-to-one"}, sequence={"steps": 30}
    )
    (lstm,) = [p for p in patches(entries) if p.get("network", {}).get("cell") == "lstm"]
    assert lstm["network"]["activation"] == "tanh"


def test_an_exploding_gradient_may_be_clipped_once():
    exploding = {
        "network": {"activation": "relu", "topology": "many-to-one"},
        "weights": {"spectral_radius": 3.0},
        "sequence": {"steps": 30},
        "loss": "squared-error",
    }
    assert patches(advice_on(**exploding))[-1] == {"clip": {"rule": "norm", "max_norm": 1.0}}
    for clip in ({"rule": "value", "max_value": 9.0}, {"rule": "backward", "max_norm": 1.0}):
        assert all("clip" not in patch for patch in patches(advice_on(**exploding, clip=clip)))


def test_an_overflow_is_mended():
    entries = advice_on(
        network={"activation": "linear", "topology": "many-to-one"},
        weights={"spectral_radius": 1e30},
        sequence={"steps": 30},
    )
    assert entries
    assert all("H does not overflow" in entry["text"] for entry in entries)


WINDOW = {"truncation": {"kind": "window", "steps": 6}, "sequence": {"steps": 30}}


def test_an_exploding_window_is_mended():
    entries = advice_on(**WINDOW, network={"activation": "relu"}, weights={"spectral_radius": 4.0})
    assert patches(entries)[-1] == {"clip": {"rule": "norm", "max_norm": 1.0}}
    assert any(p.get("weights", {}).get("init") == "orthogonal" for p in patches(entries))
    assert any("spectral_radius" in p.get("weights", {}) for p in patches(entries))
    assert all("truncation" not in p for p in patches(entries))
    assert all("arrives at step 25 " in entry["text"] for entry in entries)


def test_a_vanishing_chunk_is_measured_where_its_loss_ends():
    entries = advice_on(truncation={"kind": "chunk", "steps": 4})
    assert entries
    for entry in entries:
        assert "at step 17 instead of" in entry["text"]
        assert (entry["before"]["loss_step"], entry["before"]["step"]) == (20, 17)
        assert "truncation" not in entry["patch"]  # 0.0017 % at step 1 is worth nothing


def test_a_longer_way_is_offered_where_something_comes_of_it():
    entries = advice_on(
        truncation={"kind": "window", "steps": 3}, sequence={"kind": "random", "steps": 5}
    )
    (none,) = [entry for entry in entries if "truncation" in entry["patch"]]
    assert none["before"] == none["before"] | {"log10_arriving": None, "step": 1, "loss_step": 5}


def test_the_loss_is_the_verdicts_where_the_last_has_no_gradient():
    exploding = {
        "network": {"activation": "relu"},
        "weights": {"spectral_radius": 3.0, "seed": 1},
        "sequence": {"kind": "random", "steps": 100},
    }
    found = check(exploding)
    assert found["loss_step"] == 97
    assert found["advice"]
    assert all("(the loss of step 97)" in entry["text"] for entry in found["advice"])


STACK = {"network": {"activation": "relu", "hidden_size": 16, "num_layers": 3}}


@pytest.mark.parametrize("radius", [1.2, 1.5, 1.8])
def test_no_layer_below_is_left_with_the_other_verdict(radius):
    check(STACK | {"weights": {"spectral_radius": radius}, "sequence": {"steps": 30}})


@pytest.mark.parametrize("network", [{}, {"activation": "relu"}, {"cell": "lstm"}], ids=str)
def test_of_many_steps_no_change_ends_in_next_to_nothing(network):
    """Within a second not all can be tried; what is listed is worth it."""
    radius = 3.0 if network else 0.9
    asked = answer(
        {"network": network, "weights": {"spectral_radius": radius}, "sequence": {"steps": 2000}},
        include=["advice"],
    )["diagnosis"]
    assert asked["advice_tried"] >= 8
    for entry in asked["advice"]:
        assert "clip" in entry["patch"] or abs(entry["after"]["log10_arriving"]) <= USEFUL


def test_nothing_is_said_where_gradients_hold():
    held = answer({"weights": {"init": "orthogonal", "spectral_radius": 1.0}}, include=["advice"])
    assert held["diagnosis"]["advice"] == [] or check(held["experiment"])
    one = answer({"network": {"topology": "one-to-one"}}, include=["advice"])["diagnosis"]
    assert (one["advice"], one["advice_tried"], one["advice_left_out"]) == ([], 0, 0)


def test_no_advice_goes_beyond_the_limits():
    form = canonical(Experiment.model_validate({"include": ["advice"]}))
    free, tight = (
        json.loads(job.answer(form, most))["diagnosis"] for most in (Most(), Most(work=20 * 8**2))
    )
    assert any("cell" in patch.get("network", {}) for patch in patches(free["advice"]))
    assert all("cell" not in patch.get("network", {}) for patch in patches(tight["advice"]))
    assert tight["advice_tried"] < free["advice_tried"]


def test_a_large_network_is_not_tried_for_ever(monkeypatch):
    free = answer({}, include=["advice"])["diagnosis"]
    assert free["advice_left_out"] == 0
    monkeypatch.setattr(advice, "_BUDGET", 3 * 20 * advice._STEP)
    some = answer({}, include=["advice"])["diagnosis"]
    assert 0 < some["advice_tried"] < free["advice_tried"]
    assert some["advice_left_out"] > 0


def test_rows_have_names_of_their_own():
    names = [row.name for row in CANDIDATES]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z-]+", name) for name in names)


def test_another_init_is_told_nothing_of_the_longest_memory():
    """Of chrono's t_max the others know nothing, and refuse it."""
    network = {"cell": "gru", "hidden_size": 6, "topology": "many-to-one"}
    weights = {"init": "chrono", "spectral_radius": 0.3, "t_max": 2}
    found = check({"network": network, "weights": weights, "sequence": {"steps": 30}})
    changes = [entry["patch"].get("weights", {}) for entry in found["advice"]]
    drawn = [weights for weights in changes if "init" in weights]
    assert drawn
    assert all(patch["t_max"] is None for patch in drawn)
