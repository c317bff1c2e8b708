"""What holds of every task: numbers for ever, nothing remembered, a baseline that is one."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unrolled.engine import LOSSES, TOPOLOGIES, InvalidInput, Sequence
from unrolled.engine.choices.losses import judge
from unrolled.engine.training.tasks import TASKS, Data, Problem, Setting, batches, digits, posed

WORDS = "in the beginning the sea was without a shore, and the wind without a sail; "
OWN = np.random.RandomState(5).standard_normal((400, 3)).cumsum(axis=0)
ASKED: dict[str, dict[str, Any]] = {"text": {"text": WORDS * 12}}
DATA = {"series": Data(OWN, ("a", "b", "c"))}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the form of scikit-learn's digits, every picture another."""
    random = np.random.RandomState(1)
    numbers = np.column_stack([random.randint(0, 17, (1797, 64)), random.randint(0, 10, 1797)])
    path = tmp_path_factory.mktemp("digits") / "digits.csv.gz"
    with gzip.open(path, "wt") as file:
        file.writelines(",".join(map(str, row)) + "\n" for row in numbers.tolist())
    return path


@pytest.fixture(autouse=True)
def pictures(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "_file", lambda: table)


def problem(name: str, **settings: Any) -> Problem:
    return posed({"name": name, **ASKED.get(name, {}), **settings}, DATA.get(name))


def digest(sequence: Sequence) -> str:
    """Of the numbers to 9 digits: the last may be another one on another processor."""
    kept = (sequence.inputs, sequence.targets)
    text = b"".join((np.round(values, 9) + 0.0).astype("<f8").tobytes() for values in kept)
    return hashlib.sha256(text).hexdigest()[:12]


DIGESTS = {
    "adding": "7d3d60e1e25e 49ff97ba3dd5 02d380613506",
    "temporal-order": "89edf5dc3db1 ecb6e9088df1 7d5fa7ecac26",
    "copying": "343596dff289 7fc50a407c22 10890dddef71",
    "reber": "9258ff01531c f275a1694e31 524a67ca299a",
    "digits": "a8d727c8b7e8 6d8eceb1e84b 618fa6192449",
    "sine": "d1dcfc80a786 76b140da1670 e65035d20077",
    "sunspots": "9259cbea742f 2b0a95e79c14 e4c985d53205",
    "co2": "1c261060a966 95819c1318dd d4f284386eac",
    "text": "219079ad000b 889aa2cb813a 9eadf470db52",
    "series": "992efd45b617 e855b60533ba aec004c25263",
}


def test_every_task_is_here() -> None:
    assert list(DIGESTS) == list(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_same_seed_same_numbers_for_ever(name: str) -> None:
    one = problem(name)
    random = batches(7)
    drawn = [digest(one.draw(random, 3)), digest(one.draw(random, 3)), digest(one.held_out(4))]
    assert " ".join(drawn) == DIGESTS[name]


@pytest.mark.parametrize("name", TASKS)
def test_sequences_have_the_sizes_that_are_said(name: str) -> None:
    one = problem(name)
    network = one.network("simple", "tanh", 5)
    assert (network.input_size, network.output_size) == (one.input_size, one.output_size)
    for sequence, batch in ((one.draw(batches(0), 6), 6), (one.held_out(6), 6)):
        emits = sequence.emitting(TOPOLOGIES[one.topology])
        assert sequence.inputs.shape == (one.steps, batch, one.input_size)
        assert len(sequence.targets) == np.count_nonzero(emits)
        assert sequence.inputs.dtype == np.float64
        if LOSSES[one.loss].classes:
            assert sequence.targets.dtype == np.int64
            assert sequence.targets.shape[1:] == (batch,)
            assert sequence.targets.min() >= 0
            assert sequence.targets.max() < one.output_size
        else:
            assert sequence.targets.shape[1:] == (batch, one.output_size)


@pytest.mark.parametrize("name", TASKS)
def test_only_the_generator_decides_what_is_drawn(name: str) -> None:
    """Nothing is remembered: neither of what was drawn, nor by whom, nor in what was held out."""
    one, random = problem(name), batches(3)
    first, second = digest(one.draw(random, 4)), digest(one.draw(random, 4))
    state = random.get_state(legacy=False)
    third = digest(one.draw(random, 4))
    held = digest(one.held_out(5))
    assert len({first, second, third}) == 3

    again, other = batches(3), problem(name)
    other.draw(batches(11), 9)
    other.held_out()
    assert [digest(other.draw(again, 4)) for _ in range(2)] == [first, second]
    restored = batches(99)
    restored.set_state(state)
    assert digest(other.draw(restored, 4)) == third
    assert digest(other.held_out(5)) == held


@pytest.mark.parametrize("name", TASKS)
def test_what_is_drawn_may_be_changed_by_whoever_drew_it(name: str) -> None:
    one = problem(name)
    before = digest(one.held_out(5))
    for sequence in (one.draw(batches(0), 50), one.held_out(5)):
        sequence.inputs[...] = 77.0
        sequence.targets[...] = 0
    assert digest(one.held_out(5)) == before


@pytest.mark.parametrize("name", ["adding", "temporal-order", "copying", "sine"])
def test_no_training_draws_what_is_held_out(name: str) -> None:
    one = problem(name)
    held = one.held_out(20).inputs
    for seed in range(40):
        drawn = one.draw(batches(seed), 20).inputs
        assert not (drawn[:, :, np.newaxis] == held[:, np.newaxis]).all(axis=(0, 3)).any()


@pytest.mark.parametrize("name", TASKS)
def test_more_cannot_be_held_out_than_there_is(name: str) -> None:
    one = problem(name)
    count = one.held_out(2_000).inputs.shape[1]
    assert count == (one.most or 2_000)


def constant(one: Problem, sequence: Sequence) -> np.ndarray[Any, Any]:
    """The outputs of the best constant answer to what is learned, as many draws show it."""
    if one.loss == "squared-error":
        # A scaled series has mean 0 where it is learned; windows hold its ends less often.
        windows = one.most is not None
        mean = 0.0 if windows else float(one.draw(batches(1), 20_000).targets.mean())
        return np.full(sequence.targets.shape, mean)
    counts = np.zeros(one.output_size)
    for seed in range(4):
        found = one.draw(batches(seed), 3_000)
        weights = np.ones(found.targets.shape) if found.weights is None else found.weights
        counts += np.bincount(found.targets.reshape(-1), weights.reshape(-1), len(counts))
    logits = np.log(np.maximum(counts, 1e-300) / counts.sum())
    return np.broadcast_to(logits, (*sequence.targets.shape, len(counts)))


@pytest.mark.parametrize("name", [name for name in TASKS if name != "copying"])
def test_baseline_is_the_loss_of_a_constant_answer(name: str) -> None:
    """By brute force: the mean of many draws, or their frequencies, judged on what is held out."""
    one = problem(name)
    sequence = one.held_out(20_000)
    outputs = constant(one, sequence)
    losses, _ = judge(one.loss, outputs, sequence.targets, sequence.weights)
    assert losses.sum() == pytest.approx(one.baseline, rel=0.01)
    assert one.baseline == one.baselines[0].loss
    assert all(baseline.words for baseline in one.baselines)


def test_baseline_of_copying_is_that_of_no_memory() -> None:
    one = problem("copying", lag=20, length=5, symbols=3)
    sequence = one.held_out(10)
    outputs = np.full((one.steps, 10, one.output_size), -1e3)
    outputs[:-5, :, 0] = 0.0
    outputs[-5:, :, 1:] = 0.0
    losses, _ = judge(one.loss, outputs, sequence.targets)
    assert losses.sum() == pytest.approx(one.baseline, rel=1e-12)
    assert one.baseline == pytest.approx(5 * np.log(3.0))


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
def test_a_row_says_what_it_is(name: str) -> None:
    task = TASKS[name]
    assert task.about.endswith(".")
    assert task.label
    assert task.source
    names = [one.name for one in task.settings]
    assert len(set(names)) == len(names)
    assert all(one.label and one.help for one in task.settings)
    assert all(one.size and one.criterion and one.source for one in task.published)
    filled = task.checked({"name": name})
    assert json.loads(json.dumps(filled)) == filled
    assert task.checked(filled) == filled


@pytest.mark.parametrize(
    ("asked", "pointer", "words"),
    [
        ({}, ("task", "name"), "received None; needed: the name of a task"),
        ({"name": "addition"}, ("task", "name"), "received 'addition'; allowed: 'adding', "),
        (
            {"name": "adding", "T": 3},
            ("task", "T"),
            "received a setting 'T'; allowed: 'steps'",
        ),
        (
            {"name": "adding", "steps": 1},
            ("task", "steps"),
            "received 1; allowed: a whole number 2 … 1000",
        ),
        (
            {"name": "adding", "steps": 2.5},
            ("task", "steps"),
            "received 2.5; allowed: a whole number 2 … 1000",
        ),
        (
            {"name": "adding", "steps": True},
            ("task", "steps"),
            "received True; allowed: a whole number 2 … 1000",
        ),
        (
            {"name": "adding", "steps": "50"},
            ("task", "steps"),
            "received '50'; allowed: a whole number 2 … 1000",
        ),
        (
            {"name": "sine", "noise": float("nan")},
            ("task", "noise"),
            "received nan; allowed: a number 0 … 1",
        ),
        (
            {"name": "sine", "shortest": 40},
            ("task", "longest"),
            "received 30; allowed: from 40, the shortest period",
        ),
        (
            {"name": "reber", "grammar": "english"},
            ("task", "grammar"),
            "received 'english'; allowed: 'embedded', 'plain'",
        ),
        (
            {"name": "text", "text": 5},
            ("task", "text"),
            "received 5; allowed: a text",
        ),
    ],
)
def test_a_refusal_says_what_came_and_what_is_allowed(
    asked: dict[str, Any], pointer: tuple[str, ...], words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        posed(asked)
    assert caught.value.pointer == pointer
    assert caught.value.detail.startswith(words)


@pytest.mark.parametrize(
    ("default", "least", "most", "kind", "allowed"),
    [
        (3, 1, 9, "whole", "a whole number 1 … 9"),
        (3, 1, None, "whole", "a whole number from 1"),
        (0.5, None, None, "number", "a number"),
        ("", None, None, "text", "a text"),
    ],
)
def test_a_setting_says_what_it_takes(
    default: Any, least: float | None, most: float | None, kind: str, allowed: str
) -> None:
    one = Setting("x", "x", default, "", least, most)
    assert (one.kind, one.allowed) == (kind, allowed)
    assert one.checked(default) == default


def test_a_whole_number_may_come_as_a_float() -> None:
    assert problem("adding", steps=20.0).steps == 20


# --- digits ---------------------------------------------------------------------------------------


def test_digits_without_scikit_learn_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InvalidInput, match=r"pip install 'unrolled\[digits\]'") as caught:
        posed({"name": "digits"})
    assert caught.value.pointer == ("task", "name")


def test_a_picture_is_learned_or_held_out_and_read_in_order() -> None:
    pixels, rows = problem("digits"), problem("digits", reads="row")
    held = pixels.held_out(1_000).inputs[..., 0]
    drawn = pixels.draw(batches(0), 20_000).inputs[..., 0]
    learned, kept = ({column.tobytes() for column in found.T} for found in (drawn, held))
    assert (len(learned), len(kept)) == (1437, 360)
    assert not learned & kept
    assert held.min() == 0.0
    assert held.max() == 1.0
    whole = rows.held_out(1_000).inputs
    assert rows.steps == 8
    assert (whole.swapaxes(0, 1).reshape(360, 64) == held.T).all()
