"""A map on its way: tasks go out, numbers come back one after the other."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import anyio
import anyio.lowlevel
import msgspec
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream

from unrolled.app.sweeps.forms import Draw
from unrolled.app.sweeps.known import Known, Numbers
from unrolled.app.sweeps.tasks import Costs, Cutter, Portion
from unrolled.app.sweeps.work import Done

_CRASHED = "every worker that computed it ended"


class WorkerEnded(Exception):
    """A worker ended while it computed a task."""


class Pool(Protocol):
    """Where tasks are computed."""

    @property
    def capacity(self) -> int:
        """How many tasks go on at once."""

    async def run(self, task: bytes) -> bytes:
        """Compute a task; cancelling stops it.

        Raises:
            WorkerEnded: more than once, on every worker that took it.
        """


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of one network.

    Attributes:
        draw: which one.
        numbers: name → number, name or None.
        error: why it has none.
        new: whether they were computed now, and may be kept.
        lost: whether every worker that computed it ended: on another machine, or with more memory,
            it may have numbers, and nothing of it is kept.
    """

    draw: Draw
    numbers: Numbers
    error: str | None = None
    new: bool = True
    lost: bool = False

    @property
    def known(self) -> Known:
        """What may be kept of it."""
        return Known(self.numbers if self.error is None else {}, self.error)


Source = Iterable[Draw] | AsyncIterable[Sequence[Draw | Found]]
"""Networks to compute; or some after the other, those that are known already among them, and none
at all where what came before is to go out now, since nothing follows for a while."""


@asynccontextmanager
async def computed(
    draws: Source, names: Iterable[str], pool: Pool, costs: Costs | None = None
) -> AsyncIterator[MemoryObjectReceiveStream[list[Found]]]:
    """The numbers of networks as they come, a task at a time; leaving it stops what runs.

        async with computed(draws(sweep), sweep.numbers, pool) as found:
            async for some in found:
                …

    A task whose workers end is cut in two until it is known which network ends them: that one has
    no numbers, and an error that says so. A network that is no experiment is not computed, and what
    is known already comes back as it is.

    Args:
        draws: of a map; asked for as there is room.
        names: of ``NUMBERS``.
        pool: where they are computed.
        costs: what networks cost, which is learned on the way.
    """
    run = _Run(list(names), pool, costs or Costs())
    async with anyio.create_task_group() as whole:
        whole.start_soon(run.all_of, draws)
        try:
            async with run.receive:
                yield run.receive
        finally:
            whole.cancel_scope.cancel()


class _Run:
    """The tasks of one map on their way."""

    def __init__(self, names: list[str], pool: Pool, costs: Costs) -> None:
        self.names, self.pool, self.costs = names, pool, costs
        self.ahead = pool.capacity + 1
        self.send, self.receive = anyio.create_memory_object_stream[list[Found]](self.ahead)
        self.turns = anyio.Semaphore(self.ahead)

    async def all_of(self, draws: Source) -> None:
        """Hand everything out as there is room."""
        cutter = Cutter(self.costs)
        async with self.send, anyio.create_task_group() as tasks:
            async for some in _some(draws):
                if not some:
                    await self._start_all(cutter.rest(), tasks)
                known = []
                for one in some:
                    found = self._known(one)
                    if found is not None:
                        known.append(found)
                        continue
                    assert isinstance(one, Draw)
                    await self._start_all(cutter.add(one), tasks)
                if known:
                    await self.send.send(known)
            await self._start_all(cutter.rest(), tasks)

    def _known(self, one: Draw | Found) -> Found | None:
        """What need not be computed."""
        if isinstance(one, Found):
            return one
        return (
            None if one.error is None else Found(one, dict.fromkeys(self.names), one.error, False)
        )

    async def _start_all(self, portions: Iterable[Portion], tasks: TaskGroup) -> None:
        for portion in portions:
            await self._start(portion, tasks)

    async def _start(self, portion: Portion, tasks: TaskGroup) -> None:
        while self.ahead < self.pool.capacity + 1:  # workers have joined
            self.ahead += 1
            self.turns.release()
        await self.turns.acquire()
        tasks.start_soon(self._finish, portion)
        await anyio.lowlevel.checkpoint()

    async def _finish(self, portion: Portion) -> None:
        try:
            found = await _one(portion, self.names, self.pool, self.costs)
        finally:
            self.turns.release()
        await self.send.send(found)


async def _some(draws: Source) -> AsyncIterator[Sequence[Draw | Found]]:
    """Some after the other."""
    if isinstance(draws, AsyncIterable):
        async for some in draws:
            yield some
    else:
        for draw in draws:
            yield (draw,)


async def _one(portion: Portion, names: list[str], pool: Pool, costs: Costs) -> list[Found]:
    """One task, cut in two where it ends its workers."""
    try:
        answer = await pool.run(portion.task(names))
    except WorkerEnded:
        if len(portion.draws) == 1:
            own = portion.draws[0]
            return [Found(own, dict.fromkeys(names), _CRASHED, new=False, lost=True)]
        first, second = portion.halves()
        return await _one(first, names, pool, costs) + await _one(second, names, pool, costs)
    done = msgspec.json.decode(answer, type=Done)
    costs.learn(portion.shape, len(portion.draws), done.seconds)
    pairs = zip(portion.draws, done.numbers, strict=True)
    return [Found(draw, one, done.errors.get(str(n))) for n, (draw, one) in enumerate(pairs)]
