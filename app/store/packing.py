"""JSON, compressed; and back, never to more than it was."""

import hashlib
import zlib

import numpy as np
from isal import isal_zlib

_QUICK = 1
_NUMBER = 8
"""Bytes of a number in double precision, or of two in single."""


def packed(body: bytes) -> bytes:
    """The zlib form, quickly made: the databases' rows are for a disk, not for a wire."""
    return isal_zlib.compress(body, _QUICK)


def unpacked(body: bytes, size: int) -> bytes:
    """What was packed.

    Args:
        body: as `packed` made it.
        size: of what it was; nothing larger is ever made.
    Raises:
        OSError: the row holds something else.
    """
    reader = zlib.decompressobj()
    try:
        found = reader.decompress(body, size + 1)
    except zlib.error as error:
        raise OSError(f"database disk image is malformed: {error}") from None
    if len(found) != size:
        raise OSError("database disk image is malformed: a row has another size than it says")
    return found


def packed_numbers(body: bytes) -> bytes:
    """The same of bytes that are mostly numbers: their first bytes, which are alike, together."""
    whole = len(body) - len(body) % _NUMBER
    apart = np.frombuffer(body, np.uint8, whole).reshape(-1, _NUMBER).T
    return packed(apart.tobytes() + body[whole:])


def unpacked_numbers(body: bytes, size: int) -> bytes:
    """What was packed so; the errors are those of `unpacked`."""
    raw = unpacked(body, size)
    whole = size - size % _NUMBER
    apart = np.frombuffer(raw, np.uint8, whole).reshape(_NUMBER, -1).T
    return apart.tobytes() + raw[whole:]


def digest(body: bytes) -> str:
    """What the body is called."""
    return hashlib.sha256(body).hexdigest()
