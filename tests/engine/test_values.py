"""The signed numbers behind the norms, against a second forward pass nudged everywhere."""

from __future__ import annotations

import dataclasses
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
    TOPOLOGIES,
    WITH_C,
    Case,
    draws,
    make,
)
from tests.engine.reference.compare import close, close_log10, norm, norms
from tests.engine.reference.pairs import pairs
from tests.engine.reference.stacked import Stacked
from unrolled import engine
from unrolled.engine import Truncation, Values, count_values

ALL = (*CELLS, *GATED)
RULES = (Truncation(), Truncation("window", 2), Truncation("chunk", 2), Truncation("window", 1))
FLOOR = 1e-13


def written(case: Case, **options: Any) -> Values:
    values = case.flow(values=True, graph=False, spectral=False, **options).values
    assert values is not None
    return values


def present(steps: list[Any]) -> Any:
    """What is there, as one array."""
    return np.array([step for step in steps if step is not None])


def numbers(value: Any) -> int:
    """How many numbers a record holds."""
    if isinstance(value, np.ndarray):
        return value.size
    if dataclasses.is_dataclass(value):
        value = [getattr(value, each.name) for each in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    return sum(map(numbers, value)) if isinstance(value, list | tuple) else 0


def check(case: Case, values: Values, step: complex, relative: float, floor: float) -> None:
    """Every gradient of the values, against the sum of ∂L_i/∂(the same thing)."""
    exact = {name: each.sum(axis=0) for name, each in Stacked(case).derivatives(step=step).items()}
    reads = np.array(case.reads) - 1
    close("∂L/∂x", present(values.dx), exact["x"][reads], relative, floor)
    used = slice(None) if case.network.cell == "jordan" else np.array(case.emits) - 1
    close("∂L/∂o", present(values.do), exact["o"][used], relative, floor)
    for name, terms in values.terms.items():
        close(f"∂L/∂{name}, its terms", terms, exact[name], relative, floor)
    for own in values.layers:
        end = f"_{own.layer}" if own.layer else ""
        close(f"∂L/∂h{end}", own.dh, exact[f"h{end}"], relative, floor)
        if case.network.cell == "jordan":
            assert own.h_0 is own.dh_0 is None
        else:
            close(f"∂L/∂h_0{end}", own.dh_0, exact[f"copy{end}"][0], relative, floor)
        if case.network.cell in WITH_C:
            close(f"∂L/∂c{end}", own.dc, exact[f"c{end}"], relative, floor)
            close(f"∂L/∂c_0{end}", own.dc_0, exact[f"c_copy{end}"][0], relative, floor)
        else:
            assert own.c is own.dc is own.c_0 is own.dc_0 is None


@pytest.mark.parametrize(("cell", "topology", "rule"), pairs(ALL, TOPOLOGIES, RULES), ids=str)
@draws(2)
@given(data=st.data())
def test_gradients_by_complex_steps(
    data: st.DataObject, cell: str, topology: str, rule: Truncation
) -> None:
    case = make(
        cell,
        topology,
        loss=data.draw(st.sampled_from(LOSSES), label="loss"),
        truncation=rule,
        sizes=(2, data.draw(st.integers(1, 3), label="H"), 2),
        steps=1 if topology == "one-to-one" else data.draw(st.integers(1, 5), label="T"),
        batch=data.draw(st.sampled_from([1, 3]), label="B"),
        layers=data.draw(st.integers(1, 2), label="layers"),
        h_0=data.draw(st.booleans(), label="h_0"),
        seed=data.draw(st.integers(0, 2**32 - 1), label="seed"),
    )
    check(case, written(case), 1e-20j, 1e-10, FLOOR)


@pytest.mark.parametrize(("cell", "layers"), list(product(ALL, (1, 2))))
def test_gradients_by_central_differences(cell: str, layers: int) -> None:
    for rule in RULES[:3]:
        case = make(cell, truncation=rule, steps=4, batch=3, layers=layers, h_0=True)
        check(case, written(case), 1e-5, 1e-7, 1e-8)


@pytest.mark.parametrize(("cell", "layers"), list(product(ALL, (1, 2))))
def test_they_are_what_the_norms_measure(cell: str, layers: int) -> None:
    case = make(cell, truncation=Truncation(), steps=5, batch=3, layers=layers, h_0=True)
    flow = case.flow(values=True)
    values = flow.values
    assert values is not None
    for name, gradient in flow.parameter_gradients.items():
        close(f"Σ terms of {name}", values.terms[name].sum(axis=0), gradient.value, 1e-13, 1e-16)
        found = gradient.step_log10_norm
        close_log10(f"terms of {name}", found, norms(values.terms[name], 1), 1e-12, 1e-16)
    nodes = {node.id: node.log10_norm for node in flow.graph.nodes} if flow.graph else {}
    for own, layer in zip(values.layers, flow.layers, strict=True):
        end = f"_{own.layer}" if own.layer else ""
        close("‖∂L/∂h_t‖", layer.hidden_gradient.norm, norms(own.dh, 1), 1e-13)
        initial = layer.initial_gradient
        pairs = ("h", own.dh_0, initial.hidden), ("c", own.dc_0, initial.cell)
        for part, arrives, seen in pairs:
            if seen is None:
                assert arrives is None
                continue
            assert seen.norm == pytest.approx(norm(arrives), rel=1e-13)
            assert nodes[f"{part}_0{end}"] == pytest.approx(seen.log10_norm, rel=1e-13)
        if own.dc is not None:
            assert layer.cell_gradient is not None
            close("‖∂L/∂c_t‖", layer.cell_gradient.norm, norms(own.dc, 1), 1e-13)
    close("o", present(values.o), flow.trace.o, 0.0)
    for t in range(5):
        dx = values.dx[t]
        assert nodes[f"x_{t + 1}"] == pytest.approx(np.log10(norm(dx)), rel=1e-12)


def test_the_forward_pass_can_be_followed_by_hand() -> None:
    case = make("simple", steps=4, batch=2, h_0=True)
    p, values = case.parameters, written(case)
    (own,) = values.layers
    previous = own.h_0
    assert previous is not None
    assert own.a is not None
    for t in range(4):
        x = values.x[t]
        assert x is not None
        a = x @ p["W_xh"].T + previous @ p["W_hh"].T + p["b_h"]
        close("a", own.a[t], a, 1e-14)
        close("h", own.h[t], np.tanh(a), 1e-14)
        close("o", values.o[t], own.h[t] @ p["W_hy"].T + p["b_y"], 1e-14)
        previous = own.h[t]


def test_gates_have_their_sign_and_make_the_states() -> None:
    (own,) = written(make("lstm", steps=6, batch=2, h_0=True)).layers
    assert own.gates is not None
    assert own.c is not None
    assert own.c_0 is not None
    i, f, g, o = (own.gates[name] for name in ("input", "forget", "cell", "output"))
    before = np.concatenate((own.c_0[np.newaxis], own.c[:-1]))
    close("c", own.c, f * before + i * g, 1e-14)
    close("h", own.h, o * np.tanh(own.c), 1e-14)
    (own,) = written(make("gru", steps=6, batch=2, h_0=True)).layers
    assert own.gates is not None
    assert own.h_0 is not None
    before = np.concatenate((own.h_0[np.newaxis], own.h[:-1]))
    z, n = own.gates["update"], own.gates["new"]
    close("h", own.h, (1.0 - z) * n + z * before, 1e-14)
    assert (n < 0.0).any()


@pytest.mark.parametrize("cell", ALL)
def test_only_the_followed_loss(cell: str) -> None:
    case = make(cell, truncation=Truncation(), steps=5, batch=2)
    exact = Stacked(case).derivatives(step=1e-20j)
    values = written(case, follow=3)
    close("∂L_3/∂h", values.layers[0].dh, exact["h"][2], 1e-10, FLOOR)
    close("∂L_3/∂x", present(values.dx), exact["x"][2], 1e-10, FLOOR)
    assert not values.layers[0].dh[3:].any()
    items = [written(case, follow=i).layers[0].dh for i in range(1, 6)]
    close("Σ ∂L_i/∂h", np.sum(items, axis=0), written(case).layers[0].dh, 1e-12, FLOOR)


@pytest.mark.parametrize(("cell", "topology"), list(product(ALL, TOPOLOGIES)))
@draws(4)
@given(data=st.data())
def test_a_window_holds_a_part_and_the_count_is_right(
    data: st.DataObject, cell: str, topology: str
) -> None:
    steps = 1 if topology == "one-to-one" else data.draw(st.integers(1, 6), label="T")
    layers, batch = (data.draw(st.integers(1, 3), label=name) for name in ("layers", "B"))
    case = make(cell, topology, steps=steps, batch=batch, layers=layers)
    first = data.draw(st.integers(1, 8), label="first")
    window = data.draw(st.sampled_from([None, (first, first + data.draw(st.integers(0, 8)))]))
    whole, part = written(case), written(case, window=window)
    counted = count_values(case.network, steps=steps, batch_size=batch, window=window)
    assert numbers(part) == counted
    begin, end = window or (1, steps)
    at = slice(begin - 1, min(end, steps))
    assert (part.first, part.last) == (begin, max(min(end, steps), begin - 1))
    for got, all_ in zip(part.layers, whole.layers, strict=True):
        close("dh", got.dh, all_.dh[at], 0.0)
        if got.dh_0 is not None:
            close("dh_0", got.dh_0, all_.dh_0, 0.0)
    for name, terms in part.terms.items():
        close(name, terms, whole.terms[name][at], 1e-15, 1e-17)
    assert [x is None for x in part.x] == [x is None for x in whole.x[at]]
    assert [o is None for o in part.do] == [o is None for o in whole.do[at]]


def test_what_a_double_cannot_hold_is_no_number() -> None:
    """Exact zeros stay zeros; what underflows or overflows is NaN, as the norms are."""
    for weight, steps in ((1e-7, 60), (1e30, 14)):
        case = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=steps, h_0=True)
        case.parameters["W_hh"][:] = weight
        case.parameters["W_xh"][:] = 0.0
        case.sequence.h_0[:] = 0.0  # type: ignore[index]
        flow = case.flow(values=True)
        assert flow.values is not None
        (own,) = flow.values.layers
        gone = np.isnan(flow.hidden_gradient.norm)
        assert gone.any() == (weight < 1.0)
        np.testing.assert_array_equal(np.isnan(own.dh[:, 0, 0]), gone)
        assert (present(flow.values.dx) == 0.0).all()


def test_a_truncation_that_stops_at_step_1_leaves_the_initial_state_nothing() -> None:
    for cell in ("simple", "lstm"):
        for rule, nothing in ((Truncation("window", 4), True), (Truncation("window", 5), False)):
            case = make(cell, "many-to-one", truncation=rule, steps=4, h_0=True)
            flow = case.flow(values=True)
            assert flow.values is not None
            gradient = flow.values.layers[0].dh_0
            assert gradient is not None
            assert (not gradient.any()) == nothing
            initial = flow.top.initial_gradient
            assert initial.hidden is not None
            assert bool(np.isnan(initial.hidden.log10_norm)) == nothing
            assert (initial.hidden.norm == 0.0) == nothing


@pytest.mark.parametrize("cell", ALL)
@draws(6)
@given(data=st.data())
def test_the_products_reach_the_initial_state(data: st.DataObject, cell: str) -> None:
    """∂h_T/∂h_0 and ∂c_T/∂c_0 of the first sample by complex steps; no truncation changes them."""
    case = make(
        cell,
        truncation=data.draw(st.sampled_from([None, Truncation("window", 1)]), label="rule"),
        sizes=(2, data.draw(st.integers(1, 4), label="H"), 3),
        steps=data.draw(st.integers(1, 9), label="T"),
        batch=data.draw(st.integers(1, 2), label="B"),
        seed=data.draw(st.integers(0, 2**32 - 1), label="seed"),
        h_0=True,
    )
    spectrum = case.flow().spectrum
    assert spectrum is not None
    assert len(spectrum.product_log10_norm) == case.sequence.steps - 1
    if cell == "jordan":
        assert np.isnan(spectrum.initial_log10_norm)
        return
    found = {"h_0": spectrum.initial_log10_norm, "c_0": spectrum.cell_initial_log10_norm}
    for part, (name, got) in enumerate(found.items()):
        start = getattr(case.sequence, name)
        if got is None:
            assert start is None
            continue
        columns = []
        for unit in range(start.shape[1]):
            nudged = start.astype(complex)
            nudged[0, unit] += 1e-20j
            sequence = dataclasses.replace(case.sequence, **{name: nudged})
            last = Stacked(case.with_(sequence=sequence)).states[case.sequence.steps + 1][part]
            columns.append(last[0][0, 0].imag / 1e-20)
        exact = np.linalg.norm(np.array(columns).T, 2)
        norm = 0.0 if np.isnan(got) else 10.0**got
        assert norm == pytest.approx(exact, rel=1e-11)


def test_the_products_are_shorter_by_one_step_without_it() -> None:
    """One linear unit: ∂h_T/∂h_0 = w^T."""
    network = engine.Network("simple", "many-to-one", "linear", 1, 1, 1)
    parameters = {name: np.ones(shape) for name, shape in network.parameter_shapes().items()}
    parameters["W_hh"][:] = 0.5
    sequence = engine.random_sequence(network, "squared-error", steps=4)
    spectrum = engine.gradient_flow(network, parameters, sequence, loss="squared-error").spectrum
    assert spectrum is not None
    assert 10.0**spectrum.initial_log10_norm == pytest.approx(0.5**4)
    assert 10.0**spectrum.product_log10_norm == pytest.approx([0.5**3, 0.5**2, 0.5])


@pytest.mark.parametrize("cell", ALL)
def test_what_stands_behind_a_window_completes_its_terms(cell: str) -> None:
    case = make(cell, truncation=Truncation(), steps=7, batch=2, layers=2)
    gradients, whole = case.flow().parameter_gradients, written(case)
    for window in (None, (1, 7), (2, 4), (7, 7), (8, 12)):
        values = written(case, window=window)
        for name, behind in values.behind.items():
            before = whole.terms[name][: values.first - 1].sum(axis=0)
            total = before + values.terms[name].sum(axis=0) + behind
            close(name, total, gradients[name].value, 1e-12, 1e-14)
            close(name, values.parameters[name], case.parameters[name], 0.0)


def test_what_stands_behind_far_outside_a_double() -> None:
    case = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=60)
    case.parameters["W_hh"][:] = 1e-7
    values = written(case, window=(1, 5))
    assert values.behind["W_hy"][0, 0] == written(case).terms["W_hy"][-1, 0, 0]
    assert np.isfinite(values.behind["W_hh"]).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_targets_and_slopes(loss: str) -> None:
    case = make("simple", "many-to-many", loss=loss, steps=4, batch=2)
    values = written(case)
    (own,) = values.layers
    assert own.slope is not None
    close("f′", own.slope, 1.0 - own.h**2, 1e-12)
    y = present(values.y)
    if case.sequence.targets.ndim == 2:
        assert (y.argmax(axis=2) == case.sequence.targets).all()
        assert (y.sum(axis=2) == 1.0).all()
    else:
        close("y", y, case.sequence.targets, 0.0)
    last = written(make("simple", "many-to-one", steps=3)).y
    assert [one is None for one in last] == [True, True, False]


CARRIED = {"input": "x", "output": "through", "loss": "loss", "context": "crossing"}


@pytest.mark.parametrize(("cell", "rule"), list(product(ALL, RULES[:2])))
def test_what_travels_is_what_the_graph_measures(cell: str, rule: Truncation) -> None:
    case = make(cell, truncation=rule, steps=5, batch=2, layers=2, h_0=cell != "jordan")
    values, flow = written(case), case.flow()
    assert flow.graph is not None
    for edge in flow.graph.edges:
        if edge.kind == "recurrent":
            name = "feedback" if edge.source.startswith("c") else "crossing"
        elif edge.kind == "cell":
            name = "c_crossing" if edge.target.startswith("c") else "c_through"
        else:
            name = CARRIED[edge.kind]
        step = int(edge.target.split("_")[1])
        found = norm(values.layers[edge.layer].travels[name][step - 1])
        assert found == pytest.approx(10.0 ** (edge.log10_norm or -np.inf), rel=1e-12), edge
