"""Curves as SVG, written by hand: a line each, two colours, two axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 28, 34, 44
COLOURS = ("#1f5fa8", "#c4541a")
_GREY = "#555555"


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    Attributes:
        group: which colour it has, from 0.
        x: where it is known.
        y: there; None where it is not.
    """

    group: int
    x: Sequence[float]
    y: Sequence[float | None]

    @property
    def points(self) -> list[tuple[float, float]]:
        """Those that are known."""
        return [(x, y) for x, y in zip(self.x, self.y, strict=True) if y is not None]


def curves(
    title: str,
    groups: Sequence[str],
    lines: Sequence[Line],
    names: tuple[str, str],
    *,
    level: tuple[float, str] | None = None,
    log: bool = False,
) -> str:
    """A picture of several runs.

    Args:
        title: above it.
        groups: what a colour means, one name each.
        lines: the runs.
        names: of both axes.
        level: a dashed line at this y, and what it is.
        log: whether y is drawn by its logarithm; what is not above 0 is left out.
    """
    turned = [(line, _turned(line.points, log)) for line in lines]
    points = [point for _, own in turned for point in own]
    if not points:
        points = [(0.0, 0.0), (1.0, 1.0)]
    dashed = None if level is None else (math.log10(level[0]) if log else level[0])
    label = ""
    heights = [y for _, y in points] + ([] if dashed is None else [dashed])
    frame = _Frame(max(x for x, _ in points), *_widened(min(heights), max(heights)))
    parts = [_axes(frame, names, log=log)]
    if dashed is not None and level is not None:
        y = frame.y(dashed)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{_GREY}" stroke-dasharray="5 4"/>'
        )
        label = _text(WIDTH - RIGHT - 4, y - 5, level[1], anchor="end")
    for line, own in turned:
        path = "L".join(f"{frame.x(x):.1f} {frame.y(y):.1f}" for x, y in own)
        if own:
            colour = COLOURS[line.group % len(COLOURS)]
            parts.append(
                f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.4" '
                'stroke-opacity="0.8"/>'
            )
    parts += [label, _text(LEFT, 18, title, weight="bold")]
    for n, name in enumerate(groups):
        parts.append(_text(WIDTH - RIGHT - 150 * (len(groups) - 1 - n), 18, name, "end", n))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """From numbers to places."""

    most: float
    bottom: float
    top: float

    def x(self, value: float) -> float:
        return LEFT + value / self.most * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _turned(points: list[tuple[float, float]], log: bool) -> list[tuple[float, float]]:
    return [(x, math.log10(y)) for x, y in points if y > 0.0] if log else points


def _widened(least: float, most: float) -> tuple[float, float]:
    room = 0.06 * (most - least) or 0.5
    return least - room, most + room


def steps(least: float, most: float, count: int = 6) -> list[float]:
    """Round numbers between two, about so many."""
    raw = (most - least) / count
    unit = 10.0 ** math.floor(math.log10(raw))
    step = unit * next(one for one in (1.0, 2.0, 5.0, 10.0) if one * unit >= raw)
    first = math.ceil(least / step)
    return [n * step for n in range(first, math.floor(most / step) + 1)]


def _axes(frame: _Frame, names: tuple[str, str], *, log: bool) -> str:
    parts = []
    for value in steps(0.0, frame.most):
        x = frame.x(value)
        parts.append(f'<path d="M{x:.1f} {HEIGHT - BOTTOM}v4" stroke="{_GREY}"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 17, f"{value:,.0f}", "middle"))
    for value in steps(frame.bottom, frame.top, 5):
        y = frame.y(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e6e6e6"/>')
        told = f"{10.0**value:.2g}" if log else f"{value:g}"
        parts.append(_text(LEFT - 6, y + 4, told, "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, names[0], "middle"))
    parts.append(
        f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle" fill="{_GREY}">{escape(names[1])}</text>'
    )
    return "".join(parts)


def _text(
    x: float,
    y: float,
    words: str,
    anchor: str = "start",
    group: int | None = None,
    weight: str = "normal",
) -> str:
    colour = _GREY if group is None else COLOURS[group % len(COLOURS)]
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}" stroke="#ffffff" stroke-width="3" paint-order="stroke">'
        f"{escape(words)}</text>"
    )
