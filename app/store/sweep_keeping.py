"""Maps as those who compute them keep them: taken, written to, let go."""

from dataclasses import dataclass, field

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.settings import Settings
from unrolled.app.store.holders import LEASE_SECONDS, is_held
from unrolled.app.store.points import beat, free, keep_points, parts
from unrolled.app.store.runs import Document, now
from unrolled.app.store.sweep_tables import SWEEP_POINTS, SWEEPS
from unrolled.app.store.sweeps import STOPPED, UNDER_WAY
from unrolled.app.store.tables import Found
from unrolled.app.sweeps.known import Known


class Lost(Exception):
    """The map is gone, or another process computes it."""


@dataclass(slots=True)
class Batch:
    """What is to be kept of a map at once.

    Attributes:
        found: hash → what was found of networks.
        lost: hashes of networks that are not computed here after all.
        places: rows of `sweep_points` without `sweep` and `sequence`.
        computed: networks that were computed.
        known: networks that were there.
        values: of the map's own row, what changes.
    """

    found: dict[str, Known] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
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


async def keep(
    connection: AsyncConnection,
    settings: Settings,
    me: str,
    holder: str,
    number: int,
    batch: Batch,
) -> Found:
    """Write down what has been computed; the map as it is then.

    Args:
        connection: within a transaction that writes.
        settings: the bounds.
        me: in whose name it is computed.
        holder: in whose name its networks are claimed.
        number: of the map.
        batch: what is to be kept.
    Raises:
        Lost: somebody else computes it, or nobody.
        StoreFull: as many networks are kept as may.
    """
    row = await look(connection, me, number)
    await beat(connection, holder)
    if batch.found:
        await keep_points(connection, settings, batch.found)
    if batch.lost:
        await free(connection, holder, batch.lost)
    values = dict(batch.values)
    if batch.places:
        asked = select(func.coalesce(func.max(SWEEP_POINTS.c.sequence), 0))
        last = await connection.scalar(asked.where(SWEEP_POINTS.c.sweep == number)) or 0
        rows = [
            one | {"sweep": number, "sequence": last + n}
            for n, one in enumerate(batch.places, start=1)
        ]
        for some in parts(rows):
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


async def _own(connection: AsyncConnection, number: int) -> Found | None:
    return (await connection.execute(select(SWEEPS).where(SWEEPS.c.number == number))).one_or_none()


async def _set(connection: AsyncConnection, number: int, values: Document) -> Found:
    at = now()
    own = values | {"changed": at, "touched": at, "revision": SWEEPS.c.revision + 1}
    asked = update(SWEEPS).where(SWEEPS.c.number == number).values(own).returning(SWEEPS)
    row: Found = (await connection.execute(asked)).one()
    return row
