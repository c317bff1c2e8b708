"""What every room shares: the types of arrays, and the records handed from room to room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, TypeVar, dataclass_transform

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Parameters = dict[str, Array]

# What is written down in an answer, and how: a NaN is "there is no such number", and null there.

_Row = list[float | None]

Nullable = Annotated[float, float | None]
Series = Annotated[Array, _Row]
Rows = Annotated[Array, list[_Row]]
Columns = Annotated[Array, list[_Row] | _Row]
Blocks = Annotated[Array, list[list[_Row]]]
Stack = Annotated[Array, list[list[_Row]] | list[_Row]]
Shares = Annotated[Array, list[float]]
Pairs = Annotated[Array, list[tuple[float, float]]]
Places = Annotated[IntArray, list[int]]

_AT_ONCE = 2_000_000
"""So many numbers of what is only passed through are held at once."""

_Record = TypeVar("_Record")


@dataclass_transform(frozen_default=True)
def record(cls: type[_Record]) -> type[_Record]:
    """A dataclass with slots, whose fields are set once: the type checker says where they are not.

    A frozen dataclass says so at run time, for 0.1 µs a field and record.
    """
    return dataclass(slots=True)(cls)


def cuts(steps: int, size: int) -> Iterator[slice]:
    """The steps in blocks of at most 2,000,000 numbers, of ``size`` a step."""
    block = max(1, _AT_ONCE // max(1, size))
    return (slice(begin, begin + block) for begin in range(0, steps, block))
