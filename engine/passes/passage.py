"""What every way back through one trace shares."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells import CELLS, Cell
from unrolled.engine.cells.lane import Lane
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network, of_layer
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters, record
from unrolled.engine.numbers.magnitude import all_finite, holds_tiny, near_one
from unrolled.engine.numbers.products import times
from unrolled.engine.passes.unroll import Trace


@record
class Entering:
    """What losses bring to their own steps.

    Attributes:
        do: ∂L_t/∂o_t, (T, B, K).
        local: ∂L_t/∂h_t through step t's own output, do_t W_hy / 2^exponent, (T, B, H).
        exponent: (T,); zero unless careful.
        careful: whether gradients need exponents from the start.
    """

    do: Array
    local: Array
    exponent: IntArray
    careful: bool


@record
class Passage:
    """The way back from step T to step 1, before any gradient travels it.

    Attributes:
        network: whose gradients travel.
        parameters: name → array.
        trace: the forward pass.
        truncation: which losses reach which steps.
        lanes: every layer's way back, the last layer's first: gradients go down.
        careful: whether a factor is so small that gradients need exponents from the start.
    """

    network: Network
    parameters: Parameters
    trace: Trace
    truncation: Truncation
    lanes: tuple[Lane, ...]
    careful: bool

    @staticmethod
    def of(
        network: Network, parameters: Parameters, trace: Trace, truncation: Truncation | None = None
    ) -> Passage:
        """Prepare the way back through a trace; the cell's own truncation where none is given."""
        cell = CELLS[network.cell]
        slope = ACTIVATIONS[network.activation].derivative
        lanes = tuple(
            cell.lane(of_layer(cell, parameters, number), layer, slope)
            for number, layer in reversed(list(enumerate(trace.layers)))
        )
        factors = [lane.recurrent for lane in lanes] + [lane.inward for lane in lanes[:-1]]
        factors += [lane.slope for lane in lanes if lane.slope is not None]
        careful = holds_tiny(*factors, parameters["W_hy"])
        if truncation is None:
            truncation = cell.default_truncation
        return Passage(network, parameters, trace, truncation, lanes, careful)

    @property
    def cell(self) -> Cell:
        """Whose steps go back."""
        return CELLS[self.network.cell]

    @property
    def parts(self) -> int:
        """How many parts a layer's state has: h, and c where the cell has one."""
        return len(self.cell.states)

    def lane(self, number: int) -> Lane:
        """The way back of one layer, counted from the input."""
        return self.lanes[len(self.lanes) - 1 - number]

    def of_layer(self, number: int) -> Parameters:
        """The parameters of one layer, counted from the input."""
        return of_layer(self.cell, self.parameters, number)

    def enter(self, do: Array) -> Entering:
        """Let losses enter at their own steps.

        do is ∂L_t/∂o_t at every step, zeros where no loss is emitted or followed, (T, B, K).
        """
        weights = self.parameters["W_hy"]
        exponent = np.zeros(len(do), dtype=np.int64)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            local = times(do, weights)
            careful = self.careful or holds_tiny(do, local) or not all_finite(local)
            if careful:
                near, exponent = near_one(do)
                scaled, shift = near_one(weights[np.newaxis])
                local, exponent = times(near, scaled[0]), exponent + shift
        return Entering(do, local, exponent, careful)
