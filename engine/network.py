"""Which network: the cell, its wiring and its sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.activations import ACTIVATIONS
from engine.arrays import Parameters
from engine.cells import CELLS
from engine.cells.base import Shapes
from engine.errors import InvalidInput, choose
from engine.parameters import check, draw, radius_factor, spectral_radius_of
from engine.topologies import TOPOLOGIES


@dataclass(frozen=True, slots=True)
class Network:
    """A recurrent network without its numbers.

    Attributes:
        cell: a key of ``CELLS``.
        topology: a key of ``TOPOLOGIES``.
        activation: a key of ``ACTIVATIONS``.
        input_size: D.
        hidden_size: H.
        output_size: K.
    Raises:
        InvalidInput: for an unknown name or a size below 1.
    """

    cell: str
    topology: str
    activation: str
    input_size: int
    hidden_size: int
    output_size: int

    def __post_init__(self) -> None:
        for field, table in (
            ("cell", CELLS),
            ("topology", TOPOLOGIES),
            ("activation", ACTIVATIONS),
        ):
            if getattr(self, field) not in table:
                raise choose(("network", field), getattr(self, field), table)
        for field in ("input_size", "hidden_size", "output_size"):
            if getattr(self, field) < 1:
                raise InvalidInput(
                    ("network", field),
                    f"received {getattr(self, field)}; allowed: a whole number from 1",
                )

    def parameter_shapes(self) -> Shapes:
        """Every parameter's shape, in the order in which they are listed."""
        return CELLS[self.cell].parameter_shapes(
            self.input_size, self.hidden_size, self.output_size
        )


def draw_parameters(
    network: Network,
    *,
    init: str = "normal",
    spectral_radius: float | None = None,
    seed: int = 0,
) -> Parameters:
    """Draw every parameter of a network; biases are zero.

    Args:
        network: cell and sizes.
        init: one of ``INITS``.
        spectral_radius: ρ to which the recurrent matrix is scaled, from 0; None leaves it as drawn.
        seed: one seed gives the same numbers for ever, from 0.
    Raises:
        InvalidInput: for an unknown init, a negative ρ or seed, or a matrix that no factor can
            bring to ρ because its spectral radius is 0.
    """
    cell = CELLS[network.cell]
    parameters = draw(
        network.parameter_shapes(),
        cell.recurrent,
        init=init,
        hidden=network.hidden_size,
        seed=seed,
    )
    if spectral_radius is not None:
        drawn = spectral_radius_of(cell.recurrent_matrix(parameters))
        parameters[cell.recurrent] *= radius_factor(drawn, spectral_radius)
    return parameters


def check_parameters(network: Network, given: Mapping[str, object]) -> Parameters:
    """Take explicit parameters, every one of the cell's and no other.

    Args:
        network: cell and sizes.
        given: name → nested lists or arrays of finite numbers.
    Raises:
        InvalidInput: naming the parameter, what came and what is allowed.
    """
    return check(network.parameter_shapes(), given)
