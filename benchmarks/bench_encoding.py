"""What it costs to write an answer as JSON, and to compress it.

The report of a real request is written by three libraries (orjson where it is installed), checked
to say the same, and compressed at several levels. The last column is what decides: milliseconds to
pack, and to send what is left over a line of 100 Mbit/s.
"""

from __future__ import annotations

import importlib
import json
import math
import time
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import numpy as np
from pydantic_core import to_json

from unrolled.app import job
from unrolled.app.canonical import canonical
from unrolled.app.encoding import gzip
from unrolled.app.report import Flow
from unrolled.app.resolve import prepare
from unrolled.app.schemas import Experiment
from unrolled.engine import gradient_flow

SIZES = ((200, 32), (2000, 32))
CODERS = (
    ("zlib", "zlib", range(1, 7)),
    ("zlib-ng", "zlib_ng.zlib_ng", range(1, 4)),
    ("isal", "isal.isal_zlib", range(4)),
)
REPEATS = 5
BYTES_PER_MS = 100e6 / 8 / 1e3

Pack = Callable[[bytes], bytes]


def _best(run: Callable[[], Any]) -> float:
    """The shortest of a few runs, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return 1e3 * min(times)


def _report(steps: int, hidden: int) -> Flow:
    """What a worker hands to the encoder."""
    asked = {"network": {"hidden_size": hidden}, "sequence": {"steps": steps}}
    prepared = prepare(msgspec.json.decode(canonical(Experiment.model_validate(asked))))
    flow = gradient_flow(
        prepared.network, prepared.parameters, prepared.sequence, loss=prepared.loss
    )
    return job.report(prepared, flow)


def _listed(value: Any) -> Any:
    """NumPy's values as Python's."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(type(value).__name__)


def _encoders() -> dict[str, Callable[[Any], bytes]]:
    known: dict[str, Callable[[Any], bytes]] = {
        "msgspec": job.encode,
        "pydantic": lambda report: to_json(report, fallback=_listed, inf_nan_mode="null"),
    }
    try:
        orjson = importlib.import_module("orjson")
    except ModuleNotFoundError:
        return known
    numpy = orjson.OPT_SERIALIZE_NUMPY
    return known | {"orjson": lambda report: orjson.dumps(report, default=_listed, option=numpy)}


def _packers() -> dict[str, Pack]:
    known: dict[str, Pack] = {"none": bytes}
    for name, module, levels in CODERS:
        try:
            compress = importlib.import_module(module).compress
        except ModuleNotFoundError:
            continue
        known |= {
            f"{name} {level}": partial(_pack, compress=compress, level=level) for level in levels
        }
    return known | {"in use": gzip}


def _pack(body: bytes, compress: Callable[..., bytes], level: int) -> bytes:
    return compress(body, level, 16 + zlib.MAX_WBITS)


def run() -> None:
    """Print one table a size."""
    for steps, hidden in SIZES:
        report = _report(steps, hidden)
        body = job.encode(report)
        print(f"an answer, T = {steps}, H = {hidden}, itemized and graph: {len(body) / 1e6:.2f} MB")
        for name, encode in _encoders().items():
            same = _close(json.loads(encode(report)), json.loads(body))
            print(f"  {name:9} {_best(partial(encode, report)):8.1f} ms  same numbers: {same}")
        print("  coding        pack ms      kB    pack and send at 100 Mbit/s, ms")
        for name, pack in _packers().items():
            size, taken = len(pack(body)), _best(partial(pack, body))
            print(
                f"  {name:10} {taken:10.1f} {size / 1e3:7.0f} {taken + size / BYTES_PER_MS:12.1f}"
            )


def _close(one: Any, other: Any) -> bool:
    """Whether two documents say the same, numbers to 15 digits."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-15)
    return bool(one == other)


if __name__ == "__main__":
    run()
