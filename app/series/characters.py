"""A text: one character a step, one-hot over the characters that it has."""

import numpy as np

from unrolled.app.files.content import Refused
from unrolled.app.series.content import MOST_CHARACTERS, MOST_NUMBERS, Content

NAME = "characters"
"""What the one column of a text is called."""

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def decoded(raw: bytes) -> str:
    """A file's text, its lines ended by \\n.

    Raises:
        Refused: it is neither UTF-8 nor marked as UTF-16, or holds what no text does.
    """
    coding = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(coding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"line {line}: received bytes that are not {coding.upper()} at position {error.start}; "
            "allowed: text in UTF-8",
            415,
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    place = text.find("\0")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise Refused(f"line {line}: received the character 0, which no text has", 415)
    return text


LATIN = "cp1252"


def latin(raw: bytes) -> str | None:
    """A file's text in Windows-1252, which is Latin-1 and a few more; None where it is none: where
    it holds control characters, or letters in UTF-8, of which some are then damaged.
    """
    if raw.startswith(tuple(_MARKS)) or not raw.decode("utf-8", "ignore").isascii():
        return None
    try:
        text = decoded(raw.decode(LATIN).encode())
    except (UnicodeDecodeError, Refused):
        return None
    return text if all(one.isprintable() or one.isspace() for one in text) else None


def read(text: str) -> Content:
    """A text as the places of its characters in its alphabet.

    Raises:
        Refused: it is too short, too long, or of too many different characters.
    """
    text = text.strip("\n")
    if len(text) < 2:
        raise Refused(f"received a text of {len(text)} characters; allowed: from 2")
    if len(text) > MOST_NUMBERS:
        raise Refused(f"received a text of {len(text)} characters; allowed: {MOST_NUMBERS}")
    points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    alphabet, places = np.unique(points, return_inverse=True)
    if len(alphabet) > MOST_CHARACTERS:
        raise Refused(
            f"received a text of {len(alphabet)} different characters; allowed: {MOST_CHARACTERS}"
        )
    values = places.astype(np.float64).reshape(-1, 1)
    return Content("text", [NAME], values, "".join(map(chr, alphabet.tolist())))
