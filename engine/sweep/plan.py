"""A map: a base experiment, what is varied, over how many draws, and which numbers are wanted."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unrolled.engine.numbers.errors import InvalidInput, one_of, whole_number
from unrolled.engine.sweep.axes import SweepAxis, put
from unrolled.engine.sweep.numbers import NUMBERS, VERSION

MOST_SEEDS = 1_000
MOST_DRAWS = 100_000_000
"""Networks of one map."""
_KINDS = {False: "experiment", True: "training"}
_DRAWN = {False: ("weights", "sequence"), True: ("weights",)}
"""What a draw moves, where it is drawn at all: the weights of a plan take its seed, if none of
their own is said."""
_DEFAULTS = {False: ("arriving", "verdict"), True: ("solved", "updates_to_success")}
"""The numbers of a map of flows, and of one of trainings, where nobody names any."""
_FIELDS = ("experiment", "training", "axes", "rows", "seeds", "numbers", "refine", "name")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One place of a map.

    Attributes:
        index: from 0, in the order from coarse to fine.
        at: which value of every axis, from 0: of the rows first where there are any, then of the
            axes, the first one first.
        stride: how far from each other, along the axes, the points of its level are: until finer
            ones come, it stands for so many places in every direction.
    """

    index: int
    at: tuple[int, ...]
    stride: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """A map of networks.

    Attributes:
        base: what is varied: an experiment as a request for a flow says it, or a training's plan.
        axes: one or two fields that are varied, the horizontal one first.
        rows: a further one, a small map each; None: one map.
        seeds: how many draws every point is a summary of: weights' and sequence's seeds, counted up
            together.
        numbers: names of ``NUMBERS``.
        refine: whether only those places are computed whose neighbours differ.
        name: what the map is called, or empty.
        trained: whether the base is a training's plan.
    """

    base: Json
    axes: tuple[SweepAxis, ...]
    rows: SweepAxis | None = None
    seeds: int = 1
    numbers: tuple[str, ...] = ("arriving", "verdict")
    refine: bool = False
    name: str = ""
    trained: bool = False

    @staticmethod
    def of(given: Mapping[str, Any]) -> Sweep:
        """Take a map as JSON or TOML says it.

        Raises:
            InvalidInput: naming the field, what came and what is allowed.
        """
        for field in given:
            one_of((field,), field, _FIELDS)
        trained = given.get("training") is not None
        kind = _KINDS[trained]
        base = given.get(kind, {})
        if not isinstance(base, Mapping):
            raise InvalidInput((kind,), "needed: an object, as for one flow, or for one training")
        if trained and "experiment" in given:
            raise InvalidInput(("experiment",), "received beside training: leave one of them out")
        axes = given.get("axes")
        if not isinstance(axes, list | tuple) or not 1 <= len(axes) <= 2:
            raise InvalidInput(("axes",), "needed: a list of one or two axes")
        every = [SweepAxis.of(("axes", n), _mapping(("axes", n), a)) for n, a in enumerate(axes)]
        rows = given.get("rows")
        small = None if rows is None else SweepAxis.of(("rows",), _mapping(("rows",), rows))
        found = Sweep(
            dict(base),
            tuple(every),
            small,
            _whole(given, "seeds", 1),
            _names(given.get("numbers", _DEFAULTS[trained]), trained=trained),
            bool(given.get("refine", False)),
            str(given.get("name") or ""),
            trained,
        )
        found.check()
        return found

    def check(self) -> None:
        """Refuse fields that are varied twice, and more draws than there may be.

        Raises:
            InvalidInput: naming them.
        """
        seen: dict[str, str] = {}
        for place, axis in zip(self._places, self._varied, strict=True):
            for other, where in seen.items():
                if f"{axis.at}/".startswith(f"{other}/") or f"{other}/".startswith(f"{axis.at}/"):
                    raise InvalidInput(
                        (*place, "at"), f"received {axis.at!r}, which {where} varies already"
                    )
            seen[axis.at] = "/".join(map(str, place))
        whole_number(("seeds",), self.seeds, 1, MOST_SEEDS)
        if self.draws > MOST_DRAWS:
            raise InvalidInput(
                ("axes",), f"received {self.draws:,} networks; allowed: up to {MOST_DRAWS:,}"
            )

    @property
    def _varied(self) -> tuple[SweepAxis, ...]:
        return self.axes if self.rows is None else (self.rows, *self.axes)

    @property
    def _places(self) -> list[tuple[str | int, ...]]:
        axes: list[tuple[str | int, ...]] = [("axes", n) for n in range(len(self.axes))]
        return axes if self.rows is None else [("rows",), *axes]

    @property
    def kind(self) -> str:
        """What the base is: ``experiment`` or ``training``."""
        return _KINDS[self.trained]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values every axis has, in the order of ``SweepPoint.at``."""
        return tuple(len(axis.values) for axis in self._varied)

    @property
    def count(self) -> int:
        """How many points there are."""
        total = 1
        for size in self.shape:
            total *= size
        return total

    @property
    def draws(self) -> int:
        """How many networks: every point has as many as there are seeds."""
        return self.count * self.seeds

    def document(self) -> Json:
        """The same as JSON."""
        said: Json = {
            self.kind: self.base,
            "axes": [axis.document() for axis in self.axes],
            "seeds": self.seeds,
            "numbers": list(self.numbers),
        }
        if self.rows is not None:
            said["rows"] = self.rows.document()
        return (
            said
            | ({"refine": True} if self.refine else {})
            | ({"name": self.name} if self.name else {})
        )

    def points(self, start: int = 0) -> Iterator[SweepPoint]:
        """Every point once, from coarse to fine, in constant memory; from the one of an index on.

        The first few lie a power of two apart over the whole map, the next ones half as far between
        them, and so on; every place is there in all small maps before the next one is begun.
        """
        return itertools.islice(self._points(), start, None)

    def _points(self) -> Iterator[SweepPoint]:
        small = range(len(self.rows.values)) if self.rows is not None else None
        index = 0
        for place, stride in coarse_to_fine(tuple(len(axis.values) for axis in self.axes)):
            for at in [place] if small is None else [(row, *place) for row in small]:
                yield SweepPoint(index, at, stride)
                index += 1

    def values(self, point: SweepPoint) -> tuple[Any, ...]:
        """What every axis has there, in the order of ``SweepPoint.at``."""
        return tuple(axis.values[n] for axis, n in zip(self._varied, point.at, strict=True))

    def spec(self, point: SweepPoint, draw: int = 0) -> Json:
        """The experiment of a point and draw, from 0, as a request for a flow says it; or a plan.

        Raises:
            InvalidInput: where an axis leads through something that is no object.
        """
        found: Json = _copied(self.base)
        for axis, value in zip(self._varied, self.values(point), strict=True):
            put(found, axis.keys, _copied(value))
        if draw and self.trained:
            found["seed"] = found.get("seed", 0) + draw
        for part in ("weights", "sequence") if draw else ():
            own = {} if found.get(part) is None else found[part]
            drawn = own.get("kind", "random") == "random" and part in _DRAWN[self.trained]
            if drawn and (not self.trained or own.get("seed") is not None):
                found[part] = own | {"seed": own.get("seed", 0) + draw}
        return found


def _mapping(pointer: tuple[str | int, ...], given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidInput(pointer, "needed: an object with the field at")
    return given


def _whole(given: Mapping[str, Any], name: str, default: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput((name,), f"received {value!r}; allowed: a whole number from 1")
    return value


def _names(given: Any, *, trained: bool) -> tuple[str, ...]:
    able = [name for name, number in NUMBERS.items() if number.trained == trained]
    if not isinstance(given, list | tuple) or not given:
        raise InvalidInput(("numbers",), f"needed: a list of {', '.join(map(repr, able))}")
    for n, name in enumerate(given):
        one_of(("numbers", n), name, able)
    return tuple(dict.fromkeys(given))


def _copied(value: Any) -> Any:
    """Objects and lists anew, so that none is shared."""
    if isinstance(value, Mapping):
        return {name: _copied(part) for name, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list | tuple) else value


def coarse_to_fine(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every place of a grid of one or two axes once, and how far apart its level's places are."""
    stride = 1 << max(0, max(shape) - 1).bit_length()
    first = True
    while stride:
        for *other, last in _level(shape, stride, whole=first):
            for n in last:
                yield (n, *other), stride
        first, stride = False, stride // 2


def _level(shape: tuple[int, ...], stride: int, *, whole: bool) -> Iterator[tuple[Any, ...]]:
    """(places of the other axes …, range of the first one): those that no coarser level has."""
    width, every, odd = shape[0], stride, 2 * stride
    if len(shape) == 1:
        yield (range(0 if whole else stride, width, every if whole else odd),)
        return
    for other in range(0, shape[1], stride):
        known = not whole and other % odd == 0
        yield other, range(stride if known else 0, width, odd if known else every)


def point_hash(form: bytes) -> str:
    """What an experiment's numbers are kept by: its canonical form, and the numbers' version."""
    return hashlib.sha256(b"unrolled numbers %d\n" % VERSION + form).hexdigest()
