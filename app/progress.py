"""Many draws part by part, so that a client sees how far they are and can stop them."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import msgspec
from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message

from unrolled.app.attach_all import came_with
from unrolled.app.canonical import encoded
from unrolled.app.complete import completed
from unrolled.app.computed import departure
from unrolled.app.errors import ClientGone
from unrolled.app.flights import Gone
from unrolled.app.norms import parted
from unrolled.app.problems import as_problem, stopping
from unrolled.app.tags import entity_tag

EVENTS = "text/event-stream"

_FAREWELL = 1.0
"""Seconds that a stream has, once the service stops, to say so; it takes none unless a client does
not read."""


class _End:
    """What ends a stream early: its client leaves, or the service stops.

    Attributes:
        near: set by either.
        left: whether it is the client.
        over: set when the stream has ended.
    """

    def __init__(self) -> None:
        self.near, self.over = anyio.Event(), anyio.Event()
        self.left = False

    async def leave(self, message: Message) -> None:
        """The client has left: the stream ends by itself rather than where it happens to be."""
        self.left = True
        self.near.set()
        await self.over.wait()


async def in_parts(request: Request, form: bytes) -> EventSourceResponse:
    """Answer with events: `progress` after each part, and `answer`, or `problem`, at the end.

    The first part is computed before the answer begins, so that what is wrong with the request
    has its status. Where the service stops, the stream ends with a `problem` of status 503.

    Args:
        request: whose client may leave; what it left is not computed.
        form: of a norms request, canonical.
    Raises:
        BadInput, QueueFull, TooSlow, TooLarge, JobFailed, ClientGone: as `Compute` raises them.
    """
    state, end = request.app.state, _End()
    form = await completed(state.store, state.settings, form)
    asked: dict[str, Any] = msgspec.json.decode(form)
    known = state.answers.get((entity_tag(form), False))
    if known is not None:
        return _events(_only(known, end), end)
    parts = [encoded(asked | {"task": "some-norms"} | part) for part in parted(asked["draws"])]
    first = msgspec.json.decode(await _computed(state, parts[0], departure(request)))
    return _events(_rest(request, form, parts, first, end), end)


def _events(events: AsyncIterator[ServerSentEvent], end: _End) -> EventSourceResponse:
    return EventSourceResponse(
        events,
        sep="\n",
        client_close_handler_callable=end.leave,
        shutdown_event=end.near,
        shutdown_grace_period=_FAREWELL,
    )


async def _computed(state: Any, form: bytes, gone: Gone) -> bytes:
    """The answer to a form, for all who ask for it meanwhile; who leaves does not wait for it."""

    async def start(nobody: Gone) -> bytes:
        came = await came_with(state.store, form)
        answer: bytes = await state.compute.flow(form, False, nobody, came)
        return answer

    key = (entity_tag(form), False)
    answer: bytes = await state.flights.share(key, start, gone, state.compute.retry_after)
    return answer


async def _only(answer: bytes, end: _End) -> AsyncIterator[ServerSentEvent]:
    try:
        yield _event("answer", answer)
    finally:
        end.over.set()


async def _rest(
    request: Request, form: bytes, parts: list[bytes], first: dict[str, Any], end: _End
) -> AsyncIterator[ServerSentEvent]:
    asked, state = msgspec.json.decode(form), request.app.state
    norms, overflows = list(first["log10_norms"]), first["overflows"]
    try:
        for part in parts[1:]:
            yield _progress(len(norms), asked["draws"])
            found = msgspec.json.decode(await _next(state, part, end))
            norms += found["log10_norms"]
            overflows += found["overflows"]
        yield _progress(len(norms), asked["draws"])
        whole = {"task": "norms-of-all", "log10_norms": norms, "overflows": overflows}
        answer = await _next(state, encoded(asked | whole), end)
        state.answers.keep((entity_tag(form), False), answer)
        yield _event("answer", answer)
    except ClientGone:
        if not end.left:
            yield _event("problem", stopping().body)
    except Exception as error:  # noqa: BLE001  (the status is sent; what failed is said in an event)
        yield _event("problem", (await as_problem(request, error)).body)
    finally:
        end.over.set()


async def _next(state: Any, form: bytes, end: _End) -> bytes:
    """The answer to a form; ClientGone where the end is near, when nothing is begun any more."""
    if end.near.is_set():
        raise ClientGone
    return await _computed(state, form, end.near.wait)


def _event(name: str, data: bytes | memoryview) -> ServerSentEvent:
    return ServerSentEvent(bytes(data).decode(), event=name, sep="\n")


def _progress(done: int, of: int) -> ServerSentEvent:
    return _event("progress", msgspec.json.encode({"done": done, "of": of}))
