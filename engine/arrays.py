"""The array types that every room shares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Parameters = dict[str, Array]


def times(values: Array, matrix: Array) -> Array:
    """values (…, n) times a matrix (n, m) as one product: (…, m)."""
    product = np.dot(values.reshape(-1, values.shape[-1]), matrix)
    return np.asarray(product.reshape(*values.shape[:-1], matrix.shape[1]))
