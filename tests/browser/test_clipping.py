"""Clipping is a toggle, and shows before and after."""

import math

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Json, Unrolled

EXPLODING = {"radius": 2.5, "activation": "relu", "source": "random", "wiring": "many-to-one"}


def bars(page: Unrolled) -> list[list[float]]:
    """log₁₀ of every bar of "Parameter gradients", a list a series."""
    return [
        [base + length for base, length in zip([t["base"]] * len(t["x"]), t["x"], strict=True)]
        for t in page.traces("clipping", type="bar")
    ]


def wanted(flow: Json) -> tuple[list[float], list[float]]:
    gradients = flow["parameter_gradients"].values()
    clipping = flow["clipping"]
    before = [g["log10_norm"] for g in gradients] + [clipping["log10_norm_before"]]
    after = [math.log10(g["clipped_norm"]) for g in gradients]
    return before, [*after, math.log10(clipping["norm_after"])]


def shown(page: Unrolled, series: int) -> list[list[float]]:
    """The bars, once the picture beside has as many series."""
    expect(page.plot("clipping").locator("svg .trace.bars")).to_have_count(series)
    return bars(page)


def once_drawn(page: Unrolled, before: list[float], after: list[float]) -> list[list[float]]:
    """The bars of these numbers: the pictures beside come a moment after the page has settled."""
    drawn = shown(page, 2)
    for _ in range(100):
        if drawn == [pytest.approx(before, abs=1e-6), pytest.approx(after, abs=1e-6)]:
            break
        page.frame()
        drawn = shown(page, 2)
    return drawn


@pytest.mark.parametrize(
    ("label", "clip"),
    [("norm", {"rule": "norm", "max_norm": 0.5}), ("value", {"rule": "value", "max_value": 0.5})],
)
def test_before_and_after_are_both_drawn_and_labelled(
    unrolled: Unrolled, label: str, clip: Json
) -> None:
    unrolled.open(**EXPLODING)
    section = unrolled.page.get_by_role("region", name="Parameter gradients")
    expect(section).to_contain_text("Not clipped")
    assert len(shown(unrolled, 1)) == 1
    unrolled.choose("Rule", label)
    unrolled.page.get_by_role("spinbutton", name="Threshold").fill("0.5")
    unrolled.ready()
    assert unrolled.asked["clip"] == clip
    flow = unrolled.flow()
    assert flow["clipping"]["engaged"]
    before, after = wanted(flow)
    drawn = once_drawn(unrolled, before, after)
    assert drawn[0] == pytest.approx(before, abs=1e-6)
    tall = [n for n, v in enumerate(after) if v > min(after) + 1]
    assert [drawn[1][n] for n in tall] == pytest.approx([after[n] for n in tall], abs=1e-6)
    expect(section).to_contain_text("before")
    expect(section).to_contain_text("after clipping")


def test_norm_clipping_keeps_the_direction_and_says_so(unrolled: Unrolled) -> None:
    unrolled.open(**EXPLODING, clip="norm", mu=1)
    assert unrolled.flow()["clipping"]["cosine"] == pytest.approx(1)
    section = unrolled.page.get_by_role("region", name="Parameter gradients")
    expect(section).to_contain_text("cosine 1.000")


def test_value_clipping_bends_it_and_says_by_how_much(unrolled: Unrolled) -> None:
    unrolled.open(**EXPLODING, clip="value", mu=1)
    cosine = unrolled.flow()["clipping"]["cosine"]
    assert cosine < 0.9
    section = unrolled.page.get_by_role("region", name="Parameter gradients")
    expect(section).to_contain_text("bends")
    expect(section).to_contain_text(f"{cosine:.3f}")


def test_a_threshold_that_is_not_reached_clips_nothing(unrolled: Unrolled) -> None:
    unrolled.open(clip="norm", mu=1000)
    assert not unrolled.flow()["clipping"]["engaged"]
    section = unrolled.page.get_by_role("region", name="Parameter gradients")
    expect(section).to_contain_text("nothing is clipped")


def test_the_profile_shows_what_norm_clipping_leaves(unrolled: Unrolled) -> None:
    unrolled.open(clip="norm", mu=0.01)
    flow = unrolled.flow()
    scale = math.log10(flow["clipping"]["scale"])
    after = [t for t in unrolled.traces("profile", type="scatter") if "dash" in t.get("line", {})]
    row = flow["itemized"]["log10_norm"][-1]
    heights = [t["y"] for t in after if len(t["y"]) == len(row)]
    assert [pytest.approx([v + scale for v in row], abs=1e-9)] == [
        y for y in heights if y[0] == pytest.approx(row[0] + scale, abs=1e-9)
    ]
    expect(unrolled.page.locator("#figure-profile")).to_contain_text("after clipping")


def test_the_threshold_has_a_logarithmic_slider_with_a_mark_at_the_norm(unrolled: Unrolled) -> None:
    unrolled.open(clip="norm", mu=1)
    slider = unrolled.page.get_by_role("slider", name="Threshold, logarithmic")
    unrolled.slide("Threshold, logarithmic", -2)
    unrolled.ready()
    assert unrolled.asked["clip"]["max_norm"] == 0.01
    expect(unrolled.page.get_by_role("spinbutton", name="Threshold")).to_have_value("0.01")
    norm = unrolled.flow()["clipping"]["log10_norm_before"]
    low, high = (float(slider.get_attribute(name) or "nan") for name in ("min", "max"))
    mark = unrolled.page.locator("#norm-mark")
    expect(mark).to_be_visible()
    at = mark.evaluate("element => Number(element.style.getPropertyValue('--at'))")
    assert at == pytest.approx((norm - low) / (high - low), abs=1e-6)


def test_off_again_shows_one_bar_each(unrolled: Unrolled) -> None:
    unrolled.open(clip="norm", mu=0.1)
    shown(unrolled, 2)
    unrolled.choose("Rule", "off")
    unrolled.ready()
    assert unrolled.asked["clip"] == {"rule": "none"}
    expect(unrolled.plot("clipping").locator("svg .trace.bars")).to_have_count(1)
    expect(unrolled.page.get_by_role("spinbutton", name="Threshold")).to_be_hidden()
