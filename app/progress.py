"""Many draws part by part, so that a client sees how far they are and can stop them."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event

from unrolled.app.canonical import encoded
from unrolled.app.computed import departure
from unrolled.app.errors import ClientGone
from unrolled.app.flights import Gone
from unrolled.app.norms import parted
from unrolled.app.problems import as_problem
from unrolled.app.tags import entity_tag

EVENTS = EventSourceResponse.media_type


async def in_parts(request: Request, form: bytes) -> EventSourceResponse:
    """Answer with events: `progress` after each part, and `answer`, or `problem`, at the end.

    The first part is computed before the answer begins, so that what is wrong with the request
    has its status.

    Args:
        request: whose client may leave; what it left is not computed.
        form: of a norms request, canonical.
    Raises:
        BadInput, QueueFull, TooSlow, TooLarge, JobFailed, ClientGone: as `Compute` raises them.
    """
    asked: dict[str, Any] = msgspec.json.decode(form)
    state, gone = request.app.state, departure(request)
    known = state.answers.get((entity_tag(form), False))
    if known is not None:
        return _events(_only(known))
    parts = [encoded(asked | {"task": "some-norms"} | part) for part in parted(asked["draws"])]
    first = await _part(state.compute, parts[0], gone)
    return _events(_rest(request, form, parts, first, gone))


def _events(events: AsyncIterator[bytes]) -> EventSourceResponse:
    return EventSourceResponse(events, headers={"Cache-Control": "no-store"})


async def _part(compute: Any, form: bytes, gone: Gone) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(await compute.flow(form, False, gone))
    return found


async def _only(answer: bytes) -> AsyncIterator[bytes]:
    yield format_sse_event(event="answer", data_str=answer.decode())


async def _rest(
    request: Request, form: bytes, parts: list[bytes], first: dict[str, Any], gone: Gone
) -> AsyncIterator[bytes]:
    asked, state = msgspec.json.decode(form), request.app.state
    norms, overflows = list(first["log10_norms"]), first["overflows"]
    try:
        for part in parts[1:]:
            yield _progress(len(norms), asked["draws"])
            found = await _part(state.compute, part, gone)
            norms += found["log10_norms"]
            overflows += found["overflows"]
        yield _progress(len(norms), asked["draws"])
        whole = {"task": "norms-of-all", "log10_norms": norms, "overflows": overflows}
        answer = await state.compute.flow(encoded(asked | whole), False, gone)
    except ClientGone:
        return
    except Exception as error:  # noqa: BLE001  (the status is sent; what failed is said in an event)
        body = bytes((await as_problem(request, error)).body)
        yield format_sse_event(event="problem", data_str=body.decode())
        return
    state.answers.keep((entity_tag(form), False), answer)
    yield format_sse_event(event="answer", data_str=answer.decode())


def _progress(done: int, of: int) -> bytes:
    return format_sse_event(
        event="progress", data_str=msgspec.json.encode({"done": done, "of": of}).decode()
    )
