"""Requests about what is kept: what they leave open is filled in from the database."""

from typing import Any

import msgspec
from pydantic import BaseModel

from unrolled.app.attach_run import recorded
from unrolled.app.errors import BadInput, InputError, shown, within
from unrolled.app.forms import FORMS, OPEN, lacks_network, lacks_sequence
from unrolled.app.forms import said as said_of
from unrolled.app.schemas import Experiment
from unrolled.app.schemas.of_runs import FilledRun, RunSequence
from unrolled.app.schemas.request import FilledSequence
from unrolled.app.schemas.weights import FilledWeights, RandomWeights
from unrolled.app.series.window import NoWindow, Shape
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.networks import sizes
from unrolled.app.store.sequences import find, shape_of
from unrolled.engine import LOSSES, TOPOLOGIES

Json = dict[str, Any]


async def completed(store: Database, settings: Settings, form: bytes) -> bytes:
    """The canonical form of a request that leaves open what is kept; any other form as it is.

    Args:
        store: where networks and sequences are kept.
        settings: the limits of what a request may ask for.
        form: as `app.forms` made it.
    Raises:
        BadInput: there is no such sequence or network, or it does not have what is selected; or a
            limit is exceeded.
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
    if lacks_network(asked):
        asked = await _of_file(store, asked)
    return await _selected(store, asked) if lacks_sequence(asked) else asked


async def _of_file(store: Database, asked: Experiment) -> Experiment:
    """With the network that the file has, in so far as the request does not say it."""
    said, known = asked.weights.model_dump(), said_of(asked)
    with within("weights"):
        has = await store.read(
            lambda connection: sizes(connection, said["id"], said["module"], said["head"])
        )
    said["module"] = has.pop("module")
    own = {n: value for n, value in has.items() if n not in known}
    return asked.model_copy(
        update={
            "network": asked.network.model_copy(update=own),
            "weights": FilledWeights(**said),
        }
    )


async def _selected(store: Database, asked: Experiment) -> Experiment:
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
    if shape.alphabet and said["target"] is None and not LOSSES[asked.loss].given:
        [said["target"]] = shape.names  # a text has no other
    _refuse_target(asked, shape, said["target"])
    try:
        filled = shape.filled(said, TOPOLOGIES[asked.network.topology].single)
    except NoWindow as error:
        raise BadInput([InputError(("sequence", error.field), str(error))]) from None
    needed = {"input_size": shape.width(filled["inputs"])}
    outputs = _outputs(asked, shape, said["target"])
    if outputs:
        needed["output_size"] = outputs
    for name, size in needed.items():
        given = getattr(asked.network, name)
        if given is None:
            continue
        if not _may_be(asked, shape, name, given, size):
            told = _differs(asked, shape, name, given, size, filled)
            raise BadInput([InputError(("network", name), told)])
        needed[name] = given
    return asked.model_copy(
        update={
            "network": asked.network.model_copy(update=needed),
            "sequence": FilledSequence(**filled),
        }
    )


def _may_be(asked: Experiment, shape: Shape, name: str, given: int, size: int) -> bool:
    """Whether a network may have another size than what it reads and is to say needs.

    K may be anything where it is a number of classes, or of a head outside. Of a text, inputs and
    outputs beyond its characters mean nothing to weights that are drawn; weights that were trained
    have a character for each, and nothing says which.
    """
    if given == size:
        return True
    if shape.alphabet:
        return given > size and isinstance(asked.weights, RandomWeights)
    return name == "output_size" and (LOSSES[asked.loss].classes or LOSSES[asked.loss].given)


def _differs(
    asked: Experiment, shape: Shape, name: str, given: int, size: int, filled: Json
) -> str:
    if shape.alphabet:
        what = "inputs" if name == "input_size" else "outputs"
        why = (
            f"fewer than they are: send {size} or more"
            if given < size
            else f"and nothing says which character each of the {given} {what} of these weights "
            f"stands for: take a text with just the {given} characters that the network knows, a "
            "file of one-hot columns in its order, or weights of the kind 'random'"
        )
        return f"received {given}; the text has {size} different characters, {why}"
    if name == "output_size":
        return (
            f"received {given}; a column is one number a step: send 1, or take a loss of classes, "
            "or loss 'given' and no target"
        )
    columns = len(filled["inputs"])
    read = "1 column is" if columns == 1 else f"{columns} columns are"
    # The size of weights that are kept is the file's: another one would be refused in its turn.
    send = "" if isinstance(asked.weights, FilledWeights) else f"send {size}, or "
    return (
        f"received {given}; {read} read, numbers a step: {size}; {send}choose as many columns as "
        "the network reads"
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
