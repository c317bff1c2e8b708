"""A network of lean layers, as a way forward and back."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.lean import Blocks, LeanLayer
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.network import Network, layered
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Mask, Parameters
from unrolled.engine.numbers.errors import ForwardOverflow
from unrolled.engine.numbers.magnitude import all_finite
from unrolled.engine.training.way import Way


class Lean(Way):
    """Of a cell that has a lean layer, where every step of every sample hears the one before."""

    _layers: list[LeanLayer]
    _read: Array
    """h at the steps that emit, (S B, H)."""

    def __init__(self, network: Network, parameters: Parameters, into: Parameters) -> None:
        super().__init__(network, parameters, into)
        self._built: tuple[int, int] | None = None
        self._own: list[Blocks] = []
        self._into: list[Blocks] = []
        self._make = CELLS[network.cell].lean
        if self._make is not None:
            self._own = [self._blocks(parameters, n) for n in range(network.num_layers)]
            self._into = [self._blocks(into, n) for n in range(network.num_layers)]

    def serves(self, sequence: Sequence) -> bool:
        """Whether it can go this way; a sample that ends earlier has no loss behind its end."""
        plain = sequence.masks is None or not sequence.masks.fresh.any()
        return bool(self._own) and plain and len(sequence.inputs) == sequence.steps

    def _blocks(self, parameters: Parameters, layer: int) -> Blocks:
        """Views of one layer's parameters."""
        hidden = self.network.hidden_size
        recurrent, inward, bias = (
            parameters[layered(name, layer)] for name in ("W_hh", "W_xh", "b_h")
        )
        return (
            recurrent.reshape(-1, hidden, hidden),
            inward.reshape(-1, hidden, inward.shape[1]),
            bias.reshape(-1, hidden),
        )

    def forward(self, sequence: Sequence) -> Array:
        """Layer by layer."""
        batch, x = sequence.inputs.shape[1], sequence.inputs
        self._build(sequence.steps, batch)
        if sequence.emits is not None:
            self._wait_for(sequence.emits)
        elif self._emits is not self._usual:
            self._wait_for(self._usual)
        for number, (layer, own) in enumerate(zip(self._layers, self._own, strict=True)):
            layer.forward(own, x, self._start(sequence, number))
            x = layer.h
        if not self._views:
            self._read = x[self._emits].reshape(-1, x.shape[2])
        o = np.dot(self._read, self.parameters["W_hy"].T)
        o += self.parameters["b_y"]
        found: Array = o.reshape(-1, batch, o.shape[1])
        if not all_finite(found):
            self._refuse(found)
        return found

    def _start(self, sequence: Sequence, layer: int) -> tuple[Array | None, Array | None]:
        """h_0 and c_0 of a layer; None: zeros."""
        h, c = (
            None if part is None else sequence.initial(name, layer, self.network.hidden_size)
            for name, part in (("h", sequence.h_0), ("c", sequence.c_0))
        )
        return h, c

    def _build(self, steps: int, batch: int) -> None:
        """Arrays for these sizes, where there are none yet."""
        if self._built == (steps, batch):
            return
        self._built = steps, batch
        network, make = self.network, self._make
        assert make is not None
        shape, dtype = (steps, batch, network.hidden_size), self.parameters["W_hy"].dtype
        self._layers = [
            make(shape, network.hidden_size if n else network.input_size, dtype, network.activation)
            for n in range(network.num_layers)
        ]
        self._usual = TOPOLOGIES[network.topology].emits(steps)
        self._wait_for(self._usual)

    def _wait_for(self, emits: Mask) -> None:
        """Note which steps emit, and where their states stand."""
        self._emits, self._emitting = emits, np.flatnonzero(emits).tolist()
        steps, hidden, rows = len(emits), self.network.hidden_size, self._layers[-1].rows
        self._views = len(self._emitting) in (1, steps)
        if len(self._emitting) == 1:
            self._read = rows[self._emitting[0] + 1, :, :hidden]
        elif self._views:
            self._read = rows[1:].reshape(-1, rows.shape[2])[:, :hidden]

    def _refuse(self, o: Array) -> None:
        """Say where the first number is none."""
        steps = len(self._emits)
        for t in range(steps):
            for number, layer in enumerate(self._layers, 1):
                if not np.isfinite(layer.h[t]).all():
                    raise ForwardOverflow("h", t + 1, steps, number)
        first = int(np.argmin(np.isfinite(o).all(axis=(1, 2))))
        raise ForwardOverflow("o", self._emitting[first] + 1, steps)

    def backward(self, given: Array) -> None:
        """Layer by layer from the last."""
        rows = given.reshape(-1, given.shape[2])
        np.dot(rows.T, self._read, out=self.into["W_hy"])
        np.add.reduce(rows, axis=0, out=self.into["b_y"])
        entering = np.dot(rows, self.parameters["W_hy"]).reshape(*given.shape[:2], -1)
        local: list[Array | None] = [None] * len(self._emits)
        for t, own in zip(self._emitting, entering, strict=True):
            local[t] = own
        for number in range(len(self._layers) - 1, -1, -1):
            layer = self._layers[number]
            layer.backward(local, crosses=self.crosses)
            layer.gradient(self._into[number])
            if number:
                local = list(layer.below())
        self.states = [layer.states for layer in self._layers]

    def factors(self) -> list[Array]:
        """Every layer's."""
        return [factor for layer in self._layers for factor in layer.factors()]
