"""The gradient of all parameters together: summed over the steps, as one vector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

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

Shapes = Mapping[str, tuple[int, ...]]


def cut(values: Array, shapes: Shapes) -> dict[str, Array]:
    """Each parameter's share of a vector, in its own shape; what is written there is written
    here.
    """
    parts, start = {}, 0
    for name, shape in shapes.items():
        stop = start + math.prod(shape)
        parts[name], start = values[start:stop].reshape(shape), stop
    return parts


class Vector:
    """All parameters' gradients together as one vector: values · 2^exponent.

    Attributes:
        values: (n,).
        exponent: one for all.
        shapes: parameter → shape, in the vector's order.
        scaled: parameter → its gradient with its own exponent, where one for all loses digits.
    """

    def __init__(
        self,
        values: Array,
        exponent: int,
        shapes: Shapes,
        scaled: Mapping[str, Scaled] | None = None,
    ) -> None:
        self.values, self.exponent, self.shapes, self.scaled = values, exponent, shapes, scaled

    @staticmethod
    def of(gradients: Mapping[str, Scaled]) -> Vector:
        """Join gradients, each a Scaled of leading length 1."""
        shapes = {name: gradient.value.shape[1:] for name, gradient in gradients.items()}
        if not any(gradient.exponent[0] for gradient in gradients.values()):
            plain = Vector(np.concatenate([g.value.ravel() for g in gradients.values()]), 0, shapes)
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
        return Vector(np.concatenate(joined), top, shapes, gradients)

    def times(self, factor: float) -> Vector:
        """An ordinary vector times a number."""
        return Vector(self.values * factor, 0, self.shapes)

    @cached_property
    def squares(self) -> list[float]:
        """‖g_p‖² of every parameter p, without the exponent; only right inside a double's range."""
        found, start = [], 0
        for shape in self.shapes.values():
            stop = start + math.prod(shape)
            part = self.values[start:stop]
            found.append(float(np.vdot(part, part)))
            start = stop
        return found

    @cached_property
    def ordinary(self) -> bool:
        """Whether these are plain numbers whose squared norms carry their full precision."""
        return self.scaled is None and not self.exponent and all(map(ordinary, self.squares))

    @property
    def finite(self) -> bool:
        """Whether no entry is an infinity or a NaN."""
        return self.ordinary or all_finite(self.values)

    def norm(self) -> tuple[float, float]:
        """‖g‖ = √Σ g² and log₁₀ ‖g‖, at any magnitude; either is NaN as in ``Magnitudes``."""
        if self.ordinary:
            square = math.fsum(self.squares)
            return math.sqrt(square), 0.5 * math.log10(square)
        size = Scaled(self.values[np.newaxis], np.array([self.exponent])).magnitudes()
        return float(size.norm[0]), float(size.log10_norm[0])

    def plain(self) -> Array:
        """The vector as plain numbers; beyond the range of a double ±inf or 0."""
        if self.scaled is None:
            return self.values
        return np.concatenate([one.unscaled().ravel() for one in self.scaled.values()])

    def parts(self, values: Array | None = None) -> dict[str, Array]:
        """Each parameter's share of the vector (or of another one), in its own shape."""
        return cut(self.values if values is None else values, self.shapes)

    def norms(self) -> Magnitudes:
        """‖g_p‖ of every parameter p, in the vector's order."""
        if self.ordinary:
            norms = np.sqrt(self.squares)
            return Magnitudes(norms, np.log10(norms))
        ordinary_parts = {name: Scaled.ordinary(g[np.newaxis]) for name, g in self.parts().items()}
        each = [one.magnitudes() for one in (self.scaled or ordinary_parts).values()]
        return Magnitudes(
            np.concatenate([one.norm for one in each]),
            np.concatenate([one.log10_norm for one in each]),
        )


def summed(factors: Terms, exponents: Mapping[str, IntArray] | None) -> Vector:
    """Every parameter's gradient, the sum of its terms over all steps.

    ∂L/∂W = Σ_t left_tᵀ right_t;   ∂L/∂b = Σ_t Σ_B left_t

    ``exponents``: parameter → binary exponents of its terms, (T,); None where all are zero.
    Source: notes, "Many-to-One RNN" (gradients are summed up over time).
    """
    if exponents is None:
        shapes = {name: _shape(products) for name, products in factors.items()}
        values = np.empty(sum(map(math.prod, shapes.values())))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for name, share in cut(values, shapes).items():
                for one in factors[name]:
                    _product(one.left, one.right, out=share[one.rows])
        vector = Vector(values, 0, shapes)
        if vector.ordinary:
            return vector
    return Vector.of(
        {
            name: scaled_sum(products, None if exponents is None else exponents[name])
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


def scaled_sum(products: Products, exponent: IntArray | None) -> Scaled:
    """The same with both factors near 1 at every step, so that no term is lost or overflows."""
    return joined([_one_sum(product, exponent) for product in products])


def _one_sum(product: Product, exponent: IntArray | None) -> Scaled:
    left, exponents = near_one(product.left)
    live, right = left.any(axis=(1, 2)), product.right
    if right is not None:
        right, other = near_one(right)
        exponents = exponents + other
        live &= right.any(axis=(1, 2))
    for more in (exponent, product.shift):
        if more is not None:
            exponents = exponents + more
    top = int(exponents[live].max()) if live.any() else 0
    with np.errstate(under="ignore"):
        total = _product(ldexp_rows(left, np.minimum(exponents - top, 0)), right)
    return Scaled(total[np.newaxis], np.array([top]))
