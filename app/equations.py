"""The notes' equations, forward and backward, for every kind of node and edge of each cell.

Steps are symbolic. A factor that the backward pass computed before it came here stands in
`\\class{known}{…}`: the notes' red terms. Transposes are written where they belong.
"""

from dataclasses import dataclass

from app import gated
from app.notation import (
    FROM_OUTPUT,
    OUTPUT,
    Equation,
    common,
    gradient,
    known,
    math,
    transposed,
)

__all__ = ["EQUATIONS", "Equation", "math"]


@dataclass(frozen=True, slots=True)
class _Feedback:
    """How a cell reads its own past.

    Attributes:
        cell: its name.
        matrix: the recurrent parameter.
        past: what that parameter multiplies.
        copied: the unit group whose copy `past` is; empty where it is read directly.
    """

    cell: str
    matrix: str
    past: str
    copied: str = ""


_FEEDBACKS = (
    _Feedback("simple", "W^H", "H_{t-1}"),
    _Feedback("elman", "W^H", "C_t", copied="H"),
    _Feedback("jordan", "W^Y", "C_t", copied="O"),
)


def _through(matrix: str, step: str) -> str:
    """(matrix)ᵀ (f′(A) ⊙ ∂L/∂H) at a step whose ∂L/∂H is known."""
    return rf"{transposed(matrix)} \left( {_delta(step)} \right)"


def _delta(step: str) -> str:
    return rf"f'(A_{{{step}}}) \odot {known(gradient('L', f'H_{{{step}}}'))}"


def _equations(feedback: _Feedback) -> list[Equation]:
    """Every node and edge of a cell that differs from the others only in its feedback."""
    cell, matrix, past = feedback.cell, feedback.matrix, feedback.past
    hidden = rf"H_t = f(A_t), \quad A_t = {matrix} {past} + W^X X_t + b"
    from_loss = known(gradient("L_t", "O_t"))
    later = _through(matrix, "t+1")
    above = rf"{transposed('W^X')} {known(gradient('L', 'A_t'))}^{{\text{{above}}}}"
    feeds_outputs = feedback.copied == "O"
    rows = [
        Equation(
            cell,
            "node",
            "input",
            "input",
            r"X_t \in \mathbb{R}^D",
            rf"{gradient('L', 'X_t')} = {_through('W^X', 't')}",
        ),
        Equation(
            cell,
            "node",
            "hidden",
            "hidden state",
            hidden,
            rf"{gradient('L', 'H_t')} = {FROM_OUTPUT}" + ("" if feeds_outputs else f" + {later}"),
        ),
        Equation(
            cell,
            "node",
            "below",
            "hidden state that another layer reads",
            hidden,
            rf"{gradient('L', 'H_t')} = {above}" + ("" if feeds_outputs else f" + {later}"),
        ),
        Equation(
            cell,
            "node",
            "output",
            "output",
            OUTPUT,
            rf"{gradient('L', 'O_t')} = {from_loss}" + (f" + {later}" if feeds_outputs else ""),
        ),
        Equation(
            cell,
            "edge",
            "input",
            "input to hidden",
            hidden,
            rf"{known(gradient('L', 'H_t'))} {gradient('H_t', 'X_t')} = {_through('W^X', 't')}",
            parameter=rf"{gradient('L', 'W^X')}\Big|_t = \left( {_delta('t')} \right) X_t^\top",
        ),
        Equation(
            cell,
            "edge",
            "recurrent",
            "past to hidden",
            hidden,
            rf"{known(gradient('L', 'H_t'))} {gradient('H_t', past)} = {_through(matrix, 't')}",
            parameter=rf"{gradient('L', matrix)}\Big|_t = \left( {_delta('t')} \right) "
            + (r"C_t^\top" if feedback.copied else r"H_{t-1}^\top"),
            jacobian=rf"{gradient('H_t', past)} = \operatorname{{diag}}(f'(A_t)) \, {matrix}",
        ),
    ]
    return rows + common(cell) + (_copy(feedback) if feedback.copied else [])


def _copy(feedback: _Feedback) -> list[Equation]:
    """The context units, and the copy that fills them."""
    source = f"{feedback.copied}_{{t-1}}"
    copy = f"C_t = {source}"
    arriving = known(gradient("L", "C_t"))
    return [
        Equation(
            feedback.cell,
            "node",
            "context",
            "context units",
            copy,
            rf"{gradient('L', 'C_t')} = {_through(feedback.matrix, 't')}",
        ),
        Equation(
            feedback.cell,
            "edge",
            "context",
            "copy into the context units",
            copy,
            rf"{arriving} {gradient('C_t', source)} = \begin{{cases}} 0 & "
            rf"\text{{a copy passes nothing (window 1)}} \\ {arriving} & "
            r"\text{with a longer truncation or none} \end{cases}",
        ),
    ]


EQUATIONS: list[Equation] = [
    *(row for feedback in _FEEDBACKS for row in _equations(feedback)),
    *gated.EQUATIONS,
]
