"""Tasks about one long series, or a text: windows, what is held out, scales and baselines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from unrolled.engine import InvalidInput
from unrolled.engine.training.tasks import Data, Problem, batches, posed, recorded

ROWS = np.arange(100.0)
COUNTED = Data(np.stack([ROWS, -ROWS], axis=1), ("up", "down"))


def series(data: Data = COUNTED, **settings: Any) -> Problem:
    return posed({"name": "series", "scaling": "none", **settings}, data)


# --- windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [1, 3])
def test_a_window_reads_rows_in_order_and_asks_for_those_ahead(ahead: int) -> None:
    one = series(target="up", steps=7, ahead=ahead)
    for found in (one.draw(batches(0), 50), one.held_out(5)):
        rows = found.inputs[..., 0]
        assert (np.diff(rows, axis=0) == 1.0).all()
        assert (found.inputs[..., 1] == -rows).all()
        assert (found.targets[..., 0] == rows + ahead).all()
    assert (one.input_size, one.output_size, one.steps) == (2, 1, 7)


@pytest.mark.parametrize("ahead", [1, 3])
def test_no_window_crosses_from_what_is_learned_to_what_is_held_out(ahead: int) -> None:
    one = series(target="up", steps=7, ahead=ahead)
    drawn = one.draw(batches(0), 5_000)
    held = one.held_out(1_000)
    assert drawn.inputs[..., 0].min() == 0.0
    assert drawn.targets.max() == 79.0
    assert held.inputs[..., 0].min() == 80.0
    assert held.targets.max() == 99.0
    assert one.most == 20 - 7 - ahead + 1 == held.inputs.shape[1]
    starts = np.bincount(drawn.inputs[0, :, 0].astype(np.int64))
    assert len(starts) == 80 - 7 - ahead + 1
    assert starts.min() > 0


def test_fewer_windows_are_held_out_evenly_apart() -> None:
    one = series(target="up", steps=5)
    assert one.held_out(4).inputs[0, :, 0].tolist() == [80.0, 83.0, 87.0, 91.0]


def test_the_last_column_is_the_target_where_none_is_said() -> None:
    assert (series(steps=5).held_out(1).targets < 0.0).all()


def test_no_window_of_several_series_crosses_from_one_to_the_next() -> None:
    values = np.arange(60.0).reshape(6, 10, 1)
    one = series(Data(values, ("a",)), steps=4)
    drawn, held = one.draw(batches(0), 2_000), one.held_out(1_000)
    for found, which in ((drawn, range(5)), (held, [5])):
        rows = found.inputs[..., 0]
        assert (found.targets[..., 0] == rows + 1.0).all()
        assert set((rows // 10).ravel()) == set(which)
        assert (rows[0] // 10 == found.targets[-1, :, 0] // 10).all()
    assert len(np.unique(drawn.inputs[0])) == 5 * 6
    assert one.most == 6
    assert one.notes == ("Of 6 series the last 1 are held out.",)
    spread = series(Data(values, ("a",)), steps=4, scaling="standard")
    learned = values[:5]
    assert spread.held_out(1).inputs[0] == pytest.approx((50.0 - learned.mean()) / learned.std())
    for wrong in (values[:1], values[:, :4]):
        with pytest.raises(InvalidInput, match=r"at least 2, .* of at least 5 rows"):
            series(Data(wrong, ("a",)), steps=4)


# --- scales and baselines -------------------------------------------------------------------------


def test_scales_are_those_of_what_is_learned() -> None:
    values = np.random.RandomState(0).standard_normal((500, 2)) * [3.0, 0.0] + [10.0, 4.0]
    values[400:] += 1_000.0
    one = series(Data(values, ("a", "still")), scaling="standard", target="a", steps=5)
    learned = values[:400, 0]
    held = one.held_out(1_000)
    again = held.inputs[..., 0] * learned.std() + learned.mean()
    rows = np.arange(400, 495) + np.arange(5)[:, np.newaxis]
    assert again == pytest.approx(values[rows, 0])
    assert held.inputs[..., 1] == pytest.approx(1_000.0), "a column that is still is not divided"
    drawn = one.draw(batches(0), 20_000).inputs[..., 0]
    assert drawn.mean() == pytest.approx(0.0, abs=0.02)
    assert drawn.std() == pytest.approx(1.0, rel=0.02)
    assert one.notes[0] == "Of 500 rows the last 100 are held out."
    assert one.notes[1] == (
        f"a: {learned.mean():.6g} is subtracted, the mean of the first 400 rows, which are learned;"
        f" the rest is divided by {learned.std():.6g}, their standard deviation."
    )
    assert series(Data(values, ("a", "b")), steps=5).notes == one.notes[:1]


def test_baselines_by_hand() -> None:
    """Learned 0 … 15, mean 7.5; held out 16 … 19: windows (16, 17 | 17, 18), (17, 18 | 18, 19)."""
    one = series(Data(np.arange(20.0)[:, np.newaxis], ("up",)), steps=2)
    always = [(0.5 * (9.5**2 + 10.5**2)), (0.5 * (10.5**2 + 11.5**2))]
    assert one.baselines[0].loss == pytest.approx(np.mean(always))
    assert one.baselines[1].loss == pytest.approx(0.5 * (1.0 + 1.0))
    two = series(Data(np.arange(20.0)[:, np.newaxis], ("up",)), steps=2, ahead=2)
    assert two.baselines[1].loss == pytest.approx(0.5 * (4.0 + 4.0))


def test_sunspots_are_those_of_their_years() -> None:
    spots = recorded.column("sunspots")
    assert (len(spots), spots[0], spots[-1]) == (309, 5.0, 2.9)
    assert spots.max() == 190.2, "in 1957"
    assert int(spots.argmax()) == 257
    one = posed({"name": "sunspots", "steps": 11})
    learned = spots[:247]
    first = one.held_out(1_000).inputs[:, 0, 0] * learned.std() + learned.mean()
    assert first == pytest.approx(spots[247:258])


def test_carbon_dioxide_is_that_of_its_weeks() -> None:
    weeks = recorded.column("co2")
    missing = np.isnan(weeks)
    assert (len(weeks), missing.sum(), weeks[0], weeks[-1]) == (2284, 59, 316.1, 371.5)
    filled = recorded.filled(weeks)
    assert (filled[~missing] == weeks[~missing]).all()
    gap = int(np.argmax(missing))
    assert filled[gap] == pytest.approx((weeks[gap - 1] + weeks[gap + 1]) / 2.0)
    one = posed({"name": "co2", "steps": 20})
    change = filled[4:] - filled[:-4]
    learned = change[:1824]
    first = one.held_out(1_000).inputs[:, 0, 0] * learned.std() + learned.mean()
    assert first == pytest.approx(change[1824:1844])


def test_a_README_says_where_each_table_comes_from() -> None:
    text = (recorded.DATA / "README.md").read_text()
    tables = sorted(path.name for path in recorded.DATA.glob("*.csv"))
    assert tables == ["co2.csv", "sunspots.csv"]
    assert all(f"`{name}`" in text for name in tables)
    assert "public domain" in text


# --- text -----------------------------------------------------------------------------------------


def test_a_text_is_read_character_by_character() -> None:
    text = "abcdefghij" * 10 + "é"
    one = posed({"name": "text", "text": text, "steps": 6})
    assert "".join(one.names) == "abcdefghijé"
    found = one.draw(batches(0), 30)
    assert (found.inputs.sum(axis=2) == 1.0).all()
    read = found.inputs.argmax(axis=2)
    assert (read[1:] == found.targets[:-1]).all()
    assert (found.targets == (read + 1) % 10).all()
    assert "é" in [one.names[code] for code in np.unique(one.held_out(100).targets)]
    assert posed({"name": "text", "steps": 6}, Data(text=text)).names == one.names


def test_baselines_of_a_text_by_hand() -> None:
    """Of 20 characters 16 are learned, aabaabaabaabaaba, and abab is held out: two windows."""
    text = "aab" * 5 + "a" + "abab"
    one = posed({"name": "text", "text": text, "steps": 2})
    learned, held = text[:16], text[16:]
    a, b = ((learned.count(one) + 1) / 18 for one in "ab")
    windows = [held[1:3], held[2:4]]
    losses = [-sum(np.log({"a": a, "b": b}[c]) for c in window) for window in windows]
    assert one.baseline == pytest.approx(np.mean(losses))
    pairs = [learned[n : n + 2] for n in range(15)]
    share = {
        pair: (pairs.count(pair) + 1) / (sum(p[0] == pair[0] for p in pairs) + 2)
        for pair in ("aa", "ab", "ba", "bb")
    }
    after = [-np.log(share[held[n : n + 2]] * share[held[n + 1 : n + 3]]) for n in range(2)]
    assert one.baselines[1].loss == pytest.approx(np.mean(after))


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "data", "pointer", "words"),
    [
        ({"name": "series"}, None, "sequence", "received no series; needed: rows of numbers"),
        (
            {"name": "series"},
            Data(np.zeros((9, 2, 2, 2)), ("a", "b")),
            "sequence",
            "received numbers of shape (9, 2, 2, 2) and 2 names; needed: rows of numbers,",
        ),
        (
            {"name": "series"},
            Data(np.zeros((9, 2)), ("a",)),
            "sequence",
            "received numbers of shape (9, 2) and 1 names; needed: ",
        ),
        (
            {"name": "series"},
            Data(np.array([[0.0, 1.0], [2.0, np.inf]]), ("a", "b")),
            "sequence",
            "row 1 of column 'b': received inf; allowed: finite numbers",
        ),
        (
            {"name": "series", "target": "price"},
            COUNTED,
            "target",
            "received 'price'; allowed: 'up', 'down'",
        ),
        (
            {"name": "series", "steps": 20},
            COUNTED,
            "steps",
            "received 100 rows, of which the last fifth is held out: 20; allowed: at least 105, or",
        ),
        (
            {"name": "text"},
            None,
            "text",
            "received no text; needed: the text to be learned",
        ),
        (
            {"name": "text", "text": "aaaa"},
            None,
            "text",
            "received a text of 1 different characters; allowed: 2 … 256",
        ),
        (
            {"name": "text", "text": "".join(map(chr, range(400, 660)))},
            None,
            "text",
            "received a text of 260 different characters; allowed: 2 … 256",
        ),
        (
            {"name": "text", "text": "to be or not", "steps": 50},
            None,
            "text",
            "received 12 characters, of which the last fifth is held out: 2; allowed: at least 255",
        ),
    ],
)
def test_data_that_cannot_be_learned_is_refused(
    asked: dict[str, Any], data: Data | None, pointer: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        posed(asked, data)
    assert caught.value.pointer == ("task", pointer)
    assert caught.value.detail.startswith(words)


@pytest.mark.parametrize("rows", range(15, 60))
def test_what_is_said_to_be_allowed_is(rows: int) -> None:
    """The longest window that a refusal names fits, and the number of rows that it names does."""
    data = Data(np.arange(float(rows))[:, np.newaxis], ("a",))
    with pytest.raises(InvalidInput) as caught:
        series(data, steps=50)
    words = caught.value.detail
    most = int(words.split("at most ")[1].split()[0])
    series(data, steps=most - 1)
    with pytest.raises(InvalidInput):
        series(data, steps=most)
    enough = int(words.split("at least ")[1].split(",")[0])
    series(Data(np.arange(float(enough))[:, np.newaxis], ("a",)), steps=50)
