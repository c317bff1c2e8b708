"""JSON, compressed; and back, never to more than it was."""

import hashlib
import zlib

from isal import isal_zlib

_QUICK = 1


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


def digest(body: bytes) -> str:
    """What the body is called."""
    return hashlib.sha256(body).hexdigest()
