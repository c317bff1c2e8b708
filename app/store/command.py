"""`unrolled runs …`: the database from the command line, without the service."""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.errors import BadInput, NotTaken, StoreAway, StoreFull, Unreadable
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.files import exported, imported
from unrolled.app.store.runs import document, drop, find, newest
from unrolled.app.store.tables import Found

_PAGE = 200
_PIECE = 2**18
_PAGES = {".html", ".htm"}


class Refused(Exception):
    """What was asked for cannot be; the message says why."""


Actions = Mapping[str, Callable[[Database, Namespace], Awaitable[None]]]
"""What a word of the command line does."""


def run(options: Namespace, settings: Settings, actions: Actions | None = None) -> None:
    """Do what the command line asks.

    Args:
        options: of the command line.
        settings: which database, and its bounds.
        actions: what may be asked; None: of runs.
    Raises:
        Refused: it cannot be done.
    """
    anyio.run(_run, options, settings, actions or _ACTIONS)


async def _run(options: Namespace, settings: Settings, actions: Actions) -> None:
    database = Database(settings)
    try:
        await actions[options.action](database, options)
    except StoreAway as error:
        raise Refused(f"the database is away: {error}") from None
    except (StoreFull, Unreadable, NotTaken) as error:
        raise Refused(str(error)) from None
    except BadInput as error:
        first = error.errors[0]
        raise Refused(
            f"{options.file}: {first.pointer} {first.detail}".replace("  ", " ")
        ) from None
    except BrokenPipeError:
        raise  # of the output: nobody reads on
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from None
    finally:
        await database.close()


Page = Callable[[AsyncConnection, int, str | None], Awaitable[tuple[list[Found], str | None]]]
"""So many rows, the newest first, from the one after an id; and what that is for the next ones."""


async def every(database: Database, page: Page) -> AsyncIterator[Found]:
    """All rows of a kind, the newest first."""
    before: str | None = None
    while True:
        last = before
        rows, before = await database.read(lambda c, last=last: page(c, _PAGE, last))  # type: ignore[misc]
        for row in rows:
            yield row
        if before is None:
            return


def printable(name: str) -> str:
    """A name that moves no cursor."""
    return "".join(one if one.isprintable() else "?" for one in name)


async def _list(database: Database, options: Namespace) -> None:
    print(f"{'id':24}{'state':12}{'reports':>8}{'update':>10}  {'changed':26}name")
    async for row in every(database, newest):
        said = document(row)
        update = "" if said["last_update"] is None else said["last_update"]
        print(
            f"{said['id']:24}{said['state']:12}{said['reports']:>8}{update:>10}  "
            f"{said['changed']:26}{printable(said['name'])}"
        )


def _pieces(database: Database, row: Found, *, page: bool) -> AsyncIterator[bytes]:
    if not page:
        return exported(database, row)
    from unrolled.app.assets import Assets
    from unrolled.app.page import templates
    from unrolled.app.saved_pages import page_of

    assets = Assets()
    return page_of(database, assets, templates(assets, database.settings).env, row)


async def _export(database: Database, options: Namespace) -> None:
    """Whole or not at all: a name of its own until the last line is written; .html is a page."""
    row = await database.read(lambda c: find(c, options.id))
    if row is None:
        raise Refused(f"no run has the id {options.id!r}; see unrolled runs list")
    target = Path(options.file)
    part = target.with_name(f"{target.name}.part")
    try:
        async with await anyio.open_file(part, "wb") as file:
            async for piece in _pieces(database, row, page=target.suffix.lower() in _PAGES):
                await file.write(piece)
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


async def _import(database: Database, options: Namespace) -> None:
    settings = database.settings
    size = (await anyio.Path(options.file).stat()).st_size
    if size > settings.max_import_bytes:
        raise Refused(
            f"{options.file}: {size} bytes; allowed: {settings.max_import_bytes} "
            "(UNROLLED_MAX_IMPORT_BYTES)"
        )

    async def pieces() -> AsyncIterator[bytes]:
        async with await anyio.open_file(options.file, "rb") as file:
            while piece := await file.read(_PIECE):
                yield piece

    try:
        row, new = await imported(database, pieces(), settings.max_body_bytes)
    except Unreadable as error:
        raise Refused(f"{options.file}: {error}") from None
    print(row.id)
    if not new:
        print("it was kept already", file=sys.stderr)


async def _delete(database: Database, options: Namespace) -> None:
    if not await database.write(lambda c: drop(c, options.id)):
        raise Refused(f"no run has the id {options.id!r}; see unrolled runs list")


_ACTIONS = {"list": _list, "export": _export, "import": _import, "delete": _delete}
