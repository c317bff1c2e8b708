"""The networks of a map on their way out: each is known, to be computed, or waited for."""

import itertools
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from time import monotonic

import anyio

from unrolled.app.sweeps.forms import Draw
from unrolled.app.sweeps.known import Kept
from unrolled.app.sweeps.running import Found

LOOK_SECONDS = 0.4
"""How soon is seen that another map has computed what this one waits for."""
_FIRST, _LEAST, _MOST = 64, 4, 1_000
"""So many networks are asked for at once: few where each takes long, since others may wait."""
_SECONDS = 2.0
"""So long it should take to hand out what was asked for at once."""
_MOST_WAITING = 20_000
"""So many may be waited for; then the walk stands still."""


class Walk:
    """Some networks, one after the other.

    Args:
        names: of the numbers that are wanted.
        kept: where networks are looked for, and claimed.
        lost: hash → why it is not tried again here.
        claimed: hashes of those that are to be computed here are added to it.
    """

    def __init__(
        self, names: Collection[str], kept: Kept, lost: Mapping[str, str], claimed: set[str]
    ) -> None:
        self._names, self._kept, self._lost, self._claimed = names, kept, lost, claimed
        self._waiting: deque[Draw] = deque()
        self._looked = 0.0

    async def over(self, some: Iterable[Draw]) -> AsyncIterator[list[Draw | Found]]:
        """Networks that are to be computed, and in the place of others what is known of them.

        What another map computes, or this one already, comes as soon as it is known; an empty list
        says that nothing is to be done before: whoever holds back a part of what came lets it go,
        since others may wait for that.
        """
        for part in _batches(some):
            yield await self._asked(part)
            while len(self._waiting) > _MOST_WAITING or self._is_time():
                async for found in self._again():
                    yield found
        while self._waiting:
            async for found in self._again():
                yield found

    def _is_time(self) -> bool:
        return bool(self._waiting) and monotonic() - self._looked >= LOOK_SECONDS

    async def _again(self) -> AsyncIterator[list[Draw | Found]]:
        """Those that have waited longest once more."""
        count = min(len(self._waiting), _MOST)
        found = await self._asked([self._waiting.popleft() for _ in range(count)])
        self._looked = monotonic()
        yield found
        if not found:
            await anyio.sleep(LOOK_SECONDS)

    async def _asked(self, part: list[Draw]) -> list[Draw | Found]:
        hashes = {one.hash for one in part if one.error is None and one.hash not in self._lost}
        found = await self._kept.claim(hashes, self._names)
        mine = set(found.mine)
        self._claimed.update(mine)
        out: list[Draw | Found] = []
        for draw in part:
            if draw.error is not None:
                out.append(draw)
            elif draw.hash in self._lost:
                why = self._lost[draw.hash]
                out.append(Found(draw, dict.fromkeys(self._names), why, new=False, lost=True))
            elif draw.hash in found.known:
                known = found.known[draw.hash]
                out.append(Found(draw, known.of(self._names), known.error, new=False))
            elif draw.hash in mine:  # the first one of its hash
                mine.remove(draw.hash)
                out.append(draw)
            else:
                self._waiting.append(draw)
        return out


def _batches(some: Iterable[Draw]) -> Iterator[list[Draw]]:
    """As many at once as are handed out in about so many seconds."""
    walk, size = iter(some), _FIRST
    while part := list(itertools.islice(walk, size)):
        begun = monotonic()
        yield part
        taken = max(monotonic() - begun, 1e-3)
        size = max(_LEAST, min(_MOST, 2 * size, int(size * _SECONDS / taken)))
