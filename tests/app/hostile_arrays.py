"""Files of safetensors and npz, and of no kind that is read, that are not what they should be."""

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.app.networks import drawn, npz, raw_safetensors, safetensors, torch_arrays

Hostile = tuple[str, bytes, int, str]
"""What it is, the file, the status, and words of the refusal."""

ARRAYS = torch_arrays()
GOOD = safetensors(ARRAYS)


def entry(dtype: Any = "F32", shape: Any = (1,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def header(said: Any, body: bytes = bytes(4), **more: Any) -> bytes:
    return raw_safetensors(json.dumps(said).encode(), body, **more)


def one(**said: Any) -> bytes:
    return header({"a": entry(**said)})


def several() -> Iterator[Hostile]:
    yield "an empty file", b"", 415, "empty file"
    yield "one byte", b"x", 415, "another file"
    yield "a text", b"hello, I am a network" * 40, 415, "allowed: safetensors"
    yield "JSON", b'{"weights": [1, 2]}', 415, "begins like JSON"
    yield "one array", npy(np.ones(3)), 415, "no name"
    yield "gzip", b"\x1f\x8b\x08" + bytes(60), 415, "gzip"
    yield "GGUF", b"GGUF" + bytes(60), 415, "GGUF"
    for protocol in range(6):
        body = pickle.dumps({"a": np.ones(3)}, protocol=protocol)
        yield f"a pickle of protocol {protocol}", body, 415, "safetensors.torch.save_file"
    yield (
        "PyTorch's archive",
        archive({"archive/data.pkl": b"\x80\2.", "archive/data/0": b""}),
        415,
        ('torch.load("model.pt", weights_only=True)'),
    )
    yield "a tar of PyTorch's", bytes(257) + b"ustar" + bytes(300), 415, "pickle"


def headers() -> Iterator[Hostile]:
    yield "a header that is cut off", GOOD[:40], 422, "a header of"
    yield "a body that is cut off", GOOD[:-4], 422, "data_offsets"
    yield "a body too long", GOOD + b"x", 422, "behind the last tensor"
    yield "a header of 2⁶³ bytes", header({}, length=2**63), 422, "allowed: 8388608"
    yield "a header of 1 TiB", header({}, length=2**40), 422, "allowed: 8388608"
    yield "a header longer than the file", header({}, length=2_000), 422, "in a file of"
    yield "a header of one byte", header({}, length=1), 422, "a header of 1"
    yield "a header that is no JSON", raw_safetensors(b"{" * 9), 422, "not JSON"
    yield "a header that is not UTF-8", raw_safetensors(b'{"\xff": 1}'), 422, "not UTF-8"
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    yield "a header nested deeply", raw_safetensors(deep), 422, "nested too deeply"
    twice = b'{"a": %b, "a": %b}' % ((json.dumps(entry()).encode(),) * 2)
    yield "a name that comes twice", raw_safetensors(twice, bytes(4)), 422, "twice"
    yield "a constant that JSON lacks", raw_safetensors(b'{"a": NaN}'), 422, "NaN"
    yield "metadata of numbers", header({"__metadata__": {"a": 1}}), 422, "__metadata__"
    many = {f"{n}": entry(offsets=(4 * n, 4 * n + 4)) for n in range(20_001)}
    yield "too many tensors", header(many, bytes(80_004)), 422, "allowed: 20000"
    yield "no tensor", header({}, b""), 422, "no recurrent layer"


def tensors() -> Iterator[Hostile]:
    yield "an entry that is a list", header({"a": []}), 422, "an object of dtype"
    yield "an entry with more", header({"a": entry() | {"b": 1}}), 422, "an object of dtype"
    yield (
        "an entry without offsets",
        header({"a": {"dtype": "F32", "shape": [1]}}),
        422,
        "a: allowed",
    )
    yield "an unknown dtype", one(dtype="F33"), 422, "'F33'"
    yield "a dtype that is a number", one(dtype=32), 422, "dtype 32"
    yield "a dtype that is a list", one(dtype=["F32"]), 422, "dtype"
    yield "a negative size", one(shape=(-1,)), 422, "size -1"
    yield "a size of 1.0", one(shape=(1.0,)), 422, "size 1.0"
    yield "a size that is true", one(shape=(True,)), 422, "size true"
    yield "a size of 10³⁰", one(shape=(10**30,)), 422, "size"
    yield "sizes whose product is 2⁶⁴", one(shape=(2**32, 2**32)), 422, "takes"
    yield "a shape that is a text", one(shape="1"), 422, "shape"
    yield "too many axes", one(shape=(1,) * 9), 422, "up to 8"
    yield "a negative offset", one(offsets=(-4, 0)), 422, "allowed: within"
    yield "offsets that go back", one(offsets=(4, 0)), 422, "allowed: within"
    yield "offsets beyond the end", one(offsets=(0, 8)), 422, "allowed: within"
    yield "an offset of 10³⁰", one(offsets=(0, 10**30)), 422, "data_offsets"
    yield "an offset of 0.0", one(offsets=(0.0, 4)), 422, "two whole numbers"
    yield "three offsets", one(offsets=(0, 2, 4)), 422, "two whole numbers"
    yield "more bytes than the shape", one(shape=(2,)), 422, "takes 8"
    overlap = {"a": entry(shape=[2], offsets=(0, 8)), "b": entry(shape=[2], offsets=(4, 12))}
    yield "tensors that overlap", header(overlap, bytes(12)), 422, "overlap"
    same = {"a": entry(), "b": entry()}
    yield "tensors of the same bytes", header(same), 422, "overlap"
    gap = {"a": entry(), "b": entry(offsets=(8, 12))}
    yield "bytes of no tensor", header(gap, bytes(12)), 422, "between"
    yield "an empty name", header({"": entry()}), 422, "allowed: a name"
    yield "a long name", header({"a" * 501: entry()}), 422, "allowed: 500"
    yield "a name with NUL", header({"a\0b": entry()}), 422, "printable"
    yield (
        "a name with a lone surrogate",
        raw_safetensors(json.dumps({"a\ud800": entry()}).encode(), bytes(4)),
        422,
        "printable",
    )
    yield "a name that turns the writing", header({"a\u202eb": entry()}), 422, "printable"


def networks() -> Iterator[Hostile]:
    """Well made, and no network that could be taken."""
    yield (
        "a convolution",
        safetensors({"conv.weight": drawn(3, 3, 3)}),
        422,
        "conv.weight (3, 3, 3)",
    )
    yield (
        "a scalar",
        safetensors({"weight_hh": np.float32(1), "weight_ih": drawn(4, 4)}),
        422,
        ("no recurrent layer"),
    )
    for blocks in (2, 5):
        odd = torch_arrays(blocks)
        yield f"{blocks} blocks of rows", safetensors(odd), 422, "no recurrent layer"
    none = {"weight_ih_l0": drawn(0, 3), "weight_hh_l0": drawn(0, 0)}
    yield "a module of no units", safetensors(none), 422, "no recurrent layer"
    alone = {"weight_hh_l0": drawn(16, 4)}
    yield "recurrent weights alone", safetensors(alone), 422, "no recurrent layer"


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, body in members.items():
            made.writestr(zipfile.ZipInfo(name), body, method)
    return file.getvalue()


def patched(old: bytes, new: bytes, file: bytes) -> bytes:
    assert old in file
    assert len(old) == len(new)
    return file.replace(old, new)


def written(shape: str, dtype: str = "<f4", body: bytes = b"") -> bytes:
    """An array of NumPy whose header says what it likes."""
    said = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}"
    padded = said.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(padded)) + padded + body


def archives() -> Iterator[Hostile]:
    good = npz(ARRAYS)
    yield "an archive that is cut off", good[:-60], 422, "zip archive"
    yield "an archive of nothing", archive({}), 415, "empty zip"
    yield "an archive of texts", archive({"a.txt": b"a"}), 415, "holds a.txt"
    yield "an archive in an archive", archive({"a.npz": good}), 415, "a.npz"
    yield "an archive in an archive called .npy", archive({"a.npy": good}), 422, "npz"
    for name in ("../a.npy", "/a.npy", "a/../../b.npy", "C:a.npy", "..\\a.npy", "a\x01.npy"):
        yield (
            f"a member called {name!r}",
            archive({name: npy(np.ones(3))}),
            422,
            "within the archive",
        )
    objects = npy(np.array([{"a": 1}], dtype=object))
    yield "an array of objects", archive({"a.npy": objects}), 422, "pickle"
    bomb = archive({"a.npy": written("(4194304,)", body=bytes(2**24))}, zipfile.ZIP_DEFLATED)
    yield "a bomb", bomb, 422, "unpack to"
    sizes = struct.pack("<L", 2**31 - 1)
    plain = archive({"a.npy": npy(drawn(2, seed=7))})
    size = struct.pack("<L", len(npy(drawn(2, seed=7))))
    yield "a member that says 2 GiB", plain.replace(size, sizes), 422, "allowed"
    yield "a member that is encrypted", encrypted(plain), 422, "encrypted"
    yield "a member of a strange method", method(plain, 99), 422, "another method"
    yield "a wrong checksum", corrupted(npz(ARRAYS)), 422, "CRC"
    yield "members that overlap", overlapping(), 422, "overlap"
    for name, array, words in (
        ("no array", b"nothing", "npz"),
        ("a header that is code", written("__import__('os').getpid()"), "npz"),
        ("a negative size", written("(-1,)"), "size -1"),
        ("a size of 2⁴⁰", written("(1099511627776,)"), "size"),
        ("more than there is", written("(2, 3)", body=bytes(20)), "takes 24"),
        ("less than there is", written("(2, 3)", body=bytes(28)), "takes 24"),
        ("version 9", b"\x93NUMPY\x09\0" + bytes(80), "allowed: 1.0"),
        ("a header of 64 KiB", b"\x93NUMPY\1\0\xff\xff{" + b" " * 2**16, "npz"),
    ):
        yield f"an array: {name}", archive({"a.npy": array}), 422, words


def encrypted(file: bytes) -> bytes:
    made = bytearray(file)
    at = file.index(b"PK\1\2")
    made[at + 8] |= 1
    return bytes(made)


def method(file: bytes, number: int) -> bytes:
    made = bytearray(file)
    at = file.index(b"PK\1\2")
    made[at + 10 : at + 12] = struct.pack("<H", number)
    return bytes(made)


def corrupted(file: bytes) -> bytes:
    """The last byte of the first matrix is another."""
    body = ARRAYS["lstm.weight_ih_l0"].tobytes()
    return patched(body, body[:-1] + bytes([body[-1] ^ 1]), file)


def overlapping() -> bytes:
    """Two entries of the directory lead to one member."""
    file = archive({"a.npy": npy(drawn(4)), "b.npy": npy(drawn(4))})
    made, second = bytearray(file), file.rindex(b"PK\1\2")
    made[second + 42 : second + 46] = struct.pack("<L", 0)
    return bytes(made)


HOSTILE = [*several(), *headers(), *tensors(), *networks(), *archives()]
