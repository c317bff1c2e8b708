"""Comparing two numbers, and showing both where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np


def close(what: str, got: Any, expected: Any, relative: float, floor: float = 0.0) -> None:
    """|got − expected| ≤ relative · max |expected| + floor, entry by entry.

    Raises:
        AssertionError: with the name of the quantity, the entry, and both numbers there.
    """
    mine, other = np.asarray(got, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    assert mine.shape == other.shape, f"{what}: shape {mine.shape}, expected {other.shape}"
    if not mine.size:
        return
    assert np.array_equal(np.isnan(mine), np.isnan(other)), (
        f"{what}: NaN in\n{mine}\nnot in\n{other}"
    )
    gap = np.nan_to_num(np.abs(mine - other), nan=0.0)
    allowed = relative * float(np.nan_to_num(np.abs(other), nan=0.0).max()) + floor
    worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
    assert gap[worst] <= allowed, (
        f"{what} at {tuple(int(n) for n in worst)}: engine {mine[worst]!r}, "
        f"expected {other[worst]!r}; they differ by {gap[worst]:.3g}, allowed {allowed:.3g}"
    )


def norm(array: Any) -> float:
    """The Frobenius norm over every axis."""
    return float(np.linalg.norm(np.asarray(array, dtype=np.float64).reshape(-1)))


def norms(array: Any, axes: int) -> Any:
    """Frobenius norms over all but the first axes."""
    array = np.asarray(array, dtype=np.float64)
    return np.linalg.norm(array.reshape(*array.shape[:axes], -1), axis=-1)


def close_log10(
    what: str, got: Any, expected_norms: Any, relative: float = 1e-9, floor: float = 0.0
) -> None:
    """log₁₀ norms against norms, NaN standing for exactly zero.

    Below the floor a quantity is numerically zero: NaN and anything as small are both right.
    """
    mine = np.asarray(got, dtype=np.float64)
    other = np.asarray(expected_norms, dtype=np.float64)
    close(what, np.nan_to_num(10.0**mine, nan=0.0), other, relative, floor)
    large = other > max(floor, 0.0) / relative
    assert not (np.isnan(mine) & large).any(), f"{what}: NaN in\n{mine}\nexpected norms\n{other}"
    with np.errstate(divide="ignore"):
        gap = np.where(large, np.abs(mine - np.log10(np.where(large, other, 1.0))), 0.0)
    assert gap.max(initial=0.0) <= 10 * relative, (
        f"{what}: log10\n{mine}\nexpected\n{np.log10(np.where(large, other, 1.0))}"
    )
