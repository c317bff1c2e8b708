"""Networks out of files: kept once, found, changed, dropped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.attached import Attached, cell_of
from unrolled.app.errors import BadInput, InputError, shown
from unrolled.app.files.content import Values
from unrolled.app.files.readers import OPEN
from unrolled.app.files.supported import reads as readable_by
from unrolled.app.files.supported import why_not
from unrolled.app.settings import Settings
from unrolled.app.store.by_hash import ByHash
from unrolled.app.store.packing import unpacked
from unrolled.app.store.runs import Document, instant, now, unguessable
from unrolled.app.store.tables import NETWORK_BLOCKS, NETWORKS, Found

_ROOM = ByHash(NETWORKS, "network", "the weights of all networks")
find, newest, drop, sweep, touch = (
    _ROOM.find,
    _ROOM.newest,
    _ROOM.drop,
    _ROOM.sweep,
    _ROOM.touch,
)
_INSIDE = {"wrong", "arrays", "statistics"}
"""What is kept of a module, and not answered as it is."""


def document(row: Found) -> Document:
    """A network as it is answered."""
    about = json.loads(row.about)
    modules = [_module(one) for one in about["modules"]]
    module = _named(about["modules"], row.module)
    head = _named(about["heads"], row.head)
    return {
        "id": row.id,
        "name": row.name,
        "note": row.note,
        "created": instant(row.created),
        "changed": instant(row.changed),
        "format": row.format,
        "digest": row.digest,
        "bytes": row.bytes,
        "tensors": about["tensors"],
        "tensors_left_off": about["tensors_left_off"],
        "modules": modules,
        "heads": [_head(one) for one in about["heads"]],
        "module": row.module,
        "head": row.head,
        "statistics": (module["statistics"] if module else {})
        | (head["statistics"] if module and head else {}),
    }


def _module(said: Document) -> Document:
    why = said["wrong"] or why_not(said)
    shown_ = {name: value for name, value in said.items() if name not in _INSIDE}
    return shown_ | {"cell": cell_of(said["module"]), "supported": why is None, "why_not": why}


def _head(said: Document) -> Document:
    """A head as it is answered; of one that came before its graph was followed nothing is known."""
    shown_ = {name: value for name, value in said.items() if name not in _INSIDE}
    return {"reads": None, "assumed": [OPEN]} | shown_


def _named(listed: list[Document], name: str | None) -> Document | None:
    return next((one for one in listed if one["name"] == name), None)


async def known(connection: AsyncConnection, digest: str) -> Found | None:
    """The network of a file that came before; None where none did."""
    return await _ROOM.known(connection, digest=digest)


async def create(
    connection: AsyncConnection, settings: Settings, said: Document, blocks: Path
) -> tuple[Found, bool]:
    """A new network, or the one of the same file; and whether it is new.

    Args:
        connection: within a transaction that writes.
        settings: how many may be kept.
        said: `digest`, `name` and `bytes`, and what `app.files.job` found.
        blocks: the file in which the weights stand.
    Raises:
        StoreFull: as many are kept as may, or as much.
    """
    before = await known(connection, said["digest"])
    if before is not None:
        return before, False
    about = {n: said[n] for n in ("tensors", "tensors_left_off", "modules", "heads", "arrays")}
    text = json.dumps(about)
    size = len(text) + sum(packed for one in said["arrays"] for packed, _ in one["blocks"])
    await _ROOM.refuse_beyond(connection, settings, size)
    at = now()
    values = {
        "id": unguessable(),
        "note": "",
        "about": text,
        "created": at,
        "changed": at,
        "touched": at,
        "size": size,
    } | {n: said[n] for n in ("digest", "name", "format", "module", "head", "bytes")}
    row = (await connection.execute(insert(NETWORKS).values(values).returning(NETWORKS))).one()
    with blocks.open("rb") as file:
        for number, one in enumerate(said["arrays"]):
            for block, (packed, raw) in enumerate(one["blocks"]):
                place = {"network": row.number, "array": number, "block": block}
                body = file.read(packed)
                await connection.execute(
                    insert(NETWORK_BLOCKS).values(place | {"size": raw, "body": body})
                )
    return row, True


async def change(connection: AsyncConnection, network: str, said: Document) -> Found | None:
    """Set what is said; the network as it is then, or None where there is none.

    Raises:
        BadInput: a module or a head that it does not have, or that cannot be computed.
    """
    row = await find(connection, network)
    if row is None:
        return None
    about = json.loads(row.about)
    chosen: Document = {"module": row.module, "head": row.head} | said
    module = _able(about["modules"], chosen["module"], "module")
    head = _able(about["heads"], chosen["head"], "head")
    if head is not None and module is not None and not _reads(head, module):
        if "head" in said:
            raise BadInput([InputError(("head",), _narrow(head, module))])
        head = None
    if "module" in said and "head" not in said and module is not None and head is None:
        reading = [one for one in about["heads"] if _reads(one, module)]
        head = reading[0] if len(reading) == 1 else None
    values = said | {"module": chosen["module"], "head": head and head["name"]}
    values |= {"changed": now(), "touched": now()}
    asked = update(NETWORKS).where(NETWORKS.c.number == row.number).values(values)
    changed: Found = (await connection.execute(asked.returning(NETWORKS))).one()
    return changed


def _able(listed: list[Document], name: str | None, field: str) -> Document | None:
    """A module or a head that can be taken; None where none is named."""
    if name is None:
        return None
    one = _named(listed, name)
    if one is None:
        names = ", ".join(shown(each["name"]) for each in listed[:10]) or "none"
        raise BadInput([InputError((field,), f"received {shown(name)}; the file has: {names}")])
    why = one["why_not"] if field == "head" else one["wrong"] or why_not(one)
    if why is not None:
        raise BadInput([InputError((field,), f"received {shown(name)}; {why}")])
    return one


def _width(module: Document) -> int:
    own: int = module["projection_size"] or module["hidden_size"]
    return own * 2 if module["bidirectional"] else own


def _reads(head: Document, module: Document) -> bool:
    return readable_by(head, module["name"], _width(module))


def _narrow(head: Document, module: Document) -> str:
    if head["input_size"] == _width(module):
        allowed = ", ".join(map(shown, head["reads"][:10]))
        return (
            f"received {shown(head['name'])}, which does not read the states of "
            f"{shown(module['name'])}; it reads those of: {allowed}"
        )
    return (
        f"received {shown(head['name'])}, which reads {head['input_size']} numbers; the module "
        f"{shown(module['name'])} has {_width(module)}"
    )


Blocks = dict[int, list[tuple[int, bytes]]]
"""Number of an array → its blocks in turn: bytes uncompressed, and the body."""


async def chosen(
    connection: AsyncConnection, network: str, module: str | None, head: str | None
) -> tuple[Found, Document, Document | None, Blocks]:
    """A network's module and head, with the blocks of their arrays.

    Raises:
        BadInput: there is no such network, module or head, or it cannot be computed.
    """
    row = await find(connection, network)
    if row is None:
        raise _gone(network)
    said, reads = _taken(row, module, head)
    wanted = {number for layer in said["arrays"] for number in layer.values()}
    wanted |= set(reads["arrays"].values()) if reads else set()
    asked = (
        select(NETWORK_BLOCKS.c.array, NETWORK_BLOCKS.c.size, NETWORK_BLOCKS.c.body)
        .where(NETWORK_BLOCKS.c.network == row.number, NETWORK_BLOCKS.c.array.in_(wanted))
        .order_by(NETWORK_BLOCKS.c.array, NETWORK_BLOCKS.c.block)
    )
    blocks: Blocks = {}
    for array, size, body in await connection.execute(asked):
        blocks.setdefault(array, []).append((size, body))
    return row, said, reads, blocks


async def sizes(
    connection: AsyncConnection, network: str, module: str | None, head: str | None
) -> Document:
    """What `network` of an experiment has to say of a network's module and head, and as `module`
    which one that is.

    Raises:
        BadInput: as `chosen`.
    """
    row = await find(connection, network)
    if row is None:
        raise _gone(network)
    said, reads = _taken(row, module, head)
    found: Document = {
        "module": said["name"],
        "cell": cell_of(said["module"]),
        "input_size": said["input_size"],
        "hidden_size": said["hidden_size"],
        "num_layers": said["layers"],
        "bidirectional": said["bidirectional"],
    }
    for field in ("activation", "projection_size"):
        found |= {field: said[field]} if said[field] else {}
    return found | ({"output_size": reads["output_size"]} if reads else {})


def _gone(network: str) -> BadInput:
    told = f"received {shown(network)}; no network has this id: it was deleted, or is too old"
    return BadInput([InputError(("id",), told)])


def _taken(row: Found, module: str | None, head: str | None) -> tuple[Document, Document | None]:
    """The module and the head of those names, which can be computed together; where no module is
    named, the one that is chosen.
    """
    about = json.loads(row.about)
    said = _able(about["modules"], module or row.module, "module")
    reads = _able(about["heads"], head, "head")
    if said is None:
        names = ", ".join(shown(one["name"]) for one in about["modules"][:10])
        told = f"missing, and none is chosen in the network; the file has: {names}"
        raise BadInput([InputError(("module",), told)])
    if reads is not None and not _reads(reads, said):
        raise BadInput([InputError(("head",), _narrow(reads, said))])
    return said, reads


def attached(row: Found, module: Document, head: Document | None, blocks: Blocks) -> Attached:
    """The same as arrays.

    Raises:
        OSError: a row holds something else.
    """
    arrays = json.loads(row.about)["arrays"]

    def whole(named: Mapping[str, int]) -> dict[str, Values]:
        return {
            name: _array(arrays[number], blocks.get(number, [])) for name, number in named.items()
        }

    open_ = any("activation is tanh" in words for words in module["assumed"])
    return Attached(
        name=row.name or module["name"],
        kind=module["module"],
        layers=[whole(layer) for layer in module["arrays"]],
        activation=None if open_ else module["activation"],
        assumed=[*module["assumed"], *(_head(head)["assumed"] if head else [])],
        head=whole(head["arrays"]) if head else {},
    )


def _array(said: Document, blocks: list[tuple[int, bytes]]) -> Values:
    raw = b"".join(unpacked(body, size) for size, body in blocks)
    dtype = np.dtype(said["dtype"]).newbyteorder("<")
    found: Any = np.frombuffer(raw, dtype)
    shape = tuple(said["shape"])
    if found.size != np.prod(shape, dtype=np.int64):
        raise OSError("database disk image is malformed: an array has another size than it says")
    return found.reshape(shape).astype(said["dtype"], copy=False)  # type: ignore[no-any-return]
