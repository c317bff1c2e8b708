"""Answers that were computed once, to be sent again."""

from cachetools import LRUCache

Key = tuple[str, bool]
"""An answer's entity tag, and whether it is compressed."""


class Answers:
    """A cache bounded by bytes; what was asked for longest ago makes way.

    Attributes:
        hits, misses: how often an answer was there, and was not.

    Args:
        most: bytes of all answers together; 0 keeps none.
    """

    def __init__(self, most: int) -> None:
        self._kept: LRUCache[Key, bytes] = LRUCache(most, getsizeof=len)
        self.hits = 0
        self.misses = 0

    @property
    def size(self) -> int:
        """Bytes of all answers that are kept."""
        return int(self._kept.currsize)

    def get(self, key: Key) -> bytes | None:
        """The answer, or None."""
        answer: bytes | None = self._kept.get(key)
        if answer is None:
            self.misses += 1
        else:
            self.hits += 1
        return answer

    def keep(self, key: Key, answer: bytes) -> None:
        """Keep an answer, unless it is larger than the whole cache."""
        if len(answer) <= self._kept.maxsize:
            self._kept[key] = answer
