"""Ω and its immediate derivative: against the engine's Ω_t, differences, and 160 digits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.engine.reference.compare import close
from unrolled.engine import (
    CELLS,
    InvalidInput,
    Network,
    Plan,
    Training,
    draw_parameters,
    gradient_flow,
    random_sequence,
)
from unrolled.engine.cells.lane import Lane
from unrolled.engine.numbers.magnitude import Scaled
from unrolled.engine.passes.arrivals import across
from unrolled.engine.training.omega import OMEGA_CELLS, omega
from unrolled.engine.training.step import by_the_engine

STEP = 1e-5


def passed(cell: str, layers: int = 2, radius: float = 1.2, steps: int = 6) -> Any:
    network = Network(cell, "many-to-one", "tanh", 2, 3, 2, layers)
    parameters = draw_parameters(network, spectral_radius=radius, seed=4)
    sequence = random_sequence(network, "squared-error", steps=steps, batch_size=3, seed=1)
    found = by_the_engine(network, parameters, sequence, "squared-error")
    assert found.passes is not None
    flow = gradient_flow(network, parameters, sequence, loss="squared-error")
    return found.passes[0], found.passes[2], flow


@pytest.mark.parametrize("cell", OMEGA_CELLS)
def test_omega_is_the_sum_that_the_analysis_shows(cell: str) -> None:
    passage, back, flow = passed(cell)
    value, _ = omega(passage, back)
    shown = [layer.trajectory.omega.sum() for layer in flow.layers]
    close("Ω", value, sum(shown), 1e-12)


def at(lane: Lane, own: Any) -> float:
    """Σ_t Ω_t where states and ∂L/∂z stay as they are."""
    parts = [Scaled(*one).unscaled() for one in across(lane, own, own.state, own.dz)]
    arrived = np.sqrt(sum(np.square(part).sum(axis=(1, 2)) for part in parts))[1:]
    there = np.sqrt(sum(np.square(part).sum(axis=(1, 2)) for part in own.state))[1:]
    return float(np.square(arrived / there - 1.0).sum())


@pytest.mark.parametrize("cell", OMEGA_CELLS)
def test_its_derivative_is_that_of_differences(cell: str) -> None:
    passage, back, _ = passed(cell)
    _, gradients = omega(passage, back)
    for number, name in enumerate(("W_hh", "W_hh_1")):
        lane, own = passage.lane(number), back.layers[number]
        weights, wanted = lane.recurrent.copy(), np.empty(lane.recurrent.shape)
        for place in np.ndindex(weights.shape):
            found = []
            for sign in (1.0, -1.0):
                lane.recurrent = weights.copy()
                lane.recurrent[place] += sign * STEP
                found.append(at(lane, own))
            wanted[place] = (found[0] - found[1]) / (2.0 * STEP)
        lane.recurrent = weights
        close(f"∂Ω/∂{name} of {cell}", gradients[name], wanted, 1e-7, 1e-9)


@pytest.mark.parametrize("radius", [1.2, 1e-60])
def test_its_derivative_to_many_digits(radius: float) -> None:
    passage, back, _ = passed("simple", layers=1, radius=radius, steps=5)
    value, gradients = omega(passage, back)
    own = back.layers[0]
    with mpmath.workdps(160):
        u, s = (
            [mpmath.matrix(step.tolist()) for step in values] for values in (own.dz, own.state[0])
        )
        scale = [
            mpmath.mpf(2) ** int(a - b) for a, b in zip(own.dz_exponent, own.exponent, strict=True)
        ]

        def size(matrix: Any) -> Any:
            return mpmath.sqrt(sum(entry**2 for entry in matrix))

        def total(weights: Any) -> Any:
            return sum((scale[t] * size(u[t] * weights) / size(s[t]) - 1) ** 2 for t in range(1, 5))

        weights = mpmath.matrix(passage.parameters["W_hh"].tolist())
        close("Ω", value, float(total(weights)), 1e-13)
        wanted = np.empty((3, 3))
        for i, j in np.ndindex(3, 3):

            def along(x: Any, i: int = i, j: int = j) -> Any:
                moved = weights.copy()
                moved[i, j] = x
                return total(moved)

            h = mpmath.mpf(10) ** -30 * abs(weights[i, j])
            wanted[i, j] = float((along(weights[i, j] + h) - along(weights[i, j] - h)) / (2 * h))
    close("∂Ω/∂W_hh", gradients["W_hh"], wanted, 1e-12)


def test_a_training_takes_it_in() -> None:
    plan = Plan({"name": "sine", "steps": 6}, hidden_size=4, batch_size=2, updates=5)
    without, weighed = Training(plan), Training(replace(plan, omega=0.5))
    shown = without.experiment()
    first, second = without.advance(), weighed.advance()
    assert np.isnan(first.omega).all()
    assert first.loss[0] == pytest.approx(second.loss[0], rel=1e-13)
    found = by_the_engine(shown.network, shown.parameters, shown.sequence, shown.loss)
    assert found.passes is not None
    value, own = omega(found.passes[0], found.passes[2])
    assert second.omega[0] == pytest.approx(value, rel=1e-12)
    moved = (without.parameters["W_hh"] - weighed.parameters["W_hh"]) / 0.01
    close("step", moved, 0.5 * own["W_hh"], 1e-9)
    close("others", without.parameters["W_xh"], weighed.parameters["W_xh"], 1e-13)


def test_it_keeps_a_gradient_alive() -> None:
    plan = Plan(
        {"name": "adding", "steps": 20},
        hidden_size=16,
        batch_size=10,
        updates=150,
        weights={"spectral_radius": 0.6},
        clip={"rule": "norm", "threshold": 1.0},
    )
    reached = []
    for weight in (0.0, 0.3):
        hidden = Training(replace(plan, omega=weight)).advance(150).log10_hidden[:, 0]
        reached.append(float(np.median(hidden[-20:, 0] - hidden[-20:, -1])))
    assert reached[1] > reached[0] + 3.0


@pytest.mark.parametrize("cell", sorted(set(CELLS) - set(OMEGA_CELLS)))
def test_cells_without_it(cell: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        Plan({"name": "sine"}, cell=cell, omega=0.1)
    assert wrong.value.pointer == ("omega",)


@pytest.mark.parametrize("clip", [{"rule": "backward"}, {"rule": "norm", "per_sample": True}])
def test_rules_beside_which_it_has_no_place(clip: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="Ω"):
        Plan({"name": "sine"}, clip=clip, omega=0.1)
    training = Training(Plan({"name": "sine"}, omega=0.1))
    with pytest.raises(InvalidInput, match="Ω"):
        training.change({"clip": clip})
