"""The transport by itself: buttons, keys, the scrubber, play, and who hears the keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import PageLog

MAKE = """async ([base, options]) => {
    const { createTransport } = await import(`${base}/transport.js`);
    document.body.replaceChildren();
    const box = document.createElement("div");
    const field = document.createElement("input");
    const walk = document.createElement("div");
    Object.assign(walk, {id: "walk", tabIndex: 0}).setAttribute("role", "application");
    document.body.append(box, field, walk);
    window.told = [];
    const say = options.words ? {say: (n) => options.words[n]} : {};
    window.transport = createTransport(box, {
        label: "The way back", ...options, ...say,
        onChange: (index, how) => window.told.push([index, how.playing, how.animate]),
    });
}"""


class Bench:
    """An empty page with one transport."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self._base = base

    def make(self, **options: object) -> None:
        self.page.evaluate(MAKE, [self._base, options])

    def told(self) -> list[tuple[int, bool, bool]]:
        return [tuple(one) for one in self.page.evaluate("() => window.told")]

    def places(self) -> list[int]:
        return [place for place, _, _ in self.told()]

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def scrub(self) -> Locator:
        return self.page.get_by_role("slider", name="The way back: place")


@pytest.fixture(scope="module")
def bench_page(browser: Browser, server: str, static_url: str) -> Iterator[tuple[Page, PageLog]]:
    sheets = static_url.replace("/js", "/css/tokens.css")
    context = browser.new_context(base_url=server, viewport={"width": 390, "height": 600})
    page = context.new_page()
    log = PageLog(origin=server)
    log.watch(page)
    empty = (
        '<!doctype html><title>empty</title><link rel="icon" href="data:,">'
        f'<meta id="sheets" content="{sheets}">'
    )
    page.route("**/empty", lambda route: route.fulfill(body=empty, content_type="text/html"))
    page.goto("/empty")
    yield page, log
    context.close()


@pytest.fixture
def bench(bench_page: tuple[Page, PageLog], static_url: str) -> Iterator[Bench]:
    page, log = bench_page
    page.emulate_media(reduced_motion="no-preference")
    yield Bench(page, static_url)
    page.evaluate("() => window.transport.close()")
    log.check()


def test_one_on_and_one_back_stop_at_the_ends(bench: Bench) -> None:
    bench.make(length=3)
    bench.button("One step back").click(force=True)
    assert bench.told() == []
    for _ in range(3):
        bench.button("One step on").click(force=True)  # Playwright waits for it to be enabled
    assert bench.told() == [(1, False, False), (2, False, False)]
    expect(bench.button("One step on")).to_have_attribute("aria-disabled", "true")
    expect(bench.button("One step on")).to_be_focused()
    bench.button("One step back").click()
    assert bench.places() == [1, 2, 1]


def test_the_scrubber_says_where_it_stands(bench: Bench) -> None:
    bench.make(length=4, words=["start", "loss", "output", "state"])
    expect(bench.page.get_by_role("group", name="The way back")).to_be_visible()
    expect(bench.scrub).to_have_attribute("aria-valuetext", "start")
    bench.scrub.fill("2")
    assert bench.places() == [2]
    expect(bench.scrub).to_have_attribute("aria-valuetext", "output")
    expect(bench.page.locator(".transport-words")).to_have_text("output")
    bench.page.evaluate("() => window.transport.set(99)")
    assert bench.places() == [2, 3]
    bench.page.evaluate("() => window.transport.setLength(2)")
    assert bench.places() == [2, 3, 1]
    expect(bench.scrub).to_have_attribute("max", "1")


def test_keys_inside(bench: Bench) -> None:
    bench.make(length=5)
    bench.scrub.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        bench.page.keyboard.press(key)
    assert bench.places() == [1, 2, 1]
    bench.button("One step on").focus()
    bench.page.keyboard.press("Space")
    bench.page.keyboard.press("ArrowLeft")
    assert bench.places() == [1, 2, 1, 2, 1]


def test_keys_elsewhere_are_heard_by_the_active_one_alone(bench: Bench) -> None:
    bench.make(length=5)
    bench.page.evaluate("() => document.activeElement.blur()")
    bench.page.keyboard.press("ArrowRight")
    assert bench.places() == [1]
    bench.page.locator("body > input").focus()
    bench.page.keyboard.press("ArrowRight")
    bench.page.keyboard.press("Space")
    bench.page.locator("#walk").focus()
    bench.page.keyboard.press("ArrowRight")
    assert bench.places() == [1], "a field and a picture keep their keys"
    bench.page.evaluate("() => { document.querySelector('.transport').hidden = true; }")
    bench.page.evaluate("() => document.activeElement.blur()")
    bench.page.keyboard.press("ArrowRight")
    assert bench.places() == [1], "what is hidden hears nothing"


@pytest.mark.parametrize(("motion", "animates"), [("no-preference", True), ("reduce", False)])
def test_it_plays_to_the_end_and_then_from_the_start(
    bench: Bench, motion: str, animates: bool
) -> None:
    bench.page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    bench.make(length=3, speeds=[30, 1], speed=30)
    bench.button("Play").click()
    expect(bench.button("Play")).to_be_visible()
    expect(bench.scrub).to_have_value("2")
    assert bench.told() == [(1, True, animates), (2, True, animates)]
    bench.page.evaluate("() => { window.told = []; }")
    bench.page.evaluate("() => document.activeElement.blur()")
    bench.page.keyboard.press("Space")
    expect(bench.page.locator(".transport")).to_have_attribute("data-playing", "false")
    assert bench.places()[0] == 0
    assert bench.places()[-1] == 2


def test_a_hand_stops_what_plays(bench: Bench) -> None:
    bench.make(length=1000, speeds=[0.5], speed=0.5)
    bench.button("Play").click()
    expect(bench.button("Pause")).to_be_visible()
    bench.page.keyboard.press("ArrowRight")
    expect(bench.button("Play")).to_be_visible()
    assert bench.told() == [(1, False, False)]


def test_a_finger_finds_it(bench: Bench) -> None:
    bench.make(length=5)
    bench.page.wait_for_function("() => getComputedStyle(document.querySelector"
                                 "('.transport-button')).width === '44px'")  # fmt: skip
    for part in bench.page.locator(".transport :is(button, select, input)").all():
        box = part.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 44
        assert box["x"] + box["width"] <= 390


def test_what_plays_faster_than_pictures_come_leaves_places_out(bench: Bench) -> None:
    bench.make(length=100, speeds=[300], speed=300)
    bench.button("Play").click()
    expect(bench.scrub).to_have_value("99")
    assert bench.places() == [10, 20, 30, 40, 50, 60, 70, 80, 90, 99]
