"""The experiments of a map in their canonical form, and what their numbers are kept by."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import ValidationError

from unrolled.app.canonical import encoded
from unrolled.app.resolve import filled
from unrolled.app.schemas import Experiment
from unrolled.engine import TASKS, InvalidInput, Plan, Sweep, SweepPoint, point_hash

_IDLE = Experiment().model_dump(
    include={"follow", "window", "values", "chain", "include", "lyapunov"}
)
"""What changes none of a map's numbers is left at its default, so that two maps share a network."""
_DRAWN = {"weights": ("random", "explicit"), "sequence": ("random", "text", "explicit")}
"""What a map may be made of: nothing that is kept, since a worker has no database."""
_KEPT = ("network", "stored", "run")
_INSTEAD = (
    "; those who compute it have no database. Of this one POST /api/v1/flow with 'include': "
    "['{part}'] answers {part} of the kind 'explicit': send these, and the sizes of 'experiment' "
    "in that answer"
)
"""What to do with what is kept, which may be of a size that no task can carry for every network."""

_LOOKED_AT = 200
"""So many points may be no experiments before a map is refused."""


class _Sequence(msgspec.Struct, omit_defaults=True):
    steps: int
    batch_size: int | None = None


class _Alike(msgspec.Struct):
    """What of an experiment tells how long it takes, and no more is read of it."""

    network: msgspec.Raw
    sequence: _Sequence
    loss: msgspec.Raw
    truncation: msgspec.Raw


class _Plan(msgspec.Struct):
    task: msgspec.Raw
    cell: msgspec.Raw
    hidden_size: int
    num_layers: int
    batch_size: int
    updates: int


class _AlikeTrained(msgspec.Struct):
    """What of a training's plan does."""

    training: _Plan


_COMPUTED, _TRAINED = msgspec.json.Decoder(_Alike), msgspec.json.Decoder(_AlikeTrained)


@dataclass(frozen=True, slots=True)
class Draw:
    """One network of a map.

    Attributes:
        point: where it stands.
        number: which draw of the point, from 0.
        form: its experiment, canonical.
        hash: what its numbers are kept by.
        error: why it is no experiment; it has then neither form nor hash.
    """

    point: SweepPoint
    number: int
    form: bytes = b""
    hash: str = ""
    error: str | None = None

    @property
    def shape(self) -> bytes:
        """What networks that are computed together have in common, as it can be told from the form;
        others may share it, and cost no more than a smaller group.
        """
        like = _TRAINED if self.form.startswith(b'{"training":') else _COMPUTED
        return msgspec.json.encode(like.decode(self.form))


def form_of(spec: dict[str, Any], *, trained: bool = False) -> bytes:
    """The canonical form of an experiment, or of a training's plan, as JSON.

    Raises:
        InvalidInput: for what is neither, with the pointer to it.
    """
    if trained:
        plan = Plan.from_json(spec)
        _refuse_kept(plan)
        return encoded({"training": plan.to_json()})
    for part, allowed in _DRAWN.items():
        own = spec.get(part)
        kind = own.get("kind", allowed[0]) if isinstance(own, dict) else allowed[0]
        if kind not in allowed:
            names = ", ".join(map(repr, allowed))
            why = _INSTEAD.format(part=part) if kind in _KEPT else ""
            raise InvalidInput((part, "kind"), f"received {kind!r}; allowed in a map: {names}{why}")
    try:
        experiment = Experiment.model_validate(spec)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        raise InvalidInput(tuple(first["loc"]), first["msg"]) from None
    return encoded(filled(experiment.model_dump() | _IDLE))


def _refuse_kept(plan: Plan) -> None:
    """A training that takes what is kept here: a worker has no database."""
    name, kind = plan.task["name"], plan.weights["kind"]
    alone = [one for one, row in TASKS.items() if row.takes != "series"]
    if name not in alone:
        names = ", ".join(map(repr, alone))
        raise InvalidInput(("task", "name"), f"received {name!r}; allowed in a map: {names}")
    if kind != "random":
        raise InvalidInput(("weights", "kind"), f"received {kind!r}; allowed in a map: 'random'")


def draws(sweep: Sweep, start: int = 0) -> Iterator[Draw]:
    """Every network of a map, point by point from coarse to fine, from the point of an index on."""
    for point in sweep.points(start):
        yield from draws_of(sweep, point)


def draws_of(sweep: Sweep, point: SweepPoint) -> Iterator[Draw]:
    """The networks of a point."""
    for number in range(sweep.seeds):
        try:
            form = form_of(sweep.spec(point, number), trained=sweep.trained)
        except InvalidInput as error:
            yield Draw(point, number, error=str(error))
        else:
            yield Draw(point, number, form, point_hash(form))


def refuse(sweep: Sweep) -> None:
    """Refuse a map of which none of the first points is an experiment.

    Raises:
        InvalidInput: what is wrong with the first of them, with the pointer from the map.
    """
    first: InvalidInput | None = None
    for point in itertools.islice(sweep.points(), _LOOKED_AT):
        try:
            form_of(sweep.spec(point), trained=sweep.trained)
        except InvalidInput as error:
            first = first or error
        else:
            return
    assert first is not None
    raise InvalidInput((sweep.kind, *first.pointer), first.detail)
