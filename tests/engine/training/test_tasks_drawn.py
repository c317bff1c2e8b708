"""What the drawn tasks hold: their statistics, their criteria by hand, and strings of grammars."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from unrolled.engine import Sequence
from unrolled.engine.training.tasks import Problem, batches, posed, reber

MANY = 20_000


def problem(name: str, **settings: Any) -> Problem:
    return posed({"name": name, **settings})


def letters(sequence: Sequence) -> np.ndarray[Any, Any]:
    """Which class each step reads, (T, B); every step reads exactly one."""
    assert (sequence.inputs.sum(axis=2) == 1.0).all()
    assert set(np.unique(sequence.inputs)) == {0.0, 1.0}
    return np.asarray(sequence.inputs.argmax(axis=2))


# --- adding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [10, 11])
def test_adding_marks_one_number_in_each_half(steps: int) -> None:
    drawn = problem("adding", steps=steps).draw(batches(0), MANY)
    numbers, marks = drawn.inputs[..., 0], drawn.inputs[..., 1]
    assert numbers.min() >= 0.0
    assert numbers.max() < 1.0
    assert numbers.mean() == pytest.approx(0.5, abs=0.005)
    assert numbers.var() == pytest.approx(1 / 12, rel=0.02)
    assert (marks[: steps // 2].sum(axis=0) == 1.0).all()
    assert (marks[steps // 2 :].sum(axis=0) == 1.0).all()
    shares = marks.mean(axis=1)
    assert shares[: steps // 2] == pytest.approx(1 / (steps // 2), rel=0.1)
    assert shares[steps // 2 :] == pytest.approx(1 / (steps - steps // 2), rel=0.1)
    assert (drawn.targets[0, :, 0] == (numbers * marks).sum(axis=0)).all()


def test_baseline_of_adding_is_half_the_variance_of_a_sum_of_two_uniform_numbers() -> None:
    one = problem("adding")
    targets = one.draw(batches(0), 100_000).targets
    assert one.baseline == pytest.approx(1 / 12, rel=1e-15)
    assert targets.mean() == pytest.approx(1.0, abs=0.005)
    assert targets.var() / 2.0 == pytest.approx(one.baseline, rel=0.01)


def test_adding_is_solved_where_under_one_in_a_hundred_is_beside() -> None:
    criterion = problem("adding").criterion
    assert criterion is not None
    targets = np.full((1, 200, 1), 1.2)
    sequence = Sequence(np.zeros((4, 200, 2)), targets, 4)
    outputs = targets + np.where(np.arange(200) % 2, 0.0799, -0.0799)[:, np.newaxis]
    assert criterion.solved(outputs, sequence)
    outputs[0, 0] = 1.2801
    assert criterion.share(outputs, sequence) == 199 / 200
    assert criterion.solved(outputs, sequence)
    outputs[0, 1] = 1.1199
    assert criterion.share(outputs, sequence) == 198 / 200
    assert not criterion.solved(outputs, sequence)
    outputs[0, 1] = np.nan
    assert not criterion.solved(outputs, sequence)


# --- temporal order -------------------------------------------------------------------------------


@pytest.mark.parametrize(("symbols", "tenths"), [(2, (1, 5)), (3, (1, 3, 6))])
@pytest.mark.parametrize("steps", [40, 57])
def test_order_is_that_of_the_symbols_in_their_places(
    symbols: int, tenths: tuple[int, ...], steps: int
) -> None:
    one = problem("temporal-order", steps=steps, symbols=symbols)
    drawn = one.draw(batches(0), MANY)
    read = letters(drawn)
    told = read < 2
    assert (told.sum(axis=0) == symbols).all()
    shares = told.mean(axis=1)
    expected = np.zeros(steps)
    for tenth in tenths:
        expected[tenth * steps // 10 :][: steps // 10] = 1 / (steps // 10)
    assert (shares[expected == 0.0] == 0.0).all()
    assert shares[expected > 0.0] == pytest.approx(1 / (steps // 10), rel=0.1)
    others = np.bincount(read[~told], minlength=6)[2:] / (~told).sum()
    assert others == pytest.approx(0.25, rel=0.02)

    first = read.T[told.T].reshape(MANY, symbols)
    said = ["".join("XY"[letter] for letter in row) for row in first]
    assert [one.names[target] for target in drawn.targets[0]] == said
    frequencies = np.bincount(drawn.targets[0]) / MANY
    assert frequencies == pytest.approx(0.5**symbols, rel=0.1)
    assert one.baseline == pytest.approx(np.log(2**symbols))


def test_order_is_solved_where_under_one_in_a_hundred_is_wrong() -> None:
    criterion = problem("temporal-order").criterion
    assert criterion is not None
    targets = np.arange(100)[np.newaxis] % 4
    sequence = Sequence(np.zeros((10, 100, 6)), targets, 10)
    outputs = np.eye(4)[targets]
    assert criterion.solved(outputs, sequence)
    outputs[0, 3] = [9.0, 0.0, 0.0, 1.0]
    assert criterion.share(outputs, sequence) == 0.99
    assert not criterion.solved(outputs, sequence), "1 % is not under 1 %"


# --- copying --------------------------------------------------------------------------------------


def test_copying_asks_for_what_was_read_a_lag_before() -> None:
    one = problem("copying", lag=7, length=3, symbols=4)
    drawn = one.draw(batches(0), MANY)
    read, said = letters(drawn), drawn.targets
    assert one.steps == 13
    assert (one.input_size, one.output_size, len(one.names)) == (6, 5, 5)
    assert (read[3:9] == 0).all()
    assert (read[9] == 5).all()
    assert (read[10:] == 0).all()
    assert (said[:10] == 0).all()
    assert (said[10:] == read[:3]).all()
    assert np.bincount(read[:3].reshape(-1), minlength=6)[1:5] / (3 * MANY) == pytest.approx(
        0.25, rel=0.05
    )


def test_copying_at_the_published_sizes() -> None:
    one = problem("copying", lag=100)
    assert (one.steps, one.input_size, one.output_size) == (120, 10, 9)
    assert one.baseline == pytest.approx(10 * np.log(8.0))


def test_copying_counts_a_wrong_blank_too() -> None:
    one = problem("copying", lag=3, length=2, symbols=2)
    assert one.criterion is not None
    sequence = one.held_out(50)
    outputs = np.eye(3)[sequence.targets]
    assert one.criterion.solved(outputs, sequence)
    outputs[0, 0] = [0.0, 1.0, 0.0]
    assert one.criterion.share(outputs, sequence) == 0.98


# --- sine -----------------------------------------------------------------------------------------


def test_sine_asks_for_the_next_value() -> None:
    drawn = problem("sine", steps=30, shortest=8, longest=12).draw(batches(0), MANY)
    x, y = drawn.inputs[..., 0], drawn.targets[..., 0]
    assert (x[1:] == y[:-1]).all()
    assert np.square(x).mean() == pytest.approx(0.5, rel=0.01)
    # sin a + sin (a + 2d) = 2 cos d sin (a + d)
    inner = x[1:-1]
    well = np.abs(inner[0]) > 0.2
    turn = np.arccos((x[0] + x[2])[well] / (2.0 * inner[0][well]))
    periods = 2.0 * np.pi / turn
    assert periods.min() > 8.0 - 1e-6
    assert periods.max() < 12.0 + 1e-6
    assert periods.mean() == pytest.approx(10.0, rel=0.01)


def test_noise_is_heard_and_not_asked_for() -> None:
    clean = problem("sine").draw(batches(4), 500)
    noisy = problem("sine", noise=0.3).draw(batches(4), 500)
    assert (noisy.targets == clean.targets).all()
    assert (noisy.inputs - clean.inputs).std() == pytest.approx(0.3, rel=0.02)


# --- Reber ----------------------------------------------------------------------------------------


def legal(word: str) -> bool:
    """By the published graph, written again as a table of pairs of node and letter."""
    table = {
        (0, "B"): 1,
        (1, "T"): 2,
        (1, "P"): 3,
        (2, "S"): 2,
        (2, "X"): 4,
        (3, "T"): 3,
        (3, "V"): 5,
        (4, "X"): 3,
        (4, "S"): 6,
        (5, "P"): 4,
        (5, "V"): 6,
        (6, "E"): 7,
    }
    node = 0
    for letter in word:
        if (node, letter) not in table:
            return False
        node = table[node, letter]
    return node == 7


def spelled(one: Problem, sequence: Sequence) -> list[str]:
    """The strings of a batch: what is read, and the last target."""
    found = []
    for b in range(sequence.inputs.shape[1]):
        length = int(sequence.inputs[:, b].any(axis=1).sum())
        codes = [*sequence.inputs[:length, b].argmax(axis=1), sequence.targets[length - 1, b]]
        word = "".join(one.names[code] for code in codes)
        said = sequence.targets[:length, b]
        assert "".join(one.names[code] for code in said) == word[1:]
        assert sequence.masks is not None
        assert (sequence.masks.weights[:, b] == (np.arange(one.steps) < length)).all()
        found.append(word)
    return found


def test_embedded_strings_end_as_they_begin() -> None:
    one = problem("reber")
    learned = spelled(one, one.draw(batches(0), 4_000))
    kept = spelled(one, one.held_out())
    assert (len(set(learned)), len(kept)) == (len(set(reber.strings("embedded", 30)[0])), 256)
    assert not set(learned) & set(kept)
    for word in {*learned, *kept}:
        assert word[0] + word[-1] == "BE"
        assert word[1] == word[-2]
        assert legal(word[2:-2])
        assert 9 <= len(word) <= 30


def test_plain_strings_are_of_the_grammar() -> None:
    one = problem("reber", grammar="plain", longest=20)
    words = {*spelled(one, one.draw(batches(0), 2_000)), *spelled(one, one.held_out())}
    assert all(legal(word) for word in words)
    assert {len(word) for word in words} <= set(range(5, 21))


def test_each_edge_is_as_likely() -> None:
    """Then a string is 8 symbols long in the mean: n_k = 1 + ½ (the n of both ends), solved."""
    random = batches(0)
    words = [reber.string(reber.GRAMMARS["plain"], random) for _ in range(4_000)]
    assert np.mean([word[1] == "T" for word in words]) == pytest.approx(0.5, rel=0.05)
    assert np.mean([len(word) for word in words]) == pytest.approx(8.0, rel=0.02)


@pytest.mark.parametrize(
    ("grammar", "read", "may"),
    [
        ("plain", "B", ["PT"]),
        ("plain", "BTXS", ["PT", "SX", "SX", "E"]),
        ("embedded", "BTBTXSET", ["PT", "B", "PT", "SX", "SX", "E", "T", "E"]),
        ("embedded", "BPBPVVEP", ["PT", "B", "PT", "TV", "PV", "E", "P", "E"]),
    ],
)
def test_what_may_come_next(grammar: str, read: str, may: list[str]) -> None:
    found = reber.possible(grammar, read)
    assert ["".join(sorted(np.array(list(reber.SYMBOLS))[row])) for row in found] == may


def test_reber_is_solved_where_what_may_come_has_the_largest_outputs_everywhere() -> None:
    one = problem("reber")
    assert one.criterion is not None
    sequence = one.held_out(40)
    words = spelled(one, sequence)
    outputs = np.zeros((len(sequence.targets), 40, 7))
    for b, word in enumerate(words):
        outputs[: len(word) - 1, b] = np.where(reber.possible("embedded", word[:-1]), 0.3, -2.0)
    assert one.criterion.solved(outputs, sequence)
    step = len(words[5]) - 3
    outputs[step, 5] = -outputs[step, 5]
    assert one.criterion.share(outputs, sequence) == 39 / 40
    assert not one.criterion.solved(outputs, sequence)
    outputs[step, 5] = 0.0
    assert not one.criterion.solved(outputs, sequence), "as large is not larger"
