"""Reports of a run: kept once, and found again by their sequence."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.incoming import Incoming, Part
from unrolled.app.store.packing import unpacked
from unrolled.app.store.runs import now
from unrolled.app.store.tables import BLOBS, PARTS, REPORTS, RUNS, Found

PAGE_BYTES = 2**23
"""Reports are answered together up to so many bytes of JSON; one at least."""


async def append(
    connection: AsyncConnection,
    settings: Settings,
    run: Found,
    reports: Sequence[Incoming],
    keys: Sequence[str | None],
) -> int:
    """Keep reports; one that is there already stays as it is. The sequence of the last of them.

    Args:
        connection: within a transaction that writes, in which `run` was read.
        settings: the bounds.
        run: to which they belong.
        reports: in their order.
        keys: the clients' own names of them, if they have any.
    Raises:
        StoreFull: a bound is reached; none of them is kept.
    """
    sequence, count, size, last = run.last_sequence, run.reports, run.bytes, 0
    newest = run.last_update
    others = await _others(connection, run)
    for report, key in zip(reports, keys, strict=True):
        known = await connection.scalar(_same(run, report, key))
        if known is not None:
            last = known
            continue
        last = sequence = sequence + 1
        count, newest = count + 1, report.update
        size += report.bytes
        _refuse_beyond(settings, count, others + size)
        await connection.execute(insert(REPORTS).values(_row(run, sequence, report, key)))
        for part in report.parts:
            await _keep(connection, run, sequence, part)
    at = now()
    values = {
        "last_sequence": sequence,
        "reports": count,
        "bytes": size,
        "last_update": newest,
        "touched": at,
        "revision": RUNS.c.revision + 1,
    }
    if run.state != "importing":
        values |= {"changed": at, "state": "running"}
    await connection.execute(update(RUNS).where(RUNS.c.number == run.number).values(values))
    return last


async def _others(connection: AsyncConnection, run: Found) -> int:
    asked = select(func.coalesce(func.sum(RUNS.c.bytes), 0)).where(RUNS.c.number != run.number)
    return int(await connection.scalar(asked) or 0)


def _refuse_beyond(settings: Settings, count: int, size: int) -> None:
    if count > settings.max_reports:
        raise StoreFull(
            f"the run has {settings.max_reports} reports, as many as may (UNROLLED_MAX_REPORTS); "
            "report less often, or begin another run"
        )
    if size > settings.max_runs_bytes:
        raise StoreFull(
            f"the reports of all runs would take {size} bytes; allowed: {settings.max_runs_bytes} "
            "(UNROLLED_MAX_RUNS_BYTES); delete a run that is not needed"
        )


def _same(run: Found, report: Incoming, key: str | None) -> Select[int]:
    """The sequence of the report, where it came before."""
    once = and_(REPORTS.c.update == report.update, REPORTS.c.time == report.time)
    same = once if key is None else or_(once, REPORTS.c.key == key)
    asked = select(REPORTS.c.sequence).where(REPORTS.c.run == run.number, same)
    return asked.order_by(REPORTS.c.sequence).limit(1)


def _row(run: Found, sequence: int, report: Incoming, key: str | None) -> dict[str, Any]:
    return {
        "run": run.number,
        "sequence": sequence,
        "update": report.update,
        "time": report.time,
        "key": key,
        "size": report.light_size,
        "body": report.body,
    }


async def _keep(connection: AsyncConnection, run: Found, sequence: int, part: Part) -> None:
    known = await connection.scalar(select(BLOBS.c.size).where(BLOBS.c.hash == part.hash))
    if known is None:
        blob = {"hash": part.hash, "size": part.size, "body": part.body}
        await connection.execute(insert(BLOBS).values(blob))
    place = {"run": run.number, "sequence": sequence, "module": part.module}
    await connection.execute(insert(PARTS).values(place | {"field": part.field, "blob": part.hash}))


async def page(
    connection: AsyncConnection,
    run: Found,
    *,
    first: int = 1,
    last: int | None = None,
    every: int = 1,
    limit: int = 100,
    whole: bool = False,
    numbered: bool = True,
) -> tuple[list[bytes], int | None]:
    """Reports as JSON, with their sequences, and the sequence of the one that follows.

    Args:
        connection: within a transaction.
        run: whose.
        first: sequence of the first.
        last: of the last that may come; the newest by default.
        every: so many sequences further is the next.
        limit: how many at most; fewer where they are large.
        whole: whether with what is heavy, else the brief form.
        numbered: whether with their sequences.
    """
    here = and_(PARTS.c.run == REPORTS.c.run, PARTS.c.sequence == REPORTS.c.sequence)
    joined = and_(here, PARTS.c.blob == BLOBS.c.hash)
    heavy = select(func.coalesce(func.sum(BLOBS.c.size), 0)).where(joined).scalar_subquery()
    weight = REPORTS.c.size + heavy if whole else REPORTS.c.size
    asked = (
        select(REPORTS.c.sequence, weight.label("size"))
        .where(REPORTS.c.run == run.number, REPORTS.c.sequence >= first)
        .where((REPORTS.c.sequence - first) % every == 0)
        .order_by(REPORTS.c.sequence)
        .limit(limit + 1)
    )
    if last is not None:
        asked = asked.where(REPORTS.c.sequence <= last)
    found = list(await connection.execute(asked))
    chosen: list[int] = []
    size = 0
    for row in found[:limit]:
        size += row.size
        if chosen and size > PAGE_BYTES:
            break
        chosen.append(row.sequence)
    following = found[len(chosen)].sequence if len(found) > len(chosen) else None
    rows = await _rows(connection, run, chosen)
    parts = await _heavy(connection, run, chosen) if whole else {}
    return [_document(row, parts.get(row.sequence, []), numbered) for row in rows], following


async def one(connection: AsyncConnection, run: Found, sequence: int) -> bytes | None:
    """A whole report as JSON; None where there is no such."""
    found, _ = await page(connection, run, first=sequence, last=sequence, limit=1, whole=True)
    return found[0] if found else None


async def _rows(connection: AsyncConnection, run: Found, sequences: list[int]) -> Sequence[Found]:
    if not sequences:
        return []
    asked = select(REPORTS).where(REPORTS.c.run == run.number, REPORTS.c.sequence.in_(sequences))
    return (await connection.execute(asked.order_by(REPORTS.c.sequence))).all()


async def _heavy(
    connection: AsyncConnection, run: Found, sequences: list[int]
) -> dict[int, list[Found]]:
    """Sequence → what is heavy in that report."""
    found: dict[int, list[Found]] = {}
    asked = (
        select(PARTS.c.sequence, PARTS.c.module, PARTS.c.field, BLOBS.c.size, BLOBS.c.body)
        .join(BLOBS, PARTS.c.blob == BLOBS.c.hash)
        .where(PARTS.c.run == run.number, PARTS.c.sequence.in_(sequences))
    )
    for part in await connection.execute(asked):
        found.setdefault(part.sequence, []).append(part)
    return found


def _document(row: Found, parts: list[Found], numbered: bool) -> bytes:
    """A report with its sequence: as it came where its parts are given, else its brief form."""
    report = {"sequence": row.sequence} if numbered else {}
    report |= msgspec.json.decode(unpacked(row.body, row.size))
    for part in parts:
        module = report["modules"][part.module]
        module[part.field] = msgspec.Raw(unpacked(part.body, part.size))
    return msgspec.json.encode(report)
