"""What a row does on its way back: whether it follows one rate, and what it does instead."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unrolled.engine.diagnosis.row import Row
from unrolled.engine.numbers.arrays import Array

_NEAR, _SHARE = 0.1, 0.1
"""A row follows a rate where it stays this many decades, or this share of its change, from it."""
_ENTERS, _TIMES = 0.2, 2.0
"""Decades of the step where the loss enters, and how many times any other's, set it apart."""
_TURN = 0.15
"""Decades by which a row must rise above both its ends, or sink below them, to have turned."""
_WALL, _MOST = 0.7, 0.6
"""Decades of one step, and their share of the whole change, that make that step a wall."""
_BENDS = 128
"""At so many steps of a long row a bend is looked for."""
LEVEL = 0.18
"""Within a factor 1.5 a row holds."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a row runs, k steps back from where the loss enters.

    Attributes:
        kind: ``rate`` (as many decades at every step behind the entering one), ``hump`` (grows,
            then falls), ``dip`` (falls, then grows), ``wall`` (changes in one step), ``bend`` (two
            parts of different rates) or ``uneven``.
        turn: k at the top of the hump, the bottom of the dip, behind the wall, or at the bend; 0
            where there is none.
        entering: whether the step where the loss enters does something else than those behind it.
        straight: whether a hump only rises and then only falls, and a dip the other way round.
    """

    kind: str
    turn: int
    entering: bool
    straight: bool = True


def shape(row: Row, *, to_say: bool = True) -> Shape:
    """Name what the row does; what no verdict depends on only ``to_say`` it.

    A rate is the mean slope behind the entering step; a row follows it where it is nowhere further
    from it than 0.1 decades or a tenth of its whole change.
    """
    v = np.asarray(row.decades)
    if row.steps < 2:
        return Shape("rate", 0, entering=False)
    follows, off = follows_rate(v)
    if follows:
        return Shape("rate", 0, entering=bool(off > max(_NEAR, abs(row.rate) / 2.0)))
    found = _other(v, to_say=to_say)
    if not to_say:
        return found
    one_rise = found.kind == "hump" and found.straight and v[1] > 0.0
    return replace(found, entering=not one_rise and _apart(v))


def follows_rate(decades: Array) -> tuple[Array, Array]:
    """Whether rows (…, n + 1), n ≥ 2, follow a rate behind the entering step, and how many decades
    that step is off, (…) each; False where exactly nothing arrives somewhere.
    """
    steps = decades.shape[-1] - 1
    behind = decades[..., -1:] - decades[..., 1:2]
    line = decades[..., 1:2] + behind / (steps - 1) * np.arange(-1, steps)
    off = np.abs(decades - line)
    near = np.maximum(_NEAR, _SHARE * np.abs(behind))
    return (off[..., 1:] <= near).all(axis=-1), off[..., 0]


def _other(v: Array, *, to_say: bool) -> Shape:
    """What a row does that follows no rate."""
    top, bottom, last = int(np.nanargmax(v)), int(np.nanargmin(v)), len(v) - 1
    if 0 < top < last and v[top] - max(0.0, v[last]) >= _TURN:
        return Shape("hump", top, False, _straight(v, top, 1.0))
    if 0 < bottom < last and min(0.0, v[last]) - v[bottom] >= _TURN:
        return Shape("dip", bottom, False, _straight(v, bottom, -1.0))
    if not to_say:
        return Shape("uneven", 0, entering=False)
    steps = np.nan_to_num(np.diff(v))
    wall = int(np.abs(steps).argmax()) + 1
    if wall > 1 and abs(steps[wall - 1]) >= max(_WALL, _MOST * abs(v[last])):
        return Shape("wall", wall, entering=False)
    bend = _bend(v)
    if bend is not None:
        return Shape("bend", bend, entering=False)
    return Shape("uneven", 0, entering=False)


def _straight(v: Array, turn: int, sign: float) -> bool:
    """Whether a row goes one way to its turn, and the other way behind it."""
    there, back = sign * v[: turn + 1], -sign * v[turn:]
    return all(bool(np.nanmax(np.fmax.accumulate(part) - part) <= _NEAR) for part in (there, back))


def _apart(v: Array) -> bool:
    """Whether the first step back is far from what the steps behind it do, each by itself."""
    own, others = abs(float(v[1])), np.nan_to_num(np.abs(np.diff(v[1:])))
    return bool(own >= _ENTERS and own >= _TIMES * np.max(others, initial=0.0))


def holds(part: Array) -> bool:
    """Whether a part of a row stays within a factor 1.5 of where it begins."""
    return bool(np.nanmax(np.abs(part - part[0])) <= LEVEL)


def _bend(v: Array) -> int | None:
    """Where two straight parts meet that are nearest to the row; None where none are near."""
    best, least = None, np.inf
    lags = np.arange(len(v))
    for at in np.unique(np.linspace(1, len(v) - 2, _BENDS).round().astype(int)).tolist():
        knots = np.interp(lags, [0, at, len(v) - 1], [v[0], v[at], v[-1]])
        worst = float(np.abs(v - knots).max())  # a NaN is below nothing
        if worst < least:
            best, least = at, worst
    if best is None or least > max(1.5 * _NEAR, 1.2 * _SHARE * float(np.nanmax(v) - np.nanmin(v))):
        return None
    slopes = (v[best] - v[0]) / best, (v[-1] - v[best]) / (len(v) - 1 - best)
    apart = abs(slopes[0] - slopes[1]) >= 0.5 * max(abs(slopes[0]), abs(slopes[1]))
    return best if apart else None
