"""A run that trains here as events: from any update on, and then as they come.

run       first, where it changes, and every second while it computes
updates   updates that follow each other, by columns, with what happened at them; its id is
          the last of them
mark      what happened at an update that is told already, or comes only later
"""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import anyio
import msgspec
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection
from sse_starlette import EventSourceResponse, ServerSentEvent

from unrolled.app.store.database import Database
from unrolled.app.store.follow import COME_BACK_MS, streamed
from unrolled.app.store.runs import document
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import note_watched
from unrolled.app.store.trainings import (
    UNDER_WAY,
    blocks,
    marks,
    marks_after,
    newest_mark,
    opened,
    shape_of,
    state_of,
    with_training,
)
from unrolled.app.training.columns import joined
from unrolled.app.training.held import Held
from unrolled.app.training.pages import event, rows_of
from unrolled.app.training.trainers import Trainers

POLL_SECONDS = 0.5
"""How soon what another process computes is seen."""
LEAST_SECONDS = 0.045
"""Two events of updates lie so far apart: some twenty a second at most."""
RATE_SECONDS = 1.0
WATCHED_SECONDS = 10.0
"""How often the database is told that somebody follows a run which another process computes."""
_BLOCKS = 10
_PARTS = 4
"""An event holds a part of what an answer may, so that the first is soon there."""
_MOVES = ("update", "updates_per_second", "seconds_left")
"""What changes with every update and is told every second only."""

Json = dict[str, Any]


async def followed_training(request: Request, row: Found, after: int) -> EventSourceResponse:
    """Answer with events.

    Args:
        request: whose client may leave.
        row: the run as it was found.
        after: the update that the client has already.
    Raises:
        StoreAway: as many follow as may.
    """
    state = request.app.state
    stream = _Stream(state.store, state.trainers, row.id, after)
    return await streamed(request, stream.events)


class _Stream:
    """What one client is told."""

    def __init__(self, store: Database, trainers: Trainers, run: str, after: int) -> None:
        self._store, self._trainers, self._run, self._after = store, trainers, run, after
        self._mark = 0
        self._told: Json = {}
        self._told_at = self._sent = self._noted = float("-inf")

    async def events(self, end: anyio.Event) -> AsyncIterator[ServerSentEvent]:
        """Until the client leaves, or the run is deleted."""
        self._trainers.follow(self._run)
        try:
            found = await self._found()
            if found is not None:
                number, before = found[0].number, self._after
                self._mark = await self._store.read(lambda c: newest_mark(c, number, before))
            while found is not None and not end.is_set():
                for said in self._run_event(*found):
                    yield said
                async for said in self._updates(*found):
                    yield said
                    if end.is_set():
                        return
                for said in await self._marks(found[0]):
                    yield said
                await self._wait(end)
                found = await self._found()
        finally:
            self._trainers.unfollow(self._run)

    @property
    def _held(self) -> Held | None:
        return self._trainers.held.get(self._run)

    async def _found(self) -> tuple[Found, Found] | None:
        """The run as it is now; without the database, where this process computes it."""
        held = self._held
        if held is not None:
            return held.rows
        found = await self._store.read(lambda c: with_training(c, self._run))
        if found is None or found[1] is None:
            return None
        if found[0].state in UNDER_WAY and monotonic() - self._noted > WATCHED_SECONDS:
            self._noted = monotonic()
            await self._store.write(lambda c: note_watched(c, self._run))
        return found[0], found[1]

    def _run_event(self, row: Found, training: Found) -> list[ServerSentEvent]:
        held = self._held
        said = document(row) | {
            "training": state_of(row, training, held.live.rate if held else None)
        }
        if held is not None:
            said["training"]["update"] = held.live.newest
        still = {name: said[name] for name in ("name", "note", "state")} | {
            name: value for name, value in said["training"].items() if name not in _MOVES
        }
        moved = row.state == "running" and monotonic() - self._told_at >= RATE_SECONDS
        if still == self._told and not moved:
            return []
        self._told, self._told_at = still, monotonic()
        data = msgspec.json.encode(said).decode()
        return [ServerSentEvent(data, event="run", retry=COME_BACK_MS, sep="\n")]

    async def _updates(self, row: Found, training: Found) -> AsyncIterator[ServerSentEvent]:
        """All that the client does not have."""
        while True:
            held = self._held
            found = held.live.told_after(self._after) if held is not None else None
            if found is None:
                found = await self._kept(row, training)
            if found is None:
                return
            self._after, data, marks_ = found
            self._mark = max([self._mark, *marks_])
            self._sent = monotonic()
            yield ServerSentEvent(data, event="updates", id=str(self._after), sep="\n")

    async def _kept(self, row: Found, training: Found) -> tuple[int, str, list[int]] | None:
        """Those that follow in the database: the last of them, the event, and their marks."""
        first, shape = self._after + 1, shape_of(training)
        last = self._after + max(1, rows_of(shape.steps) // _PARTS)

        async def read(connection: AsyncConnection) -> tuple[Any, Any]:
            found = await blocks(connection, row.number, first, last, _BLOCKS)
            if not found:
                return found, []
            until = min(last, found[-1][1])
            return found, await marks(connection, row.number, self._after + 1, until)

        found, happened = await self._store.read(read)
        if not found:
            return None

        def made() -> tuple[int, str, list[int]]:
            whole = joined(opened(shape, found)).rows(first, last)
            return whole.last, event(whole, happened), [mark["id"] for mark in happened]

        return await anyio.to_thread.run_sync(made)

    async def _marks(self, row: Found) -> list[ServerSentEvent]:
        """What happened and belongs to no update that was just told."""
        held = self._held
        if held is not None:
            found = [one for one in held.live.lately if one["id"] > self._mark]
            found = [one for one in found if not held.live.comes(one)]
        else:
            found = await self._store.read(lambda c: marks_after(c, row.number, self._mark))
        self._mark = max([self._mark, *(one["id"] for one in found)])
        return [
            ServerSentEvent(msgspec.json.encode(one).decode(), event="mark", sep="\n")
            for one in found
        ]

    async def _wait(self, end: anyio.Event) -> None:
        """Until there is news, the client leaves, or it is time to look again."""
        held = self._held
        async with anyio.create_task_group() as tasks:

            async def leave() -> None:
                await end.wait()
                tasks.cancel_scope.cancel()

            tasks.start_soon(leave)
            with anyio.move_on_after(POLL_SECONDS):
                await (anyio.sleep_forever() if held is None else held.live.news())
            await anyio.sleep(max(0.0, self._sent + LEAST_SECONDS - monotonic()))
            tasks.cancel_scope.cancel()
