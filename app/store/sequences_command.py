"""`unrolled sequences …`: files of sequences from the command line, without the service."""

from argparse import Namespace

from unrolled.app.store.command import Actions, Refused, every, printable
from unrolled.app.store.database import Database
from unrolled.app.store.sequences import document, drop, newest


async def _list(database: Database, options: Namespace) -> None:
    print(f"{'id':24}{'format':8}{'kind':9}{'bytes':>11}{'rows':>10}  name")
    async for row in every(database, newest):
        said = document(row)
        print(
            f"{said['id']:24}{said['format']:8}{said['kind']:9}{said['bytes']:>11}"
            f"{said['rows']:>10}  {printable(said['name'])}"
        )


async def _delete(database: Database, options: Namespace) -> None:
    if not await database.write(lambda c: drop(c, options.id)):
        raise Refused(f"no sequence has the id {options.id!r}; see unrolled sequences list")


ACTIONS: Actions = {"list": _list, "delete": _delete}
"""What a word of the command line does."""
