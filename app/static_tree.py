"""The page's own files under one hash of the whole tree.

ES modules import each other by relative path, so the hash stands before the path:
`/static/<hash>/js/main.js`. One changed file gives every file a new address, and
what carries the current hash may be cached for ever.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from unrolled.app.packed import IMMUTABLE
from unrolled.app.problems import problem

_HASH = re.compile(r"[0-9a-f]{12}")
_Stamp = tuple[tuple[str, int, int], ...]


_RANGES = {
    400: "received a Range that cannot be read; allowed: bytes=first-last, as in RFC 9110",
    416: "received a Range that lies outside the file; allowed: one that begins within it",
}


class _Explained(Response):
    """A file, or a problem document where the range of it that is asked for cannot be given.

    A range in another unit than bytes is ignored, as RFC 9110, 14.2, demands.
    """

    def __init__(self, file: FileResponse) -> None:
        self._file = file
        self.status_code = file.status_code
        self.raw_headers = file.raw_headers  # one list: who adds a header adds it to the file's
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or why not."""
        if not _bytes_asked(scope):
            kept = [pair for pair in scope["headers"] if pair[0] != b"range"]
            scope = {**scope, "headers": kept}
        refused = False

        async def explained(message: Message) -> None:
            nonlocal refused
            if refused:
                return
            if message["type"] == "http.response.start" and message["status"] in _RANGES:
                refused = True
                headers = {
                    name.decode("latin-1"): value.decode("latin-1")
                    for name, value in message["headers"]
                    if name.lower() == b"content-range"
                }
                answer = problem(message["status"], _RANGES[message["status"]], headers=headers)
                await answer(scope, receive, send)
            else:
                await send(message)

        await self._file(scope, receive, explained)


def _bytes_asked(scope: Scope) -> bool:
    unit, _, _ = Headers(scope=scope).get("range", "").partition("=")
    return unit.strip().lower() == "bytes"


class StaticTree(StaticFiles):
    """Serve a directory at `/<path>` (no-cache) and at `/<hash>/<path>` (immutable)."""

    def __init__(self, directory: Path, prefix: str) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._root = directory
        self._prefix = prefix
        self._stamp: _Stamp | None = None
        self._hash = ""

    def url(self, path: str) -> str:
        """The address of a file, with the hash of the tree as it is now."""
        return f"{self._prefix}/{self.hash()}/{path.lstrip('/')}"

    def hash(self) -> str:
        """Twelve hex digits over every path and content; read again only when a file changed."""
        files = sorted(path for path in self._root.rglob("*") if path.is_file())
        stats = [path.stat() for path in files]
        stamp = tuple(
            (str(path), stat.st_mtime_ns, stat.st_size)
            for path, stat in zip(files, stats, strict=True)
        )
        if stamp != self._stamp:
            digest = hashlib.sha256()
            for path in files:
                content = path.read_bytes()
                name = path.relative_to(self._root).as_posix()
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
            self._hash, self._stamp = digest.hexdigest()[:12], stamp
        return self._hash

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Starlette's answer, whose refusals of a range are problem documents."""
        response = super().file_response(*args, **options)
        return _Explained(response) if isinstance(response, FileResponse) else response

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its cache headers; an outdated hash still finds the current file."""
        first, _, rest = path.partition("/")
        hashed = bool(rest) and _HASH.fullmatch(first) is not None
        response = await super().get_response(rest if hashed else path, scope)
        current = hashed and first == self.hash()
        response.headers["Cache-Control"] = IMMUTABLE if current else "no-cache"
        return response
