"""Parameters: scaling to a spectral radius, numbers by layer, and arrays that are given."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput, Pointer
from unrolled.engine.numbers.streams import keep

Shape = tuple[int, ...]


def spectral_radius_of(matrix: Array) -> float:
    """ρ(W) = max |λ|, for a square matrix."""
    return float(np.abs(eigenvalues_of(matrix)).max())


def eigenvalues_of(matrix: Array) -> Any:
    """λ of a square matrix, real or complex; those of a matrix seen lately are remembered."""
    key = matrix.shape, blake2b(matrix.tobytes()).digest()
    values = _SEEN.get(key)
    if values is None:
        values = np.linalg.eigvals(matrix)
        keep(_SEEN, key, values)
    return values


_SEEN: dict[tuple[Shape, bytes], Any] = {}
"""As drawn, one seed's matrix is the same at every radius that a hand or an advice tries."""


def radius_factor(drawn: float, wanted: float) -> float:
    """The factor that brings a spectral radius to the one wanted.

    Raises:
        InvalidInput: for a negative ρ, or where the drawn one is 0 and no factor changes that.
    """
    pointer = ("weights", "spectral_radius")
    if not (wanted >= 0.0 and np.isfinite(wanted)):
        raise InvalidInput(pointer, f"received {wanted}; allowed: a number from 0, or null")
    if wanted == 0.0:
        return 0.0
    if drawn == 0.0:
        raise InvalidInput(
            pointer,
            f"received {wanted}, but the matrix as drawn has spectral radius 0 and no factor "
            "changes that; allowed: null, 0, or another seed or init",
        )
    return wanted / drawn


def per_layer(pointer: Pointer, given: float | Sequence[float], layers: int) -> list[float]:
    """One finite number for every layer, also where one was given for all.

    Raises:
        InvalidInput: for another count, or a number that is not finite.
    """
    array = np.asarray(given, dtype=np.float64)
    several = array.ndim > 0
    values: list[float] = array.ravel().tolist() if several else [float(array)] * layers
    if len(values) != layers:
        count = f"{len(values)} number{'' if len(values) == 1 else 's'}"
        each = "the layer" if layers == 1 else f"each of {layers} layers"
        raise InvalidInput(
            pointer, f"received {count}; allowed: a number, or a list with one for {each}"
        )
    for layer, value in enumerate(values):
        if not np.isfinite(value):
            at = (*pointer, layer) if several else pointer
            raise InvalidInput(at, f"received {value}; allowed: a finite number")
    return values


def as_numbers(pointer: Pointer, given: object, shape: Shape) -> Array:
    """An array of exactly this shape, every number finite.

    Raises:
        InvalidInput: for a ragged list, another shape, or a number that is not finite.
    """
    try:
        raw = np.array(given, order="C")
        if raw.dtype.kind not in "iuf":
            raise TypeError
        array = raw.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(
            pointer, f"not numbers in rows of one length; needed: shape {shape}"
        ) from None
    if array.shape != shape:
        raise InvalidInput(pointer, f"received shape {array.shape}; needed: {shape}")
    if not np.isfinite(array).all():
        raise InvalidInput(pointer, "holds a number that is not finite; allowed: finite numbers")
    return array
