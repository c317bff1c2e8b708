"""What never changes under its name: compressed once, cached for ever."""

import hashlib
from functools import partial
from pathlib import Path

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import Response

from unrolled.app.encoding import CODINGS, accepted
from unrolled.app.tags import names

IMMUTABLE = "public, max-age=31536000, immutable"


class PackedFile:
    """One file, held in memory as it is and in every content coding.

    The compressed forms are made in a thread, at the first call of `pack` or at the first
    request for one, so that the start of the service does not wait for them.

    Attributes:
        name: the versioned file name in its URL.
    """

    def __init__(self, name: str, source: Path | bytes, media_type: str) -> None:
        self.name = name
        self._source = source
        self._media_type = media_type
        self._forms: dict[str, bytes] = {}
        self._digest = ""
        self._lock = anyio.Lock()

    async def pack(self) -> None:
        """Read the file and make every form of it, once."""
        for coding in ("identity", *CODINGS):
            await self._form(coding)

    async def respond(self, headers: Headers) -> Response:
        """The file in the best coding that the client takes; 304 where it has it already."""
        accept = headers.get("accept-encoding")
        coding = next((name for name in CODINGS if accepted(accept, name)), "identity")
        body = await self._form(coding)
        etag = f'"{self._digest}-{coding}"'
        answer = {"Cache-Control": IMMUTABLE, "ETag": etag, "Vary": "Accept-Encoding"}
        if names(headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=answer)
        if coding != "identity":
            answer["Content-Encoding"] = coding
        return Response(body, media_type=self._media_type, headers=answer)

    def read(self) -> bytes:
        """The file as it is."""
        return self._source if isinstance(self._source, bytes) else self._source.read_bytes()

    async def _form(self, coding: str) -> bytes:
        async with self._lock:
            if "identity" not in self._forms:
                plain = await anyio.to_thread.run_sync(self.read)
                self._digest = hashlib.sha256(plain).hexdigest()[:16]
                self._forms["identity"] = plain
            if coding not in self._forms:
                compress = partial(CODINGS[coding], self._forms["identity"])
                self._forms[coding] = await anyio.to_thread.run_sync(compress)
            return self._forms[coding]
