"""npz: a zip archive of NumPy's arrays, each with a header of its own, and none a pickle."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.files.content import (
    Content,
    Refused,
    Tensor,
    Values,
    Work,
    named,
    reading,
    shaped,
    widened,
)
from unrolled.app.files.zips import Members, opened

_END = ".npy"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def is_one(members: Members) -> bool:
    """Whether an archive holds arrays alone."""
    return bool(members) and all(name.endswith(_END) for name in members)


def read(path: Path, work: Work) -> Content:
    """The arrays of a file.

    Raises:
        Refused: the archive, or an array in it, is not as the format says.
    """
    archive, members = opened(path)
    work.held.enter_context(archive)
    return Content("npz", [_tensor(archive, one) for one in members.values()])


def _tensor(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Tensor:
    name = named(member.filename.removesuffix(_END))
    with reading("npz"), archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in _HEADERS:
            raise Refused(
                f"{name}: received version {version} of NumPy's format; allowed: 1.0, 2.0"
            )
        said, _, dtype = _HEADERS[version](file)
        begin = file.tell()
    if dtype.hasobject:
        raise Refused(f"{name}: holds Python objects, which are a pickle; allowed: numbers")
    shape = shaped(name, tuple(int(size) for size in said))
    tensor = Tensor(name, shape, dtype.name, None)
    if member.file_size - begin != tensor.size * dtype.itemsize:
        raise Refused(
            f"{name}: received {member.file_size - begin} bytes; shape {shape} of {dtype.name} "
            f"takes {tensor.size * dtype.itemsize}"
        )
    if dtype.kind != "f" or dtype.itemsize > 8:
        return tensor

    def values() -> Values:
        with reading("npz"), archive.open(member) as file:
            found: Any = np.lib.format.read_array(file, allow_pickle=False)
        if found.dtype != dtype:
            raise Refused(f"{shown(name)} reads otherwise than it is described")
        return widened(found)

    return Tensor(name, shape, dtype.name, values)
