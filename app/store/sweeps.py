"""Maps in the database: made, found, changed, dropped, and their places."""

import json
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import BadInput, InputError, StoreFull, TooManyOfYours, TurnsFull
from unrolled.app.settings import Settings
from unrolled.app.store import points
from unrolled.app.store.holders import is_held
from unrolled.app.store.runs import Document, instant, now, unguessable
from unrolled.app.store.sweep_tables import SWEEP_POINTS, SWEEPS
from unrolled.app.store.tables import Found

UNDER_WAY = ("queued", "running")
STOPPED = "It was stopped."
_DAY = 86_400_000
_AT_ONCE = 5_000
"""Places that are dropped in one transaction."""
_COARSEST = 2**14
"""The largest stride: an axis has up to 10,000 values."""


def document(row: Found) -> Document:
    """A map as it is answered, without its theory."""
    left, goes = row.count - row.done, row.rate if row.state == "running" and row.rate else None
    return {
        "id": row.id,
        "name": row.name,
        "note": row.note,
        "created": instant(row.created),
        "changed": instant(row.changed),
        "state": row.state,
        "why": row.why,
        "count": row.count,
        "done": row.done,
        "wrong": row.wrong,
        "computed": row.computed,
        "known": row.known,
        "points_per_second": goes,
        "seconds_left": None if goes is None else left / goes,
        "sweep": json.loads(row.document),
    }


async def create(connection: AsyncConnection, settings: Settings, said: Document) -> Found:
    """A new map that waits for its turn, or for its user.

    Args:
        connection: within a transaction that writes.
        settings: how many may be.
        said: `name`, `note`, `document`, `count`, `state` and `client`.
    Raises:
        StoreFull: as many are kept as may.
        TooManyOfYours: the client has as many under way as one may.
        TurnsFull: as many wait as may.
    """
    counted = select(func.count()).select_from(SWEEPS)
    count = await connection.scalar(counted) or 0
    if count >= settings.max_sweeps:
        raise StoreFull(
            f"{count} maps are kept, as many as may (UNROLLED_MAX_SWEEPS); "
            "delete one that is not needed"
        )
    under_way = counted.where(SWEEPS.c.state.in_(UNDER_WAY))
    own = await connection.scalar(under_way.where(SWEEPS.c.client == said["client"])) or 0
    if own >= settings.sweep_per_client:
        raise TooManyOfYours(
            f"{own} maps of yours are computed or wait, as many as may (UNROLLED_SWEEP_PER_CLIENT)"
        )
    waiting = await connection.scalar(counted.where(SWEEPS.c.state == "queued")) or 0
    if waiting >= settings.sweep_waiting:
        raise TurnsFull(
            f"{waiting} maps wait for their turn, as many as may (UNROLLED_SWEEP_WAITING)"
        )
    at = now()
    values: Document = {
        "id": unguessable(),
        "wanted": "paused" if said["state"] == "paused" else "running",
        **dict.fromkeys(("done", "wrong", "computed", "known", "held_until", "failures"), 0),
        "seconds": 0.0,
        "created": at,
        "changed": at,
        "touched": at,
        "asked": at,
        "revision": 1,
    }
    made = await connection.execute(insert(SWEEPS).values(values | said).returning(SWEEPS))
    row: Found = made.one()
    return row


async def find(connection: AsyncConnection, sweep: str) -> Found | None:
    """The map of that id; None where there is none."""
    return (await connection.execute(select(SWEEPS).where(SWEEPS.c.id == sweep))).one_or_none()


async def newest(
    connection: AsyncConnection, limit: int, before: str | None
) -> tuple[list[Found], str | None]:
    """Maps, the newest first, from the one after `before`; and `before` for those that follow."""
    asked = select(SWEEPS).order_by(SWEEPS.c.number.desc())
    last = await find(connection, before) if before else None
    if last is not None:
        asked = asked.where(SWEEPS.c.number < last.number)
    rows = list(await connection.execute(asked.limit(limit + 1)))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def wish(connection: AsyncConnection, sweep: str, said: Document) -> Found | None:
    """Write down what its user wants of a map; who computes it reads that.

    Args:
        connection: within a transaction that writes.
        sweep: its id.
        said: of `name`, `note` and `state` what is said.
    Raises:
        BadInput: it cannot be had of the map as it is.
    """
    row = await find(connection, sweep)
    if row is None:
        return None
    own: Document = {name: said[name] for name in ("name", "note") if name in said}
    state = said.get("state")
    if state in ("running", "paused") and row.state == "ended" and row.done >= row.count:
        told = f"received {state!r}; the map is complete: begin another one"
        raise BadInput([InputError(("state",), told)])
    if state == "running":
        own |= {"wanted": "running", "failures": 0, "why": None}
        if not is_held(row):
            own |= {"state": "queued", "asked": now()}
    elif state is not None:
        own["wanted"] = state
        if not is_held(row):
            own |= {"state": state, "why": STOPPED if state == "ended" else None}
    at = now()
    own |= {"changed": at, "touched": at, "revision": SWEEPS.c.revision + 1}
    here = SWEEPS.c.number == row.number
    made = await connection.execute(update(SWEEPS).where(here).values(own).returning(SWEEPS))
    after: Found = made.one()
    return after


async def thin(connection: AsyncConnection, number: int) -> bool:
    """Drop some places of a map that goes; whether there were any. A million at once would keep
    every other writer waiting, for longer than it waits.
    """
    some = select(SWEEP_POINTS.c.sequence).where(SWEEP_POINTS.c.sweep == number)
    last = await connection.scalar(some.order_by(SWEEP_POINTS.c.sequence).offset(_AT_ONCE).limit(1))
    own = delete(SWEEP_POINTS).where(SWEEP_POINTS.c.sweep == number)
    gone = await connection.execute(
        own if last is None else own.where(SWEEP_POINTS.c.sequence < last)
    )
    return bool(gone.rowcount)


async def drop(connection: AsyncConnection, sweep: str) -> bool:
    """Drop a map; its networks' numbers stay for others. Whether there was one."""
    gone = await connection.execute(delete(SWEEPS).where(SWEEPS.c.id == sweep))
    return bool(gone.rowcount)


async def sweep(connection: AsyncConnection, settings: Settings) -> int:
    """Drop maps that are older than they may be, and numbers that none has used as long; how many
    maps that were.
    """
    before = now() - settings.sweep_days * _DAY
    gone = await connection.execute(delete(SWEEPS).where(SWEEPS.c.touched < before))
    await points.sweep(connection, before)
    return gone.rowcount


async def page(
    connection: AsyncConnection, number: int, after: int, limit: int, stride: int = 1
) -> list[Found]:
    """Places of a map behind a sequence, in the order in which they came.

    Args:
        connection: of the database.
        number: of the map.
        after: the sequence.
        limit: how many at most.
        stride: none that stands for fewer places.
    """
    return list(await connection.execute(behind(number, after, limit, stride)))


def behind(number: int, after: int, limit: int, stride: int) -> Select[Any]:
    """The question of `page`: of the places that stand for fewer none is looked at, since strides
    are powers of two, and each has its places in their order (index `sweep_points_stride`).
    """
    asked = select(SWEEP_POINTS).where(
        SWEEP_POINTS.c.sweep == number, SWEEP_POINTS.c.sequence > after
    )
    asked = asked.order_by(SWEEP_POINTS.c.sequence).limit(limit)
    if stride == 1:
        return asked
    wanted = [stride << n for n in range(_COARSEST.bit_length()) if stride << n <= _COARSEST]
    own = [asked.where(SWEEP_POINTS.c.stride == one).subquery() for one in wanted]
    found = union_all(*(select(one) for one in own)).subquery()
    return select(found).order_by(found.c.sequence).limit(limit)
