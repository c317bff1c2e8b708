"""A whole map: what is known already is not computed again, and what neighbours tell not at all."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from unrolled.app.sweeps.forms import draws_of
from unrolled.app.sweeps.known import Kept, Numbers
from unrolled.app.sweeps.running import Found, Pool, computed
from unrolled.app.sweeps.tasks import Costs
from unrolled.app.sweeps.walk import Walk
from unrolled.engine import Refinement, Sweep, SweepPoint, spread

Place = tuple[int, ...]


@asynccontextmanager
async def mapped(
    sweep: Sweep,
    pool: Pool,
    kept: Kept,
    costs: Costs | None = None,
    done: Callable[[SweepPoint], bool] = lambda point: False,
) -> AsyncIterator[MemoryObjectReceiveStream[list[Found]]]:
    """The numbers of a map's networks as they come, each kept before it is told.

    A network that another map computes just now is waited for. Of a map that is refined, what its
    neighbours tell is not there. Leaving it stops what runs.

    Args:
        sweep: the map.
        pool: where it is computed.
        kept: where numbers are looked for, and kept.
        costs: what networks cost, which is learned on the way.
        done: which points need not come; a map that is refined looks at all of its points.
    """
    send, receive = anyio.create_memory_object_stream[list[Found]](1)
    whole = _Whole(sweep, pool, kept, costs or Costs(), send)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(whole.refined if sweep.refine else whole.every, done)
            try:
                async with receive:
                    yield receive
            finally:
                tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await whole.leave()


class _Whole:
    """A map on its way from the first level to the last."""

    def __init__(
        self,
        sweep: Sweep,
        pool: Pool,
        kept: Kept,
        costs: Costs,
        send: MemoryObjectSendStream[list[Found]],
    ) -> None:
        self._sweep, self._pool, self._kept = sweep, pool, kept
        self._costs, self._send = costs, send
        self._lost: dict[str, str] = {}
        self._claimed: set[str] = set()

    async def leave(self) -> None:
        """What was to be computed here, and is not, is anybody's."""
        if self._claimed:
            await self._kept.free(self._claimed)

    async def every(self, done: Callable[[SweepPoint], bool]) -> None:
        """All points that are not done."""
        async with self._send:
            await self._level(point for point in self._sweep.points() if not done(point))

    async def refined(self, done: Callable[[SweepPoint], bool]) -> None:
        """Level by level those that their neighbours do not tell."""
        first = self._sweep.numbers[0]
        refinement = Refinement(self._sweep)
        async with self._send:
            while (points := refinement.level()) is not None:
                values = await self._level(points)
                refinement.learn(
                    {
                        at: spread(first, [one[first] for one in own]).middle
                        for at, own in values.items()
                    }
                )

    async def _level(self, points: Iterable[SweepPoint]) -> dict[Place, list[Numbers]]:
        """Compute some points; of a map that is refined, what was found at every place."""
        sweep, seen = self._sweep, dict[Place, list[Numbers]]()
        some = itertools.chain.from_iterable(draws_of(sweep, point) for point in points)
        walk = Walk(sweep.numbers, self._kept, self._lost, self._claimed).over(some)
        async with computed(walk, sweep.numbers, self._pool, self._costs) as stream:
            async for found in stream:
                await self._keep(found)
                if sweep.refine:
                    for one in found:
                        seen.setdefault(one.draw.point.at, []).append(one.numbers)
                await self._send.send(found)
        return seen

    async def _keep(self, found: list[Found]) -> None:
        new = {one.draw.hash: one.known for one in found if one.new}
        if new:
            await self._kept.keep(new)
        self._claimed.difference_update(new)
        lost = {one.draw.hash: one.error or "" for one in found if one.lost}
        if lost.keys() - self._lost.keys():
            self._lost |= lost
            self._claimed.difference_update(lost)
            await self._kept.free(lost)
