"""Every advice was tried: sent with its patch, the experiment gives the number that it names."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from app import advice, job
from app.candidates import CANDIDATES
from app.canonical import canonical
from app.errors import BadInput
from app.limits import refuse_oversize
from app.merge_patch import merge_patch
from app.presets import PRESETS
from app.schemas import Experiment, Flow
from app.settings import Settings
from app.sizes import Most
from engine import CELLS, TOPOLOGIES, Row, share, times, verdict_of
from tests.app.experiments import experiments

CLEARLY = math.log10(2.0)
OPPOSITE = {"vanishing": "exploding", "blocked": "exploding", "exploding": "vanishing"}


def answer(experiment, **other):
    """The service's answer in this process, held against its schema."""
    asked = Experiment.model_validate(experiment | other)
    refuse_oversize(asked, Settings())
    document = json.loads(job.answer(canonical(asked)))
    Flow.model_validate(document)
    return document


def row(experiment):
    """log₁₀ ‖∂L_T/∂s_t‖ from T back to 1 as the graph says it, None where nothing arrives."""
    loss_steps = answer(experiment, follow=None, include=["itemized"])["itemized"]["loss_steps"]
    if not loss_steps:
        return []
    last = loss_steps[-1]
    flow = answer(experiment, follow=last, window=None, include=["graph"])
    assert flow["experiment"]["follow"] == last
    layer = flow["experiment"]["network"]["num_layers"] - 1
    squares: dict[int, list[float | None]] = {}
    for node in flow["graph"]["nodes"]:
        if node["kind"] in ("hidden", "cell") and node["layer"] == layer and node["step"] >= 1:
            squares.setdefault(node["step"], []).append(node["log10_norm"])
    return [together(squares[step]) for step in range(last, 0, -1)]


def together(decades):
    """log₁₀ √Σ 10^(2 d)."""
    there = [d for d in decades if d is not None]
    if not there:
        return None
    top = max(there)
    return top + 0.5 * math.log10(sum(10.0 ** (2.0 * (d - top)) for d in there))


def arriving(decades):
    if not decades or decades[0] is None or decades[-1] is None:
        return None
    return decades[-1] - decades[0]


def verdict(decades):
    row = Row.of(len(decades), 1, np.array([np.nan if d is None else d for d in decades[::-1]]))
    return "stable" if row is None else verdict_of(row)


def close(found, expected):
    if expected is None:
        return found is None
    return found is not None and abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


def nan(value):
    return math.nan if value is None else value


def check(experiment):
    """Everything that is said about an advice; returns the diagnosis."""
    asked = answer(experiment, include=["advice"])
    base, diagnosis = asked["experiment"], asked["diagnosis"]
    entries = diagnosis["advice"]
    now = row(base)
    assert 0 <= len(entries) <= min(6, diagnosis["advice_tried"])
    distances = []
    for entry in entries:
        patch, before, after = entry["patch"], entry["before"], entry["after"]
        assert close(before["log10_arriving"], arriving(now)), entry
        patched = merge_patch(base, patch)
        assert patched != base
        then = row(patched)
        assert len(then) >= len(now)
        assert close(after["log10_arriving"], arriving(then)), entry
        assert share(nan(after["log10_arriving"])) in entry["text"], entry
        for name in ("spectral_radius", "forget_bias"):
            value = patch.get("weights", {}).get(name)
            if value is not None and (name, value) != ("spectral_radius", 1.0):
                words = entry["text"].split(": ")[0]
                assert words.endswith(f" {value:.3g}".replace("-", "−")), entry
        if "clip" in patch:
            clipped(asked, entry, patched)
            assert entry is entries[-1]
            continue
        assert answer(patched)["overflow"] is None
        reached, was = after["log10_arriving"], before["log10_arriving"]
        assert reached is not None
        distances.append(abs(reached))
        if asked["overflow"]:
            assert "overflow" in entry["text"]
            continue
        assert was is None or abs(reached) <= abs(was) - CLEARLY
        assert share(nan(was), again=reached > 0.0) in entry["text"].split("instead of ")[1]
        blocked = arriving(now) is None
        assert verdict(then) != OPPOSITE["blocked" if blocked else verdict(now)]
    assert distances == sorted(distances)
    assert all("e+" not in e["text"] and "e-" not in e["text"].split(": ", 1)[1] for e in entries)
    return diagnosis


def clipped(asked, entry, patched):
    """A clip says what it does to ‖g‖."""
    assert asked["experiment"]["clip"] == {"rule": "none"}
    before, after = asked["clipping"], answer(patched)["clipping"]
    assert entry["before"]["log10_norm"] == before["log10_norm_before"]
    assert entry["after"]["log10_norm"] == pytest.approx(math.log10(after["norm_after"]))
    assert times(entry["before"]["log10_norm"]) in entry["text"]
    assert after["engaged"]
    assert entry["before"]["log10_arriving"] > 0.0


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
    entries = advice_on(network={"cell": "elman"})
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
    assert all("h does not overflow" in entry["text"] for entry in entries)


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
