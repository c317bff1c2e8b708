"""What only a server does: it goes away with its connections, and comes back."""

import os

import anyio
import asyncpg
import pytest

from unrolled.app.errors import StoreAway
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.runs import create, newest
from unrolled.app.store.tables import METADATA

pytestmark = pytest.mark.anyio
URL = os.environ["UNROLLED_DATABASE_URL"]
SAID = {"kind": "watched", "name": "a", "about": {}}


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def anew(*commands):
    connection = await asyncpg.connect(URL)
    try:
        for command in commands:
            await connection.execute(command)
    finally:
        await connection.close()


def tables_gone():
    names = [table.name for table in METADATA.sorted_tables]
    return f"DROP TABLE IF EXISTS {', '.join(names)}, alembic_version CASCADE"


async def test_several_who_start_at_once_make_the_tables_once():
    await anew(tables_gone())
    databases = [Database(Settings()) for _ in range(4)]
    async with anyio.create_task_group() as group:
        for database in databases:
            group.start_soon(database.open)
    for database in databases:
        assert await database.read(lambda connection: newest(connection, 1, None)) == ([], None)
        await database.close()


async def test_connections_that_are_cut_are_made_anew():
    database = Database(Settings())
    await database.write(lambda connection: create(connection, database.settings, SAID))
    await anew(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'unrolled'"
    )
    rows, _ = await database.read(lambda connection: newest(connection, 1, None))
    assert rows[0].name == "a"
    await database.close()


async def test_a_server_that_lets_nobody_write_is_away_and_comes_back():
    database = Database(Settings())
    await database.open()
    await database.close()
    name = URL.rpartition("/")[2]
    await anew(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreAway, match="may not be written"):
            await database.write(lambda connection: create(connection, database.settings, SAID))
    finally:
        await anew(
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {name} RESET default_transaction_read_only",
        )
    await database.close()
    row = await database.write(lambda connection: create(connection, database.settings, SAID))
    assert row.name == "a"
    await database.close()


async def test_tables_that_are_taken_away_are_made_anew():
    database = Database(Settings())
    await database.open()
    await anew(tables_gone())
    assert await database.read(lambda connection: newest(connection, 1, None)) == ([], None)
    await database.close()
