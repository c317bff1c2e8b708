"""E and ∂E/∂(p, q) over a grid: the same as one pass back at every point of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.reference.cases import ACTIVATIONS, LOSSES, TOPOLOGIES
from tests.engine.reference.pairs import pairs
from unrolled import engine
from unrolled.engine import Axis, Surface, Truncation, landscape

SIGMOID_OF_HALF = 0.6224593312018546
GATED = {name for name, cell in engine.CELLS.items() if cell.gates}
TRUNCATIONS = [
    None,
    Truncation(),
    Truncation("window", 1),
    Truncation("window", 3),
    Truncation("chunk", 4),
]
LONGEST = 9


def scalar(cell="simple", topology="many-to-many", activation="tanh", inputs=2, outputs=2):
    own = "tanh" if cell in GATED else activation
    return engine.Network(cell, topology, own, inputs, 1, outputs)


def wall(steps: int = 50):
    """Pascanu's network: a_t = w σ(a_{t−1}) + b with a_0 = 0.5, E = (h_T − 0.7)².

    Two outputs both say h, since a squared error is halved.
    """
    network = engine.Network("simple", "many-to-one", "sigmoid", 1, 1, 2)
    parameters = {
        "W_xh": np.zeros((1, 1)),
        "W_hh": np.zeros((1, 1)),
        "b_h": np.zeros(1),
        "W_hy": np.ones((2, 1)),
        "b_y": np.zeros(2),
    }
    sequence = engine.explicit_sequence(
        network,
        "squared-error",
        inputs=np.zeros((steps, 1, 1)),
        targets=[[[0.7, 0.7]]],
        h_0=[[SIGMOID_OF_HALF]],
    )
    entries = (("W_hh", (0, 0)), ("b_h", (0,)))
    return Surface(network, parameters, sequence, entries, loss="squared-error")


def moved(parameters, entries, place):
    """The parameters at one place."""
    own = {name: array.copy() for name, array in parameters.items()}
    for (name, index), value in zip(entries, place, strict=True):
        own[name][index] = value
    return own


def by_flow(network, parameters, sequence, entries, places, loss, truncation):
    """E and both components at every place, by one pass back each."""
    losses, gradients = [], []
    for place in places:
        flow = engine.gradient_flow(
            network, moved(parameters, entries, place), sequence, loss=loss,
            truncation=truncation, spectral=False, graph=False, itemized=False,
        )  # fmt: skip
        losses.append(flow.loss)
        gradients.append([flow.parameter_gradients[name].value[index] for name, index in entries])
    return np.array(losses), np.array(gradients)


def agrees(network, sequence, entries, loss, truncation, seed=0):
    parameters = engine.draw_parameters(network, seed=seed)
    surface = Surface(network, parameters, sequence, entries, loss=loss, truncation=truncation)
    places = np.random.default_rng(seed).normal(size=(5, 2)) * 1.5
    found = surface.at(places)
    losses, gradients = by_flow(network, parameters, sequence, entries, places, loss, truncation)
    np.testing.assert_allclose(found.loss, losses, rtol=1e-12)
    scale = np.abs(gradients).max(axis=1, keepdims=True)
    np.testing.assert_allclose(found.gradient().unscaled() / scale, gradients / scale, atol=1e-11)


@pytest.mark.parametrize(
    ("cell", "topology", "truncation"), pairs(engine.CELLS, TOPOLOGIES[1:], TRUNCATIONS), ids=str
)
def test_every_cell_agrees_with_its_way_back(cell, topology, truncation) -> None:
    network = scalar(cell, topology)
    sequence = engine.random_sequence(network, "cross-entropy", steps=LONGEST, batch_size=3, seed=4)
    past, row = engine.CELLS[cell].recurrent, len(engine.CELLS[cell].gates) or 1
    entries = ((past, (row - 1, 0)), ("b_h", (0,)))
    agrees(network, sequence, entries, "cross-entropy", truncation)


@pytest.mark.parametrize("entry", [("W_xh", (0, 1)), ("W_hy", (1, 0)), ("b_y", (0,))])
@pytest.mark.parametrize("cell", engine.CELLS)
def test_every_parameter_can_be_moved(cell, entry) -> None:
    network = scalar(cell)
    sequence = engine.random_sequence(network, "huber", steps=LONGEST, batch_size=2, seed=1)
    agrees(network, sequence, (entry, ("W_xh", (0, 0))), "huber", Truncation())


def test_the_bias_inside_the_reset_product_can_be_moved() -> None:
    network = scalar("gru")
    sequence = engine.random_sequence(network, "squared-error", steps=LONGEST, seed=1)
    agrees(network, sequence, (("b_hn", (0,)), ("W_hh", (2, 0))), "squared-error", None)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_loss(activation, loss) -> None:
    network = scalar("simple", activation=activation)
    sequence = engine.random_sequence(network, loss, steps=LONGEST, batch_size=2, seed=2)
    agrees(network, sequence, (("W_hh", (0, 0)), ("b_h", (0,))), loss, None)


def test_initial_states_are_read() -> None:
    network = scalar("lstm", "many-to-one")
    drawn = engine.random_sequence(network, "squared-error", steps=4, batch_size=2)
    sequence = engine.explicit_sequence(
        network, "squared-error", inputs=drawn.inputs, targets=drawn.targets,
        h_0=[[0.4], [-0.3]], c_0=[[1.5], [0.2]],
    )  # fmt: skip
    agrees(network, sequence, (("W_hh", (1, 0)), ("b_h", (1,))), "squared-error", None)


def test_the_wall_stands_where_it_was_published() -> None:
    w = 5.0
    found = wall().at(np.array([[w, 0.5 - SIGMOID_OF_HALF * w]]))
    assert found.loss[0] == pytest.approx(0.0060125553, rel=1e-8)
    assert found.gradient().value[0, 0] == pytest.approx(-411.870634, rel=1e-9)


def test_a_grid_has_the_second_axis_first() -> None:
    axes = (Axis("W_hh", (0, 0), 3.0, 6.0, 4), Axis("b_h", (0,), -3.0, 0.0, 3))
    seen = landscape(wall(), axes)
    assert seen.loss.shape == seen.log10_norm.shape == (3, 4)
    there = wall().at(np.array([[seen.values[0][3], seen.values[1][1]]]))
    assert seen.loss[1, 3] == there.loss[0]
    assert 10.0 ** seen.log10_norm[1, 3] == pytest.approx(np.hypot(*there.gradient().value[0]))


def test_many_places_are_parted_and_joined() -> None:
    places = np.stack([np.linspace(3.0, 6.0, 5000), np.full(5000, -2.0)], axis=1)
    surface = wall(5)
    whole = surface.at(places)
    for n in (0, 4095, 4096, 4999):
        assert whole.loss[n] == surface.at(places[n : n + 1]).loss[0]


@pytest.mark.parametrize(("w", "steps"), [(1.9, 3000), (1e-3, 400)])
def test_norms_past_a_double(w, steps) -> None:
    """∂h_T/∂W_xh of a linear unit that reads once is w^(T−1): beyond 1e308, and below 1e-308."""
    network = engine.Network("simple", "one-to-many", "linear", 1, 1, 1)
    network = engine.Network("simple", "many-to-one", "linear", 1, 1, 1)
    inputs = np.zeros((steps, 1, 1))
    tiny = 1e-300 if w > 1.0 else 1.0
    sequence = engine.explicit_sequence(
        network, "squared-error", inputs=inputs, targets=[[[-1.0]]], h_0=[[0.0]]
    )
    sequence.inputs[0] = tiny
    parameters = {
        "W_xh": np.zeros((1, 1)), "W_hh": np.zeros((1, 1)), "b_h": np.zeros(1),
        "W_hy": np.ones((1, 1)), "b_y": np.zeros(1),
    }  # fmt: skip
    entries = (("W_xh", (0, 0)), ("W_hh", (0, 0)))
    surface = Surface(network, parameters, sequence, entries, loss="squared-error")
    found = surface.at(np.array([[0.0, w]]))
    expected = (steps - 1) * math.log10(w) + math.log10(tiny)
    assert found.loss[0] == 0.5
    assert found.gradient().log10_norms()[0] == pytest.approx(expected, rel=1e-12)


def test_an_overflow_of_the_state_is_said_and_leaves_the_others() -> None:
    network = scalar("simple", "many-to-one", "linear", 1, 1)
    sequence = engine.random_sequence(network, "squared-error", steps=400)
    surface = Surface(
        network, engine.draw_parameters(network), sequence,
        (("W_hh", (0, 0)), ("b_h", (0,))), loss="squared-error",
    )  # fmt: skip
    found = surface.at(np.array([[9.0, 1.0], [0.5, 1.0]]))
    assert np.isnan(found.loss).tolist() == [True, False]
    assert np.isnan(found.gradient().log10_norms()).tolist() == [True, False]


def test_a_gradient_of_exactly_zero_has_no_logarithm() -> None:
    surface = wall(3)
    assert math.isnan(surface.at(np.array([[0.0, -800.0]])).gradient().log10_norms()[0])


@pytest.mark.parametrize(
    ("sizes", "pointer", "words"),
    [
        ({"hidden_size": 8}, ("network", "hidden_size"), "received 8; "),
        ({"num_layers": 2}, ("network", "num_layers"), "received 2; "),
    ],
)
def test_one_unit_is_asked_for(sizes, pointer, words) -> None:
    network = engine.Network(
        **{"cell": "simple", "topology": "many-to-one", "activation": "tanh", "input_size": 1,
           "hidden_size": 1, "output_size": 1} | sizes
    )  # fmt: skip
    with pytest.raises(engine.InvalidInput, match="allowed 1") as refused:
        engine.check_scalar(network)
    assert refused.value.pointer == pointer
    assert refused.value.detail.startswith(words)


@pytest.mark.parametrize(
    ("entries", "pointer"),
    [
        ((("W_yh", (0, 0)), ("b_h", (0,))), ("axes", 0, "parameter")),
        ((("b_h", (0,)), ("W_hh", (0, 1))), ("axes", 1, "index")),
        ((("b_h", (0,)), ("W_hh", (0,))), ("axes", 1, "index")),
        ((("b_h", (-1,)), ("W_hh", (0, 0))), ("axes", 0, "index")),
        ((("b_h", (0,)), ("b_h", (0,))), ("axes", 1)),
    ],
)
def test_an_entry_that_is_not_there(entries, pointer) -> None:
    network = scalar()
    sequence = engine.random_sequence(network, "squared-error", steps=2)
    with pytest.raises(engine.InvalidInput) as refused:
        Surface(network, engine.draw_parameters(network), sequence, entries, loss="squared-error")
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("start", "stop", "points", "pointer"),
    [
        (0.0, 1.0, 1, ("axes", 1, "points")),
        (0.0, 1.0, 201, ("axes", 1, "points")),
        (1.0, 1.0, 2, ("axes", 1)),
    ],
)
def test_an_axis_that_goes_nowhere(start, stop, points, pointer) -> None:
    axes = (Axis("W_hh", (0, 0), 3.0, 6.0, 4), Axis("b_h", (0,), start, stop, points))
    with pytest.raises(engine.InvalidInput) as refused:
        landscape(wall(2), axes)
    assert refused.value.pointer == pointer
