"""One connection to a client that may be slow or mean: uvicorn's protocol with limits of its own.

uvicorn reads a request's head without a limit in size or time, keeps a connection open whose body
never ends, and waits without end for a client that takes no answer. What is counted here is coarse
(a read of the socket more or less); `RequestGuard` counts to the byte.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from unrolled.app.framing import Framing
from unrolled.app.middleware.observe import ended
from unrolled.app.middleware.page_policy import HEADERS, NO_FRAMES
from unrolled.app.problems import problem
from unrolled.app.settings import Settings

LINGER_SECONDS = 10.0
LINGER_BYTES = 2**26
"""How long, and how much of, a request that has its answer already may still come."""

TURN = 2**14
"""Bytes that one connection reads before others have their turn."""
AHEAD = 2**16
"""Bytes that may wait to be read as HTTP before the socket is left alone."""

_BODY = frozenset({b"content-length", b"transfer-encoding"})


class _Reading(FlowControl):
    """uvicorn's flow control, by which nobody resumes reading while the connection has enough."""

    held = False

    def hold(self, held: bool) -> None:
        """Leave the socket alone, or read on."""
        if held != self.held:
            self.held = held
            (self.pause_reading if held else self.resume_reading)()

    def resume_reading(self) -> None:
        """Read on, unless held."""
        if not self.held:
            super().resume_reading()


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

    * Requests that come before the answer to an earlier one: a few wait, the rest stays unread.
    * A head larger than both limits together: 431, and the end. So where the sizes and extensions
      of a body's chunks, and its trailers, outweigh a quarter of the body by a head's size; no
      trailer becomes a header (RFC 9110, 6.5.1).
    * A head that takes longer than `request_seconds`: 408 where it was begun, and the end.
    * A body that goes on after its answer: read and thrown away for a bounded time and size, so
      that a client which reads only when it has sent finds its answer rather than a reset
      connection (RFC 9112, 9.6); then the end.
    * A client that takes nothing of an answer for `request_seconds`: the end.
    * What is no HTTP at all: 400 as a problem document, after the answers that are due.
    """

    max_head_bytes: ClassVar[int]
    max_header_bytes: ClassVar[int]
    max_url_bytes: ClassVar[int]
    seconds: ClassVar[float]
    linger_seconds: ClassVar[float]
    linger_bytes: ClassVar[int] = LINGER_BYTES

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and has said nothing yet."""
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._in_head = True
        self._head_bytes = self._drained = 0
        self._unread = bytearray()
        self._framing = Framing()
        self._fault: tuple[int, str] | None = None
        self._asked: RequestResponseCycle | None = None
        self._lingers = self._stops = self._waits_its_turn = False
        self._socket = transport
        super().connection_made(cast(asyncio.Transport, _Closing(transport, self)))
        self.flow: _Reading = _Reading(self.transport)
        self._start("head", self.seconds, self._no_head)

    # --- reading ----------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read on, unless an earlier request has to be answered first."""
        if self._lingers or "body" in self._timers:
            self._drained += len(data)
            if self._drained > self.linger_bytes:
                self._socket.close()
        if self.transport.is_closing() or self._fault:
            return
        self._unread += data
        self._read_on()

    def _read_on(self) -> None:
        """Read piece by piece while no request waits, then see what is missing.

        Not all at once: others have their turn in between.
        """
        most = len(self._unread) - TURN
        while self._unread and not (self.pipeline or self._fault or self.transport.is_closing()):
            if len(self._unread) <= most:
                self._read_later()
                break
            self._read()
        if self.transport.is_closing():
            return
        self.flow.hold(self._fault is not None or len(self._unread) > AHEAD)
        if self._head_bytes and not self._answering() and "head" not in self._timers:
            self._start("head", self.seconds, self._no_head)

    def _read_later(self) -> None:
        if not self._waits_its_turn:
            self._waits_its_turn = True
            self.loop.call_soon(self._read_in_turn)

    def _read_in_turn(self) -> None:
        self._waits_its_turn = False
        self._read_on()

    def _read(self) -> None:
        """Read a piece as HTTP; what brings no body counts towards the size of a head."""
        waiting, heads, piece = len(self._unread), self._in_head, b""
        self._unset_keepalive_if_required()
        try:
            piece = self._framing.take(self._unread)
            read = waiting - len(self._unread)
            self._head_bytes += read if heads else 0
            if piece:
                self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as end:  # the protocol stays, and so does what follows
            self._unread[:0] = piece[end.args[0] :]
        except (httptools.HttpParserError, ValueError):
            if not self.transport.is_closing():
                self._end_with(400, "received what is no HTTP request; allowed: HTTP/1.1")
            return
        if self._head_bytes > self.max_head_bytes:
            self._end_with(
                431, f"received a head of more than {self.max_head_bytes} bytes; allowed: fewer"
            )
        elif not self._in_head and self._framing.excess > self.max_header_bytes:
            self._end_with(
                431,
                f"received {self._framing.excess} bytes of chunk sizes, extensions and trailers "
                "beyond a quarter of the body; allowed: "
                f"{self.max_header_bytes} (UNROLLED_MAX_HEADER_BYTES)",
            )

    # --- heads ------------------------------------------------------------------------------------

    def on_headers_complete(self) -> None:
        """The head is there; the rest is the application's."""
        if self.parser.should_upgrade() and any(name in _BODY for name, _ in self.headers):
            raise ValueError("a body that the parser would take for another protocol")
        self._in_head = False
        self._head_bytes = 0
        self._framing.begin(self.headers)
        self._stop("head")
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._asked = cycle
        super()._start_asgi_task(cycle, app)

    def _no_head(self) -> None:
        if self._head_bytes:
            self._refuse(
                408, f"received no whole head in {self.seconds:g} seconds; allowed: all of it"
            )
        else:
            self.transport.close()

    def _answering(self) -> bool:
        """Whether a request that was read has no whole answer yet."""
        return self._asked is not None and not (self._asked.response_complete and not self.pipeline)

    # --- bodies -----------------------------------------------------------------------------------

    def on_message_complete(self) -> None:
        """The body is there; the next thing is another head."""
        self._in_head = True
        self._drained = 0
        self._stop("body")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is out; what is left of the body may follow for a little while."""
        unfinished = not self._in_head and self.cycle.response_complete
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self._fault and not self._answering():
            self._refuse(*self._fault)
            return
        if unfinished:
            self._start("body", self.linger_seconds, self._socket.close)
        self._read_on()

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
        left = self.transport.get_write_buffer_size()
        self._start("write", self.seconds, self._still_writing, left)

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
        answered = self.cycle and self.cycle.response_complete and self.cycle.more_body
        if answered and not (self._in_head or self._lingers or self._stops):
            self._linger()
        else:
            self._socket.close()

    def _linger(self) -> None:
        """Say that nothing more is said, and read on until the client ends or the bounds do."""
        if self._lingers or self._socket.is_closing():
            return
        self._lingers = True
        self._unread.clear()
        self.flow.hold(False)
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
        self._unread.clear()
        super().connection_lost(exc)
        if self._asked is not None and not self._asked.response_complete:
            self._asked.disconnected = True  # where others wait, uvicorn tells the last of them
            self._asked.message_event.set()
        for name in list(self._timers):
            self._stop(name)

    def _end_with(self, status: int, detail: str) -> None:
        """Answer what cannot be read on when all before it is answered, and end the connection."""
        if not self._in_head:  # the request is known, and its body broken
            if self.pipeline:
                self.pipeline.popleft()
            elif self.cycle.response_started:
                self._socket.close()  # another answer would stand in or after this one
                return
            else:
                self.cycle.disconnected = True  # the application finds its client gone
                self.cycle.message_event.set()
                ended(self.cycle.scope, status, self._refuse(status, detail))
                return
        elif (longest := self.max_url_bytes) < len(getattr(self, "url", b"")):
            status = 414  # httptools reads no address further than 64 KB
            detail = (
                f"received an address of more than {longest} bytes; allowed: {longest} "
                "(UNROLLED_MAX_URL_BYTES)"
            )
        if self._answering():
            self._fault = status, detail
            self._unread.clear()
        else:
            self._refuse(status, detail)

    def _refuse(self, status: int, detail: str) -> int:
        """Answer without the application, and end the connection; the bytes of its body."""
        answer = problem(status, detail, headers=HEADERS | NO_FRAMES | {"Connection": "close"})
        lines = [name + b": " + value + b"\r\n" for name, value in answer.raw_headers]
        body = cast(bytes, answer.body)
        self._socket.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self._linger()
        return len(body)

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
        "max_header_bytes": settings.max_header_bytes,
        "max_url_bytes": settings.max_url_bytes,
        "seconds": settings.request_seconds,
        "linger_seconds": min(LINGER_SECONDS, settings.request_seconds),
    }
    return cast(type[Connection], type("LimitedConnection", (Connection,), limits))
