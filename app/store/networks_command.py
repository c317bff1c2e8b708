"""`unrolled networks …`: files of networks from the command line, without the service."""

import hashlib
import shutil
from argparse import Namespace
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from unrolled.app.compute import Compute
from unrolled.app.errors import NotTaken
from unrolled.app.files.job import BLOCKS, FILE
from unrolled.app.store.command import Actions, Refused, every, printable
from unrolled.app.store.database import Database
from unrolled.app.store.networks import create, document, drop, newest
from unrolled.app.upload import folder


async def _list(database: Database, options: Namespace) -> None:
    print(f"{'id':24}{'format':13}{'bytes':>11}  {'module':32}name")
    async for row in every(database, newest):
        said = document(row)
        module = next((m for m in said["modules"] if m["name"] == said["module"]), None)
        kind = module["module"] if module else f"{len(said['modules'])} to choose from"
        name = printable(said["name"])
        print(f"{said['id']:24}{said['format']:13}{said['bytes']:>11}  {kind:32}{name}")


async def _import(database: Database, options: Namespace) -> None:
    settings, source = database.settings, Path(options.file)
    size = (await anyio.Path(source).stat()).st_size
    if size > settings.max_network_bytes:
        raise Refused(
            f"{source}: {size} bytes; allowed: {settings.max_network_bytes} "
            "(UNROLLED_MAX_NETWORK_BYTES)"
        )
    async with folder(settings) as place:
        said = {"digest": await anyio.to_thread.run_sync(_copied, source, place / FILE)}
        compute = Compute(1, settings.job_seconds, settings.memory_bytes)
        try:
            found = await compute.read_file(str(place), anyio.sleep_forever)
        except NotTaken as error:
            raise Refused(f"{source}: {error}") from None
        said |= msgspec.json.decode(found) | {"name": source.name[:200], "bytes": size}
        row, _ = await database.write(lambda c: create(c, settings, said, place / BLOCKS))
    print(row.id)


def _copied(source: Path, target: Path) -> str:
    """The file's SHA-256; what is read is what was digested, whoever writes to it meanwhile."""
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _delete(database: Database, options: Namespace) -> None:
    if not await database.write(lambda c: drop(c, options.id)):
        raise Refused(f"no network has the id {options.id!r}; see unrolled networks list")


ACTIONS: Actions = {"list": _list, "import": _import, "delete": _delete}
"""What a word of the command line does."""
