"""A form of multipart/form-data, its file written to disk as it comes."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import anyio
import anyio.to_thread
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from unrolled.app.errors import BadInput, ClientGone, InputError, QueueFull, Unreadable, shown
from unrolled.app.settings import Settings
from unrolled.app.store.engine import data_folder

MEDIA_TYPE = "multipart/form-data"
LONGEST_NAME = 200
MOST_FIELD = 4_096
"""Bytes of a field that is no file."""
AROUND = 16_384
"""Bytes that a form may have around its file."""
_MOST_PARTS = 8
_AT_ONCE = 2**20
"""So many bytes are written at once: they come in pieces of some kilobytes."""
_FOLDER = "unrolled-upload-"
_WAIT_SECONDS = 2


@dataclass(slots=True)
class Received:
    """A form.

    Attributes:
        path: where its file stands.
        filename: what the client calls the file.
        digest: SHA-256 of the file.
        size: of the file, in bytes.
        fields: its other fields, as text.
    """

    path: Path
    filename: str = ""
    digest: str = ""
    size: int = 0
    fields: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def folder(settings: Settings) -> AsyncIterator[Path]:
    """A folder that is gone afterwards: beside the database, where there is more room than in /tmp.

    Args:
        settings: where data lies; where that may not be written to, it is the system's own folder.
    """
    made = await anyio.to_thread.run_sync(_folder, settings)
    try:
        yield Path(made.name)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(made.cleanup)


def _folder(settings: Settings) -> "tempfile.TemporaryDirectory[str]":
    if not settings.database_url:
        near = data_folder(settings)
        try:
            near.mkdir(mode=0o700, parents=True, exist_ok=True)
            return tempfile.TemporaryDirectory(prefix=_FOLDER, dir=near, ignore_cleanup_errors=True)
        except OSError:
            pass
    return tempfile.TemporaryDirectory(prefix=_FOLDER, ignore_cleanup_errors=True)


async def receive(request: Request, path: Path, taken: frozenset[str]) -> Received:
    """Read a form; its file goes to `path`.

    Args:
        request: whose body it is.
        path: of a file that is not there.
        taken: the names of fields beside `file`.
    Raises:
        HTTPException: 415, it is not announced as a form.
        Unreadable: it is none.
        BadInput: it has no file, or what is not asked for.
        ClientGone: the client left.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != MEDIA_TYPE.encode() or not boundary:
        given = kind.decode("latin-1")[:60]
        raise HTTPException(
            415, f"received {given!r}; allowed: {MEDIA_TYPE!r} with a boundary, the file as `file`"
        )
    form = _Form(path, taken)
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async with await anyio.open_file(path, "xb") as file:
            async for piece in request.stream():
                parser.write(piece)
                if form.waiting >= _AT_ONCE:
                    await file.write(form.ready())
            parser.finalize()
            await file.write(form.ready())
    except FormParserError as error:
        raise Unreadable(f"received what is no {MEDIA_TYPE}: {error}") from None
    except ClientDisconnect:
        raise ClientGone from None
    return form.whole()


def name_of(came: Received) -> str:
    """What the client calls it in its field `name`, or the last part of the file's name.

    Raises:
        BadInput: it is too long, or holds what cannot be kept.
    """
    given = came.fields.get("name", "")
    if len(given) > LONGEST_NAME or "\0" in given:
        told = f"received {shown(given)}; allowed: {LONGEST_NAME} characters, none of them 0"
        raise BadInput([InputError(("name",), told)])
    plain = PurePath(came.filename.replace("\\", "/")).name[:LONGEST_NAME]
    return given or "".join(one for one in plain if one.isprintable())


def full(waiting: int) -> QueueFull:
    """As many files arrive as may."""
    return QueueFull(waiting, _WAIT_SECONDS)


class _Form:
    """What the parser says, and the bytes that are to be written."""

    def __init__(self, path: Path, taken: frozenset[str]) -> None:
        self._received = Received(path)
        self._taken = taken
        self._hash = hashlib.sha256()
        self._ready = bytearray()
        self._header, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._name: str | None = None
        self._text = bytearray()
        self._parts = 0
        self._has_file = self._whole = False

    def callbacks(self) -> Any:
        """For the parser."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._end,
            "on_end": self._on_end,
        }

    @property
    def waiting(self) -> int:
        """How many bytes of the file are there to be written."""
        return len(self._ready)

    def ready(self) -> bytes:
        """Bytes of the file that came since the last call."""
        found = bytes(self._ready)
        self._ready.clear()
        return found

    def whole(self) -> Received:
        """All of it.

        Raises:
            BadInput: there is no file.
            Unreadable: the form was cut off.
        """
        if not self._whole:
            raise Unreadable("received a form that is cut off before its end")
        if not self._has_file:
            raise BadInput([InputError(("file",), "missing; this field is needed")])
        self._received.digest = self._hash.hexdigest()
        return self._received

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise BadInput([InputError((), f"received more than {_MOST_PARTS} fields")])
        self._headers, self._text = {}, bytearray()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, said = parse_options_header(self._headers.get(b"content-disposition"))
        name = said.get(b"name", b"").decode("utf-8", "replace")
        self._name = name
        if name == "file":
            if self._has_file:
                raise BadInput([InputError(("file",), "received two files; allowed: one")])
            self._has_file = True
            self._received.filename = said.get(b"filename", b"").decode("utf-8", "replace")
        elif name not in self._taken or name in self._received.fields:
            allowed = ", ".join(sorted({"file", *self._taken}))
            raise BadInput([InputError((name,), f"unknown field, or twice; allowed: {allowed}")])

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._name == "file":
            self._hash.update(piece)
            self._received.size += len(piece)
            self._ready += piece
            return
        self._text += piece
        if len(self._text) > MOST_FIELD:
            told = f"received more than {MOST_FIELD} bytes"
            raise BadInput([InputError((self._name or "",), told)])

    def _end(self) -> None:
        if self._name is not None and self._name != "file":
            try:
                self._received.fields[self._name] = self._text.decode("utf-8")
            except UnicodeDecodeError:
                told = f"received {shown(bytes(self._text[:20]))}; allowed: UTF-8"
                raise BadInput([InputError((self._name,), told)]) from None

    def _on_end(self) -> None:
        self._whole = True
