"""The unrolled graph: which nodes and edges there are, what each carries, and what is blocked.

The number on an edge is the derivative of the followed losses with respect to something added on
that edge alone, so it is compared with exactly that: a nudge of the second forward pass there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import CELLS, TOPOLOGIES, Case, cases, draws, make
from tests.engine.reference.compare import close_log10, norm
from tests.engine.reference.forward import Forward
from tests.engine.reference.pairs import pairs
from tests.engine.reference.rules import reaches
from unrolled.engine import Edge, Graph, Sequence, Truncation

EdgeKey = tuple[str, str]


def expected_edges(case: Case) -> dict[EdgeKey, tuple[str, str | None, str, int]]:
    """(source, target) → (kind, parameter, the point where it is nudged, its step)."""
    cell = case.network.cell
    edges: dict[EdgeKey, tuple[str, str | None, str, int]] = {}
    for t in range(1, case.sequence.steps + 1):
        before = f"o_{t - 1}" if cell == "jordan" else f"h_{t - 1}"
        if t in case.reads:
            edges[f"x_{t}", f"h_{t}"] = ("input", "W_xh", "x", t)
        if cell == "simple":
            edges[before, f"h_{t}"] = ("recurrent", "W_hh", "copy", t)
        else:
            edges[before, f"c_{t}"] = ("context", None, "copy", t)
            edges[f"c_{t}", f"h_{t}"] = ("recurrent", case.recurrent, "feedback", t)
        if t in case.emits or cell == "jordan":
            edges[f"h_{t}", f"o_{t}"] = ("output", "W_hy", "h_out", t)
        if t in case.emits:
            edges[f"o_{t}", f"L_{t}"] = ("loss", None, "o_loss", t)
    return edges


POINT_OF = {"x": "x", "h": "h", "o": "o", "c": "feedback"}
KIND_OF = {"x": "input", "h": "hidden", "o": "output", "c": "context", "L": "loss"}


def blocked(case: Case, t: int, followed: list[int]) -> bool:
    """Whether something stops the gradient between step t and step t − 1."""
    rule, steps = case.rule, case.sequence.steps
    later = range(t, steps + 1)
    if not any(reaches(rule, i, t) and reaches(rule, i, t - 1) for i in later):
        return True
    alive = [i for i in followed if reaches(rule, i, t)]
    return bool(alive) and not any(reaches(rule, i, t - 1) for i in alive)


def check(case: Case, follow: int | None) -> None:
    graph = case.flow(follow=follow, itemized=False, spectral=False).graph
    assert graph is not None
    followed = case.emits if follow is None else [follow]
    exact = Forward(case).derivatives(step=1e-20j)
    at = np.array(followed) - 1
    carried: dict[str, Any] = {point: values[at].sum(axis=0) for point, values in exact.items()}

    wanted = expected_edges(case)
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    assert len(edges) == len(graph.edges)
    assert set(edges) == set(wanted)
    for key, (kind, parameter, point, t) in wanted.items():
        edge = edges[key]
        assert (edge.kind, edge.parameter) == (kind, parameter), key
        agrees(f"{key}", edge.log10_norm, carried[point][t - 1])
        term = carried[parameter][t - 1] if parameter else np.zeros(1)
        agrees(f"{key}, its term", edge.parameter_log10_norm, term)
        stops = point == "copy" and blocked(case, t, followed)
        assert edge.blocked == stops, f"{key}: blocked {edge.blocked}, expected {stops}"
        assert not (edge.blocked and edge.log10_norm is not None), f"{key} is blocked, yet carries"
    check_nodes(case, graph, carried, followed)


def agrees(what: str, got: float | None, vector: Any) -> None:
    close_log10(what, [np.nan if got is None else got], [norm(vector)], 1e-10, 1e-15)


def check_nodes(case: Case, graph: Graph, carried: dict[str, Any], followed: list[int]) -> None:
    ends = {name for edge in graph.edges for name in (edge.source, edge.target)}
    assert {node.id for node in graph.nodes} == ends
    assert len({node.id for node in graph.nodes}) == len(graph.nodes)
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    for node in graph.nodes:
        letter, _, number = node.id.partition("_")
        t = int(number)
        assert (node.kind, node.step) == (KIND_OF[letter], t)
        assert node.label == letter + number.translate(digits)
        if letter == "L":
            assert node.log10_norm == (0.0 if t in followed else None)
        elif node.id in ("h_0", "o_0"):
            agrees(node.id, node.log10_norm, carried["copy"][0])
        else:
            agrees(node.id, node.log10_norm, carried[POINT_OF[letter]][t - 1])


KINDS = ("default", "none", "window", "chunk")


@pytest.mark.parametrize(("cell", "topology", "kind"), pairs(CELLS, TOPOLOGIES, KINDS))
@draws(8)
@given(data=st.data())
def test_every_node_and_edge(data: st.DataObject, cell: str, topology: str, kind: str) -> None:
    case = data.draw(cases(cell, topology, "tanh", "squared-error", kind, most_steps=6))
    check(case, data.draw(st.sampled_from([None, *case.emits]), label="follow"))


RULES = [Truncation(), *(Truncation(k, n) for k in ("window", "chunk") for n in (1, 2, 3, 4, 5))]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_follow_and_every_reach(cell: str, rule: Truncation) -> None:
    case = make(cell, truncation=rule, steps=4, h_0=True, sizes=(1, 2, 2))
    for follow in (None, *case.emits):
        check(case, follow)


def shape(
    cell: str, topology: str, steps: int, *, h_0: bool = False
) -> tuple[list[str], list[str]]:
    graph = make(cell, topology, steps=steps, h_0=h_0).flow().graph
    assert graph is not None
    return [node.id for node in graph.nodes], [f"{e.source}→{e.target}" for e in graph.edges]


def test_a_simple_network_by_hand() -> None:
    nodes, edges = shape("simple", "many-to-one", 3)
    assert nodes == ["h_0", "x_1", "h_1", "x_2", "h_2", "x_3", "h_3", "o_3", "L_3"]
    assert sorted(edges) == sorted(
        ["x_1→h_1", "h_0→h_1", "x_2→h_2", "h_1→h_2", "x_3→h_3", "h_2→h_3", "h_3→o_3", "o_3→L_3"]
    )


def test_elmans_and_jordans_networks_by_hand() -> None:
    nodes, edges = shape("elman", "one-to-many", 2)
    assert sorted(nodes) == ["L_1", "L_2", "c_1", "c_2", "h_0", "h_1", "h_2", "o_1", "o_2", "x_1"]
    assert {"h_0→c_1", "c_1→h_1", "h_1→c_2", "c_2→h_2"} < set(edges)
    assert "h_1→h_2" not in edges
    nodes, edges = shape("jordan", "many-to-one", 2)
    wanted = ["L_2", "c_1", "c_2", "h_1", "h_2", "o_0", "o_1", "o_2", "x_1", "x_2"]
    assert sorted(nodes) == wanted
    assert {"o_0→c_1", "c_1→h_1", "h_1→o_1", "o_1→c_2", "c_2→h_2", "h_2→o_2", "o_2→L_2"} < set(
        edges
    )


def copies(cell: str, rule: Truncation | None) -> list[Edge]:
    graph = make(cell, truncation=rule, steps=4).flow().graph
    assert graph is not None
    return [edge for edge in graph.edges if edge.kind == "context"]


@pytest.mark.parametrize("cell", ["elman", "jordan"])
def test_a_copy_passes_nothing_by_default_and_everything_untruncated(cell: str) -> None:
    by_default, open_ = copies(cell, None), copies(cell, Truncation())
    assert [edge.blocked for edge in by_default] == [True] * 4
    assert [edge.log10_norm for edge in by_default] == [None] * 4
    assert [edge.blocked for edge in open_] == [False] * 4
    assert all(edge.log10_norm is not None for edge in open_)


def test_numbers_far_outside_a_double_are_on_the_graph() -> None:
    steps = 300
    case = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=steps)
    one = np.ones((1, 1))
    weights = {"W_xh": one, "W_hh": 1e-8 * one, "b_h": np.zeros(1), "W_hy": one, "b_y": one[0]}
    graph = case.with_(parameters=weights).flow().graph
    assert graph is not None
    last = {node.id: node.log10_norm for node in graph.nodes}
    base = last[f"h_{steps}"]
    assert base is not None
    for t in (1, 100, 299):
        value = last[f"h_{t}"]
        assert value == pytest.approx(base - 8.0 * (steps - t), rel=1e-13)
        edge = next(e for e in graph.edges if (e.source, e.target) == (f"h_{t}", f"h_{t + 1}"))
        assert edge.log10_norm == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rule", [Truncation(), Truncation("window", 2)], ids=str)
def test_small_factors_on_an_edge(cell: str, rule: Truncation) -> None:
    """f′ = 1e-260 times w = 1e-100: too small for a double, not for an edge."""
    case = make(cell, "many-to-many", "tanh", truncation=rule, sizes=(1, 1, 1), steps=3)
    one = np.ones((1, 1))
    weights = {"W_xh": one, case.recurrent: 1e-100 * one, "b_h": np.array([300.0]), "W_hy": one}
    quiet = Sequence(np.zeros((3, 1, 1)), np.zeros((3, 1, 1)), 3)
    graph = case.with_(parameters=weights | {"b_y": np.zeros(1)}, sequence=quiet).flow().graph
    assert graph is not None
    slope = np.log10(4.0) - 600.0 * np.log10(np.e)
    for edge in graph.edges:
        if edge.kind in ("recurrent", "context"):
            assert edge.log10_norm == pytest.approx(slope - 100.0, rel=1e-12)
        elif edge.kind == "input":
            assert edge.log10_norm == pytest.approx(slope, rel=1e-12)
