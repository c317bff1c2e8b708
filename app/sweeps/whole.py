"""A whole map: what is known already is not computed again, and what neighbours tell not at all."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from unrolled.app.sweeps.forms import Draw, draws_of
from unrolled.app.sweeps.running import Found, Numbers, Pool, computed
from unrolled.app.sweeps.tasks import Costs
from unrolled.engine import Refinement, Sweep, SweepPoint, spread

_ASKED = 1_000
"""So many networks are looked for at once among those that are kept."""

Place = tuple[int, ...]


class Kept(Protocol):
    """Where the numbers of networks are kept, by their hashes."""

    async def find(self, hashes: Sequence[str]) -> Mapping[str, Numbers]:
        """Those that are there."""

    async def keep(self, found: Mapping[str, Numbers]) -> None:
        """Some more; a network that is there may get further numbers."""


class Memory:
    """Keeps them as long as it is there itself."""

    def __init__(self) -> None:
        self.numbers: dict[str, Numbers] = {}

    async def find(self, hashes: Sequence[str]) -> Mapping[str, Numbers]:
        """Those that are there."""
        return {one: self.numbers[one] for one in hashes if one in self.numbers}

    async def keep(self, found: Mapping[str, Numbers]) -> None:
        """Some more."""
        for one, numbers in found.items():
            self.numbers[one] = self.numbers.get(one, {}) | numbers


@asynccontextmanager
async def mapped(
    sweep: Sweep,
    pool: Pool,
    kept: Kept,
    costs: Costs | None = None,
    done: Callable[[SweepPoint], bool] = lambda _: False,
) -> AsyncIterator[MemoryObjectReceiveStream[list[Found]]]:
    """The numbers of a map's networks as they come, each kept before it is told.

    Of a map that is refined, what its neighbours tell is not there. Leaving it stops what runs.

    Args:
        sweep: the map.
        pool: where it is computed.
        kept: where numbers are looked for, and kept.
        costs: what networks cost, which is learned on the way.
        done: which points need not be told, since whoever asks has them; of a map that is refined
            all are, for what they tell of others.
    """
    send, receive = anyio.create_memory_object_stream[list[Found]](1)
    learned = costs or Costs()

    async def levels() -> None:
        async with send:
            if not sweep.refine:
                wanted = (point for point in sweep.points() if not done(point))
                every = itertools.chain.from_iterable(draws_of(sweep, point) for point in wanted)
                await _level(every, sweep, pool, kept, learned, send)
                return
            refinement = Refinement(sweep)
            while (points := refinement.level()) is not None:
                some = itertools.chain.from_iterable(draws_of(sweep, point) for point in points)
                values = await _level(some, sweep, pool, kept, learned, send)
                first = sweep.numbers[0]
                refinement.learn(
                    {
                        at: spread(first, [one[first] for one in own]).middle
                        for at, own in values.items()
                    }
                )

    async with anyio.create_task_group() as whole:
        whole.start_soon(levels)
        try:
            async with receive:
                yield receive
        finally:
            whole.cancel_scope.cancel()


async def _level(
    some: Iterable[Draw],
    sweep: Sweep,
    pool: Pool,
    kept: Kept,
    costs: Costs,
    send: MemoryObjectSendStream[list[Found]],
) -> dict[Place, list[Numbers]]:
    """Compute some networks; of a map that is refined, what was found at every place."""
    seen: dict[Place, list[Numbers]] = {}
    async with computed(_unknown(some, sweep.numbers, kept), sweep.numbers, pool, costs) as stream:
        async for found in stream:
            new = {one.draw.hash: one.numbers for one in found if one.new}
            if new:
                await kept.keep(new)
            if sweep.refine:
                for one in found:
                    seen.setdefault(one.draw.point.at, []).append(one.numbers)
            await send.send(found)
    return seen


async def _unknown(
    some: Iterable[Draw], names: Sequence[str], kept: Kept
) -> AsyncIterator[list[Draw | Found]]:
    """Networks, and in the place of those that are kept what is kept of them."""
    for part in _batches(some):
        there = await kept.find([draw.hash for draw in part if draw.error is None])
        out: list[Draw | Found] = []
        for draw in part:
            own = there.get(draw.hash)
            if own is not None and all(name in own for name in names):
                out.append(Found(draw, {name: own[name] for name in names}, new=False))
            else:
                out.append(draw)
        yield out


def _batches(some: Iterable[Draw]) -> Iterator[list[Draw]]:
    walk = iter(some)
    while part := list(itertools.islice(walk, _ASKED)):
        yield part
