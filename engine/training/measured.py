"""What is measured of a training's weights: norms, the recurrent matrix, the held-out loss."""

from __future__ import annotations

import math

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.losses import judge
from unrolled.engine.experiment.network import Network, of_layer
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.errors import ForwardOverflow, InvalidInput
from unrolled.engine.numbers.magnitude import LOG10_2, ordinary, split_norms
from unrolled.engine.passes.unroll import unroll
from unrolled.engine.passes.vector import Shapes, cut


class Norms:
    """log₁₀ of every parameter's norm, of all parameters as one vector.

    Args:
        shapes: parameter → shape, in the vector's order.
    """

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        sizes = [math.prod(shape) for shape in shapes.values()]
        self._starts = np.cumsum([0, *sizes[:-1]])

    def __call__(self, vector: Array) -> Array:
        """Of a vector of any precision, (P,); −inf where exactly zero."""
        double = vector.astype(np.float64)
        squares = np.add.reduceat(np.square(double), self._starts)
        if ordinary(squares):
            return np.asarray(0.5 * np.log10(squares))
        parts = [part.reshape(1, -1) for part in cut(double, self._shapes).values()]
        split = [split_norms(part) for part in parts]
        return np.array(
            [
                np.log10(norm[0]) + (0 if shift is None else shift[0]) * LOG10_2
                for norm, shift in split
            ]
        )


def recurrent_norms(network: Network, parameters: Parameters) -> tuple[float, float]:
    """ρ and σ_max of the last layer's recurrent matrix (a gated cell's: the candidate's block).

    NaN where a double does not hold it.
    """
    cell = CELLS[network.cell]
    try:
        matrix = cell.recurrent_matrix(of_layer(cell, parameters, network.num_layers - 1))
        radius = float(np.abs(np.linalg.eigvals(matrix)).max())
        return radius, float(np.linalg.norm(matrix, 2))
    except (InvalidInput, np.linalg.LinAlgError):
        return math.nan, math.nan


def held_out_loss(
    network: Network, parameters: Parameters, sequence: Sequence, loss: str
) -> tuple[float, Array | None]:
    """Σ_t L_t of the sequences that no update sees, and the outputs at the steps that emit.

    Infinite where it leaves the range of a double.
    """
    try:
        trace = unroll(network, parameters, sequence)
    except ForwardOverflow:
        return math.inf, None
    values, _ = judge(loss, trace.judged, sequence.targets, sequence.weights)
    total = float(values.sum())
    return (math.inf if math.isnan(total) else total), trace.judged
