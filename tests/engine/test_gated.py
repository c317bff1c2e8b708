"""Gated cells and stacked layers against complex steps and central differences.

Every ∂L_i/∂h_t and ∂L_i/∂c_t of every layer, and every parameter's term of every step. Any three of
cell, topology, loss and truncation occur together; hypothesis draws layers, sizes and numbers.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import (
    CELLS,
    GATED,
    LOSSES,
    ROUND,
    TOPOLOGIES,
    WITH_C,
    Case,
    draws,
    make,
)
from tests.engine.reference.compare import close, close_log10, norms
from tests.engine.reference.inside import cells, hidden, item_vectors, outputs
from tests.engine.reference.pairs import pairs
from tests.engine.reference.rules import reaches
from tests.engine.reference.stacked import Nudged, Stacked
from unrolled import engine
from unrolled.engine import Truncation

ALL = (*GATED, *CELLS)
RULES = ("none", "window", "chunk")
FLOOR = 1e-14
"""Sums that cancel leave about this much, where the exact derivative may be zero."""


@st.composite
def deep_cases(
    draw: st.DrawFn, cell: str, topology: str, loss: str, truncation: str, most_layers: int = 3
) -> Case:
    """Sizes, layers, steps, batch, seed, initial states and the reach of the truncation."""
    steps = 1 if topology == "one-to-one" else draw(st.integers(1, 4), label="T")
    rule = Truncation()
    if truncation != "none":
        rule = Truncation(truncation, draw(st.integers(1, steps + 1), label="k"))
    gated = cell in GATED
    return make(
        cell,
        topology,
        "tanh" if gated else draw(st.sampled_from(["tanh", "sigmoid", "linear"]), label="f"),
        loss,
        rule,
        sizes=(
            draw(st.integers(1, 2), label="D"),
            draw(st.integers(1, 3), label="H"),
            draw(st.integers(2 if loss == "cross-entropy" else 1, 3), label="K"),
        ),
        steps=steps,
        batch=draw(st.integers(1, 2), label="B"),
        seed=draw(st.integers(0, 2**32 - 1), label="seed"),
        h_0=draw(st.booleans(), label="h_0"),
        layers=draw(st.integers(1 if gated else 2, most_layers), label="layers"),
    )


def check(case: Case, step: complex, relative: float, floor: float) -> None:
    """Everything that the backward pass says, against ∂L_i/∂(point at step t)."""
    forward, flow = Stacked(case), case.flow(graph=False, spectral=False)
    at = np.array(case.emits) - 1
    emitted = forward.losses(Nudged(case, None, None))[0]
    close("L_t", flow.step_losses[at], emitted[at], 1e-12, FLOOR)
    exact = forward.derivatives(step=step)
    assert list(flow.parameter_gradients) == list(case.parameters)
    for name, gradient in flow.parameter_gradients.items():
        terms = exact[name].sum(axis=0)
        mine = flow.backward.steps(name).unscaled()
        close(f"∂L/∂{name}, its terms", mine, terms, relative, floor)
        close(f"∂L/∂{name}", gradient.value, terms.sum(axis=0), relative, floor)
        close(f"∂L/∂{name}, its terms' sum", mine.sum(axis=0), gradient.value, 1e-12, FLOOR)
        found = gradient.step_log10_norm
        close_log10(f"‖∂L/∂{name}‖, its terms", found, norms(terms, 1), relative, 9 * floor)
    close("∂L/∂o_t", outputs(flow.backward), exact["o"].sum(axis=0), relative, floor)
    for layer in range(case.network.num_layers):
        states(case, flow, exact, layer, relative, floor)


def states(
    case: Case,
    flow: engine.GradientFlow,
    exact: dict[str, Any],
    layer: int,
    relative: float,
    floor: float,
) -> None:
    """∂L_i/∂h_t and ∂L_i/∂c_t of one layer, pair by pair, their totals and their norms."""
    end, own = f"_{layer}" if layer else "", flow.layers[layer]
    at = np.array(case.emits) - 1
    total = exact[f"h{end}"].sum(axis=0)
    close(f"∂L/∂h{end}", hidden(flow.backward, layer), total, relative, floor)
    close(f"‖∂L/∂h{end}‖", own.hidden_gradient.norm, norms(total, 1), relative, 9 * floor)
    for careful in (False, True):
        rows = item_vectors(case, flow, careful=careful, layer=layer)
        close(f"∂L_i/∂h{end}", rows, exact[f"h{end}"][at], relative, floor)
    assert own.itemized is not None
    pairs = own.itemized.log10_norm
    close_log10(f"‖∂L_i/∂h{end}‖", pairs, norms(exact[f"h{end}"][at], 2), relative, 9 * floor)
    for (n, i), t in product(enumerate(case.emits), range(1, case.sequence.steps + 1)):
        assert reaches(case.rule, i, t) or np.isnan(pairs[n, t - 1]), f"L_{i} reaches h_{t}{end}"
    if case.network.cell not in WITH_C:
        assert own.cell_gradient is None
        return
    total = exact[f"c{end}"].sum(axis=0)
    close(f"∂L/∂c{end}", cells(flow.backward, layer), total, relative, floor)
    assert own.cell_gradient is not None
    close(f"‖∂L/∂c{end}‖", own.cell_gradient.norm, norms(total, 1), relative, 9 * floor)
    for careful in (False, True):
        rows = item_vectors(case, flow, careful=careful, layer=layer, part=1)
        close(f"∂L_i/∂c{end}", rows, exact[f"c{end}"][at], relative, floor)


@pytest.mark.parametrize(
    ("cell", "topology", "loss", "truncation"), pairs(ALL, TOPOLOGIES, LOSSES, RULES, of=3)
)
@draws(3)
@given(data=st.data())
def test_every_derivative(
    data: st.DataObject, cell: str, topology: str, loss: str, truncation: str
) -> None:
    check(data.draw(deep_cases(cell, topology, loss, truncation)), 1e-20j, 1e-10, FLOOR)


@pytest.mark.parametrize("cell", [*ROUND, *CELLS])
@draws(3)
@given(data=st.data())
def test_central_differences(data: st.DataObject, cell: str) -> None:
    """Not across a ReLU's kink, where a difference says nothing."""
    topology = data.draw(st.sampled_from(TOPOLOGIES))
    loss, truncation = data.draw(st.sampled_from(LOSSES)), data.draw(st.sampled_from(RULES))
    case = data.draw(deep_cases(cell, topology, loss, truncation, most_layers=2))
    check(case, 1e-5, 1e-7, 1e-8)


@pytest.mark.parametrize("cell", ALL)
@pytest.mark.parametrize("rule", [Truncation("window", 2), Truncation("chunk", 2)], ids=str)
def test_a_longer_reach_gives_another_gradient(cell: str, rule: Truncation) -> None:
    """What the truncation cuts away is not nothing, so the tests above can tell the rules apart."""
    case = make(cell, truncation=Truncation(), steps=4, layers=2, h_0=True)
    free, cut = case.flow(), case.with_(truncation=rule).flow()
    for layer in range(2):
        whole, part = hidden(free.backward, layer), hidden(cut.backward, layer)
        assert np.abs(whole - part).max() > 1e-6 * np.abs(whole).max()
    assert free.loss == cut.loss
