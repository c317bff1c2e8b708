"""HEAD wherever GET is."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKED = "unrolled.method"
"""Where the scope says which method was asked for."""


class Head:
    """Answer HEAD as GET would be answered, without the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as GET, and keep what it says to itself."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        ended = False

        async def heads(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        inner = {**scope, "method": "GET", ASKED: "HEAD"}
        try:
            await self.app(inner, receive, heads)
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]
