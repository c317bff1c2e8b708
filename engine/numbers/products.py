"""Products of many rows with one matrix."""

from __future__ import annotations

import numpy as np

from unrolled.engine.numbers.arrays import Array


def times(values: Array, matrix: Array) -> Array:
    """values (…, n) times a matrix (n, m) as one product: (…, m)."""
    rows, columns = matrix.shape
    product = np.empty((*values.shape[:-1], columns))
    np.dot(values.reshape(-1, rows), matrix, out=product.reshape(-1, columns))
    return product
