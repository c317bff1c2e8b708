"""npz: named arrays (T,), (T, D) or (N, T, D), put side by side; nothing of it is a pickle."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.files.content import Refused, reading
from unrolled.app.files.zips import opened
from unrolled.app.series.content import (
    Content,
    Values,
    bounded,
    column_names,
    not_any,
    not_finite,
)

MOST_ARRAYS = 200
_END = ".npy"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_NUMBERS = "fiub"


def read(path: Path) -> Content:
    """The arrays of a file as columns: `x`, or `x[0]`, `x[1]`, … where it has several.

    Raises:
        Refused: an array holds no numbers or has another form, or two have other lengths.
    """
    archive, members = opened(path)
    if len(members) > MOST_ARRAYS:
        raise Refused(f"received {len(members)} arrays; allowed: {MOST_ARRAYS}")
    for name in members:
        if not name.endswith(_END):
            raise Refused(f"received {shown(name)} in an npz; allowed: .npy alone", 415)
    notes: list[str] = []
    found: dict[str, Any] = {}
    for one in members.values():
        name = one.filename.removesuffix(_END)
        values = _array(archive, one, name, notes)
        if values is not None:
            found[name] = values
    if not found:
        raise not_any(notes)
    names, values = _beside(found)
    return Content("npz", names, values, notes=notes)


def _array(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, notes: list[str]
) -> Any | None:
    """An array of numbers; None, and a note, where it holds dates or words."""
    with reading("npz"), archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in _HEADERS:
            raise Refused(
                f"{name}: received version {version} of NumPy's format; allowed: 1.0, 2.0"
            )
        shape, _, dtype = _HEADERS[version](file)
        begin = file.tell()
    if dtype.hasobject:
        raise Refused(f"{name}: holds Python objects, which are a pickle; allowed: numbers")
    if dtype.kind in "MmUS":
        what = "dates or times" if dtype.kind in "Mm" else "words"
        notes.append(f"Array {shown(name)} holds {what} and is left out.")
        return None
    if dtype.kind not in _NUMBERS:
        raise Refused(f"{name}: received {dtype.name}; allowed: real numbers")
    if not 1 <= len(shape) <= 3 or 0 in shape:
        raise Refused(f"{name}: received shape {shape}; allowed: (T,), (T, D) or (N, T, D)")
    size = int(np.prod(shape, dtype=object))
    if member.file_size - begin != size * dtype.itemsize:
        raise Refused(
            f"{name}: received {member.file_size - begin} bytes; shape {shape} of {dtype.name} "
            f"takes {size * dtype.itemsize}"
        )
    bounded(size // shape[-1] if len(shape) > 1 else size, shape[-1] if len(shape) > 1 else 1)
    with reading("npz"), archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _beside(found: dict[str, Any]) -> tuple[list[str], Values]:
    """All arrays as (T, D), or as (N, T, D) where one has three axes."""
    deep = next((values for values in found.values() if values.ndim == 3), None)
    lead = deep.shape[:2] if deep is not None else next(iter(found.values())).shape[:1]
    names: list[str] = []
    parts = []
    for name, values in found.items():
        if values.shape[: len(lead)] != lead:
            others = ", ".join(f"{one} {each.shape}" for one, each in found.items())
            raise Refused(
                f"received arrays of other lengths: {others}; allowed: the same number of steps in "
                "all"
            )
        columns = np.asarray(values, dtype=np.float64).reshape(*lead, -1)
        if np.isinf(columns).any():
            place = tuple(np.argwhere(np.isinf(columns))[0].tolist())
            raise not_finite(f"{name}{list(place)}", float(columns[place]))
        width = columns.shape[-1]
        names += [name] if width == 1 else [f"{name}[{n}]" for n in range(width)]
        parts.append(columns)
    values = np.concatenate(parts, axis=-1)
    bounded(values.size // values.shape[-1], values.shape[-1])
    return column_names(names), values
