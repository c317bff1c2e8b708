"""The unrolled graph: nodes and edges with the gradient on each."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.arrays import Array, Mask
from engine.arrivals import Arrivals, Numbers, layer_arrivals, output_arrivals
from engine.bptt import Backward
from engine.network import layered
from engine.passage import Passage
from engine.truncation import Truncation

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Node:
    """The units of one layer at one step.

    Attributes:
        id: ``x_3``, ``h_3``, ``c_3``, ``o_3`` or ``L_3``; in layer l ≥ 1 ``h_3_l``, ``c_3_l``.
        kind: input, context, hidden, cell, output or loss.
        step: from 1; 0 for the initial state.
        label: with subscripts.
        log10_norm: of the gradient of the followed losses with respect to it; None where none.
        layer: from 0 at the input to the one that the outputs read.
    """

    id: str
    kind: str
    step: int
    label: str
    log10_norm: float | None
    layer: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection that the forward pass uses.

    Attributes:
        source: id of the node it leaves.
        target: id of the node it enters.
        kind: input, recurrent, context, cell, output or loss.
        parameter: whose weights it carries, or None.
        log10_norm: of the gradient that travels back along it, as it arrives at the source.
        parameter_log10_norm: of what it adds to its parameter's gradient.
        blocked: whether a copy or a truncation stops the gradient here.
        layer: of the node it enters.
    """

    source: str
    target: str
    kind: str
    parameter: str | None
    log10_norm: float | None
    parameter_log10_norm: float | None
    blocked: bool
    layer: int


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes and edges, step by step."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def node(
        self, letter: str, kind: str, step: int, log10_norm: float | None, layer: int = 0
    ) -> str:
        """Add a node and return its id."""
        own = layer if kind in ("hidden", "cell", "context") else 0
        name = layered(f"{letter}_{step}", own)
        label = letter + str(step).translate(_SUBSCRIPTS)
        self.nodes.append(Node(name, kind, step, label, log10_norm, layer))
        return name


def build_graph(
    passage: Passage,
    flow: Backward,
    terms: dict[str, Array],
    followed: Mask,
    window: tuple[int, int] | None = None,
) -> Graph:
    """Draw the unrolled network with the gradient of the followed losses on every edge.

    Edges into a gated h_t carry the share of every gate together.

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
    layers = [layer_arrivals(passage, number, own, terms) for number, own in enumerate(flow.layers)]
    drawing = _Drawing(passage, layers, output_arrivals(passage, flow, terms), followed)
    if first > 1:
        drawing.before(first - 1)
    for t in range(first, last + 1):
        drawing.step(t)
    return drawing.graph


class _Drawing:
    """The graph as it grows, step by step."""

    def __init__(
        self,
        passage: Passage,
        layers: list[Arrivals],
        outputs: dict[str, Numbers],
        followed: Mask,
    ) -> None:
        self.graph = Graph()
        self.cell, self.trace = passage.cell, passage.trace
        self.layers, self.outputs, self.followed = layers, outputs, followed
        self.blocked = blocked_passages(passage.truncation, followed)
        self.feedback: list[str | None] = [None] * len(layers)
        self.c: list[str | None] = [None] * len(layers)
        for number, layer in enumerate(passage.trace.layers):
            arriving = layers[number]
            if layer.c_0 is not None and arriving.c_crossing and layer.c_0.any():
                self.c[number] = self.graph.node("c", "cell", 0, arriving.c_crossing[0], number)
            if layer.h_0.any() and not self.cell.feeds_outputs:
                self.feedback[number] = self.graph.node(
                    "h", "hidden", 0, arriving.crossing[0], number
                )

    def before(self, t: int) -> None:
        """Name the nodes of step t, which are not drawn, as where edges come from."""
        self.graph.nodes.clear()
        for number in range(len(self.layers)):
            self.feedback[number] = (
                f"o_{t}" if self.cell.feeds_outputs else layered(f"h_{t}", number)
            )
            self.c[number] = layered(f"c_{t}", number) if self.cell.has_c else None

    def step(self, t: int) -> None:
        """Draw every node of step t and the edges that enter them."""
        n, graph = t - 1, self.graph
        below = None
        if self.trace.reads[n]:
            below = graph.node("x", "input", t, self.layers[0].x[n])
        for number, arriving in enumerate(self.layers):
            below = self._layer(t, number, arriving, below)
        assert below is not None
        if not (self.trace.emits[n] or self.cell.feeds_outputs):
            return
        top, out = len(self.layers) - 1, self.outputs
        o = graph.node("o", "output", t, out["o"][n], top)
        graph.edges.append(
            Edge(below, o, "output", "W_hy", out["through"][n], out["added"][n], False, top)
        )
        if self.cell.feeds_outputs:
            self.feedback = [o] * len(self.layers)
        if self.trace.emits[n]:
            loss = graph.node("L", "loss", t, 0.0 if self.followed[n] else None, top)
            graph.edges.append(Edge(o, loss, "loss", None, out["loss"][n], None, False, top))

    def _layer(self, t: int, number: int, arriving: Arrivals, below: str | None) -> str:
        """Draw one layer's state at step t; the id of its h_t."""
        n, graph, cell = t - 1, self.graph, self.cell
        edges, previous = graph.edges, self.feedback[number]
        weights, inward = layered(cell.recurrent, number), layered("W_xh", number)
        reading: list[tuple[str, str, str, float | None, bool]] = []
        if below is not None:
            reading.append((below, "input", inward, arriving.x[n], False))
        if previous is not None and cell.copies:
            context = graph.node("c", "context", t, arriving.feedback[n], number)
            edges.append(
                Edge(
                    previous,
                    context,
                    "context",
                    None,
                    arriving.crossing[n],
                    None,
                    self.blocked[n],
                    number,
                )
            )
            reading.append((context, "recurrent", weights, arriving.feedback[n], False))
        elif previous is not None:
            reading.append((previous, "recurrent", weights, arriving.crossing[n], self.blocked[n]))
        c = self._cell_state(t, number, arriving)
        h = graph.node("h", "hidden", t, arriving.state[n], number)
        for source, kind, parameter, norm, stopped in reading:
            added = arriving.added[parameter][n]
            edges.append(Edge(source, h, kind, parameter, norm, added, stopped, number))
        if c is not None and arriving.c_through is not None:
            edges.append(Edge(c, h, "cell", None, arriving.c_through[n], None, False, number))
        self.feedback[number] = h
        return h

    def _cell_state(self, t: int, number: int, arriving: Arrivals) -> str | None:
        """Draw c_t and the edge from c_{t−1}, where the cell has a c."""
        if arriving.c is None or arriving.c_crossing is None:
            return None
        n = t - 1
        c = self.graph.node("c", "cell", t, arriving.c[n], number)
        if (previous := self.c[number]) is not None:
            self.graph.edges.append(
                Edge(
                    previous,
                    c,
                    "cell",
                    None,
                    arriving.c_crossing[n],
                    None,
                    self.blocked[n],
                    number,
                )
            )
        self.c[number] = c
        return c


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
