"""What the gated cells share: their gates' values and slopes, and what is read off them."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells.base import Cell, Layer
from unrolled.engine.cells.lane import Lane
from unrolled.engine.choices.activations import ACTIVATIONS, ONE
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import times

SIGMOID, TANH = ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"]


class GatedCell(Cell):
    """A cell whose blocks of weights are gates, one of them the candidate.

    Its ``Layer.saved`` holds ``z`` and ``gates``, (T, B, G, H) each in the order of ``gates``.
    """

    @property
    def candidate(self) -> int:
        """Which block proposes the new content."""
        return [gate.activation for gate in self.gates].index("tanh")

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """The candidate's block of the recurrent parameter, (H, H)."""
        matrix = parameters[self.recurrent]
        return matrix[self.rows(self.recurrent, self.gates[self.candidate].name, matrix.shape[1])]

    def entering(self, parameters: Parameters, x: Array) -> Array:
        """W_xh x_t + b_h of all steps as one product, (T, B, G, H): z_t before it hears h_{t−1}."""
        z = times(x, parameters["W_xh"].T)
        z += parameters["b_h"]
        return z.reshape(*x.shape[:2], len(self.gates), -1)

    def slopes(self, layer: Layer) -> Array:
        """σ′(z) of every gate and tanh′(z) of the candidate, (T, B, G, H).

        From z, not from the gate: 1 − σ would lose every digit where σ is near 1.
        """
        z = layer.saved["z"]
        slopes = np.empty(z.shape)
        for block, gate in enumerate(self.gates):
            slopes[:, :, block] = ACTIVATIONS[gate.activation].derivative(z[:, :, block])
        return slopes

    def kept(self, layer: Layer, lane: Lane) -> Array:
        """The mean share of the past that a step keeps, (T,)."""
        keeper = self.keeper
        assert keeper is not None
        z = keeper.keeps * layer.saved["z"][:, :, self.gates.index(keeper)]
        return np.asarray(SIGMOID.value(z).mean(axis=(1, 2)))

    def gate_values(self, layer: Layer) -> dict[str, Array]:
        """Every gate's own values, the candidate's with their sign, (T, B, H) each."""
        values = layer.saved["gates"]
        return {gate.name: values[:, :, block] for block, gate in enumerate(self.gates)}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """The mean magnitude of every gate over samples and units, (T,) each."""
        gates = layer.saved["gates"]
        means = np.add.reduce(np.abs(gates), axis=(1, 3)) / (gates.shape[1] * gates.shape[3])
        return {gate.name: means[:, block] for block, gate in enumerate(self.gates)}


def sigmoid(z: Array, out: Array) -> Array:
    """σ(z) = 1 / (1 + exp(−z)), exact to rounding at any z: where exp overflows, σ is 0.

    Four passes over a small array take half as long as ``ACTIVATIONS["sigmoid"]``, which a forward
    step would call T times.
    """
    np.negative(z, out=out)
    np.exp(out, out=out)
    np.add(out, ONE, out=out)
    return np.reciprocal(out, out=out)


def shut(z: Array) -> Array:
    """1 − σ(z) = σ(−z), with all its digits where the gate is open."""
    return SIGMOID.value(-z)
