"""The view Learn as a whole: accessible, by keyboard, small, without storage, without scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import lessons as read
from tests.browser.driver import Unrolled, until
from tests.browser.screen import Screen
from tests.browser.small import fits
from tests.browser.violations import holds
from tests.conftest import PageLog

CASES = {"two": "two-steps-by-hand", "sign": "notebook-wrong-sign", "bptt": "course-lstm-window-1"}


def everything_open(screen: Screen) -> None:
    """Predict whatever comes first, so that all of the screen is in sight."""
    form = screen.part("predict")
    if form.count():
        if form.locator("input[type=radio]").count():
            form.locator("input[type=radio]").first.check()
        form.locator("[type=submit]").click()
    question = screen.part("ask")
    if question.count():
        if question.get_by_role("textbox").count():
            question.get_by_role("textbox").fill("-123.4")
        else:
            question.locator("input").first.check()
        for _ in range(2):
            question.locator("[type=submit]").click()
    expect(screen.page.locator(".then")).to_be_visible()
    screen.ready()


@pytest.mark.parametrize("path", ["/learn", "/learn/examples"])
def test_no_violation_on_the_pages_beside(fresh: Unrolled, path: str) -> None:
    fresh.page.goto(fresh.server + path)
    until(fresh.page, "html", "data-state", "ready")
    holds(fresh.page)


def test_nothing_runs_out_of_a_small_window(fresh: Unrolled) -> None:
    """Nor do lessons: test_lessons.py."""
    page = fresh.page
    for path in ("/learn", "/learn/test", "/learn/examples"):
        page.goto(fresh.server + path)
        for width in (768, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            until(page, "html", "data-state", "ready")
            fits(page)


def test_a_lesson_by_keyboard_alone(fresh: Unrolled) -> None:
    """From the overview to the second screen, with a prediction, a slider and a number."""
    page, keys = fresh.page, fresh.page.keyboard
    page.goto(f"{fresh.server}/learn")
    tab_to(page, "Unrolling, and weights that are shared")
    keys.press("Enter")
    Screen(fresh).ready()
    tab_to(page, "One for every step")
    keys.press("Space")
    keys.press("ArrowDown")
    tab_to(page, "That is what I expect")
    keys.press("Enter")
    expect(page.locator("p.verdict-line")).to_contain_text("As you expected.")
    expect(page.locator("p.verdict-line")).to_be_focused()
    tab_to(page, "Next: A shared weight’s gradient is a sum")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("A shared weight’s gradient is a sum")
    Screen(fresh).ready()
    tab_to(page, "The first: it influences all that follow")
    keys.press("Space")
    keys.press("Enter")
    tab_to(page, "Step t")
    keys.press("End")
    expect(page.locator(".goal")).to_contain_text("Reached.")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    script = """() => { const at = document.activeElement;
        return (at.labels?.[0] ?? at).textContent.replace(/\\s+/g, " ").trim(); }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(script).endswith(name):
            return
    raise AssertionError(f"Tab does not come to {name}")


@pytest.mark.parametrize("how", ["refused", "absent", "foreign"])
def test_without_a_place_to_keep_anything(fresh: Unrolled, how: str) -> None:
    page = fresh.page
    scripts = {
        "refused": "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new Error('refused'); }})",
        "absent": "Object.defineProperty(window, 'localStorage', {value: undefined})",
        "foreign": """try {
            localStorage.setItem("learn", '{"screens": [1], "ten": {"before": 3}}');
        } catch {}""",
    }
    with page.add_init_script(scripts[how]):
        screen = Screen(fresh)
        screen.open("/learn/1")
        right, _ = screen.choices(screen.part("predict"))
        expect(screen.submit(screen.part("predict"), right)).to_contain_text("As you expected.")
        expect(page.locator(".show")).to_be_visible()
        screen.slide("units", 8)
        expect(page.locator('[data-progress="1/1"]')).to_have_class("done")
        page.goto(f"{fresh.server}/learn")
        until(page, "html", "data-state", "ready")
    page.goto("about:blank")


def test_what_is_done_is_kept_and_can_be_forgotten(fresh: Unrolled) -> None:
    page = fresh.page
    screen = Screen(fresh)
    screen.open("/learn/1")
    everything_open(screen)
    screen.slide("units", 8)
    page.goto(f"{fresh.server}/learn")
    come = page.locator("[data-lesson='1'] .come")
    expect(come).to_have_text("1 of 4 done")
    page.get_by_role("button", name="Forget it").click()
    expect(come).to_have_text("4 screens")
    assert page.evaluate("() => JSON.parse(localStorage.learn).screens") == {}


def test_where_a_script_does_not_load_everything_can_be_read(
    fresh: Unrolled, page_log: PageLog
) -> None:
    page_log.expect("Failed to load resource|net::ERR")
    page = fresh.page
    page.route("**/learn/main.js", lambda route: route.abort())
    page.goto(f"{fresh.server}/learn/1")
    expect(page.locator("html")).to_have_attribute("data-gates", "open")
    expect(page.locator(".then")).to_be_visible()
    expect(page.locator(".then")).to_contain_text("is more drawing and not one weight more")


def test_without_javascript_everything_can_be_read(fresh: Unrolled) -> None:
    session = fresh.page.context.new_cdp_session(fresh.page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    fresh.page.goto(f"{fresh.server}/learn/1")
    expect(fresh.page.locator(".then")).to_be_visible()
    session.send("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_service_that_does_not_answer_is_said(fresh: Unrolled, page_log: PageLog) -> None:
    page_log.expect("Failed to load resource|net::ERR")
    page = fresh.page
    page.route("**/api/v1/flow", lambda route: route.abort())
    page.goto(f"{fresh.server}/learn/1")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    page.unroute("**/api/v1/flow")
    page.get_by_role("button", name="Try again").click()
    Screen(fresh).ready()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_term_explains_itself(fresh: Unrolled) -> None:
    """Those of every screen: test_lessons.py."""
    page = fresh.page
    screen = Screen(fresh)
    screen.open("/learn/1")
    everything_open(screen)
    page.locator("button.term:visible").first.click()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_worked_examples_say_what_is_computed(fresh: Unrolled) -> None:
    screen = Screen(fresh)
    screen.open("/learn/examples")
    assert screen.says_what_is() > 20
    said = fresh.page.locator("tbody tr").evaluate_all(
        "all => all.map(one => [...one.cells].map(cell => cell.textContent.trim()))"
    )
    rows = {row[0]: row[1:] for row in said}
    assert rows["w = 1.1"] == ["117", "490.4", "117.4"]
    assert rows["w = 0.9"] == ["0.005", "0.00106", "0.00515"]
    assert rows["H₂"] == ["0.7790", "0.78033"]
    assert rows["∂L/∂H₂"] == ["−0.884", "−0.87868"]
    for printed, _, window in list(rows.values())[5:10]:
        assert abs(read.number_said(printed) - read.number_said(window)) < 1e-7
    first, second = rows["first unit"], rows["second unit"]
    assert read.number_said(first[1]) < 0 < read.number_said(first[0])
    assert read.number_said(second[1]) < 0 < read.number_said(second[0])


def test_worked_examples_are_the_cases(fresh: Unrolled, request: pytest.FixtureRequest) -> None:
    screen = Screen(fresh)
    screen.open("/learn/examples")
    shown: dict[str, Any] = dict(screen.lives)
    folder = request.config.rootpath / "tests" / "cases"
    for name, case in CASES.items():
        wanted = json.loads((folder / f"{case}.json").read_text("utf-8"))["request"]
        shown[name].pop("values", None)
        assert shown[name] == wanted
    assert shown["window"] == shown["bptt"] | {"truncation": {"kind": "window", "steps": 1}}
