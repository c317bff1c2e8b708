"""The lessons: each is one file below templates/lessons, with its words, experiments and checks.

A lesson `3-the-way-back.html` sets `title`, `about` and `screens` (a title each) and defines a
macro `screen_1`, `screen_2`, … for the body of each. A file more is a lesson more.
"""

import re
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

_FORMULA = re.compile(r"\(?<math\b(?:(?!</math>).)*</math>[;:,.?!)]*", re.DOTALL)
"""A formula in a sentence, with a bracket before it and what ends the clause after it."""
_TOGETHER = Markup('<span class="unbroken">{}</span>')
_NAME = re.compile(r"lessons/([1-9][0-9]?)-([a-z-]+)\.html")


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        number: its place, and its part of the address.
        name: what its file is called.
        title: a few words.
        about: one sentence.
        screens: the title of every screen.
    """

    number: int
    name: str
    title: str
    about: str
    screens: tuple[str, ...]
    _bodies: Any

    def body(self, screen: int) -> Markup:
        """The HTML of a screen, counted from 1."""
        body: Markup = getattr(self._bodies, f"screen_{screen}")()
        return _unbroken(body)

    def address(self, screen: int = 1) -> str:
        """Where a screen is found: `/learn/3`, `/learn/3/2`."""
        return f"/learn/{self.number}" + (f"/{screen}" if screen > 1 else "")


def _unbroken(body: Markup) -> Markup:
    """A line does not begin with the mark that follows a formula."""
    made, end = Markup(), 0
    for found in _FORMULA.finditer(body):
        start, stop = found.span()
        whole = body[start:stop]
        alone = whole.startswith("<math") and whole.endswith("</math>")
        made += body[end:start] + (whole if alone else _TOGETHER.format(whole))
        end = stop
    return made + body[end:]


def lessons(environment: Environment) -> list[Lesson]:
    """Every lesson in its order; a changed or added file is read anew."""
    found = {
        int(match[1]): match
        for file in environment.list_templates()
        if (match := _NAME.fullmatch(file))
    }
    return [_lesson(environment, found[number]) for number in sorted(found)]


def _lesson(environment: Environment, file: re.Match[str]) -> Lesson:
    module: Any = environment.get_template(file[0]).make_module()
    screens = tuple(module.screens)
    return Lesson(int(file[1]), file[2], module.title, module.about, screens, module)
