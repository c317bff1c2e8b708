"""How a text is cut into tokens: the engine's ways, and grapheme clusters."""

from collections.abc import Callable

from pyuegc import EGC

from unrolled.engine import TOKENS as PLAIN


def graphemes(text: str) -> list[str]:
    """What a reader takes for one character each: extended grapheme clusters.

    Source: Unicode Standard Annex #29, with its conjuncts (GB9c).
    """
    if text.isascii() and "\r" not in text:  # where only CR LF are more than one code point
        return list(text)
    clusters: list[str] = EGC(text)
    return clusters


TOKENS: dict[str, Callable[[str], list[str]]] = PLAIN | {"graphemes": graphemes}
"""Name in the contract → how it cuts."""
