"""An answer for the requests that the end of the service interrupts."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import problem


class Stopping:
    """503 where the server cancels a request before it has an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a cancelled one is told to come again."""
        started = scope["type"] != "http"

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except asyncio.CancelledError:
            if started:
                raise
            refusal = problem(503, "the service stops; try again", headers={"Retry-After": "1"})
            await refusal(scope, receive, send)
