"""The few looks behind the engine's public names, all in one place."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.engine.reference.cases import Case
from unrolled import engine
from unrolled.engine import Passage
from unrolled.engine.passes.carry import carry


def way_back(case: Case, flow: engine.GradientFlow) -> Passage:
    """The passage that the flow's gradients travelled."""
    return Passage.of(case.network, case.parameters, flow.trace, case.rule)


def hidden(back: engine.Backward, layer: int = -1) -> Any:
    """∂L/∂h_t, (T, B, H), its exponents applied."""
    return back.layers[layer].part(0).unscaled()


def cells(back: engine.Backward, layer: int = -1) -> Any:
    """∂L/∂c_t, (T, B, H), its exponents applied."""
    return back.layers[layer].part(1).unscaled()


def outputs(back: engine.Backward) -> Any:
    """∂L/∂o_t, (T, B, K), its exponents applied."""
    return engine.Scaled(back.do, back.output_exponent).unscaled()


def item_vectors(
    case: Case, flow: engine.GradientFlow, *, careful: bool = False, layer: int = -1, part: int = 0
) -> Any:
    """∂L_i/∂h_t (or ∂L_i/∂c_t) themselves, (I, T, B, H), carried with or without exponents."""
    passage = way_back(case, flow)
    entering = passage.enter(flow.backward.do_local)
    seen = np.zeros((len(case.emits), *flow.trace.h.shape[:2], passage.widths[part]))
    lane = (len(passage.lanes) - 1 - layer) % len(passage.lanes)
    careful = careful or entering.careful
    for live in carry(passage, entering, flow.trace.emits, careful=careful):
        rows = live.rows.states[lane][part]
        if careful:
            rows = engine.Scaled(rows, live.rows.exponents[lane]).unscaled()
        seen[live.losses, live.step] = rows
    return seen


def alone(case: Case, flow: engine.GradientFlow, loss: int) -> engine.Backward:
    """The backward pass of the loss of one step (from 1)."""
    passage = way_back(case, flow)
    do = np.zeros_like(flow.backward.do_local)
    do[loss - 1] = flow.backward.do_local[loss - 1]
    return engine.backward(passage, passage.enter(do))
