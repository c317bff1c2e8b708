"""What is kept of files, each once, under the hash of the file: what such tables have in common."""

from typing import Any

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import StoreFull
from unrolled.app.settings import Settings
from unrolled.app.store.runs import now
from unrolled.app.store.tables import Found

DAY = 86_400_000
"""Milliseconds."""


class ByHash:
    """A table whose rows have `number`, `id`, `digest`, `touched` and `size`.

    Args:
        table: itself.
        one: what a row is, as settings have it: `max_{one}s`, `max_{one}s_bytes`, `{one}_days`.
        holds: what takes the bytes, for sentences.
    """

    def __init__(self, table: Table, one: str, holds: str) -> None:
        self.table, self.one, self.holds = table, one, holds

    async def find(self, connection: AsyncConnection, id_: str) -> Found | None:
        """The row of that id; None where there is none."""
        asked = select(self.table).where(self.table.c.id == id_)
        return (await connection.execute(asked)).one_or_none()

    async def known(self, connection: AsyncConnection, **same: Any) -> Found | None:
        """The row of a file that came before, by its digest and what else tells it; else None."""
        here = [self.table.c[name] == value for name, value in same.items()]
        asked = update(self.table).where(*here).values(touched=now()).returning(self.table)
        row: Found | None = (await connection.execute(asked)).one_or_none()
        return row

    async def newest(
        self, connection: AsyncConnection, limit: int, before: str | None
    ) -> tuple[list[Found], str | None]:
        """Rows, the newest first, from the one after `before`; and what `before` is for the next.

        One that is gone since it was named stands for the beginning.
        """
        asked = select(self.table).order_by(self.table.c.number.desc())
        last = await self.find(connection, before) if before else None
        if last is not None:
            asked = asked.where(self.table.c.number < last.number)
        rows = list(await connection.execute(asked.limit(limit + 1)))
        return rows[:limit], rows[limit - 1].id if len(rows) > limit else None

    async def drop(self, connection: AsyncConnection, id_: str) -> bool:
        """Drop a row with what belongs to it; whether there was one."""
        gone = await connection.execute(delete(self.table).where(self.table.c.id == id_))
        return bool(gone.rowcount)

    async def sweep(self, connection: AsyncConnection, settings: Settings) -> int:
        """Drop what was not used for too long; how many rows that were."""
        days = getattr(settings, f"{self.one}_days")
        old = self.table.c.touched < now() - days * DAY
        return (await connection.execute(delete(self.table).where(old))).rowcount

    async def touch(self, connection: AsyncConnection, row: Found) -> None:
        """It was used."""
        here = self.table.c.number == row.number
        await connection.execute(update(self.table).where(here).values(touched=now()))

    async def refuse_beyond(
        self, connection: AsyncConnection, settings: Settings, size: int
    ) -> None:
        """Refuse one more row of so many bytes where that is more than may be.

        Raises:
            StoreFull: as many are kept as may, or as much.
        """
        many, setting = f"{self.one}s", f"max_{self.one}s"
        total = func.coalesce(func.sum(self.table.c.size), 0)
        asked = select(func.count(), total).select_from(self.table)
        count, taken = (await connection.execute(asked)).one()
        if count >= getattr(settings, setting):
            raise StoreFull(
                f"{count} {many} are kept, as many as may (UNROLLED_{setting.upper()}); delete one "
                "that is not needed"
            )
        most = getattr(settings, f"{setting}_bytes")
        if taken + size > most:
            raise StoreFull(
                f"{self.holds} would take {taken + size} bytes; allowed: {most} "
                f"(UNROLLED_{setting.upper()}_BYTES); delete a {self.one} that is not needed"
            )
