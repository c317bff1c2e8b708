"""Routes whose large bodies are read by a worker."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from unrolled.app.budget import Held
from unrolled.app.computed import computed, departure
from unrolled.app.errors import ClientGone
from unrolled.app.middleware.body_limit import HELD
from unrolled.app.reading import LARGE, refuse_shape
from unrolled.app.routes.json_only import require_json

KEEP = (
    "; larger weights are kept as a file by POST /api/v1/networks, a longer sequence by POST "
    "/api/v1/sequences"
)
"""What to do with an experiment that is larger than a body may be."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class LargeBodies(APIRoute):
    """FastAPI's route, which for a body above `LARGE` answers as it would, and elsewhere."""

    def get_route_handler(self) -> Handler:
        """FastAPI's for what is small, which costs a worker more than it saves."""
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                size = len(await request.body())
            except ClientDisconnect:
                raise ClientGone from None
            return await (usual(request) if size <= LARGE else _elsewhere(request, self.name))

        return handle


async def _elsewhere(request: Request, route: str) -> Response:
    """The answer to a large body, which is let go of when a worker has read it."""
    await require_json(request)
    state = request.app.state
    async with state.counting:  # one after the other, so that many hold up nobody either
        await refuse_shape(await request.body(), state.settings)
    form = await state.compute.read(route, await request.body(), state.settings, departure(request))
    request._body = b""
    held: Held = request.scope[HELD]
    held.become(len(form))
    return await computed(request, form, request.headers.get("if-none-match"))
