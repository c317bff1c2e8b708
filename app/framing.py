"""Where one HTTP message ends and its trailers stand, in the bytes of a connection."""

import re
from collections.abc import Callable, Iterable

PIECE = 2**11
"""Bytes that are read as HTTP at once: no more requests than stand in them wait for their turn."""

_DIGITS = 16
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,%d}" % _DIGITS)
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*\r\n")


class Framing:
    """Hands out a connection's bytes for the parser of HTTP, piece by piece, without trailers.

    The parser takes a trailer for what it is called: it obeys `Connection` and `Content-Length`
    there, which RFC 9110, 6.5.1, forbids. So it sees none. Heads go out line by line, that it
    may say where a body begins; everything but trailers it reads, and judges, itself.
    """

    def __init__(self) -> None:
        self._step: Callable[[bytearray], bytes] = self._head
        self._line = b""
        self._left = 0
        self.excess = 0
        """Bytes that frame a body (lines around chunks, trailers) beyond a quarter of its own."""

    def begin(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """A head is read, with these headers (names in lower case), which the parser found good."""
        given = dict(headers)
        self.excess = 0
        if b"transfer-encoding" in given:
            self._step = self._chunks
        elif int(given.get(b"content-length", 0)):
            self._left = int(given[b"content-length"])
            self._step = self._body

    def take(self, unread: bytearray) -> bytes:
        """What the parser reads next, taken from the front of `unread`; of trailers nothing.

        Raises:
            ValueError: a trailer is none.
        """
        return self._step(unread)

    def _head(self, unread: bytearray) -> bytes:
        return _front(unread, unread.find(b"\n", 0, PIECE) + 1 or PIECE)

    def _body(self, unread: bytearray) -> bytes:
        piece = _front(unread, min(self._left, PIECE))
        self._left -= len(piece)
        if not self._left:
            self._step = self._head
        return piece

    def _chunks(self, unread: bytearray) -> bytes:
        """Chunks and the lines before them, to the line of the last, whose size is 0."""
        at, end = 0, min(len(unread), PIECE)
        while at < end:
            if self._left:
                step = min(self._left, end - at)
                self._left -= step
                at += step
                continue
            stop = unread.find(b"\n", at, end) + 1
            self._line = (self._line + unread[at : stop or end])[: _DIGITS + 1]
            self.excess += (stop or end) - at
            at = stop or end
            if stop:
                found = _SIZE.match(self._line)
                size = int(found[0], 16) if found else 0  # the parser refuses what is no size
                self._line = b""
                self.excess = max(self.excess + len("\r\n") - size // 4, 0)
                self._left = size + len("\r\n") if size else 0
                if not size:
                    self._step = self._trailer
                    break
        return _front(unread, at)

    def _trailer(self, unread: bytearray) -> bytes:
        """Nothing of a trailer, and the empty line after the last."""
        piece = self._head(unread)
        self.excess += len(piece)
        self._line += piece
        line = self._line
        if not line.endswith(b"\n"):
            return b""
        self._line = b""
        if line == b"\r\n":
            self._step = self._head
            return line
        if not _TRAILER.fullmatch(line):
            raise ValueError("a trailer without a name, or with bytes that none may have")
        return b""


def _front(unread: bytearray, count: int) -> bytes:
    piece = bytes(unread[:count])
    del unread[:count]
    return piece
