"""Products of many rows with one matrix, and the products that gradients are sums of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, record
from unrolled.engine.numbers.magnitude import near_one

Multiply = Callable[..., Array]
"""(rows (R, n), a matrix or a stack of them, out=None) → (R, m)."""
_SMALL = 1e-290
"""Below, a product loses digits, or all of them."""


@record
class Product:
    """What every step adds to some rows of a parameter's gradient: leftᵀ right, or Σ_B left.

    Attributes:
        rows: of the parameter.
        left: (T, B, m), one column a row.
        right: (T, B, n), or None where the parameter is a vector: a bias multiplies 1, and what
            multiplies unit by unit (a peephole) has that factor in ``left``.
        shift: exponents of ``left``, (T,), where a double does not hold it; None: zeros.
    """

    rows: slice
    left: Array
    right: Array | None = None
    shift: IntArray | None = None

    def sample(self, b: int) -> Product:
        """That of one sample, (T, 1, ·)."""
        only, right = slice(b, b + 1), self.right
        right = None if right is None else right[:, only]
        return Product(self.rows, self.left[:, only], right, self.shift)

    def at(self, steps: slice) -> Product:
        """That of some steps."""
        right = None if self.right is None else self.right[steps]
        shift = None if self.shift is None else self.shift[steps]
        return Product(self.rows, self.left[steps], right, shift)


Products = tuple[Product, ...]
"""All of one parameter's, in the order of its rows, every row once."""
Terms = dict[str, Products]
"""Parameter → what every step adds to its gradient."""


def shifted(terms: Terms) -> bool:
    """Whether any of them has exponents of its own."""
    return any(one.shift is not None for products in terms.values() for one in products)


def whole(left: Array, right: Array | None = None) -> Products:
    """One product for all rows."""
    return (Product(slice(0, left.shape[-1]), left, right),)


def unitwise(left: Array, factor: Array) -> Products:
    """One product for all rows of a vector that multiplies unit by unit: Σ_B left ⊙ factor."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        product = left * factor
    small = (np.abs(product) < _SMALL) & (left != 0.0) & (factor != 0.0)
    if np.isfinite(product).all() and not small.any():
        return whole(product)
    near, shift = near_one(left)
    other, more = near_one(factor)
    with np.errstate(under="ignore"):
        return (Product(slice(0, left.shape[-1]), near * other, None, shift + more),)


def times(values: Array, matrix: Array) -> Array:
    """values (…, n) times a matrix (n, m) as one product: (…, m).

    Of a stack of matrices (N, n, m) the last but one axis of the values is cut into N equal parts,
    each of which meets its own.
    """
    rows, columns = matrix.shape[-2:]
    product = np.empty((*values.shape[:-1], columns), values.dtype)
    if matrix.ndim == 2:
        np.dot(values.reshape(-1, rows), matrix, out=product.reshape(-1, columns))
        return product
    split = (-1, len(matrix), values.shape[-2] // len(matrix))
    parts, into = values.reshape(*split, rows), product.reshape(*split, columns)
    each = np.matmul(parts.swapaxes(0, 1).reshape(len(matrix), -1, rows), matrix)
    into.swapaxes(0, 1)[...] = each.reshape(len(matrix), -1, split[2], columns)
    return product


def multiplier(matrix: Array) -> Multiply:
    """What multiplies rows (R, n) by a matrix (n, m), which is NumPy's ``dot``: (R, m).

    Of a stack of matrices (N, n, m) the first R/N rows meet the first one, and so on: networks of
    one shape, one behind the other. It is asked for once, before a loop over the steps.
    """
    return np.dot if matrix.ndim == 2 else _by_their_own


def _by_their_own(rows: Array, matrices: Array, out: Array | None = None) -> Array:
    """Each of N equal parts of the rows times its own matrix."""
    own = rows.reshape(len(matrices), -1, rows.shape[-1])
    if out is None:
        out = np.empty((len(rows), matrices.shape[-1]))
    np.matmul(own, matrices, out=out.reshape(*own.shape[:2], -1))
    return out
