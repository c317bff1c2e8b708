"""The loss over a grid of two parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.landscape.forward import Entry
from unrolled.engine.landscape.surface import Surface
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput

MAX_POINTS = 200
"""Of one axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One entry of a parameter, and the values it takes, evenly spaced.

    Attributes:
        parameter: its name, ``W_hh``.
        index: of the entry, ``(0, 0)``.
        start: the first value.
        stop: the last one.
        points: how many, 2 … 200.
    """

    parameter: str
    index: tuple[int, ...]
    start: float
    stop: float
    points: int

    @property
    def entry(self) -> Entry:
        """What is moved."""
        return self.parameter, self.index

    def values(self) -> Array:
        """The values, (points,)."""
        return np.linspace(self.start, self.stop, self.points)


@dataclass(frozen=True, slots=True)
class Landscape:
    """E over a grid; ``[j][i]`` belongs to value i of the first axis and j of the second.

    Attributes:
        values: of the first axis, and of the second.
        loss: E; NaN where a state or an output leaves the range of a double, inf where E does.
        log10_norm: log₁₀ ‖(∂E/∂p, ∂E/∂q)‖, exact at any magnitude; NaN where exactly zero, and
            where E is NaN.
    """

    values: tuple[Array, Array]
    loss: Array
    log10_norm: Array


def check_axes(axes: tuple[Axis, Axis]) -> None:
    """Refuse an axis that goes nowhere or has too many points.

    Raises:
        InvalidInput: with the pointer ``axes``.
    """
    for number, axis in enumerate(axes):
        if not 2 <= axis.points <= MAX_POINTS:
            raise InvalidInput(
                ("axes", number, "points"),
                f"received {axis.points}; allowed: a whole number 2 … {MAX_POINTS}",
            )
        if not (axis.start < axis.stop and np.isfinite(axis.stop - axis.start)):
            raise InvalidInput(
                ("axes", number),
                f"received from {axis.start:g} to {axis.stop:g}; allowed: to above from",
            )


def landscape(surface: Surface, axes: tuple[Axis, Axis]) -> Landscape:
    """E and the norm of its gradient at every point of a grid, in one vectorised pass.

    Args:
        surface: of the entries that the axes name.
        axes: the first and the second.
    Raises:
        InvalidInput: for an axis that goes nowhere or has too many points.
    Source: Pascanu, Mikolov & Bengio 2013, figure 6.
    """
    check_axes(axes)
    first, second = (axis.values() for axis in axes)
    mesh = np.stack(np.meshgrid(first, second), axis=-1)
    found = surface.at(mesh.reshape(-1, 2))
    shape = mesh.shape[:2]
    log10_norm = found.gradient().log10_norms()
    return Landscape((first, second), found.loss.reshape(shape), log10_norm.reshape(shape))
