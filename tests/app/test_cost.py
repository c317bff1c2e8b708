"""A large answer names what it took, and which rows it holds."""

import json

import pytest

from unrolled.app import job, sizes
from unrolled.app.canonical import canonical
from unrolled.app.measured import measured
from unrolled.app.schemas import Experiment, Flow
from unrolled.engine.analysis import trajectory
from unrolled.engine.passes import itemize

# 20·8²·2·4
LSTM = {"network": {"cell": "lstm"}, "sequence": {"batch_size": 2}}
WORK = 10_240


def answer(**fields):
    """What a worker writes."""
    document = json.loads(job.answer(canonical(Experiment.model_validate(LSTM | fields))))
    Flow.model_validate(document)
    return document


def test_a_small_answer_names_nothing():
    assert answer()["cost"] is None


def test_a_large_answer_names_time_memory_and_work(monkeypatch):
    monkeypatch.setattr(sizes, "LARGE", WORK)
    assert answer()["cost"] is None
    monkeypatch.setattr(sizes, "LARGE", WORK - 1)
    found = answer()["cost"]
    assert found["work"] == WORK
    assert found["seconds"] > 0
    assert found["peak_bytes"] > 20 * 2 * 8 * 4 * 8  # z of every step and sample
    assert answer() | {"cost": None} == answer(follow=None) | {"cost": None}


def test_memory_is_the_peak_of_what_is_inside():
    with measured() as found:
        held = bytearray(10_000_000)
        del held
    assert 10_000_000 <= found.peak_bytes < 11_000_000


@pytest.mark.parametrize("kind", ["own", "given"])
def test_a_sample_is_said_and_is_what_the_whole_would_hold(monkeypatch, kind):
    inputs = [[[0.5, -0.2, 0.1, (t % 3) / 4]] * 2 for t in range(20)]
    entering = {
        "at": "hidden",
        "value": [[[0.1 * (u + b) for u in range(8)] for b in (1, -2)]] * 20,
    }
    given = {
        "loss": "given",
        "sequence": {"kind": "explicit", "inputs": inputs, "entering": entering},
    }
    fields = {"follow": 7} | (given if kind == "given" else {})
    whole = answer(**fields)
    monkeypatch.setattr(itemize, "AFFORDED", 1.0)
    monkeypatch.setattr(trajectory, "_PRODUCTS", 16**2 * 8 * 4.5)
    some = answer(**fields)
    pairs, every = some["itemized"], whole["itemized"]
    assert every["emitting"] is None
    assert every["note"] is None
    assert len(pairs["loss_steps"]) == 8
    assert pairs["emitting"] == every["loss_steps"] == list(range(1, 21))
    assert pairs["note"].startswith("8 of 20 losses have a row")
    assert {1, 7, 20} <= set(pairs["loss_steps"])
    for name in ("log10_norm", "state_log10_norm"):
        for step, row in zip(pairs["loss_steps"], pairs[name], strict=True):
            there = every[name][step - 1]
            assert row[step:] == there[step:] == [None] * (20 - step)
            assert row[:step] == pytest.approx(there[:step], rel=1e-12)
    assert some["hidden_gradient"] == whole["hidden_gradient"]
    assert some["parameter_gradients"] == whole["parameter_gradients"]
    assert (whole["spectrum"]["first_step"], some["spectrum"]["first_step"]) == (1, 16)
    assert some["spectrum"]["product_log10_norm"][:15] == [None] * 15
    assert None not in some["spectrum"]["product_log10_norm"][15:]
    assert some["spectrum"]["exponents_over"] == 19
