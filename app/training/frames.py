"""What goes between the service and a process that trains: a head in JSON and bytes, framed.

length of the head (4 bytes, little-endian)   length of the body (4 bytes)   head   body
"""

import asyncio
import struct
from typing import IO, Any

import msgspec

_LENGTHS = struct.Struct("<II")
MOST_HEAD = 2**24
MOST_BODY = 2**31
"""No frame is larger, whatever it says."""

Head = dict[str, Any]
Frame = tuple[Head, bytes]


class Broken(Exception):
    """What came is no frame."""


def framed(head: Head, body: bytes = b"") -> bytes:
    """A frame as bytes."""
    text = msgspec.json.encode(head)
    return _LENGTHS.pack(len(text), len(body)) + text + body


def _lengths(raw: bytes) -> tuple[int, int]:
    head, body = _LENGTHS.unpack(raw)
    if head > MOST_HEAD or body > MOST_BODY:
        raise Broken(f"a frame of {head} and {body} bytes")
    return head, body


def read(stream: IO[bytes]) -> Frame | None:
    """The next frame; None where the stream ends.

    Raises:
        Broken: it is something else.
    """
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head, body = _lengths(lengths)
    text, rest = stream.read(head), stream.read(body)
    if len(text) < head or len(rest) < body:
        return None
    return msgspec.json.decode(text), rest


async def receive(stream: asyncio.StreamReader) -> Frame | None:
    """The same, where waiting holds up nobody."""
    try:
        head, body = _lengths(await stream.readexactly(_LENGTHS.size))
        text = await stream.readexactly(head)
        return msgspec.json.decode(text), await stream.readexactly(body) if body else b""
    except asyncio.IncompleteReadError:
        return None
