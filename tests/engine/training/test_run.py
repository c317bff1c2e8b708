"""A training goes on from where it stood, and is changed where it is changed."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

import unrolled
from unrolled.engine import InvalidInput, Plan, Records, Training, gradient_flow

PLAN = Plan(
    {"name": "sine", "steps": 6},
    hidden_size=5,
    batch_size=3,
    updates=40,
    clip={"rule": "norm", "threshold": 0.2},
)


def same(first: Records, second: Records) -> None:
    """Bit for bit."""
    for field in fields(Records):
        a, b = getattr(first, field.name), getattr(second, field.name)
        assert (a is None) == (b is None), field.name
        assert a is None or a.tobytes() == b.tobytes(), field.name


def test_paused_is_uninterrupted() -> None:
    whole, paused = Training(PLAN).advance(40), Training(PLAN)
    same(whole, Records.joined([paused.advance(n) for n in (1, 7, 0, 12, 100)]))
    assert paused.ended == "done"
    assert len(paused.advance()) == 0


@pytest.mark.parametrize("optimizer", unrolled.TRAINING_OPTIMIZERS)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"cell": "lstm", "precision": "float32"},
        {"clip": {"rule": "autoclip", "percentile": 20}},
        {"clip": {"rule": "zclip"}, "noise": 0.01},
    ],
)
def test_restored_is_uninterrupted(optimizer: str, more: dict[str, Any]) -> None:
    plan = replace(PLAN, optimizer={"name": optimizer}, **more)
    whole, first = Training(plan).advance(40), Training(plan)
    begun = first.advance(28)
    again = Training.restore(plan, first.snapshot(), first.changes)
    same(whole, Records.joined([begun, again.advance(40)]))
    assert again.snapshot() == _ended(plan)


def _ended(plan: Plan) -> bytes:
    training = Training(plan)
    training.advance(plan.updates)
    return training.snapshot()


def test_changes_are_made_again() -> None:
    training = Training(PLAN)
    parts, kept = [training.advance(5)], training.snapshot()
    training.change({"learning_rate": 0.05})
    later = training.snapshot()
    parts.append(training.advance(9))
    training.change({"clip": {"rule": "autoclip", "percentile": 30}})
    training.change({"learning_rate": 0.2, "clip": {"rule": "norm", "threshold": 0.01}})
    parts.append(training.advance(100))
    assert [first for first, _ in training.changes] == [6, 15, 15]
    whole = Records.joined(parts)
    assert whole.learning_rate.tolist() == [0.01] * 5 + [0.05] * 9 + [0.2] * 26
    assert whole.threshold.tolist() == [0.2] * 14 + [0.01] * 26
    for snapshot in (kept, later):
        again = Training.restore(PLAN, snapshot, training.changes)
        assert again.update == 5
        same(Records.joined([parts[0], again.advance(100)]), whole)
        assert again.changes == training.changes


def test_what_is_measured_now_and_then() -> None:
    training = Training(replace(PLAN, updates=200))
    assert training.measured_every == 5
    start = training.parameters
    rows = training.advance(200)
    for column in (rows.rho, rows.sigma, rows.held_out):
        assert (np.flatnonzero(~np.isnan(column)) + 1).tolist() == [*range(1, 200, 5), 200]
    held = training.problem.held_out()
    flow = gradient_flow(training.network, start, held, loss=training.problem.loss)
    np.testing.assert_allclose(rows.held_out[0], flow.loss, rtol=1e-12)
    trajectory = flow.layers[0].trajectory
    assert trajectory is not None
    spectrum = trajectory.spectrum
    np.testing.assert_allclose(rows.rho[0], spectrum.spectral_radius, rtol=1e-12)
    np.testing.assert_allclose(rows.sigma[0], spectrum.spectral_norm, rtol=1e-12)
    assert Training(replace(PLAN, updates=100_000)).measured_every == 100


def test_norms_of_parameters_and_their_steps() -> None:
    training = Training(PLAN)
    before = training.parameters
    rows = training.advance()
    after = training.parameters
    for n, name in enumerate(training.names):
        size, moved = np.linalg.norm(before[name]), np.linalg.norm(after[name] - before[name])
        np.testing.assert_allclose(10.0 ** rows.log10_weight[0, n], size, rtol=1e-12)
        np.testing.assert_allclose(10.0 ** rows.log10_step[0, n], moved, rtol=1e-9)
    assert np.isneginf(rows.log10_weight[0, training.names.index("b_h")])


def test_experiment_is_the_next_update() -> None:
    training = Training(PLAN)
    training.advance(7)
    shown = training.experiment()
    flow = gradient_flow(
        shown.network,
        shown.parameters,
        shown.sequence,
        loss=shown.loss,
        truncation=shown.truncation,
        clip=shown.clip,
    )
    row = training.advance()
    assert row.update[0] == 8
    np.testing.assert_allclose(row.loss[0], flow.loss, rtol=1e-12)
    np.testing.assert_allclose(
        row.log10_hidden[0, 0], flow.layers[0].hidden_gradient.log10_norm, rtol=1e-11
    )
    np.testing.assert_allclose(row.log10_before[0], flow.clipping.log10_norm_before, rtol=1e-11)
    np.testing.assert_allclose(10.0 ** row.log10_after[0], flow.clipping.norm_after, rtol=1e-11)
    assert row.engaged[0] == flow.clipping.engaged


def test_a_plan_comes_back_from_its_json() -> None:
    assert Plan.from_json(PLAN.to_json()) == PLAN
    assert len(unrolled.train(PLAN.to_json())) == 40


@pytest.mark.parametrize("given", [5, "adding.toml", None, ["adding"], b"{}"])
def test_what_is_no_plan_is_said_with_what_is_allowed(given: Any) -> None:
    with pytest.raises(unrolled.InvalidInput) as wrong:
        unrolled.train(given)
    assert str(wrong.value).startswith(f"train: received {given!r}; allowed: a Plan, or a dict")


def test_a_series_that_is_none_is_said_with_what_is_allowed() -> None:
    plan = {"task": {"name": "series", "steps": 4}}
    with pytest.raises(unrolled.InvalidInput, match=r"series: received \[1.0\]; allowed: unrolled"):
        unrolled.train(plan, series=[1.0])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"task": {"name": "sine", "steps": 0}}, ("task", "steps")),
        ({"task": {"name": "cosine"}}, ("task", "name")),
        ({"cell": "rnn"}, ("cell",)),
        ({"cell": "lstm", "activation": "relu"}, ("activation",)),
        ({"hidden_size": 0}, ("hidden_size",)),
        ({"num_layers": 9}, ("num_layers",)),
        ({"batch_size": 1.5}, ("batch_size",)),
        ({"updates": True}, ("updates",)),
        ({"precision": "float16"}, ("precision",)),
        ({"optimizer": {"name": "lion"}}, ("optimizer", "name")),
        ({"optimizer": {"name": "sgd", "momentum": 0.9}}, ("optimizer", "momentum")),
        ({"optimizer": {"name": "adam", "beta_1": 1.0}}, ("optimizer", "beta_1")),
        ({"optimizer": "adam"}, ("optimizer",)),
        ({"schedule": {"name": "step", "every": 0}}, ("schedule", "every")),
        ({"clip": {"rule": "norm", "threshold": 0}}, ("clip", "threshold")),
        ({"clip": {"rule": "backward", "per_sample": True}}, ("clip", "per_sample")),
        ({"weights": {"init": "zeros"}}, ("weights", "init")),
        ({"weights": {"radius": 1}}, ("weights", "radius")),
        ({"weights": {"seed": 0.5}}, ("weights", "seed")),
        ({"weights": {"spectral_radius": "1"}}, ("weights", "spectral_radius")),
        ({"weights": []}, ("weights",)),
        ({"task": "sine"}, ("task",)),
        ({"layers": 2}, ("layers",)),
        ({"omega": -1}, ("omega",)),
    ],
)
def test_what_no_plan_can_be(fields: dict[str, Any], pointer: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        Plan.from_json({"task": {"name": "sine"}} | fields)
    assert wrong.value.pointer == pointer


@pytest.mark.parametrize("change", [{}, {"seed": 1}, {"learning_rate": -1}, {"clip": {}}])
def test_what_cannot_be_changed(change: dict[str, Any]) -> None:
    training = Training(PLAN)
    with pytest.raises(InvalidInput):
        training.change(change)
    assert training.changes == []


def test_what_is_no_snapshot() -> None:
    for wrong in (b"", b"PK\x03\x04", Training(replace(PLAN, hidden_size=4)).snapshot()):
        with pytest.raises(InvalidInput, match="snapshot"):
            Training.restore(PLAN, wrong)
