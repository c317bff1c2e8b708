"""What a run has computed goes into the database, a second's work at a time."""

import json
import logging
from time import monotonic
from typing import Any

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.store import training_keeping as keeping
from unrolled.app.store.database import Database
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import Batch, Lost
from unrolled.app.store.trainings import (
    Block,
    blocks,
    inputs_of,
    last_mark,
    opened,
    shape_of,
    snapshot_before,
)
from unrolled.app.training.columns import Columns, joined
from unrolled.app.training.frames import Head
from unrolled.app.training.live import Live

BLOCK = 100
"""Updates of one block in the database; the last may have fewer, and grows."""

_log = logging.getLogger("unrolled.training")


class Keeper:
    """A run in the database, of which only this process writes.

    Args:
        store: where it is kept.
        me: who computes it.
        row: of the run.
        training: beside it.

    Attributes:
        row: of the run, as it was last read or written.
        training: likewise.
        kept: the last update that is in the database.
        live: what is newer.
        watcher: what the worker has of events, after the newest update.
        seconds: what has been computed.
        written: when it last was.
    """

    def __init__(self, store: Database, me: str, row: Found, training: Found) -> None:
        self.row, self.training = row, training
        self.kept: int = row.last_update or 0
        self.live = Live(shape_of(training), self.kept, 0)
        self.watcher: str = training.watcher
        self.seconds: float = training.seconds
        self.written = monotonic()
        self._store, self._me, self._number = store, me, row.number
        self._open: Columns | None = None
        self._lock = anyio.Lock()

    async def beginning(self) -> tuple[Head, bytes]:
        """What a worker is told first."""

        async def read(connection: AsyncConnection) -> tuple[Any, ...]:
            inputs = await inputs_of(connection, self._number)
            snapshot = await snapshot_before(connection, self._number, self.kept)
            last = await blocks(connection, self._number, self.kept, self.kept, 1)
            return inputs, snapshot, last, await last_mark(connection, self._number)

        inputs, snapshot, last, mark = await self._store.read(read)
        training, shape = self.training, self.live.shape
        self.live = Live(shape, self.kept, mark)
        if last:
            (block,) = opened(shape, last)
            self._open = block if len(block) < BLOCK else None
        parts = dict(inputs) | ({} if snapshot is None else {"snapshot": snapshot[1]})
        return {
            "do": "begin",
            "plan": json.loads(training.plan),
            "changes": json.loads(training.changes),
            "recorded": self.kept,
            "watcher": self.watcher,
            "has_cell": shape.has_cell,
            "apart": training.apart,
            "memory_bytes": self._store.settings.training_memory_bytes,
            "parts": [[name, len(part)] for name, part in parts.items()],
        }, b"".join(parts.values())

    async def look(self) -> None:
        """Read what is wanted.

        Raises:
            Lost: the run is gone, or another one computes it.
        """
        async with self._lock:
            self.row, self.training = await self._store.read(
                lambda c: keeping.look(c, self._me, self._number)
            )

    async def keep(self, batch: Batch | None = None) -> None:
        """Write down what is new, and what the batch says.

        Raises:
            Lost: the run is gone, or another one computes it.
            StoreAway, StoreFull: it cannot be done now.
        """
        batch = Batch() if batch is None else batch
        async with self._lock:
            live = self.live
            parts, marks = list(live.parts), list(live.marks)
            newest = parts[-1].last if parts else self.kept
            batch.snapshots = {n: one for n, one in live.snapshots.items() if n <= newest}
            batch.marks = marks
            batch.values |= {"seconds": self.seconds, "watcher": self.watcher}
            left = self._open
            if parts:
                batch.values.setdefault("failures", 0)
                batch.update = newest
                batch.blocks, left = await anyio.to_thread.run_sync(_divided, self._open, parts)
            self.row, self.training = await self._store.write(
                lambda c: keeping.keep(c, self._store.settings, self._me, self._number, batch)
            )
            self.written, self._open, self.kept = monotonic(), left, newest
            live.forget(len(parts), len(marks), batch.snapshots)

    async def keep_surely(self, batch: Batch | None = None) -> None:
        """The same, as often as it takes; where there is no room the run ends.

        Raises:
            Lost: it is not ours any more.
        """
        batch = Batch() if batch is None else batch
        while True:
            try:
                await self.keep(batch)
                return
            except StoreAway as error:
                await anyio.sleep(min(error.retry_after, 1))
            except StoreFull as error:
                await self._full(str(error))
                raise Lost from None

    async def _full(self, why: str) -> None:
        """Nothing more can be kept: what is not is forgotten."""
        _log.warning("a training ends: %s", why)
        self.live.drop()
        values = {"wanted": "ended", "ended": f"There is no more room: {why}.", "until": None}
        await self.keep(Batch(state="ended", values=values, release=True))


def _divided(start: Columns | None, parts: list[Columns]) -> tuple[list[Block], Columns | None]:
    """Updates as blocks, of which the first takes the place of the one that is not full; and the
    one that is not full then.
    """
    whole = joined(parts if start is None else [start, *parts])
    firsts = range(whole.first, whole.last + 1, BLOCK)
    every = [whole.rows(first, first + BLOCK - 1) for first in firsts]
    left = every[-1] if len(every[-1]) < BLOCK else None
    return [(one.first, one.last, one.body()) for one in every], left
