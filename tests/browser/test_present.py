"""Presentation and storyline: what is seen, how large, which keys lead on, and your own list."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, quote

from playwright.sync_api import Page, expect

from tests.browser.driver import Unrolled
from tests.browser.violations import holds

STORY = json.dumps([["hidden=3&text=first", "The first."], ["hidden=5&text=second", "The second."]])

# The smallest type of what is seen, in pixels of the screen.
SMALLEST = """() => {
    const seen = [...document.querySelectorAll("body *")].filter((one) =>
        one.getClientRects().length && !one.closest(".unseen, #js-plotly-tester") &&
        [...one.childNodes].some((text) => text.nodeType === 3 && text.textContent.trim()));
    return Math.min(...seen.filter((one) => one.localName !== "sub" && one.localName !== "sup")
        .map((one) => parseFloat(getComputedStyle(one).fontSize) * one.currentCSSZoom));
}"""


def presented(page: Unrolled, address: str = "/?present") -> Page:
    page.page.goto(page.server + address)
    page.ready()
    expect(page.page.locator(".present-bar")).to_be_visible()
    return page.page


def test_nothing_of_it_is_loaded_unasked(fresh: Unrolled) -> None:
    fresh.open()
    fresh.ready()
    page = fresh.page
    names = "() => performance.getEntriesByType('resource').map(({name}) => name)"
    assert not [name for name in page.evaluate(names) if "/present" in name]
    page.keyboard.press("p")
    expect(page.locator(".present-bar")).to_be_visible()
    assert [name for name in page.evaluate(names) if "/present/stage.js" in name]


def test_four_acts_are_read_from_the_last_row(fresh: Unrolled) -> None:
    fresh.page.set_viewport_size({"width": 1920, "height": 1080})
    page = presented(fresh)
    verdict = page.locator("#verdict")
    for number, said in enumerate(("vanishing", "exploding", "exploding", "stable"), 1):
        expect(page.locator("#present-place")).to_have_text(f"{number} of 4")
        expect(verdict).to_have_attribute("data-verdict", said)
        fresh.ready()
        fresh.frame()
        fresh.frame()
        assert page.evaluate(SMALLEST) >= 20
        assert page.evaluate("() => document.documentElement.scrollHeight") == 1080
        assert page.evaluate("() => document.documentElement.scrollWidth") == 1920
        assert f"act={number}" in fresh.address
        page.keyboard.press("PageDown" if number % 2 else "ArrowRight")
    for panel in ("#settings", ".details", ".top", ".advice"):
        expect(page.locator(panel)).to_be_hidden()
    page.keyboard.press("PageUp")
    expect(page.locator("#present-place")).to_have_text("3 of 4")
    page.go_back()
    expect(page.locator("#present-place")).to_have_text("4 of 4")


def test_it_breaks_no_rule(fresh: Unrolled) -> None:
    holds(presented(fresh))


def test_escape_leaves_and_the_experiment_stays(fresh: Unrolled) -> None:
    page = presented(fresh, "/?present#hidden=7&text=stays")
    expect(page.locator("#present-place")).to_have_text("4 pictures")
    page.keyboard.press("Escape")
    expect(page.locator(".present-bar")).to_have_count(0)
    expect(page.locator("#settings")).to_be_visible()
    assert fresh.address == f"{fresh.server}/#hidden=7&text=stays"
    page.keyboard.press("p")
    expect(page.locator(".present-bar")).to_be_visible()
    assert "?present#" in fresh.address
    presented(fresh, "/?present#act=99&select=h_3>h_4")
    expect(page.locator("#present-caption")).to_contain_text("act=99 (allowed: a picture of the")
    expect(page.locator("#present-selected")).to_contain_text("H₃ → H₄ arrives at H₃: ")


def test_a_letter_that_is_written_is_no_key(lent: Unrolled) -> None:
    lent.open()
    lent.ready()
    lent.page.get_by_role("textbox", name="Text").first.press("p")
    lent.frame()
    expect(lent.page.locator("#settings")).to_be_visible()


def test_arrows_belong_to_what_plays(fresh: Unrolled) -> None:
    page = presented(fresh, f"/?present#text=abcd&step=2&act=1&story={quote(STORY)}")
    expect(page.locator(".transport:visible")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#present-place")).to_have_text("1 of 2")
    page.keyboard.press("PageDown")
    expect(page.locator("#present-place")).to_have_text("2 of 2")
    expect(page.locator("#present-caption")).to_have_text("The second.")
    assert fresh.asked["network"]["hidden_size"] == 5


def test_what_is_pointed_at_is_what_is_enlarged(fresh: Unrolled) -> None:
    fresh.page.set_viewport_size({"width": 1920, "height": 1080})
    page = presented(fresh)
    box = page.locator("#plot-diagram").bounding_box()
    assert box is not None
    left, top = page.locator("#plot-diagram").evaluate(
        """(plot) => [plot._fullLayout.xaxis, plot._fullLayout.yaxis].map((axis, n) =>
            (axis._offset + axis.l2p(n ? plot.layout.yaxis.tickvals.at(-2) : 6)) * 2)"""
    )
    page.mouse.click(box["x"] + left, box["y"] + top)
    expect(page.locator("#present-place")).to_have_text("1 of 4")
    assert fresh.page.evaluate("() => location.hash").endswith("follow=6&select=L_6&act=1")


def shared(page: Page) -> None:
    page.get_by_role("button", name="Share & save").click()
    expect(page.get_by_role("button", name="Add this picture")).to_be_visible()


def test_your_own_is_edited_kept_and_sent(fresh: Unrolled) -> None:
    fresh.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = fresh.page
    for number, text in enumerate(("one", "two", "three"), 1):
        fresh.open(text=text)
        fresh.ready()
        shared(page)
        page.get_by_role("button", name="Add this picture").click()
        page.get_by_label(f"Caption of picture {number}").fill(f"{text}.")
        page.get_by_label(f"Caption of picture {number}").blur()
        page.keyboard.press("Escape")
    page.reload()
    fresh.ready()
    shared(page)
    page.get_by_role("button", name="Picture 3 earlier").click()
    page.get_by_role("button", name="Remove picture 1").click()
    captions = [box.input_value() for box in page.locator("#storyline textarea").all()]
    assert captions == ["three.", "two."]
    page.get_by_role("button", name="Copy as one link").click()
    expect(page.locator("#story-said")).to_contain_text("Link copied")
    link = page.evaluate("() => navigator.clipboard.readText()")
    said = parse_qs(link.partition("#")[2])
    assert json.loads(said["story"][0]) == [["text=three", "three."], ["text=two", "two."]]
    page.evaluate("() => localStorage.clear()")
    page.goto("about:blank")
    presented(fresh, link.removeprefix(fresh.server))
    expect(page.locator("#present-caption")).to_have_text("three.")
    page.keyboard.press("PageDown")
    expect(page.locator("#present-caption")).to_have_text("two.")


def test_a_file_holds_it_and_is_checked(fresh: Unrolled, tmp_path: Path) -> None:
    fresh.open(text="kept")
    fresh.ready()
    page = fresh.page
    shared(page)
    page.get_by_role("button", name="Add this picture").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as file").click()
    file = tmp_path / "storyline.json"
    download.value.save_as(file)
    page.get_by_role("button", name="Remove picture 1").click()
    expect(page.locator("#storyline textarea")).to_have_count(0)
    page.get_by_label("Load a file").set_input_files(file)
    expect(page.locator("#story-said")).to_have_text("One picture loaded.")
    expect(page.locator("#storyline textarea")).to_have_count(1)
    file.write_text('{"unrolled": "storyline", "version": 1, "pictures": [{"link": ""}]}')
    page.get_by_label("Load a file").set_input_files(file)
    expect(page.locator("#story-said")).to_contain_text("Picture 1 of this file has no caption")
    expect(page.locator("#storyline textarea")).to_have_count(1)


def test_a_browser_that_keeps_nothing_says_so(fresh: Unrolled) -> None:
    refusing = """Object.defineProperty(window, "localStorage", {get() {
        throw new DOMException("no", "SecurityError"); }})"""
    with fresh.page.add_init_script(refusing):
        fresh.open(text="gone")
        fresh.ready()
        shared(fresh.page)
        fresh.page.get_by_role("button", name="Add this picture").click()
        expect(fresh.page.locator("#story-said")).to_contain_text("keeps nothing")
        expect(fresh.page.locator("#storyline textarea")).to_have_count(1)
    fresh.page.goto("about:blank")


def test_profile_and_map_can_be_had_while_something_is_explained(fresh: Unrolled) -> None:
    fresh.page.set_viewport_size({"width": 1920, "height": 1080})
    page = presented(fresh, "/?present#text=steps&step=20")
    expect(page.locator(".way-body")).to_be_visible()
    swap = page.get_by_role("button", name="Profile and map")
    expect(page.locator("#figure-profile")).to_be_hidden()
    page.keyboard.press("v")
    for shown in ("#figure-profile", "#figure-map", ".way-bar"):
        expect(page.locator(shown)).to_be_visible()
    expect(page.locator(".way-body")).to_be_hidden()
    fresh.frame()
    fresh.frame()
    assert page.evaluate("() => document.documentElement.scrollHeight") == 1080
    page.get_by_role("button", name="What is explained").click()
    expect(page.locator(".way-body")).to_be_visible()
    expect(page.locator("#figure-map")).to_be_hidden()
    page.keyboard.press("v")
    page.evaluate("() => { location.hash = 'text=steps'; }")
    expect(swap).to_be_hidden()
    expect(page.locator("#figure-map")).to_be_visible()
