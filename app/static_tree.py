"""The page's own files under one hash of the whole tree.

ES modules import each other by relative path, so the hash stands before the path:
`/static/<hash>/js/main.js`. One changed file gives every file a new address, and
what carries the current hash may be cached for ever.
"""

import hashlib
import re
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.packed import IMMUTABLE

_HASH = re.compile(r"[0-9a-f]{12}")
_Stamp = tuple[tuple[str, int, int], ...]


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

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its cache headers; an outdated hash still finds the current file."""
        first, _, rest = path.partition("/")
        hashed = bool(rest) and _HASH.fullmatch(first) is not None
        response = await super().get_response(rest if hashed else path, scope)
        current = hashed and first == self.hash()
        response.headers["Cache-Control"] = IMMUTABLE if current else "no-cache"
        return response
