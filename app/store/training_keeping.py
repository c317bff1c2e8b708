"""Runs that train here, as those who compute them keep them: taken, written to, let go.

One process computes a run. It says so in the row, until when, and again before that time is over;
every transaction of its begins by looking whether it still does.
"""

import json
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.holders import LEASE_SECONDS, is_held
from unrolled.app.store.packing import packed_numbers
from unrolled.app.store.runs import Document, now
from unrolled.app.store.tables import RUNS, Found
from unrolled.app.store.training_tables import MARKS, SNAPSHOTS, TRAININGS, UPDATES
from unrolled.app.store.trainings import STOPPED, UNDER_WAY, Block

LEAST_SNAPSHOT_BYTES = 8_000_000
"""So much of snapshots is kept of any run, however much room its updates take,"""
_LEAST_SNAPSHOTS = 4
"""and so many, however large they are."""


class Lost(Exception):
    """The run is gone, or another process computes it."""


@dataclass(slots=True)
class Batch:
    """What is to be kept of a run at once.

    Attributes:
        blocks: of updates; one takes the place of the one that begins with the same update.
        snapshots: updates done → what the next one follows from.
        marks: what happened.
        update: how many updates are done; None: as many as before.
        values: of the run's row in `trainings`, what changes.
        state: of the run; None: as it is.
        release: whether another process may take it from here.
        made: how many of the pending changes are made.
        reached: the update at which it has paused; None: it has not.
    """

    blocks: list[Block] = field(default_factory=list)
    snapshots: dict[int, bytes] = field(default_factory=dict)
    marks: list[Document] = field(default_factory=list)
    update: int | None = None
    values: Document = field(default_factory=dict)
    state: str | None = None
    release: bool = False
    made: int = 0
    reached: int | None = None


async def claim(
    connection: AsyncConnection, me: str, running: list[str]
) -> tuple[Found, Found] | None:
    """Take the run whose turn it is; None where none waits.

    That of the client of whom the fewest run, and of these the one that has waited longest.

    Args:
        connection: within a transaction that writes.
        me: who takes it.
        running: the clients of the runs that this process computes.
    """
    joined = select(RUNS.c.number, RUNS.c.state, TRAININGS).join(
        TRAININGS, TRAININGS.c.run == RUNS.c.number
    )
    asked = joined.where(RUNS.c.state.in_(UNDER_WAY), TRAININGS.c.wanted == "running")
    rows = list(await connection.execute(asked.order_by(TRAININGS.c.asked)))
    waiting = [one for one in rows if not is_held(one)]
    if not waiting:
        return None
    busy = [one.client for one in rows if one.holder != me and is_held(one)] + running
    chosen = min(waiting, key=lambda one: busy.count(one.client))
    here, at = TRAININGS.c.run == chosen.number, now()
    lease = {"holder": me, "held_until": at + LEASE_SECONDS * 1_000}
    asked_own = update(TRAININGS).where(here).values(lease).returning(TRAININGS)
    training = (await connection.execute(asked_own)).one()
    values = {"state": "running", "revision": RUNS.c.revision + 1, "changed": at, "touched": at}
    asked_run = update(RUNS).where(RUNS.c.number == chosen.number).values(values).returning(RUNS)
    return (await connection.execute(asked_run)).one(), training


async def waits(connection: AsyncConnection) -> bool:
    """Whether any run is under way that nobody computes."""
    joined = select(TRAININGS.c.holder, TRAININGS.c.held_until).join(
        RUNS, TRAININGS.c.run == RUNS.c.number
    )
    rows = await connection.execute(joined.where(RUNS.c.state.in_(UNDER_WAY)))
    return any(not is_held(one) for one in rows)


async def settle(connection: AsyncConnection) -> None:
    """What nobody computes and nobody wants computed is paused, or over."""
    joined = select(RUNS.c.number, TRAININGS).join(TRAININGS, TRAININGS.c.run == RUNS.c.number)
    asked = joined.where(RUNS.c.state.in_(UNDER_WAY), TRAININGS.c.wanted != "running")
    for one in list(await connection.execute(asked)):
        if not is_held(one):
            at = now()
            values = {"state": one.wanted, "changed": at, "revision": RUNS.c.revision + 1}
            await connection.execute(update(RUNS).where(RUNS.c.number == one.number).values(values))
            own: Document = {"holder": None}
            if one.wanted == "ended":
                own["ended"] = one.ended or STOPPED
            here = TRAININGS.c.run == one.number
            await connection.execute(update(TRAININGS).where(here).values(own))


async def end_unwatched(
    connection: AsyncConnection, settings: Settings, watched: list[str]
) -> None:
    """End what waits, is not to be kept, and nobody watches.

    Args:
        connection: within a transaction that writes.
        settings: after how long.
        watched: the ids of the runs that somebody follows here.
    """
    before = now() - settings.training_unwatched_seconds * 1_000
    joined = select(RUNS.c.number, RUNS.c.id, TRAININGS.c.watched).join(
        TRAININGS, TRAININGS.c.run == RUNS.c.number
    )
    asked = joined.where(RUNS.c.state == "queued", TRAININGS.c.keep.is_(False))
    for one in list(await connection.execute(asked.where(TRAININGS.c.watched < before))):
        if one.id in watched:
            continue
        at = now()
        values = {"state": "ended", "changed": at, "revision": RUNS.c.revision + 1}
        await connection.execute(update(RUNS).where(RUNS.c.number == one.number).values(values))
        own = {"wanted": "ended", "ended": unwatched(settings)}
        await connection.execute(update(TRAININGS).where(TRAININGS.c.run == one.number).values(own))


async def note_watched(connection: AsyncConnection, run: str) -> None:
    """Somebody follows a run."""
    number = select(RUNS.c.number).where(RUNS.c.id == run).scalar_subquery()
    here = TRAININGS.c.run == number
    await connection.execute(update(TRAININGS).where(here).values(watched=now()))


def unwatched(settings: Settings) -> str:
    """Why a run ends that nobody watches."""
    return (
        f"Nobody watched it for {settings.training_unwatched_seconds:g} s, and it was not to be "
        "kept (UNROLLED_TRAINING_UNWATCHED_SECONDS)."
    )


async def look(connection: AsyncConnection, me: str, number: int) -> tuple[Found, Found]:
    """A run that this process computes, as it is now.

    Raises:
        Lost: it does not any more.
    """
    row, training = await _rows(connection, number)
    if training.holder != me:
        raise Lost
    return row, training


async def _rows(connection: AsyncConnection, number: int) -> tuple[Found, Found]:
    asked = select(TRAININGS).where(TRAININGS.c.run == number)
    training = (await connection.execute(asked)).one_or_none()
    row = (await connection.execute(select(RUNS).where(RUNS.c.number == number))).one_or_none()
    if training is None or row is None:
        raise Lost
    return row, training


async def keep(
    connection: AsyncConnection, settings: Settings, me: str, number: int, batch: Batch
) -> tuple[Found, Found]:
    """Write down what has been computed; the run as it is then.

    Args:
        connection: within a transaction that writes.
        settings: the bounds.
        me: who computes it.
        number: of the run.
        batch: what is to be kept.
    Raises:
        Lost: somebody else computes it, or nobody.
        StoreFull: a bound is reached; nothing is kept.
    """
    await look(connection, me, number)
    return await write_batch(connection, settings, number, batch)


async def write_batch(
    connection: AsyncConnection, settings: Settings, number: int, batch: Batch
) -> tuple[Found, Found]:
    """The same, of a run that nobody else may write to."""
    row, training = await _rows(connection, number)
    records = training.record_bytes + await _keep_blocks(connection, number, batch.blocks)
    more = await _keep_snapshots(connection, number, batch.snapshots)
    room = max(settings.training_run_bytes - records, LEAST_SNAPSHOT_BYTES)
    apart, snapshots = await _thinned(
        connection, number, training.apart, training.snapshot_bytes + more, room
    )
    for mark in batch.marks:
        await connection.execute(insert(MARKS).values(_mark_row(number, mark)))
    size = row.bytes - training.record_bytes - training.snapshot_bytes + records + snapshots
    if batch.blocks or batch.snapshots:
        await _refuse_beyond(connection, settings, row, size)
    values = _values(training, batch) | {
        "record_bytes": records,
        "snapshot_bytes": snapshots,
        "apart": apart,
    }
    asked = update(TRAININGS).where(TRAININGS.c.run == number).values(values).returning(TRAININGS)
    after = (await connection.execute(asked)).one()
    asked = update(RUNS).where(RUNS.c.number == number).values(_own(batch, size)).returning(RUNS)
    return (await connection.execute(asked)).one(), after


def _values(training: Found, batch: Batch) -> Document:
    """What changes beside the run's own row."""
    values = dict(batch.values)
    values["held_until"] = 0 if batch.release else now() + LEASE_SECONDS * 1_000
    if batch.release:
        values["holder"] = None
    if batch.made:
        values["pending"] = json.dumps(json.loads(training.pending)[batch.made :])
    if batch.reached is not None and training.until is not None and batch.reached >= training.until:
        values |= {"wanted": "paused", "until": None}
    return values


def _own(batch: Batch, size: int) -> Document:
    """What changes in it."""
    at = now()
    own: Document = {"bytes": size, "touched": at}
    if batch.update is not None:
        own |= {"last_update": batch.update, "changed": at}
    if batch.state is not None:
        own |= {"state": batch.state, "changed": at}
    if batch.update is not None or batch.state is not None or batch.marks:
        own["revision"] = RUNS.c.revision + 1
    return own


async def _keep_snapshots(
    connection: AsyncConnection, number: int, snapshots: dict[int, bytes]
) -> int:
    """How many bytes more the snapshots take; one that is there stays."""
    more = 0
    for done, body in snapshots.items():
        here = (SNAPSHOTS.c.run == number) & (SNAPSHOTS.c.update == done)
        if await connection.scalar(select(SNAPSHOTS.c.update).where(here)) is None:
            small = packed_numbers(body)
            values = {"run": number, "update": done, "size": len(body), "body": small}
            await connection.execute(insert(SNAPSHOTS).values(values))
            more += len(small)
    return more


async def _thinned(
    connection: AsyncConnection, number: int, apart: int, size: int, room: int
) -> tuple[int, int]:
    """How far snapshots are to lie apart where they fit, and what they take.

    Again and again that one goes behind which the shortest way is to be computed anew; the first
    and the newest stay.
    """
    if size <= room:
        return apart, size
    own = SNAPSHOTS.c.run == number
    asked = select(SNAPSHOTS.c.update, func.length(SNAPSHOTS.c.body)).where(own)
    rows = list(await connection.execute(asked.order_by(SNAPSHOTS.c.update)))
    there, sizes = [row[0] for row in rows], dict(tuple(row) for row in rows)
    gone = []
    while size > room and len(there) > _LEAST_SNAPSHOTS:
        place = min(range(1, len(there) - 1), key=lambda n: there[n + 1] - there[n - 1])
        gone.append(there.pop(place))
        size -= sizes[gone[-1]]
    if gone:
        await connection.execute(delete(SNAPSHOTS).where(own, SNAPSHOTS.c.update.in_(gone)))
    usual = (there[-1] - there[0]) // max(1, 2 * (len(there) - 1))
    return max(apart, 1 << max(usual.bit_length() - 1, 0)), size


async def _keep_blocks(connection: AsyncConnection, number: int, blocks: list[Block]) -> int:
    """How many bytes more the blocks take."""
    more = 0
    for first, last, body in blocks:
        here = (UPDATES.c.run == number) & (UPDATES.c.first == first)
        before = await connection.scalar(select(func.length(UPDATES.c.body)).where(here))
        values = {"last": last, "body": body}
        if before is None:
            await connection.execute(
                insert(UPDATES).values(values | {"run": number, "first": first})
            )
        else:
            await connection.execute(update(UPDATES).where(here).values(values))
        more += len(body) - (before or 0)
    return more


def _mark_row(number: int, mark: Document) -> Document:
    values = {name: mark[name] for name in ("update", "kind", "text")}
    return values | {"run": number, "mark": mark["id"], "values": json.dumps(mark["values"])}


async def _refuse_beyond(
    connection: AsyncConnection, settings: Settings, row: Found, size: int
) -> None:
    if size > settings.max_training_bytes:
        raise StoreFull(
            f"the run would take {size} bytes; allowed: {settings.max_training_bytes} "
            "(UNROLLED_MAX_TRAINING_BYTES)"
        )
    asked = select(func.coalesce(func.sum(RUNS.c.bytes), 0)).where(RUNS.c.number != row.number)
    whole = size + int(await connection.scalar(asked) or 0)
    if whole > settings.max_runs_bytes:
        raise StoreFull(
            f"all runs would take {whole} bytes; allowed: {settings.max_runs_bytes} "
            "(UNROLLED_MAX_RUNS_BYTES); delete a run that is not needed"
        )
