"""What every way back through one trace shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, Parameters, times
from engine.cells import Cell
from engine.errors import InvalidInput
from engine.magnitude import holds_tiny
from engine.truncation import Truncation
from engine.unroll import Trace


@dataclass(frozen=True, slots=True)
class Entering:
    """What losses bring to their own steps.

    Attributes:
        do: ∂L_t/∂o_t, (T, B, K).
        local: ∂L_t/∂h_t through step t's own output, do_t W_hy, (T, B, H).
        careful: whether gradients need exponents from the start.
    """

    do: Array
    local: Array
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
        """Prepare the way back through a trace.

        Raises:
            InvalidInput: where the recurrent matrix leaves the range of a double.
        """
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            recurrent = np.ascontiguousarray(cell.recurrent_matrix(parameters))
        if not np.isfinite(recurrent).all():
            raise InvalidInput(
                ("weights", cell.recurrent),
                "the recurrent matrix W_yh W_hy overflows a double; use smaller weights",
            )
        careful = holds_tiny(trace.derivative, recurrent, parameters["W_hy"])
        return Passage(cell, parameters, trace, truncation, recurrent, careful)

    def enter(self, do: Array) -> Entering:
        """Let losses enter at their own steps.

        Args:
            do: ∂L_t/∂o_t at every step, zeros where no loss is emitted or followed, (T, B, K).
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            local = times(do, self.parameters["W_hy"])
        return Entering(do, local, self.careful or holds_tiny(local))
