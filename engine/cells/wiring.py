"""What a cell is wired of: its groups of units, and the connections between them.

One row says everything of a connection: where it leads, which number travels back along it, and how
both are written. The graph's edges are made of these rows, and so are the equations.

Formulas are LaTeX in the notes' symbols, t being the step of the unit that a connection enters.
Layers carry no mark here: whoever prints a row puts them in. Marked by ``\\class{…}`` are

* ``known``: what the way back computed before it comes here, the notes' red terms;
* ``loss``: the L of a gradient, which stands for the losses that are followed;
* ``activation``: the f that stands for the activation's name; ``slope``, ``sloped`` and
  ``activated``: what falls away with it where the activation is linear;
* ``below``: a symbol of the layer below;
* ``batch``: a factor that one sample does not need.

Source: notes, "RNN Structure" and "Learning in RNNs: BPTT".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from unrolled.engine.cells.gates import Gate
from unrolled.engine.choices.losses import LOSSES

Kind = Literal["input", "context", "hidden", "cell", "output", "loss"]
"""What a group of units is."""
Carries = Literal["input", "recurrent", "context", "cell", "output", "loss"]
"""What a connection carries."""
Where = Literal["first", "above", "every", "last"]
"""In which layers: the one that reads the input, those above it, all, the one outputs read."""


@dataclass(frozen=True, slots=True)
class Line:
    """One formula of a forward step: left = what the connections bring + rest.

    Attributes:
        left: what is computed; empty where ``rest`` says it all.
        rest: what comes on top, whatever is connected.
        gate: whether it belongs to the gates rather than to the state itself.
        loss: the loss for which it holds; empty for all.
    """

    left: str
    rest: str = ""
    gate: bool = False
    loss: str = ""


@dataclass(frozen=True, slots=True)
class Slope:
    """∂L/∂(one gate's pre-activation), where the weights enter.

    Attributes:
        of: the pre-activation.
        through: the letter of the state through which it is felt.
        right: the formula.
    """

    of: str
    through: str
    right: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A group of units at every step.

    Attributes:
        letter: of its ids.
        kind: what it is.
        gradient: the number of ``Arrivals`` that arrives here.
        lines: its forward step.
        where: in which layers it is.
        steps: at which steps: all, those that read an input, those that emit a loss.
        initial: the number whose first entry arrives at its initial state; None where none is.
        slopes: ∂L/∂(pre-activation) of every gate, where gates decide.
    """

    letter: str
    kind: Kind
    gradient: str
    lines: tuple[Line, ...]
    where: Where = "every"
    steps: Literal["all", "reads", "emits"] = "all"
    initial: str | None = None
    slopes: tuple[Slope, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """From one group of units to another, at one step or from a step to the next.

    Attributes:
        kind: what it carries.
        source: letter of the units it leaves.
        target: letter of the units it enters.
        carries: the number of ``Arrivals`` that travels back, as it arrives at the source.
        forward: left of one of the target's lines → what it brings there.
        backward: what arrives at the source; or loss → the same, where the loss decides.
        offset: 1 from a step to the next, else 0.
        where: in which layers; that of the target counts.
        parameter: whose weights it carries.
        matrix: the same, as it is written.
        added: what step t adds to the parameter's gradient.
        jacobian: of the step that it makes, where it links two states.
        stops: whether a truncation acts here.
    """

    kind: Carries
    source: str
    target: str
    carries: str
    forward: Mapping[str, str]
    backward: str | Mapping[str, str]
    offset: int = 0
    where: Where = "every"
    parameter: str | None = None
    matrix: str = ""
    added: str = ""
    jacobian: str = ""
    stops: bool = False


Connections = tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """All of a cell, in the order in which a step is drawn."""

    units: tuple[Unit, ...] = ()
    connections: Connections = ()


def layers(where: Where, count: int) -> range:
    """The layers, from 0, that a row is about, of so many."""
    first, stop = {
        "first": (0, 1),
        "above": (1, count),
        "every": (0, count),
        "last": (count - 1, count),
    }[where]
    return range(first, stop)


# --- how formulas are written ---------------------------------------------------------------------


def gradient(by: str, of: str = r"\class{loss}{L}") -> str:
    """∂L/∂by."""
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def known(by: str) -> str:
    """∂L/∂by as the way back computed it before."""
    return rf"\class{{known}}{{{gradient(by)}}}"


def subscript(step: int) -> str:
    """A step as it stands below a letter where no LaTeX is read: '₁₂'."""
    return str(step).translate(_SUBSCRIPTS)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def transposed(symbol: str) -> str:
    """W^Hᵀ of W^H, H_tᵀ of H_t."""
    if symbol.startswith(r"\class"):
        return symbol[:-1] + r"^\top}"
    base, mark, upper = symbol.partition("^")
    return rf"{base}^{{{upper}\top}}" if mark else rf"{symbol}^\top"


_SAMPLES = r"\class{batch}{\frac{1}{B} \sum_{\text{samples}}}"
"""The mean that a loss is: every sample has an O_t and a Y_t of its own."""

INPUT = Unit("x", "input", "x", (Line("", r"X_t \in \mathbb{R}^D"),), "first", "reads")
LOSS = Unit(
    "L",
    "loss",
    "loss",
    tuple(
        Line(left, right, loss=name)
        for name, loss in LOSSES.items()
        if not loss.given
        for left, right in (
            ("L_t", f"{'- ' if loss.negative else ''}{_SAMPLES} {loss.formula}"),
            *loss.named,
        )
    ),
    "last",
    "emits",
)


def output(*, always: bool = False) -> Unit:
    """O_t: at the steps that emit a loss, or, where it is fed back, always and at step 0 too."""
    line = (Line("O_t", "b^O"),)
    if always:
        return Unit("o", "output", "o", line, "last", "all", "o_initial")
    return Unit("o", "output", "o", line, "last", "emits")


def without_outputs(wiring: Wiring) -> Wiring:
    """The same where a head outside reads the states: its gradient enters at H_t."""
    units = tuple(unit for unit in wiring.units if unit.kind != "output")
    inside = tuple(row for row in wiring.connections if row not in OUTWARD)
    return Wiring(units, (*inside, ENTERING))


_ALL = MappingProxyType({"A_t": "W^X"})


def reading(delta: str, blocks: Mapping[str, str] = _ALL) -> Connections:
    """W^X from the input, and in the layers above the first from the layer below.

    ``delta`` is ∂L/∂(where W^X enters); ``blocks`` every pre-activation there → its rows of W^X.
    """

    def row(source: str, letter: str, where: Where) -> Connection:
        return Connection(
            kind="input",
            source=letter,
            target="h",
            carries="x",
            where=where,
            parameter="W_xh",
            matrix="W^X",
            forward={left: f"{block} {source}" for left, block in blocks.items()},
            backward=rf"W^{{X\top}} {delta}",
            added=f"{delta} {transposed(source)}",
        )

    return row("X_t", "x", "first"), row(r"\class{below}{H_t}", "h", "above")


def _mean(residual: str) -> str:
    """A batch's: 1/B of the samples' own."""
    return rf"\class{{batch}}{{\frac{{1}}{{B}} (}} {residual} \class{{batch}}{{)}}"


OUTWARD = (
    Connection(
        kind="output",
        source="h",
        target="o",
        carries="through",
        where="last",
        parameter="W_hy",
        matrix="W^O",
        forward={"O_t": "W^O H_t"},
        backward=rf"W^{{O\top}} {known('O_t')}",
        added=rf"{known('O_t')} H_t^\top",
    ),
    Connection(
        kind="loss",
        source="o",
        target="L",
        carries="loss",
        where="last",
        forward={},
        backward={n: _mean(loss.gradient) for n, loss in LOSSES.items() if not loss.given},
    ),
)
"""From the last layer's state to the loss."""
ENTERING = Connection(
    kind="loss", source="h", target="L", carries="entering", where="last", forward={}, backward=""
)
"""The same where there are no outputs."""


def recurrent(forward: Mapping[str, str], backward: str, added: str) -> Connection:
    """From H_{t−1} through W^H, and whatever goes past it, to H_t of a cell with gates."""
    return Connection(
        kind="recurrent",
        source="h",
        target="h",
        carries="crossing",
        parameter="W_hh",
        matrix="W^H",
        forward=forward,
        backward=backward,
        added=added,
        offset=1,
        stops=True,
    )


def gated(
    gates: tuple[Gate, ...],
    state: str,
    slopes: tuple[Slope, ...],
    *,
    forward: Mapping[str, str],
    backward: str,
    added: str,
) -> Wiring:
    """Of a cell whose only state is H, on which gates decide.

    By the gates' letters g stand g_t, A_t^g, b_g and W_g^X; ``state`` is what H_t is beside what
    H_{t−1} brings, ``slopes`` ∂L/∂A_t^g of every gate, the rest of the connection from H_{t−1}.
    """
    values = (Line(f"{g.letter}_t", rf"\{g.function}(A_t^{g.letter})", gate=True) for g in gates)
    enters = (Line(f"A_t^{g.letter}", f"b_{g.letter}", gate=True) for g in gates)
    lines = Line("H_t", state), *values, *enters
    reads = {f"A_t^{g.letter}": f"W_{g.letter}^X" for g in gates}
    return Wiring(
        (
            INPUT,
            Unit("h", "hidden", "state", lines, initial="crossing", slopes=slopes),
            output(),
            LOSS,
        ),
        (recurrent(forward, backward, added), *reading(known("A_t"), reads), *OUTWARD),
    )
