"""Memory that is used again: the system's fresh pages cost more than what is computed in them."""

from __future__ import annotations

import math
import sys
import threading

import numpy as np

from engine.arrays import Array

LEAST, MOST = 4_096, 1_048_576
"""Smaller arrays are the allocator's business; those above 8 MiB mostly lie in huge pages."""
LIMIT = 8_388_608
"""So many numbers (64 MiB) are kept for use again, in every thread."""
_DIGITS = 2
"""A block's size has so many binary digits behind its first: it wastes a quarter at most."""


def _references(blocks: list[Array]) -> list[int]:
    """How many references there are to every block, those of the list and of this question too."""
    return [sys.getrefcount(block) for block in blocks]


_NOBODY = _references([np.empty(1)])[0]
"""References to a block that no array looks at, as this Python counts them."""


class Pool:
    """Blocks of numbers, each handed out again once no array looks at it any more.

    An array and all its views hold a reference to their block, so the count of references says
    whether a block is free. A block is kept beyond the array that it was made for, up to a limit.

    Args:
        limit: how many numbers all blocks may hold together.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._blocks: dict[int, list[Array]] = {}
        self.size = 0

    def empty(self, shape: tuple[int, ...]) -> Array:
        """An array of this shape that holds anything."""
        wanted = math.prod(shape)
        if LEAST <= wanted < MOST:
            return self._kept(wanted).reshape(shape)
        return np.empty(shape)

    def _kept(self, wanted: int) -> Array:
        step = 1 << max(0, wanted.bit_length() - 1 - _DIGITS)
        size = -(-wanted // step) * step
        blocks = self._blocks.setdefault(size, [])
        for number, references in enumerate(_references(blocks)):
            if references == _NOBODY:
                return blocks[number][:wanted]
        if self.size + size > self._limit:
            self._forget()
            if self.size + size > self._limit:
                return np.empty(wanted)
        block = np.empty(size)
        self._blocks.setdefault(size, []).append(block)  # a new list where all were forgotten
        self.size += size
        return block[:wanted]

    def _forget(self) -> None:
        """Give all free blocks back to the system."""
        for size, blocks in list(self._blocks.items()):
            counts = _references(blocks)
            used = [block for block, n in zip(blocks, counts, strict=True) if n > _NOBODY]
            self.size -= size * (len(blocks) - len(used))
            if used:
                self._blocks[size] = used
            else:
                del self._blocks[size]


class _Pools(threading.local):
    """One for every thread."""

    def __init__(self) -> None:
        self.pool = Pool()


_POOLS = _Pools()


def empty(shape: tuple[int, ...]) -> Array:
    """An array that holds anything, in memory that was used before where there is some."""
    if math.prod(shape) < LEAST:
        return np.empty(shape)
    return _POOLS.pool.empty(shape)


def full(shape: tuple[int, ...], value: float) -> Array:
    """The same filled with one number."""
    array = empty(shape)
    array.fill(value)
    return array
