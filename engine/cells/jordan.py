"""Jordan's network: the context units hold a copy of the last output o_{t−1}."""

from __future__ import annotations

from engine.arrays import Array, Parameters
from engine.cells.base import Shapes
from engine.cells.simple import SimpleCell
from engine.truncation import COPY


class JordanCell(SimpleCell):
    """a_t = W_xh x_t + W_yh o_{t−1} + b_h, h_t = f(a_t), o_t = W_hy h_t + b_y, o_0 = 0.

    ∂a_t/∂h_{t−1} = W_yh W_hy, so the backward step is the simple cell's with R = W_yh W_hy.

    Source: notes, "Jordan Nets".
    """

    name = "jordan"
    recurrent = "W_yh"
    default_truncation = COPY
    copies = True
    feeds_outputs = True

    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """As the simple cell, with W_yh (H, K) in place of W_hh."""
        shapes = super().parameter_shapes(inputs, hidden, outputs)
        return {
            (self.recurrent if name == "W_hh" else name): (
                (hidden, outputs) if name == "W_hh" else shape
            )
            for name, shape in shapes.items()
        }

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R = W_yh W_hy."""
        return parameters["W_yh"] @ parameters["W_hy"]


JORDAN = JordanCell()
