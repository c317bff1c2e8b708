"""Updates as they are answered: a page of them, and what an event holds."""

from typing import Any

import anyio.to_thread
import msgspec
import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.store.database import Database
from unrolled.app.store.tables import Found
from unrolled.app.store.trainings import blocks, marks, opened, shape_of
from unrolled.app.training.columns import Columns, Shape, joined, told

MOST_ROWS = 4_000
MOST_NUMBERS = 400_000
"""Updates of an answer, and numbers of its heat map."""
_MOST_BLOCKS = 400
"""So many blocks are opened for one answer."""

Json = dict[str, Any]


def rows_of(steps: int) -> int:
    """How many updates an answer holds."""
    return max(1, min(MOST_ROWS, MOST_NUMBERS // steps))


async def page(
    store: Database,
    row: Found,
    training: Found,
    *,
    first: int,
    last: int | None,
    every: int = 1,
    layer: int | None = None,
) -> bytes:
    """The updates that are kept, as JSON.

    Args:
        store: where they are.
        row: of the run.
        training: beside it.
        first: the first; the next are so many further:
        every: from 1.
        last: the last that may come; None: the newest.
        layer: whose states; None: the last one's.
    """
    shape = shape_of(training)
    kept = row.last_update or 0
    end = kept if last is None else min(last, kept)
    covers = min(end, first + rows_of(shape.steps) * every - 1)

    async def read(connection: AsyncConnection) -> tuple[Any, int, Any]:
        found = await blocks(connection, row.number, first, covers, _MOST_BLOCKS)
        until = min(covers, found[-1][1]) if len(found) == _MOST_BLOCKS else covers
        before = 0 if first == 1 else first
        return found, until, await marks(connection, row.number, before, max(until, 0))

    found, covers, happened = await store.read(read)
    following = first + ((covers - first) // every + 1) * every
    own = shape.layers - 1 if layer is None else layer

    def made() -> bytes:
        parts = [_every(block, first, covers, every) for block in opened(shape, found)]
        parts = [part for part in parts if len(part)]
        whole = joined(parts) if parts else _nothing(shape, first)
        answer = told(whole, own, every)
        answer |= {"marks": happened, "next": following if following <= end else None}
        return msgspec.json.encode(answer)

    return await anyio.to_thread.run_sync(made)


def _every(block: Columns, first: int, last: int, every: int) -> Columns:
    """Those of a block that are wanted."""
    begin = max(block.first, first)
    begin += -(begin - first) % every
    return block.rows(begin, last, every)


def _nothing(shape: Shape, first: int) -> Columns:
    values = {name: np.zeros((0, *own), kind) for name, (kind, own) in shape.rows.items()}
    return Columns(shape, first, values)


def event(columns: Columns, happened: list[Json]) -> str:
    """Updates and marks as an event holds them."""
    answer = told(columns, columns.shape.layers - 1)
    return msgspec.json.encode(answer | {"marks": happened, "next": None}).decode()
