"""Fragments of links as somebody may write them."""

from urllib.parse import quote, urlencode

GIVEN = {"source": "explicit", "loss": "squared-error"}


def data(text: str) -> str:
    """A sequence given as numbers, which are written in any way at all."""
    return urlencode(GIVEN | {"data": text})


def in_a(fragment: str) -> str:
    """The same as the experiment that another is compared with."""
    return f"compare={quote(fragment, safe='')}"
