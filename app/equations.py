"""The formulas of every cell's wiring, as the page's templates hold them.

The engine's rows are the only source. The page puts in steps, layers, the followed loss and the
activation, and prints the terms of those edges of an answer's graph that carry something.
"""

from dataclasses import dataclass

from unrolled.app.notation import gradient
from unrolled.engine import CELLS, Connection, Line, Slope, Unit

_SAMPLES = r"\class{batch}{\sum_{\text{samples}}}"
"""A weight is shared by the samples of a batch; 1/B stands in their own gradients already."""


@dataclass(frozen=True, slots=True)
class ConnectionEquations:
    """What one kind of edge brings forward and back, as LaTeX.

    Attributes:
        key: how the page finds it from an edge of the graph: ``recurrent-hh``.
        forward: left side of one of the target's lines → what the edge adds to it.
        backward: loss → what arrives at its source; under "" where the loss does not matter.
        parameter: ∂L/∂(its parameter) at step t, or None.
        added: what step t adds to that.
        jacobian: of the step that it makes, or None.
    """

    key: str
    forward: dict[str, str]
    backward: dict[str, str]
    parameter: str | None
    added: str | None
    jacobian: str | None


@dataclass(frozen=True, slots=True)
class UnitEquations:
    """What one kind of node computes, as LaTeX.

    Attributes:
        kind: as in the graph.
        lines: its forward step.
        slopes: ∂L/∂(pre-activation) of every gate: the left side beside the row.
    """

    kind: str
    lines: tuple[Line, ...]
    slopes: tuple[tuple[str, Slope], ...]


@dataclass(frozen=True, slots=True)
class CellEquations:
    """Everything of one cell."""

    cell: str
    units: tuple[UnitEquations, ...]
    connections: tuple[ConnectionEquations, ...]


def _unit(unit: Unit) -> UnitEquations:
    slopes = tuple((gradient(slope.of), slope) for slope in unit.slopes)
    return UnitEquations(unit.kind, unit.lines, slopes)


def _connection(row: Connection) -> ConnectionEquations:
    back = {"": row.backward} if isinstance(row.backward, str) else dict(row.backward)
    return ConnectionEquations(
        key=f"{row.kind}-{row.source}{row.target}",
        forward=dict(row.forward),
        backward=back,
        parameter=gradient(row.matrix) + r"\Big|_t" if row.parameter else None,
        added=_SAMPLES + row.added if row.added else None,
        jacobian=row.jacobian or None,
    )


EQUATIONS: tuple[CellEquations, ...] = tuple(
    CellEquations(
        name,
        tuple(_unit(unit) for unit in cell.wiring.units),
        tuple(_connection(row) for row in cell.wiring.connections),
    )
    for name, cell in CELLS.items()
)
"""One entry a cell."""
