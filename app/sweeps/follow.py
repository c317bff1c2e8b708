"""A map as events: places as they come, from any one on, and how far it is."""

from collections.abc import AsyncIterator
from functools import partial
from time import monotonic
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection
from sse_starlette import EventSourceResponse, ServerSentEvent

from unrolled.app.store.database import Database
from unrolled.app.store.follow import COME_BACK_MS, streamed
from unrolled.app.store.sweeps import find, page
from unrolled.app.store.tables import Found
from unrolled.app.sweeps.places import stride_for, told
from unrolled.app.sweeps.words import whole
from unrolled.engine import Sweep

POLL_SECONDS = 0.4
"""How soon is seen what the process that computes has kept."""
SAY_SECONDS = 1.0
_BREATH = 0.02
"""Seconds between events of places, in which others are answered."""
_AT_ONCE = 500
"""Places of an event: the service does nothing else while it is written, for some 3 ms."""
_MOVES = frozenset({"changed", "points_per_second", "seconds_left"})


async def followed_sweep(
    request: Request, row: Found, after: int, resolution: int | None
) -> EventSourceResponse:
    """Answer with events.

    Args:
        request: whose client may leave.
        row: the map as it was found.
        after: the sequence that the client has already.
        resolution: how many places of an axis it shows.
    Raises:
        StoreAway: as many follow as may.
    """
    store = request.app.state.store
    stride = stride_for(Sweep.of(msgspec.json.decode(row.document)), resolution)
    return await streamed(request, lambda end: _events(store, row, after, stride, end))


async def _events(
    store: Database, row: Found, after: int, stride: int, end: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    sweep = Sweep.of(msgspec.json.decode(row.document))
    current: Found | None = row
    said: dict[str, Any] = {}
    at, revision = float("-inf"), -1
    while current is not None and not end.is_set():
        document = whole(current)
        still = {name: value for name, value in document.items() if name not in _MOVES}
        if still != said and (
            still.get("state") != said.get("state") or monotonic() - at >= SAY_SECONDS
        ):
            said, at = still, monotonic()
            yield ServerSentEvent(
                msgspec.json.encode(document).decode(), event="sweep", retry=COME_BACK_MS, sep="\n"
            )
        while current.revision != revision and not end.is_set():
            rows = await store.read(partial(_page, current.number, after, stride))
            if rows:
                after = rows[-1].sequence
                data = await anyio.to_thread.run_sync(told, sweep, rows, None)
                yield ServerSentEvent(data.decode(), event="points", id=str(after), sep="\n")
            if len(rows) < _AT_ONCE:
                revision = current.revision
            else:
                await anyio.sleep(_BREATH)
        with anyio.move_on_after(POLL_SECONDS):
            await end.wait()
        current = await store.read(lambda connection: find(connection, row.id))


async def _page(number: int, after: int, stride: int, connection: AsyncConnection) -> list[Found]:
    return await page(connection, number, after, _AT_ONCE, stride)
