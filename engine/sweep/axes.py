"""What a map varies: a field of the experiment, and the values that it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.engine.numbers.errors import InvalidInput, Pointer, one_of, whole_number

MOST_VALUES = 10_000
"""Of one axis."""
SCALES = ("linear", "log")
WHOLE = frozenset(
    {
        "batch_size",
        "follow",
        "hidden_size",
        "input_size",
        "num_layers",
        "output_size",
        "seed",
        "steps",
        "t_max",
        "updates",
    }
)
"""Fields that are whole numbers: a span of them is rounded, and no value comes twice."""

Json = Any


@dataclass(frozen=True, slots=True)
class SweepAxis:
    """One field of the experiment and its values.

    Attributes:
        at: where it stands, a JSON pointer (RFC 6901): ``/weights/spectral_radius``.
        values: what it takes, in order: numbers, names, or whole objects.
        scale: how a span is laid out and drawn, linear or log; None where the values were listed.
        labels: what every value is called where it is drawn: numbers, or names; None: themselves.
        label: what the axis is called; empty: as its field.
    """

    at: str
    values: tuple[Json, ...]
    scale: str | None = None
    labels: tuple[Json, ...] | None = None
    label: str = ""

    @staticmethod
    def of(pointer: Pointer, given: Mapping[str, Json]) -> SweepAxis:
        """{"at", "from", "to", "points", "scale"} or {"at", "values", "scale", "labels"}.

        Args:
            pointer: where it stands, for what is refused.
            given: as JSON.
        Raises:
            InvalidInput: for a pointer that is none, or a span that goes nowhere.
        """
        known = {"at", "from", "to", "points", "scale", "values", "labels", "label"}
        for name in given:
            if name not in known:
                raise InvalidInput(
                    (*pointer, name), f"unknown; allowed: {', '.join(sorted(known))}"
                )
        at = given.get("at")
        if not isinstance(at, str) or not at.startswith("/") or at == "/":
            raise InvalidInput(
                (*pointer, "at"), f"received {at!r}; allowed: a JSON pointer, as /sequence/steps"
            )
        if "values" not in given:
            return _span(pointer, at, given)
        for name in ("from", "to", "points"):
            if name in given:
                raise InvalidInput((*pointer, name), "received with values: leave one of them out")
        values = given["values"]
        if not isinstance(values, list | tuple) or not values:
            raise InvalidInput((*pointer, "values"), "needed: a list with at least one value")
        whole_number((*pointer, "values"), len(values), 1, MOST_VALUES)
        scale = given.get("scale")
        if scale is not None:
            one_of((*pointer, "scale"), scale, SCALES)
        labels = given.get("labels")
        if labels is not None and (
            not isinstance(labels, list | tuple) or len(labels) != len(values)
        ):
            raise InvalidInput((*pointer, "labels"), f"needed: {len(values)}, one for each value")
        named = None if labels is None else tuple(labels)
        return SweepAxis(at, tuple(values), scale, named, str(given.get("label") or ""))

    @property
    def keys(self) -> list[str]:
        """The pointer's parts."""
        return [part.replace("~1", "/").replace("~0", "~") for part in self.at[1:].split("/")]

    @property
    def numeric(self) -> bool:
        """Whether every value is a number."""
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)

    def document(self) -> dict[str, Json]:
        """The same as JSON, every value said."""
        said: dict[str, Json] = {"at": self.at, "values": list(self.values)}
        if self.labels is not None:
            said["labels"] = list(self.labels)
        more = {"scale": self.scale, "label": self.label}
        return said | {name: value for name, value in more.items() if value}


def _span(pointer: Pointer, at: str, given: Mapping[str, Json]) -> SweepAxis:
    """From a number to another in so many steps, evenly or by equal factors."""
    ends = []
    for name in ("from", "to"):
        value = given.get(name)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise InvalidInput((*pointer, name), f"received {value!r}; allowed: a finite number")
        ends.append(float(value))
    points, scale = given.get("points"), given.get("scale", "linear")
    if isinstance(points, bool) or not isinstance(points, int):
        raise InvalidInput((*pointer, "points"), f"received {points!r}; allowed: a whole number")
    whole_number((*pointer, "points"), points, 2, MOST_VALUES)
    one_of((*pointer, "scale"), scale, SCALES)
    if not ends[0] < ends[1]:
        raise InvalidInput(
            pointer, f"received from {ends[0]:g} to {ends[1]:g}; allowed: to above from"
        )
    if scale == "log" and ends[0] <= 0.0:
        raise InvalidInput(
            (*pointer, "from"), f"received {ends[0]:g} with scale 'log'; allowed: above 0"
        )
    laid = (
        np.geomspace(ends[0], ends[1], points)
        if scale == "log"
        else np.linspace(ends[0], ends[1], points)
    )
    values: Many[Json] = [float(f"{value:.12g}") for value in laid.tolist()]
    if at.rpartition("/")[2] in WHOLE:
        values = list(dict.fromkeys(round(value) for value in values))
    return SweepAxis(at, tuple(values), scale, label=str(given.get("label") or ""))


def put(document: dict[str, Json], keys: Many[str], value: Json) -> None:
    """Set a field, in place; what stands above it and is not there, or null, is made.

    Raises:
        InvalidInput: where the pointer leads through something that is no object.
    """
    for n, key in enumerate(keys[:-1]):
        if document.get(key) is None:
            document[key] = {}
        document = document[key]
        if not isinstance(document, dict):
            raise InvalidInput(tuple(keys[: n + 1]), "is no object, and has no fields")
    document[keys[-1]] = value
