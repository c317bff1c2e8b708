"""Refuse request bodies above a limit, by their announced length and while they stream in."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import problem


class BodyLimit:
    """413 for a body above `max_bytes`; nothing beyond the limit is ever held."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting `receive`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > self.max_bytes:
            refusal = problem(413, self._detail(f"{announced[:20]} bytes"))
            await refusal(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise HTTPException(413, self._detail(f"at least {received} bytes"))
            return message

        await self.app(scope, counted, send)

    def _detail(self, received: str) -> str:
        return f"received a body of {received}; allowed: {self.max_bytes} bytes"
