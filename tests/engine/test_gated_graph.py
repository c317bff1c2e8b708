"""The graph of gated and stacked networks: every node and edge against a nudge of its own.

What an edge carries is the derivative of the followed losses with respect to something added on
that edge alone: h_{t−1} as every gate of h_t reads it, c_{t−1} as c_t reads it, c_t as h_t reads
it, the layer below as this layer reads it.
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
    PROJECTED,
    ROUND,
    TOPOLOGIES,
    WITH_C,
    Case,
    draws,
    make,
)
from tests.engine.reference.compare import close_log10, norm
from tests.engine.reference.pairs import pairs
from tests.engine.reference.rules import reaches
from tests.engine.reference.stacked import Stacked
from unrolled.engine import Graph, Truncation

ALL = (*GATED, *CELLS)
RULES = ("none", "window", "chunk")
Expected = tuple[str, str | None, str, int, int]
"""Kind, parameter, the point that is nudged, its step, and the layer."""


def expected_edges(case: Case) -> dict[tuple[str, str], Expected]:
    """(source, target) → what the contract says of the edge."""
    cell, seq, count = case.network.cell, case.sequence, case.network.num_layers
    jordan, copies = cell == "jordan", cell in ("elman", "jordan")
    edges: dict[tuple[str, str], Expected] = {}
    for t, n in product(range(1, seq.steps + 1), range(count)):
        end = f"_{n}" if n else ""
        h, c = f"h_{t}{end}", f"c_{t}{end}"
        before = f"o_{t - 1}" if jordan else f"h_{t - 1}{end}"
        if n or t in case.reads:
            below = (f"h_{t}_{n - 1}" if n > 1 else f"h_{t}") if n else f"x_{t}"
            edges[below, h] = ("input", f"W_xh{end}", f"x{end}", t, n)
        weights = f"{case.recurrent}{end}"
        if copies:
            edges[before, c] = ("context", None, f"copy{end}", t, n)
            edges[c, h] = ("recurrent", weights, f"feedback{end}", t, n)
        else:
            edges[before, h] = ("recurrent", weights, f"copy{end}", t, n)
        if cell in WITH_C:
            edges[f"c_{t - 1}{end}", c] = ("cell", None, f"c_copy{end}", t, n)
            projects = f"W_hr{end}" if cell in PROJECTED else None
            edges[c, h] = ("cell", projects, f"c_out{end}", t, n)
        if n == count - 1 and (t in case.emits or jordan):
            edges[h, f"o_{t}"] = ("output", "W_hy", "h_out", t, n)
        if n == count - 1 and t in case.emits:
            edges[f"o_{t}", f"L_{t}"] = ("loss", None, "o_loss", t, n)
    return edges


def blocked(case: Case, t: int, followed: list[int]) -> bool:
    """Whether something stops the gradient between step t and step t − 1."""
    later = range(t, case.sequence.steps + 1)
    if not any(reaches(case.rule, i, t - 1) for i in later):
        return True
    alive = [i for i in followed if reaches(case.rule, i, t)]
    return bool(alive) and not any(reaches(case.rule, i, t - 1) for i in alive)


def agrees(what: str, got: float | None, vector: Any) -> None:
    close_log10(what, [np.nan if got is None else got], [norm(vector)], 1e-9, 1e-15)


def check(case: Case, follow: int | None) -> None:
    graph = case.flow(follow=follow, itemized=False, spectral=False).graph
    assert graph is not None
    followed = case.emits if follow is None else [follow]
    at = np.array(followed) - 1
    exact = Stacked(case).derivatives(step=1e-20j)
    carried: dict[str, Any] = {point: values[at].sum(axis=0) for point, values in exact.items()}
    wanted = expected_edges(case)
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    assert len(edges) == len(graph.edges)
    assert set(edges) == set(wanted)
    for key, (kind, parameter, point, t, layer) in wanted.items():
        edge = edges[key]
        assert (edge.kind, edge.parameter, edge.layer) == (kind, parameter, layer), key
        agrees(f"{key}", edge.log10_norm, carried[point][t - 1])
        term = carried[parameter][t - 1] if parameter else np.zeros(1)
        agrees(f"{key}, its term", edge.parameter_log10_norm, term)
        stops = "copy" in point and blocked(case, t, followed)
        assert edge.blocked == stops, f"{key}: blocked {edge.blocked}, expected {stops}"
        assert not (edge.blocked and edge.log10_norm is not None), f"{key} is blocked, yet carries"
    check_nodes(case, graph, carried, followed)


def check_nodes(case: Case, graph: Graph, carried: dict[str, Any], followed: list[int]) -> None:
    """Ids, kinds, steps, labels, layers and numbers."""
    assert len({node.id for node in graph.nodes}) == len(graph.nodes)
    ends = {name for edge in graph.edges for name in (edge.source, edge.target)}
    assert {node.id for node in graph.nodes} == ends
    top, digits = case.network.num_layers - 1, str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    has_c = case.network.cell in WITH_C
    kinds = {"x": "input", "h": "hidden", "o": "output", "L": "loss"}
    kinds["c"] = "cell" if has_c else "context"
    for node in graph.nodes:
        letter, number, *suffix = node.id.split("_")
        t, layer = int(number), int(suffix[0]) if suffix else 0
        assert (node.kind, node.step) == (kinds[letter], t)
        assert node.layer == (top if letter in "oL" else layer)
        assert node.label == letter + number.translate(digits)
        end = f"_{layer}" if layer else ""
        if letter == "L":
            assert node.log10_norm == (0.0 if t in followed else None)
        elif t == 0:
            agrees(node.id, node.log10_norm, initial(case, letter, end, carried))
        elif letter == "c" and not has_c:
            agrees(node.id, node.log10_norm, carried[f"feedback{end}"][t - 1])
        else:
            agrees(node.id, node.log10_norm, carried[f"{letter}{end}"][t - 1])


def initial(case: Case, letter: str, end: str, carried: dict[str, Any]) -> Any:
    """∂L/∂(state of step 0); every layer of Jordan's network reads the one o_0."""
    if letter != "o":
        return carried[f"c_copy{end}" if letter == "c" else f"copy{end}"][0]
    ends = (f"_{layer}" if layer else "" for layer in range(case.network.num_layers))
    return sum(carried[f"copy{own}"][0] for own in ends)


@pytest.mark.parametrize(("cell", "topology", "kind"), pairs(ALL, TOPOLOGIES, RULES), ids=str)
@draws(3)
@given(data=st.data())
def test_every_node_and_edge(data: st.DataObject, cell: str, topology: str, kind: str) -> None:
    steps = 1 if topology == "one-to-one" else data.draw(st.integers(2, 4), label="T")
    rule = Truncation()
    if kind != "none":
        rule = Truncation(kind, data.draw(st.integers(1, steps + 1), label="k"))
    case = make(
        cell,
        topology,
        truncation=rule,
        sizes=(1, data.draw(st.integers(1, 2), label="H"), 2),
        steps=steps,
        batch=data.draw(st.integers(1, 2), label="B"),
        seed=data.draw(st.integers(0, 2**32 - 1), label="seed"),
        h_0=data.draw(st.booleans(), label="h_0"),
        layers=data.draw(st.integers(1 if cell in GATED else 2, 3), label="layers"),
    )
    check(case, data.draw(st.sampled_from([None, *case.emits]), label="follow"))


@pytest.mark.parametrize(
    ("cell", "layers", "window"),
    pairs(ALL, (1, 3), [(1, 1), (1, 3), (2, 4), (4, 4), (3, 6), (6, 6), (5, 99)]),
)
def test_a_window_is_the_whole_graph_cut_out(
    cell: str, layers: int, window: tuple[int, int]
) -> None:
    """The same nodes and edges; edges that cross its borders keep the names of both ends."""
    case = make(cell, truncation=Truncation(), steps=6, h_0=True, layers=layers)
    whole, part = case.flow(follow=5).graph, case.flow(follow=5, window=window).graph
    assert whole is not None
    assert part is not None
    first, last = window
    first = 0 if first == 1 else first
    kept = [node for node in whole.nodes if first <= node.step <= last]
    assert part.nodes == kept
    assert kept[0].step == first
    names = {node.id for node in kept}
    wanted = [edge for edge in whole.edges if {edge.source, edge.target} & names]
    assert part.edges == wanted
    outside = {name for edge in part.edges for name in (edge.source, edge.target)} - names
    beside = {node.id: node.step for node in whole.nodes if node.step in (first - 1, last + 1)}
    assert outside <= set(beside)
    assert {beside[name] for name in outside} == {first - 1, last + 1} & set(range(7))


def ids(cell: str, **options: Any) -> tuple[set[str], set[str]]:
    graph = make(cell, **options).flow().graph
    assert graph is not None
    return {node.id for node in graph.nodes}, {f"{e.source}→{e.target}" for e in graph.edges}


def test_an_lstm_by_hand() -> None:
    nodes, edges = ids("lstm", topology="many-to-one", steps=2)
    assert nodes == {"h_0", "c_0", "x_1", "c_1", "h_1", "x_2", "c_2", "h_2", "o_2", "L_2"}
    assert edges == {
        *("h_0→h_1", "c_0→c_1", "x_1→h_1", "c_1→h_1", "x_2→h_2", "h_1→h_2"),
        *("c_1→c_2", "c_2→h_2", "h_2→o_2", "o_2→L_2"),
    }


def test_stacked_layers_by_hand() -> None:
    nodes, edges = ids("gru", topology="many-to-one", steps=2, layers=2)
    assert nodes == {"h_0", "h_0_1", "x_1", "h_1", "h_1_1", "x_2", "h_2", "h_2_1", "o_2", "L_2"}
    assert edges == {
        *(
            "h_0→h_1",
            "h_0_1→h_1_1",
            "x_1→h_1",
            "h_1→h_1_1",
            "x_2→h_2",
            "h_1→h_2",
            "h_2→h_2_1",
            "h_1_1→h_2_1",
        ),
        *("h_2_1→o_2", "o_2→L_2"),
    }
    nodes, edges = ids("lstm", steps=1, layers=2)
    assert {"h_0", "h_0_1", "c_0", "c_0_1", "c_1_1"} < nodes
    assert {"h_0_1→h_1_1", "c_0_1→c_1_1", "c_1_1→h_1_1", "h_1_1→o_1"} < edges


@pytest.mark.parametrize("cell", [*CELLS, *ROUND])
def test_an_initial_state_of_zeros_hears_the_loss_and_adds_nothing(cell: str) -> None:
    """∂L/∂h_0 is there where h_0 = 0; what W_hh multiplied is zero, so its first term is."""
    graph = make(cell, truncation=Truncation(), steps=3, layers=2).flow(follow=3).graph
    assert graph is not None
    initial = [node for node in graph.nodes if node.step == 0]
    letters = ["o"] if cell == "jordan" else (["c", "h"] if cell in WITH_C else ["h"]) * 2
    assert [node.id[0] for node in initial] == letters
    assert all(node.log10_norm is not None for node in initial)
    first = [e for e in graph.edges if e.kind == "recurrent" and e.target.startswith("h_1")]
    assert len(first) == 2
    for edge in first:
        assert edge.log10_norm is not None
        assert edge.parameter_log10_norm is None


@pytest.mark.parametrize("rule", [Truncation("window", 3), Truncation("chunk", 2)], ids=str)
def test_an_initial_state_behind_a_truncation_hears_nothing(rule: Truncation) -> None:
    graph = make("lstm", truncation=rule, steps=4).flow(follow=4).graph
    assert graph is not None
    assert [node.log10_norm for node in graph.nodes if node.step == 0] == [None, None]
