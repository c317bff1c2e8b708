"""What the gated cells share: their gates' values and slopes, and what is read off them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Cell, Function, Layer, Number, Start
from unrolled.engine.cells.lane import Lane
from unrolled.engine.choices.activations import ACTIVATIONS, ONE, Activation
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.dual import Dual
from unrolled.engine.numbers.products import multiplier, times

SIGMOID = ACTIVATIONS["sigmoid"]


class GatedCell(Cell):
    """A cell whose blocks of weights are gates, one of them the candidate.

    Its ``Layer.saved`` holds ``z`` and ``gates``, (T, B, G, H) each in the order of ``gates``.
    """

    @property
    def candidate(self) -> int:
        """Which block proposes the new content."""
        return [gate.role for gate in self.gates].index("candidate")

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """The candidate's block of the recurrent parameter, (H, H)."""
        _, matrix = self.recurrent_blocks(parameters)[self.candidate]
        return matrix

    def recurrent_blocks(self, parameters: Parameters) -> list[tuple[slice, Array]]:
        """Every gate's rows, and its block, (H, H)."""
        matrix = parameters[self.recurrent]
        hidden = matrix.shape[-2] // len(self.gates)
        every = [self.rows(self.recurrent, gate.name, hidden) for gate in self.gates]
        return [(rows, matrix[..., rows, :]) for rows in every]

    def entering(self, parameters: Parameters, x: Array) -> Array:
        """W_xh x_t + b_h of all steps as one product, (T, B, G, H): z_t before it hears h_{t−1}."""
        z = times(x, parameters["W_xh"].mT)
        z += parameters["b_h"]
        return z.reshape(*x.shape[:2], len(self.gates), -1)

    def forward(
        self, parameters: Parameters, x: Array, start: Start, f: Function, keeps: Array | None
    ) -> Layer:
        """Every step after the other; the gates' own functions take the place of f."""
        at = _Arrays(self, parameters, self.entering(parameters, x))
        h, *c = parts = [
            np.zeros((len(x) + 1, *own.shape), at.z.dtype)
            for own in start[: len(self.states)]
            if own is not None
        ]
        for part, own in zip(parts, start, strict=False):
            part[0] = own
        state: Sequence[Number] = [part[0] for part in parts]
        for at.t in range(len(x)):
            if keeps is not None:
                state = [part * keeps[at.t] for part in state]
            state = self.step(at, state)
            for part, new in zip(parts, state, strict=True):
                part[at.t + 1] = new
        saved = {"z": at.z, "gates": at.values} | {n: np.array(v) for n, v in at.kept.items()}
        heard = h[:-1] if keeps is None else h[:-1] * keeps
        own, own_0 = (c[0][1:], c[0][0]) if c else (None, None)
        return Layer(x, heard, h[1:], h[0], saved, own, own_0, keeps=keeps)

    def slopes(self, layer: Layer) -> Array:
        """σ′(z) of every gate and f′(z) of the candidate, (T, B, G, H).

        From z, not from the gate: 1 − σ would lose every digit where σ is near 1.
        """
        z = layer.saved["z"]
        slopes = np.empty(z.shape, z.dtype)
        for block, gate in enumerate(self.gates):
            slopes[:, :, block] = ACTIVATIONS[gate.activation].derivative(z[:, :, block])
        return slopes

    def kept(self, layer: Layer, lane: Lane) -> Array:
        """The mean share of the past that a step keeps, (T,)."""
        keeper = self.keeper
        assert keeper is not None
        z = keeper.keeps * layer.saved["z"][:, :, self.gates.index(keeper)]
        return layer.mean(SIGMOID.value(z))

    def squashed(self, layer: Layer, activation: str) -> list[tuple[str, Array]]:
        """The candidate's pre-activation."""
        own = self.candidate
        return [(self.gates[own].activation, layer.saved["z"][:, :, own])]

    def gate_values(self, layer: Layer) -> dict[str, Array]:
        """Every gate's own values, the candidate's with their sign, (T, B, H) each."""
        values = layer.saved["gates"]
        return {gate.name: values[:, :, block] for block, gate in enumerate(self.gates)}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """The mean magnitude of every gate over samples and units, (T,) each."""
        gates = layer.saved["gates"]
        if layer.live is not None:
            each = self.gate_values(layer)
            return {name: layer.mean(np.abs(values)) for name, values in each.items()}
        means = np.add.reduce(np.abs(gates), axis=(1, 3)) / (gates.shape[1] * gates.shape[3])
        return {gate.name: means[:, block] for block, gate in enumerate(self.gates)}


class _Arrays:
    """A ``Step`` in arrays; writes z_t and the gates' values of every step down, (T, B, G, H)."""

    def __init__(self, cell: GatedCell, parameters: Parameters, z: Array) -> None:
        self.parameters, self.z, self.t = parameters, z, 0
        self.values, self._one = np.empty(z.shape, z.dtype), np.ones((), z.dtype)
        self.kept: defaultdict[str, list[Array]] = defaultdict(list)
        self._cell = cell
        self._propose = ACTIVATIONS[cell.gates[cell.candidate].activation].value
        self._found: dict[str, tuple[Array, Array, Array, int]] = {}
        self._turned: dict[str, Array] = {}
        self._multiply = multiplier(parameters[cell.recurrent])

    def hears(self, letters: str, past: Array) -> Number:
        heard = self._multiply(past, (self._found.get(letters) or self._find(letters))[0])
        if len(letters) == 1:
            return heard
        return heard.reshape(len(past), len(letters), -1).transpose(1, 0, 2)

    def gates(self, letters: str, heard: Array) -> Number:
        _, every_z, values, candidate = self._found.get(letters) or self._find(letters)
        z, out = every_z[self.t], values[self.t]
        z += heard
        if candidate < 0 or len(letters) > 1:
            sigmoid(
                z, out, self._one
            )  # of a candidate among others too, for one pass over all of them
        if candidate >= 0:
            self._propose(z[candidate], out=out[candidate])
        return out

    def _find(self, letters: str) -> tuple[Array, Array, Array, int]:
        """Their weights, z and values of all steps (T, k, B, H), and which is the candidate."""
        cell, matrix = self._cell, self.parameters[self._cell.recurrent]
        first, height = cell.letters.index(letters), matrix.shape[-2] // len(cell.gates)
        last = first + len(letters)
        found = (
            np.ascontiguousarray(matrix[..., first * height : last * height, :].mT),
            self.z[:, :, first:last].transpose(0, 2, 1, 3),
            self.values[:, :, first:last].transpose(0, 2, 1, 3),
            letters.find(cell.letters[cell.candidate]),
        )
        self._found[letters] = found
        return found

    def times(self, name: str, value: Array) -> Array:
        turned = self._turned.get(name)
        if turned is None:
            turned = self._turned[name] = np.ascontiguousarray(self.parameters[name].mT)
        return self._multiply(value, turned)

    def keep(self, name: str, value: Array) -> Array:
        self.kept[name].append(value)
        return value


def through(f: Activation, value: Number) -> Number:
    """f of an array or of a dual number."""
    return value.through(f) if isinstance(value, Dual) else f.value(value)


def sigmoid(z: Array, out: Array, one: Array = ONE) -> Array:
    """σ(z) = 1 / (1 + exp(−z)), exact to rounding at any z: where exp overflows, σ is 0.

    Four passes over a small array take half as long as ``ACTIVATIONS["sigmoid"]``, which a forward
    step would call T times. ``one`` is 1 in the precision of z.
    """
    np.negative(z, out=out)
    np.exp(out, out=out)
    np.add(out, one, out=out)
    return np.reciprocal(out, out=out)


def shut(z: Array) -> Array:
    """1 − σ(z) = σ(−z), with all its digits where the gate is open."""
    return SIGMOID.value(-z)
