"""A map on its way: tasks go out, numbers come back one after the other."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import anyio
import anyio.lowlevel
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream

from unrolled.app.sweeps.forms import Draw
from unrolled.app.sweeps.tasks import Costs, Portion, portions
from unrolled.app.sweeps.work import Done

_CRASHED = "every worker that computed it ended"
Numbers = dict[str, float | str | None]


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
    """

    draw: Draw
    numbers: Numbers
    error: str | None = None


@asynccontextmanager
async def computed(
    draws: Iterable[Draw], names: Iterable[str], pool: Pool, costs: Costs | None = None
) -> AsyncIterator[MemoryObjectReceiveStream[list[Found]]]:
    """The numbers of networks as they come, a task at a time; leaving it stops what runs.

        async with computed(draws(sweep), sweep.numbers, pool) as found:
            async for some in found:
                …

    A task whose workers end is cut in two until it is known which network ends them: that one has
    no numbers, and an error that says so. A network that is no experiment is not computed.

    Args:
        draws: of a map, or those of it that are not known yet; asked for as there is room.
        names: of ``NUMBERS``.
        pool: where they are computed.
        costs: what networks cost, which is learned on the way.
    """
    wanted, learned = list(names), costs or Costs()
    ahead = pool.capacity + 1
    send, receive = anyio.create_memory_object_stream[list[Found]](ahead)
    turns = anyio.Semaphore(ahead)

    async def one(portion: Portion) -> None:
        try:
            found = await _one(portion, wanted, pool, learned)
        finally:
            turns.release()
        await send.send(found)

    async def all_of_them() -> None:
        wrong: list[Found] = []
        async with send, anyio.create_task_group() as tasks:
            for portion in portions(_sound(draws, wrong, wanted), learned):
                await turns.acquire()
                tasks.start_soon(one, portion)
                await anyio.lowlevel.checkpoint()
                if wrong:
                    await send.send(wrong.copy())
                    wrong.clear()
            if wrong:
                await send.send(wrong)

    async with anyio.create_task_group() as whole:
        whole.start_soon(all_of_them)
        try:
            async with receive:
                yield receive
        finally:
            whole.cancel_scope.cancel()


def _sound(draws: Iterable[Draw], wrong: list[Found], names: list[str]) -> Iterator[Draw]:
    """Those that are experiments; the others are put aside."""
    for draw in draws:
        if draw.error is None:
            yield draw
        else:
            wrong.append(Found(draw, dict.fromkeys(names), draw.error))


async def _one(portion: Portion, names: list[str], pool: Pool, costs: Costs) -> list[Found]:
    """One task, cut in two where it ends its workers."""
    try:
        answer = await pool.run(portion.task(names))
    except WorkerEnded:
        if len(portion.draws) == 1:
            return [Found(portion.draws[0], dict.fromkeys(names), _CRASHED)]
        first, second = portion.halves()
        return await _one(first, names, pool, costs) + await _one(second, names, pool, costs)
    done = msgspec.json.decode(answer, type=Done)
    costs.learn(portion.shape, len(portion.draws), done.seconds)
    pairs = zip(portion.draws, done.numbers, strict=True)
    return [Found(draw, one, done.errors.get(str(n))) for n, (draw, one) in enumerate(pairs)]
