"""Sequences out of files: kept once, found, changed, dropped."""

import json

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.attached_series import AttachedSeries
from unrolled.app.series.job import Kept
from unrolled.app.series.measured import Column
from unrolled.app.series.window import Shape
from unrolled.app.settings import Settings
from unrolled.app.store.by_hash import ByHash
from unrolled.app.store.runs import Document, instant, now, unguessable
from unrolled.app.store.tables import SEQUENCE_VALUES, SEQUENCES, Found

_ROOM = ByHash(SEQUENCES, "sequence", "the numbers of all sequences")
find, newest, drop, sweep, touch = (
    _ROOM.find,
    _ROOM.newest,
    _ROOM.drop,
    _ROOM.sweep,
    _ROOM.touch,
)


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


async def known(connection: AsyncConnection, digest: str, wanted: str) -> Found | None:
    """The sequence of a file that came before; None where none did."""
    return await _ROOM.known(connection, digest=digest, wanted=wanted)


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
    await _ROOM.refuse_beyond(connection, settings, size)
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


async def change(connection: AsyncConnection, sequence: str, said: Document) -> Found | None:
    """Set what is said; the sequence as it is then, or None where there is none."""
    values = said | {"changed": now(), "touched": now()}
    asked = update(SEQUENCES).where(SEQUENCES.c.id == sequence).values(values)
    row: Found | None = (await connection.execute(asked.returning(SEQUENCES))).one_or_none()
    return row


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
