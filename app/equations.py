"""The notes' equations, forward and backward, for every kind of node and edge of each cell.

Steps are symbolic. A factor that the backward pass computed before it came here stands in
`\\class{known}{…}`: the notes' red terms. Transposes are written where they belong.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from latex2mathml.converter import convert
from markupsafe import Markup


@lru_cache(maxsize=512)
def math(latex: str, block: bool = False) -> Markup:
    """LaTeX as MathML markup, in a line or as a block of its own."""
    return Markup(convert(latex, display="block" if block else "inline"))


@dataclass(frozen=True, slots=True)
class Equation:
    """What one kind of node or edge computes, as LaTeX.

    Attributes:
        cell: a cell of the contract.
        element: node or edge.
        kind: as in the answer's graph.
        title: in words.
        forward: its step forward.
        backward: the gradient that arrives here on the way back.
        parameter: what step t adds to the gradient of the parameter on the edge.
        jacobian: of the step that the edge makes, where it links two hidden states.
    """

    cell: str
    element: Literal["node", "edge"]
    kind: str
    title: str
    forward: str
    backward: str
    parameter: str | None = None
    jacobian: str | None = None

    @property
    def id(self) -> str:
        """The key under which the page finds it."""
        return f"{self.cell}-{self.element}-{self.kind}"


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


def _gradient(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def _known(latex: str) -> str:
    return rf"\class{{known}}{{{latex}}}"


def _transposed(matrix: str) -> str:
    base, _, upper = matrix.partition("^")
    return rf"{base}^{{{upper}\top}}"


def _through(matrix: str, step: str) -> str:
    """(matrix)ᵀ (f′(A) ⊙ ∂L/∂H) at a step whose ∂L/∂H is known."""
    return rf"{_transposed(matrix)} \left( {_delta(step)} \right)"


def _delta(step: str) -> str:
    return rf"f'(A_{{{step}}}) \odot {_known(_gradient('L', f'H_{{{step}}}'))}"


_LOSS = (
    r"L_t = \begin{cases} \frac{1}{2} \lVert O_t - Y_t \rVert^2 & \text{squared error} \\ "
    r"- \log \operatorname{softmax}(O_t)_{Y_t} & \text{cross-entropy} \end{cases}"
)
_LOSS_GRADIENT = (
    _gradient("L_t", "O_t")
    + r" = \begin{cases} O_t - Y_t & \text{squared error} \\ "
    + r"\operatorname{softmax}(O_t) - Y_t & \text{cross-entropy, one-hot } Y_t \end{cases}"
)
_OUTPUT = r"O_t = W^O H_t + b^O"


def _equations(feedback: _Feedback) -> list[Equation]:
    """Every node and edge of a cell that differs from the others only in its feedback."""
    cell, matrix, past = feedback.cell, feedback.matrix, feedback.past
    hidden = rf"H_t = f(A_t), \quad A_t = {matrix} {past} + W^X X_t + b"
    from_loss = _known(_gradient("L_t", "O_t"))
    later = _through(matrix, "t+1")
    from_output = rf"{_transposed('W^O')} {_known(_gradient('L', 'O_t'))}"
    feeds_outputs = feedback.copied == "O"
    rows = [
        Equation(
            cell,
            "node",
            "input",
            "input",
            r"X_t \in \mathbb{R}^D",
            rf"{_gradient('L', 'X_t')} = {_through('W^X', 't')}",
        ),
        Equation(
            cell,
            "node",
            "hidden",
            "hidden state",
            hidden,
            rf"{_gradient('L', 'H_t')} = {from_output}" + ("" if feeds_outputs else f" + {later}"),
        ),
        Equation(
            cell,
            "node",
            "output",
            "output",
            _OUTPUT,
            rf"{_gradient('L', 'O_t')} = {from_loss}" + (f" + {later}" if feeds_outputs else ""),
        ),
        Equation(
            cell,
            "node",
            "loss",
            "loss",
            rf"L = \sum_t L_t, \quad {_LOSS}",
            rf"{_gradient('L', 'L_t')} = 1",
        ),
        Equation(
            cell,
            "edge",
            "input",
            "input to hidden",
            hidden,
            rf"{_known(_gradient('L', 'H_t'))} {_gradient('H_t', 'X_t')} = {_through('W^X', 't')}",
            parameter=rf"{_gradient('L', 'W^X')}\Big|_t = \left( {_delta('t')} \right) X_t^\top",
        ),
        Equation(
            cell,
            "edge",
            "recurrent",
            "past to hidden",
            hidden,
            rf"{_known(_gradient('L', 'H_t'))} {_gradient('H_t', past)} = {_through(matrix, 't')}",
            parameter=rf"{_gradient('L', matrix)}\Big|_t = \left( {_delta('t')} \right) "
            + (r"C_t^\top" if feedback.copied else r"H_{t-1}^\top"),
            jacobian=rf"{_gradient('H_t', past)} = \operatorname{{diag}}(f'(A_t)) \, {matrix}",
        ),
        Equation(
            cell,
            "edge",
            "output",
            "hidden to output",
            _OUTPUT,
            rf"{_known(_gradient('L', 'O_t'))} {_gradient('O_t', 'H_t')} = {from_output}",
            parameter=rf"{_gradient('L', 'W^O')}\Big|_t = "
            rf"{_known(_gradient('L', 'O_t'))} H_t^\top",
        ),
        Equation(cell, "edge", "loss", "output to loss", _LOSS, _LOSS_GRADIENT),
    ]
    return rows + (_copy(feedback) if feedback.copied else [])


def _copy(feedback: _Feedback) -> list[Equation]:
    """The context units, and the copy that fills them."""
    source = f"{feedback.copied}_{{t-1}}"
    copy = f"C_t = {source}"
    arriving = _known(_gradient("L", "C_t"))
    return [
        Equation(
            feedback.cell,
            "node",
            "context",
            "context units",
            copy,
            rf"{_gradient('L', 'C_t')} = {_through(feedback.matrix, 't')}",
        ),
        Equation(
            feedback.cell,
            "edge",
            "context",
            "copy into the context units",
            copy,
            rf"{arriving} {_gradient('C_t', source)} = \begin{{cases}} 0 & "
            rf"\text{{a copy passes nothing (window 1)}} \\ {arriving} & "
            r"\text{with a longer truncation or none} \end{cases}",
        ),
    ]


EQUATIONS: list[Equation] = [row for feedback in _FEEDBACKS for row in _equations(feedback)]
