"""Keras: HDF5 files of weights, alone or within a .keras archive with the model's configuration.

Nothing but groups and plain arrays is read: no link that leads elsewhere, no array whose bytes lie
in another file or come out of a filter, no attribute but the legacy format's configuration.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unrolled.app.errors import shown
from unrolled.app.files.content import (
    Content,
    Refused,
    Tensor,
    Values,
    Work,
    few,
    named,
    reading,
    shaped,
    widened,
)
from unrolled.app.files.keras_graph import SOURCES, sources
from unrolled.app.files.zips import Members, opened

DEEPEST = 32
MOST_CONFIG = 2**24
"""Bytes of a configuration."""

_SIGN = b"\x89HDF\r\n\x1a\n"
_WEIGHTS = "model.weights.h5"
_CONFIG = "config.json"
_MORE = {"metadata.json", "assets/"}

Facts = dict[str, dict[str, Any]]


def is_weights(head: bytes) -> bool:
    """Whether a file begins as HDF5 does."""
    return head.startswith(_SIGN)


def is_archive(members: Members) -> bool:
    """Whether an archive is a model of Keras."""
    return _WEIGHTS in members or _CONFIG in members


def read_archive(path: Path, work: Work) -> Content:
    """A .keras archive.

    Raises:
        Refused: a member is missing, or not as it must be.
    """
    archive, members = opened(path)
    work.held.enter_context(archive)
    for name in (_CONFIG, _WEIGHTS):
        if name not in members:
            raise Refused(f"received a .keras archive without {name}")
    if members[_CONFIG].file_size > MOST_CONFIG:
        size = members[_CONFIG].file_size
        raise Refused(f"received {_CONFIG} of {size} bytes; allowed: {MOST_CONFIG}")
    inside = work.folder / "weights.h5"
    with reading("a .keras archive"):
        facts = _facts(archive.read(_CONFIG), by_class=True)
        with archive.open(_WEIGHTS) as source, inside.open("wb") as target:
            shutil.copyfileobj(source, target, 2**20)
    return Content("keras", list(_tensors(_opened(inside, work))), facts=facts)


def read_weights(path: Path, work: Work) -> Content:
    """A .weights.h5 or .h5 file.

    Raises:
        Refused: it is not as it must be.
    """
    file = _opened(path, work)
    facts: Facts = {}
    with reading("HDF5"):
        said = file.attrs.get_id("model_config") if "model_config" in file.attrs else None
        if said is not None and said.shape == () and said.get_storage_size() <= MOST_CONFIG:
            facts = _facts(file.attrs["model_config"], by_class=False)
    return Content("keras", list(_tensors(file)), facts=facts)


def _opened(path: Path, work: Work) -> Any:
    with reading("HDF5"):
        import h5py

        # A file object of Python's: HDF5 itself opens nothing, whatever the file says of its parts.
        plain = work.held.enter_context(path.open("rb"))
        return work.held.enter_context(h5py.File(plain, "r"))


def _tensors(file: Any) -> Iterator[Tensor]:
    """Every array below a group, in the order of names; a group is entered once."""
    import h5py

    seen: set[int] = set()
    waiting = [("", file.id, 0)]
    count = 0
    while waiting:
        path, group, depth = waiting.pop()
        with reading("HDF5"):
            place = h5py.h5o.get_info(group).addr
            names = [] if place in seen else _names(group, path)
        seen.add(place)
        if depth > DEEPEST:
            raise Refused(f"received groups nested deeper than {DEEPEST}")
        below = []
        for name in names:
            few(count := count + 1)
            whole = f"{path}/{name}" if path else name
            with reading("HDF5"):
                one = _object(group, name, whole)
            if isinstance(one, h5py.h5g.GroupID):
                below.append((whole, one, depth + 1))
            elif isinstance(one, h5py.h5d.DatasetID):
                yield _tensor(whole, one)
        waiting.extend(reversed(below))


def _names(group: Any, path: str) -> list[str]:
    few(group.get_num_objs())
    return [_name(raw, path) for raw in group]


def _name(raw: bytes, path: str) -> str:
    try:
        return named(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"received a name below {shown(path or '/')} that is not UTF-8") from None


def _object(group: Any, name: str, whole: str) -> Any:
    """What a link leads to, where it leads to this file.

    Raises:
        Refused: a link of another kind.
    """
    import h5py

    kind = group.links.get_info(name.encode()).type
    if kind != h5py.h5l.TYPE_HARD:
        what = "another file" if kind == h5py.h5l.TYPE_EXTERNAL else "another place"
        raise Refused(f"{whole} is a link to {what}; allowed: groups and arrays")
    return h5py.h5o.open(group, name.encode())


def _tensor(name: str, data: Any) -> Tensor:
    import h5py
    import numpy as np

    with reading("HDF5"):
        made, space, kind = data.get_create_plist(), data.get_space(), data.get_type()
        if made.get_external_count():
            raise Refused(f"{name}: its numbers stand in another file; allowed: in this one")
        if made.get_layout() == h5py.h5d.VIRTUAL:
            raise Refused(f"{name}: is made of other arrays; allowed: arrays of numbers")
        if made.get_nfilters():
            raise Refused(f"{name}: is packed by a filter; allowed: arrays that are not")
        if space.get_simple_extent_type() == h5py.h5s.NULL:
            raise Refused(f"{name}: is empty and has no shape; allowed: arrays")
        shape = shaped(name, tuple(int(size) for size in space.get_simple_extent_dims()))
        simple = isinstance(kind, (h5py.h5t.TypeFloatID, h5py.h5t.TypeIntegerID))
        dtype = kind.dtype if simple else np.dtype("V")
        tensor = Tensor(name, shape, dtype.name, None)
        if dtype.kind != "f" or dtype.itemsize not in (2, 4, 8):
            return tensor
        there = data.get_storage_size()
    if there < tensor.size * dtype.itemsize:
        raise Refused(
            f"{name}: holds {there} bytes; shape {shape} of {dtype.name} takes "
            f"{tensor.size * dtype.itemsize}"
        )

    def values() -> Values:
        with reading("HDF5"):
            found = np.empty(shape, dtype)
            data.read(h5py.h5s.ALL, h5py.h5s.ALL, found)
            return widened(found)

    return Tensor(name, shape, dtype.name, values)


# --- the configuration ----------------------------------------------------------------------------


def _facts(raw: bytes | str, *, by_class: bool) -> Facts:
    """Name of a layer in the file of weights → its class and configuration.

    Args:
        raw: JSON, of a model.
        by_class: whether layers are named by their class, numbered where it comes again, as in
            .keras; else by their own names.
    """
    try:
        model = json.loads(raw)
        layers = model["config"]["layers"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return {}
    found: Facts = {}
    counts: dict[str, int] = {}
    before: str | None = None
    for one in layers if isinstance(layers, list) else []:
        if not isinstance(one, dict) or not isinstance(one.get("config"), dict):
            continue
        kind, config = str(one.get("class_name")), one["config"]
        name = str(config.get("name"))
        if by_class:
            name = _snake(kind)
            number = counts[name] = counts.get(name, -1) + 1
            name = f"{name}_{number}" if number else name
        read = sources(one, before)
        before = str(config.get("name"))
        found[name] = {"class": kind} | config | {SOURCES: read}
    return found


def _snake(name: str) -> str:
    """As Keras writes a class's name: LSTM → lstm, SimpleRNN → simple_rnn."""
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()
