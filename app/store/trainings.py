"""Runs that train here, in the database: made, changed by their users, and told of."""

import json

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import BadInput, InputError, TooManyOfYours, TurnsFull
from unrolled.app.settings import Settings
from unrolled.app.store.holders import is_held
from unrolled.app.store.packing import packed, unpacked, unpacked_numbers
from unrolled.app.store.runs import Document, create, find, now
from unrolled.app.store.tables import RUNS, Found
from unrolled.app.store.training_tables import INPUTS, MARKS, SNAPSHOTS, TRAININGS, UPDATES
from unrolled.app.training.columns import Columns, Shape, from_body, shape_of_facts

UNDER_WAY = ("queued", "running")
TRAINED = "trained"


def is_trained(row: Found) -> bool:
    """Whether a run trains here."""
    return bool(row.kind == TRAINED)


async def begin(
    connection: AsyncConnection,
    settings: Settings,
    said: Document,
    training: Document,
    inputs: dict[str, bytes],
) -> Found:
    """A new run that waits for its turn, or for its user.

    Args:
        connection: within a transaction that writes.
        settings: how many may be.
        said: `name`, `note` and `about`, and `state`.
        training: `plan` and `facts`, which are JSON, `keep` and `client`.
        inputs: what else decides its numbers.
    Raises:
        StoreFull: as many runs are kept as may.
        TooManyOfYours: the client has as many under way as one may.
        TurnsFull: as many wait as may.
    """
    await _refuse_crowd(connection, settings, training["client"])
    row = await create(connection, settings, said | {"kind": TRAINED, "last_update": 0})
    await keep_training(connection, row, training)
    size = 0
    for name, body in inputs.items():
        small = packed(body)
        size += len(small)
        values = {"run": row.number, "name": name, "size": len(body), "body": small}
        await connection.execute(insert(INPUTS).values(values))
    if size:
        here = RUNS.c.number == row.number
        await connection.execute(update(RUNS).where(here).values(bytes=size))
    return row


async def keep_training(connection: AsyncConnection, row: Found, said: Document) -> None:
    """What a run needs beside its own row; what is left out has not happened yet."""
    at = now()
    values: Document = {
        "run": row.number,
        "pace": None,
        "wanted": "paused" if row.state == "paused" else "running",
        "until": None,
        "pending": "[]",
        "changes": "[]",
        "watcher": "null",
        "ended": None,
        "client": "",
        "asked": at,
        "watched": at,
        "holder": None,
        "held_until": 0,
        "seconds": 0.0,
        "failures": 0,
        "apart": 1,
        "record_bytes": 0,
        "snapshot_bytes": 0,
    }
    await connection.execute(insert(TRAININGS).values(values | said))


async def _refuse_crowd(connection: AsyncConnection, settings: Settings, client: str) -> None:
    under_way = RUNS.c.state.in_(UNDER_WAY)
    joined = RUNS.join(TRAININGS, TRAININGS.c.run == RUNS.c.number)
    asked = select(func.count()).select_from(joined).where(under_way)
    own = await connection.scalar(asked.where(TRAININGS.c.client == client)) or 0
    if own >= settings.training_per_client:
        raise TooManyOfYours(
            f"{own} trainings of yours run or wait, as many as may (UNROLLED_TRAINING_PER_CLIENT)"
        )
    waiting = await connection.scalar(asked.where(RUNS.c.state == "queued")) or 0
    if waiting >= settings.training_waiting:
        raise TurnsFull(
            f"{waiting} trainings wait for their turn, as many as may (UNROLLED_TRAINING_WAITING)"
        )


async def training_of(connection: AsyncConnection, row: Found) -> Found:
    """What is kept of a run that trains here, beside its row in `runs`."""
    asked = select(TRAININGS).where(TRAININGS.c.run == row.number)
    return (await connection.execute(asked)).one()


async def with_training(connection: AsyncConnection, run: str) -> tuple[Found, Found | None] | None:
    """A run, and what trains where something does; None where there is no such run."""
    row = await find(connection, run)
    if row is None:
        return None
    return row, await training_of(connection, row) if is_trained(row) else None


def shape_of(training: Found) -> Shape:
    """What every update of it has."""
    return shape_of_facts(json.loads(training.facts))


def state_of(row: Found, training: Found, rate: float | None = None) -> Document:
    """How far it is, as it is answered.

    Args:
        row: of the run.
        training: beside it.
        rate: updates a second lately.
    """
    plan, facts = json.loads(training.plan), json.loads(training.facts)
    left = plan["updates"] - (row.last_update or 0)
    goes = rate if row.state == "running" and rate else None
    return {
        "plan": plan,
        "update": row.last_update or 0,
        "updates": plan["updates"],
        "updates_per_second": goes,
        "seconds_left": None if goes is None else left / goes,
        "baseline": facts["baseline"],
        "parameters": facts["parameters"],
        "steps": facts["steps"],
        "layers": facts["layers"],
        "has_cell": facts["has_cell"],
        "keep": training.keep,
        "pace": training.pace,
        "ended": training.ended,
        "changes": [
            {"update": first, "change": change} for first, change in json.loads(training.changes)
        ],
    }


async def wish(connection: AsyncConnection, run: str, said: Document) -> Found | None:
    """Write down what its user wants of a run; who computes it reads that.

    Args:
        connection: within a transaction that writes.
        run: its id.
        said: of `name`, `note`, `state`, `advance`, `pace`, `change` and `keep` what is said.
    Raises:
        BadInput: it cannot be had of the run as it is.
    """
    row = await find(connection, run)
    if row is None:
        return None
    training = await training_of(connection, row)
    own: Document = {name: said[name] for name in ("name", "note") if name in said}
    beside: Document = {name: said[name] for name in ("pace", "keep") if name in said}
    state, advance = said.get("state"), said.get("advance")
    _refuse_senseless(row, training, state, advance)
    if "change" in said:
        pending = [*json.loads(training.pending), said["change"]]
        beside["pending"] = json.dumps(pending)
    held = is_held(training)
    if state == "running" or advance:
        wanted = {"wanted": "running", "until": advance and _pauses_at(row, training) + advance}
        beside |= wanted | {"ended": None, "watched": now(), "failures": 0}
        if not held:
            own["state"] = "queued"
            beside["asked"] = now()
    elif state is not None:
        beside["wanted"] = state
        if not held:
            own["state"] = state
        if not held and state == "ended":
            beside["ended"] = STOPPED
    at = now()
    own |= {"changed": at, "touched": at, "revision": RUNS.c.revision + 1}
    here = RUNS.c.number == row.number
    after: Found = (
        await connection.execute(update(RUNS).where(here).values(own).returning(RUNS))
    ).one()
    if beside:
        here = TRAININGS.c.run == row.number
        await connection.execute(update(TRAININGS).where(here).values(beside))
    return after


STOPPED = "It was stopped."


def _advances(training: Found) -> bool:
    """Whether it computes some updates, and pauses by itself then."""
    return training.wanted == "running" and training.until is not None


def _pauses_at(row: Found, training: Found) -> int:
    """The update that more are counted from: asked twice, a run goes twice as far."""
    return max(row.last_update or 0, training.until if _advances(training) else 0)


def _refuse_senseless(row: Found, training: Found, state: str | None, advance: int | None) -> None:
    if state == "interrupted":
        told = "received 'interrupted'; allowed for a run that trains here: paused, running, ended"
        raise BadInput([InputError(("state",), told)])
    may = row.state == "paused" or _advances(training)
    if advance is not None and (state is not None or not may):
        told = f"received {advance}, and the run is {row.state}; allowed: while it is paused"
        raise BadInput([InputError(("advance",), told)])
    over = (row.last_update or 0) >= json.loads(training.plan)["updates"]
    stuck = json.loads(training.facts).get("not_finite")
    goes_on = state in ("running", "paused") or advance is not None
    if goes_on and row.state == "ended" and (over or stuck):
        why = training.ended or "It is done."
        told = f"received {state or advance!r}; the run is over: {why} Begin another one"
        raise BadInput([InputError(("state" if state else "advance",), told)])


async def inputs_of(connection: AsyncConnection, number: int) -> dict[str, bytes]:
    """What else decides a run's numbers."""
    asked = select(INPUTS).where(INPUTS.c.run == number)
    return {row.name: unpacked(row.body, row.size) for row in await connection.execute(asked)}


Block = tuple[int, int, bytes]
"""First and last update, and the body."""


async def blocks(
    connection: AsyncConnection, number: int, first: int, last: int, limit: int
) -> list[Block]:
    """The blocks that hold updates from one to another, as many as are asked for."""
    asked = (
        select(UPDATES.c.first, UPDATES.c.last, UPDATES.c.body)
        .where(UPDATES.c.run == number, UPDATES.c.last >= first, UPDATES.c.first <= last)
        .order_by(UPDATES.c.first)
        .limit(limit)
    )
    return [(row.first, row.last, row.body) for row in await connection.execute(asked)]


def opened(shape: Shape, found: list[Block]) -> list[Columns]:
    """The same as columns; for a thread.

    Raises:
        OSError: a row holds something else.
    """
    return [from_body(shape, first, last, body) for first, last, body in found]


async def marks(
    connection: AsyncConnection, number: int, first: int, last: int, limit: int = 2_000
) -> list[Document]:
    """What happened at the updates from one to another."""
    between = MARKS.c.update.between(first, last)
    asked = select(MARKS).where(MARKS.c.run == number, between).order_by(MARKS.c.mark).limit(limit)
    return [_mark(row) for row in await connection.execute(asked)]


async def last_mark(connection: AsyncConnection, number: int) -> int:
    """The number of a run's newest mark; 0 where it has none."""
    asked = select(func.coalesce(func.max(MARKS.c.mark), 0)).where(MARKS.c.run == number)
    return int(await connection.scalar(asked) or 0)


async def newest_mark(connection: AsyncConnection, number: int, before: int) -> int:
    """The number of the newest mark of the updates before one; 0 where there is none."""
    asked = select(func.coalesce(func.max(MARKS.c.mark), 0))
    here = (MARKS.c.run == number) & (MARKS.c.update < before)
    return int(await connection.scalar(asked.where(here)) or 0)


async def marks_after(connection: AsyncConnection, number: int, mark: int) -> list[Document]:
    """The marks behind one, by their numbers."""
    asked = select(MARKS).where(MARKS.c.run == number, MARKS.c.mark > mark)
    rows = await connection.execute(asked.order_by(MARKS.c.mark).limit(500))
    return [_mark(row) for row in rows]


def _mark(row: Found) -> Document:
    values = json.loads(row._mapping[MARKS.c["values"]])
    return {
        "id": row.mark,
        "update": row.update,
        "kind": row.kind,
        "text": row.text,
        "values": values,
    }


async def snapshot_before(
    connection: AsyncConnection, number: int, done: int
) -> tuple[int, bytes] | None:
    """The newest snapshot of at most so many updates; None where there is none."""
    asked = (
        select(SNAPSHOTS)
        .where(SNAPSHOTS.c.run == number, SNAPSHOTS.c.update <= done)
        .order_by(SNAPSHOTS.c.update.desc())
        .limit(1)
    )
    row = (await connection.execute(asked)).one_or_none()
    return None if row is None else (row.update, unpacked_numbers(row.body, row.size))
