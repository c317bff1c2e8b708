"""What a training is kept as: an .npz file without pickled objects."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from unrolled.engine.numbers.arrays import Array, record
from unrolled.engine.numbers.errors import InvalidInput

_FORMAT = 1


@record
class Kept:
    """All that the next update depends on, beside the plan.

    Attributes:
        update: how many are done.
        ended: None, or why there are no more.
        first_not_finite: None, or where a number left the range.
        learning_rate: η before the schedule.
        clip: what clips, as in a plan.
        applied: how many changes are in force.
        theta: all parameters as one vector.
        memory: the optimizer's vectors.
        history: what clips remembers.
        batches: the state of the stream that draws the batches.
    """

    update: int
    ended: str | None
    first_not_finite: dict[str, Any] | None
    learning_rate: float
    clip: dict[str, Any]
    applied: int
    theta: Array
    memory: tuple[Array, ...]
    history: dict[str, Array]
    batches: dict[str, Any]


_SAID = ("update", "ended", "first_not_finite", "learning_rate", "clip", "applied")


def packed(kept: Kept) -> bytes:
    """As bytes."""
    stream = dict(kept.batches)
    key = stream["state"]["key"]
    stream["state"] = {**stream["state"], "key": None}
    said = {name: getattr(kept, name) for name in _SAID}
    said |= {"format": _FORMAT, "stream": stream, "memory": len(kept.memory)}
    file = io.BytesIO()
    arrays = {"theta": kept.theta, "key": key}
    arrays |= {f"memory_{n}": vector for n, vector in enumerate(kept.memory)}
    arrays |= {f"history_{name}": array for name, array in kept.history.items()}
    np.savez(file, said=np.frombuffer(json.dumps(said).encode(), dtype=np.uint8), **arrays)
    return file.getvalue()


def unpacked(snapshot: bytes) -> Kept:
    """Of the bytes.

    Raises:
        InvalidInput: for bytes that are no snapshot.
    """
    try:
        with np.load(io.BytesIO(snapshot), allow_pickle=False) as file:
            arrays = dict(file)
        said = json.loads(arrays["said"].tobytes())
        if said["format"] != _FORMAT:
            raise KeyError(said["format"])
        stream = said["stream"]
        stream["state"]["key"] = arrays["key"]
        return Kept(
            **{name: said[name] for name in _SAID},
            theta=arrays["theta"],
            memory=tuple(arrays[f"memory_{n}"] for n in range(said["memory"])),
            history={
                name.removeprefix("history_"): array
                for name, array in arrays.items()
                if name.startswith("history_")
            },
            batches=stream,
        )
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as wrong:
        raise InvalidInput(("snapshot",), "is no snapshot of a training") from wrong
