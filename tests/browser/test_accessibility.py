"""No violation that axe knows of, in any state of the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled
from tests.browser.violations import holds


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"cell": "elman", "select": "h_3>c_4", "clip": "value", "reach": "window"},
        {
            "source": "random",
            "wiring": "many-to-one",
            "clip": "norm",
            "steps": 80,
            "select": "h_79",
        },
        {"text": "gradients", "step": 50, "hidden": 2, "select": "parameter.W_hh"},
        {"text": "gradients", "step": 50},
        {"text": "gradients", "explain": "chain"},
        {"text": "gradients", "explain": "wirings"},
        {"text": "gradients", "explain": "copy"},
        {"text": "gradients", "explain": "conveyor", "cell": "lstm"},
    ],
    ids=[
        "first",
        "inspector and a copy",
        "random, long and clipped",
        "stepping with numbers",
        "stepping with fields",
        "chain",
        "wirings",
        "copy",
        "conveyor",
    ],
)
def test_the_page(unrolled: Unrolled, settings: dict) -> None:
    unrolled.open(**settings)
    unrolled.ready()
    holds(unrolled.page)
    unrolled.page.emulate_media(color_scheme="null")


def test_a_small_screen_with_the_settings_open(fresh: Unrolled) -> None:
    fresh.page.set_viewport_size({"width": 390, "height": 844})
    fresh.open(select="h_4")
    fresh.ready()
    holds(fresh.page)
    fresh.page.emulate_media(color_scheme="light")
    fresh.page.get_by_role("button", name="Settings").click()
    holds(fresh.page, ("light",))  # dark it is the form of a large screen


def test_an_error_shown(fresh: Unrolled, page_log) -> None:
    page_log.expect("status of 422")
    fresh.open()
    fresh.page.get_by_label("Your text").fill("")
    fresh.page.get_by_label("Units", exact=True).fill("0")
    fresh.settled()
    expect(fresh.page.get_by_role("alert").first).to_be_visible()
    holds(fresh.page)


def test_share_open(fresh: Unrolled) -> None:
    fresh.open()
    fresh.page.get_by_role("button", name="Share & save").click()
    holds(fresh.page)


def test_what_changes_is_announced(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", radius=0.4)
    unrolled.slide("Largest |eigenvalue|", 1.9)
    unrolled.ready()
    said = unrolled.flow()["diagnosis"]["summary"]
    expect(unrolled.page.locator("#announcer")).to_have_text(said)
    expect(unrolled.page.locator("#announcer")).to_have_attribute("aria-live", "polite")


def test_the_summary_of_the_pictures_follows_the_experiment(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", cell="jordan", wiring="one-to-many")
    label = unrolled.plot("diagram").get_attribute("aria-label") or ""
    assert "Jordan" in label
    assert "one-to-many" in label
    assert "8 steps" in label
    blocked = sum(edge["blocked"] for edge in unrolled.flow()["graph"]["edges"])
    assert f"{blocked} edges pass no gradient" in label
