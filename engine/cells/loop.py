"""The matrix by which a state comes back to itself through two parameters."""

from __future__ import annotations

import numpy as np

from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.errors import InvalidInput

_LEAST = 1e-290


def product_of(parameters: Parameters, first: str, second: str, own: str) -> Array:
    """One parameter times another, (…, n, m), ``own`` being the one that the layer steps with.

    Raises:
        InvalidInput: where the product leaves the range of a double.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        product = parameters[first] @ parameters[second]
    other = second if own == first else first
    tops = [float(np.abs(parameters[name]).max()) for name in (own, other)]
    if not np.isfinite(product).all() or (all(tops) and tops[0] * tops[1] < _LEAST):
        raise InvalidInput(
            ("weights", own),
            f"received entries up to {tops[0]:g}, and {other} up to {tops[1]:g}; allowed: such "
            f"that a double can hold {first} {second}",
        )
    return np.asarray(product)
