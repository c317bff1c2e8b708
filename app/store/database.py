"""The one door to the database: transactions that come back by themselves when it does."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from unrolled.app.errors import StoreAway, StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.engine import WRITES, address, engine
from unrolled.app.store.faults import lacks_tables, told
from unrolled.app.store.migrate import HEAD, upgrade, version

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

_log = logging.getLogger("unrolled.store")


class Database:
    """Opened when it is first needed, and again after it was away.

    Args:
        settings: which database, and its bounds.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._engine: AsyncEngine | None = None
        self._ready = False
        self._away = False

    async def read(self, work: Work[T]) -> T:
        """What `work` finds, in one transaction.

        Raises:
            StoreAway: the database does not answer, for the reason that the error says.
        """
        return await self._within(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """What `work` answers once what it changed is on the disk; one writer at a time.

        Raises:
            StoreAway: the database does not answer, for the reason that the error says.
            StoreFull: there is no room.
        """
        return await self._within(work, writes=True)

    async def open(self) -> None:
        """Make the file and the tables where they are not there.

        Raises:
            StoreAway, StoreFull: it cannot be done now.
        """
        await self.read(_nothing)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._engine is not None:
            await self._engine.dispose()

    async def _within(self, work: Work[T], *, writes: bool) -> T:
        with anyio.CancelScope(shield=True) as whole:  # short; no transaction is left half done
            try:
                return await self._again(work, writes=writes)
            except Exception as error:
                fault = told(error)
                if fault is None:
                    raise
                self._note(fault, error)
                raise fault from error
        raise AssertionError(f"{whole} is never cancelled")

    async def _again(self, work: Work[T], *, writes: bool) -> T:
        """Once more where the file was taken away, and is made anew."""
        try:
            return await self._run(work, writes=writes)
        except Exception as error:
            if not lacks_tables(error):
                raise
            self._ready = False
            return await self._run(work, writes=writes)

    async def _run(self, work: Work[T], *, writes: bool) -> T:
        if not self._ready:
            url = await anyio.to_thread.run_sync(_prepared, self.settings)
            await self._prepare(self._made(url))
            self._ready = True
        async with _Transaction(self._made(address(self.settings)), writes=writes) as connection:
            found = await work(connection)
        if self._away:
            self._away = False
            _log.warning("the database is back")
        return found

    def _made(self, url: URL) -> AsyncEngine:
        """The one engine, however many come while there is none."""
        if self._engine is None:
            self._engine = engine(url)
        return self._engine

    async def _prepare(self, made: AsyncEngine) -> None:
        """The tables, by the first who comes; the others wait for its lock and find them."""
        async with _Transaction(made, writes=False) as connection:
            if await connection.run_sync(version) == HEAD:
                return
        await anyio.to_thread.run_sync(_import_alembic)
        async with _Transaction(made, writes=True) as connection:
            await connection.run_sync(upgrade)

    def _note(self, fault: StoreAway | StoreFull, error: Exception) -> None:
        """One line in the log when it goes, none for each request until it is back."""
        self._ready = self._ready and isinstance(fault, StoreFull)
        if not self._away:
            self._away = True
            _log.warning("the database is away: %s (%s)", fault, _first_line(error))


class _Transaction:
    """`async with`: a connection whose transaction is committed at the end, or rolled back."""

    def __init__(self, made: AsyncEngine, *, writes: bool) -> None:
        self._connection = made.connect()
        self._writes = writes

    async def __aenter__(self) -> AsyncConnection:
        connection = await self._connection.start()
        try:
            await connection.execution_options(**{WRITES: self._writes})
            await connection.begin()
        except BaseException:
            await connection.close()
            raise
        return connection

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                await self._connection.commit()
        finally:
            await self._connection.close()


async def _nothing(connection: AsyncConnection) -> None:
    """It is enough that there is a transaction."""


def _prepared(settings: Settings) -> URL:
    """The address; a file's folder is there, and nobody else reads it."""
    url = address(settings)
    if url.get_backend_name() == "sqlite" and url.database and not settings.database_url:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return url


def _import_alembic() -> None:
    import alembic.command
    import alembic.config  # noqa: F401


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:300]
