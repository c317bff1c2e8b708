"""No violation that axe knows of, in any state of the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Json, Unrolled
from tests.browser.violations import holds

EXPLAINED = ["#step"]
"""What the page shows besides: looked at with the first."""


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({}, None),
        ({"cell": "elman", "select": "h_3>c_4", "clip": "value", "reach": "window"}, None),
        (
            {
                "source": "random",
                "wiring": "many-to-one",
                "clip": "norm",
                "steps": 80,
                "select": "h_79",
            },
            ["#settings", "#inspector", "#figure-diagram", "#figure-profile", "#figure-map"],
        ),
        (
            {"text": "gradients", "step": 50, "hidden": 2, "select": "parameter.W_hh"},
            ["#step", "#inspector"],
        ),
        ({"text": "gradients", "step": 50}, EXPLAINED),
        ({"text": "gradients", "explain": "chain"}, EXPLAINED),
        ({"text": "gradients", "explain": "wirings"}, EXPLAINED),
        ({"text": "gradients", "explain": "copy"}, EXPLAINED),
        ({"text": "gradients", "explain": "conveyor", "cell": "lstm"}, EXPLAINED),
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
def test_the_page(unrolled: Unrolled, settings: Json, parts: list[str] | None) -> None:
    unrolled.open(**settings)
    unrolled.ready()
    holds(unrolled.page, parts=parts)
    unrolled.page.emulate_media(color_scheme="null")


def test_a_small_screen_with_the_settings_open(lent: Unrolled) -> None:
    lent.resize(390, 844)
    lent.open(select="h_4")
    lent.ready()
    holds(lent.page)
    lent.page.emulate_media(color_scheme="light")
    lent.page.get_by_role("button", name="Settings").click()
    holds(lent.page, ("light",), ["#settings"])  # dark it is the form of a large screen


def test_an_error_shown(lent: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    lent.open()
    lent.page.get_by_label("Your text").fill("")
    lent.page.get_by_label("Units", exact=True).fill("0")
    lent.settled()
    expect(lent.page.get_by_role("alert").first).to_be_visible()
    holds(lent.page, parts=["#settings", "#verdict", "#problem"])


def test_share_open(lent: Unrolled) -> None:
    lent.open()
    lent.page.get_by_role("button", name="Share & save").click()
    holds(lent.page, parts=["header.top", "#share"])


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
