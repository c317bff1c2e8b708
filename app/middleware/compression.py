"""Compress answers cheaply for the clients that take gzip."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from unrolled.app.assets import ASSETS_PREFIX
from unrolled.app.encoding import GZIP_QUICK, accepted

_SMALLEST = 1000


class Compression:
    """Starlette's gzip, but not for files packed beforehand.

    Starlette looks for the word gzip alone: it is told so where the header, read whole, allows it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packing = GZipMiddleware(app, minimum_size=_SMALLEST, compresslevel=GZIP_QUICK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with gzip around it, which says in any case what it varies by."""
        if scope["type"] != "http" or scope["path"].startswith(f"{ASSETS_PREFIX}/"):
            await self._plain(scope, receive, send)
            return
        packs = accepted(Headers(scope=scope).get("accept-encoding"), "gzip")
        said = (b"accept-encoding", b"gzip" if packs else b"identity")
        others = [pair for pair in scope["headers"] if pair[0] != said[0]]
        scope["headers"] = [*others, said]  # in place: who counts reads the route off this scope
        await self._packing(scope, receive, send)
