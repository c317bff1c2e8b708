"""The unrolled graph: nodes and edges with the gradient on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from unrolled.engine.cells.wiring import (
    Carries,
    Connection,
    Kind,
    Unit,
    layers,
    subscript,
    without_outputs,
)
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, Mask, record
from unrolled.engine.passes.arrivals import Arrivals, Numbers, arrivals
from unrolled.engine.passes.bptt import Backward
from unrolled.engine.passes.passage import Passage
from unrolled.engine.passes.unroll import Trace


@record
class Node:
    """The units of one layer at one step.

    Attributes:
        id: ``x_3``, ``h_3``, ``c_3``, ``o_3`` or ``L_3``; in layer l ≥ 1 ``h_3_l``, ``c_3_l``.
        kind: which group of units.
        step: from 1; 0 for the initial state: h_0, c_0, Jordan's o_0.
        label: the id as it is written, ``h₃``.
        log10_norm: of the gradient of the followed losses with respect to it, exact at any
            magnitude; None where it is exactly zero or no path exists.
        layer: from 0 at the input to the one that the outputs read.
    """

    id: str
    kind: Kind
    step: int
    label: str
    log10_norm: float | None
    layer: int


@record
class Edge:
    """A connection that the forward pass uses.

    Attributes:
        source: id of the node where it comes from, forward.
        target: id of the node where it goes to, forward.
        kind: what it carries; context is a copy, cell the path of c_t. Edges into a gated h_t carry
            every gate's share.
        parameter: whose weights it carries, ``W_hh``, or None.
        log10_norm: of the gradient that travels back along it, as it arrives at the source; None
            where it is exactly zero or no path exists.
        parameter_log10_norm: of what it adds to its parameter's gradient; None likewise.
        blocked: whether a copy or a truncation stops the gradient here.
        layer: of the node it enters.
    """

    source: str
    target: str
    kind: Carries
    parameter: str | None
    log10_norm: float | None
    parameter_log10_norm: float | None
    blocked: bool
    layer: int


@dataclass(frozen=True, slots=True)
class Graph:
    """The unrolled network with the gradient of the followed losses on every edge.

    Attributes:
        nodes: step by step.
        edges: step by step; those across a window's borders name nodes that are not in it.
    """

    nodes: list[Node]
    edges: list[Edge]


def build_graph(
    passage: Passage,
    flow: Backward,
    terms: dict[str, Array],
    followed: Mask,
    window: tuple[int, int] | None = None,
) -> Graph:
    """Draw the unrolled network with the gradient of the followed losses on every edge.

    Nodes and edges are the rows of the cell's wiring, layer by layer and step by step: an edge is
    there where both its ends are. Edges into a gated h_t carry the share of every gate together.
    Those into a window's first step and out of its last one name nodes that are not drawn.

    Args:
        passage: the way back, whose cell it draws.
        flow: the backward pass of the followed losses alone.
        terms: parameter → log₁₀ of the term that each step adds, of that same pass.
        followed: True at the steps whose loss is followed, (T,).
        window: the first and the last step to draw, from 1; None draws all.
    Source: notes, the figures of "Learning in RNNs: BPTT".
    """
    steps = passage.trace.steps
    first, last = window or (1, steps)
    first, last = max(first, 1), min(last, steps)
    at = arrivals(passage, flow, terms)
    wiring, count = passage.cell.wiring, len(at)
    if not passage.network.output_size:
        wiring = without_outputs(wiring)
    blocked = blocked_passages(passage.truncation, followed)
    if passage.keeps is not None:
        heard = np.any(passage.keeps, axis=(1, 2)).tolist()
        blocked = [stop or not any_ for stop, any_ in zip(blocked, heard, strict=True)]
    loss = [0.0 if emits else None for emits in followed.tolist()]
    places = {
        (unit.letter, number): _Place.of(unit, number, passage.trace, at[number], loss)
        for number in range(count)
        for unit in wiring.units
        if number in layers(unit.where, count)
    }
    ways = [
        _Way.of(row, number, places, at[number], blocked)
        for number in range(count)
        for row in wiring.connections
        if number in layers(row.where, count)
    ]
    begin = 0 if first == 1 else first
    labels = [subscript(t) for t in range(begin, last + 1)]
    nodes = _in_order([place.nodes(begin, labels) for place in places.values()])
    edges = _in_order([way.edges(first, last) for way in ways])
    if last < steps:
        edges += _in_order([way.edges(last + 1, last + 1) for way in ways if way.row.offset])
    return Graph(nodes, edges)


def _in_order(columns: list[list[Any]]) -> list[Any]:
    """Step by step, without what is not there."""
    return [one for step in zip(*columns, strict=True) for one in step if one is not None]


@record
class _Place:
    """One layer's group of units: its ids, None where it is not, and what arrives, from step 0."""

    unit: Unit
    ids: list[str | None]
    layer: int
    gradient: Numbers

    @staticmethod
    def of(unit: Unit, layer: int, trace: Trace, at: Arrivals, loss: Numbers) -> _Place:
        """Read off the trace where it is."""
        numbers = loss if unit.gradient == "loss" else at.at[unit.gradient]
        initial = None if unit.initial is None else at.at[unit.initial][0]
        there = [True] * trace.steps
        if unit.steps != "all":
            there = (trace.reads if unit.steps == "reads" else trace.emits).tolist()
        suffix = layered("", layer) if unit.where == "every" else ""
        ids = [
            f"{unit.letter}_{t}{suffix}" if here else None
            for t, here in enumerate([unit.initial is not None, *there])
        ]
        return _Place(unit, ids, layer, [initial, *numbers])

    def nodes(self, begin: int, labels: list[str]) -> list[Node | None]:
        """Its nodes from a step on, one a label, None where it is not."""
        letter, kind, layer = self.unit.letter, self.unit.kind, self.layer
        columns = zip(labels, self.ids[begin:], self.gradient[begin:], strict=False)
        return [
            Node(name, kind, t, letter + label, gradient, layer) if name else None
            for t, (label, name, gradient) in enumerate(columns, begin)
        ]


@record
class _Way:
    """A connection in one layer, and what travels back along it; index 0 is step 1."""

    row: Connection
    source: _Place
    target: _Place
    parameter: str | None
    carried: Numbers
    added: Numbers
    stopped: list[bool]
    layer: int

    @staticmethod
    def of(
        row: Connection,
        layer: int,
        places: dict[tuple[str, int], _Place],
        at: Arrivals,
        blocked: list[bool],
    ) -> _Way:
        """Find its ends: W^X reads the layer below, and one output feeds every layer."""
        from_below = row.kind == "input" and row.where == "above"
        source = places.get((row.source, layer - 1 if from_below else layer))
        if source is None:
            source = next(place for (name, _), place in places.items() if name == row.source)
        parameter, nothing = row.parameter, cast(Numbers, [None] * len(blocked))
        if parameter is not None and row.where != "last":
            parameter = layered(parameter, layer)
        return _Way(
            row,
            source,
            places[row.target, layer],
            parameter,
            at.at[row.carries],
            at.added.get(parameter or "", nothing),
            blocked if row.stops else [False] * len(blocked),
            layer,
        )

    def edges(self, first: int, last: int) -> list[Edge | None]:
        """The edges that enter some steps, None where an end is not there."""
        kind, parameter, layer, back = self.row.kind, self.parameter, self.layer, self.row.offset
        sources, targets = self.source.ids[first - back : last + 1 - back], self.target.ids[first:]
        seen = (numbers[first - 1 :] for numbers in (self.carried, self.added, self.stopped))
        return [
            source and target and Edge(source, target, kind, parameter, way, added, stop, layer)
            for source, target, way, added, stop in zip(sources, targets, *seen, strict=False)
        ]


def blocked_passages(truncation: Truncation, followed: Mask) -> list[bool]:
    """Whether the passage from step t + 1 back to step t is stopped, at index t, (T,).

    It is where no gradient may ever pass (a copy, a chunk's border), and where a followed loss
    is alive at step t + 1 but none may go further (the end of a window). The nearest later loss
    reaches furthest back, so it alone decides.
    """
    steps = len(followed)
    closed: list[bool] = (~truncation.crossings(steps)).tolist()
    nearest = 0
    for t in range(steps - 1, -1, -1):
        if followed[t]:
            nearest = t + 1
        if nearest:
            first = truncation.first_reached(nearest)
            closed[t] = closed[t] or first == t + 1
    return closed
