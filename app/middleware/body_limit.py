"""Refuse request bodies above a limit, by their announced length and while they stream in."""

from collections.abc import Mapping

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unrolled.app.budget import Budget, Held
from unrolled.app.errors import BodiesFull, sized
from unrolled.app.problems import problem

HELD = "unrolled.held"
"""Where a request's scope says what it has of the budget."""

_STREAM_PATIENCE = 10
"""How many times as long a body may take that is streamed, and larger."""


class BodyLimit:
    """413 for a body above `max_bytes`; nothing beyond the limit is ever held.

    503 where all bodies that are there at once are larger than their budget, and
    408 for one that is not there `seconds` after the service began to read it.

    Args:
        app: what reads the bodies.
        max_bytes: of a body.
        seconds: for a body to arrive.
        bodies: the budget of those that are held whole.
        streamed: path → most bytes of a body that its route reads a piece at a time.
        instead: path → what may be done where its body is too large, as the end of a sentence.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        seconds: float,
        bodies: Budget,
        streamed: Mapping[str, int],
        instead: Mapping[str, str],
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds
        self.bodies = bodies
        self.streamed = streamed
        self.instead = instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting `receive`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        streamed = self.streamed.get(scope["path"])
        most = streamed or self.max_bytes
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > most:
            refusal = problem(413, self._detail(sized(announced[:20]), most, scope))
            await refusal(scope, receive, send)
            return
        held = scope[HELD] = Held(self.bodies)
        try:
            budget = None if streamed else held
            await self.app(scope, self._counted(receive, budget, most, scope), send)
        finally:
            held.become(0)

    def _detail(self, received: str, most: int, scope: Scope) -> str:
        instead = self.instead.get(scope["path"], "")
        return f"received a body of {received}; allowed: {sized(most)}{instead}"

    def _counted(self, receive: Receive, held: Held | None, most: int, scope: Scope) -> Receive:
        seconds = self.seconds * (1 if held else _STREAM_PATIENCE)
        received = 0
        coming = True
        deadline: float | None = None

        async def counted() -> Message:
            nonlocal received, coming, deadline
            if not coming:  # what is left to receive is the end of the connection
                return await receive()
            deadline = deadline or anyio.current_time() + seconds
            try:
                with anyio.fail_after(deadline - anyio.current_time()):
                    message = await receive()
            except TimeoutError:
                detail = (
                    f"received {received} bytes of a body in {seconds:g} seconds; allowed: "
                    "the whole body in that time (UNROLLED_REQUEST_SECONDS)"
                )
                raise HTTPException(408, detail, {"Connection": "close"}) from None
            coming = message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > most:
                told = self._detail(f"at least {sized(received)}", most, scope)
                raise HTTPException(413, told)
            if held and not held.grow(received):
                raise BodiesFull(self.bodies.most)
            return message

        return counted
