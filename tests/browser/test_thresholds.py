"""Which threshold? The norms of many draws beside the clipping picture."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET

from playwright.sync_api import Page, Route, expect

from tests.browser.driver import Unrolled

NORMS = "**/api/v1/norms"


def opened(unrolled: Unrolled, **settings: str) -> tuple[Page, dict]:
    unrolled.open(**settings)
    unrolled.ready()
    page = unrolled.page
    with page.expect_request(NORMS) as sent:
        page.get_by_role("button", name="Which threshold?").click()
    expect(page.locator("#thresholds tr")).to_have_count(3)
    again = page.request.post(sent.value.url, data=sent.value.post_data_json)
    return page, again.json()


def test_the_rules_choose_from_these_norms(fresh: Unrolled) -> None:
    page, answer = opened(fresh, clip="norm", mu="8", hidden="4")
    share = 100 * answer["engaged"]["share"] if answer["engaged"]["share"] is not None else None
    above = sum(10**log > 8 for log in answer["log10_norms"])
    words = page.locator("#thresholds-words").inner_text()
    assert words.startswith("200 draws: half of them have ‖g‖ below ")
    said = float(words.split("would engage at ")[1].split(" ")[0])
    assert abs(said - 100 * above / 200) < 0.06
    assert share is None
    rules = [row.locator("td").first.inner_text() for row in page.locator("#thresholds tr").all()]
    assert float(rules[1]) == float(f"{answer['rules']['autoclip']:.3g}")
    assert float(rules[2]) == float(f"{answer['rules']['zclip']:.3g}")
    expect(page.locator("#field-mu .tick.rule")).to_have_count(4)


def test_what_a_rule_chooses_can_be_taken(fresh: Unrolled) -> None:
    page, answer = opened(fresh, hidden="4")
    page.get_by_role("button", name="Clip by norm at what AutoClip chooses").click()
    fresh.ready()
    assert "clip=norm" in page.url
    taken = float(page.get_by_label("Threshold", exact=True).input_value())
    assert taken == float(f"{answer['rules']['autoclip']:.3g}")


def test_many_draws_can_be_stopped(fresh: Unrolled) -> None:
    def hold(route: Route) -> None:
        """Never answered."""

    fresh.page.route(NORMS, hold)
    fresh.open(hidden="4")
    fresh.ready()
    page = fresh.page
    page.get_by_role("button", name="Which threshold?").click()
    expect(page.locator("#thresholds progress")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#thresholds progress")).to_be_hidden()
    expect(page.locator("#thresholds-words")).to_have_text("Stopped.")


def test_a_refusal_stands_there(fresh: Unrolled, page_log) -> None:
    page_log.expect("status of 422")
    fresh.open(preset="wall")
    fresh.ready()
    page = fresh.page
    page.get_by_role("button", name="Which threshold?").click()
    expect(page.locator("#thresholds tr")).to_have_count(3)
    page.get_by_label("What is drawn anew").select_option("weights")
    expect(page.locator("#thresholds [role=alert]")).to_contain_text("nothing to draw")


def test_the_histogram_is_saved_as_it_looks(fresh: Unrolled) -> None:
    page, _ = opened(fresh, hidden="4")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the norms as SVG").click()
    assert re.fullmatch(r"unrolled-.*-thresholds\.svg", download.value.suggested_filename)
    root = ET.parse(download.value.path()).getroot()  # noqa: S314
    said = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert said[0] == (
        "‖g‖ of 200 draws of the sequence; μ = 1.00, P: Pascanu, A: AutoClip, Z: ZClip"
    )
    bars = page.locator("#thresholds .norms-bar")
    fill = bars.first.evaluate("(bar) => getComputedStyle(bar).fill")
    shapes = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert [one.get("fill") for one in shapes].count(fill) == bars.count()
    assert not [one for one in root.iter() if one.get("class")], "no sheet goes with it"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the norms as PNG").click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (1120, 668)
