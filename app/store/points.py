"""Networks in the database by the hash of their experiment: looked for, claimed, kept, let go.

Who computes a network claims it first, so that no other map does so meanwhile. A claim counts as
long as its holder does: it says every now and then that it still computes (`beat`), and a process
of this machine that has ended holds nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app import __version__
from unrolled.app.errors import StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.holders import LEASE_SECONDS, is_held
from unrolled.app.store.runs import now
from unrolled.app.store.sweep_tables import POINT_CLAIMS, POINT_HOLDERS, POINTS
from unrolled.app.sweeps.known import Claimed, Known

_AT_ONCE = 500
"""Rows of one statement: SQLite takes so many values and more."""
_DAY = 86_400_000
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

T = TypeVar("T")


async def known(connection: AsyncConnection, hashes: Iterable[str]) -> dict[str, Known]:
    """Hash → what is known, of the networks that were computed before."""
    found: dict[str, Known] = {}
    for some in parts(list(hashes)):
        for row in await connection.execute(select(POINTS).where(POINTS.c.hash.in_(some))):
            error = row.error if row.version == __version__ else None
            old = row.touched < now() - _DAY
            found[row.hash] = Known(json.loads(row.numbers), error, old)
    return found


async def claimed(
    store: Database, holder: str, hashes: Collection[str], names: Collection[str]
) -> Claimed:
    """What is known of networks; those that nobody knows and nobody computes are this holder's now.

    Args:
        store: where they are kept.
        holder: who asks.
        hashes: of the networks.
        names: of the numbers that are wanted.
    Raises:
        StoreAway, StoreFull: it cannot be done now.
    """
    if not hashes:
        return Claimed()
    there = await store.read(lambda c: known(c, hashes))
    told = _telling(there, names)
    if len(told) < len(hashes) or any(one.old for one in there.values()):
        return await store.write(lambda c: claim(c, holder, hashes, names))
    return Claimed(told)  # and nobody waits for a lock


async def claim(
    connection: AsyncConnection, holder: str, hashes: Collection[str], names: Collection[str]
) -> Claimed:
    """The same, within a transaction that writes."""
    told = _telling(await known(connection, hashes), names)
    await _touch(connection, told)
    wanted = [one for one in hashes if one not in told]
    taken = await _taken(connection, wanted)
    mine = [one for one in wanted if one not in taken]
    if mine:
        await beat(connection, holder)
        for some in parts([{"hash": one, "holder": holder} for one in mine]):
            await connection.execute(insert(POINT_CLAIMS), some)
    return Claimed(told, mine)


async def beat(connection: AsyncConnection, holder: str) -> None:
    """Whoever computes in this name still does."""
    made = _INSERT[connection.dialect.name](POINT_HOLDERS)
    asked = made.on_conflict_do_update(
        index_elements=["holder"], set_={"held_until": made.excluded.held_until}
    )
    until = now() + LEASE_SECONDS * 1_000
    await connection.execute(asked.values(holder=holder, held_until=until))


async def free(connection: AsyncConnection, holder: str, hashes: Iterable[str]) -> None:
    """They are not computed in this name after all."""
    for some in parts(list(hashes)):
        here = POINT_CLAIMS.c.hash.in_(some), POINT_CLAIMS.c.holder == holder
        await connection.execute(delete(POINT_CLAIMS).where(*here))


async def retire(connection: AsyncConnection, holder: str) -> None:
    """Nothing is computed in this name any more."""
    await connection.execute(delete(POINT_HOLDERS).where(POINT_HOLDERS.c.holder == holder))


async def keep_points(
    connection: AsyncConnection, settings: Settings, found: Mapping[str, Known]
) -> None:
    """Write down what was found of networks; one that is there gets the numbers that it has not.

    Args:
        connection: within a transaction that writes.
        settings: the bounds.
        found: by hash.
    Raises:
        StoreFull: as many networks are kept as may.
    """
    await _refuse_beyond(connection, settings)
    there, at = await known(connection, found), now()
    rows = []
    for one, own in found.items():
        whole = there[one] | own if one in there else own
        version = None if whole.error is None else __version__
        said = {"numbers": json.dumps(whole.numbers), "error": whole.error, "version": version}
        rows.append(said | {"hash": one, "touched": at})
    made = _INSERT[connection.dialect.name](POINTS)
    changed = {name: made.excluded[name] for name in ("numbers", "error", "version", "touched")}
    asked = made.on_conflict_do_update(index_elements=["hash"], set_=changed)
    for some in parts(rows):
        await connection.execute(asked, some)
        here = POINT_CLAIMS.c.hash.in_([one["hash"] for one in some])
        await connection.execute(delete(POINT_CLAIMS).where(here))


async def sweep(connection: AsyncConnection, before: int) -> None:
    """Drop networks that no map has used since then, and who computes no longer."""
    await connection.execute(delete(POINTS).where(POINTS.c.touched < before))
    gone = now() - _DAY
    await connection.execute(delete(POINT_HOLDERS).where(POINT_HOLDERS.c.held_until < gone))


def parts(rows: list[T]) -> list[list[T]]:
    """As many at once as a statement takes."""
    return [rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE)]


def _telling(there: Mapping[str, Known], names: Collection[str]) -> dict[str, Known]:
    """Those of which nothing is left to compute."""
    return {one: known for one, known in there.items() if known.tells(names)}


async def _taken(connection: AsyncConnection, hashes: list[str]) -> set[str]:
    """Those that somebody computes; what a holder had that is lost is anybody's again."""
    rows, holders = [], {}
    for some in parts(hashes):
        rows += list(
            await connection.execute(select(POINT_CLAIMS).where(POINT_CLAIMS.c.hash.in_(some)))
        )
    if rows:
        holders = {row.holder: row for row in await connection.execute(select(POINT_HOLDERS))}
    for name in {row.holder for row in rows}:
        if not is_held(holders[name]):
            await retire(connection, name)
            del holders[name]
    return {row.hash for row in rows if row.holder in holders}


async def _touch(connection: AsyncConnection, hashes: Collection[str]) -> None:
    """They were used; it is written once a day at most."""
    at = now()
    for some in parts(list(hashes)):
        here = POINTS.c.hash.in_(some), POINTS.c.touched < at - _DAY
        await connection.execute(update(POINTS).where(*here).values(touched=at))


async def _refuse_beyond(connection: AsyncConnection, settings: Settings) -> None:
    count = await connection.scalar(select(func.count()).select_from(POINTS)) or 0
    if count >= settings.max_points:
        raise StoreFull(
            f"the numbers of {count} networks are kept, as many as may (UNROLLED_MAX_POINTS)"
        )
