"""Requests about a sequence that is kept: what they leave open is filled in from the database."""

from typing import Any

import msgspec
from pydantic import BaseModel

from unrolled.app.attach_run import recorded
from unrolled.app.errors import BadInput, InputError, shown, within
from unrolled.app.forms import FORMS, OPEN
from unrolled.app.schemas import Experiment
from unrolled.app.schemas.of_runs import FilledRun, RunSequence
from unrolled.app.schemas.request import FilledSequence
from unrolled.app.series.window import NoWindow, Shape
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.sequences import find, shape_of
from unrolled.engine import LOSSES, TOPOLOGIES

Json = dict[str, Any]


async def completed(store: Database, settings: Settings, form: bytes) -> bytes:
    """The canonical form of a request whose sequence is kept; any other form as it is.

    Args:
        store: where sequences are kept.
        settings: the limits of what a request may ask for.
        form: as `app.forms` made it.
    Raises:
        BadInput: there is no such sequence, or it does not have what is selected; or a limit is
            exceeded.
        StoreAway: the database does not answer.
    """
    if not form.startswith(OPEN):
        return form
    document: Json = msgspec.json.decode(form)
    kind = FORMS[document.pop("open")]
    asked = kind.model.model_validate(document)
    if isinstance(asked, Experiment):
        return kind.of(await _filled(store, asked), settings)
    with within("experiment"):
        experiment: BaseModel = await _filled(store, asked.experiment)  # type: ignore[attr-defined]
    return kind.of(asked.model_copy(update={"experiment": experiment}), settings)


async def _of_run(store: Database, asked: Experiment, sequence: RunSequence) -> Experiment:
    """T, B, D and K as the run has them."""
    with within("sequence"):
        _, training = await store.read(lambda c: recorded(c, sequence.id, sequence.update))
    facts, plan = msgspec.json.decode(training.facts), msgspec.json.decode(training.plan)
    filled = {}
    for name, size in (("steps", facts["steps"]), ("batch_size", plan["batch_size"])):
        given = getattr(sequence, name)
        if given not in (None, size):
            told = f"received {given}; the run has {size}: send that, or leave it out"
            raise BadInput([InputError(("sequence", name), told)])
        filled[name] = size
    sizes = {
        name: facts[name]
        for name in ("input_size", "output_size")
        if getattr(asked.network, name) is None
    }
    return asked.model_copy(
        update={
            "network": asked.network.model_copy(update=sizes),
            "sequence": FilledRun(**sequence.model_dump() | filled),
        }
    )


async def _filled(store: Database, asked: Experiment) -> Experiment:
    if isinstance(asked.sequence, RunSequence):
        return await _of_run(store, asked, asked.sequence)
    said = asked.sequence.model_dump()
    row = await store.read(lambda connection: find(connection, said["id"]))
    if row is None:
        told = (
            f"received {shown(said['id'])}; no sequence has this id: it was deleted, or is too old"
        )
        raise BadInput([InputError(("sequence", "id"), told)])
    shape = shape_of(row)
    _refuse_target(asked, shape, said["target"])
    try:
        filled = shape.filled(said, TOPOLOGIES[asked.network.topology].single)
    except NoWindow as error:
        raise BadInput([InputError(("sequence", error.field), str(error))]) from None
    sizes = {"input_size": shape.width(filled["inputs"])}
    outputs = _outputs(asked, shape, said["target"])
    if outputs:
        sizes["output_size"] = outputs
    for name, size in sizes.items():
        given = getattr(asked.network, name)
        if given not in (None, size) and not (name == "output_size" and _takes(asked)):
            raise BadInput([InputError(("network", name), _differs(name, given, size, filled))])
        if given is not None:
            sizes[name] = given
    return asked.model_copy(
        update={
            "network": asked.network.model_copy(update=sizes),
            "sequence": FilledSequence(**filled),
        }
    )


def _takes(asked: Experiment) -> bool:
    """Whether K may be anything: it is a number of classes, or of a head outside."""
    return LOSSES[asked.loss].classes or LOSSES[asked.loss].given


def _differs(name: str, given: int, size: int, filled: Json) -> str:
    if name == "output_size":
        return (
            f"received {given}; a column is one number a step: send 1, or take a loss of classes, "
            "or loss 'given' and no target"
        )
    return (
        f"received {given}; {len(filled['inputs'])} columns are read, {size} numbers a step: send "
        f"{size}, or choose as many columns as the network reads"
    )


def _refuse_target(asked: Experiment, shape: Shape, target: str | None) -> None:
    """A loss needs a target, and one that is given has none."""
    given = LOSSES[asked.loss].given
    if target is None and not given:
        told = (
            f"received null with loss {asked.loss!r}; allowed: one of the columns "
            f"({', '.join(map(shown, shape.names[:10]))}), or loss 'given' with what is entering"
        )
        raise BadInput([InputError(("sequence", "target"), told)])
    if target is not None and given:
        told = f"received {shown(target)} with loss {asked.loss!r}, which has none: leave it out"
        raise BadInput([InputError(("sequence", "target"), told)])
    if target is not None and shape.alphabet and not LOSSES[asked.loss].tokens:
        able = " or ".join(repr(name) for name, row in LOSSES.items() if row.tokens)
        told = f"received {asked.loss!r}; the targets of a text are characters: allowed {able}"
        raise BadInput([InputError(("loss",), told)])


def _outputs(asked: Experiment, shape: Shape, target: str | None) -> int | None:
    """K as the target says it; None where it says nothing."""
    if target is None:
        return None
    if shape.alphabet:
        return len(shape.alphabet)
    if LOSSES[asked.loss].classes:
        column = next((one for one in shape.columns if one.name == target), None)
        return max(1, int(column.max) + 1) if column and column.max < 1e6 else None
    return 1
