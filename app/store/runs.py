"""Runs: made, found, changed, dropped."""

import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.tables import BLOBS, PARTS, RUNS, Found

SILENT_SECONDS = 300
"""A run that has not ended and of which nothing was heard for so long is interrupted."""
IMPORT_SECONDS = 3_600
"""What is being imported for longer was left halfway, and is dropped."""

IMPORTING = "importing"
WATCHED = "watched"
Document = dict[str, Any]
_SEEN = RUNS.c.state != IMPORTING


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def instant(milliseconds: int) -> str:
    """As the API says it: ISO 8601, UTC."""
    at = datetime.fromtimestamp(milliseconds / 1e3, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(text: str) -> int:
    """The same back."""
    return round(datetime.fromisoformat(text).timestamp() * 1e3)


def document(row: Found) -> Document:
    """A run as it is answered."""
    heard = row.changed if row.kind == WATCHED else row.touched
    silent = now() - heard > 1e3 * SILENT_SECONDS
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "note": row.note,
        "created": instant(row.created),
        "changed": instant(row.changed),
        "state": "interrupted" if row.state == "running" and silent else row.state,
        "last_update": row.last_update,
        "reports": row.reports,
        "bytes": row.bytes,
        "about": json.loads(row.about),
    }


async def create(connection: AsyncConnection, settings: Settings, said: Document) -> Found:
    """A new run.

    Args:
        connection: within a transaction that writes.
        settings: how many may be kept.
        said: `kind`, `name` and `about`; of an import also `note`, `state`, `created`, `changed`.
    Raises:
        StoreFull: as many are kept as may.
    """
    count = await connection.scalar(select(func.count()).select_from(RUNS)) or 0
    if count >= settings.max_runs:
        raise StoreFull(
            f"{count} runs are kept, as many as may (UNROLLED_MAX_RUNS); "
            "delete one that is not needed"
        )
    at = now()
    values = {
        "id": unguessable(),
        "note": "",
        "state": "running",
        "created": at,
        "changed": at,
        "touched": at,
        "revision": 1,
        "last_sequence": 0,
        "reports": 0,
        "bytes": 0,
    }
    given = said | {"about": json.dumps(said["about"])}
    made = await connection.execute(insert(RUNS).values(values | given).returning(RUNS))
    row: Found = made.one()
    return row


def unguessable() -> str:
    """An id that no command line takes for an option."""
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return made


async def find(connection: AsyncConnection, run: str) -> Found | None:
    """The run of that id; None where there is none."""
    return (await connection.execute(select(RUNS).where(RUNS.c.id == run, _SEEN))).one_or_none()


async def newest(
    connection: AsyncConnection, limit: int, before: str | None
) -> tuple[list[Found], str | None]:
    """Runs, the newest first, from the one after `before`; and what `before` is for the next ones.

    A run that is gone since it was named stands for the beginning.
    """
    asked = select(RUNS).where(_SEEN).order_by(RUNS.c.created.desc(), RUNS.c.number.desc())
    last = await find(connection, before) if before else None
    if last is not None:
        older = (RUNS.c.created == last.created) & (RUNS.c.number < last.number)
        asked = asked.where(or_(RUNS.c.created < last.created, older))
    rows = list(await connection.execute(asked.limit(limit + 1)))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def change(connection: AsyncConnection, run: str, said: Document) -> Found | None:
    """Set what is said; the run as it is then, or None where there is none."""
    at = now()
    values = said | {"changed": at, "touched": at, "revision": RUNS.c.revision + 1}
    asked = update(RUNS).where(RUNS.c.id == run, _SEEN).values(values).returning(RUNS)
    row: Found | None = (await connection.execute(asked)).one_or_none()
    return row


async def drop(connection: AsyncConnection, run: str) -> bool:
    """Drop a run with all that only it needs; whether there was one."""
    gone = await connection.execute(delete(RUNS).where(RUNS.c.id == run))
    await _drop_unused(connection)
    return bool(gone.rowcount)


async def sweep(connection: AsyncConnection, settings: Settings) -> int:
    """Drop what is older than it may be; how many runs that were."""
    at = now()
    old = _SEEN & (RUNS.c.touched < at - settings.run_days * 86_400_000)
    halfway = ~_SEEN & (RUNS.c.touched < at - IMPORT_SECONDS * 1_000)
    gone = await connection.execute(delete(RUNS).where(or_(old, halfway)))
    if gone.rowcount:
        await _drop_unused(connection)
    return gone.rowcount


async def _drop_unused(connection: AsyncConnection) -> None:
    used = exists(select(PARTS.c.blob).where(PARTS.c.blob == BLOBS.c.hash))
    await connection.execute(delete(BLOBS).where(~used))
