"""The first picture: there without a touch, and made of the service's own numbers."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled, as_shown


@pytest.fixture
def first(unrolled: Unrolled) -> Unrolled:
    """The page as it first comes, its address empty but for a counter."""
    unrolled.open()
    unrolled.ready()
    return unrolled


def test_the_three_pictures_are_there_without_a_touch(fresh: Unrolled) -> None:
    first = fresh
    first.page.goto("/")
    first.ready()
    steps = first.flow()["steps"]
    assert {"H₁", "O₂", "L₃", "hidden H", str(steps)} <= set(first.words("diagram"))
    assert list(first.nodes("h")) == list(range(steps + 1))
    assert list(first.nodes("x")) == list(first.nodes("L")) == list(range(1, steps + 1))
    assert first.plot("diagram").locator("svg .scatterlayer .js-line").count() > 1
    expect(first.plot("profile").locator("svg .bars .point")).to_have_count(steps)
    expect(first.plot("map").locator("svg .heatmaplayer image")).to_have_count(1)
    expect(first.page.get_by_role("img", name="Legend.")).to_be_visible()
    assert len(first.requests) == 1


def test_the_two_pictures_beside_are_there(first: Unrolled) -> None:
    values = first.flow()["spectrum"]["eigenvalues"]
    expect(first.plot("spectrum").locator("svg .points path")).to_have_count(len(values))
    expect(first.plot("clipping").locator("svg .bars .point").first).to_be_attached()


def test_the_page_speaks_before_it_shows(first: Unrolled) -> None:
    flow = first.flow()
    cause = as_shown(flow["diagnosis"]["summary"].split(": ", 1)[1])
    said = first.page.locator("#summary").inner_text()
    assert cause[1:] in said
    assert said.lower().startswith(flow["diagnosis"]["verdict"])
    above = first.page.locator("#summary").bounding_box()
    below = first.plot("diagram").bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]


def test_the_bars_are_the_itemized_gradients_of_the_service(first: Unrolled) -> None:
    flow = first.flow()
    row = flow["itemized"]["log10_norm"][-1]
    assert first.profile() == pytest.approx(dict(enumerate(row, start=1)), abs=1e-9)


def test_the_map_is_every_loss_relative_to_where_it_enters(first: Unrolled) -> None:
    itemized = first.flow()["itemized"]
    (drawn,) = first.traces("map", type="heatmap")
    assert drawn["x"] == itemized["steps"]
    assert drawn["y"] == itemized["loss_steps"]
    for loss, cells, norms in zip(drawn["y"], drawn["z"], itemized["log10_norm"], strict=True):
        own = norms[loss - 1]
        wanted = [None if v is None else max(-3, min(3, v - own)) for v in norms]
        assert cells[:loss] == pytest.approx(wanted[:loss], abs=1e-9)
        assert cells[loss:] == [None] * (len(cells) - loss)


def test_the_eigenvalues_are_those_of_the_service(first: Unrolled) -> None:
    expect(first.plot("spectrum").locator("svg .points path").first).to_be_attached()
    (drawn,) = first.traces("spectrum", mode="markers")
    pairs = [list(pair) for pair in zip(drawn["x"], drawn["y"], strict=True)]
    assert pairs == first.flow()["spectrum"]["eigenvalues"]


def test_every_picture_says_in_words_what_it_shows(first: Unrolled) -> None:
    expect(first.plot("clipping").locator("svg").first).to_be_attached()
    for name in ("diagram", "profile", "map", "clipping", "spectrum"):
        expect(first.plot(name)).to_have_attribute("role", "img")
        label = first.plot(name).get_attribute("aria-label") or ""
        assert "not drawn yet" not in label
        assert any(c.isdigit() for c in label), label
