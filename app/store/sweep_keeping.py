"""Maps as those who compute them keep them: taken, written to, let go."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.holders import LEASE_SECONDS, is_held
from unrolled.app.store.runs import Document, now
from unrolled.app.store.sweep_tables import POINTS, SWEEP_POINTS, SWEEPS
from unrolled.app.store.sweeps import STOPPED, UNDER_WAY
from unrolled.app.store.tables import Found

_AT_ONCE = 500
"""Rows of one statement: SQLite takes so many values and more."""
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Numbers = dict[str, Any]
T = TypeVar("T")


class Lost(Exception):
    """The map is gone, or another process computes it."""


@dataclass(slots=True)
class Batch:
    """What is to be kept of a map at once.

    Attributes:
        numbers: hash → numbers of networks.
        places: rows of `sweep_points` without `sweep` and `sequence`.
        computed: networks that were computed.
        known: networks that were there.
        values: of the map's own row, what changes.
    """

    numbers: dict[str, Numbers] = field(default_factory=dict)
    places: list[Document] = field(default_factory=list)
    computed: int = 0
    known: int = 0
    values: Document = field(default_factory=dict)


async def waits(connection: AsyncConnection, but: int | None = None) -> bool:
    """Whether any map is under way that nobody computes; but: one that is not looked at, since who
    asks computes it, however late its process says so.
    """
    asked = select(SWEEPS.c.holder, SWEEPS.c.held_until).where(SWEEPS.c.state.in_(UNDER_WAY))
    if but is not None:
        asked = asked.where(SWEEPS.c.number != but)
    return any(not is_held(one) for one in await connection.execute(asked))


async def settle(connection: AsyncConnection) -> None:
    """What nobody computes and nobody wants computed is paused, or over."""
    asked = select(SWEEPS).where(SWEEPS.c.state.in_(UNDER_WAY), SWEEPS.c.wanted != "running")
    for one in list(await connection.execute(asked)):
        if not is_held(one):
            values = {"state": one.wanted, "why": STOPPED if one.wanted == "ended" else None}
            await _set(connection, one.number, values | {"holder": None, "rate": None})


async def claim(connection: AsyncConnection, me: str) -> Found | None:
    """Take the map whose turn it is, the one that has waited longest; None where none waits."""
    asked = select(SWEEPS).where(SWEEPS.c.state.in_(UNDER_WAY), SWEEPS.c.wanted == "running")
    for one in await connection.execute(asked.order_by(SWEEPS.c.asked)):
        if not is_held(one):
            lease = {"holder": me, "held_until": now() + LEASE_SECONDS * 1_000}
            return await _set(connection, one.number, lease | {"state": "running", "why": None})
    return None


async def release(
    connection: AsyncConnection, me: str, number: int, most: int, *, lost: bool
) -> None:
    """It is no longer computed here; what was not over waits for its next turn.

    Args:
        connection: within a transaction that writes.
        me: who computed it.
        number: of the map.
        most: after so many processes that were lost it is over.
        lost: whether the process that computed it ended before its time.
    """
    row = await _own(connection, number)
    if row is None or row.holder != me:
        return
    values: Document = {"holder": None, "held_until": 0, "rate": None, "asked": now()}
    if row.state == "running":
        values["state"] = "queued" if row.wanted == "running" else row.wanted
        if row.wanted != "running":
            values["why"] = STOPPED if row.wanted == "ended" else None
    if lost and row.wanted == "running":
        values["failures"] = row.failures + 1
        if row.failures + 1 >= most:
            why = f"The process that computed it was lost {most} times, one after the other."
            values |= {"state": "ended", "wanted": "ended", "why": why}
    await _set(connection, number, values)


async def look(connection: AsyncConnection, me: str, number: int) -> Found:
    """A map that is computed in this name, as it is now.

    Raises:
        Lost: it is not any more.
    """
    row = await _own(connection, number)
    if row is None or row.holder != me:
        raise Lost
    return row


async def places(connection: AsyncConnection, number: int) -> list[int]:
    """The places of a map that are known."""
    asked = select(SWEEP_POINTS.c.place).where(SWEEP_POINTS.c.sweep == number)
    return list(await connection.scalars(asked))


async def known(connection: AsyncConnection, hashes: Sequence[str]) -> dict[str, Numbers]:
    """Hash → numbers, of the networks that were computed before."""
    found: dict[str, Numbers] = {}
    for some in _parts(list(hashes)):
        asked = select(POINTS.c.hash, POINTS.c.numbers).where(POINTS.c.hash.in_(some))
        found |= {row.hash: json.loads(row.numbers) for row in await connection.execute(asked)}
    return found


async def keep(
    connection: AsyncConnection, settings: Settings, me: str, number: int, batch: Batch
) -> Found:
    """Write down what has been computed; the map as it is then.

    Args:
        connection: within a transaction that writes.
        settings: the bounds.
        me: in whose name it is computed.
        number: of the map.
        batch: what is to be kept.
    Raises:
        Lost: somebody else computes it, or nobody.
        StoreFull: as many networks are kept as may.
    """
    row = await look(connection, me, number)
    if batch.numbers:
        await _refuse_beyond(connection, settings)
        await _keep_numbers(connection, batch.numbers)
    values = dict(batch.values)
    if batch.places:
        asked = select(func.coalesce(func.max(SWEEP_POINTS.c.sequence), 0))
        last = await connection.scalar(asked.where(SWEEP_POINTS.c.sweep == number)) or 0
        rows = [
            one | {"sweep": number, "sequence": last + n}
            for n, one in enumerate(batch.places, start=1)
        ]
        for some in _parts(rows):
            await connection.execute(insert(SWEEP_POINTS), some)
        values |= {
            "done": row.done + len(rows),
            "wrong": row.wrong + sum(one["error"] is not None for one in rows),
            "failures": 0,
        }
    values |= {
        "computed": row.computed + batch.computed,
        "known": row.known + batch.known,
        "held_until": now() + LEASE_SECONDS * 1_000,
    }
    return await _set(connection, number, values)


async def _keep_numbers(connection: AsyncConnection, numbers: Mapping[str, Numbers]) -> None:
    """A network that is there gets the numbers that it has not."""
    there = await known(connection, list(numbers))
    at = now()
    rows = [
        {"hash": one, "numbers": json.dumps(there.get(one, {}) | own), "touched": at}
        for one, own in numbers.items()
    ]
    made = _INSERT[connection.dialect.name](POINTS)
    asked = made.on_conflict_do_update(
        index_elements=["hash"],
        set_={"numbers": made.excluded.numbers, "touched": made.excluded.touched},
    )
    for some in _parts(rows):
        await connection.execute(asked, some)


async def keep_numbers(
    connection: AsyncConnection, settings: Settings, numbers: Mapping[str, Numbers]
) -> None:
    """Write down networks that were computed for a map that is not kept itself.

    Args:
        connection: within a transaction that writes.
        settings: the bounds.
        numbers: by hash.
    Raises:
        StoreFull: as many networks are kept as may.
    """
    await _refuse_beyond(connection, settings)
    await _keep_numbers(connection, numbers)


async def _refuse_beyond(connection: AsyncConnection, settings: Settings) -> None:
    count = await connection.scalar(select(func.count()).select_from(POINTS)) or 0
    if count >= settings.max_points:
        raise StoreFull(
            f"the numbers of {count} networks are kept, as many as may (UNROLLED_MAX_POINTS)"
        )


async def _own(connection: AsyncConnection, number: int) -> Found | None:
    return (await connection.execute(select(SWEEPS).where(SWEEPS.c.number == number))).one_or_none()


async def _set(connection: AsyncConnection, number: int, values: Document) -> Found:
    at = now()
    own = values | {"changed": at, "touched": at, "revision": SWEEPS.c.revision + 1}
    asked = update(SWEEPS).where(SWEEPS.c.number == number).values(own).returning(SWEEPS)
    row: Found = (await connection.execute(asked)).one()
    return row


def _parts(rows: list[T]) -> list[list[T]]:
    return [rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE)]
