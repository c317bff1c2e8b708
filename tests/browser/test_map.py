"""The view Map: a map is begun, fills, is pointed into, zoomed, compared, and opened in Explore."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.driver import until
from tests.browser.services import sent, serving
from tests.browser.violations import THEMES, found, wear
from tests.conftest import PageLog

WIDE: ViewportSize = {"width": 1440, "height": 900}
SIZES: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 320, "height": 700})


def clean(page: Page) -> None:
    """No violation that axe knows of, in either theme."""
    for theme in THEMES:
        wear(page, theme)
        assert found(page, theme) == {}, theme


def begin(page: Page, address: str) -> str:
    """Set a small map up, after one that cannot be; its id."""
    page.goto(f"{address}/map#map=forget-bias")
    until(page, "html", "data-state", "ready")
    expect(page.locator("#map-will")).to_have_text("825 points, 2,475 networks.")
    clean(page)
    page.get_by_role("button", name="Vanishing and exploding").click()
    for n, points in ((0, "5"), (1, "4")):
        page.locator(f"#map-axis-{n}-points").fill(points)
    page.locator("#map-axis-1-to").fill("32")
    for name in ("MGU", "LSTM, peepholes", "GRU"):
        page.locator("#map-row-values").get_by_label(name, exact=True).uncheck()
    base = page.locator("#map-base")
    asked = base.input_value()
    base.fill(asked.replace("16", "0"))
    page.locator("#map-begin").click()
    expect(page.locator("[data-pointer='/experiment'] [data-error]")).to_contain_text("hidden_size")
    assert page.url.endswith("/map#map=radius-and-length")
    base.fill(asked)
    expect(page.locator("#map-will")).to_have_text("40 points, 120 networks.")
    page.locator("#map-begin").click()
    page.wait_for_url("**/sweeps/*")
    expect(page.locator("#map-progress")).to_have_text("It is done: 40 points.", timeout=60_000)
    until(page, "#map-view", "data-drawn", "40")
    return page.url.rpartition("/")[2]


def say_what_is(page: Page, points: Any) -> None:
    """The sentences are those of the numbers."""
    middle = points["numbers"]["arriving"]["middle"]
    few = sum(one <= -3 for one in middle) / len(middle)
    said = page.locator("#map-sentence")
    expect(said).to_contain_text("Of 40 points, each the median of 3 draws")
    expect(said).to_contain_text(f"It is 10⁻³ or less at {few * 100:.0f} % of them (simple ")
    n = middle.index(max(middle))
    least = ["simple", "LSTM"][points["at"][n][0]]
    expect(said).to_contain_text(re.compile(rf"to [\d.]+ \(ρ = [\d.]+, T = \d+, {least}\)"))
    page.locator("#map-number").select_option("verdict")
    names = points["numbers"]["verdict"]["middle"]
    share = names.count("vanishing") / len(names)
    expect(said).to_contain_text(f"vanishing in {share * 100:.0f} %")
    expect(page.locator("#map-legend")).to_contain_text("blocked")
    page.locator("#map-number").select_option("arriving")


def point(page: Page, points: Any) -> None:
    """By keyboard to a point, whose numbers stand beside it, and the way to its network."""
    over = page.locator(".map-over")
    over.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "PageDown"):
        over.press(key)
    assert page.url.endswith("#at=1.1.1")
    n = points["at"].index([1, 1, 1])
    shares = points["numbers"]["verdict"]["shares"][n]
    beside = page.locator("#map-point")
    for name, share in shares.items():
        expect(beside).to_contain_text(f"{name} {share * 100:.0f} %")
    link = beside.get_by_role("link", name="Open this network in Explore")
    expect(link).to_have_attribute("href", re.compile("cell=lstm"))
    expect(page.locator("#announcer")).to_contain_text("LSTM")
    said = beside.locator(".map-said")
    expect(said).not_to_be_empty()
    words = said.inner_text()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 80, box["y"] + 60)
    expect(page.locator("#tooltip")).to_contain_text("quartiles")
    over.press("Enter")
    page.wait_for_url("**/#*cell=lstm*")
    until(page, "html", "data-state", "ready")
    expect(page.locator("body")).to_contain_text(words[:40])
    page.go_back()
    until(page, "#map-view", "data-drawn", "40")


def zoom(page: Page, sweeps: str, first: str) -> str:
    """A rectangle becomes a map of its own."""
    box = page.locator(".map-over .plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 70, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 150, steps=4)
    expect(page.locator(".map-rubber")).to_be_visible()
    page.mouse.up()
    page.wait_for_url(lambda url: "/sweeps/" in url and first not in url)
    second = page.url.rpartition("/")[2]
    whole, part = (sent(f"{sweeps}/{one}", None, "GET")["sweep"]["axes"] for one in (first, second))
    for a, b in zip(whole, part, strict=True):
        assert a["values"][0] <= b["values"][0] < b["values"][-1] <= a["values"][-1]
    assert whole != part
    return second


def test_a_map_is_begun_pointed_into_zoomed_and_compared(
    browser: Browser, free_port: int, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    log = PageLog(origin=f"http://127.0.0.1:{free_port}")
    log.watch(page)
    log.expected.append("422")
    with serving(free_port, tmp_path) as (address, _):
        sweeps = f"{address}/api/v1/sweeps"
        first = begin(page, address)
        points = sent(f"{sweeps}/{first}/points", None, "GET")
        say_what_is(page, points)
        expect(page.locator("#map-theory")).to_contain_text("Sompolinsky")
        clean(page)
        point(page, points)
        with page.expect_download() as saved:
            page.locator("#map-png").click()
        assert saved.value.suggested_filename == "Vanishing-and-exploding-radius-and-length.png"
        with page.expect_download() as saved:
            page.locator("#map-npz").click()
        assert saved.value.suggested_filename.endswith(".npz")
        with page.expect_download() as saved:
            page.locator("#map-json").click()
        assert len(json.loads(saved.value.path().read_text())["points"]) == 40
        page.locator("#map-naming summary").click()
        page.locator("#map-new-note").fill("Seen on a Saturday.")
        page.locator("#map-keep").click()
        expect(page.locator("#map-note")).to_have_text("Seen on a Saturday.")
        assert sent(f"{sweeps}/{first}", None, "GET")["note"] == "Seen on a Saturday."
        page.evaluate("scrollTo(0, 0)")
        second = zoom(page, sweeps, first)
        page.locator("#map-beside").select_option(first)
        page.wait_for_url(f"**/sweeps/{second}?with={first}")
        expect(page.locator(".map-picture")).to_have_count(2)
        expect(page.locator("#map-sentence")).to_contain_text("B: Of 40 points")
        expect(page.locator("#map-sentence")).to_contain_text("have not the same values")
        for size in SIZES:
            page.set_viewport_size(size)
            wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
            assert not wide, json.dumps(size)
            page.locator(".map-over").first.click(position={"x": 100, "y": 60})
            beside = page.locator("#map-point").bounding_box()  # beside the finger, not below all
            assert beside is not None
            assert 0 < beside["y"] < size["height"] - 60, json.dumps(size)
            page.locator("#map-leave").click()
            expect(page.locator("#map-point")).to_be_hidden()
        page.locator("#map-again").click()
        expect(page.locator("#map-kept")).to_contain_text("It is done: 40 points")
        log.check()
    context.close()
