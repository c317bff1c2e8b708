"""A parameter as a heat map has it."""

from typing import Any

import numpy as np

from unrolled.app.attached import Attached
from unrolled.app.files.content import Values
from unrolled.app.files.job import label
from unrolled.app.files.supported import taken

SIDE = 64
"""Most rows, and columns."""


def picture(module: Attached, name: str) -> dict[str, Any]:
    """The numbers of a parameter, or where they are more than `SIDE` a side the means of blocks.

    Args:
        module: whose parameter it is.
        name: as `statistics` calls it.
    """
    values = module.head[name] if name in module.head else _own(module)[name]
    rows = np.atleast_2d(values).astype(np.float64)
    block = tuple(max(1, -(-size // SIDE)) for size in rows.shape)
    drawn = rows if block == (1, 1) else _means(rows, block)
    drawn = np.where(np.isfinite(drawn), drawn, np.nan)
    return {"shape": list(values.shape), "values": drawn.tolist(), "block": block}


def _own(module: Attached) -> dict[str, Values]:
    return {label(name): one for name, one in taken(module.kind, module.layers).parameters.items()}


def _means(rows: Values, block: tuple[int, ...]) -> Values:
    """Of what stands in a block; those at the end may be smaller."""
    for axis, size in enumerate(block):
        starts = np.arange(0, rows.shape[axis], size)
        sums = np.add.reduceat(rows, starts, axis=axis)
        counts = np.diff(np.append(starts, rows.shape[axis]))
        rows = sums / (counts if axis else counts[:, None])
    return rows
