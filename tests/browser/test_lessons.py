"""Every lesson, walked from start to end: what its screens say is what the service answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import lessons as read
from tests.browser.conftest import Modules
from tests.browser.driver import Unrolled
from tests.browser.screen import FILLED, LESSONS, SCREENS, Screen, right
from tests.browser.small import fits
from tests.browser.violations import THEMES, violations
from unrolled.app.lessons import Lesson

# Every term in sight, opened and closed again.
TERMS = """() => [...document.querySelectorAll("button.term")]
    .filter((term) => term.checkVisibility())
    .map((term) => {
        const box = document.getElementById("explanation");
        term.click();
        const said = box.matches(":popover-open") ? box.textContent : "";
        document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
        return [term.textContent, said, box.matches(":popover-open")];
    })"""
REQUESTS = """async ({readLink}, links, load) => {
    const {toRequest} = await load("experiment.js");
    return links.map((link) => toRequest(readLink(new URLSearchParams(link)).settings));
}"""


class Walk(Screen):
    """A screen that is walked by somebody who is right, or wrong at first and at last.

    Every lesson is walked by both, in both themes.
    """

    def __init__(self, fresh: Unrolled, modules: Modules, *, is_right: bool) -> None:
        super().__init__(fresh)
        self.modules = modules
        self.is_right = is_right


@pytest.mark.parametrize(("lesson", "number"), SCREENS)
def test_a_screen_from_start_to_end(
    request: pytest.FixtureRequest, fresh: Unrolled, modules: Modules, lesson: Lesson, number: int
) -> None:
    page = fresh.page
    screen = Walk(fresh, modules, is_right=number % 2 == lesson.number % 2)
    screen.by_pointer = number == 1
    page.emulate_media(color_scheme=THEMES[number // 2 % 2])
    screen.open(lesson.address(number))
    expect(page.get_by_role("heading", level=1)).to_have_text(lesson.screens[number - 1])
    if (lesson.number, number) == (1, 1):
        assert violations(page) == {}
    numbers = 0
    if screen.part("predict").count():
        numbers += predicts(screen)
    for slider in page.locator("[data-slide]").all():
        numbers += tries(screen, slider)
    if screen.part("ask").count():
        answers(screen)
    numbers += screen.says_what_is()
    assert numbers > 0, "a screen says what its experiment has answered"
    here = page.locator(f'[data-progress="{lesson.number}/{number}"]')
    expect(here).to_have_class("done")
    onward = page.get_by_role("navigation", name="Go on").get_by_role("link", name="Next")
    if number < len(lesson.screens):
        expect(onward).to_have_attribute("href", lesson.address(number + 1))
    expect(page.locator(".then")).to_be_visible()
    for term, said, stays in page.evaluate(TERMS):
        assert len(said) > 40, term
        assert not stays, term
    page.mouse.move(1, 1)
    assert violations(page) == {}
    for width in (390, 768, 320) if number == 1 else (390,):
        page.set_viewport_size({"width": width, "height": 844})
        screen.ready()
        fits(page)
    if (lesson.number, number) in {(1, 1), (5, 1)}:
        page.reload()
        screen.ready()
        expect(here).to_have_class("done")
        expect(page.locator(".show")).to_be_visible()
        expect(page.locator(".then")).to_be_visible()
    opens_in_explore(screen, request if number == 1 else None)


def test_a_lesson_brings_no_colours(request: pytest.FixtureRequest) -> None:
    """One theme a screen is enough: none has a colour of its own."""
    files = sorted((request.config.rootpath / "templates" / "lessons").glob("*.html"))
    assert len(files) == len(LESSONS)
    for file in files:
        assert not re.search(
            r"<style|style=|\bfill=|\bstroke=|#[0-9a-f]{3,8}\b", file.read_text("utf-8")
        )


def opens_in_explore(screen: Walk, request: pytest.FixtureRequest | None) -> None:
    """The link leads to the experiment that is shown; with `request` it is followed."""
    lives = screen.asked().values()
    links = screen.page.locator("a[data-explore]").evaluate_all("all => all.map(one => one.hash)")
    links = [link[1:] for link in links]
    requests = screen.modules("link.js", REQUESTS, links)
    for link, asked, live in zip(links, requests, lives, strict=True):
        answer = read.answer(screen.server, asked)
        if request:
            unrolled: Unrolled = request.getfixturevalue("unrolled")
            unrolled.open()
            unrolled.lead(link)
            unrolled.ready()
            expect(unrolled.page.locator("#left-out")).to_be_hidden()
            answer = unrolled.flow()
        wanted = read.answer(screen.server, live.get("experiment", live))
        assert answer["hidden_gradient"] == wanted["hidden_gradient"]
        assert answer["clipping"] == wanted["clipping"]


def reasons(screen: Walk, form: Locator) -> None:
    """What would be said of every choice says why, with numbers of the service's answer."""
    templates = form.locator("template[data-says]").evaluate_all(
        "all => all.map(one => one.innerHTML)"
    )
    scope = screen.scope()
    for text, numbers in screen.modules("learn/fill.js", FILLED, [templates, scope]):
        assert len(text.strip()) > 20, "it is said why"
        right(numbers, scope)


def predicts(screen: Walk) -> int:
    """What is to come stays away until it is predicted; wrong and right are told."""
    form = screen.part("predict")
    expect(screen.page.locator(".show")).to_be_hidden()
    if form.get_attribute("data-guess"):
        return guesses(screen, form)
    expect(screen.submit(form)).to_contain_text("Choose one first.")
    expect(screen.page.locator(".show")).to_be_hidden()
    truth, wrong = screen.choices(form)
    reasons(screen, form)
    line = screen.submit(form, truth if screen.is_right else wrong[0])
    lead = "As you expected." if screen.is_right else "It is otherwise."
    expect(line).to_contain_text(lead)
    assert len(line.inner_text()) > len(lead) + 20, "it is said why"
    expect(screen.page.locator(".show")).to_be_visible()
    expect(form.locator(".choice.true")).to_have_count(1)
    expect(form.locator(".choice.true input")).to_have_value(str(truth))
    return screen.says_what_is("predict")


def guesses(screen: Screen, form: Locator) -> int:
    value = read.value_of(str(form.get_attribute("data-guess")), screen.scope())
    line = screen.submit(form)
    expect(screen.page.locator(".show")).to_be_visible()
    said = line.inner_text()
    assert said.startswith("It is ")
    assert read.agrees(said.partition("It is ")[2].partition(". ")[0], value, "number", 3), said
    return screen.says_what_is()


def tries(screen: Screen, task: Locator) -> int:
    """Somewhere along the slider its goal is reached, and there it is said."""
    name = str(task.get_attribute("data-slide"))
    low, high, step = task.locator("input").evaluate(
        "one => [one.min, one.max, one.step].map(Number)"
    )
    count = round((high - low) / step)
    values = [round(low + step * n, 10) for n in range(count + 1)]
    some = [*values[:: max(1, count // 8)], values[-1]]
    goal = task.locator(".goal")
    if not goal.count():
        screen.slide(name, some[1])
        return screen.says_what_is()
    expect(goal).not_to_contain_text("Reached")
    expression = str(goal.get_attribute("data-goal"))
    missed, reached = [], None
    for value in some:
        if read.value_of(expression, screen.scope(**{name: value})):
            reached = value if reached is None else reached
        else:
            missed.append(value)
        if reached is not None and missed:
            break
    assert reached is not None, f"nowhere along {name} does {expression} hold"
    for value in missed[:2]:
        screen.slide(name, value)
        screen.says_what_is()
        expect(goal).not_to_contain_text("Reached")
    screen.slide(name, reached)
    expect(goal).to_contain_text("Reached.")
    return screen.says_what_is()


def answers(screen: Walk) -> None:
    """Wrong answers are told from the right one, each with its reason."""
    form = screen.part("ask")
    line = form.get_by_role("status")
    reasons(screen, form)
    if expression := form.get_attribute("data-number"):
        value = read.value_of(expression, screen.scope())
        given_and_said = {
            "": "A number",
            f"{1.5 * value + 1}": "Not so.",
            f"{value:.6g}": "Right.",
        }
        for given, lead in given_and_said.items():
            form.get_by_role("textbox").fill(given)
            screen.submit(form)
            expect(line).to_contain_text(lead)
        screen.says_what_is("ask")
        return
    truth, wrong = screen.choices(form)
    for choice in (*wrong, truth) if screen.is_right else (truth, *wrong):
        screen.submit(form, choice)
        expect(line).to_contain_text("Right." if choice == truth else "Not so.")
        assert len(line.inner_text()) > 25, "it is said why"
        screen.says_what_is("ask")
