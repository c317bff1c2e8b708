"""Clipping on the way back: ∂L/∂h_t is kept at norm μ at every step, wherever it is larger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unrolled.engine.clip.clipping import Clip, Clipping, clip_gradients, reported
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import align, split_norms
from unrolled.engine.passes.bptt import backward
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.vector import Vector


class Ceiling:
    """Rescales ∂L/∂h_t = Σ_i ∂L_i/∂h_t to norm μ; every loss's share by the same factor.

    Attributes:
        scale: lane → the factor at every step, (lanes, T); 1 where the norm was not above μ.
    """

    def __init__(self, max_norm: float, lanes: int, steps: int) -> None:
        self._max_norm = max_norm
        self.scale = np.ones((lanes, steps))

    def __call__(self, step: int, lane: int, rows: Array, exponents: IntArray) -> None:
        """Rescale the rows of one layer and step in place.

        The rows are ∂L_i/∂h_t / 2^exponent, (n, B, H), the last layer's lane is 0; exponents stay
        as they are.
        """
        values, exponent = align(rows, exponents)
        size, shift = split_norms(values.sum(axis=0).reshape(1, -1))
        if not size[0]:
            return
        exponent += 0 if shift is None else int(shift[0])
        factor = np.ldexp(self._max_norm / size[0], -exponent)
        if factor < 1.0:
            self.scale[lane, step] = factor
            rows *= factor


def clip_backward(
    passage: Passage, entering: Entering, clip: Clip, g: Vector
) -> tuple[Vector, Clipping]:
    """Go back once more with the ceiling, and compare the parameter gradients.

    ∂L/∂h_t ← μ ∂L/∂h_t / ‖∂L/∂h_t‖ where the norm is above μ, before it goes further back

    Source: Pascanu, Mikolov & Bengio 2013 (section 3.2) speak of clipping temporal components;
        the same as a hook on h_t in PyTorch.
    """
    assert clip.threshold is not None
    if not g.finite:
        return clip_gradients(g, Clip())
    ceiling = Ceiling(clip.threshold, len(passage.lanes), passage.trace.steps)
    clipped = backward(passage, entering, ceiling)
    engaged = bool((ceiling.scale < 1.0).any())
    after = clipped.gradients() if engaged else g
    report = reported(clip, g, after)
    scale = np.where(ceiling.scale[0] > 0.0, ceiling.scale[0], np.nan)
    return after, replace(report, hidden_gradient=clipped.hidden(), step_scale=scale)
