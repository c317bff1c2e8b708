"""The unrolled graph: nodes and edges with the gradient on each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Array, IntArray, Mask, Parameters, times
from engine.bptt import Backward
from engine.cells import Cell
from engine.magnitude import Scaled, near_one
from engine.passage import Passage
from engine.truncation import Truncation

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Node:
    """The units of one layer at one step.

    Attributes:
        id: ``x_3``, ``h_3``, ``c_3``, ``o_3`` or ``L_3``.
        kind: input, context, hidden, output or loss.
        step: from 1; 0 for the initial state.
        label: with subscripts.
        log10_norm: of the gradient of the followed losses with respect to it; None where none.
    """

    id: str
    kind: str
    step: int
    label: str
    log10_norm: float | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection that the forward pass uses.

    Attributes:
        source: id of the node it leaves.
        target: id of the node it enters.
        kind: input, recurrent, context, output or loss.
        parameter: whose weights it carries, or None.
        log10_norm: of the gradient that travels back along it, as it arrives at the source.
        parameter_log10_norm: of what it adds to its parameter's gradient.
        blocked: whether a copy or a truncation stops the gradient here.
    """

    source: str
    target: str
    kind: str
    parameter: str | None
    log10_norm: float | None
    parameter_log10_norm: float | None
    blocked: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes and edges, step by step."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def node(self, letter: str, kind: str, step: int, log10_norm: float | None) -> str:
        """Add a node and return its id."""
        name = f"{letter}_{step}"
        label = letter + str(step).translate(_SUBSCRIPTS)
        self.nodes.append(Node(name, kind, step, label, log10_norm))
        return name


Numbers = list[float | None]


@dataclass(frozen=True, slots=True)
class _Arrivals:
    """log₁₀ of what arrives where, None where nothing does; each (T,).

    Attributes:
        x: at the input.
        state: at h_t, every followed loss together.
        feedback: at what the recurrent parameter multiplied, before a copy or truncation.
        crossing: of that, what goes on to step t − 1.
        through: at h_t through step t's own output.
        o: at the output.
        loss: at the output, from step t's own loss.
    """

    x: Numbers
    state: Numbers
    feedback: Numbers
    crossing: Numbers
    through: Numbers
    o: Numbers
    loss: Numbers


def build_graph(passage: Passage, flow: Backward, terms: dict[str, Array], followed: Mask) -> Graph:
    """Draw the unrolled network with the gradient of the followed losses on every edge.

    Args:
        passage: the way back, whose cell it draws.
        flow: the backward pass of the followed losses alone.
        terms: parameter → log₁₀ of the term that each step adds, of that same pass.
        followed: True at the steps whose loss is followed, (T,).
    Source: notes, the figures of "Learning in RNNs: BPTT".
    """
    cell, trace = passage.cell, passage.trace
    arrivals = _arrivals(cell, passage.parameters, flow)
    added = {name: _none_for_zero(terms[name]) for name in ("W_xh", cell.recurrent, "W_hy")}
    blocked = blocked_passages(passage.truncation, followed)
    graph = Graph()
    previous = None
    if trace.h_0.any() and not cell.feeds_outputs:
        previous = graph.node("h", "hidden", 0, arrivals.crossing[0])
    for n in range(trace.steps):
        t, edges = n + 1, graph.edges
        reading: list[tuple[str, str, str, float | None, bool]] = []
        if trace.reads[n]:
            x = graph.node("x", "input", t, arrivals.x[n])
            reading.append((x, "input", "W_xh", arrivals.x[n], False))
        if previous is not None and cell.copies:
            context = graph.node("c", "context", t, arrivals.feedback[n])
            edges.append(
                Edge(previous, context, "context", None, arrivals.crossing[n], None, blocked[n])
            )
            reading.append((context, "recurrent", cell.recurrent, arrivals.feedback[n], False))
        elif previous is not None:
            reading.append(
                (previous, "recurrent", cell.recurrent, arrivals.crossing[n], blocked[n])
            )
        h = graph.node("h", "hidden", t, arrivals.state[n])
        for source, kind, parameter, arriving, stopped in reading:
            edges.append(Edge(source, h, kind, parameter, arriving, added[parameter][n], stopped))
        previous = h
        if trace.emits[n] or cell.feeds_outputs:
            o = graph.node("o", "output", t, arrivals.o[n])
            edges.append(Edge(h, o, "output", "W_hy", arrivals.through[n], added["W_hy"][n], False))
            if cell.feeds_outputs:
                previous = o
            if trace.emits[n]:
                loss = graph.node("L", "loss", t, 0.0 if followed[n] else None)
                edges.append(Edge(o, loss, "loss", None, arrivals.loss[n], None, False))
    return graph


def _arrivals(cell: Cell, parameters: Parameters, flow: Backward) -> _Arrivals:
    """Multiply what the backward pass kept by the weights that it still has to cross."""

    def numbers(values: Array, exponent: IntArray) -> Numbers:
        return _none_for_zero(Scaled(values, exponent).log10_norms())

    plain = np.zeros_like(flow.exponent)
    whole = flow.passed is flow.da
    da, shift = near_one(flow.da)
    do, output_shift = near_one(flow.do)
    feedback = numbers(cell.feedback_gradient(parameters, da), flow.exponent + shift)
    passed, passed_shift = (da, shift) if whole else near_one(flow.passed)
    return _Arrivals(
        x=numbers(times(da, parameters["W_xh"]), flow.exponent + shift),
        state=numbers(flow.dh, flow.exponent),
        feedback=feedback,
        crossing=feedback
        if whole
        else numbers(cell.feedback_gradient(parameters, passed), flow.exponent + passed_shift),
        through=numbers(times(do, parameters["W_hy"]), flow.output_exponent + output_shift),
        o=numbers(flow.do, flow.output_exponent),
        loss=numbers(flow.do_local, plain),
    )


def _none_for_zero(log10_norms: Array) -> Numbers:
    return [None if value != value else value for value in log10_norms.tolist()]


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
