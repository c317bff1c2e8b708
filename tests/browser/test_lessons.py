"""Every lesson, walked from start to end: what its screens say is what the service answers."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jinja2 import Environment
from playwright.sync_api import Locator, expect

from tests.browser import lessons as read
from tests.browser.driver import Unrolled
from unrolled.app.assets import Assets
from unrolled.app.lessons import Lesson, lessons
from unrolled.app.page import templates
from unrolled.app.settings import Settings


def _environment() -> Environment:
    return templates(Assets(), Settings()).env


LESSONS = lessons(_environment())
SCREENS = [
    pytest.param(lesson, screen, id=f"{lesson.number}-{screen}")
    for lesson in LESSONS
    for screen in range(1, len(lesson.screens) + 1)
]

NUMBERS = """all => all.filter(one => one.checkVisibility()).map(one =>
    [one.textContent, one.dataset.n, one.dataset.as, Number(one.dataset.digits)])"""
WORDS = """all => all.filter(one => one.checkVisibility()).map(one =>
    [one.textContent, one.dataset.if, one.dataset.then, one.dataset.else])"""
BARS = """all => all.filter(one => one.checkVisibility()).map(one =>
    [one.dataset.bars, [...one.querySelectorAll(".value")].map(v => v.textContent)])"""
LIVES = """all => all.map(one =>
    [one.dataset.live, JSON.parse(one.querySelector("[data-experiment]").textContent)])"""
SLIDERS = """all => all.map(one => [one.dataset.slide, Number(one.querySelector("input").value),
    one.dataset.pointers.split(" ").filter(Boolean)])"""


class Screen:
    """One screen of a lesson, open in a browser, beside a client of its own."""

    def __init__(self, fresh: Unrolled) -> None:
        self.page = fresh.page
        self.server = fresh.server
        self._answers: dict[str, Any] = {}

    def open(self, address: str) -> None:
        self.page.goto(self.server + address, wait_until="domcontentloaded")
        self.ready()

    def again(self) -> None:
        """The same screen, for somebody who has not been here."""
        self.page.evaluate("() => localStorage.clear()")
        self.page.reload()
        self.ready()

    def ready(self) -> None:
        expect(self.page.locator("#lesson")).to_have_attribute("aria-busy", "false")
        expect(self.page.locator("html")).to_have_attribute("data-state", "ready")

    def scope(self, **others: float) -> read.Scope:
        """What the service answers to the screen's experiments, with its sliders as they are;
        others: sliders as they might be."""
        sliders = self.page.locator("[data-slide]").evaluate_all(SLIDERS)
        values = {name: others.get(name, value) for name, value, _ in sliders}
        answers = {}
        for name, experiment in self.page.locator("[data-live]").evaluate_all(LIVES):
            asked = copy.deepcopy(experiment)
            for slider, _, pointers in sliders:
                for pointer in pointers:
                    read.set_at(asked, pointer, values[slider])
            key = repr(asked)
            if key not in self._answers:
                self._answers[key] = read.answer(self.server, asked)
            answers[name] = self._answers[key]
        return read.scope_of(answers, **values)

    def says_what_is(self, said: str = "") -> int:
        """Every number and word in sight is that of the service's answer; how many there are.

        What was said of a prediction or an answer stands as it was said; `said` names whose is
        to be read, too.
        """
        self.ready()
        scope = self.scope()
        frozen = f", [data-{said}] .frozen[data-n]" if said else ""
        numbers = self.page.locator(f".n[data-n]:not(.frozen){frozen}").evaluate_all(NUMBERS)
        for text, expression, form, digits in numbers:
            value = read.value_of(expression, scope)
            assert read.agrees(text, value, form, digits), (text, expression, value)
        words = self.page.locator(".n[data-if]").evaluate_all(WORDS)
        for text, condition, then, otherwise in words:
            assert text == (then if read.value_of(condition, scope) else otherwise), condition
        for expression, texts in self.page.locator("[data-bars]").evaluate_all(BARS):
            values = [read.single(value) for value in read.value_of(expression, scope)]
            assert len(texts) == len(values)
            for text, value in zip(texts, values, strict=True):
                assert read.agrees(text, value or 0, "number", 3), (text, value)
        return len(numbers)

    def part(self, name: str) -> Locator:
        return self.page.locator(f"form[data-{name}]")

    def choices(self, form: Locator) -> tuple[int, list[int]]:
        """The one choice that holds of the service's answer, and the others."""
        scope = self.scope()
        expressions = form.locator("input").evaluate_all("all => all.map(one => one.dataset.holds)")
        right = [n for n, one in enumerate(expressions) if read.value_of(one, scope) is True]
        assert len(right) == 1, f"{right} of {expressions} hold"
        return right[0], [n for n in range(len(expressions)) if n != right[0]]

    def predict(self, form: Locator, choice: int) -> Locator:
        form.locator("input[type=radio]").nth(choice).check()
        form.locator("[type=submit]").click()
        return form.get_by_role("status")

    def slide(self, name: str, value: float) -> None:
        self.page.locator(f"#slide-{name}").evaluate(
            """(slider, value) => {
                slider.value = value;
                slider.dispatchEvent(new Event("input", {bubbles: true}));
            }""",
            str(value),
        )
        self.ready()


@pytest.fixture
def screen(fresh: Unrolled) -> Screen:
    return Screen(fresh)


@pytest.mark.parametrize(("lesson", "number"), SCREENS)
def test_a_screen_from_start_to_end(screen: Screen, lesson: Lesson, number: int) -> None:
    page = screen.page
    screen.open(lesson.address(number))
    expect(page.get_by_role("heading", level=1)).to_have_text(lesson.screens[number - 1])
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
    if number == 1:
        page.reload()
        screen.ready()
        expect(here).to_have_class("done")
        expect(page.locator(".show")).to_be_visible()
        expect(page.locator(".then")).to_be_visible()
    onward = page.get_by_role("navigation", name="Go on").get_by_role("link", name="Next")
    if number < len(lesson.screens):
        expect(onward).to_have_attribute("href", lesson.address(number + 1))


def predicts(screen: Screen) -> int:
    """What is to come stays away until it is predicted; wrong and right are told."""
    form = screen.part("predict")
    expect(screen.page.locator(".show")).to_be_hidden()
    if form.get_attribute("data-guess"):
        return guesses(screen, form)
    form.locator("[type=submit]").click()
    expect(form.get_by_role("status")).to_contain_text("Choose one first.")
    expect(screen.page.locator(".show")).to_be_hidden()
    right, wrong = screen.choices(form)
    numbers = 0
    for choice in (wrong[0], right):
        if choice == right:
            screen.again()
        line = screen.predict(form, choice)
        lead = "As you expected." if choice == right else "It is otherwise."
        expect(line).to_contain_text(lead)
        assert len(line.inner_text()) > len(lead) + 20, "it is said why"
        expect(screen.page.locator(".show")).to_be_visible()
        expect(form.locator(".choice.true")).to_have_count(1)
        expect(form.locator(".choice.true input")).to_have_value(str(right))
        numbers = screen.says_what_is("predict")
    return numbers


def guesses(screen: Screen, form: Locator) -> int:
    value = read.value_of(str(form.get_attribute("data-guess")), screen.scope())
    form.locator("[type=submit]").click()
    line = form.get_by_role("status")
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
    reached = [one for one in some if read.value_of(expression, screen.scope(**{name: one}))]
    assert reached, f"nowhere along {name} does {expression} hold"
    missed = [one for one in some if one not in reached]
    for value in missed[:2]:
        screen.slide(name, value)
        screen.says_what_is()
        expect(goal).not_to_contain_text("Reached")
    screen.slide(name, reached[0])
    expect(goal).to_contain_text("Reached.")
    return screen.says_what_is()


def answers(screen: Screen) -> None:
    """Wrong answers are told from the right one, each with its reason."""
    form = screen.part("ask")
    line = form.get_by_role("status")
    if expression := form.get_attribute("data-number"):
        value = read.value_of(expression, screen.scope())
        given_and_said = {
            "": "A number",
            f"{1.5 * value + 1}": "Not so.",
            f"{value:.6g}": "Right.",
        }
        for given, lead in given_and_said.items():
            form.get_by_role("textbox").fill(given)
            form.locator("[type=submit]").click()
            expect(line).to_contain_text(lead)
        screen.says_what_is("ask")
        return
    right, wrong = screen.choices(form)
    for choice in (*wrong, right):
        form.get_by_role("radio").nth(choice).check()
        form.locator("[type=submit]").click()
        expect(line).to_contain_text("Right." if choice == right else "Not so.")
        assert len(line.inner_text()) > 25, "it is said why"
        screen.says_what_is("ask")
