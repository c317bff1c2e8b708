"""A database as SQLAlchemy knows it: its address, and what a connection is told first."""

import sqlite3
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from unrolled.app.settings import Settings

FILE = "runs.sqlite3"
"""What the database is called in the data folder."""

WRITES = "unrolled_writes"
"""The option of a connection whose transaction is to write."""

BUSY_SECONDS = 5.0
"""How long a transaction waits for another's lock before the client is told to come again."""
_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 20.0
_WRITERS = 0x756E726F6C6C6564  # "unrolled"
_WAL_SOUND = (3, 51, 3)
"""Before this version of SQLite a write-ahead log that is reset can lose what was committed."""


def data_folder(settings: Settings) -> Path:
    """Where the SQLite file lies."""
    return settings.data_folder or platformdirs.user_data_path("unrolled", appauthor=False)


def address(settings: Settings) -> URL:
    """The database that is set, with the driver that is used; by default a file of the user's."""
    if not settings.database_url:
        return URL.create("sqlite+aiosqlite", database=str(data_folder(settings) / FILE))
    url = make_url(settings.database_url)
    driver = "postgresql+asyncpg" if url.get_backend_name() == "postgresql" else "sqlite+aiosqlite"
    return url.set(drivername=driver)


def engine(url: URL) -> AsyncEngine:
    """The engine; nothing is opened yet.

    Raises:
        ModuleNotFoundError: the driver is not installed.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    made = create_async_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=BUSY_SECONDS,
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _COMMAND_SECONDS,
            "server_settings": {"application_name": "unrolled"},
        },
    )
    event.listen(made.sync_engine, "begin", _begin_postgresql)
    return made


def _sqlite(url: URL) -> AsyncEngine:
    """A connection each transaction, which costs less than a millisecond: a file that was away is
    found again, and nothing is bound to one event loop.
    """
    made = create_async_engine(
        url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    event.listen(made.sync_engine, "connect", _tell_sqlite)
    event.listen(made.sync_engine, "begin", _begin_sqlite)
    return made


def _tell_sqlite(connection: Any, record: Any) -> None:
    """Foreign keys hold, what is committed is on the disk, and a file shrinks where rows go; the
    last is kept by a new file, and the journal by any. What a transaction changes stays in memory
    until its end: written before, it would keep readers out from there on.
    """
    cursor = connection.cursor()
    kept = ("auto_vacuum = FULL", f"journal_mode = {journal()}")
    for pragma in (*kept, "foreign_keys = ON", "synchronous = FULL", "cache_spill = OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Who is to write takes the lock at once: no transaction finds out halfway that it may not."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """One writer after the other, as in SQLite: the bounds hold exactly, whoever else writes."""
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def journal() -> str:
    """How SQLite is to keep what a crash would tear."""
    return "WAL" if sqlite3.sqlite_version_info >= _WAL_SOUND else "DELETE"
