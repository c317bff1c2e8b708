"""Forward and back through a network, in the ordinary range of one precision."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.lane import Lane, State
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.experiment.network import Network, layered, of_layer
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import times
from unrolled.engine.passes.unroll import Trace, unroll


class Way(ABC):
    """One pass forward and one back, all losses together; no exponents, nothing itemized.

    Args:
        network: whose.
        parameters: read anew at every pass.
        into: receives every parameter's gradient.
    Attributes:
        states: [∂L/∂h_t, and ∂L/∂c_t where there is a c] of every layer, (T, B, H) each.
    """

    states: list[State]

    def __init__(self, network: Network, parameters: Parameters, into: Parameters) -> None:
        self.network, self.cell = network, CELLS[network.cell]
        self.parameters, self.into = parameters, into
        self.crosses = self.cell.default_truncation.passes_all(network.num_layers + 1)

    @abstractmethod
    def forward(self, sequence: Sequence) -> Array:
        """The outputs at the steps that emit, (S, B, K), in the parameters' precision.

        Raises:
            ForwardOverflow: where a state or an output is no number.
        """

    @abstractmethod
    def backward(self, given: Array) -> None:
        """Every parameter's gradient, from ∂L_t/∂o_t at these steps, (S, B, K)."""

    @abstractmethod
    def factors(self) -> list[Array]:
        """What gradients were multiplied by at a step."""


class ByCells(Way):
    """By the cells' own forward passes and lanes: any cell, any masks."""

    _trace: Trace
    _lanes: list[Lane]

    def forward(self, sequence: Sequence) -> Array:
        """As the engine's own forward pass."""
        inputs = sequence.inputs.astype(self.parameters["W_hy"].dtype, copy=False)
        sequence = replace(sequence, inputs=inputs)
        self._trace = unroll(self.network, self.parameters, sequence)
        return self._trace.judged

    def backward(self, given: Array) -> None:
        """Layer by layer from the last, every layer from step T to step 1."""
        trace, parameters, into = self._trace, self.parameters, self.into
        slope = ACTIVATIONS[self.network.activation].derivative
        local = np.zeros_like(trace.h)
        local[trace.emits] = times(given, parameters["W_hy"])
        into["W_hy"][...] = np.einsum("sbk,sbh->kh", given, trace.h[trace.emits])
        into["b_y"][...] = given.sum(axis=(0, 1))
        self.states, self._lanes = [], []
        for number in range(self.network.num_layers - 1, -1, -1):
            layer = trace.layers[number]
            lane = self.cell.lane(of_layer(self.cell, parameters, number), layer, slope)
            cells = [] if layer.c is None else [np.zeros_like(layer.c, dtype=local.dtype)]
            state: State = [local, *cells]
            dz = np.zeros((*local.shape[:2], lane.width), local.dtype)
            self._down(lane, state, dz)
            local = lane.below(dz) if number else local
            for name, products in self.cell.terms(layer, dz).items():
                own = into[layered(name, number)]
                for one in products:
                    left = one.left.reshape(-1, one.left.shape[-1])
                    if one.right is None:
                        np.add.reduce(left, axis=0, out=own[one.rows])
                    else:
                        right = one.right.reshape(-1, one.right.shape[-1])
                        np.matmul(left.T, right, out=own[one.rows])
            self.states.insert(0, state)
            self._lanes.append(lane)

    def _down(self, lane: Lane, state: State, dz: Array) -> None:
        """From step T to step 1 of one layer, in place."""
        crossing = [np.empty_like(part[0]) for part in state]
        keeps = self._trace.top.keeps
        for t in range(len(dz) - 1, -1, -1):
            here = [part[t] for part in state]
            lane.local(lane.steps[t], here, dz[t])
            if t and self.crosses:
                lane.cross(lane.steps[t], dz[t], here, crossing)
                for part, more in zip(state, crossing, strict=True):
                    part[t - 1] += more if keeps is None else more * keeps[t]

    def factors(self) -> list[Array]:
        """The lanes' coefficients and matrices."""
        found = [factor for lane in self._lanes for factor in lane.whole]
        return found + [matrix for lane in self._lanes for matrix in lane.matrices]
