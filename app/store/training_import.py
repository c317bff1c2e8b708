"""A run that trains here out of a file, as `app.store.training_export` writes it."""

import base64
import binascii
import json
from typing import Any

import anyio.to_thread
import msgspec
from pydantic import Field, ValidationError
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import BadInput, InputError, Unreadable
from unrolled.app.schemas.runs import NewTraining
from unrolled.app.schemas.strict import Index, Size, StrictModel, String, Switch
from unrolled.app.schemas.training import Changed, Mark
from unrolled.app.store.database import Database
from unrolled.app.store.packing import unpacked, unpacked_numbers
from unrolled.app.store.runs import IMPORTING, create, drop, find, milliseconds, now
from unrolled.app.store.tables import RUNS, Found
from unrolled.app.store.training_keeping import Batch, write_batch
from unrolled.app.store.training_same import same_training
from unrolled.app.store.training_tables import INPUTS, TRAININGS
from unrolled.app.store.trainings import TRAINED, keep_training
from unrolled.app.training.columns import from_body
from unrolled.app.training.planned import Planned, checked_change, replanned
from unrolled.app.validation import input_errors
from unrolled.watch import runs as form

MOST_ROWS = 100
"""Updates of a block."""
_BATCH_BYTES = 2**22

Json = dict[str, Any]


class _Said(StrictModel):
    """What the first line says beside what a new run has."""

    changes: list[tuple[Size, Any]] = Field(default_factory=list, max_length=10_000)
    keep: Switch = False
    ended: String | None = Field(default=None, max_length=2_000)
    not_finite: Any = None
    watcher: String = Field(default="null", max_length=200_000)
    parameters: Any = None
    columns: Any = None
    """Both follow from the plan: who reads the file without it needs them."""


class _Line(StrictModel):
    """A line of bytes."""

    name: String = Field(default="", max_length=40)
    first: Size = 1
    last: Index = 0
    update: Index = 0
    size: Index = 0
    part: Index
    parts: Size
    body: String


class ArrivingTraining:
    """A run that nobody sees until it is whole.

    Args:
        database: where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._run: Found | None = None
        self._plan: Json = {}
        self._new: NewTraining | None = None
        self._said = _Said()
        self._times: dict[str, int | None] = {}
        self._inputs: dict[str, tuple[int, bytes]] = {}
        self._made: Planned | None = None
        self._batch, self._size = Batch(), 0
        self._pieces: list[bytes] = []
        self._last = self._mark = 0
        self._snapshot = -1
        self._ended: int | None = None

    async def take(self, line: bytes) -> None:
        """One line.

        Raises:
            BadInput, Unreadable: it is not as it must be.
        """
        try:
            said = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(f"received what is not JSON: {error}") from None
        if self._new is None:
            self._head(said)
            return
        if not isinstance(said, dict) or len(said) != 1:
            raise _wrong("received another line; allowed: input, updates, snapshot, marks, end")
        ((kind, content),) = said.items()
        self._ended = None
        if kind == "end":
            self._end(content)
        elif kind == "marks":
            await self._begin()
            self._marks(content)
        elif kind in ("input", "updates", "snapshot"):
            await self._bytes(kind, content)
        else:
            raise _wrong(f"received {kind[:40]!r}; allowed: input, updates, snapshot, marks, end")
        if self._size > _BATCH_BYTES:
            await self._keep()

    async def finish(self) -> tuple[Found, bool]:
        """Let it be seen, unless it is one that is seen already; and whether it is new."""
        if self._new is None:
            raise _wrong("received no whole line; allowed: the file of a run")
        await self._begin()
        await self._keep()
        run, at = self._run, now()
        assert run is not None
        values = {
            "state": "interrupted" if self._ended is None else "ended",
            "changed": min(self._ended or self._times["changed"] or at, at),
            "touched": at,
        }

        async def show(connection: AsyncConnection) -> tuple[Found | None, bool]:
            here = RUNS.c.number == run.number
            await connection.execute(update(RUNS).where(here).values(last_update=self._last))
            whole = (await connection.execute(RUNS.select().where(here))).one()
            known = await same_training(connection, whole, self._times["created"])
            if known is None:
                await connection.execute(update(RUNS).where(here).values(values))
                return await find(connection, run.id), True
            await drop(connection, run.id)
            await self._again(connection, known, at)
            return await find(connection, known.id), False

        shown, new = await self._database.write(show)
        assert shown is not None
        return shown, new

    async def _again(self, connection: AsyncConnection, known: Found, at: int) -> None:
        """A run came that is kept: it was used, and its end may not have been known."""
        ends = self._ended is not None and known.state == "interrupted"
        own = {"touched": at} | ({"state": "ended"} if ends else {})
        again = update(RUNS).where(RUNS.c.number == known.number)
        await connection.execute(again.values(own | {"revision": RUNS.c.revision + 1}))
        if ends:
            over = update(TRAININGS).where(TRAININGS.c.run == known.number)
            await connection.execute(over.values(ended=self._said.ended))

    async def forget(self) -> None:
        """Drop what has come; where the database is away, a sweep does it later."""
        run = self._run
        if run is None:
            return

        async def drop(connection: AsyncConnection) -> None:
            await connection.execute(delete(RUNS).where(RUNS.c.number == run.number))

        try:
            await self._database.write(drop)
        except Exception:  # noqa: BLE001  (what went wrong first is what is told)
            return

    def _head(self, line: object) -> None:
        """What the first line says, as strictly as it is read elsewhere."""
        try:
            said = form.first_line(line)
            beside = dict(said.get("training") or {})
            own = {name: said[name] for name in ("name", "note") if name in said}
            self._new = NewTraining.model_validate(
                own | {"kind": TRAINED, "training": beside.pop("plan", {})}
            )
            self._said = _Said.model_validate(beside)
            for first, change in self._said.changes:
                Changed.model_validate({"update": first, "change": change})
        except form.NotARun as error:
            raise _wrong(str(error).removeprefix("line 1: ")) from None
        except ValidationError as error:
            raise BadInput(input_errors(NewTraining, error.errors(include_url=False))) from None
        except (TypeError, ValueError):
            raise _wrong("received another `training`; allowed: what an export has") from None
        self._times = {name: _time(said.get(name)) for name in ("created", "changed")}

    async def _begin(self) -> None:
        """All that its numbers follow from is there."""
        if self._run is not None:
            return
        assert self._new is not None
        new, settings, at = self._new, self._database.settings, now()
        inputs = {name: unpacked(body, size) for name, (size, body) in self._inputs.items()}
        self._made = made = await anyio.to_thread.run_sync(
            replanned, new.training, settings, inputs
        )
        changes = []
        for first, change in self._said.changes:
            sound = Changed.model_validate({"update": first, "change": change}).change
            changes.append([first, checked_change(made.plan, sound)])
        facts = dict(made.facts)
        if self._said.not_finite:
            facts["not_finite"] = True
        values = {
            "name": new.name,
            "note": new.note,
            "about": made.about,
            "kind": TRAINED,
            "state": IMPORTING,
            "created": min(self._times["created"] or at, at),
        }
        training = {
            "plan": json.dumps(made.plan),
            "facts": json.dumps(facts),
            "changes": json.dumps(changes),
            "keep": self._said.keep,
            "ended": self._said.ended,
            "watcher": self._said.watcher,
            "wanted": "ended",
        }

        async def begin(connection: AsyncConnection) -> Found:
            run = await create(connection, settings, values)
            await keep_training(connection, run, training)
            for name, (size, body) in self._inputs.items():
                own = {"run": run.number, "name": name, "size": size, "body": body}
                await connection.execute(insert(INPUTS).values(own))
            return run

        self._run = await self._database.write(begin)

    async def _bytes(self, kind: str, content: object) -> None:
        try:
            said = _Line.model_validate(content)
            piece = base64.b64decode(said.body.encode(), validate=True)
        except ValidationError as error:
            raise BadInput(input_errors(_Line, error.errors(include_url=False))) from None
        except (binascii.Error, ValueError):
            raise _wrong("received a body that is not base64", (kind, "body")) from None
        if said.part != len(self._pieces) or said.part >= said.parts:
            raise _wrong("received parts that do not follow each other", (kind, "part"))
        self._pieces.append(piece)
        if said.part < said.parts - 1:
            return
        body, self._pieces = b"".join(self._pieces), []
        most = self._database.settings.max_training_bytes
        if max(said.size, len(body)) > most:
            raise _wrong(f"received more than {most} bytes (UNROLLED_MAX_TRAINING_BYTES)", (kind,))
        try:
            await self._whole(kind, said, body)
        except OSError:
            raise _wrong("received a body that is damaged", (kind, "body")) from None

    async def _whole(self, kind: str, said: _Line, body: bytes) -> None:
        kinds = {"input": self._input, "updates": self._updates, "snapshot": self._snapshots}
        await kinds[kind](said, body)

    async def _input(self, said: _Line, body: bytes) -> None:
        if self._run is not None or said.name not in ("series", "parameters"):
            raise _wrong("allowed: series or parameters, before all else", ("input", "name"))
        self._inputs[said.name] = (said.size, body)

    async def _updates(self, said: _Line, body: bytes) -> None:
        await self._begin()
        assert self._made is not None
        assert self._run is not None
        count = said.last - said.first + 1
        fits = said.first == self._last + 1 and 1 <= count <= MOST_ROWS
        if not fits or said.last > self._made.plan["updates"]:
            told = f"received {said.first} to {said.last}; allowed: what follows {self._last}"
            raise _wrong(told, ("updates", "first"))
        shape = self._made.shape
        await anyio.to_thread.run_sync(from_body, shape, said.first, said.last, body)
        self._batch.blocks.append((said.first, said.last, body))
        self._last = self._batch.update = said.last
        self._size += len(body)

    async def _snapshots(self, said: _Line, body: bytes) -> None:
        await self._begin()
        if not self._snapshot < said.update <= self._last:
            told = f"received {said.update}; allowed: from {self._snapshot + 1} to {self._last}"
            raise _wrong(told, ("snapshot", "update"))
        self._snapshot = said.update
        self._batch.snapshots[said.update] = unpacked_numbers(body, said.size)
        self._size += said.size

    def _marks(self, content: object) -> None:
        if not isinstance(content, list) or len(content) > MOST_ROWS * 10:
            raise _wrong("received another list", ("marks",))
        for one in content:
            try:
                mark = Mark.model_validate(one).model_dump()
            except ValidationError as error:
                raise BadInput(input_errors(Mark, error.errors(include_url=False))) from None
            sound = mark["id"] == self._mark + 1 and len(mark["kind"]) <= 40
            if not sound or len(json.dumps(mark)) > 10_000 or "\0" in mark["text"]:
                raise _wrong("received a mark that follows none, or is too long", ("marks",))
            self._mark += 1
            self._batch.marks.append(mark)

    def _end(self, content: object) -> None:
        try:
            self._ended = milliseconds(str(dict(content)["changed"]))  # type: ignore[call-overload]
        except (LookupError, TypeError, ValueError, OverflowError):
            raise _wrong("received another end; allowed: state and changed", ("end",)) from None

    async def _keep(self) -> None:
        batch, self._batch, self._size = self._batch, Batch(), 0
        run = self._run
        assert run is not None
        await self._database.write(
            lambda c: write_batch(c, self._database.settings, run.number, batch)
        )


def _wrong(told: str, path: tuple[str | int, ...] = ()) -> BadInput:
    return BadInput([InputError(path, told)])


def _time(text: object) -> int | None:
    try:
        return max(0, milliseconds(str(text)))
    except (ValueError, OverflowError):
        return None
