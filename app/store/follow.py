"""A run as events, from any report on: whoever comes back misses nothing."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import msgspec
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.problems import as_problem
from unrolled.app.store.database import Database
from unrolled.app.store.reports import page
from unrolled.app.store.runs import document, find
from unrolled.app.store.tables import Found

POLL_SECONDS = 0.5
"""How soon what another process wrote is seen; a poll reads one row."""
COME_BACK_MS = 1_000
"""How soon a browser that has lost the stream comes back to it."""
MOST_FOLLOWERS = 200
"""Streams that one process serves at once."""
_FAREWELL = 1.0
_TOLD = ("name", "note", "state", "about")
"""What is told in an event `run` where it changes; the rest follows from the reports."""

Answer = tuple[Found, list[bytes]]


class Following:
    """The streams of this process.

    Attributes:
        count: how many there are.
    """

    def __init__(self) -> None:
        self.count = 0


Events = Callable[[anyio.Event], AsyncIterator[ServerSentEvent]]
"""What a stream says, given what is set where it is to end."""


async def followed(request: Request, run: Found, after: int) -> EventSourceResponse:
    """Answer with events: `run` first and where it changes, and `report` for every report.

    Args:
        request: whose client may leave.
        run: as it was found.
        after: the sequence that the client has already.
    Raises:
        StoreAway: as many follow as may.
    """
    return await streamed(request, lambda end: _events(request.app.state.store, run, after, end))


async def streamed(request: Request, make: Events) -> EventSourceResponse:
    """Answer with events, `problem` last where the database goes away.

    Args:
        request: whose client may leave.
        make: what is said.
    Raises:
        StoreAway: as many follow as may.
    """
    state = request.app.state
    if state.following.count >= MOST_FOLLOWERS:
        raise StoreAway(f"{MOST_FOLLOWERS} streams are open, as many as may", 5)
    end, over = anyio.Event(), anyio.Event()

    async def leave(message: Message) -> None:
        end.set()
        await over.wait()

    async def events() -> AsyncIterator[ServerSentEvent]:
        state.following.count += 1
        try:
            async for event in make(end):
                yield event
        except (StoreAway, StoreFull) as error:
            yield ServerSentEvent(
                bytes((await as_problem(request, error)).body).decode(), event="problem", sep="\n"
            )
        finally:
            state.following.count -= 1
            over.set()

    return EventSourceResponse(
        events(),
        sep="\n",
        headers={"Cache-Control": "no-store"},
        client_close_handler_callable=leave,
        shutdown_event=end,
        shutdown_grace_period=_FAREWELL,
    )


async def _events(
    store: Database, run: Found, after: int, end: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    told: dict[str, Any] = {}
    revision = -1
    current: Found | None = run
    while current is not None and not end.is_set():
        said = document(current)
        if any(said[name] != told.get(name) for name in _TOLD):
            told = said
            data = msgspec.json.encode(said).decode()
            yield ServerSentEvent(data, event="run", retry=COME_BACK_MS, sep="\n")
        while current.revision != revision and not end.is_set():
            found = await _reports(store, current, after)
            for report in found:
                after += 1
                yield ServerSentEvent(report.decode(), event="report", id=str(after), sep="\n")
            if not found:
                revision = current.revision
        with anyio.move_on_after(POLL_SECONDS):
            await end.wait()
        current = await store.read(lambda connection: find(connection, run.id))


async def _reports(store: Database, run: Found, after: int) -> list[bytes]:
    async def read(connection: AsyncConnection) -> list[bytes]:
        found, _ = await page(connection, run, first=after + 1)
        return found

    return await store.read(read)
