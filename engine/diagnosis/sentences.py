"""What a row does, in words; every number is read off the row itself."""

from __future__ import annotations

import numpy as np

from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.shape import Shape, holds, shape
from unrolled.engine.diagnosis.words import counted, much, percent, times

_THOUSAND = 3.0
_MUCH = 0.5
"""Decades that are a fall or a rise, and not an up and down."""
_ROUNDING = 1e-9
"""Decades that are no change."""


def travels(row: Row, found: Shape) -> str:
    """How much one step back keeps, or what the row does where it follows no rate.

    Where the step at which the loss enters does something else, the rest is told apart from it.
    """
    rest = own = None
    if found.entering and found.kind != "rate":
        rest = Row(row.loss_step - 1, row.first, row.decades[1:] - row.decades[1])
        own = shape(rest)
    if rest is None or own is None or own.kind in ("rate", "wall"):
        return _WRITERS[found.kind](row, found)
    first = _kept(row.entering, "the gradient", "")
    behind = _WRITERS[own.kind](rest, own).removeprefix("it ")
    return f"the step where the loss enters {first}; behind it what is there {behind}"


def arrives(row: Row) -> str:
    """What is there at the earliest step that something reaches."""
    left = float(row.decades[-1])
    if abs(left) >= _ROUNDING and left > 0.0:
        return f"{much(left)} as much as entered arrives at step {row.last}"
    share = "all" if abs(left) < _ROUNDING else much(left)
    return f"{share} of what entered arrives at step {row.last}"


def thousandth(row: Row) -> str:
    """After how many of the computed steps less than a thousandth stays, or over a thousand."""
    v = np.nan_to_num(row.decades, nan=-np.inf)
    if v[-1] < -_THOUSAND:
        after = int(np.flatnonzero(v >= -_THOUSAND)[-1]) + 1
        return f"after {counted(after)} less than a thousandth is left"
    if v[-1] > _THOUSAND:
        after = int(np.flatnonzero(v <= _THOUSAND)[-1]) + 1
        return f"after {counted(after)} it is more than a thousand times larger"
    return ""


def _kept(decades: float, what: str, about: str = "about ") -> str:
    """'keeps about 45 % of the gradient', 'multiplies it by about 1.23', 'keeps all of it'."""
    if abs(decades) < _ROUNDING:
        return f"keeps all of {what}"
    if decades < 0.0:
        return f"keeps {about}{percent(decades)} of {what}"
    return f"multiplies {what} by {about}{times(decades)}"


def _rate(row: Row, found: Shape) -> str:
    if row.steps == 1:
        return f"the one step back {_kept(row.entering, 'the gradient', '')}"
    if not found.entering:
        return f"one step back {_kept(row.rate, 'the gradient')}"
    first = _kept(row.entering, "the gradient", "")
    behind = "each one" if row.steps > 2 else "the one"
    later = _kept(row.rate, "what is there", "about " if row.steps > 2 else "")
    return f"the step where the loss enters {first}, {behind} behind it {later}"


def _first(steps: int) -> str:
    """'in the first step back', 'in the first 12 steps back'."""
    return f"in the first {'step' if steps == 1 else counted(steps)} back"


def _turned(row: Row, found: Shape) -> str:
    there = float(row.decades[found.turn])
    if found.straight:
        then = "falls" if found.kind == "hump" else "grows again"
        return f"it {_goes(there)} {_first(found.turn)}, then {then}"
    most = "most" if found.kind == "hump" else "least"
    return f"it goes up and down, at its {most} {much(there)} ({counted(found.turn)} back)"


def _wall(row: Row, found: Shape) -> str:
    change = float(row.decades[found.turn] - row.decades[found.turn - 1])
    later = row.loss_step - found.turn + 1
    of = " of what was there" if change < 0.0 else ""
    return f"in one step, from step {later} to step {later - 1}, it {_goes(change)}{of}"


def _bend(row: Row, found: Shape) -> str:
    at, v = found.turn, row.decades
    before, after = v[: at + 1], v[at:]
    left = float(v[at])
    first = _first(at)
    if holds(after):
        return f"it {_goes(left)} {first}, then holds"
    if holds(before):
        return f"it holds {first}, then {_turns(float(v[-1] - left))}"
    slopes = left / at, float(v[-1] - left) / (len(v) - 1 - at)
    if slopes[0] * slopes[1] < 0.0:
        return f"it {_goes(left)} {first}, then {_turns(slopes[1])}"
    how = "faster" if abs(slopes[1]) > abs(slopes[0]) else "more slowly"
    return f"it {_goes(left)} {first}, then {_turns(slopes[1])} {how}"


def _goes(decades: float) -> str:
    if decades < 0.0:
        return f"falls to {percent(decades)}"
    return f"grows {times(decades)} times"


def _turns(decades: float) -> str:
    return "falls" if decades < 0.0 else "grows"


def _uneven(row: Row, found: Shape) -> str:
    left = float(row.decades[-1])
    if abs(left) >= _MUCH:
        return f"it {_turns(left)} unevenly"
    v = row.decades[1:]
    low, high = float(np.nanmin(v)), float(np.nanmax(v))
    return f"it goes up and down between {much(low)} and {much(high)}"


_WRITERS = {
    "rate": _rate,
    "hump": _turned,
    "dip": _turned,
    "wall": _wall,
    "bend": _bend,
    "uneven": _uneven,
}
