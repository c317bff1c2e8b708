"""The lean way and the way by the cells against the engine's own passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.compare import close
from unrolled.engine import (
    ACTIVATIONS,
    CELLS,
    ForwardOverflow,
    Network,
    draw_parameters,
    explicit_sequence,
    random_sequence,
)
from unrolled.engine.training.step import Gradient, Gradients, by_the_engine

TOPOLOGIES = ("many-to-one", "many-to-many")
PRECISION = {"float64": 1e-11, "float32": 3e-4}


def flat(parameters: dict[str, Any], precision: str = "float64") -> Any:
    return np.concatenate([value.ravel() for value in parameters.values()]).astype(precision)


def both_ways(network: Network, theta: Any, sequence: Any, loss: str) -> list[Gradient]:
    """By the lean way where it serves, and by the cells."""
    lean, cells = (Gradients(network, theta, loss) for _ in range(2))
    cells._lean.serves = lambda sequence: False  # type: ignore[method-assign]
    found = [cells.of(sequence)]
    if lean._lean.serves(sequence):
        found += [lean.of(sequence), lean.of(sequence)]  # the second in arrays that were used
    return found


def compare(found: Gradient, wanted: Gradient, tolerance: float) -> None:
    close("loss", found.loss, wanted.loss, tolerance, tolerance)
    largest = float(np.abs(wanted.vector.plain()).max())
    close("g", found.vector.plain(), wanted.vector.plain(), tolerance, tolerance * largest)
    for ours, theirs in ((found.hidden, wanted.hidden), (found.cell, wanted.cell)):
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            dead = np.isneginf(theirs)
            assert (np.isneginf(ours) == dead).all()
            ratio = 10.0 ** (ours[~dead] - theirs[~dead])
            close("norms", ratio, np.ones_like(ratio), tolerance)


@pytest.mark.parametrize("precision", PRECISION)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("cell", CELLS)
def test_every_way_says_the_same(cell: str, topology: str, layers: int, precision: str) -> None:
    network = Network(cell, topology, "tanh", 2, 5, 3, layers)
    theta = flat(draw_parameters(network, spectral_radius=1.3, seed=3), precision)
    sequence = random_sequence(network, "cross-entropy", steps=8, batch_size=4)
    shapes = network.parameter_shapes()
    double = Gradients(network, theta.astype(np.float64), "cross-entropy")
    wanted = double.by_the_engine(sequence)
    assert wanted.vector.shapes == shapes
    for found in both_ways(network, theta, sequence, "cross-entropy"):
        assert found.passes is None
        compare(found, wanted, PRECISION[precision])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cell", ["simple", "elman", "jordan"])
def test_every_activation(cell: str, activation: str) -> None:
    network = Network(cell, "many-to-many", activation, 2, 6, 3)
    parameters = draw_parameters(network, spectral_radius=1.0, seed=1)
    sequence = random_sequence(network, "squared-error", steps=9, batch_size=3)
    for precision, tolerance in PRECISION.items():
        theta = flat(parameters, precision)
        double = Gradients(network, theta.astype(np.float64), "squared-error")
        wanted = double.by_the_engine(sequence)
        for found in both_ways(network, theta, sequence, "squared-error"):
            compare(found, wanted, tolerance)


@given(
    cell=st.sampled_from(["simple", "lstm", "gru"]),
    sizes=st.tuples(*(st.integers(1, 5) for _ in range(5))),
    scale=st.floats(0.1, 30.0),
    seed=st.integers(0, 2**31),
)
def test_saturated_units_keep_their_digits(
    cell: str, sizes: tuple[int, ...], scale: float, seed: int
) -> None:
    inputs, hidden, outputs, batch, steps = sizes
    network = Network(cell, "many-to-one", "tanh", inputs, hidden, outputs)
    parameters = draw_parameters(network, seed=seed)
    parameters = {name: value * scale for name, value in parameters.items()}
    sequence = random_sequence(network, "squared-error", steps=steps, batch_size=batch, seed=seed)
    wanted = by_the_engine(network, parameters, sequence, "squared-error")
    for found in both_ways(network, flat(parameters), sequence, "squared-error"):
        compare(found, wanted, 1e-10)


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
def test_lengths_resets_and_initial_states(cell: str) -> None:
    network = Network(cell, "many-to-many", "tanh", 2, 4, 3, 2)
    parameters = draw_parameters(network, seed=2)
    random = np.random.default_rng(0)
    cuts = np.zeros((6, 3), dtype=bool)
    cuts[2, 1] = cuts[4, 0] = True
    for resets in (None, cuts):
        sequence = explicit_sequence(
            network,
            "cross-entropy",
            inputs=random.normal(size=(6, 3, 2)),
            targets=random.integers(0, 3, (6, 3)),
            h_0=random.normal(size=(2, 3, 4)),
            c_0=random.normal(size=(2, 3, 4)) if cell == "lstm" else None,
            lengths=[6, 2, 4],
            resets=resets,
        )
        wanted = by_the_engine(network, parameters, sequence, "cross-entropy")
        found = both_ways(network, flat(parameters), sequence, "cross-entropy")
        assert len(found) == (1 if resets is not None or cell == "gru" else 3)
        for one in found:
            compare(one, wanted, 1e-11)


@pytest.mark.parametrize("precision", PRECISION)
@pytest.mark.parametrize("radius", [1e-6, 1e5])
def test_beyond_the_range_logarithms_are_exact(precision: str, radius: float) -> None:
    network = Network("simple", "many-to-one", "linear", 2, 4, 1)
    theta = flat(draw_parameters(network, spectral_radius=radius, seed=0), precision)
    sequence = random_sequence(network, "squared-error", steps=41, batch_size=2)
    double = Gradients(network, theta.astype(np.float64), "squared-error")
    wanted = double.by_the_engine(sequence)
    assert abs(wanted.hidden[0, 0]) > 200.0
    if precision == "float32" and radius > 1.0:
        with pytest.raises(ForwardOverflow):
            Gradients(network, theta, "squared-error").of(sequence)
        return
    for found in both_ways(network, theta, sequence, "squared-error"):
        assert found.passes is not None
        close("log₁₀", found.hidden, wanted.hidden, 1e-9)
        close("log₁₀ ‖g‖", found.vector.norm()[1], wanted.vector.norm()[1], 1e-9)


@pytest.mark.parametrize("precision", PRECISION)
def test_dead_units_are_no_underflow(precision: str) -> None:
    network = Network("simple", "many-to-one", "relu", 2, 4, 1)
    parameters = draw_parameters(network, seed=0)
    parameters["b_h"] -= 100.0
    sequence = random_sequence(network, "squared-error", steps=7, batch_size=2)
    for found in both_ways(network, flat(parameters, precision), sequence, "squared-error"):
        assert found.passes is None
        assert np.isneginf(found.hidden[0, :-1]).all()
        assert np.isfinite(found.hidden[0, -1])


@pytest.mark.parametrize(("cell", "layers"), [("simple", 1), ("simple", 2), ("gru", 1)])
def test_an_overflow_says_where(cell: str, layers: int) -> None:
    network = Network(cell, "many-to-many", "relu" if cell == "simple" else "tanh", 2, 4, 1, layers)
    parameters = draw_parameters(network, seed=0)
    sequence = random_sequence(network, "squared-error", steps=7, batch_size=2)
    parameters["W_hy"] *= np.inf if cell == "gru" else 1.0
    if cell == "simple":
        parameters[f"W_hh_{layers - 1}" if layers > 1 else "W_hh"] *= 1e200
    with pytest.raises(ForwardOverflow) as wanted:
        by_the_engine(network, parameters, sequence, "squared-error")
    gradients = Gradients(network, flat(parameters), "squared-error")
    with pytest.raises(ForwardOverflow) as found:
        gradients.of(sequence)
    for name in ("quantity", "step", "layer"):
        assert getattr(found.value, name) == getattr(wanted.value, name)
    assert found.value.layer == (layers if cell == "simple" else None)
