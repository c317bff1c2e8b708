"""A run as a file, going out and coming in, a piece at a time."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from pydantic import ValidationError
from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import BadInput, InputError, Unreadable
from unrolled.app.schemas.runs import NewRun, RunChange
from unrolled.app.store.database import Database
from unrolled.app.store.incoming import Incoming, read_report
from unrolled.app.store.reports import append, page
from unrolled.app.store.runs import IMPORTING, create, document, drop, milliseconds, now
from unrolled.app.store.tables import PARTS, REPORTS, RUNS, Found
from unrolled.app.store.training_export import exported_training
from unrolled.app.store.training_import import ArrivingTraining
from unrolled.app.store.trainings import TRAINED, is_trained
from unrolled.app.validation import input_errors
from unrolled.watch import runs as form

MEDIA_TYPE = "application/x-ndjson"
_PAGE = 200
_BATCH_BYTES = 2**22
"""Reports of an import are kept together up to so many bytes: others get their turn between."""


async def exported(database: Database, run: Found) -> AsyncIterator[bytes]:
    """The lines of the file: the reports that there are now, each transaction a short one."""
    if is_trained(run):
        async for line in exported_training(database, run):
            yield line
        return
    said = document(run)
    yield form.head({name: value for name, value in said.items() if name != "id"})
    following: int | None = 1
    while following is not None:
        first = following

        async def read(connection: AsyncConnection, first: int = first) -> Any:
            last = run.last_sequence
            return await page(
                connection, run, first=first, last=last, limit=_PAGE, whole=True, numbered=False
            )

        reports, following = await database.read(read)
        for report in reports:
            yield report + b"\n"
    if run.state == "ended":
        yield form.end(said["changed"])


async def imported(
    database: Database, pieces: AsyncIterator[bytes], most_line: int
) -> tuple[Found, bool]:
    """Keep what a file holds, and answer the run once all of it is kept; else nothing is.

    A run that is kept with just these reports is answered instead: and whether it is a new one.

    Args:
        database: where.
        pieces: of the file, as they come.
        most_line: bytes that a line may have.
    Raises:
        BadInput, Unreadable: a line is not as it must be; a torn last one is left out.
        StoreFull, StoreAway: it cannot be kept.
    """
    arriving: _Arriving | ArrivingTraining = _Arriving(database)
    number = 0
    try:
        async for line in _lines(pieces, most_line):
            number += 1
            if number == 1 and _of_training(line):
                arriving = ArrivingTraining(database)
            if line.strip():
                with _placed(number):
                    await arriving.take(line)
        return await arriving.finish()
    except BaseException:
        await arriving.forget()
        raise


@contextmanager
def _placed(number: int) -> Iterator[None]:
    """What is wrong with a line, said with its number."""
    try:
        yield
    except Unreadable as error:
        raise Unreadable(f"line {number}: {error}") from None
    except BadInput as error:
        told = [InputError(one.path, f"line {number}: {one.detail}") for one in error.errors]
        raise BadInput(told) from None


def _of_training(line: bytes) -> bool:
    """Whether a first line is that of a run that trains here."""
    try:
        said = msgspec.json.decode(line)
        return bool(said["run"]["kind"] == TRAINED)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, LookupError):
        return False


class _Arriving:
    """A run that nobody sees until it is whole."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._run: Found | None = None
        self._said: dict[str, Any] = {}
        self._waiting: list[Incoming] = []
        self._size = 0
        self._last = 0
        self._ended: int | None = None

    async def take(self, line: bytes) -> None:
        """One line."""
        if self._run is None:
            await self._begin(line)
        elif line.startswith(b'{"end"'):
            self._end(line)
        else:
            await self._report(line)

    async def finish(self) -> tuple[Found, bool]:
        """Let it be seen, unless it is one that is seen already; and whether it is new."""
        if self._run is None:
            raise BadInput([InputError((), "received no whole line; allowed: the file of a run")])
        await self._keep()
        run, at = self._run, now()
        changed = self._ended or self._last or self._said["changed"] or at
        values = {"changed": min(changed, at), "touched": at}
        state = "ended" if self._ended else "interrupted"

        async def show(connection: AsyncConnection) -> tuple[Found, bool]:
            known = await same(connection, await _again(connection, run), self._said["created"])
            if known is not None:
                await drop(connection, run.id)
                ends = {"state": state} if self._ended else {}
                return await _set(connection, known, {"touched": at} | ends), False
            return await _set(connection, run, values | {"state": state}), True

        return await self._database.write(show)

    async def forget(self) -> None:
        """Drop what has come; where the database is away, a sweep does it later."""
        run = self._run
        if run is None:
            return

        async def undo(connection: AsyncConnection) -> None:
            await connection.execute(delete(RUNS).where(RUNS.c.number == run.number))

        try:
            await self._database.write(undo)
        except Exception:  # noqa: BLE001  (what went wrong first is what is told)
            return

    async def _begin(self, line: bytes) -> None:
        self._said = _head(line)
        at = now()
        values = {
            "kind": self._said["kind"],
            "name": self._said["name"],
            "note": self._said["note"],
            "about": self._said["about"],
            "state": IMPORTING,
            "created": min(self._said["created"] or at, at),
        }
        settings = self._database.settings

        async def begin(connection: AsyncConnection) -> Found:
            return await create(connection, settings, values)

        self._run = await self._database.write(begin)

    async def _report(self, line: bytes) -> None:
        report = read_report(line)
        self._ended = None
        self._last = milliseconds(report.time)
        self._waiting.append(report)
        self._size += report.size
        if self._size > _BATCH_BYTES:
            await self._keep()

    def _end(self, line: bytes) -> None:
        try:
            said = msgspec.json.decode(line)["end"]
            self._ended = milliseconds(said["changed"])
        except (msgspec.DecodeError, LookupError, TypeError, ValueError, OverflowError):
            told = "received another end; allowed: state and changed"
            raise BadInput([InputError(("end",), told)]) from None

    async def _keep(self) -> None:
        waiting, self._waiting, self._size = self._waiting, [], 0
        arriving, settings = self._run, self._database.settings
        if not waiting or arriving is None:
            return

        async def keep(connection: AsyncConnection) -> None:
            run = await _again(connection, arriving)
            await append(connection, settings, run, waiting, [None] * len(waiting))

        await self._database.write(keep)


async def same(connection: AsyncConnection, run: Found, created: int | None) -> Found | None:
    """A run that others see, with the same facts and just the same reports; None where none is.

    Args:
        connection: within a transaction.
        run: all of it is kept.
        created: what its file says; None: nothing, and when it came is no mark of it.
    """
    if created is None and run.reports == 0:
        return None
    alike = [
        RUNS.c.number != run.number,
        RUNS.c.state != IMPORTING,
        RUNS.c.kind == run.kind,
        RUNS.c.about == run.about,
        RUNS.c.reports == run.reports,
    ]
    alike += [] if created is None else [RUNS.c.created == run.created]
    for other in await connection.execute(select(RUNS).where(*alike).order_by(RUNS.c.number)):
        if await _differences(connection, run, other) == 0:
            return other
    return None


async def _differences(connection: AsyncConnection, run: Found, other: Found) -> int:
    """How many reports of a run the other has not, or not with the same heavy parts."""
    mine, theirs = REPORTS.alias(), REPORTS.alias()
    equal = and_(
        theirs.c.run == other.number,
        *(mine.c[name] == theirs.c[name] for name in ("sequence", "update", "time", "body")),
    )
    lost = select(func.count()).select_from(mine.outerjoin(theirs, equal))
    reports = await connection.scalar(lost.where(mine.c.run == run.number, theirs.c.run.is_(None)))
    part, of = PARTS.alias(), PARTS.alias()
    here = and_(
        of.c.run == other.number,
        *(part.c[name] == of.c[name] for name in ("sequence", "module", "field", "blob")),
    )
    lost = select(func.count()).select_from(part.outerjoin(of, here))
    parts = await connection.scalar(lost.where(part.c.run == run.number, of.c.run.is_(None)))
    return (reports or 0) + (parts or 0)


async def _set(connection: AsyncConnection, run: Found, values: dict[str, Any]) -> Found:
    more = values | {"revision": RUNS.c.revision + 1}
    asked = update(RUNS).where(RUNS.c.number == run.number).values(more).returning(RUNS)
    row: Found = (await connection.execute(asked)).one()
    return row


async def _again(connection: AsyncConnection, run: Found) -> Found:
    asked = RUNS.select().where(RUNS.c.number == run.number)
    return (await connection.execute(asked)).one()


def _head(line: bytes) -> dict[str, Any]:
    """What the first line says of the run, as strictly as it is read elsewhere."""
    try:
        said = form.first_line(msgspec.json.decode(line))
        new = NewRun.model_validate({n: said[n] for n in ("kind", "name", "about") if n in said})
        note = RunChange.model_validate({"note": said.get("note", "")}).note
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"received what is not JSON: {error}") from None
    except form.NotARun as error:
        raise BadInput([InputError((), str(error).removeprefix("line 1: "))]) from None
    except ValidationError as error:
        raise BadInput(input_errors(NewRun, error.errors(include_url=False))) from None
    times = {name: _time(said.get(name)) for name in ("created", "changed")}
    return new.model_dump() | {"note": note or ""} | times


def _time(text: object) -> int | None:
    try:
        return max(0, milliseconds(str(text)))
    except (ValueError, OverflowError):
        return None


async def _lines(pieces: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """Whole lines; what follows the last line end was torn, and is left out."""
    rest = bytearray()
    async for piece in pieces:
        rest += piece
        if b"\n" in piece:
            *whole, last = bytes(rest).split(b"\n")
            for line in whole:
                if len(line) > most:
                    raise _too_long(most)
                yield line
            rest = bytearray(last)
        if len(rest) > most:
            raise _too_long(most)


def _too_long(most: int) -> BadInput:
    told = f"received a line of more than {most} bytes (UNROLLED_MAX_BODY_BYTES)"
    return BadInput([InputError((), told)])
