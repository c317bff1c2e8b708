"""Long sequences: a window of the diagram that pans, the profile and the map showing the whole."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled


def window(page: Unrolled) -> tuple[float, float]:
    low, high = page.figure("diagram")["layout"]["xaxis"]["range"]
    return low, high


def test_sixty_steps_are_all_drawn_and_labelled(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=60, hidden=4)
    assert sorted(unrolled.nodes("h")) == list(range(61))
    labels = unrolled.words("diagram")
    assert sum(label.startswith("H") for label in labels) >= 60
    expect(unrolled.page.locator(".stack .band").first).to_be_hidden()


def test_sixty_characters_are_all_read(unrolled: Unrolled) -> None:
    text = "the quick brown fox jumps over the lazy dog and then rests a b"[:61]
    unrolled.open(text=text, hidden=4)
    assert unrolled.tokens() == ["␣" if c == " " else c for c in text[:60]]


@pytest.fixture
def long(fresh: Unrolled) -> Unrolled:
    fresh.open(source="random", steps=200, hidden=8, radius=1)
    fresh.ready()
    return fresh


def test_beyond_sixty_the_diagram_is_a_labelled_window(long: Unrolled) -> None:
    low, high = window(long)
    assert high == 200.5
    assert 6 <= high - low <= 61
    assert len(long.nodes("h")) <= 62
    assert "200" in long.words("diagram")
    for name in ("profile", "map"):
        assert long.figure(name)["layout"]["xaxis"]["range"] == [-0.5, 200.5]
        band = long.page.locator(f"#figure-{name} .band")
        expect(band).to_be_visible()
        box = band.bounding_box()
        assert box is not None
        assert box["x"] == pytest.approx(long.at(name, low, 0)[0], abs=2)
        assert box["x"] + box["width"] == pytest.approx(long.at(name, high, 0)[0], abs=2)
    row = long.flow()["itemized"]["log10_norm"][-1]
    assert len(long.profile()) == len(row) == 200
    (heat,) = long.traces("map", type="heatmap")
    assert len(heat["z"]) == len(heat["z"][0]) == 200


def test_the_window_pans_by_button_by_click_by_key_and_by_hand(long: Unrolled) -> None:
    end = window(long)
    span = end[1] - end[0]
    long.page.get_by_role("button", name="Earlier steps").click()
    earlier = window(long)
    assert earlier[0] < end[0]
    assert earlier[1] - earlier[0] == span
    long.page.mouse.click(*long.at("profile", 100, 0))
    low, high = window(long)
    assert low < 100 < high
    expect(long.page.get_by_role("region", name="Selected: H₁₀₀")).to_be_visible()
    walk = long.page.get_by_role("application", name="Walk through")
    walk.press("Home")
    assert window(long) == (-0.5, span - 0.5)
    assert min(long.nodes("h")) == 0
    row = long.rows()["h"]
    mouse = long.page.mouse
    mouse.move(*long.at("diagram", span - 2, row))
    mouse.down()
    mouse.move(*long.at("diagram", span / 2, row))
    mouse.move(*long.at("diagram", 3, row))
    mouse.up()
    long.frame()
    assert window(long)[0] > -0.5
    assert long.figure("profile")["layout"]["xaxis"]["range"] == [-0.5, 200.5]


def test_following_an_early_loss_brings_it_into_the_window(long: Unrolled) -> None:
    long.page.get_by_label("Follow the loss of step").fill("30")
    long.ready()
    low, high = window(long)
    assert low < 30 < high
    assert len(long.profile()) == 30


def test_zooming_in_ends_the_window(long: Unrolled) -> None:
    for _ in range(6):
        long.page.get_by_role("button", name="Zoom in").click()
    assert window(long) == tuple(long.figure("map")["layout"]["xaxis"]["range"])
    expect(long.page.locator(".stack .band").first).to_be_hidden()


def test_two_hundred_characters(unrolled: Unrolled) -> None:
    text = "so long a text " * 14
    unrolled.open(text=text[:201], hidden=6)
    unrolled.ready()
    assert len(unrolled.profile()) == 200
    low, high = window(unrolled)
    first, last = int(low + 0.5), int(high - 0.5)
    wanted = ["␣" if c == " " else c for c in text[first - 1 : last]]
    assert [token for token in unrolled.tokens() if token][-len(wanted) :] == wanted


@pytest.mark.parametrize("cell", ["simple", "elman", "jordan"])
def test_one_step(unrolled: Unrolled, cell: str) -> None:
    unrolled.open(text="ab", cell=cell)
    unrolled.ready()
    assert list(unrolled.profile()) == [1]
    assert list(unrolled.nodes("h")) == ([1] if cell == "jordan" else [0, 1])
    assert unrolled.tokens() == ["a"]
    (heat,) = unrolled.traces("map", type="heatmap")
    assert heat["z"] == [[0]]
