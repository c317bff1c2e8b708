"""Every derivative against central differences and complex steps.

Any three of cell, activation, loss, topology and truncation occur together; hypothesis draws the
sizes, the steps, the batch, the numbers and whether there is an h_0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engine.reference.cases import (
    ACTIVATIONS,
    CELLS,
    LOSSES,
    TOPOLOGIES,
    TRUNCATIONS,
    Case,
    cases,
    draws,
)
from tests.engine.reference.compare import close, close_log10, norms
from tests.engine.reference.forward import Forward
from tests.engine.reference.inside import hidden, item_vectors, outputs
from tests.engine.reference.pairs import pairs
from tests.engine.reference.rules import reaches
from unrolled import engine

EVERYTHING = pairs(CELLS, ACTIVATIONS, LOSSES, TOPOLOGIES, TRUNCATIONS, of=3)
"""A fourth setting would have to matter: yet of the loss only ∂L/∂o_t goes back, of the activation
only f′(a_t), of topology and truncation only which steps emit and how far back each is carried.
"""
FLOOR = 1e-14
"""Sums that cancel leave about this much, where the exact derivative may be zero."""


@pytest.mark.parametrize(("cell", "activation", "loss", "topology", "truncation"), EVERYTHING)
@draws(3)
@given(data=st.data())
def test_every_derivative(
    data: st.DataObject, cell: str, activation: str, loss: str, topology: str, truncation: str
) -> None:
    case = data.draw(cases(cell, topology, activation, loss, truncation))
    forward = Forward(case)
    assume(forward.nearest_kink() > 1e-3)
    flow = case.flow(graph=False, spectral=False)

    emitted = forward.losses({})[0]
    close(
        "L_t",
        flow.step_losses[np.array(case.emits) - 1],
        emitted[np.array(case.emits) - 1],
        1e-13,
        FLOOR,
    )
    close("L", flow.loss, emitted.sum(), 1e-13, FLOOR)
    for step, relative, floor in ((1e-5, 1e-7, 1e-8), (1e-20j, 1e-11, FLOOR)):
        check(case, flow, forward.derivatives(step=step), relative, floor)


def check(
    case: Case, flow: engine.GradientFlow, exact: dict[str, Any], relative: float, floor: float
) -> None:
    """Everything that the backward pass says, against ∂L_i/∂(point at step t)."""
    for name, gradient in flow.parameter_gradients.items():
        terms = exact[name].sum(axis=0)
        close(
            f"∂L/∂{name}, its terms", flow.backward.steps(name).unscaled(), terms, relative, floor
        )
        close(f"∂L/∂{name}", gradient.value, terms.sum(axis=0), relative, floor)
        close(f"‖∂L/∂{name}‖", gradient.norm, norms(terms.sum(axis=0), 0), relative, 9 * floor)
        close_log10(
            f"‖∂L/∂{name}‖, its terms",
            gradient.step_log10_norm,
            norms(terms, 1),
            relative,
            9 * floor,
        )
    total = exact["h"].sum(axis=0)
    close("∂L/∂h_t", hidden(flow.backward), total, relative, floor)
    close("‖∂L/∂h_t‖", flow.hidden_gradient.norm, norms(total, 1), relative, 9 * floor)
    close("∂L/∂o_t", outputs(flow.backward), exact["o"].sum(axis=0), relative, floor)
    itemized(case, flow, exact["h"][np.array(case.emits) - 1], relative, floor)


def itemized(
    case: Case, flow: engine.GradientFlow, exact: Any, relative: float, floor: float
) -> None:
    """∂L_i/∂h_t pair by pair: the vectors and their norms, and NaN where no path exists."""
    assert flow.itemized is not None
    assert flow.itemized.loss_steps.tolist() == case.emits
    close_log10("‖∂L_i/∂h_t‖", flow.itemized.log10_norm, norms(exact, 2), relative, 9 * floor)
    for n, i in enumerate(case.emits):
        for t in range(1, case.sequence.steps + 1):
            if not reaches(case.rule, i, t):
                assert np.isnan(flow.itemized.log10_norm[n, t - 1]), f"L_{i} does not reach h_{t}"
    close("∂L_i/∂h_t", item_vectors(case, flow), exact, relative, floor)
