"""What every step loses, and the gradient that its loss brings to its own output."""

from __future__ import annotations

import numpy as np

from unrolled.engine.choices.losses import LOSSES
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.magnitude import all_finite
from unrolled.engine.passes.unroll import Trace


def losses(trace: Trace, sequence: Sequence, loss: str) -> tuple[Array, Array]:
    """L_t, NaN where none is emitted, (T,); and ∂L_t/∂o_t, zeros there, (T, B, K).

    Raises:
        InvalidInput: where ∂L_t/∂o_t leaves the range of a double.
    """
    values, gradients = LOSSES[loss].evaluate(trace.o[trace.emits], sequence.targets)
    if not all_finite(gradients):
        raise InvalidInput(
            ("sequence", "targets"), "o − y overflows the range of a double; use smaller numbers"
        )
    step_losses, do = np.full(trace.steps, np.nan), np.zeros_like(trace.o)
    step_losses[trace.emits], do[trace.emits] = values, gradients
    return step_losses, do
