"""What theory says of a map: at which spectral radius something changes, as lines with sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.inits import INITS
from unrolled.engine.choices.parameters import eigenvalues_of, spectral_radius_of
from unrolled.engine.experiment.network import Network, draw_parameters, of_layer
from unrolled.engine.numbers.arrays import Array, record
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.sweep.of_flows import spectral_norm_of
from unrolled.engine.sweep.plan import Sweep, SweepPoint

Json = Mapping[str, Any]
AT = "/weights/spectral_radius"
"""What the lines are about."""
_MOST_SEEDS = 16
"""A line is the median over so many draws of the map at most."""


@dataclass(frozen=True, slots=True)
class Theory:
    """One line.

    Attributes:
        name: its key.
        label: what is written beside it.
        words: what changes there, and what it leaves out, in a sentence or two.
        source: where it is proved.
        applies: to which experiments, all of whose fields are there.
        radius: (experiment, R drawn with ρ = 1, (H, H)) → the ρ at which it changes.
    """

    name: str
    label: str
    words: str
    source: str
    applies: Callable[[Json], bool]
    radius: Callable[[Json, Array], float]


def _plain(experiment: Json) -> bool:
    """A cell without gates, whose gradients go back."""
    return not CELLS[experiment["network"]["cell"]].gates


def _slope_at_zero(experiment: Json) -> float:
    """f′(0)."""
    return float(ACTIVATIONS[experiment["network"]["activation"]].derivative(np.zeros(1))[0])


def _rests_at_zero(experiment: Json) -> bool:
    """Whether h = 0 stays where nothing enters, and f has a slope there."""
    f = ACTIVATIONS[experiment["network"]["activation"]]
    return _plain(experiment) and float(f.value(np.zeros(1))[0]) == 0.0 and 0.0 not in f.kinks


def _chaotic(experiment: Json) -> bool:
    """Independent normal weights behind a tanh."""
    network, weights = experiment["network"], experiment["weights"]
    cell = CELLS[network["cell"]]
    normal = INITS[weights["init"]] is INITS["normal"]
    return not (cell.gates or cell.feeds_outputs) and network["activation"] == "tanh" and normal


def _half_open(experiment: Json) -> bool:
    """Gates around h alone, which stand half open at h = 0."""
    weights, cell = experiment["weights"], CELLS[experiment["network"]["cell"]]
    biased = bool(np.any(weights["update_bias"]) or np.any(weights["forget_bias"]))
    biased = biased or bool(INITS[weights["init"]].biases(cell.keeping, _random, 1, 2))
    return bool(cell.gates) and not cell.has_c and not biased


def _random() -> np.random.RandomState:
    """Whatever: only whether there are biases is asked."""
    return np.random.RandomState(0)


def _sufficient(experiment: Json, matrix: Array) -> float:
    """σ_max(ρ R) = 1/γ."""
    bound = ACTIVATIONS[experiment["network"]["activation"]].bound
    return 1.0 / (bound * spectral_norm_of(matrix))


def _linear(experiment: Json, matrix: Array) -> float:
    """f′(0) ρ = 1."""
    return 1.0 / _slope_at_zero(experiment)


def _edge(experiment: Json, matrix: Array) -> float:
    """ρ R has entries of variance g²/H with g = 1: H ‖ρ R‖² / H² = 1."""
    return float(np.sqrt(len(matrix)) / np.linalg.norm(matrix))


def _gru(experiment: Json, matrix: Array) -> float:
    """The least ρ with |½ + ρ λ / 4| = 1 for an eigenvalue λ of R.

    |λ|² ρ² / 16 + Re λ ρ / 4 − 3/4 = 0
    """
    values = eigenvalues_of(matrix)
    squares = np.abs(values) ** 2 / 16.0
    values, squares = values[squares > 0.0], squares[squares > 0.0]
    half = values.real / 8.0
    return float(((np.sqrt(half**2 + 0.75 * squares) - half) / squares).min())


THEORY: dict[str, Theory] = {
    row.name: row
    for row in (
        Theory(
            name="sufficient",
            label="σ_max = 1/γ",
            words="Below it every gradient vanishes, whatever the input: one step back multiplies "
            "it by less than γ σ_max < 1. Above it gradients may explode, and need not.",
            source="Pascanu, Mikolov & Bengio 2013, section 2.1",
            applies=_plain,
            radius=_sufficient,
        ),
        Theory(
            name="linear",
            label="ρ f′(0) = 1",
            words="Where states are small, the powers of f′(0) R decide: they vanish below it and "
            "grow above it in the long run, linear units' at any state.",
            source="Pascanu, Mikolov & Bengio 2013, section 2.1, on linear units",
            applies=_rests_at_zero,
            radius=_linear,
        ),
        Theory(
            name="edge-of-chaos",
            label="edge of chaos, g = 1",
            words="Many tanh units with independent weights of variance g²/H, without input: they "
            "come to rest below g = 1 and are chaotic above it. Inputs move it up.",
            source="Sompolinsky, Crisanti & Sommers 1988, Physical Review Letters 61",
            applies=_chaotic,
            radius=_edge,
        ),
        Theory(
            name="rest",
            label="rest lost",
            words="Without input and biases a GRU rests at h = 0, where one step is ½ + ¼ W_n, and "
            "so does an MGU: they stay there as long as no eigenvalue of that reaches 1, and "
            "surely while σ_max(W_n) < 2.",
            source="Kanai, Fujiwara & Iwamura 2017, Preventing Gradient Explosions in Gated "
            "Recurrent Units",
            applies=_half_open,
            radius=_gru,
        ),
    )
}
"""By their names. Each is about ρ alone, so that it is drawn where ρ is an axis."""


@record
class TheoryLine:
    """One line on a map.

    Attributes:
        name: of ``THEORY``.
        axis: which of the axes ρ is, from 0.
        radii: the ρ at which it changes for every value of the other axis, in their order; one
            where there is no other. None where it does not apply.
        row: of which small map, from 0; None where there is but one.
    """

    name: str
    axis: int
    radii: list[float | None]
    row: int | None


def theory_of(sweep: Sweep, complete: Callable[[Json], Json]) -> list[TheoryLine]:
    """The lines that a map of ρ shows, each the median over its draws.

    Args:
        sweep: the map.
        complete: an experiment as JSON → the same with every field.
    """
    axes = [n for n, axis in enumerate(sweep.axes) if axis.at == AT]
    if sweep.trained or not axes:
        return []
    (axis,) = axes
    others = [n for n in range(len(sweep.axes)) if n != axis]
    count = len(sweep.axes[others[0]].values) if others else 1
    found = []
    for row in range(len(sweep.rows.values)) if sweep.rows is not None else (None,):
        for line in THEORY.values():
            radii = [_radius(line, sweep, _at(sweep, row, axis, n), complete) for n in range(count)]
            if any(radius is not None for radius in radii):
                found.append(TheoryLine(line.name, axis, radii, row))
    return found


def _at(sweep: Sweep, row: int | None, axis: int, other: int) -> SweepPoint:
    """A point of a column of the map: the last ρ, which is none that cannot be scaled to."""
    last = len(sweep.axes[axis].values) - 1
    place = tuple(last if n == axis else other for n in range(len(sweep.axes)))
    return SweepPoint(0, place if row is None else (row, *place), 1)


def _radius(
    line: Theory, sweep: Sweep, point: SweepPoint, complete: Callable[[Json], Json]
) -> float | None:
    found = []
    for draw in range(min(sweep.seeds, _MOST_SEEDS)):
        try:
            experiment = complete(sweep.spec(point, draw))
            if experiment["weights"]["kind"] != "random" or not line.applies(experiment):
                return None
            found.append(line.radius(experiment, _unit_matrix(experiment)))
        except InvalidInput:
            return None
    return median(found)


def _unit_matrix(experiment: Json) -> Array:
    """The last layer's R as it is drawn, scaled to ρ = 1."""
    fields = {n: v for n, v in experiment["network"].items() if v is not None}
    network = Network(**({"output_size": 0} | fields))
    weights = experiment["weights"]
    drawn = draw_parameters(network, init=weights["init"], seed=weights["seed"])
    cell, layer = CELLS[network.cell], network.num_layers - 1
    matrix = cell.recurrent_matrix(of_layer(cell, drawn, layer))
    return matrix / spectral_radius_of(matrix)
