"""A map that is done, or as far as it is: its numbers as arrays, and as files."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.app.sweeps.running import Found
from unrolled.engine import NUMBERS, Array, Sweep, spread

Place = tuple[int, ...]


@dataclass(slots=True)
class SweepResult:
    """The numbers of a map.

    Attributes:
        sweep: the map.
        draws: name → place → what its draws are; None where there is no such number.
        errors: place → why a draw of it has no numbers.
        computed: how many networks were computed, and not known before.
    """

    sweep: Sweep
    draws: dict[str, dict[Place, list[float | str | None]]] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    computed: int = 0

    def add(self, found: Iterable[Found]) -> None:
        """Some more networks."""
        for one in found:
            at = one.draw.point.at
            self.computed += one.new
            if one.error is not None:
                self.errors[at] = one.error
            for name, value in one.numbers.items():
                self.draws.setdefault(name, {}).setdefault(at, []).append(value)

    def middle(self, name: str) -> Array:
        """The median over the draws of every point, NaN where there is none, in ``sweep.shape``.

        Of a number that is 0 or 1 the share; of names their place in ``NUMBERS[name].names``.
        """
        return self._of(name, "middle")

    def low(self, name: str) -> Array:
        """The lower quartile."""
        return self._of(name, "low")

    def high(self, name: str) -> Array:
        """The upper quartile."""
        return self._of(name, "high")

    def _of(self, name: str, part: str) -> Array:
        names = NUMBERS[name].names
        found = np.full(self.sweep.shape, np.nan)
        for at, values in self.draws.get(name, {}).items():
            value = getattr(spread(name, values), part)
            if value is not None:
                found[at] = names.index(value) if isinstance(value, str) else value
        return found

    def axis(self, number: int) -> list[Any]:
        """The values of an axis, rows first where there are any; or their labels."""
        axes = (self.sweep.rows, *self.sweep.axes) if self.sweep.rows else self.sweep.axes
        own = axes[number]
        assert own is not None
        return list(own.labels or own.values)

    def save(self, path: str | Path) -> None:
        """Write it to a file: `.csv` a row a point, `.npz` the arrays beside the map as JSON.

        Raises:
            ValueError: for another ending.
        """
        target = Path(path)
        if target.suffix == ".csv":
            self._csv(target)
        elif target.suffix == ".npz":
            self._npz(target)
        else:
            raise ValueError(f"received {target.name!r}; allowed: a name that ends in .csv or .npz")

    def _csv(self, target: Path) -> None:
        axes = (self.sweep.rows, *self.sweep.axes) if self.sweep.rows else self.sweep.axes
        parts = [(name, part) for name in self.sweep.numbers for part in ("", "_low", "_high")]
        with target.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(
                [axis.at for axis in axes if axis] + [name + part for name, part in parts]
            )
            for point in self.sweep.points():
                where = [self.axis(n)[place] for n, place in enumerate(point.at)]
                values: list[Any] = []
                for name in self.sweep.numbers:
                    own = spread(name, self.draws.get(name, {}).get(point.at, []))
                    values += [own.middle, own.low, own.high]
                if any(value is not None for value in values):
                    rows.writerow([*where, *("" if value is None else value for value in values)])

    def _npz(self, target: Path) -> None:
        arrays = {}
        for name in self.sweep.numbers:
            arrays[name] = self.middle(name)
            arrays[f"{name}_low"], arrays[f"{name}_high"] = self.low(name), self.high(name)
        said = np.frombuffer(json.dumps(self.sweep.document()).encode(), dtype=np.uint8)
        np.savez_compressed(target, allow_pickle=False, sweep=said, **arrays)
