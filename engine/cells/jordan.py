"""Jordan's network: the context units hold a copy of the last output o_{t−1}."""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells.base import Shapes
from unrolled.engine.cells.simple import READING, SimpleCell, copied, feedback, hidden
from unrolled.engine.cells.wiring import INPUT, LOSS, OUTWARD, Wiring, output
from unrolled.engine.choices.truncation import COPY
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.errors import InvalidInput

_LEAST = 1e-290
_CONTEXT, _COPY = copied("o")


class JordanCell(SimpleCell):
    """a_t = W_xh x_t + W_yh o_{t−1} + b_h, h_t = f(a_t), o_t = W_hy h_t + b_y, o_0 = 0.

    ∂a_t/∂h_{t−1} = W_yh W_hy, so the backward step is the simple cell's with R = W_yh W_hy. Where
    layers are stacked every layer has context units, and all of them hold the one output.

    Source: notes, "Jordan Nets".
    """

    name = "jordan"
    recurrent = "W_yh"
    default_truncation = COPY
    copies = True
    feeds_outputs = True
    wiring = Wiring(
        (INPUT, _CONTEXT, hidden(initial=None), output(always=True), LOSS),
        (_COPY, feedback("W^Y", "W_yh", "C_t", "c", copied=True), *READING, *OUTWARD),
    )

    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """W_xh (H, D), W_yh (H, K), b_h (H,)."""
        return {"W_xh": (hidden, inputs), "W_yh": (hidden, outputs), "b_h": (hidden,)}

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R = W_yh W_hy; ``parameters`` holds the network's W_hy beside the layer's own.

        Raises:
            InvalidInput: where the product leaves the range of a double.
        """
        first, second = parameters["W_yh"], parameters["W_hy"]
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            product = first @ second
        tops = float(np.abs(first).max()), float(np.abs(second).max())
        if not np.isfinite(product).all() or (all(tops) and tops[0] * tops[1] < _LEAST):
            raise InvalidInput(
                ("weights", self.recurrent),
                f"received entries up to {tops[0]:g}, and W_hy up to {tops[1]:g}; allowed: such "
                "that a double can hold W_yh W_hy",
            )
        return np.asarray(product)


JORDAN = JordanCell()
