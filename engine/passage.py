"""What every way back through one trace shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray, Parameters, times
from engine.cells import Cell
from engine.magnitude import holds_tiny, near_one
from engine.truncation import Truncation
from engine.unroll import Trace


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Passage:
    """The way back from step T to step 1, before any gradient travels it.

    Attributes:
        cell: whose step goes back.
        parameters: name → array.
        trace: the forward pass.
        truncation: which losses reach which steps.
        recurrent: R, (H, H).
        careful: whether a factor is so small that gradients need exponents from the start.
    """

    cell: Cell
    parameters: Parameters
    trace: Trace
    truncation: Truncation
    recurrent: Array
    careful: bool

    @staticmethod
    def of(cell: Cell, parameters: Parameters, trace: Trace, truncation: Truncation) -> Passage:
        """Prepare the way back through a trace."""
        recurrent = np.ascontiguousarray(cell.recurrent_matrix(parameters))
        careful = holds_tiny(trace.derivative, recurrent, parameters["W_hy"])
        return Passage(cell, parameters, trace, truncation, recurrent, careful)

    def enter(self, do: Array) -> Entering:
        """Let losses enter at their own steps.

        Args:
            do: ∂L_t/∂o_t at every step, zeros where no loss is emitted or followed, (T, B, K).
        """
        weights = self.parameters["W_hy"]
        exponent = np.zeros(len(do), dtype=np.int64)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            local = times(do, weights)
            careful = self.careful or holds_tiny(do, local) or not np.isfinite(local).all()
            if careful:
                near, exponent = near_one(do)
                scaled, shift = near_one(weights[np.newaxis])
                local, exponent = times(near, scaled[0]), exponent + shift
        return Entering(do, local, exponent, careful)
