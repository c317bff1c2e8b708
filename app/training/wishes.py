"""What clients want of runs that train here: that one begins, pauses, changes, ends."""

import json
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import BadInput, InputError, within
from unrolled.app.schemas import NewTraining, RunChange
from unrolled.app.store.runs import find
from unrolled.app.store.tables import Found
from unrolled.app.store.trainings import begin, state_of, training_of, wish
from unrolled.app.training.planned import checked_change, planned

Json = dict[str, Any]

SETTLE_SECONDS = 1.0
"""An answer waits so long for what it says to be done."""
_OF_TRAINING = ("advance", "pace", "change", "keep")
_NULL_STAYS = ("name", "note", "state", "advance", "change", "keep")


async def begun(request: Request, new: NewTraining) -> Found:
    """Keep a run that is to train; where it may, it is taken at once.

    Raises:
        BadInput: something in its plan is not allowed.
        StoreFull, TooManyOfYours, TurnsFull: there is no room for it.
    """
    state = request.app.state
    made = await planned(state.store, new.training)
    said = {
        "name": new.name,
        "note": new.note,
        "about": made.about,
        "state": "paused" if new.paused else "queued",
    }
    training = {
        "plan": _json(made.plan),
        "facts": _json(made.facts),
        "keep": new.keep,
        "client": request.client.host[:100] if request.client else "",
    }

    async def write(connection: AsyncConnection) -> Found:
        return await begin(connection, state.settings, said, training, made.inputs)

    row: Found = await state.store.write(write)
    state.trainers.poke()
    return row


async def wanted(request: Request, row: Found, asked: RunChange) -> Found | None:
    """Write down what is wanted of a run, and wait a little until it is done.

    Raises:
        BadInput: it cannot be had of the run as it is.
    """
    state = request.app.state
    said = {name: getattr(asked, name) for name in asked.model_fields_set}
    said = {n: one for n, one in said.items() if one is not None or n not in _NULL_STAYS}
    if asked.change is not None:
        training = await state.store.read(lambda c: training_of(c, row))
        with within("change"):
            said["change"] = checked_change(state_of(row, training)["plan"], asked.change)
    after: Found | None = await state.store.write(lambda c: wish(c, row.id, said))
    if after is None:
        return None
    held = state.trainers.held.get(row.id)
    if held is None:
        state.trainers.poke()
    else:
        held.unsettle()
        await held.settled(SETTLE_SECONDS)
    again: Found | None = await state.store.read(lambda c: find(c, row.id))
    return again


def watched_change(asked: RunChange) -> Json:
    """What may be changed in a run that was watched.

    Raises:
        BadInput: it asks for what only a run that trains here has.
    """
    said = asked.model_dump(exclude_none=True)
    wrong = [name for name in _OF_TRAINING if name in asked.model_fields_set]
    errors = [
        InputError((name,), "the run was watched; allowed: name, note, state") for name in wrong
    ]
    if said.get("state") == "paused":
        told = "received 'paused'; allowed for a run that was watched: running, ended, interrupted"
        errors.append(InputError(("state",), told))
    if errors:
        raise BadInput(errors)
    return said


async def progress(request: Request, row: Found) -> Json:
    """How far a run is."""
    state = request.app.state
    training = await state.store.read(lambda c: training_of(c, row))
    held = state.trainers.held.get(row.id)
    return state_of(row, training, held.live.rate if held else None)


def _json(document: Json) -> str:
    return json.dumps(document)
