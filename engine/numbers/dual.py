"""Numbers that carry their derivatives along: forward-mode differentiation at many points.

A dual number is v + d ε. With two parameters every value carries ∂v/∂p and ∂v/∂q, and one pass
forward gives a loss beside its gradient, whatever the recurrence in between and with nothing kept.
The derivatives may have binary exponents of their own, so that they survive where a product over
the steps leaves the range of a double.

Source: Wengert 1964, "A simple automatic derivative evaluation program".
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray


class Function(Protocol):
    """f and f′, both of the pre-activation."""

    @property
    def value(self) -> object:
        """f(a)."""

    @property
    def derivative(self) -> object:
        """f′(a)."""


class Dual:
    """A value (N, B) at every point and sample, and its derivatives: tangent · 2^exponent.

    The tangent is (R, P, N, B): for each of R gradients that are carried beside each other (a
    truncation by a window needs several), each of P parameters. The exponent is (R, N, B), or None
    where every one is zero, which is the ordinary case.
    """

    __slots__ = ("exponent", "tangent", "value")
    __array_ufunc__ = None
    """So that ``array * dual`` is asked of the dual."""

    def __init__(self, value: Array, tangent: Array, exponent: IntArray | None = None) -> None:
        self.value, self.tangent, self.exponent = value, tangent, exponent

    def __add__(self, other: Dual | Array | float) -> Dual:
        """(u + v)′ = u′ + v′."""
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.tangent, self.exponent)
        value = self.value + other.value
        return Dual(value, *added(self.tangent, self.exponent, other.tangent, other.exponent))

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent, self.exponent)

    def __sub__(self, other: Dual) -> Dual:
        return self + -other

    def __mul__(self, other: Dual | Array | float) -> Dual:
        """(u v)′ = u′ v + u v′."""
        if not isinstance(other, Dual):
            return self._stretched(self.value * other, other)
        return Dual(
            self.value * other.value,
            *added(
                self.tangent * other.value,
                self.exponent,
                other.tangent * self.value,
                other.exponent,
            ),
        )

    __rmul__ = __mul__

    def through(self, f: Function) -> Dual:
        """f(u)′ = f′(u) u′."""
        return self._stretched(f.value(self.value), f.derivative(self.value))  # type: ignore[operator]

    def _stretched(self, value: Array, factor: Array | float) -> Dual:
        """A value whose derivatives are these times a factor."""
        tangent = self.tangent * factor
        if self.exponent is None:
            return Dual(value, tangent)
        return Dual(value, *_near_one(tangent, self.exponent))

    def without(self, row: int) -> Dual:
        """The same with the derivatives of one row of R set to zero: a constant from here on."""
        tangent = self.tangent.copy()
        tangent[row] = 0.0
        return Dual(self.value, tangent, self.exponent)


def added(
    tangent: Array, exponent: IntArray | None, other: Array, other_exponent: IntArray | None
) -> tuple[Array, IntArray | None]:
    """The sum of two derivatives, each with its exponents."""
    if exponent is None or other_exponent is None:
        assert exponent is other_exponent
        return tangent + other, None
    tangent, exponent = _near_one(tangent, exponent)
    other, other_exponent = _near_one(other, other_exponent)
    alive, adds = tangent.any(axis=1), other.any(axis=1)
    larger = np.maximum(exponent, other_exponent)
    top = np.where(alive & adds, larger, np.where(alive, exponent, other_exponent))
    return _moved(tangent, exponent - top) + _moved(other, other_exponent - top), top


def _near_one(tangent: Array, exponent: IntArray) -> tuple[Array, IntArray]:
    """The same derivatives with the largest of each point's in [½, 1)."""
    peak = np.abs(tangent).max(axis=1)
    shift = np.where(np.isfinite(peak), np.frexp(peak)[1], 0).astype(np.int64)
    return _moved(tangent, -shift), exponent + shift


def _moved(tangent: Array, shift: IntArray) -> Array:
    """tangent · 2^shift; beyond the range of a double 0, silently."""
    return np.ldexp(tangent, np.clip(shift, -5000, 5000)[:, np.newaxis])
