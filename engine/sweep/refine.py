"""A map refined where its values change: no point is computed that its neighbours already tell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

from unrolled.engine.sweep.number import Value
from unrolled.engine.sweep.plan import Sweep, SweepPoint

Place = tuple[int, ...]
STEP = 0.04
"""Neighbours differ where their numbers are further apart than this part of the map's range."""


class Refinement:
    """Which points of a map are to be computed, level by level.

    A place is told where the places of the coarser level around it do not differ: names that are
    the same, or numbers within 4 % of the range that the map has shown so far. A place of which a
    neighbour has no number is not told.

    Args:
        sweep: the map.

    Attributes:
        told: place → what its neighbours say it is; these are not computed.
    """

    def __init__(self, sweep: Sweep) -> None:
        self.told: dict[Place, Value] = {}
        self._sweep, self._known = sweep, dict[Place, Value]()
        self._levels = itertools.groupby(sweep.points(), key=lambda point: point.stride)
        self._low, self._high = math.inf, -math.inf

    def level(self) -> list[SweepPoint] | None:
        """The points of the next level that have to be computed; None after the last.

        What was computed before has to be ``learned`` by then.
        """
        stride, points = next(self._levels, (0, None))
        if points is None:
            return None
        wanted = []
        for point in points:
            told = self._tell(point.at, stride)
            if told is None:
                wanted.append(point)
            else:
                self.told[point.at] = self._known[point.at] = told[0]
        return wanted

    def learn(self, found: Mapping[Place, Value]) -> None:
        """What was found at the places that were asked for."""
        self._known.update(found)
        for value in found.values():
            if isinstance(value, float):
                self._low, self._high = min(self._low, value), max(self._high, value)

    def _tell(self, at: Place, stride: int) -> tuple[Value] | None:
        """What the coarser places around one say; None where they differ, or are not there."""
        values = []
        for place in self._around(at, stride):
            if place not in self._known:
                return None
            values.append(self._known[place])
        if not values:
            return None
        first, numbers = values[0], [value for value in values if isinstance(value, float)]
        if len(numbers) < len(values):
            same = first is not None and all(value == first for value in values)
            return (first,) if same else None
        if max(numbers) - min(numbers) > STEP * (self._high - self._low):
            return None
        return (sum(numbers) / len(numbers),)

    def _around(self, at: Place, stride: int) -> Iterator[Place]:
        """The corners of the coarser cells that hold a place, on every side of it."""
        first = len(at) - len(self._sweep.axes)
        coarse = 2 * stride
        sides = []
        for n in at[first:]:
            low = n // coarse * coarse
            sides.append((low,) if low == n else (low, low + coarse))
        if all(len(side) == 1 for side in sides):
            return
        for corner in itertools.product(*sides):
            yield (*at[:first], *corner)
