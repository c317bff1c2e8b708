"""The gradient of all parameters together: summed over the steps, as one vector."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import (
    Magnitudes,
    Scaled,
    all_finite,
    ldexp_rows,
    near_one,
    ordinary,
)
from unrolled.engine.numbers.products import Product, Products, Terms
from unrolled.engine.passes.terms import joined


class Layout:
    """Where every parameter's gradient lies in one vector.

    Args:
        shapes: parameter → shape, in the vector's order.

    Attributes:
        size: of the whole vector.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.size, self._places = 0, []
        for name, shape in shapes.items():
            start, self.size = self.size, self.size + math.prod(shape)
            self._places.append((name, slice(start, self.size), shape))

    def parts(self, values: Array) -> dict[str, Array]:
        """Each parameter's share of a vector, in its own shape."""
        return {name: values[share].reshape(shape) for name, share, shape in self._places}


class Vector:
    """All parameters' gradients together as one vector: values · 2^exponent.

    Args:
        values: shape (n,).
        exponent: one for all.
        layout: where each lies.
        scaled: parameter → its gradient with its own exponent, where one for all loses digits.
        squares: those below, where they are known.
        parts: each parameter's share of the values, where it has been cut.

    Attributes:
        squares: ‖g_p‖² of every parameter p, without the exponent; only right inside a double's
            range.
        ordinary: whether the vector is plain numbers whose squared norms carry their full
            precision.
    """

    __slots__ = ("_norm", "_parts", "exponent", "layout", "ordinary", "scaled", "squares", "values")

    def __init__(
        self,
        values: Array,
        exponent: int,
        layout: Layout,
        scaled: Mapping[str, Scaled] | None = None,
        squares: list[float] | None = None,
        parts: dict[str, Array] | None = None,
    ) -> None:
        self.values, self.exponent, self.layout, self.scaled = values, exponent, layout, scaled
        self._parts = parts
        if squares is None:
            squares = [float(np.vdot(part, part)) for part in self.parts().values()]
        self.squares = squares
        self.ordinary = scaled is None and not exponent and all(map(ordinary, self.squares))
        self._norm: tuple[float, float] | None = None

    @staticmethod
    def of(gradients: Mapping[str, Scaled]) -> Vector:
        """Join gradients, each a Scaled of leading length 1."""
        layout = Layout({name: gradient.value.shape[1:] for name, gradient in gradients.items()})
        if not any(gradient.exponent[0] for gradient in gradients.values()):
            plain = Vector(np.concatenate([g.value.ravel() for g in gradients.values()]), 0, layout)
            if plain.ordinary or not plain.finite:
                return plain
        near = [near_one(gradient.value.reshape(1, -1)) for gradient in gradients.values()]
        exponents = [
            int(gradient.exponent[0] + shift[0])
            for gradient, (_, shift) in zip(gradients.values(), near, strict=True)
        ]
        live = [e for e, (part, _) in zip(exponents, near, strict=True) if part.any()]
        top = max(live, default=0)
        joined = [
            ldexp_rows(part, np.array([min(e - top, 0)]))[0]
            for e, (part, _) in zip(exponents, near, strict=True)
        ]
        return Vector(np.concatenate(joined), top, layout, gradients)

    def times(self, factor: float) -> Vector:
        """An ordinary vector times a number: ‖c g_p‖² = c² ‖g_p‖²."""
        values = np.multiply(self.values, factor, out=np.empty(self.values.shape))
        squares = [factor * factor * square for square in self.squares]
        if all(map(ordinary, squares)):
            return Vector(values, 0, self.layout, squares=squares)
        return Vector(values, 0, self.layout)

    @property
    def finite(self) -> bool:
        """Whether no entry is an infinity or a NaN."""
        return self.ordinary or all_finite(self.values)

    def norm(self) -> tuple[float, float]:
        """‖g‖ = √Σ g² and log₁₀ ‖g‖, right also where squares leave the range of a double.

        Either is NaN as in ``Magnitudes``.
        """
        if self._norm is None:
            if self.ordinary:
                square = math.fsum(self.squares)
                self._norm = math.sqrt(square), 0.5 * math.log10(square)
            else:
                size = Scaled(self.values[np.newaxis], np.array([self.exponent])).magnitudes()
                self._norm = float(size.norm[0]), float(size.log10_norm[0])
        return self._norm

    def plain(self) -> Array:
        """The vector as plain numbers; beyond the range of a double ±inf or 0."""
        if self.scaled is None:
            return self.values
        return np.concatenate([one.unscaled().ravel() for one in self.scaled.values()])

    def parts(self, values: Array | None = None) -> dict[str, Array]:
        """Each parameter's share of the vector (or of another one), in its own shape."""
        if values is not None and values is not self.values:
            return self.layout.parts(values)
        if self._parts is None:
            self._parts = self.layout.parts(self.values)
        return self._parts

    def norms(self) -> Magnitudes:
        """‖g_p‖ of every parameter p, in the vector's order."""
        if self.ordinary:
            norms = np.sqrt(self.squares)
            return Magnitudes(norms, np.log10(norms))
        if self.scaled is not None:
            each = [one.magnitudes() for one in self.scaled.values()]
        else:
            each = [Scaled.ordinary(one[np.newaxis]).magnitudes() for one in self.parts().values()]
        return Magnitudes(
            np.concatenate([one.norm for one in each]),
            np.concatenate([one.log10_norm for one in each]),
        )


def summed(factors: Terms, exponents: Mapping[str, IntArray] | None) -> Vector:
    """Every parameter's gradient, the sum of its terms over all steps.

    ∂L/∂W = Σ_t left_tᵀ right_t;   ∂L/∂b = Σ_t Σ_B left_t

    Args:
        factors: parameter → its products.
        exponents: parameter → binary exponents of its terms, (T,); None where all are zero.
    Source: notes, "Many-to-One RNN" (gradients are summed up over time).
    """
    if exponents is None:
        layout = Layout({name: _shape(products) for name, products in factors.items()})
        values = np.empty((layout.size,))
        parts = layout.parts(values)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for name, share in parts.items():
                for one in factors[name]:
                    _product(one.left, one.right, out=share[one.rows])
        vector = Vector(values, 0, layout, parts=parts)
        if vector.ordinary:
            return vector
    return Vector.of(
        {
            name: _scaled_sum(products, None if exponents is None else exponents[name])
            for name, products in factors.items()
        }
    )


def _shape(products: Products) -> tuple[int, ...]:
    """Of the parameter."""
    last = products[-1]
    return (last.rows.stop,) if last.right is None else (last.rows.stop, last.right.shape[2])


def _product(left: Array, right: Array | None, out: Array | None = None) -> Array:
    rows = left.reshape(-1, left.shape[-1])
    if right is None:
        return np.asarray(np.add.reduce(rows, out=out))
    multiply = np.dot if rows.flags.c_contiguous else np.matmul  # which copies no block of gates
    return np.asarray(multiply(rows.T, right.reshape(-1, right.shape[-1]), out=out))


def _scaled_sum(products: Products, exponent: IntArray | None) -> Scaled:
    """The same with both factors near 1 at every step, so that no term is lost or overflows."""
    return joined([_one_scaled_sum(product, exponent) for product in products])


def _one_scaled_sum(product: Product, exponent: IntArray | None) -> Scaled:
    left, exponents = near_one(product.left)
    live, right = left.any(axis=(1, 2)), product.right
    if right is not None:
        right, other = near_one(right)
        exponents = exponents + other
        live &= right.any(axis=(1, 2))
    if exponent is not None:
        exponents = exponents + exponent
    top = int(exponents[live].max()) if live.any() else 0
    with np.errstate(under="ignore"):
        total = _product(ldexp_rows(left, np.minimum(exponents - top, 0)), right)
    return Scaled(total[np.newaxis], np.array([top]))
