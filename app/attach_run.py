"""What a form names and does not hold: updates of runs that train here."""

import hashlib
import json
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.attached_run import AttachedRun
from unrolled.app.errors import BadInput, InputError, shown, within
from unrolled.app.store.database import Database
from unrolled.app.store.tables import Found
from unrolled.app.store.trainings import inputs_of, snapshot_before, with_training

Json = dict[str, Any]


class _Part(msgspec.Struct):
    kind: str = ""
    id: str = ""
    update: int = 0


class _Experiment(msgspec.Struct):
    weights: _Part | None = None
    sequence: _Part | None = None


class _Form(_Experiment):
    """Of a flow, or of a task about an experiment; all else of it is skipped."""

    experiment: _Experiment | None = None


async def attached_runs(store: Database, form: bytes) -> tuple[AttachedRun, ...]:
    """The updates that a form names, each once.

    Args:
        store: where runs are kept.
        form: an experiment, or a task about one, in its canonical form.
    Raises:
        BadInput: there is no such run or update.
        StoreAway: the database does not answer.
    """
    if b'"kind":"run"' not in form:
        return ()
    asked = msgspec.json.decode(form, type=_Form)
    inside = asked.experiment is not None
    experiment = asked.experiment or asked
    found: dict[tuple[str, int], AttachedRun] = {}
    for name in ("weights", "sequence"):
        part: _Part | None = getattr(experiment, name)
        if part is None or part.kind != "run" or (part.id, part.update) in found:
            continue
        with within(*(("experiment",) if inside else ()), name):
            run = await store.read(lambda c, part=part: _attached(c, part.id, part.update))  # type: ignore[misc]
        found[part.id, part.update] = run
    return tuple(found.values())


async def recorded(connection: AsyncConnection, run: str, update: int) -> tuple[Found, Found]:
    """The run of an update that a request names.

    Raises:
        BadInput: there is no such run, it does not train here, or has not come so far.
    """
    found = await with_training(connection, run)
    if found is None:
        told = f"received {shown(run)}; no run has this id: it was deleted, or is too old"
        raise BadInput([InputError(("id",), told)])
    row, training = found
    if training is None:
        told = f"received {shown(run)}, a run that was watched; allowed: one that trains here"
        raise BadInput([InputError(("id",), told)])
    if update > (row.last_update or 0):
        told = f"received {update}; the run has {row.last_update or 0} updates, from 1"
        raise BadInput([InputError(("update",), told)])
    return row, training


async def _attached(connection: AsyncConnection, run: str, update: int) -> AttachedRun:
    row, training = await recorded(connection, run, update)
    snapshot = await snapshot_before(connection, row.number, update - 1)
    if snapshot is None:
        told = f"received {update}; no weights before it are kept"
        raise BadInput([InputError(("update",), told)])
    series = (await inputs_of(connection, row.number)).get("series")
    changes = [(int(first), change) for first, change in json.loads(training.changes)]
    digest = hashlib.sha256(f"{row.id}{training.plan}{training.changes}".encode()).hexdigest()
    return AttachedRun(
        id=run,
        update=update,
        plan=json.loads(training.plan),
        changes=changes,
        series=series,
        snapshot=snapshot[1],
        done=snapshot[0],
        digest=digest,
    )
