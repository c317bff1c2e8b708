"""One connection to a client that may be slow or mean: uvicorn's protocol with limits of its own.

uvicorn reads a request's head without a limit in size or time, keeps a connection open whose body
never ends, and waits without end for a client that takes no answer. What is counted here is coarse
(a read of the socket more or less); `RequestGuard` counts to the byte.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.middleware.page_policy import HEADERS, NO_FRAMES
from app.problems import problem
from app.settings import Settings

LINGER_SECONDS = 10.0
LINGER_BYTES = 2**26
"""How long, and how much of, a request that has its answer already may still come."""


class _Closing:
    """A transport whose `close` is the connection's `end`."""

    def __init__(self, transport: asyncio.Transport, connection: "Connection") -> None:
        self._transport = transport
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():  # the client has gone, and the cycle hears of it later
            self._transport.write(data)

    def is_closing(self) -> bool:
        return self._connection.lingers or self._transport.is_closing()

    def close(self) -> None:
        self._connection.end()


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which ends a connection where a head, a body or a reader does not.

    * A head larger than both limits together: 431, and the end.
    * A head that takes longer than `request_seconds`: 408 where it was begun, and the end.
    * A body that goes on after its answer: read and thrown away for a bounded time and size, so
      that a client which reads only when it has sent finds its answer rather than a reset
      connection (RFC 9112, 9.6); then the end.
    * A client that takes nothing of an answer for `request_seconds`: the end.
    * What is no HTTP at all: 400 as a problem document.
    """

    max_head_bytes: ClassVar[int]
    max_url_bytes: ClassVar[int]
    seconds: ClassVar[float]
    linger_seconds: ClassVar[float]
    linger_bytes: ClassVar[int] = LINGER_BYTES

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and has said nothing yet."""
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._in_head = True
        self._head_bytes = 0
        self._drained = 0
        self._lingers = self._stops = False
        self._socket = transport
        super().connection_made(cast(asyncio.Transport, _Closing(transport, self)))
        self._start("head", self.seconds, self._no_head)

    # --- heads ------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read on; what comes while a head is still open counts towards its size."""
        if self._lingers or "body" in self._timers:
            self._drained += len(data)
            if self._drained > self.linger_bytes:
                self._socket.close()
        if self.transport.is_closing():
            return
        self._head_bytes += len(data) if self._in_head else 0
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head_bytes > self.max_head_bytes:
            if not self._refused_address():
                self._refuse(
                    431, f"received a head of more than {self.max_head_bytes} bytes; allowed: fewer"
                )
        elif self._in_head and not self._answering() and "head" not in self._timers:
            self._start("head", self.seconds, self._no_head)

    def on_headers_complete(self) -> None:
        """The head is there; the rest is the application's."""
        self._in_head = False
        self._head_bytes = 0
        self._stop("head")
        super().on_headers_complete()

    def _no_head(self) -> None:
        if self._head_bytes:
            self._refuse(
                408, f"received no whole head in {self.seconds:g} seconds; allowed: all of it"
            )
        else:
            self.transport.close()

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    # --- bodies -----------------------------------------------------------------------------------

    def on_message_complete(self) -> None:
        """The body is there; the next thing is another head."""
        self._in_head = True
        self._drained = 0
        self._stop("body")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is out; what is left of the body may follow for a little while."""
        unfinished = not self._in_head and self.cycle.more_body
        super().on_response_complete()
        if unfinished and not self.transport.is_closing():
            self._start("body", self.linger_seconds, self._socket.close)
        elif self._head_bytes and not self._answering():
            self._start("head", self.seconds, self._no_head)

    # --- answers ----------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        """The client takes less than is sent."""
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """The client has taken it."""
        self._stop("write")
        super().resume_writing()

    def _watch_writing(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._start("write", self.seconds, self._still_writing, waiting)

    def _still_writing(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:
            self._watch_writing()
        else:
            self.transport.abort()

    # --- the end ----------------------------------------------------------------------------------

    @property
    def lingers(self) -> bool:
        """Whether the last answer is out and what still comes is thrown away."""
        return self._lingers

    def end(self) -> None:
        """End the connection; linger where the answer is out and its request is still coming."""
        cycle: RequestResponseCycle | None = self.cycle
        answered = cycle is not None and cycle.response_complete and cycle.more_body
        if answered and not (self._in_head or self._lingers or self._stops):
            self._linger()
        else:
            self._socket.close()

    def _linger(self) -> None:
        """Say that nothing more is said, and read on until the client ends or the bounds do."""
        if self._lingers or self._socket.is_closing():
            return
        self._lingers = True
        self.flow.resume_reading()
        if self._socket.can_write_eof():
            self._socket.write_eof()
        if "body" not in self._timers:
            self._start("body", self.linger_seconds, self._socket.close)

    def shutdown(self) -> None:
        """The service stops: nobody lingers."""
        self._stops = True
        super().shutdown()
        if self._lingers:
            self._socket.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        for name in list(self._timers):
            self._stop(name)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn says in plain text, as a problem document."""
        if self._answering():
            if self.pipeline or self.cycle.response_started:
                self.transport.close()  # another answer would stand in the middle of this one
                return
            self.cycle.disconnected = True  # the application finds its client gone
            self.cycle.message_event.set()
        if not self._refused_address():
            self._refuse(400, "received what is no HTTP request; allowed: HTTP/1.1")

    def _refused_address(self) -> bool:
        """Whether the address alone is too long, which httptools reads no further than 64 KB."""
        longest = self.max_url_bytes
        if len(getattr(self, "url", b"")) <= longest:
            return False
        self._refuse(
            414,
            f"received an address of more than {longest} bytes; allowed: {longest} "
            "(UNROLLED_MAX_URL_BYTES)",
        )
        return True

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: a request to speak WebSocket is answered like any other, and is no event."""

    def _refuse(self, status: int, detail: str) -> None:
        """Answer without the application, and end the connection."""
        answer = problem(status, detail, headers=HEADERS | NO_FRAMES | {"Connection": "close"})
        lines = [name + b": " + value + b"\r\n" for name, value in answer.raw_headers]
        head = [STATUS_LINE[status], *lines, b"\r\n"]
        self._socket.write(b"".join([*head, cast(bytes, answer.body)]))
        self._linger()

    def _start(self, name: str, seconds: float, act: Callable[..., None], *given: Any) -> None:
        self._stop(name)
        self._timers[name] = self.loop.call_later(seconds, act, *given)

    def _stop(self, name: str) -> None:
        if name in self._timers:
            self._timers.pop(name).cancel()


def connection(settings: Settings) -> type[Connection]:
    """The protocol with the limits of these settings, for uvicorn's `http`."""
    limits = {
        "max_head_bytes": settings.max_url_bytes + settings.max_header_bytes,
        "max_url_bytes": settings.max_url_bytes,
        "seconds": settings.request_seconds,
        "linger_seconds": min(LINGER_SECONDS, settings.request_seconds),
    }
    return cast(type[Connection], type("LimitedConnection", (Connection,), limits))
