"""One line in the log and one count for every request."""

import logging
import time
from typing import Any

from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unrolled.app.logs import ACCESS
from unrolled.app.metrics import Metrics

_ENDED = "unrolled.ended"
"""Where a request's scope says with which status and how many bytes its connection was ended."""

_LONGEST_PATH = 200
_log = logging.getLogger(ACCESS)


def ended(scope: Any, status: int, sent: int) -> None:
    """Below the application something was answered that it does not see.

    Args:
        scope: of the request.
        status: of that answer.
        sent: the bytes of its body.
    """
    scope[_ENDED] = status, sent


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
        status, sent = scope.get(_ENDED, (status, sent))
        route = _declared(scope)
        self.metrics.observe(scope["method"], route, status, seconds)
        fields = {
            "method": scope["method"],
            "path": scope["path"][:_LONGEST_PATH],
            "status": status,
            "ms": round(1e3 * seconds, 2),
            "bytes": sent,
        }
        _log.info("request", extra={"fields": fields})


def _declared(scope: Scope) -> str:
    """The path of the request's route as it is declared; `other` where there is none.

    Routes with a schema say it themselves; plain ones and what is mounted do not.
    """
    said: str | None = getattr(scope.get("route"), "path", None)
    if said:
        return said
    root = scope.get("app_root_path", scope.get("root_path", ""))
    path = scope["path"].removeprefix(root)
    for one in scope["app"].routes if "app" in scope else ():
        if isinstance(one, Mount) and path.startswith(f"{one.path}/"):
            return one.path
        if isinstance(one, Route) and path == one.path:
            return one.path
    return "other"
