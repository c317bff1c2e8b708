"""Norms and sums far outside the range of a double.

A quantity is held as a float64 array and one binary exponent a leading index: value · 2^exponent.
Inside the ordinary range every exponent is zero and nothing is rescaled. One exponent serves a
whole row: an entry more than 1e308 below the largest of its row is lost, even if that one dies.
"""

from __future__ import annotations

import math

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, Series, record

LOG10_2 = float(np.log10(2.0))
_SMALL, _LARGE = 1e-280, 1e280
"""Squared norms between these two carry their full precision."""
_TINY = 1e-50
"""A factor below this calls for the careful way."""
_POWERS = 1000
"""Two to the powers up to this one are normal doubles: multiplied by, a tenth of ldexp's time."""


@record
class Magnitudes:
    """Norms, one a step where nothing else is said, and their logarithms, (n,) each.

    Attributes:
        norm: NaN where a double cannot hold it.
        log10_norm: exact at any magnitude; NaN only where the quantity is exactly zero.
    """

    norm: Series
    log10_norm: Series


@record
class Scaled:
    """value[n] · 2^exponent[n]: an array whose leading index has an exponent of its own.

    Attributes:
        value: shape (n, …).
        exponent: shape (n,), whole numbers.
    """

    value: Array
    exponent: IntArray

    @staticmethod
    def ordinary(value: Array) -> Scaled:
        """A plain array, every exponent zero."""
        return Scaled(value, np.zeros(value.shape[0], dtype=np.int64))

    def magnitudes(self) -> Magnitudes:
        """The Frobenius norm of every value[n], over all its axes."""
        norms, shift = split_norms(self.value.reshape(self.value.shape[0], -1))
        plain = shift is None and not np.count_nonzero(self.exponent)
        if plain and np.count_nonzero(norms) == len(norms):
            return Magnitudes(norms, np.log10(norms))
        return finish(norms, self.exponent if shift is None else self.exponent + shift)

    def log10_norms(self) -> Array:
        """log₁₀ of the norms alone, NaN where exactly zero."""
        norms, shift = split_norms(self.value.reshape(self.value.shape[0], -1))
        return log10_of(norms, self.exponent if shift is None else self.exponent + shift)

    def unscaled(self) -> Array:
        """The plain array; what a double cannot hold becomes ±inf or 0."""
        if not self.exponent.any():
            return self.value
        return ldexp_rows(self.value, self.exponent)


def plain_norms(values: Array) -> Array:
    """The Frobenius norm of every values[n], NaN where a double cannot hold it."""
    norms, shift = split_norms(values.reshape(len(values), -1))
    return norms if shift is None else finish(norms, shift).norm


def split_norms(rows: Array) -> tuple[Array, IntArray | None]:
    """‖row‖ as (norm, exponent), right also where squares leave the range of a double.

    Returns:
        norms (n,) and exponents (n,) with ‖row‖ = norm · 2^exponent, or None where all are zero.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        squares = np.vecdot(rows, rows)
        if ordinary(squares):
            return np.sqrt(squares), None
        outside = ~((squares > _SMALL) & (squares < _LARGE))
        peak = np.abs(rows[outside]).max(axis=1, initial=0.0)
        if not peak.any():
            return np.sqrt(squares), None
        shift = np.where(np.isfinite(peak), np.frexp(peak)[1], 0).astype(np.int64)
        scaled = ldexp_rows(rows[outside], -shift)
        squares[outside] = np.where(np.isfinite(peak), np.vecdot(scaled, scaled), peak)
        exponent = np.zeros(len(rows), dtype=np.int64)
        exponent[outside] = shift
    return np.sqrt(squares), exponent


def log10_of(norm: Array, exponent: IntArray) -> Array:
    """log₁₀(norm · 2^exponent); NaN where the norm is exactly zero."""
    return np.asarray(np.log10(np.where(norm > 0.0, norm, np.nan)) + exponent * LOG10_2)


def finish(norm: Array, exponent: IntArray) -> Magnitudes:
    """(norm · 2^exponent) as Magnitudes, NaN for what cannot be said."""
    plain = ldexp_rows(norm, exponent)
    held = np.isfinite(plain) & ((plain > 0.0) | (norm == 0.0))
    return Magnitudes(np.where(held, plain, np.nan), log10_of(norm, exponent))


def ldexp_rows(value: Array, exponent: IntArray, out: Array | None = None) -> Array:
    """value[n] · 2^exponent[n]; beyond the range of a double ±inf or 0, silently."""
    across = exponent.reshape(-1, *([1] * (value.ndim - 1)))
    with np.errstate(over="ignore", under="ignore"):
        if np.abs(exponent).max(initial=0) <= _POWERS:
            return np.multiply(value, np.ldexp(1.0, across), out=out)
        return np.ldexp(value, np.minimum(np.maximum(across, -5000), 5000), out=out)


def align(value: Array, exponent: IntArray, *, always: bool = False) -> tuple[Array, int]:
    """The same quantity with one exponent for all; what is lost lies below the rounding.

    ``always``: bring the largest entry near 1 even where every exponent is zero.

    Returns:
        the values at the common exponent, and that exponent.
    """
    if not (always or exponent.any()):
        return value, 0
    peak = np.abs(value).reshape(len(value), -1).max(axis=1, initial=0.0)
    live = peak > 0.0
    if not live.any():
        return value, 0
    top = int((np.frexp(peak)[1] + exponent)[live].max())
    return ldexp_rows(value, exponent - top), top


def peaks(values: Array) -> Array:
    """The largest |entry| of every values[n], (n,)."""
    axes = tuple(range(1, values.ndim))
    highest, lowest = (
        bound.reduce(values, axis=axes, initial=0.0) for bound in (np.maximum, np.minimum)
    )
    return np.asarray(np.maximum(highest, -lowest))


def near_one(values: Array, out: Array | None = None) -> tuple[Array, IntArray]:
    """Every values[n] with its largest entry in [½, 1), and the exponents taken out, (n,)."""
    peak = peaks(values)
    shift = np.where(np.isfinite(peak), np.frexp(peak)[1], 0).astype(np.int64)
    return ldexp_rows(values, -shift, out), shift


def holds_tiny(*arrays: Array) -> bool:
    """Whether something non-zero is so small that a product of three may underflow unseen."""
    for array in arrays:
        size = np.abs(array)
        small = size < _TINY
        if np.count_nonzero(small) and size[small].any():
            return True
    return False


def all_finite(values: Array) -> bool:
    """Whether no entry is an infinity or a NaN; most often one pass that copies nothing says so."""
    whole = values.flags.c_contiguous
    one = np.vdot(values, values) if whole else np.add.reduce(values, axis=None)
    return math.isfinite(one) or bool(np.isfinite(values).all())


def ordinary(squares: Array | float) -> bool:
    """Whether every squared norm lies where it carries its full precision."""
    if isinstance(squares, float):
        return _SMALL < squares < _LARGE
    inside = (squares > _SMALL) & (squares < _LARGE)
    return int(np.count_nonzero(inside)) == inside.size


def trusted(squares: Array) -> bool:
    """Whether squared norms were carried back inside the ordinary range of a double.

    A zero where something was carried may be an underflow, so it calls for the careful way.

    NaN stands where nothing was carried. (An infinity is met before it becomes a NaN.)
    """
    return not np.count_nonzero((squares <= _SMALL) | (squares >= _LARGE))
