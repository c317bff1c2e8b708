"""Jordan's network: the context units hold a copy of the last output o_{t−1}."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unrolled.engine.cells.base import Drive, Layer, Layers
from unrolled.engine.cells.gates import Parameter
from unrolled.engine.cells.loop import product_of
from unrolled.engine.cells.simple import READING, SimpleCell, copied, feedback, hidden
from unrolled.engine.cells.wiring import INPUT, LOSS, OUTWARD, Wiring, output
from unrolled.engine.choices.truncation import COPY
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import multiplier

_CONTEXT, _COPY = copied("o")


class JordanCell(SimpleCell):
    """a_t = W_xh x_t + W_yh o_{t−1} + b_h, h_t = f(a_t), o_t = W_hy h_t + b_y, o_0 = 0.

    ∂a_t/∂h_{t−1} = W_yh W_hy, so the backward step is the simple cell's with R = W_yh W_hy. Where
    layers are stacked every layer has context units, and all of them hold the one output.

    Source: notes, "Jordan Nets".
    """

    name = "jordan"
    label = "Jordan"
    once = False
    lean = None
    parameters = (Parameter("W_xh", "x"), Parameter("W_yh", "o"), Parameter("b_h"))
    recurrent = "W_yh"
    default_truncation = COPY
    copies = True
    feeds_outputs = True
    wiring = Wiring(
        (INPUT, _CONTEXT, hidden(initial=None), output(always=True), LOSS),
        (_COPY, feedback("W^Y", "W_yh", "C_t", "c", copied=True), *READING, *OUTWARD),
    )

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """R = W_yh W_hy; ``parameters`` holds the network's W_hy beside the layer's own.

        Raises:
            InvalidInput: where the product leaves the range of a double.
        """
        return product_of(parameters, "W_yh", "W_hy", self.recurrent)

    def unroll(self, parameters: Sequence[Parameters], drive: Drive) -> tuple[Layers, Array]:
        """All layers step by step, since every one of them reads the last output; o_0 = 0."""
        x, initial, keeps = drive.x, drive.initial, drive.keeps
        multiply = multiplier(parameters[-1]["W_hy"])
        o = np.zeros((len(x) + 1, x.shape[1], parameters[-1]["b_y"].shape[-1]), x.dtype)
        a = [np.empty((len(x), *h_0.shape), x.dtype) for h_0, _ in initial]
        h = [np.empty(own.shape, x.dtype) for own in a]
        heard = o[:-1] if keeps is None else np.empty(o[1:].shape, o.dtype)
        for t in range(len(x)):
            below = x[t]
            if keeps is not None:
                np.multiply(o[t], keeps[t], out=heard[t])
            for n, own in enumerate(parameters):
                a[n][t] = (
                    multiply(below, own["W_xh"].mT)
                    + multiply(heard[t], own["W_yh"].mT)
                    + own["b_h"]
                )
                below = drive.f(a[n][t], out=h[n][t])
            o[t + 1] = multiply(below, parameters[-1]["W_hy"].mT) + parameters[-1]["b_y"]
        layers = (
            Layer(reads, heard, h_n, h_0, {"a": a_n}, keeps=keeps)
            for reads, h_n, (h_0, _), a_n in zip([x, *h[:-1]], h, initial, a, strict=True)
        )
        return tuple(layers), o[1:]


JORDAN = JordanCell()
