"""Products of many rows with one matrix, and the products that gradients are sums of."""

from __future__ import annotations

import numpy as np

from unrolled.engine.numbers.arrays import Array, record


@record
class Product:
    """What every step adds to some rows of a parameter's gradient: leftᵀ right, or Σ_B left.

    Attributes:
        rows: of the parameter.
        left: (T, B, m), one column a row.
        right: (T, B, n), or None where the parameter is a vector: a bias multiplies 1, and what
            multiplies unit by unit (a peephole) has that factor in ``left``.
    """

    rows: slice
    left: Array
    right: Array | None = None

    def sample(self, b: int) -> Product:
        """That of one sample, (T, 1, ·)."""
        only, right = slice(b, b + 1), self.right
        return Product(self.rows, self.left[:, only], None if right is None else right[:, only])


Products = tuple[Product, ...]
"""All of one parameter's, in the order of its rows, every row once."""
Terms = dict[str, Products]
"""Parameter → what every step adds to its gradient."""


def whole(left: Array, right: Array | None = None) -> Products:
    """One product for all rows."""
    return (Product(slice(0, left.shape[-1]), left, right),)


def times(values: Array, matrix: Array) -> Array:
    """values (…, n) times a matrix (n, m) as one product: (…, m)."""
    rows, columns = matrix.shape
    product = np.empty((*values.shape[:-1], columns))
    np.dot(values.reshape(-1, rows), matrix, out=product.reshape(-1, columns))
    return product
