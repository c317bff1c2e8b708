"""`unrolled sweeps …`: maps that are kept from the command line, without the service."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from unrolled.app.store.command import Actions, Refused, every, printable
from unrolled.app.store.database import Database
from unrolled.app.store.sweeps import document, drop, find, newest, thin
from unrolled.app.store.tables import Found
from unrolled.app.sweeps.places import MOST_ARRAY, as_csv, as_npz
from unrolled.app.sweeps.places import every as every_place
from unrolled.engine import Sweep, SweepAxis

_FILES = (".csv", ".npz")


async def _list(database: Database, options: Namespace) -> None:
    print(f"{'id':24}{'state':10}{'points':>12}{'done':>12}  {'changed':26}name")
    async for row in every(database, newest):
        said = document(row)
        print(
            f"{said['id']:24}{said['state']:10}{said['count']:>12}{said['done']:>12}  "
            f"{said['changed']:26}{printable(said['name'])}"
        )


async def _show(database: Database, options: Namespace) -> None:
    """What is mapped and how far it is, a line each; the values of an axis from first to last."""
    said, sweep = document(row := await _found(database, options)), _sweep(row)
    lines = {
        "id": said["id"],
        "name": said["name"],
        "note": said["note"].replace("\n", " "),
        "state": said["state"],
        "why": said["why"] or "",
        "points": f"{said['done']} of {said['count']}, {said['wrong']} without numbers",
        "networks": f"{said['computed']} computed, {said['known']} known before",
        "created": said["created"],
        "changed": said["changed"],
        "numbers": ", ".join(sweep.numbers),
        "seeds": str(sweep.seeds),
        **{f"axis {n}": _axis(axis) for n, axis in enumerate(sweep.axes)},
        **({} if sweep.rows is None else {"rows": _axis(sweep.rows)}),
        sweep.kind: msgspec.json.encode(sweep.base).decode(),
    }
    for name, words in lines.items():
        if words:
            print(f"{name:12}{printable(words)}")


def _axis(axis: SweepAxis) -> str:
    said = axis.labels or axis.values
    ends = [msgspec.json.encode(one).decode() for one in (said[0], said[-1])]
    return f"{axis.at}, {len(said)} values: {' … '.join(dict.fromkeys(ends))}"


async def _export(database: Database, options: Namespace) -> None:
    """All points that are known; whole or not at all."""
    row, target = await _found(database, options), Path(options.file)
    if target.suffix not in _FILES:
        raise Refused(f"{target}: allowed: a name that ends in {' or '.join(_FILES)}")
    part = target.with_name(f"{target.name}.part")
    try:
        async with await anyio.open_file(part, "wb") as file:
            async for piece in _pieces(database, row, target.suffix):
                await file.write(piece)
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


async def _pieces(database: Database, row: Found, suffix: str) -> AsyncIterator[bytes]:
    sweep, places = _sweep(row), every_place(database, row, 1)
    if suffix == ".csv":
        async for text in as_csv(sweep, places):
            yield text.encode()
        return
    if sweep.count * len(sweep.numbers) > MOST_ARRAY:
        raise Refused(f"{sweep.count:,} points are too many for arrays; export it as *.csv")
    yield await as_npz(sweep, places)


async def _delete(database: Database, options: Namespace) -> None:
    row = await _found(database, options)
    while await database.write(lambda c: thin(c, row.number)):
        pass
    await database.write(lambda c: drop(c, options.id))


async def _found(database: Database, options: Namespace) -> Found:
    row = await database.read(lambda c: find(c, options.id))
    if row is None:
        raise Refused(_unknown(options.id))
    return row


def _unknown(given: str) -> str:
    return f"no map has the id {given!r}; see unrolled sweeps list"


def _sweep(row: Found) -> Sweep:
    return Sweep.of(msgspec.json.decode(row.document))


ACTIONS: Actions = {"list": _list, "show": _show, "export": _export, "delete": _delete}
"""What a word of the command line does."""
