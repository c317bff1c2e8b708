"""Content codings: which of them a client takes, and how bytes become them."""

import importlib
import re
import zlib
from collections.abc import Callable, Mapping

from isal import isal_zlib

GZIP_QUICK = 1
"""zlib's level for pages and small files."""
_ISAL_LEVEL = 2
_GZIP_BEST = 9
_GZIP_FORM = 16 + zlib.MAX_WBITS
_BLANK = re.compile(r"[ \t]+")
_NEVER = re.compile(r"q=0(\.0*)?")
_BROTLI_GOOD = 9  # 0.4 s for Plotly's 4.8 MB; 11 takes many seconds and saves 3 % more


def gzip(body: bytes) -> bytes:
    """The gzip form of an answer, the same bytes every time (no time stamp).

    By ISA-L: a third of zlib's time at its quickest level, and smaller; what other libraries and
    levels come to is what `benchmarks/bench_encoding.py` prints.
    """
    return isal_zlib.compress(body, _ISAL_LEVEL, _GZIP_FORM)


def _gzip_best(body: bytes) -> bytes:
    packer = zlib.compressobj(_GZIP_BEST, zlib.DEFLATED, _GZIP_FORM)
    return packer.compress(body) + packer.flush()


def _codings() -> Mapping[str, Callable[[bytes], bytes]]:
    known: dict[str, Callable[[bytes], bytes]] = {"gzip": _gzip_best}
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
        allowed = _NEVER.fullmatch(_BLANK.sub("", parameters)) is None
        if name.strip() == coding:
            return allowed
        if name.strip() == "*":
            wanted = allowed
    return wanted
