"""The numbers of networks in the database, for maps that no service computes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.sweep_keeping import Numbers, keep_numbers, known


class KeptPoints:
    """Looked for, and kept, by the hashes of their experiments: those of the service, too.

    Args:
        database: where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, hashes: Sequence[str]) -> Mapping[str, Numbers]:
        """Those that are there."""
        return await self._database.read(lambda connection: known(connection, hashes))

    async def keep(self, found: Mapping[str, Numbers]) -> None:
        """Some more; a network that is there may get further numbers."""
        settings = self._database.settings
        await self._database.write(lambda connection: keep_numbers(connection, settings, found))


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
        yield KeptPoints(database)
    finally:
        await database.close()
