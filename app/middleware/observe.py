"""One line in the log and one count for every request."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unrolled.app.logs import ACCESS
from unrolled.app.metrics import Metrics

_LONGEST_PATH = 200
_log = logging.getLogger(ACCESS)


class Observe:
    """Method, path, status, milliseconds and bytes; never a query, a header or a body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look at what is sent."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status, sent = 500, 0  # what the server sends where nothing else comes

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            self._note(scope, status, sent, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "other"
        self.metrics.observe(scope["method"], route, status, seconds)
        fields = {
            "method": scope["method"],
            "path": scope["path"][:_LONGEST_PATH],
            "status": status,
            "ms": round(1e3 * seconds, 2),
            "bytes": sent,
        }
        _log.info("request", extra={"fields": fields})
