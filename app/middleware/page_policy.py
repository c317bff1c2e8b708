"""What browsers may do with an answer: everything from this server, nothing inline but styles."""

from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RULES = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
"""The content security policy, without who may frame the page."""

_UNUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What goes with every answer, whoever asked."""

NO_FRAMES = {
    "Content-Security-Policy": "; ".join(
        f"{name} {sources}" for name, sources in (RULES | {"frame-ancestors": "'none'"}).items()
    ),
    "X-Frame-Options": "DENY",
}
"""What goes with every answer but the page that may be embedded."""


_EMBEDDED = ("/", "/train")
"""Paths of the pages that may be a part of another one."""


class PagePolicy:
    """Send the policy with every answer, those to requests that failed included.

    Args:
        app: what answers.
        embed_origins: the origins whose pages may frame what `embeds`; nobody may frame the rest.
    """

    def __init__(self, app: ASGIApp, embed_origins: Sequence[str] = ()) -> None:
        self.app = app
        ancestors = {"frame-ancestors": " ".join(embed_origins)}
        policy = "; ".join(f"{name} {sources}" for name, sources in (RULES | ancestors).items())
        self._framed = {"Content-Security-Policy": policy} if embed_origins else NO_FRAMES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers as the answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        frames = self._framed if embeds(scope) else NO_FRAMES

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS | frames)
            await send(message)

        await self.app(scope, receive, with_policy)


def embeds(scope: Scope) -> bool:
    """Whether a request is for a page as a part of another one: `/?embed=1`."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return scope["path"] in _EMBEDDED and query.get("embed") == ["1"]
