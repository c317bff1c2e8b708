"""The places of a map as they are kept, answered and written to files."""

import io
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial
from typing import Any

import anyio.to_thread
import msgspec
import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from unrolled.app.store.database import Database
from unrolled.app.store.sweeps import page
from unrolled.app.store.tables import Found
from unrolled.engine import NUMBERS, Spread, Sweep, SweepPoint, spread

MOST_PLACES = 20_000
"""Of one answer as JSON."""
MOST_ARRAY = 4_000_000
"""Of one as arrays."""
_AT_ONCE = 2_000
"""Places that are read and written to a file at once: others are answered between them."""

Json = dict[str, Any]


def place_of(sweep: Sweep, at: tuple[int, ...]) -> int:
    """How far a place stands from the first one, along the last axis first."""
    place = 0
    for own, size in zip(at, sweep.shape, strict=True):
        place = place * size + own
    return place


def at_of(sweep: Sweep, place: int) -> tuple[int, ...]:
    """The same back."""
    at: list[int] = []
    for size in reversed(sweep.shape):
        place, own = divmod(place, size)
        at.append(own)
    return tuple(reversed(at))


def row_of(
    sweep: Sweep, point: SweepPoint, draws: Iterable[Mapping[str, Any]], error: str | None
) -> Json:
    """A place as it is kept: the summary of its draws."""
    own = list(draws)
    body = [_brief(spread(name, [one[name] for one in own])) for name in sweep.numbers]
    return {
        "place": place_of(sweep, point.at),
        "stride": point.stride,
        "error": error,
        "body": msgspec.json.encode(body).decode(),
    }


def _brief(found: Spread) -> list[Any]:
    if found.shares is not None:
        return [found.middle, found.shares, found.count]
    return [found.middle, found.low, found.high, found.count]


def stride_for(sweep: Sweep, resolution: int | None) -> int:
    """How far apart places have to be for no axis to show more than so many; a power of two."""
    if resolution is None:
        return 1
    longest, stride = max(len(axis.values) for axis in sweep.axes), 1
    while -(-longest // stride) > resolution:
        stride *= 2
    return stride


def told(sweep: Sweep, rows: list[Found], following: int | None) -> bytes:
    """Places by columns, as JSON."""
    places = np.array([row.place for row in rows], np.int64)
    bodies = [msgspec.json.decode(row.body) for row in rows]
    numbers: Json = {}
    for n, name in enumerate(sweep.numbers):
        own = [body[n] for body in bodies]
        if NUMBERS[name].names:
            named = [one if isinstance(one[1], dict) else [None, {}, 0] for one in own]
            columns: Json = {"middle": [one[0] for one in named]}
            columns["shares"] = [one[1] for one in named]
            columns["count"] = [one[2] for one in named]
        else:
            columns = {
                field: [one[k] for one in own]
                for k, field in enumerate(("middle", "low", "high", "count"))
            }
        numbers[name] = columns
    return msgspec.json.encode(
        {
            "sequence": [row.sequence for row in rows],
            "at": np.transpose(np.unravel_index(places, sweep.shape)).tolist(),
            "stride": [row.stride for row in rows],
            "error": [row.error for row in rows],
            "numbers": numbers,
            "next": following,
        }
    )


async def every(store: Database, row: Found, stride: int) -> AsyncIterator[list[Found]]:
    """All places that are known, some after the other."""
    after = 0
    while found := await store.read(partial(_page, row.number, after, stride)):
        after = found[-1].sequence
        yield found


async def _page(number: int, after: int, stride: int, connection: AsyncConnection) -> list[Found]:
    return await page(connection, number, after, _AT_ONCE, stride)


async def as_csv(sweep: Sweep, parts: AsyncIterator[list[Found]]) -> AsyncIterator[str]:
    """A line a place: the values of its axes, and of every number what its draws make."""
    axes = sweep.axes if sweep.rows is None else (sweep.rows, *sweep.axes)
    head = [axis.at for axis in axes]
    for name in sweep.numbers:
        of_names = [f"{name} {one}" for one in NUMBERS[name].names]
        head += [name, *of_names] if of_names else [name, f"{name} low", f"{name} high"]
        head.append(f"{name} draws")
    yield _line([*head, "error"])
    said = [axis.labels or axis.values for axis in axes]
    async for rows in parts:
        yield await anyio.to_thread.run_sync(_lines, sweep, said, rows)


def _lines(sweep: Sweep, said: list[tuple[Any, ...]], rows: list[Found]) -> str:
    lines = []
    for row in rows:
        at = at_of(sweep, row.place)
        cells = [values[n] for values, n in zip(said, at, strict=True)]
        for name, one in zip(sweep.numbers, msgspec.json.decode(row.body), strict=True):
            cells += _cells(name, one)
        lines.append(_line([*cells, row.error]))
    return "".join(lines)


def _cells(name: str, one: list[Any]) -> list[Any]:
    names = NUMBERS[name].names
    if not names:
        return one
    shares = one[1] if isinstance(one[1], dict) else {}
    return [one[0], *(shares.get(each, 0) for each in names), one[-1]]


def _line(cells: list[Any]) -> str:
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if isinstance(value, str) and text[:1] in "=+-@":
        text = f"'{text}"  # no spreadsheet takes it for a formula
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(sign in text for sign in ',"\r\n') else text


async def as_npz(sweep: Sweep, parts: AsyncIterator[list[Found]]) -> bytes:
    """Arrays in the order of the map's axes, rows first; NaN where nothing is known. A name is the
    number of its place in `<number>.names`, from 0, and −1 where there is none.
    """
    arrays: dict[str, Any] = {}
    for name in sweep.numbers:
        if names := NUMBERS[name].names:
            arrays[name] = np.full(sweep.shape, -1, np.int8)
            arrays[f"{name}.names"] = np.array(names)
            continue
        for part in (name, f"{name}.low", f"{name}.high"):
            arrays[part] = np.full(sweep.shape, np.nan)
    async for rows in parts:
        await anyio.to_thread.run_sync(_fill, arrays, sweep, rows)
    axes = sweep.axes if sweep.rows is None else (sweep.rows, *sweep.axes)
    for n, axis in enumerate(axes):
        said = axis.labels or axis.values
        plain = all(isinstance(one, int | float) for one in said)
        arrays[f"axis_{n}"] = np.array(said if plain else [str(one) for one in said])
    arrays["sweep"] = np.array(msgspec.json.encode(sweep.document()).decode())
    return await anyio.to_thread.run_sync(_packed, arrays)


def _fill(arrays: dict[str, Any], sweep: Sweep, rows: list[Found]) -> None:
    for row in rows:
        for name, one in zip(sweep.numbers, msgspec.json.decode(row.body), strict=True):
            if one[0] is None:
                continue
            if names := NUMBERS[name].names:
                arrays[name].flat[row.place] = names.index(one[0])
                continue
            for part, value in zip((name, f"{name}.low", f"{name}.high"), one, strict=False):
                arrays[part].flat[row.place] = np.nan if value is None else value


def _packed(arrays: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()
