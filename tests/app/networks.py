"""Files of networks, made here, and how they are sent."""

import io
import json
import struct
from itertools import product
from typing import Any

import numpy as np

NETWORKS = "/api/v1/networks"
WORDS = {"float16": "F16", "float32": "F32", "float64": "F64", "int64": "I64", "int8": "I8"}


def raw_safetensors(header: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + body


def safetensors(arrays: dict[str, Any], **said: Any) -> bytes:
    """A file of arrays; `said` goes into the header as it is."""
    header, body = {}, b""
    for name, value in arrays.items():
        array = np.ascontiguousarray(value)
        offsets = [len(body), len(body) + array.nbytes]
        dtype = WORDS[array.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": offsets}
        body += array.tobytes()
    return raw_safetensors(json.dumps(header | said).encode(), body)


def npz(arrays: dict[str, Any], packed: bool = False) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    return file.getvalue()


def drawn(*shape: int, seed: int = 0, dtype: str = "float32") -> Any:
    return (0.3 * np.random.default_rng((seed, *shape)).normal(size=shape)).astype(dtype)


def torch_arrays(
    blocks: int = 4,
    hidden: int = 4,
    inputs: int = 3,
    layers: int = 1,
    prefix: str = "lstm.",
    dtype: str = "float32",
    both: bool = False,
) -> dict[str, Any]:
    """A recurrent module of PyTorch; `both`: it has two directions."""
    found = {}
    ways = ("", "_reverse") if both else ("",)
    for n, (way, end) in product(range(layers), enumerate(ways)):
        reads = hidden * len(ways) if n else inputs
        for seed, (name, shape) in enumerate({
            "weight_ih": (blocks * hidden, reads), "weight_hh": (blocks * hidden, hidden),
            "bias_ih": (blocks * hidden,), "bias_hh": (blocks * hidden,),
        }.items()):  # fmt: skip
            at = f"{prefix}{name}_l{n}{end}"
            found[at] = drawn(*shape, seed=100 * way + 10 * n + seed, dtype=dtype)
    return found


def with_head(arrays: dict[str, Any], hidden: int = 4, outputs: int = 5) -> dict[str, Any]:
    return arrays | {"fc.weight": drawn(outputs, hidden, seed=90), "fc.bias": drawn(outputs)}


async def sent(client: Any, file: bytes, filename: str = "", **data: str) -> Any:
    return await client.post(
        NETWORKS, files={"file": (filename, file, "application/octet-stream")}, data=data
    )


async def made(client: Any, file: bytes, **data: str) -> Any:
    answer = await sent(client, file, **data)
    assert answer.status_code == 201, answer.text
    return answer.json()
