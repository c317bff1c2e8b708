"""The file of a run that the service trained, read as arrays; and that of any run."""

from __future__ import annotations

import base64
import math
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unrolled.engine import Records
from unrolled.watch import runs
from unrolled.watch.runs import Json, NotARun, Run

_WRONG = (AttributeError, KeyError, TypeError, ValueError, zlib.error)
_KINDS = ("<f8", "<f4", "|u1")
_NAMES = {name: f"log10_{name}" for name in ("hidden", "cell", "weight", "step")}
"""Column of the file → that of the records, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedRun(Run):
    """A run that the service trained; it has no reports, but a row an update.

    Attributes:
        plan: all that decides its numbers, as `unrolled.Plan.from_json` takes it.
        changes: (first update that it holds for, change), in their order.
        names: of the parameters, in the order of `records.log10_weight`.
        records: the updates, by columns. Logarithms of states, weights and steps are kept to 0.0002
            within 10^±8, all else to the last digit.
        marks: what happened: id, update, kind, text, values.
        ended: why there are no more updates, in words; None where there may be.
    """

    plan: Json
    changes: tuple[tuple[int, Json], ...]
    names: tuple[str, ...]
    records: Records
    marks: tuple[Json, ...]
    ended: str | None

    @property
    def last_update(self) -> int | None:
        """Of the newest row."""
        return int(self.records.update[-1]) if len(self.records) else None


def load_run(path: str | os.PathLike[str]) -> Run:
    """Read a file of a run.

    Args:
        path: of a file that ``unrolled.torch.watch`` wrote or the page exported.
    Returns:
        a run with reports; of one that the service trained a `TrainedRun`, with its updates as
        arrays. A torn last line is dropped, and the updates whose lines it leaves incomplete.
    Raises:
        NotARun: it is something else, or a line of it is damaged, but for a last one that is torn.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        lines = runs.whole_lines(file)
        said = runs.first_line(next(lines, (1, {}))[1])
        if said.get("kind") == "trained":
            return _trained(said, lines)
    return runs.load_run(path)


def _trained(said: Json, lines: Iterator[tuple[int, Json]]) -> TrainedRun:
    head = _Head(said)
    parts: list[Records] = []
    pieces: list[bytes] = []
    marks: list[Json] = []
    end: Json | None = None
    done = 0
    for number, line in lines:
        end = line.get("end")
        try:
            marks += list(map(dict, line.get("marks", [])))
            block = line.get("updates")
            if block is None:
                continue
            pieces = _with_piece(pieces, block)
            if len(pieces) < block["parts"]:
                continue
            first, last = int(block["first"]), int(block["last"])
            if first != done + 1:
                raise ValueError(f"updates {first} to {last}; allowed: what follows {done}")
            parts.append(head.records(first, last - first + 1, b"".join(pieces)))
            pieces, done = [], last
        except _WRONG as error:
            raise NotARun(f"line {number}: not of a run that was trained: {error}") from None
    changed = end.get("changed") if isinstance(end, dict) else said.get("changed")
    return TrainedRun(
        name=str(said.get("name", "")),
        note=str(said.get("note", "")),
        kind="trained",
        state="ended" if isinstance(end, dict) else "interrupted",
        created=runs.instant(said.get("created")),
        changed=runs.instant(changed),
        about=said["about"] if isinstance(said.get("about"), dict) else {},
        reports=(),
        plan=head.plan,
        changes=head.changes,
        names=head.names,
        records=Records.joined(parts) if parts else head.records(1, 0, zlib.compress(b"")),
        marks=tuple(marks),
        ended=head.ended,
    )


def _with_piece(before: list[bytes], said: Json) -> list[bytes]:
    if said["part"] != len(before) or said["part"] >= said["parts"]:
        raise ValueError("parts of updates that do not follow each other")
    return [*before, base64.b64decode(said["body"].encode(), validate=True)]


class _Head:
    """What the first line says of a training, and how its updates lie in bytes.

    Raises:
        NotARun: it does not say it.
    """

    def __init__(self, said: Json) -> None:
        try:
            training = said["training"]
            self.plan: Json = dict(training["plan"])
            self.changes = tuple((int(first), dict(one)) for first, one in training["changes"])
            self.names = tuple(str(name) for name in training["parameters"])
            self.ended: str | None = training["ended"]
            self._columns = {
                str(name): (_kind(kind), tuple(_size(one) for one in shape))
                for name, kind, shape in training["columns"]
            }
        except _WRONG as error:
            raise NotARun(
                f"line 1: it does not say how its updates are written ({error}); allowed: a file "
                "that this version of the service exports"
            ) from None

    def records(self, first: int, count: int, body: bytes) -> Records:
        """Rows out of the bytes that are kept of them.

        Args:
            first: number of the first update.
            count: of them.
            body: every column by the place of its bytes in a number, compressed.
        Raises:
            ValueError: it holds more or less, or no such columns.
        """
        if count < 0:
            raise ValueError(f"{count} updates")
        size = sum(
            count * np.dtype(kind).itemsize * math.prod(shape)
            for kind, shape in self._columns.values()
        )
        reader = zlib.decompressobj()
        raw = reader.decompress(body, size + 1)
        if len(raw) != size:
            raise ValueError("updates of another size than it says")
        columns: dict[str, Any] = {"log10_cell": None}
        at = 0
        for name, (kind, shape) in self._columns.items():
            numbers, item = count * math.prod(shape), np.dtype(kind).itemsize
            apart: npt.NDArray[np.uint8] = np.frombuffer(raw, np.uint8, numbers * item, at)
            values = np.ascontiguousarray(apart.reshape(item, numbers).T).view(kind)
            columns[_NAMES.get(name, name)] = values.reshape(count, *shape).astype(
                bool if kind == "|u1" else np.float64
            )
            at += numbers * item
        return Records(update=np.arange(first, first + count), **columns)


def _kind(kind: object) -> str:
    if kind not in _KINDS:
        raise ValueError(f"columns of {kind!r}; allowed: {', '.join(_KINDS)}")
    return str(kind)


def _size(size: object) -> int:
    if not isinstance(size, int) or size < 0:
        raise ValueError(f"a size of {size!r}")
    return size
