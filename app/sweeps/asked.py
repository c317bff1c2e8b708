"""What becomes of a map that is asked for: it is refused with every reason, or has nothing open."""

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from unrolled.app.errors import BadInput, InputError, within
from unrolled.app.limits import refuse_oversize
from unrolled.app.schemas import Experiment
from unrolled.app.schemas.sweeps import NewSweep
from unrolled.app.schemas.training import TrainingPlan
from unrolled.app.settings import Settings
from unrolled.app.sweeps.forms import form_of, refuse
from unrolled.app.training.planned import refuse_beyond
from unrolled.app.validation import input_errors
from unrolled.engine import InvalidInput, Sweep, SweepAxis, SweepPoint

_MOST_CORNERS = 256
_OF_MAP = ("name", "note", "paused")


def checked(new: NewSweep, settings: Settings) -> Sweep:
    """The map; for a thread.

    Raises:
        BadInput: what is wrong with it, with the pointer from the request.
    """
    said = _given(new.model_dump(by_alias=True, exclude_unset=True, exclude=set(_OF_MAP)))
    said["axes"] = [_given(axis) for axis in said["axes"]]
    if "rows" in said:
        said["rows"] = _given(said["rows"])
    _refuse_unwritable(said)
    with told():
        sweep = Sweep.of(said)
    if sweep.draws > settings.max_sweep_networks:
        raise BadInput(
            [
                InputError(
                    ("axes",),
                    f"received {sweep.count:,} points of {sweep.seeds:,} draws each, "
                    f"{sweep.draws:,} networks; allowed: at most {settings.max_sweep_networks:,} "
                    "(UNROLLED_MAX_SWEEP_NETWORKS)",
                )
            ]
        )
    with told():
        refuse(sweep)
    _refuse_large(sweep, settings)
    return sweep


def _given(said: dict[str, Any]) -> dict[str, Any]:
    """A field that is null is left out; what stands deeper says so by itself."""
    return {name: one for name, one in said.items() if one is not None}


@contextmanager
def told() -> Iterator[None]:
    """What the engine refuses, in the service's terms."""
    try:
        yield
    except InvalidInput as error:
        raise BadInput([InputError(error.pointer, error.detail)]) from None


def _refuse_unwritable(said: dict[str, Any]) -> None:
    """JSON may hold numbers that no double is, and text that is none."""
    try:
        json.dumps(said, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        told_ = "received numbers or text that no JSON can hold; allowed: finite numbers, Unicode"
        raise BadInput([InputError((), told_)]) from None


def _refuse_large(sweep: Sweep, settings: Settings) -> None:
    """Compare the sizes at the corners of the map with the limits of one request."""
    lean = settings.model_copy(update={"max_work": min(settings.max_work, settings.max_sweep_work)})
    for point in _corners(sweep):
        try:
            spec = sweep.spec(point)
            form_of(spec, trained=sweep.trained)
        except InvalidInput:
            continue
        if sweep.trained:
            _refuse_training(spec, settings)
            continue
        with within("experiment"):
            refuse_oversize(Experiment.model_validate(spec), lean)


def _corners(sweep: Sweep) -> Iterator[SweepPoint]:
    """The least and greatest value of every axis of numbers, of every small map; of another one
    all of its values. Where that makes too many, every such value once, beside the greatest ones.
    """
    axes = sweep.axes if sweep.rows is None else (sweep.rows, *sweep.axes)
    ends = [_ends(axis) for axis in axes]
    if math.prod(map(len, ends)) <= _MOST_CORNERS:
        every: Iterable[tuple[int, ...]] = itertools.product(*ends)
    else:
        first = tuple(own[0] for own in ends)
        every = ((*first[:n], at, *first[n + 1 :]) for n, own in enumerate(ends) for at in own)
    for at in every:
        yield SweepPoint(0, at, 1)


def _ends(axis: SweepAxis) -> Sequence[int]:
    """Places of values; the greatest one first."""
    places = range(len(axis.values))
    if not axis.numeric:
        return places
    in_order = sorted(places, key=lambda n: axis.values[n])
    return [in_order[-1], in_order[0]]


def _refuse_training(spec: dict[str, Any], settings: Settings) -> None:
    """As `POST /runs` does."""
    with within("training"):
        try:
            refuse_beyond(TrainingPlan.model_validate(spec), settings)
        except ValidationError as error:
            errors = input_errors(TrainingPlan, error.errors(include_url=False))
            raise BadInput(errors) from None
