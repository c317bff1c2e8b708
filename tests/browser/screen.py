"""One screen of a lesson, open in a browser, beside a client of its own."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jinja2 import Environment
from playwright.sync_api import Locator

from tests.browser import lessons as read
from tests.browser.driver import Unrolled
from unrolled.app.assets import Assets
from unrolled.app.lessons import lessons
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

READY = """() => document.getElementById("lesson").ariaBusy === "false"
    && document.documentElement.dataset.state === 'ready'"""
LIVES = """all => all.map(one =>
    [one.dataset.live, JSON.parse(one.querySelector("[data-experiment]").textContent)])"""
SLIDERS = """all => all.map(one => [one.dataset.slide, Number(one.querySelector("input").value),
    one.dataset.pointers.split(" ").filter(Boolean)])"""
# Everything in sight that an answer has filled: numbers, words and bars.
SAID = """(frozen) => {
    const all = (selector, read) => [...document.querySelectorAll(selector)]
        .filter((one) => one.checkVisibility()).map(read);
    return [
        all(`.n[data-n]:not(.frozen)${frozen}`, (one) =>
            [one.textContent, one.dataset.n, one.dataset.as, Number(one.dataset.digits)]),
        all(".n[data-if]", (one) =>
            [one.textContent, one.dataset.if, one.dataset.then, one.dataset.else]),
        all("[data-bars]", (one) =>
            [one.dataset.bars, [...one.querySelectorAll(".value")].map(v => v.textContent)]),
    ];
}"""
SUBMIT = """(form, choice) => {
    if (choice !== null) form.querySelectorAll("input[type=radio]")[choice].click();
    form.querySelector("[type=submit]").click();
}"""
# What a form would say of each of its choices, in a page of no screen.
FILLED = """({fill}, [forms, scope]) => forms.map((html) => {
    const place = document.createElement("div");
    place.innerHTML = html;
    fill(place, scope);
    const numbers = [...place.querySelectorAll(".n[data-n]")].map((one) =>
        [one.textContent, one.dataset.n, one.dataset.as, Number(one.dataset.digits)]);
    return [place.textContent, numbers];
})"""


class Screen:
    """A screen that is open, and the service's answers to its experiments."""

    def __init__(self, fresh: Unrolled) -> None:
        self.page = fresh.page
        self.server = fresh.server
        self.by_pointer = False
        self._answers: dict[str, Any] = {}
        self.lives: list[tuple[str, Any]] = []

    def open(self, address: str) -> None:
        self.page.goto(self.server + address, wait_until="domcontentloaded")
        self.ready()
        self.lives = self.page.locator("[data-live]").evaluate_all(LIVES)

    def ready(self) -> None:
        self.page.wait_for_function(READY)

    def sliders(self) -> list[tuple[str, float, list[str]]]:
        """Name, value and fields of each slider."""
        found: list[tuple[str, float, list[str]]]
        found = self.page.locator("[data-slide]").evaluate_all(SLIDERS)
        return found

    def asked(self, **others: float) -> dict[str, Any]:
        """The screen's experiments, with its sliders as they are; others: as they might be."""
        sliders = self.sliders()
        experiments = copy.deepcopy(dict(self.lives))
        for experiment in experiments.values():
            for slider, value, pointers in sliders:
                for pointer in pointers:
                    read.set_at(experiment, pointer, others.get(slider, value))
        return experiments

    def scope(self, **others: float) -> read.Scope:
        """What the service answers to them, and the sliders' values."""
        values = {name: others.get(name, value) for name, value, _ in self.sliders()}
        answers = {}
        for name, asked in self.asked(**others).items():
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
        numbers, words, bars = self.page.evaluate(SAID, frozen)
        right(numbers, scope)
        for text, condition, then, otherwise in words:
            assert text == (then if read.value_of(condition, scope) else otherwise), condition
        for expression, texts in bars:
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

    def submit(self, form: Locator, choice: int | None = None) -> Locator:
        """Submit a form, choosing before; where what it says will stand."""
        if self.by_pointer:
            if choice is not None:
                form.get_by_role("radio").nth(choice).check()
            form.locator("[type=submit]").click()
        else:
            form.evaluate(SUBMIT, choice)
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


def right(numbers: list[Any], scope: read.Scope) -> None:
    """Numbers as they are written are those of an answer."""
    for text, expression, form, digits in numbers:
        value = read.value_of(expression, scope)
        assert read.agrees(text, value, form, digits), (text, expression, value)
