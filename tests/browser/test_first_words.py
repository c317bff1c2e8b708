"""What the page says before its script has run, and that little moves when it does."""

from __future__ import annotations

import json
import re
import urllib.request
from html import unescape

import pytest
from playwright.sync_api import Browser, Route, expect

from scripts import first_words, service
from tests.browser.driver import FLOW, Unrolled

_WATCHED = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            if (!entry.hadRecentInput) window.shifts.push(entry.value);
    }).observe({type: "layout-shift", buffered: true});
}"""


def test_the_page_comes_with_the_words_that_it_shows(fresh: Unrolled, server: str) -> None:
    """If this fails because a number is another one: python -m scripts.first_words"""
    with urllib.request.urlopen(server) as answer:
        html = unescape(answer.read().decode())
    kept = json.loads(first_words.TARGET.read_text("utf-8"))
    assert list(kept) == list(first_words.IDS)
    for words in kept.values():
        assert unescape(words) in html
    fresh.open()
    fresh.ready()
    assert first_words.words(fresh.page) == kept


def test_a_link_is_not_met_with_words_about_another_experiment(fresh: Unrolled) -> None:
    held: list[Route] = []
    let: list[bool] = []

    def hold(route: Route) -> None:
        if let:
            route.continue_()
        else:
            held.append(route)

    fresh.page.route(FLOW, hold)
    fresh.page.goto(f"{fresh.server}/#radius=1.3")
    expect(fresh.page.locator("html")).not_to_have_attribute("data-opening", "")
    expect(fresh.page.locator("#summary")).to_be_empty()
    expect(fresh.page.locator("#advice-list")).to_be_empty()
    let.append(True)
    for route in held:
        route.continue_()
    fresh.ready()
    expect(fresh.page.locator("#summary")).to_contain_text("arrives at step 1")


@pytest.mark.parametrize("size", [(1350, 940), (412, 823)])
def test_nothing_moves_as_the_page_comes(
    browser: Browser, server: str, size: tuple[int, int]
) -> None:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.add_init_script(f"({_WATCHED})()")
    page.goto(server)
    page.wait_for_selector('html[data-state="ready"]', state="attached")
    page.wait_for_selector('#advice[data-state="shown"]')
    page.wait_for_function(
        "() => [...document.querySelectorAll('.plot')].every((plot) => plot.ariaBusy !== 'true')"
    )
    moved = page.evaluate("() => window.shifts.reduce((sum, value) => sum + value, 0)")
    context.close()
    assert moved <= 0.02


def test_the_page_takes_away_what_was_written() -> None:
    script = (service.ROOT / "static" / "js" / "first.js").read_text()
    listed = re.search(r"const WORDS = \[(.*?)\];", script, re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r'"([\w-]+)"', listed[1])) == first_words.IDS
