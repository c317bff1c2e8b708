"""Whether a run that came out of a file is kept already: as watched runs, each is kept once."""

import json

from sqlalchemy import Table, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.store.runs import IMPORTING
from unrolled.app.store.tables import RUNS, Found
from unrolled.app.store.training_tables import INPUTS, MARKS, TRAININGS, UPDATES

_KEPT: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (INPUTS, ("name", "size", "body")),
    (UPDATES, ("first", "last", "body")),
    (MARKS, ("mark", "update", "kind", "text")),
)
"""What the numbers follow from, and what followed. Snapshots follow from both, and some of them are
left out as a run grows."""
_SAID = ("plan", "changes")


async def same_training(
    connection: AsyncConnection, run: Found, created: int | None
) -> Found | None:
    """A run that others see, of the same plan and with just the same updates; None where none is.

    Args:
        connection: within a transaction.
        run: all of it is kept.
        created: what its file says; None: nothing, and when it came is no mark of it.
    """
    done = func.coalesce(RUNS.c.last_update, 0)
    if created is None and not run.last_update:
        return None
    alike = [
        RUNS.c.number != run.number,
        RUNS.c.state != IMPORTING,
        RUNS.c.kind == run.kind,
        RUNS.c.about == run.about,
        done == (run.last_update or 0),
    ]
    alike += [] if created is None else [RUNS.c.created == run.created]
    for other in await connection.execute(select(RUNS).where(*alike).order_by(RUNS.c.number)):
        if await _said(connection, run) == await _said(connection, other) and not [
            table for table, own in _KEPT if await _lacks(connection, table, own, run, other)
        ]:
            return other
    return None


async def _said(connection: AsyncConnection, run: Found) -> list[object]:
    asked = select(*(TRAININGS.c[name] for name in _SAID)).where(TRAININGS.c.run == run.number)
    return [json.loads(text) for text in (await connection.execute(asked)).one()]


async def _lacks(
    connection: AsyncConnection, table: Table, own: tuple[str, ...], run: Found, other: Found
) -> bool:
    """Whether one has a row of a table that another has not, or not just so."""
    mine, its = table.alias(), table.alias()
    equal = and_(its.c.run == other.number, *(mine.c[name] == its.c[name] for name in own))
    joined = mine.outerjoin(its, equal)
    asked = select(func.count()).select_from(joined).where(mine.c.run == run.number)
    return bool(await connection.scalar(asked.where(its.c.run.is_(None))))
