"""What nobody asks for: the tables made at the start, and what is old dropped, quietly."""

from contextlib import suppress

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store import networks, runs, sequences, sweeps
from unrolled.app.store.database import Database

HOURLY = 3_600.0


async def _swept(connection: AsyncConnection, settings: Settings) -> None:
    await runs.sweep(connection, settings)
    await networks.sweep(connection, settings)
    await sequences.sweep(connection, settings)
    await sweeps.sweep(connection, settings)


async def keep_tidy(database: Database) -> None:
    """Open the database, and once an hour drop what is too old; where it is away, it is
    opened by the first who needs it.
    """
    while True:
        with suppress(StoreAway, StoreFull):  # the log has it
            await database.write(lambda connection: _swept(connection, database.settings))
        await anyio.sleep(HOURLY)
