"""Compress answers cheaply for the clients that take gzip."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from unrolled.app.assets import ASSETS_PREFIX
from unrolled.app.encoding import GZIP_QUICK, accepted

_SMALLEST = 1000


class Compression:
    """Starlette's gzip, but not for a quality of zero, and not for files packed beforehand."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packing = GZipMiddleware(app, minimum_size=_SMALLEST, compresslevel=GZIP_QUICK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with or without gzip around it."""
        packs = (
            scope["type"] == "http"
            and not scope["path"].startswith(f"{ASSETS_PREFIX}/")
            and accepted(Headers(scope=scope).get("accept-encoding"), "gzip")
        )
        await (self._packing if packs else self._plain)(scope, receive, send)
