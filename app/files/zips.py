"""Zip archives, of which no member is unpacked that could be a trick."""

import re
import zipfile
from pathlib import Path

from unrolled.app.errors import shown
from unrolled.app.files.content import Refused, few, reading

MOST_UNPACKED = 2**30
"""Bytes of all members together."""
MOST_RATIO = 100
_FREE = 2**20
"""So many bytes of all members may be packed as tightly as they like."""

_HEAD = 30
_ENCRYPTED = 0x1
_TAKEN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)")

Members = dict[str, zipfile.ZipInfo]


def opened(path: Path) -> tuple[zipfile.ZipFile, Members]:
    """An archive, and its members by name.

    Raises:
        Refused: it is none; a name comes twice or leads elsewhere; members overlap, are encrypted,
            or unpack to too much.
    """
    with reading("a zip archive"):
        archive = zipfile.ZipFile(path)
        listed = archive.infolist()
    try:
        return archive, _checked(listed, path.stat().st_size)
    except Refused:
        archive.close()
        raise


def _checked(listed: list[zipfile.ZipInfo], size: int) -> Members:
    few(len(listed))
    members: Members = {}
    for one in listed:
        _check(one)
        if one.filename in members:
            raise Refused(f"received {shown(one.filename)} twice in the archive")
        members[one.filename] = one
    whole = sum(one.file_size for one in listed)
    packed = sum(one.compress_size for one in listed)
    if whole > MOST_UNPACKED or (whole > _FREE and whole > MOST_RATIO * packed):
        raise Refused(
            f"received an archive of {packed} bytes that unpack to {whole}; allowed: "
            f"{MOST_UNPACKED} bytes, and {MOST_RATIO} times the size"
        )
    _apart(listed, size)
    return members


def _check(one: zipfile.ZipInfo) -> None:
    name = one.filename
    if _OUTSIDE.search(name) or not name.isprintable():
        raise Refused(f"received a member called {shown(name)}; allowed: names within the archive")
    if one.flag_bits & _ENCRYPTED:
        raise Refused(f"{shown(name)} is encrypted; allowed: members that are not")
    if one.compress_type not in _TAKEN:
        raise Refused(f"{shown(name)} is packed by another method; allowed: stored or deflated")


def _apart(listed: list[zipfile.ZipInfo], size: int) -> None:
    """No byte of the file belongs to two members."""
    at = 0
    for one in sorted(listed, key=lambda one: one.header_offset):
        if one.header_offset < at:
            raise Refused(f"{shown(one.filename)} overlaps another member of the archive")
        at = one.header_offset + _HEAD + one.compress_size
    if at > size:
        raise Refused("the last member of the archive goes beyond its end")
