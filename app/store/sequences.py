"""Sequences out of files: kept once, found, changed, dropped."""

import json

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.attached_series import AttachedSeries
from unrolled.app.errors import StoreFull
from unrolled.app.series.job import Kept
from unrolled.app.series.measured import Column
from unrolled.app.series.window import Shape
from unrolled.app.settings import Settings
from unrolled.app.store.runs import Document, instant, now, unguessable
from unrolled.app.store.tables import SEQUENCE_VALUES, SEQUENCES, Found

DAY = 86_400_000


def document(row: Found) -> Document:
    """A sequence as it is answered."""
    said: Document = json.loads(row.about)
    return {
        "id": row.id,
        "name": row.name,
        "note": row.note,
        "created": instant(row.created),
        "changed": instant(row.changed),
        "digest": row.digest,
        "bytes": row.bytes,
    } | said


def shape_of(row: Found) -> Shape:
    """What is known of a sequence without its numbers."""
    said = json.loads(row.about)
    columns = [Column(**one) for one in said["columns"]]
    return Shape(said["kind"], said["rows"], said["batch"], columns, said["alphabet"] or "")


async def find(connection: AsyncConnection, sequence: str) -> Found | None:
    """The sequence of that id; None where there is none."""
    asked = select(SEQUENCES).where(SEQUENCES.c.id == sequence)
    return (await connection.execute(asked)).one_or_none()


async def known(connection: AsyncConnection, digest: str, wanted: str) -> Found | None:
    """The sequence of a file that came before; None where none did."""
    same = (SEQUENCES.c.digest == digest) & (SEQUENCES.c.wanted == wanted)
    asked = update(SEQUENCES).where(same).values(touched=now()).returning(SEQUENCES)
    row: Found | None = (await connection.execute(asked)).one_or_none()
    return row


async def create(
    connection: AsyncConnection, settings: Settings, said: Document, kept: Kept
) -> tuple[Found, bool]:
    """A new sequence, or the one of the same file; and whether it is new.

    Args:
        connection: within a transaction that writes.
        settings: how many may be kept.
        said: `digest`, `wanted`, `name` and `bytes`.
        kept: what was found in the file.
    Raises:
        StoreFull: as many are kept as may, or as much.
    """
    before = await known(connection, said["digest"], said["wanted"])
    if before is not None:
        return before, False
    about = json.dumps(kept.said)
    size = len(about) + len(kept.body)
    await _refuse_beyond(connection, settings, size)
    at = now()
    values = {
        "id": unguessable(),
        "note": "",
        "about": about,
        "created": at,
        "changed": at,
        "touched": at,
        "size": size,
    }
    asked = insert(SEQUENCES).values(values | said).returning(SEQUENCES)
    row: Found = (await connection.execute(asked)).one()
    numbers = {
        "sequence": row.number,
        "shape": json.dumps(kept.shape),
        "dtype": kept.dtype,
        "size": kept.size,
        "body": kept.body,
    }
    await connection.execute(insert(SEQUENCE_VALUES).values(numbers))
    return row, True


async def _refuse_beyond(connection: AsyncConnection, settings: Settings, size: int) -> None:
    total = func.coalesce(func.sum(SEQUENCES.c.size), 0)
    asked = select(func.count(), total).select_from(SEQUENCES)
    count, taken = (await connection.execute(asked)).one()
    if count >= settings.max_sequences:
        raise StoreFull(
            f"{count} sequences are kept, as many as may (UNROLLED_MAX_SEQUENCES); delete one that "
            "is not needed"
        )
    if taken + size > settings.max_sequences_bytes:
        raise StoreFull(
            f"the numbers of all sequences would take {taken + size} bytes; allowed: "
            f"{settings.max_sequences_bytes} (UNROLLED_MAX_SEQUENCES_BYTES); delete a sequence "
            "that is not needed"
        )


async def newest(
    connection: AsyncConnection, limit: int, before: str | None
) -> tuple[list[Found], str | None]:
    """Sequences, the newest first, from the one after `before`; and what `before` is for the next.

    A sequence that is gone since it was named stands for the beginning.
    """
    asked = select(SEQUENCES).order_by(SEQUENCES.c.number.desc())
    last = await find(connection, before) if before else None
    if last is not None:
        asked = asked.where(SEQUENCES.c.number < last.number)
    rows = list(await connection.execute(asked.limit(limit + 1)))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def change(connection: AsyncConnection, sequence: str, said: Document) -> Found | None:
    """Set what is said; the sequence as it is then, or None where there is none."""
    values = said | {"changed": now(), "touched": now()}
    asked = update(SEQUENCES).where(SEQUENCES.c.id == sequence).values(values)
    row: Found | None = (await connection.execute(asked.returning(SEQUENCES))).one_or_none()
    return row


async def drop(connection: AsyncConnection, sequence: str) -> bool:
    """Drop a sequence with its numbers; whether there was one."""
    gone = await connection.execute(delete(SEQUENCES).where(SEQUENCES.c.id == sequence))
    return bool(gone.rowcount)


async def sweep(connection: AsyncConnection, settings: Settings) -> int:
    """Drop what was not used for too long; how many sequences that were."""
    old = SEQUENCES.c.touched < now() - settings.sequence_days * DAY
    return (await connection.execute(delete(SEQUENCES).where(old))).rowcount


async def touch(connection: AsyncConnection, row: Found) -> None:
    """It was used."""
    here = SEQUENCES.c.number == row.number
    await connection.execute(update(SEQUENCES).where(here).values(touched=now()))


async def with_values(
    connection: AsyncConnection, sequence: str
) -> tuple[Found, AttachedSeries] | None:
    """A sequence with its numbers; None where there is none."""
    row = await find(connection, sequence)
    if row is None:
        return None
    asked = select(SEQUENCE_VALUES).where(SEQUENCE_VALUES.c.sequence == row.number)
    numbers = (await connection.execute(asked)).one()
    return row, AttachedSeries(
        name=row.name,
        shape=shape_of(row),
        sizes=tuple(json.loads(numbers.shape)),
        dtype=numbers.dtype,
        size=numbers.size,
        body=numbers.body,
        notes=tuple(json.loads(row.about)["warnings"]),
    )
