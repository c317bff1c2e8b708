"""An answer that a worker computes: its tag, 304, the cache, compression."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response

from unrolled.app.attach_all import came_with
from unrolled.app.complete import completed
from unrolled.app.encoding import accepted
from unrolled.app.flights import Gone
from unrolled.app.tags import entity_tag, names

_TAG = {
    "description": "Follows from the request: the same for all requests that mean the same.",
    "schema": {"type": "string"},
}
TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": _TAG}},
    304: {"description": "The client has this answer already.", "headers": {"ETag": _TAG}},
}
"""The `responses` of a route that answers so."""

IF_NONE_MATCH = "Tags of answers that the client has: 304 for one of them."


def departure(request: Request) -> Callable[[], Awaitable[None]]:
    """What returns when the client has left."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue

    return gone


async def computed(request: Request, form: bytes, if_none_match: str | None) -> Response:
    """Answer with what `app.job.work` makes of a form.

    Args:
        request: whose client may leave before the answer is there.
        form: what is asked, in its canonical form.
        if_none_match: the header, if there is one.
    Raises:
        BadInput, QueueFull, TooSlow, TooLarge, JobFailed, ClientGone: as `Compute` raises them.
    """
    state = request.app.state
    form = await completed(state.store, state.settings, form)
    tag = entity_tag(form)
    headers = {"ETag": tag, "Vary": "Accept-Encoding"}
    if names(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    packed = accepted(request.headers.get("accept-encoding"), "gzip")
    body = state.answers.get((tag, packed))
    if body is None:
        key, compute = (tag, packed), state.compute

        async def start(nobody: Gone) -> bytes:
            came = await came_with(state.store, form)
            answer: bytes = await compute.flow(form, packed, nobody, came)
            state.answers.keep(key, answer)
            return answer

        gone = departure(request)
        body = await state.flights.share(key, start, gone, compute.retry_after)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)
