"""Content codings: which of them a client takes, and how bytes become them."""

import importlib
import re
import zlib
from collections.abc import Callable, Mapping

GZIP_QUICK = 1
"""For answers that are made for one request."""
_GZIP_BEST = 9
_NEVER = re.compile(r"q=0(\.0*)?")
_BROTLI_GOOD = 9  # 0.4 s for Plotly's 4.8 MB; 11 takes many seconds and saves 3 % more


def gzip(body: bytes, level: int = GZIP_QUICK) -> bytes:
    """The gzip form of a body, the same bytes every time (no time stamp)."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def _codings() -> Mapping[str, Callable[[bytes], bytes]]:
    known: dict[str, Callable[[bytes], bytes]] = {"gzip": lambda body: gzip(body, _GZIP_BEST)}
    try:
        brotli = importlib.import_module("brotli")
    except ModuleNotFoundError:
        return known
    return {"br": lambda body: bytes(brotli.compress(body, quality=_BROTLI_GOOD))} | known


CODINGS = _codings()
"""Coding → compressor for files that are packed once; the best first."""


def accepted(accept_encoding: str | None, coding: str) -> bool:
    """Whether an Accept-Encoding header names the coding (or *) with a quality above zero."""
    wanted = False
    for part in (accept_encoding or "").lower().split(","):
        name, _, parameters = part.partition(";")
        allowed = _NEVER.fullmatch(parameters.replace(" ", "")) is None
        if name.strip() == coding:
            return allowed
        if name.strip() == "*":
            wanted = allowed
    return wanted
