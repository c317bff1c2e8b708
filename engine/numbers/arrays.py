"""The array types that every room shares."""

from __future__ import annotations

from typing import Annotated

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
