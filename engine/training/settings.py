"""The settings of a row in a table: a number each, what is allowed, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unrolled.engine.numbers.errors import InvalidInput, Pointer, one_of

Settings = dict[str, float]


@dataclass(frozen=True, slots=True)
class Setting:
    """One number.

    Attributes:
        name: its key.
        label: its name where it is chosen.
        default: where nobody says it.
        help: what it is, in a sentence.
        least: no number is below.
        most: nor above.
        above: whether ``least`` itself is not allowed.
        below: whether ``most`` itself is not.
        whole: whether it is a whole number.
    """

    name: str
    label: str
    default: float
    help: str
    least: float = 0.0
    most: float = math.inf
    above: bool = False
    below: bool = False
    whole: bool = False

    def read(self, pointer: Pointer, given: Any) -> float:
        """The number as it is used.

        Raises:
            InvalidInput: for what is no number, or none of those allowed.
        """
        number = isinstance(given, int | float) and not isinstance(given, bool)
        if not number or not math.isfinite(given) or (self.whole and given != int(given)):
            raise InvalidInput(pointer, f"received {given!r}; allowed: {self.allowed}")
        low = given > self.least if self.above else given >= self.least
        high = given < self.most if self.below else given <= self.most
        if not (low and high):
            raise InvalidInput(pointer, f"received {given:g}; allowed: {self.allowed}")
        return int(given) if self.whole else float(given)

    @property
    def kind(self) -> str:
        """``whole`` or ``number``."""
        return "whole" if self.whole else "number"

    @property
    def allowed(self) -> str:
        """What may be said, in words."""
        what = "a whole number" if self.whole else "a number"
        lower = f"{'above' if self.above else 'from'} {self.least:g}"
        if math.isinf(self.most):
            return f"{what} {lower}"
        return f"{what} {lower} {'and below' if self.below else 'to'} {self.most:g}"


def read(
    pointer: Pointer, given: Mapping[str, Any], settings: tuple[Setting, ...], key: str
) -> Settings:
    """Every setting, none left open.

    Args:
        pointer: where ``given`` stands.
        given: names and numbers; its ``key``, which names the row, is skipped.
        settings: of the row.
        key: ``name`` or ``rule``.
    Raises:
        InvalidInput: for a name that the row does not have, or a number that is not allowed.
    """
    known = {one.name for one in settings}
    for name in given:
        if name != key and name not in known:
            named = ", ".join(map(repr, sorted(known))) or "none"
            raise InvalidInput(
                (*pointer, name), f"{given[key]!r} has no such setting; allowed: {named}"
            )
    return {
        one.name: one.read((*pointer, one.name), given.get(one.name, one.default))
        for one in settings
    }


def named(pointer: Pointer, given: Any, table: Mapping[str, Any], key: str = "name") -> str:
    """Which row of a table is asked for.

    Raises:
        InvalidInput: for what is no object, or a name that is not in the table.
    """
    if not isinstance(given, Mapping):
        raise InvalidInput(pointer, f"received {given!r}; needed: an object with {key!r}")
    name = given.get(key)
    if not isinstance(name, str):
        allowed = ", ".join(map(repr, table))
        raise InvalidInput((*pointer, key), f"received {name!r}; allowed: {allowed}")
    one_of((*pointer, key), name, table)
    return name
