"""An answer for the requests that the end of the service interrupts."""

import asyncio

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unrolled.app.problems import stopping


class Running:
    """How many requests have no complete answer yet."""

    def __init__(self) -> None:
        self.count = 0

    async def ended(self, seconds: float) -> None:
        """Wait until there is none, but not longer than that."""
        with anyio.move_on_after(seconds):
            while self.count:  # noqa: ASYNC110  (an event for each request would cost each)
                await anyio.sleep(0.01)


class Stopping:
    """503 where the server cancels a request before it has an answer."""

    def __init__(self, app: ASGIApp, running: Running) -> None:
        self.app = app
        self.running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a cancelled one is told to come again."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.running.count += 1
        try:
            await self._answer(scope, receive, send)
        finally:
            self.running.count -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except asyncio.CancelledError:
            if started:
                raise
            await stopping()(scope, receive, send)
