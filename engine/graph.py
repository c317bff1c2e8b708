"""The unrolled graph: nodes and edges with the gradient on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, Mask, Parameters
from engine.bptt import Backward
from engine.cells import Cell
from engine.magnitude import Scaled
from engine.truncation import Truncation
from engine.unroll import Trace

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Node:
    """A unit group of one step.

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

    nodes: list[Node]
    edges: list[Edge]


Numbers = list[float | None]


def build_graph(
    cell: Cell,
    parameters: Parameters,
    trace: Trace,
    flow: Backward,
    truncation: Truncation,
    followed: Mask,
) -> Graph:
    """Draw the unrolled network with the gradient of the followed losses on every edge.

    Args:
        cell: simple, Elman, Jordan.
        parameters: name → array.
        trace: the forward pass.
        flow: the backward pass of the followed losses alone.
        truncation: in force.
        followed: True at the steps whose loss is followed, (T,).
    Source: notes, the figures of "Learning in RNNs: BPTT".
    """
    feedback = cell.feedback_gradient(parameters, flow.da)
    arrivals = {
        "input": _numbers(flow.da @ parameters["W_xh"], flow.exponent),
        "feedback": _numbers(feedback, flow.exponent),
        "hidden": _numbers(flow.dh, flow.exponent),
        "output": _numbers(flow.do, flow.output_exponent),
        "through": _numbers(flow.do @ parameters["W_hy"], flow.output_exponent),
        "loss": _numbers(flow.do_local, np.zeros_like(flow.exponent)),
        "crossing": _numbers(_crossing(cell, parameters, flow), flow.exponent),
    }
    terms = {
        name: [None if v == -np.inf else v for v in flow.step_log10_norms(name).tolist()]
        for name in ("W_xh", cell.recurrent, "W_hy")
    }
    blocked = blocked_edges(truncation, trace.emits & followed, trace.steps)
    nodes: list[Node] = []
    edges: list[Edge] = []
    previous, state = ("o", "output") if cell.feeds_outputs else ("h", "hidden")
    starts = bool(trace.h_0.any()) and not cell.feeds_outputs
    if starts:
        start = _numbers(feedback[:1], flow.exponent[:1])[0] if not blocked[0] else None
        nodes.append(Node("h_0", "hidden", 0, "h₀", start))
    for t in range(1, trace.steps + 1):
        n = t - 1
        sub = str(t).translate(_SUBSCRIPTS)
        own = f"h_{t}"
        if trace.reads[n]:
            nodes.append(Node(f"x_{t}", "input", t, f"x{sub}", arrivals["input"][n]))
            edges.append(
                Edge(
                    f"x_{t}", own, "input", "W_xh", arrivals["input"][n], terms["W_xh"][n], False
                )
            )
        if t > 1 or starts:
            source = f"{previous}_{t - 1}"
            if cell.copies:
                context = f"c_{t}"
                arriving = arrivals["feedback"][n]
                nodes.append(Node(context, "context", t, f"c{sub}", arriving))
                edges.append(
                    Edge(source, context, "context", None, arrivals["crossing"][n], None, blocked[n])
                )
                edges.append(
                    Edge(
                        context, own, "recurrent", cell.recurrent, arriving,
                        terms[cell.recurrent][n], False,
                    )
                )
            else:
                edges.append(
                    Edge(
                        source, own, "recurrent", cell.recurrent, arrivals["crossing"][n],
                        terms[cell.recurrent][n], blocked[n],
                    )
                )
        nodes.append(Node(own, "hidden", t, f"h{sub}", arrivals["hidden"][n]))
        if trace.emits[n] or cell.feeds_outputs:
            nodes.append(Node(f"o_{t}", "output", t, f"o{sub}", arrivals["output"][n]))
            edges.append(
                Edge(own, f"o_{t}", "output", "W_hy", arrivals["through"][n], terms["W_hy"][n], False)
            )
        if trace.emits[n]:
            entering = arrivals["loss"][n]
            nodes.append(
                Node(f"L_{t}", "loss", t, f"L{sub}", 0.0 if followed[n] else None)
            )
            edges.append(Edge(f"o_{t}", f"L_{t}", "loss", None, entering, None, False))
    return Graph(nodes, edges)


def _crossing(cell: Cell, parameters: Parameters, flow: Backward) -> Array:
    """What actually crosses to the step before: nothing where a truncation stops it."""
    return cell.feedback_gradient(parameters, flow.passed)


def _numbers(values: Array, exponent: np.ndarray) -> Numbers:
    """log₁₀ of the norm at every step, None where exactly zero."""
    return [None if v == -np.inf else v for v in Scaled(values, exponent).log10_norms().tolist()]


def blocked_edges(truncation: Truncation, followed: Mask, steps: int) -> list[bool]:
    """Whether the passage from step t + 1 back to step t is stopped, at index t, (T,).

    It is where no gradient may ever pass (a copy, a chunk's border), and where a followed loss
    is alive at step t + 1 but none of those may go further (the end of a window).
    """
    closed = ~truncation.crossings(steps)
    for t in range(steps):
        if closed[t]:
            continue
        reaching = [
            int(i) for i in np.flatnonzero(followed) + 1 if truncation.first_reached(int(i)) <= t + 1 <= i
        ]
        closed[t] = bool(reaching) and all(truncation.first_reached(i) > t for i in reaching)
    return [bool(value) for value in closed]
