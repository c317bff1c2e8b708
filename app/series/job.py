"""The worker's side of an uploaded sequence: a file in, its numbers and words about them out."""

import signal
import traceback
from pathlib import Path

import msgspec
import numpy as np

from unrolled.app import memory
from unrolled.app.files.content import Refused
from unrolled.app.files.job import FILE
from unrolled.app.orphan import end_with_parent
from unrolled.app.outcome import Outcome
from unrolled.app.series.content import Values
from unrolled.app.series.formats import read
from unrolled.app.series.measured import measure
from unrolled.app.store.packing import packed

Json = dict[str, object]


class Kept(msgspec.Struct):
    """A sequence as it goes into the database.

    Attributes:
        said: what is answered of it.
        shape: of its values.
        dtype: float32 where that holds every one of them exactly, else float64.
        size: of the values, in bytes.
        body: the same, little-endian, in C's order, compressed.
    """

    said: Json
    shape: tuple[int, ...]
    dtype: str
    size: int
    body: bytes


def read_series(folder: str, name: str, wanted: str | None, memory_bytes: int) -> Outcome:
    """Read the file of an upload in a worker process.

    Args:
        folder: where it stands as `FILE`.
        name: that the client's file has.
        wanted: the format, where the client says it.
        memory_bytes: how much memory the job may take.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    end_with_parent()
    memory.limit(memory_bytes)
    try:
        return Outcome("answer", described(Path(folder) / FILE, name, wanted))
    except MemoryError:
        return Outcome("large")
    except Refused as error:
        return Outcome("refused", detail=str(error), status=error.status)
    except Exception:  # noqa: BLE001  (whatever it is, it crosses as data)
        return Outcome("failed", detail=traceback.format_exc())


def described(path: Path, name: str, wanted: str | None) -> bytes:
    """What a file holds, as a `Kept`.

    Raises:
        Refused: it cannot be taken.
    """
    found = measure(read(path, name, wanted))
    values = _narrow(found.values)
    raw = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
    kept = Kept(found.document(), values.shape, values.dtype.name, len(raw), packed(raw))
    return msgspec.msgpack.encode(kept)


def _narrow(values: Values) -> Values:
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    return narrow if np.array_equal(narrow, values) else values  # type: ignore[return-value]
