"""The networks in the database, for maps that no service computes."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress

import anyio

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.holders import LEASE_SECONDS, leave, new_holder
from unrolled.app.store.points import beat, claimed, free, keep_points, retire
from unrolled.app.sweeps.known import Claimed, Known

_BEAT_SECONDS = LEASE_SECONDS / 4


class KeptPoints:
    """Looked for, claimed and kept by the hashes of their experiments: those of the service, too.

    Args:
        database: where.
        holder: in whose name they are computed.
    """

    def __init__(self, database: Database, holder: str) -> None:
        self._database, self._holder = database, holder

    async def claim(self, hashes: Collection[str], names: Collection[str]) -> Claimed:
        """What is known of them, and what is to be computed."""
        return await claimed(self._database, self._holder, hashes, names)

    async def keep(self, found: Mapping[str, Known]) -> None:
        """Some more; a network that is there may get further numbers."""
        settings = self._database.settings
        await self._database.write(lambda c: keep_points(c, settings, found))

    async def free(self, hashes: Collection[str]) -> None:
        """They are not computed here after all; where that cannot be said, it ends with us."""
        with suppress(StoreAway, StoreFull):
            await self._database.write(lambda c: free(c, self._holder, hashes))


@asynccontextmanager
async def holding_points(database: Database) -> AsyncIterator[KeptPoints]:
    """Within, whoever computes is one whose claims count."""
    holder = new_holder()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_beat, database, holder)
            yield KeptPoints(database, holder)
            tasks.cancel_scope.cancel()
    finally:
        leave(holder)
        with anyio.CancelScope(shield=True), suppress(StoreAway, StoreFull):
            await database.write(lambda c: retire(c, holder))


async def _beat(database: Database, holder: str) -> None:
    while True:
        with suppress(StoreAway, StoreFull):  # what is computed is kept, or that says why not
            await database.write(lambda c: beat(c, holder))
        await anyio.sleep(_BEAT_SECONDS)


@asynccontextmanager
async def kept_points(url: str | None) -> AsyncIterator[KeptPoints]:
    """Opened, and closed in the end.

    Args:
        url: as ``UNROLLED_DATABASE_URL``; None: what the settings say.
    Raises:
        StoreAway, StoreFull: it does not answer, or has no room.
    """
    database = Database(Settings() if url is None else Settings(database_url=url))
    try:
        await database.open()
        async with holding_points(database) as kept:
            yield kept
    finally:
        await database.close()
