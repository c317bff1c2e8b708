"""Updates by columns: as they come from a process that trains, as they are kept, as they are told.

rows of a block   first … first + n − 1, one an update
bytes             the columns one behind the other, little-endian, in the order of `Shape.rows`
kept              the bytes of every column apart by their place in a number, compressed:
                  the first of a number are alike, and what is alike takes no room
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from unrolled.app.store.packing import packed, unpacked

Values = np.ndarray[Any, np.dtype[Any]]

SCALARS = (
    *("loss", "log10_before", "log10_after", "threshold"),
    *("learning_rate", "rho", "sigma", "held_out", "share", "omega"),
)
"""Columns of one number an update, in double precision."""
SERIES = ("hidden", "cell", "weight", "step")
"""Columns of several, in single precision, of which `_DROPPED` bits are not kept."""
_DROPPED = 8
"""With 15 bits behind the point a log₁₀ between −8 and 8 is off by less than 0.0002."""
_KEEPS = np.uint32(0xFFFFFFFF << _DROPPED & 0xFFFFFFFF)
_DIGITS = 4
"""Digits behind the point of a log₁₀ in an answer."""


@dataclass(frozen=True)
class Shape:
    """What every update of a run has.

    Attributes:
        layers: L.
        steps: T.
        parameters: names, in the order of `weight` and `step`.
        has_cell: whether there is a c.
    """

    layers: int
    steps: int
    parameters: tuple[str, ...]
    has_cell: bool

    @cached_property
    def rows(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Column → its type, and the shape of one update's."""
        states = ("<f4", (self.layers, self.steps))
        names = ("<f4", (len(self.parameters),))
        found: dict[str, tuple[str, tuple[int, ...]]] = dict.fromkeys(SCALARS, ("<f8", ()))
        found |= {"engaged": ("|u1", ()), "hidden": states}
        if self.has_cell:
            found["cell"] = states
        return found | {"weight": names, "step": names}

    @cached_property
    def row_bytes(self) -> int:
        """What an update takes before it is compressed."""
        return sum(
            int(np.dtype(kind).itemsize * np.prod(shape, dtype=np.int64))
            for kind, shape in self.rows.values()
        )


def shape_of_facts(facts: Mapping[str, Any]) -> Shape:
    """The shape of a run's updates, as the database has it."""
    names = tuple(facts["parameters"])
    return Shape(facts["layers"], facts["steps"], names, facts["has_cell"])


@dataclass(frozen=True)
class Columns:
    """Updates that follow each other.

    Attributes:
        shape: of every update.
        first: the number of the first, from 1.
        values: column → (n, …).
    """

    shape: Shape
    first: int
    values: Mapping[str, Values]

    def __len__(self) -> int:
        """n."""
        return len(self.values["loss"])

    @property
    def last(self) -> int:
        """The number of the last; first − 1 where there is none."""
        return self.first + len(self) - 1

    def rows(self, first: int, last: int, every: int = 1) -> "Columns":
        """The updates from one number to another, both included, as far as they are here."""
        begin, end = max(first - self.first, 0), last - self.first + 1
        chosen = slice(begin, max(end, 0), every)
        own = {name: column[chosen] for name, column in self.values.items()}
        return Columns(self.shape, self.first + begin, own)

    def raw(self) -> bytes:
        """As bytes."""
        return b"".join(
            np.ascontiguousarray(self.values[name], kind).tobytes()
            for name, (kind, _) in self.shape.rows.items()
        )

    def body(self) -> bytes:
        """As it is kept."""
        parts = []
        for name, (kind, _) in self.shape.rows.items():
            column = np.ascontiguousarray(self.values[name], kind)
            if name in SERIES:
                column = _short(column)
            parts.append(np.ascontiguousarray(_places(column).T).tobytes())
        return packed(b"".join(parts))


def from_raw(shape: Shape, first: int, count: int, raw: bytes) -> Columns:
    """What `Columns.raw` made."""
    values, at = {}, 0
    for name, (kind, own) in shape.rows.items():
        size = int(count * np.prod(own, dtype=np.int64))
        values[name] = np.frombuffer(raw, kind, size, at).reshape((count, *own))
        at += size * np.dtype(kind).itemsize
    return Columns(shape, first, values)


def from_body(shape: Shape, first: int, last: int, body: bytes) -> Columns:
    """What `Columns.body` made.

    Raises:
        OSError: the row holds something else.
    """
    count = last - first + 1
    raw = unpacked(body, count * shape.row_bytes)
    values, at = {}, 0
    for name, (kind, own) in shape.rows.items():
        item = np.dtype(kind).itemsize
        size = int(count * np.prod(own, dtype=np.int64))
        apart = np.frombuffer(raw, np.uint8, size * item, at).reshape(item, size)
        values[name] = np.ascontiguousarray(apart.T).view(kind).reshape((count, *own))
        at += size * item
    return Columns(shape, first, values)


def joined(parts: Iterable[Columns]) -> Columns:
    """Updates that follow each other as one."""
    every = list(parts)
    values = {
        name: np.concatenate([part.values[name] for part in every]) for name in every[0].values
    }
    return Columns(every[0].shape, every[0].first, values)


def _short(column: Values) -> Values:
    """Rounded to fewer bits; what is no number stays as it is."""
    bits = column.view("<u4")
    finite = np.isfinite(column)
    rounded = (bits + np.uint32(1 << (_DROPPED - 1))) & _KEEPS
    return np.where(finite, rounded, bits).view("<f4").astype("<f4")


def _places(column: Values) -> Values:
    """(numbers, bytes of a number)."""
    return column.view(np.uint8).reshape(-1, column.dtype.itemsize)


def told(columns: Columns, layer: int, every: int = 1) -> dict[str, Any]:
    """Columns as `Updates` has them, without marks and `next`: what is no number becomes null.

    Args:
        columns: the updates; of them every so many is taken already.
        layer: whose states.
        every: how far the numbers of two lie apart.
    """
    values = columns.values
    count = len(columns)
    cell = values.get("cell")
    names = columns.shape.parameters
    weight, step = _rounded(values["weight"]), _rounded(values["step"])
    return {
        "update": list(range(columns.first, columns.first + count * every, every)),
        "loss": values["loss"].tolist(),
        "log10_before": _rounded(values["log10_before"]).tolist(),
        "log10_after": _rounded(values["log10_after"]).tolist(),
        "engaged": values["engaged"].astype(bool).tolist(),
        "threshold": values["threshold"].tolist(),
        "learning_rate": values["learning_rate"].tolist(),
        "hidden": _rounded(values["hidden"][:, layer]).tolist(),
        "cell": None if cell is None else _rounded(cell[:, layer]).tolist(),
        "weight": {name: weight[:, place].tolist() for place, name in enumerate(names)},
        "step": {name: step[:, place].tolist() for place, name in enumerate(names)},
        "rho": values["rho"].tolist(),
        "sigma": values["sigma"].tolist(),
        "held_out": values["held_out"].tolist(),
        "share": values["share"].tolist(),
        "omega": values["omega"].tolist(),
        "layer": layer,
    }


def _rounded(column: Values) -> Values:
    return np.round(column.astype(np.float64), _DIGITS)
