"""Gated and stacked networks from 1e-1000 to 1e+1000, against fifty digits."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from tests.engine.reference.cases import (
    BLOCKS,
    CELLS,
    KEEPING,
    PEEPHOLE,
    PROJECTED,
    ROUND,
    WITH_C,
    Case,
    candidate_of,
    make,
    rows_of,
    shown,
)
from tests.engine.reference.compare import close
from tests.engine.reference.exact import Exact, ExactPass, digits, log10_norm
from tests.engine.reference.inside import cells, hidden, item_vectors, way_back
from unrolled import engine
from unrolled.engine import Sequence, Truncation
from unrolled.engine.analysis.graph import build_graph

CLOSE = 1e-9


def exploding(cell: str, layers: int, width: int, steps: int, topology: str) -> Case:
    """No input and no bias, so that every state stays 0 and every slope at its largest."""
    case = make(cell, topology, sizes=(1, width, 2), steps=steps, layers=layers, seed=3)
    parameters = {n: v if n[0] == "W" else np.zeros_like(v) for n, v in case.parameters.items()}
    for layer in range(layers):
        name = f"W_hh_{layer}" if layer else "W_hh"
        rows = rows_of(cell, candidate_of(cell), width) if cell in ROUND else slice(width)
        block = np.random.default_rng(layer).normal(size=(width, width)) + 2.0 * np.eye(width)
        parameters[name][rows] = 2e5 * block[:, : shown(cell, width)]
        if cell in PROJECTED:
            parameters[f"W_hr_{layer}" if layer else "W_hr"][:] = 1.5
    seq = case.sequence
    quiet = Sequence(np.zeros_like(seq.inputs), seq.targets, steps)
    return case.with_(parameters=parameters, sequence=quiet, truncation=Truncation())


def vanishing(cell: str, layers: int, width: int, steps: int, topology: str) -> Case:
    """A gate that keeps 1e-4 of the state and small weights, with states that are not 0."""
    case = make(cell, topology, sizes=(1, width, 2), steps=steps, layers=layers, seed=4, h_0=True)
    parameters = {n: v.copy() for n, v in case.parameters.items()}
    for layer in range(layers):
        end = f"_{layer}" if layer else ""
        parameters[f"W_hh{end}"] *= 3e-4 if cell in WITH_C else 5e-5
        for gate in "ifo" if cell in PEEPHOLE else "":
            parameters[f"p_{gate}{end}"] *= 5e-5
        if cell in PROJECTED:
            parameters[f"W_hr{end}"] *= 0.1
        if cell != "simple":
            letter, sign = KEEPING[cell]
            rows = rows_of(cell, letter, width)
            parameters[f"b_h{end}"][rows] = -9.0 * sign
            parameters[f"W_xh{end}"][rows] *= 0.1
    return case.with_(parameters=parameters, truncation=Truncation())


def agree(
    case: Case, flow: engine.GradientFlow, exact: ExactPass, items: dict[int, ExactPass]
) -> None:
    """log₁₀ of every ∂L/∂h_t, ∂L/∂c_t, ∂L_i/∂h_t, term and gradient."""
    steps = range(case.sequence.steps)
    for layer, own in enumerate(flow.layers):
        wanted = [log10_norm(exact.dh[layer, t]) for t in steps]
        close(f"∂L/∂h of layer {layer}", own.hidden_gradient.log10_norm, wanted, 0.0, CLOSE)
        if own.cell_gradient is not None:
            wanted = [log10_norm(exact.dc[layer, t]) for t in steps]
            close(f"∂L/∂c of layer {layer}", own.cell_gradient.log10_norm, wanted, 0.0, CLOSE)
        assert own.itemized is not None
        for i, one in items.items():
            row = own.itemized.log10_norm[own.itemized.loss_steps.tolist().index(i)]
            wanted = [log10_norm(one.dh[layer, t - 1]) for t in own.itemized.steps]
            close(f"∂L_{i}/∂h of layer {layer}", row, wanted, 0.0, CLOSE)
    for name, gradient in flow.parameter_gradients.items():
        terms = exact.terms[name]
        wanted = [log10_norm(term) for term in terms]
        close(f"terms of {name}", gradient.step_log10_norm, wanted, 0.0, CLOSE)
        total = log10_norm(terms.sum(axis=0))
        close(f"∂L/∂{name}", gradient.log10_norm, total, 0.0, CLOSE)


SIZES = [(cell, *size) for cell in (*ROUND, "simple") for size in ((1, 2), (2, 1))]


@pytest.mark.parametrize("kind", [exploding, vanishing])
@pytest.mark.parametrize(("cell", "layers", "width"), SIZES)
def test_beyond_a_thousand_decades(kind: Any, cell: str, layers: int, width: int) -> None:
    steps = 280
    case = kind(cell, layers, width, steps, "many-to-one")
    flow = case.flow(graph=False)
    with digits(50):
        exact = Exact(case).back(steps)
        agree(case, flow, exact, {steps: exact})
    reached = flow.layers[0].hidden_gradient.log10_norm[0]
    assert reached > 1000.0 if kind is exploding else reached < -1000.0


@pytest.mark.parametrize("kind", [exploding, vanishing])
@pytest.mark.parametrize(("cell", "layers"), list(product((*ROUND, "simple"), (1, 2))))
def test_a_loss_at_every_step(kind: Any, cell: str, layers: int) -> None:
    """Rows of very different size side by side, and their sum."""
    steps = 90
    case = kind(cell, layers, 1, steps, "many-to-many")
    flow = case.flow(graph=False, spectral=False)
    with digits(50):
        forward = Exact(case)
        items = {i: forward.back(i) for i in (1, 40, steps)}
        agree(case, flow, forward.back(*case.emits), items)
    assert flow.itemized is not None
    assert abs(flow.itemized.log10_norm[-1, 0]) > 300.0


@pytest.mark.parametrize("cell", ["simple", *ROUND])
def test_the_jacobians_of_stacked_layers(cell: str) -> None:
    """One unit at 0 (every gate ½): h ↦ h w, or h (½ + ¼ w), or (h, c) ↦ J (h, c)."""
    steps = 280
    case = exploding(cell, 2, 1, steps, "many-to-one")
    for layer, own in enumerate(case.flow(graph=False, itemized=False).layers):
        assert own.trajectory is not None
        seen = own.trajectory.spectrum
        weights = case.parameters["W_hh_1" if layer else "W_hh"]
        with mp.workdps(50):
            row = BLOCKS[cell].index(candidate_of(cell)) if cell in ROUND else 0
            w = mp.mpf(float(weights[row, 0]))
            if cell in WITH_C:
                r = mp.mpf(1.5 if cell in PROJECTED else 1)
                jacobian = mp.matrix([[r * w / 4, r / 4], [w / 2, mp.mpf(1) / 2]])
            else:
                jacobian = mp.diag([w if cell == "simple" else (2 + w) / 4, 1])
            powers = [jacobian]
            for _ in range(steps - 2):
                powers.append(powers[-1] * jacobian)
            of_h = [float(mp.log10(abs(power[0, 0]))) for power in reversed(powers)]
            of_c = [float(mp.log10(abs(power[1, 1]))) for power in reversed(powers)]
        close("∂h_T/∂h_t", seen.product_log10_norm, of_h, 0.0, CLOSE)
        close("∂h_{t+1}/∂h_t", seen.jacobian_log10_norm, [of_h[-1]] * (steps - 1), 0.0, CLOSE)
        if cell in WITH_C:
            close("∂c_T/∂c_t", seen.cell_product_log10_norm, of_c, 0.0, CLOSE)
        else:
            assert seen.cell_product_log10_norm is None


@pytest.mark.parametrize("kind", [exploding, vanishing])
@pytest.mark.parametrize(("cell", "layers"), list(product((*ROUND, "simple"), (1, 2))))
def test_the_verdict_and_its_words(kind: Any, cell: str, layers: int) -> None:
    found = kind(cell, layers, 1, 60, "many-to-many").flow(graph=False).diagnosis
    assert found is not None
    assert found.verdict == kind.__name__
    assert not {"nan", "inf", "None"} & set(re.findall(r"\w+", found.summary))


def in_two_phases(cell: str, steps: int) -> Case:
    """Going back, the first input shuts the gates, then opens them to large weights.

    ∂L/∂h_t falls by four decades a step until 1e-400, then rises by more than three until
    1e+400, while every state stays 0. The second input is heard at one step alone.
    """
    case = make(cell, "many-to-one", sizes=(2, 1, 1), steps=steps)
    letter, sign = KEEPING[cell]
    shut = {"i": -30.0, "r": -30.0, letter: -9.2 * sign}
    loud = {"i": 0.1, "r": 0.1, "f": 0.2, "z": 0.2, "o": 0.3, candidate_of(cell): 1e4}
    into, back = ([[of.get(one, 0.0)] for one in BLOCKS[cell]] for of in (shut, loud))
    x = np.zeros((steps, 1, 2))
    x[-101:-1, 0, 0] = 1.0
    parameters = {n: np.zeros_like(v) for n, v in case.parameters.items()}
    parameters |= {
        "W_xh": np.hstack((np.array(into), np.zeros((len(into), 1)))),
        "W_hh": np.array(back),
        "W_hy": np.ones((1, 1)),
    } | ({"W_hr": np.ones((1, 1))} if cell in PROJECTED else {})
    quiet = Sequence(x, np.ones((1, 1, 1)), steps)
    return case.with_(parameters=parameters, sequence=quiet)


@pytest.mark.parametrize("cell", [cell for cell in ROUND if len(BLOCKS[cell]) > 2])
@pytest.mark.parametrize("heard", [349, 250, 248, 125, 1])
def test_one_sum_of_terms_eight_hundred_decades_apart(cell: str, heard: int) -> None:
    """Not of the one gate of an MGU, which forgets and lets the candidate's weights in at once."""
    case = in_two_phases(cell, 350)
    x = case.sequence.inputs.copy()
    x[heard - 1, 0, 1] = 1.0
    case = case.with_(sequence=replace(case.sequence, inputs=x))
    flow = case.flow(graph=False)
    terms = flow.parameter_gradients["b_h"].step_log10_norm
    assert terms.min() < -395.0
    assert terms.max() > 395.0
    with digits(50):
        exact = Exact(case).back(350)
        agree(case, flow, exact, {350: exact})


@pytest.mark.parametrize("cell", ROUND)
def test_edges_eight_hundred_decades_apart(cell: str) -> None:
    """With its loss at the end alone, all that reaches h_t arrives along the edge to h_{t+1}."""
    steps = 350
    case = in_two_phases(cell, steps)
    graph = case.flow().graph
    assert graph is not None
    edges = {(edge.source, edge.target): edge.log10_norm for edge in graph.edges}
    with digits(50):
        forward = Exact(case)
        exact = forward.back(steps)
        for t in range(1, steps):
            found = edges[f"h_{t}", f"h_{t + 1}"]
            assert found == pytest.approx(log10_norm(exact.dh[0, t - 1]), abs=CLOSE), t
            if cell in WITH_C and cell not in PEEPHOLE:
                _, _, f, _, o, top = forward.seen[t + 1, 0]
                past = log10_norm(exact.dc[0, t] * f)
                assert edges[f"c_{t}", f"c_{t + 1}"] == pytest.approx(past, abs=CLOSE), t
                through = log10_norm(exact.dh[0, t] * o * (1 - top**2))
                assert edges[f"c_{t + 1}", f"h_{t + 1}"] == pytest.approx(through, abs=CLOSE), t


@pytest.mark.parametrize("cell", [*ROUND, *CELLS])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("rule", [Truncation(), Truncation("chunk", 7), Truncation("window", 5)])
def test_exponents_change_nothing_inside_the_range(
    cell: str, layers: int, rule: Truncation
) -> None:
    """The careful way back and the ordinary one, row by row, in their sums and in their terms."""
    case = make(cell, truncation=rule, steps=24, layers=layers, batch=2, h_0=True, sizes=(2, 4, 3))
    flow = case.flow()
    passage = way_back(case, flow)
    entering = passage.enter(flow.backward.do_local)
    assert not entering.careful
    careful = engine.backward(passage, replace(entering, careful=True))
    for layer in range(layers):
        close("∂L/∂h_t", hidden(careful, layer), hidden(flow.backward, layer), 1e-12)
        for part in range(passage.parts):
            one, other = (
                item_vectors(case, flow, careful=way, layer=layer, part=part)
                for way in (False, True)
            )
            close("∂L_i", other, one, 1e-12)
        if passage.parts > 1:
            close("∂L/∂c_t", cells(careful, layer), cells(flow.backward, layer), 1e-12)
    close("∂L/∂θ", careful.gradients().plain(), flow.backward.gradients().plain(), 1e-12)
    theirs = careful.step_log10_norms()
    for name, gradient in flow.parameter_gradients.items():
        close(f"terms of {name}", theirs[name], gradient.step_log10_norm, 0.0, 1e-11)
    same_graph(flow.graph, build_graph(passage, careful, theirs, flow.trace.emits))


def same_graph(one: engine.Graph | None, other: engine.Graph) -> None:
    """The same nodes and edges, with the same numbers but for rounding."""
    assert one is not None
    for node, careful in zip(one.nodes, other.nodes, strict=True):
        assert node.id == careful.id
        assert node.log10_norm == pytest.approx(careful.log10_norm, abs=1e-10), node
    for edge, along in zip(one.edges, other.edges, strict=True):
        assert (edge.source, edge.target, edge.blocked) == (
            along.source,
            along.target,
            along.blocked,
        )
        assert edge.log10_norm == pytest.approx(along.log10_norm, abs=1e-10), edge
        added = along.parameter_log10_norm
        assert edge.parameter_log10_norm == pytest.approx(added, abs=1e-10), edge


@pytest.mark.parametrize(
    ("cell", "bias"),
    [
        ("lstm", 20.0),
        ("lstm", 300.0),
        *product(ROUND, (-20.0,)),
        *product([cell for cell in ROUND if cell not in PEEPHOLE], (-300.0,)),
    ],
)
def test_saturated_gates_against_many_digits(cell: str, bias: float) -> None:
    """Gates open or shut but for 1e-9, or for 1e-130: what is left over has all its digits.

    Not an open z or f of the cells without a c: h_t = n + z (h_{t−1} − n) is rounded to the larger
    of the two on the way forward, here as in PyTorch. Not peepholes behind three gates that are all
    shut but for 1e-130: the gradient of p_f is 1e-390 of ∂L/∂h_t, of which it is a part.
    """
    case = exploding(cell, 1, 2, 12, "many-to-many")
    b_h = np.full_like(case.parameters["b_h"], bias)
    b_h[rows_of(cell, candidate_of(cell), 2)] = 0.1
    case = case.with_(parameters={**case.parameters, "b_h": b_h})
    flow = case.flow(graph=False, spectral=False)
    with digits(400):
        forward = Exact(case)
        agree(case, flow, forward.back(*case.emits), {12: forward.back(12)})


@pytest.mark.parametrize("bias", [800.0, -800.0])
@pytest.mark.parametrize("cell", ROUND)
def test_gates_whose_exponential_overflows(cell: str, bias: float) -> None:
    case = exploding(cell, 1, 2, 12, "many-to-many")
    b_h = np.full_like(case.parameters["b_h"], bias)
    flow = case.with_(parameters={**case.parameters, "b_h": b_h}).flow()
    assert np.isfinite(flow.trace.o).all()
    assert flow.layers[0].gates is not None
    for name, mean in flow.layers[0].gates.items():
        wanted = 1.0 if bias > 0.0 or name in ("cell", "new") else 0.0
        np.testing.assert_allclose(mean, wanted, atol=1e-300)
    assert not np.isinf(flow.hidden_gradient.log10_norm).any()


@pytest.mark.parametrize("size", [1e-10, 1e-25, 1e-40])
@pytest.mark.parametrize(("cell", "layers"), list(product(WITH_C, (1, 2))))
def test_a_zero_behind_a_gate_that_is_all_but_shut_is_none(
    cell: str, layers: int, size: float
) -> None:
    """f = e^−700 brings ∂L/∂c below the least double in one step; nothing else leads back."""
    case = make(cell, "many-to-one", sizes=(1, 1, 1), steps=3, scale=0.0, layers=layers)
    parameters = {name: np.zeros_like(value) for name, value in case.parameters.items()}
    parameters["W_hy"][:] = size
    for name in [name for name in parameters if name.startswith("W_hr")]:
        parameters[name][:] = 1.0
    for name in [name for name in parameters if name.startswith("b_h")]:
        parameters[name][rows_of(cell, "f", 1)] = -700.0
        parameters[name][rows_of(cell, "g", 1)] = 1.0
    gradient = case.with_(parameters=parameters).flow().cell_gradient
    assert gradient is not None
    decades = np.diff(gradient.log10_norm)
    assert decades == pytest.approx(np.full(2, 700.0 / np.log(10.0)), rel=1e-12)
