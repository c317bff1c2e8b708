"""The landscape on the worker's side: the fields of the contract."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.app.passing import clip_of
from unrolled.app.resolve import Prepared, Spec, prepare
from unrolled.engine import (
    Axis,
    Clipped,
    Descent,
    Found,
    InvalidInput,
    Path,
    Place,
    Sequence,
    Surface,
    check_scalar,
    descend,
    landscape,
    look,
    with_noise,
)

Pointer = tuple[str | int, ...]


def map_loss(asked: Spec) -> dict[str, Any]:
    """Answer a landscape request; NaN and infinities are written as null.

    Args:
        asked: the fields of `LandscapeRequest`.
    Raises:
        InvalidInput: what the engine cannot do, with the pointer into the request.
    """
    with _At("experiment"):
        prepared = prepare(asked["experiment"])
        check_scalar(prepared.network)
    first, second = (
        Axis(axis["parameter"], tuple(axis["index"]), axis["from_"], axis["to"], axis["points"])
        for axis in asked["axes"]
    )
    surface = _surface(prepared, (first, second), prepared.sequence)
    balls = []
    for number, one in enumerate(asked["descents"]):
        with _At("descents", number):
            own = {"start": tuple(one["start"]), "clip": clip_of(one["clip"])}
            balls.append(Descent(**one | own))
    grid = landscape(surface, (first, second)) if asked["grid"] else None
    places = []
    for number, one in enumerate(asked["places"]):
        with _At("places", number):
            found = _place(prepared, (first, second), one)
            places.append(_found(one["at"], found))
    return {
        "axes": [
            {
                "parameter": axis.parameter,
                "index": list(axis.index),
                "values": axis.values(),
                "own": prepared.parameters[axis.parameter][axis.index],
            }
            for axis in (first, second)
        ],
        "loss": grid and grid.loss,
        "gradient_log10_norm": grid and grid.log10_norm,
        "descents": [_descent(path) for path in descend(surface, balls)],
        "places": places,
    }


@dataclass(frozen=True, slots=True)
class _At:
    """What is wrong with a part of the request, said with its place in the whole one."""

    keys: Pointer

    def __init__(self, *keys: str | int) -> None:
        object.__setattr__(self, "keys", keys)

    def __enter__(self) -> None:
        """Nothing is needed."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InvalidInput):
            raise InvalidInput((*self.keys, *error.pointer), error.detail) from error


def _surface(prepared: Prepared, axes: tuple[Axis, Axis], sequence: Sequence) -> Surface:
    return Surface(
        prepared.network,
        prepared.parameters,
        sequence,
        (axes[0].entry, axes[1].entry),
        loss=prepared.loss,
        truncation=prepared.truncation,
    )


def _place(prepared: Prepared, axes: tuple[Axis, Axis], asked: Spec) -> Found:
    sequence, noise = prepared.sequence, asked["noise"]
    if noise is not None:
        sequence = with_noise(sequence, noise["samples"], noise["scale"], noise["seed"])
    first, second = asked["at"]
    return look(_surface(prepared, axes, sequence), Place((first, second), clip_of(asked["clip"])))


def _descent(path: Path) -> dict[str, Any]:
    return {
        "points": path.points,
        "loss": path.loss,
        "gradient_log10_norm": path.log10_norm,
        "engaged": path.engaged,
        "gradient": path.gradient,
        "clipped": path.after,
        "ended": path.ended,
    }


def _found(at: list[float], found: Found) -> dict[str, Any]:
    clipped: Clipped = found.clipped
    report = clipped.report
    return {
        "at": at,
        "loss": found.loss,
        "gradient": clipped.gradient,
        "gradient_log10_norm": report.log10_norm_before if report.finite else np.nan,
        "clipped": clipped.after,
        "engaged": report.engaged,
        "scale": report.scale,
        "cosine": report.cosine,
        "samples": clipped.samples,
    }
