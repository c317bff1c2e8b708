"""Every event is true of the rows that brought it."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unrolled.engine import Data, Plan, Records, Training, Watcher
from unrolled.engine.training.events import changed, not_finite

PLAN = Plan({"name": "adding", "steps": 10}, hidden_size=4, updates=1000)


def rows(count: int, plan: Plan = PLAN, first: int = 1, **columns: Any) -> Records:
    """Rows of nothing remarkable, but for some columns."""
    steps, c = 10, plan.cell == "lstm"
    found = Records.empty(count, 1, steps, 5, has_c=c)
    found.update[:] = np.arange(first, first + count)
    found.loss[:], found.learning_rate[:] = 1.0, 0.01
    found.log10_before[:] = found.log10_after[:] = 0.0
    found.log10_hidden[:], found.log10_weight[:], found.log10_step[:] = 0.0, 0.0, -3.0
    for name, values in columns.items():
        getattr(found, name)[:] = values
    return found


def kinds(events: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["update"], one["kind"]) for one in events if one["kind"] != "hears"]


def text(events: list[dict[str, Any]], kind: str) -> str:
    """Of the first of a kind."""
    return str(next(one["text"] for one in events if one["kind"] == kind))


def test_a_spike_is_told_once() -> None:
    before = np.zeros(100)
    before[[30, 31, 60]] = 2.0, 1.5, 1.2
    after, engaged = before.copy(), np.zeros(100, dtype=bool)
    after[60], engaged[60] = 0.5, True
    events = Watcher(PLAN).feed(rows(100, log10_before=before, log10_after=after, engaged=engaged))
    assert kinds(events) == [(31, "spike"), (61, "spike"), (61, "clipping")]
    spikes = [one for one in events if one["kind"] == "spike"]
    assert spikes[0]["text"] == "‖g‖ is 100, 100 times its median over the 30 updates before"
    assert spikes[1]["text"].endswith("over the 60 updates before; clipped to 3.16")
    assert spikes[0]["values"]["log10_median"] == 0.0


def test_a_larger_spike_is_told_again() -> None:
    before = np.zeros(60)
    before[[30, 33, 36]] = 1.1, 1.9, 2.2
    events = Watcher(PLAN).feed(rows(60, log10_before=before))
    assert kinds(events) == [(31, "spike"), (37, "spike")]


def test_clipping_begins_and_ends() -> None:
    engaged = np.zeros(300, dtype=bool)
    engaged[[10, 20, 60, 200]] = True
    after = np.where(engaged, -1.0, 0.0)
    events = Watcher(PLAN).feed(rows(300, engaged=engaged, log10_after=after))
    assert kinds(events) == [
        (11, "clipping"), (111, "unclipped"), (201, "clipping"), (251, "unclipped"),
    ]  # fmt: skip
    texts = [one["text"] for one in events if one["kind"].endswith("clipping")]
    assert texts[0] == "the first gradient that is clipped: ‖g‖ was 1, and is 0.100 after it"
    assert texts[1].startswith("clipped again, after 139 updates that were not: ")
    assert "since update 61" in next(e["text"] for e in events if e["kind"] == "unclipped")


def test_updates_are_counted_in_thousands() -> None:
    engaged = np.zeros(2900, dtype=bool)
    engaged[[1200, 2800]] = True
    events = Watcher(PLAN).feed(rows(2900, engaged=engaged))
    assert text(events, "unclipped").endswith("since update 1,201")
    again = [one["text"] for one in events if one["kind"] == "clipping"][1]
    assert again.startswith("clipped again, after 1,599 updates that were not")


def test_step_1_hears_the_loss() -> None:
    hidden = np.zeros((150, 1, 10))
    hidden[:50, 0, 0], hidden[50:100, 0, 0], hidden[100:, 0, 0] = -6.0, -1.0, -np.inf
    events = Watcher(PLAN).feed(rows(150, log10_hidden=hidden))
    told = [(one["update"], one["kind"]) for one in events]
    assert told == [(25, "deaf"), (63, "hears"), (113, "deaf")]
    assert events[0]["text"] == (
        "step 1 does not hear the loss: of ‖∂L/∂h_10‖ a share of 1.0 × 10⁻⁶ arrives there, "
        "in the median of 25 updates"
    )
    assert events[1]["text"].startswith("from update 63 on step 1 hears the loss: ")
    assert "10 % arrives" in events[1]["text"]
    assert events[2]["text"].startswith("step 1 no longer hears the loss: ")
    assert "nothing arrives" in events[2]["text"]


def test_where_step_1_has_a_loss_itself_nothing_is_said_of_it() -> None:
    plan = Plan({"name": "sine", "steps": 10}, hidden_size=4)
    assert "hearing" not in Watcher(plan).state()


def test_the_baseline_and_the_criterion() -> None:
    held = np.full(60, np.nan)
    share = held.copy()
    held[::10] = 0.2, 0.084, 0.08, 0.09, 0.095, np.inf
    share[::10] = 0.0, 0.5, 0.995, 1.0, 0.99, 0.0
    events = Watcher(PLAN).feed(rows(60, held_out=held, share=share))
    assert kinds(events) == [
        (21, "below-baseline"), (21, "solved"), (41, "above-baseline"), (41, "unsolved"),
    ]  # fmt: skip
    assert text(events, "below-baseline").startswith(
        "the held-out loss is 0.08000, below 0.08333, that of a constant answer: always 1"
    )
    assert text(events, "solved").startswith("solved: 99.5 % of the held-out sequences are right (")
    assert text(events, "unsolved").startswith("no longer solved: 99 % of")
    assert text(events, "above-baseline").startswith("the held-out loss is 0.09500, above 0.08333")


def test_the_radius_crosses_one() -> None:
    rho = np.full(40, np.nan)
    rho[::10] = 0.9, 1.0004, 1.2, 0.99
    events = Watcher(PLAN).feed(rows(40, rho=rho))
    assert kinds(events) == [(11, "radius"), (31, "radius")]
    assert text(events, "radius").startswith(
        "ρ of the recurrent matrix is 1.0004, above 1; it was 0.9"
    )
    assert "radius" not in Watcher(replace(PLAN, cell="lstm")).state()


def test_learning_stops_and_goes_on() -> None:
    step = np.full((200, 5), -3.0)
    step[20:120] = -9.0
    weight = np.zeros((200, 5))
    step[:, 4] = weight[:, 4] = -np.inf  # a bias that is and stays zero
    events = Watcher(PLAN).feed(rows(200, log10_step=step, log10_weight=weight))
    assert kinds(events) == [(70, "still"), (121, "moves")]


def test_the_end_says_where() -> None:
    first = {"update": 3, "step": 17, "layer": 2, "quantity": "h"}
    records = rows(3, loss=[1.0, 1.0, np.nan], log10_before=[0.0, 0.0, np.nan])
    (found,) = Watcher(PLAN).feed(records, first)
    assert found["kind"] == "not-finite"
    assert "first in h_17 of layer 2" in found["text"]
    (plain,) = Watcher(PLAN).feed(records)
    assert plain["update"] == 3
    for quantity, said in (("loss", "first in the loss"), ("W_hh", "W_hh after this update")):
        text = not_finite({"update": 1, "step": None, "layer": None, "quantity": quantity})["text"]
        assert said in text


def test_a_change_in_words() -> None:
    change = {"learning_rate": 0.005, "clip": {"rule": "norm", "threshold": 2.0}}
    told = changed(7, change)
    assert told["text"] == (
        "from this update on η is 0.005 before its schedule and clipping is “norm” with μ = 2"
    )
    assert "nothing is clipped" in changed(7, {"clip": {"rule": "none"}})["text"]


@pytest.mark.parametrize("cell", ["simple", "lstm"])
@settings(max_examples=25)
@given(cuts=st.lists(st.integers(1, 119), max_size=4), seed=st.integers(0, 3))
def test_rows_in_parts_bring_the_same(cell: str, cuts: list[int], seed: int) -> None:
    plan = replace(
        PLAN,
        cell=cell,
        seed=seed,
        updates=120,
        weights={"seed": seed, "spectral_radius": 2.0},
        optimizer={"name": "sgd", "learning_rate": 0.5},
        clip={"rule": "zclip"},
    )
    records, whole = _trained(cell, seed, plan)
    events, state = [], None
    bounds = [0, *sorted(set(cuts)), len(records)]
    for begin, end in itertools.pairwise(bounds):
        watcher = Watcher(plan, state)
        events += watcher.feed(records.rows(slice(begin, end)))
        state = json.loads(json.dumps(watcher.state()))
    assert events == whole


_Told = tuple[Records, list[dict[str, Any]]]
_KEPT: dict[tuple[str, int], _Told] = {}


def _trained(cell: str, seed: int, plan: Plan) -> _Told:
    """The rows, and what is told of them where they come at once."""
    if (cell, seed) not in _KEPT:
        records = Training(plan).advance(120)
        whole = Watcher(plan).feed(records)
        assert whole
        _true(records, whole)
        _KEPT[cell, seed] = records, whole
    return _KEPT[cell, seed]


def _true(records: Records, events: list[dict[str, Any]]) -> None:
    """What a sentence says is in the rows."""
    for one in events:
        row = one["update"] - 1
        assert records.update[row] == one["update"]
        json.dumps(one, allow_nan=False)
        if one["kind"] == "spike":
            median = float(np.median(records.log10_before[max(0, row - 100) : row]))
            assert math.isclose(one["values"]["log10_median"], median, rel_tol=1e-12)
            assert records.log10_before[row] - median >= 1.0
            assert ("clipped" in one["text"]) == records.engaged[row]
        elif one["kind"] == "clipping":
            assert records.engaged[row]
            assert ("first" in one["text"]) == (not records.engaged[:row].any())
        elif one["kind"] == "unclipped":
            assert not records.engaged[row - 49 : row + 1].any()
            assert records.engaged[row - 50]
        elif one["kind"] in ("hears", "deaf"):
            top = records.log10_hidden[row - 24 : row + 1, -1]
            median = float(np.median(top[:, 0] - top[:, -1]))
            assert math.isclose(one["values"]["log10_share"], median, rel_tol=1e-12)
        elif one["kind"] in ("below-baseline", "above-baseline"):
            below = records.held_out[row] < 1.0 / 12.0
            assert below == one["kind"].startswith("below")
        elif one["kind"] == "radius":
            assert ("not above" in one["text"]) == (records.rho[row] <= 1.0)
        assert not re.search(r"nan|inf\b", one["text"])


def test_a_training_that_ends_is_told_with_its_place() -> None:
    plan = replace(
        PLAN,
        activation="relu",
        weights={"spectral_radius": 3.0},
        optimizer={"name": "sgd", "learning_rate": 1e3},
    )
    training, watcher = Training(plan), Watcher(plan)
    records = training.advance(1000)
    assert training.ended == "not finite"
    assert training.first_not_finite is not None
    assert len(records) == training.update < 1000
    events = watcher.feed(records, training.first_not_finite)
    assert events[-1]["kind"] == "not-finite"
    assert events[-1]["update"] == training.first_not_finite["update"] == training.update
    again = Training.restore(plan, training.snapshot(), [])
    assert again.ended == "not finite"
    assert len(again.advance(3)) == 0


def test_without_the_users_data_the_rest_is_told() -> None:
    plan = Plan({"name": "series", "steps": 10}, hidden_size=4)
    assert set(Watcher(plan).state()) == {"spikes", "clips", "stillness", "radius"}
    data = Data(np.random.default_rng(0).normal(size=(80, 1)), ("x",))
    assert "baseline" in Watcher(plan, None, data).state()


def test_an_explosion_is_told_in_a_few_rows() -> None:
    """Of 100 updates that each triple ‖g‖; later, at rest again, a single spike is one."""
    before = np.concatenate([np.zeros(30), 0.5 * np.arange(1, 101), np.zeros(200), [1.5], [0.0]])
    spikes = Watcher(PLAN).feed(rows(len(before), log10_before=before))
    told = [one["update"] for one in spikes if one["kind"] == "spike"]
    assert told == [32, 34, 38, 46, 62, 94, 331]
