"""How equations are written: LaTeX into MathML, and the pieces that they share."""

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
        kind: as in the answer's graph; "below" is a hidden state that another layer reads, and
            "exposed" an LSTM's edge c_t → h_t.
        title: in words.
        forward: its step forward.
        backward: the gradient that arrives here on the way back.
        parameter: what step t adds to the gradient of the parameter on the edge.
        jacobian: of the step that the edge makes, where it links two states.
        gates: what is multiplied on the way, one line each, where gates do it.
    """

    cell: str
    element: Literal["node", "edge"]
    kind: str
    title: str
    forward: str
    backward: str
    parameter: str | None = None
    jacobian: str | None = None
    gates: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The key under which the page finds it."""
        return f"{self.cell}-{self.element}-{self.kind}"


def gradient(of: str, by: str) -> str:
    """∂of/∂by."""
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def known(latex: str) -> str:
    """What was computed before: the notes' red terms."""
    return rf"\class{{known}}{{{latex}}}"


def transposed(matrix: str) -> str:
    """W^Hᵀ of W^H."""
    base, _, upper = matrix.partition("^")
    return rf"{base}^{{{upper}\top}}"


LOSS = (
    r"L_t = \begin{cases} \frac{1}{2} \lVert O_t - Y_t \rVert^2 & \text{squared error} \\ "
    r"- \log \operatorname{softmax}(O_t)_{Y_t} & \text{cross-entropy} \end{cases}"
)
LOSS_GRADIENT = (
    gradient("L_t", "O_t")
    + r" = \begin{cases} O_t - Y_t & \text{squared error} \\ "
    + r"\operatorname{softmax}(O_t) - Y_t & \text{cross-entropy, one-hot } Y_t \end{cases}"
)
OUTPUT = r"O_t = W^O H_t + b^O"
FROM_OUTPUT = rf"{transposed('W^O')} {known(gradient('L', 'O_t'))}"


def shared(cell: str) -> list[Equation]:
    """What is the same in every cell whose outputs nothing but the loss reads."""
    return [
        Equation(
            cell,
            "node",
            "output",
            "output",
            OUTPUT,
            rf"{gradient('L', 'O_t')} = {known(gradient('L_t', 'O_t'))}",
        ),
        *common(cell),
    ]


def common(cell: str) -> list[Equation]:
    """The loss, and the edges that lead to it."""
    return [
        Equation(
            cell,
            "node",
            "loss",
            "loss",
            rf"L = \sum_t L_t, \quad {LOSS}",
            rf"{gradient('L', 'L_t')} = 1",
        ),
        Equation(
            cell,
            "edge",
            "output",
            "hidden to output",
            OUTPUT,
            rf"{known(gradient('L', 'O_t'))} {gradient('O_t', 'H_t')} = {FROM_OUTPUT}",
            parameter=rf"{gradient('L', 'W^O')}\Big|_t = {known(gradient('L', 'O_t'))} H_t^\top",
        ),
        Equation(cell, "edge", "loss", "output to loss", LOSS, LOSS_GRADIENT),
    ]
