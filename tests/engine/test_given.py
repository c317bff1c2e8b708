"""A gradient that enters from outside, against our own losses and against the network itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import TOPOLOGIES, Case, make
from tests.engine.reference.compare import close
from tests.engine.reference.pairs import pairs
from unrolled import engine
from unrolled.engine import CELLS, InvalidInput, Network, Truncation

INSIDE = [name for name, cell in CELLS.items() if not cell.feeds_outputs]
"""The cells that run without outputs."""
RULES = (None, Truncation(), Truncation("window", 3), Truncation("chunk", 2))


def outside(case: Case, at: str, value: Any) -> Case:
    """The same network and inputs, with a gradient in place of the loss."""
    net, own, seq = case.network, case.parameters, case.sequence
    if at == "hidden":
        net = replace(net, output_size=0)
        own = {name: own[name] for name in net.parameter_shapes()}
    entering = {"at": at, "value": value}
    states = {"h_0": seq.h_0, "c_0": seq.c_0}
    sequence = engine.explicit_sequence(
        net, "given", inputs=seq.inputs, entering=entering, steps=seq.steps, **states
    )
    return Case(net, own, sequence, "given", case.truncation)


def drawn(cell: str, topology: str, rule: Truncation | None, seed: int) -> tuple[Case, Any]:
    """A case, and ∂L/∂o of its own loss at the steps that emit."""
    case = make(
        cell, topology, truncation=rule, steps=6, batch=3, layers=1 + seed % 3, seed=seed, h_0=True
    )
    local = case.flow(graph=False, spectral=False).backward.do_local
    return case, local[np.array(case.emits) - 1]


def same(own: engine.GradientFlow, other: engine.GradientFlow) -> None:
    """Every norm, item, term and edge of the layers and parameters that both have."""
    assert own.itemized is not None
    assert other.itemized is not None
    assert own.itemized.loss_steps.tolist() == other.itemized.loss_steps.tolist()
    close("∂L_i/∂h_t", other.itemized.log10_norm, own.itemized.log10_norm, 1e-12)
    close("∂L/∂h_t", other.hidden_gradient.log10_norm, own.hidden_gradient.log10_norm, 1e-12)
    for name, gradient in other.parameter_gradients.items():
        mine = own.parameter_gradients[name]
        close(name, gradient.value, mine.value, 1e-11, 1e-14)
        close(f"{name} by step", gradient.step_log10_norm, mine.step_log10_norm, 1e-11, 1e-12)
    assert own.diagnosis == other.diagnosis
    found = {(edge.source, edge.target, edge.kind): edge.log10_norm for edge in edges(own)}
    for edge in edges(other):
        if edge.kind != "loss":
            wanted = found[edge.source, edge.target, edge.kind]
            assert (edge.log10_norm is None) == (wanted is None), edge
            if wanted is not None:
                assert edge.log10_norm == pytest.approx(wanted, rel=1e-11, abs=1e-11), edge


def edges(flow: engine.GradientFlow) -> list[engine.Edge]:
    assert flow.graph is not None
    return flow.graph.edges


@pytest.mark.parametrize(("cell", "topology", "rule"), pairs(CELLS, TOPOLOGIES[1:], RULES), ids=str)
def test_at_the_outputs_it_is_the_loss_that_it_came_from(
    cell: str, topology: str, rule: Truncation | None
) -> None:
    case, local = drawn(cell, topology, rule, 5 * len(cell) + len(topology))
    own, other = case.flow(values=True), outside(case, "output", local).flow(values=True)
    same(own, other)
    assert np.isnan(other.loss)
    assert np.isnan(other.step_losses).all()
    assert list(other.parameter_gradients) == list(own.parameter_gradients)
    assert other.values is not None
    assert other.values.y == [None] * 6


@pytest.mark.parametrize(
    ("cell", "topology", "rule"), pairs(INSIDE, TOPOLOGIES[1:], RULES), ids=str
)
def test_at_the_states_there_is_no_output_layer(
    cell: str, topology: str, rule: Truncation | None
) -> None:
    """∂L/∂h_t of any head is that of our own, which is left away."""
    case, local = drawn(cell, topology, rule, 7 * len(cell) + len(topology))
    entering = local @ case.parameters["W_hy"]
    own, other = case.flow(values=True), outside(case, "hidden", entering).flow(values=True)
    same(own, other)
    assert {"W_hy", "b_y"}.isdisjoint(other.parameter_gradients)
    assert other.graph is not None
    assert {node.kind for node in other.graph.nodes} & {"output", "loss"} == {"loss"}
    top = f"_{case.network.num_layers - 1}" if case.network.num_layers > 1 else ""
    into = {(edge.source, edge.target) for edge in edges(other) if edge.kind == "loss"}
    assert into == {(f"h_{t}{top}", f"L_{t}") for t in case.emits}
    sizes = {edge.target: edge.log10_norm for edge in edges(other) if edge.kind == "loss"}
    norms = np.log10(np.linalg.norm(entering, axis=(1, 2)))
    close("enters", [sizes[f"L_{t}"] for t in case.emits], norms, 1e-12)
    assert other.values is not None
    assert other.values.o == other.values.do == other.values.y == [None] * 6
    assert np.isnan(other.activity.output_norm).all()


@pytest.mark.parametrize("at", ["output", "hidden"])
@pytest.mark.parametrize("cell", INSIDE)
def test_the_check_differentiates_what_was_given(cell: str, at: str) -> None:
    """Σ ⟨g_t, h_t⟩ has the gradient that was given; complex and central differences agree."""
    case, local = drawn(cell, "many-to-many", Truncation(), 3)
    value = local if at == "output" else local @ case.parameters["W_hy"]
    there = outside(case, at, value)
    found = engine.check_gradients(
        there.network, there.parameters, there.sequence, loss="given", truncation=Truncation()
    )
    assert found.exact
    assert found.worst < 1e-6
    assert list(found.parameters) == list(there.network.parameter_shapes())
    assert found.passes == engine.check_passes(there.network, 5)
    assert all(e.agrees for one in found.parameters.values() for e in one.entries)


def test_a_step_where_nothing_enters_has_no_row() -> None:
    case, local = drawn("gru", "many-to-many", None, 2)
    local[[0, 3]] = 0.0
    local[4, 1:] = 0.0
    flow = outside(case, "output", local).flow(follow=3)
    assert flow.itemized is not None
    assert flow.itemized.loss_steps.tolist() == [2, 3, 5, 6]
    assert flow.graph is not None
    assert {n.step for n in flow.graph.nodes if n.kind == "loss"} == {2, 3, 5, 6}
    with pytest.raises(InvalidInput, match="allowed: null or a step with a loss, 2, 3, 5 and 6"):
        outside(case, "output", local).flow(follow=4)


@pytest.mark.parametrize("at", ["output", "hidden"])
def test_where_nothing_enters_at_all(at: str) -> None:
    case, local = drawn("lstm", "many-to-many", None, 4)
    value = np.zeros_like(local if at == "output" else local @ case.parameters["W_hy"])
    flow = outside(case, at, value).flow(values=True)
    assert flow.diagnosis is not None
    assert flow.diagnosis.summary.startswith("No gradient enters")
    assert flow.itemized is not None
    assert flow.itemized.loss_steps.size == 0
    assert all(not one.value.any() for one in flow.parameter_gradients.values())


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_its_size_may_be_any(size: float) -> None:
    """A gradient that a double only just holds gives the same picture, as many decades away."""
    case, local = drawn("simple", "many-to-many", None, 6)
    value = local @ case.parameters["W_hy"]
    one, other = (outside(case, "hidden", value * scale).flow() for scale in (1.0, size))
    assert one.itemized is not None
    assert other.itemized is not None
    apart = other.itemized.log10_norm - one.itemized.log10_norm
    close("decades", apart[~np.isnan(apart)], np.full(21, np.log10(size)), 1e-11)


@pytest.mark.parametrize("clip", ["norm", "value", "backward"])
def test_clipping_acts_on_it_as_on_any(clip: str) -> None:
    case, local = drawn("lstm", "many-to-many", None, 8)
    rule = engine.Clip(clip, 1e-3)
    own = case.flow(clip=rule).clipping
    other = outside(case, "output", local).flow(clip=rule).clipping
    assert own.engaged
    assert other.norm_after == pytest.approx(own.norm_after, rel=1e-10)


def test_an_overflow_leaves_what_entered_before() -> None:
    case, local = drawn("simple", "many-to-many", None, 9)
    seq = case.sequence
    inputs = seq.inputs.copy()
    inputs[4] = 1e308 * np.sign(case.parameters["W_xh"][0])
    case.parameters["W_xh"][0] *= 100.0
    wild = case.with_(
        sequence=replace(seq, inputs=inputs), network=replace(case.network, activation="linear")
    )
    local[1] = 0.0
    flow = outside(wild, "hidden", local @ case.parameters["W_hy"]).flow(follow=6)
    assert flow.overflow is not None
    assert flow.itemized is not None
    assert flow.itemized.loss_steps.tolist() == [1, 3, 4]


SMALL: dict[str, Any] = {"inputs": np.zeros((3, 2, 1))}
VALUE = np.ones((3, 2, 2))
HIDDEN, OUTPUT = ({"at": at, "value": VALUE} for at in ("hidden", "output"))


@pytest.mark.parametrize(
    ("loss", "outputs", "fields", "pointer", "said"),
    [
        ("given", 2, {}, "entering", "missing"),
        (
            "given",
            2,
            {"entering": {"at": "hidden", "value": VALUE}},
            "entering/at",
            "output_size 2",
        ),
        (
            "given",
            0,
            {"entering": {"at": "output", "value": VALUE}},
            "entering/at",
            "output_size 0",
        ),
        ("given", 2, {"entering": {"at": "x", "value": VALUE}}, "entering/at", "hidden"),
        ("given", 2, {"entering": {"at": "output"}}, "entering/value", "nothing"),
        ("given", 2, {"entering": {"at": "output", "value": VALUE[:2]}}, "entering/value", "has 3"),
        (
            "given",
            2,
            {"entering": {"at": "output", "value": VALUE[..., :1]}},
            "entering/value",
            "needed: (3, 2, 2)",
        ),
        (
            "given",
            2,
            {"entering": OUTPUT, "targets": VALUE},
            "targets",
            "leave them out",
        ),
        (
            "squared-error",
            2,
            {"entering": OUTPUT, "targets": VALUE},
            "entering",
            "'given'",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    loss: str, outputs: int, fields: dict[str, Any], pointer: str, said: str
) -> None:
    network = Network("simple", "many-to-many", "tanh", 1, 2, outputs)
    with pytest.raises(InvalidInput) as refused:
        engine.explicit_sequence(network, loss, **SMALL, **fields)
    assert "/".join(map(str, refused.value.pointer)) == f"sequence/{pointer}"
    assert said in refused.value.detail


def test_what_needs_a_loss_elsewhere_refuses_it() -> None:
    """No draw, no surface: the gradient belongs to one pass."""
    case, local = drawn("simple", "many-to-many", None, 1)
    there = outside(case, "output", local)
    with pytest.raises(InvalidInput, match="belongs to one pass"):
        engine.random_sequence(case.network, "given", steps=3)
    with pytest.raises(InvalidInput, match="belongs to one pass"):
        engine.gradient_log10_norms(there.network, there.parameters, [there.sequence], loss="given")
    with pytest.raises(InvalidInput, match="received 0; allowed: a whole number from 1"):
        Network("jordan", "many-to-many", "tanh", 1, 2, 0)
