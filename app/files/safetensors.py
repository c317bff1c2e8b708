"""safetensors: a header of JSON, and the bytes of every tensor behind it.

Source: the format's own description, github.com/huggingface/safetensors.
"""

import json
import struct
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
    few,
    named,
    shaped,
    widened,
)

MOST_HEADER = 2**23
"""Bytes of a header: some 80,000 tensors."""

_DTYPES = {
    "BOOL": ("bool", 1),
    "U8": ("uint8", 1),
    "I8": ("int8", 1),
    "F8_E5M2": ("float8_e5m2", 1),
    "F8_E4M3": ("float8_e4m3", 1),
    "U16": ("uint16", 2),
    "I16": ("int16", 2),
    "F16": ("float16", 2),
    "BF16": ("bfloat16", 2),
    "U32": ("uint32", 4),
    "I32": ("int32", 4),
    "F32": ("float32", 4),
    "U64": ("uint64", 8),
    "I64": ("int64", 8),
    "F64": ("float64", 8),
}
"""The format's word → NumPy's, and bytes of one number."""
_READ = {"F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8"}


def is_one(head: bytes) -> bool:
    """Whether a file that begins so may be one: a length, and an object.

    A pickle may begin with the same byte as a length, but no length that is taken has its rest.
    """
    return head[8:9] == b"{" and (head[:1] != b"\x80" or head[3:8] == bytes(5))


def read(path: Path, work: Work) -> Content:
    """The tensors of a file.

    Raises:
        Refused: the header or the tensors do not stand as the format says.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if length > MOST_HEADER:
            raise Refused(f"received a header of {length} bytes; allowed: {MOST_HEADER}")
        if not 2 <= length <= size - 8:
            raise Refused(f"received a header of {length} bytes in a file of {size}")
        header = _parsed(file.read(length))
    begin = 8 + length
    few(len(header))
    spans: list[tuple[int, int, str]] = []
    tensors = []
    for name, said in header.items():
        if name == "__metadata__":
            _check_metadata(said)
            continue
        tensor, start, end = _tensor(path, named(name), said, begin, size)
        spans.append((start, end, name))
        tensors.append((start, tensor))
    _side_by_side(spans, size - begin)
    return Content("safetensors", [one for _, one in sorted(tensors, key=lambda pair: pair[0])])


def _parsed(raw: bytes) -> dict[str, Any]:
    """The header; a name that comes twice is refused."""
    if not raw.startswith(b"{"):
        raise Refused("received a header that does not begin with {")
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise Refused(f"received a header that is not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise Refused("received a header that is nested too deeply") from None
    except ValueError as error:
        raise Refused(f"received a header that is not JSON: {f'{error}'[:120]}") from None
    assert isinstance(found, dict)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refused(f"received {shown(name)} twice in the header")
        found[name] = value
    return found


def _constant(word: str) -> Any:
    raise Refused(f"received {word} in the header; allowed: JSON")


def _check_metadata(said: Any) -> None:
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise Refused("__metadata__: allowed: an object of texts")


def _tensor(path: Path, name: str, said: Any, begin: int, size: int) -> tuple[Tensor, int, int]:
    """A tensor, and where its bytes stand behind the header."""
    if not isinstance(said, dict) or said.keys() != {"dtype", "shape", "data_offsets"}:
        raise Refused(f"{name}: allowed: an object of dtype, shape and data_offsets")
    shape, offsets, word = shaped(name, said["shape"]), said["data_offsets"], said["dtype"]
    if not isinstance(word, str) or word not in _DTYPES:
        raise Refused(f"{name}: received dtype {shown(word)}; allowed: {', '.join(_DTYPES)}")
    if not isinstance(offsets, list) or [type(one) for one in offsets] != [int, int]:
        raise Refused(f"{name}: received data_offsets {shown(offsets)}; allowed: two whole numbers")
    start, end = offsets
    if not 0 <= start <= end <= size - begin:
        raise Refused(
            f"{name}: received data_offsets {shown(start)} to {shown(end)}; allowed: within the "
            f"{size - begin} bytes behind the header"
        )
    dtype, each = _DTYPES[word]
    tensor = Tensor(name, shape, dtype, None)
    if end - start != tensor.size * each:
        raise Refused(
            f"{name}: received {end - start} bytes; shape {shape} of {dtype} takes "
            f"{tensor.size * each}"
        )
    if word not in _READ:
        return tensor, start, end

    def values() -> Values:
        found = np.fromfile(path, _READ[word], tensor.size, offset=begin + start).reshape(shape)
        if word == "BF16":
            found = (found.astype(np.uint32) << 16).view(np.float32)
        return widened(found)

    return Tensor(name, shape, dtype, values), start, end


def _side_by_side(spans: list[tuple[int, int, str]], size: int) -> None:
    """No byte belongs to two tensors, and none to no tensor."""
    at, before = 0, "the header"
    for start, end, name in sorted(spans):
        if start < at:
            raise Refused(f"{name} and {before} overlap: it begins at {start}, before {at}")
        if start > at:
            raise Refused(f"received {start - at} bytes between {before} and {name}; allowed: none")
        at, before = end, name
    if at != size:
        raise Refused(f"received {size - at} bytes behind the last tensor; allowed: none")
