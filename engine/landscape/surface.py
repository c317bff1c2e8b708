"""E and ∂E/∂(p, q) of a network of one unit at many places (p, q) in one pass, or over a grid."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.losses import valued
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.landscape.forward import Entry, Problem
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters, record
from unrolled.engine.numbers.errors import InvalidInput, one_of
from unrolled.engine.numbers.magnitude import Scaled, ldexp_rows

TOGETHER = 4096
"""Numbers of a value that are computed together: more would leave the processor's cache."""


@record
class Slopes:
    """E and its gradient at N places, in values that a double may not hold.

    Attributes:
        loss: E, (N,); NaN where a state or an output leaves the range of a double.
        shares: what each sample adds to (∂E/∂p, ∂E/∂q), so that their sum is the gradient,
            (N, B, 2).
        exponent: binary exponents of the shares, (N, B).
    """

    loss: Array
    shares: Array
    exponent: IntArray

    def gradient(self) -> Scaled:
        """(∂E/∂p, ∂E/∂q) at every place, (N, 2)."""
        top = np.where(self.shares.any(axis=2), self.exponent, -(2**40)).max(axis=1)
        top = np.where(top == -(2**40), 0, top)
        shift = self.exponent - top[:, np.newaxis]
        flat = ldexp_rows(self.shares.reshape(-1, 2), shift.ravel())
        return Scaled(flat.reshape(self.shares.shape).sum(axis=1), top)


class Surface:
    """The loss of one experiment as a function of two entries of its parameters.

    Of a network of one layer of one unit, H = 1, with any cell, inputs and outputs; over B samples
    E is the mean. A truncation of None takes the cell's own.

    Raises:
        InvalidInput: for more units or layers, or an entry that is not there.
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        sequence: Sequence,
        entries: tuple[Entry, Entry],
        *,
        loss: str,
        truncation: Truncation | None = None,
    ) -> None:
        check_scalar(network)
        check_entries(network, entries)
        valued(loss)
        if sequence.masks is not None:
            raise InvalidInput(
                ("sequence",),
                "received lengths, loss_weights, resets or targets of −100; allowed here: a batch "
                "without them",
            )
        own = truncation or CELLS[network.cell].default_truncation
        self.entries = entries
        self._problem = Problem(network, parameters, sequence, entries, loss, own)

    def at(self, places: Array) -> Slopes:
        """E and its gradient.

        Places are (p, q), (N, 2).
        Source: Pascanu, Mikolov & Bengio 2013, section 2.3 and figure 6.
        """
        size = max(1, TOGETHER // self._problem.batch)
        parts = [self._some(places[n : n + size]) for n in range(0, len(places), size)]
        return Slopes(
            np.concatenate([part.loss for part in parts]),
            np.concatenate([part.shares for part in parts]),
            np.concatenate([part.exponent for part in parts]),
        )

    def _some(self, places: Array) -> Slopes:
        """In the ordinary range of a double, and again with exponents where that is not enough."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            loss, tangent, _, doubtful = self._problem.run(places, careful=False)
            shares = tangent.transpose(1, 2, 0).copy()
            exponent = np.zeros(shares.shape[:2], dtype=np.int64)
            again = np.flatnonzero(doubtful)
            if len(again):
                _, tangent, own, _ = self._problem.run(places[again], careful=True)
                assert own is not None
                shares[again], exponent[again] = tangent.transpose(1, 2, 0), own
        shares[np.isnan(loss)] = np.nan
        return Slopes(loss, shares, exponent)


def check_scalar(network: Network) -> None:
    """Refuse a network of more than one unit.

    Raises:
        InvalidInput: naming the size, or the second direction.
    """
    if network.bidirectional:
        raise InvalidInput(
            ("network", "bidirectional"),
            "received true; the loss is drawn over two parameters of a network that reads in one "
            "direction: allowed false",
        )
    for field in ("hidden_size", "num_layers"):
        if getattr(network, field) != 1:
            raise InvalidInput(
                ("network", field),
                f"received {getattr(network, field)}; the loss is drawn over two parameters of a "
                "network of one unit: allowed 1",
            )


def check_entries(network: Network, entries: Many[Entry]) -> None:
    """Refuse an entry that is not there, and one that is named twice.

    Raises:
        InvalidInput: with the pointer ``axes``.
    """
    shapes = network.parameter_shapes()
    for number, (name, index) in enumerate(entries):
        one_of(("axes", number, "parameter"), name, shapes)
        shape = shapes[name]
        inside = len(index) == len(shape) and all(
            0 <= i < n for i, n in zip(index, shape, strict=True)
        )
        if not inside:
            last = ", ".join(f"0 … {n - 1}" if n > 1 else "0" for n in shape)
            raise InvalidInput(
                ("axes", number, "index"),
                f"received {list(index)}; {name} has shape {shape}: allowed [{last}]",
            )
    if entries[0] == entries[1]:
        raise InvalidInput(
            ("axes", 1),
            f"received {entries[1][0]} {list(entries[1][1])} again; allowed: another entry than "
            "that of the first axis",
        )


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
