"""What nobody asks for: the tables made at the start, and old runs dropped, quietly."""

from contextlib import suppress

import anyio

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.store.database import Database
from unrolled.app.store.runs import sweep

HOURLY = 3_600.0


async def keep_tidy(database: Database) -> None:
    """Open the database, and once an hour drop the runs that are too old; where it is away, it is
    opened by the first who needs it.
    """
    while True:
        with suppress(StoreAway, StoreFull):  # the log has it
            await database.write(lambda connection: sweep(connection, database.settings))
        await anyio.sleep(HOURLY)
