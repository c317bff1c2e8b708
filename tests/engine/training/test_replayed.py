"""Whatever a training is interrupted by, its numbers are those of the uninterrupted one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.training.test_run import same
from unrolled.engine import (
    CELLS,
    TRAINING_OPTIMIZERS,
    TRAINING_RULES,
    InvalidInput,
    Plan,
    Records,
    Training,
    gradient_flow,
    train,
)

UPDATES = 12
RATES = st.fixed_dictionaries({"learning_rate": st.floats(0.0, 0.1)})
CLIPS = st.fixed_dictionaries(
    {
        "clip": st.one_of(
            st.sampled_from([{"rule": name} for name in TRAINING_RULES]),
            st.just({"rule": "norm", "threshold": 0.3, "per_sample": True}),
        )
    }
)
PLANS = st.builds(
    Plan,
    task=st.sampled_from(
        [
            {"name": "sine", "steps": 4},
            {"name": "adding", "steps": 5},
            {"name": "reber", "grammar": "plain", "longest": 20},
        ]
    ),
    cell=st.sampled_from(list(CELLS)),
    hidden_size=st.integers(1, 5),
    num_layers=st.integers(1, 2),
    batch_size=st.integers(1, 3),
    updates=st.just(UPDATES),
    seed=st.integers(0, 5),
    precision=st.sampled_from(["float64", "float32"]),
    optimizer=st.sampled_from([{"name": name} for name in TRAINING_OPTIMIZERS]),
    schedule=st.sampled_from([{"name": "warmup", "over": 5}, {"name": "cosine"}]),
    clip=st.sampled_from([{"rule": "autoclip"}, {"rule": "zclip"}, {"rule": "value"}]),
    noise=st.sampled_from([0.0, 0.01]),
)


@settings(max_examples=8)
@given(
    plan=PLANS,
    changes=st.lists(st.tuples(st.integers(0, UPDATES - 1), RATES | CLIPS), max_size=3),
    data=st.data(),
)
def test_snapshots_and_changes_bring_the_same_numbers(
    plan: Plan, changes: list[tuple[int, dict[str, Any]]], data: st.DataObject
) -> None:
    training, parts, kept = Training(plan), [], []
    for at, change in sorted(changes, key=lambda pair: pair[0]):
        parts.append(training.advance(at - training.update))
        kept.append((training.update, training.snapshot()))
        training.change(change)
        kept.append((training.update, training.snapshot()))
    parts.append(training.advance(UPDATES))
    whole = Records.joined(parts)
    assert whole.update.tolist() == list(range(1, UPDATES + 1))
    begin, snapshot = data.draw(st.sampled_from([*kept, (0, Training(plan).snapshot())]))
    stop = data.draw(st.integers(begin, UPDATES))
    again = Training.restore(plan, snapshot, training.changes)
    assert again.update == begin
    same(again.advance(stop - begin), whole.rows(slice(begin, stop)))
    later = Training.restore(plan, again.snapshot(), training.changes)
    same(later.advance(UPDATES), whole.rows(slice(stop, UPDATES)))
    assert later.snapshot() == training.snapshot()


@settings(max_examples=10)
@given(plan=PLANS, n=st.integers(0, UPDATES - 1))
def test_every_update_is_shown_as_it_was(plan: Plan, n: int) -> None:
    training = Training(plan)
    training.advance(n)
    shown = training.experiment()
    before = training.snapshot()
    row = training.advance()
    if np.isnan(row.loss[0]):
        return
    again = Training.restore(plan, before, [])
    assert again.experiment().sequence.inputs.tobytes() == shown.sequence.inputs.tobytes()
    flow = gradient_flow(
        shown.network,
        shown.parameters,
        shown.sequence,
        loss=shown.loss,
        truncation=shown.truncation,
        clip=shown.clip,
        spectral=False,
        itemized=False,
        graph=False,
    )
    digits = 1e-9 if plan.precision == "float64" else 1e-2
    np.testing.assert_allclose(row.loss[0], flow.loss, rtol=digits)
    for number, layer in enumerate(flow.layers):
        theirs = layer.hidden_gradient.log10_norm
        theirs = np.where(np.isnan(theirs), -np.inf, theirs)
        np.testing.assert_allclose(row.log10_hidden[0, number], theirs, atol=digits)
    if plan.precision == "float64":
        assert row.engaged[0] == flow.clipping.engaged
    np.testing.assert_allclose(10.0 ** row.log10_after[0], flow.clipping.norm_after, rtol=digits)


def test_weights_that_are_given_beside() -> None:
    plan = Plan({"name": "sine", "steps": 5}, hidden_size=3, updates=4, weights={"kind": "network"})
    with pytest.raises(InvalidInput, match="without numbers beside"):
        Training(plan)
    own = Training(replace(plan, weights={"seed": 9})).parameters
    own["W_hh"] = own["W_hh"] * 0.5
    training = Training(plan, parameters=own)
    np.testing.assert_array_equal(training.parameters["W_hh"], own["W_hh"])
    whole = training.advance(4)
    same(whole, train(plan, parameters=own))
    again = Training.restore(plan, Training(plan, parameters=own).snapshot(), [])
    assert again.plan == plan
    same(whole, again.advance(4))
    with pytest.raises(InvalidInput) as wrong:
        Training(plan, parameters=own | {"W_hh": np.zeros((2, 2))})
    assert wrong.value.pointer == ("weights", "W_hh")


def test_single_precision_is_single() -> None:
    plan = Plan({"name": "sine", "steps": 5}, hidden_size=3, updates=50)
    double, single = (train(replace(plan, precision=p)) for p in ("float64", "float32"))
    np.testing.assert_allclose(double.loss, single.loss, rtol=1e-4)
    assert (double.loss != single.loss).any()
    training = Training(replace(plan, precision="float32"))
    training.advance(3)
    assert all((value == value.astype(np.float32)).all() for value in training.parameters.values())
