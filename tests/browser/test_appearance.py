"""Light and dark, calm where calm is asked for."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled

LIGHTNESS = """() => {
    const paper = getComputedStyle(document.documentElement).backgroundColor;
    const [r, g, b] = paper.match(/[0-9.]+/g).map(Number);
    return (r + g + b) / 765;
}"""
# Everything that still moves, in seconds.
MOVING = """() => [...document.querySelectorAll("*")].flatMap((element) => {
    const style = getComputedStyle(element);
    const seconds = (text) => Math.max(...text.split(",").map(parseFloat));
    const most = Math.max(seconds(style.transitionDuration),
        style.animationName === "none" ? 0 : seconds(style.animationDuration));
    return most > 0.011 ? [element.id || element.className || element.localName] : [];
})"""


def ink(page: Unrolled) -> str:
    """The colour of the followed loss's node, the darkest on paper and the lightest in the dark."""
    return page.nodes("L")[15]


def test_the_system_chooses(fresh: Unrolled) -> None:
    fresh.page.emulate_media(color_scheme="dark")
    fresh.open()
    assert fresh.page.evaluate(LIGHTNESS) < 0.25
    dark = ink(fresh)
    fresh.page.emulate_media(color_scheme="light")
    expect(fresh.page.locator("html")).to_have_attribute("data-theme", "light")
    assert fresh.page.evaluate(LIGHTNESS) > 0.85
    assert ink(fresh) != dark


def test_the_button_chooses_and_is_remembered(fresh: Unrolled) -> None:
    fresh.open()
    button = fresh.page.get_by_role("button", name="Dark colours")
    expect(button).to_have_attribute("aria-pressed", "false")
    light = ink(fresh)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert fresh.page.evaluate(LIGHTNESS) < 0.25
    assert ink(fresh) != light
    fresh.page.reload()
    fresh.ready()
    assert fresh.page.evaluate(LIGHTNESS) < 0.25
    expect(button).to_have_attribute("aria-pressed", "true")


def test_reduced_motion_moves_nothing(fresh: Unrolled) -> None:
    fresh.page.emulate_media(reduced_motion="reduce")
    fresh.open()
    fresh.page.locator("#progress").evaluate("element => { element.hidden = false; }")
    assert fresh.page.evaluate(MOVING) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colour_says_how_much_is_left_and_width_says_it_too(modules: Callable, theme: str) -> None:
    flow = {
        "light": ["#1350a0", "#4a90c8", "#b8bcc4", "#d87058", "#b01030"],
        "dark": ["#5aa0ff", "#6f9fd0", "#8a8f98", "#e08070", "#ff6070"],
    }[theme]
    drawn = modules(
        "theme.js",
        """(theme, flow) => [-9, -3, -1.5, 0, 1.5, 3, 9].map(decades => [
            theme.flowColor({flow}, decades), theme.classWidth(theme.classOf(decades))])""",
        flow,
    )
    colors, widths = zip(*drawn, strict=True)
    channels = [tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) for color in flow]
    wanted = ["rgb({},{},{})".format(*rgb) for rgb in channels]
    assert list(colors) == [wanted[0], *wanted, wanted[-1]]
    assert widths[0] == widths[1]
    assert widths[-1] == widths[-2]
    assert sorted(set(widths)) == list(widths[1:-1])
