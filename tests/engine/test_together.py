"""Networks of one shape computed together, against one flow each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.sweeps import NAMES, check, compare, flow_of, said_by, trials
from unrolled.engine import (
    ACTIVATIONS,
    CELLS,
    LOSSES,
    NUMBERS,
    TOPOLOGIES,
    Clip,
    Network,
    Trial,
    Truncation,
    draw_parameters,
    explicit_sequence,
    gradient_flow,
    numbers_of,
    random_sequence,
)
from unrolled.engine.sweep import together
from unrolled.engine.sweep.stack import Stack

VALUED = [name for name, loss in LOSSES.items() if not loss.given]
TRUNCATIONS = (None, Truncation("none"), Truncation("window", 3), Truncation("chunk", 4))
CLIPS = (
    Clip(),
    Clip("norm", 0.5),
    Clip("value", 0.1),
    Clip("per-parameter", 0.3),
    Clip("backward", 0.2),
    Clip("norm", 0.5, per_sample=True),
)


@pytest.fixture
def none_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(trial: Trial, names: Any) -> Any:
        raise AssertionError("computed by itself")

    monkeypatch.setattr(together, "alone", refuse)


@settings(max_examples=60)
@given(data=st.data())
def test_any_experiments_have_the_numbers_of_their_flows(data: st.DataObject) -> None:
    cell = data.draw(st.sampled_from(list(CELLS)), label="cell")
    topology = data.draw(st.sampled_from(list(TOPOLOGIES)), label="topology")
    free = not CELLS[cell].gates
    activation = data.draw(st.sampled_from(list(ACTIVATIONS))) if free else "tanh"
    sizes = [data.draw(st.integers(1, 5)) for _ in range(3)]
    read, hidden, out = sizes
    layers = data.draw(st.integers(1, 3), label="layers")
    network = Network(cell, topology, activation, read, hidden, out, layers)
    one = TOPOLOGIES[topology].single
    radii = data.draw(st.lists(st.sampled_from((0.3, 0.9, 1.0, 1.7, 4.0)), min_size=2, max_size=5))
    some = trials(
        network,
        radii,
        steps=1 if one else data.draw(st.integers(1, 14), label="steps"),
        batch=data.draw(st.integers(1, 3), label="batch"),
        loss=data.draw(st.sampled_from(VALUED), label="loss"),
        truncation=data.draw(st.sampled_from(TRUNCATIONS), label="truncation"),
        clip=data.draw(st.sampled_from(CLIPS), label="clip"),
    )
    check(some)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.usefixtures("none_alone")
def test_every_cell_goes_together(cell: str) -> None:
    check(trials(Network(cell, "many-to-many", "tanh", 3, 6, 4, 2), (0.4, 0.9, 1.6), batch=2))


@pytest.mark.parametrize("cell", [name for name, cell in CELLS.items() if cell.feeds_outputs])
@pytest.mark.parametrize("batch", [1, 2])
def test_what_every_layer_feeds_to_the_outputs_goes_back_in_each_network(
    cell: str, batch: int
) -> None:
    """Where the copy lets a gradient through, it reaches the last layer's state of its own."""
    network = Network(cell, "many-to-one", "tanh", 1, 2, 2, 3)
    check(trials(network, (0.3, 0.9), steps=4, batch=batch, truncation=Truncation("none")))


@pytest.mark.parametrize("cell", [name for name, cell in CELLS.items() if not cell.feeds_outputs])
@pytest.mark.usefixtures("none_alone")
def test_every_cell_goes_together_past_the_range_of_a_double(cell: str) -> None:
    """Shut gates, or weights that shrink: 1e-400 and less is left at the first step."""
    network = Network(cell, "many-to-one", "tanh", 2, 3, 2, 1)
    some = trials(network, (0.001, 0.01, 1.0), steps=300, truncation=Truncation("none"))
    for trial in some[:2]:
        for name, gate in CELLS[cell].keeping.items():
            rows = CELLS[cell].rows("b_h", name, 3)
            trial.parameters["b_h"][rows] -= 8.0 * gate
    reached = [found.numbers["arriving"] for found in numbers_of(some, ("arriving",))]
    assert min(value for value in reached if isinstance(value, float)) < -400.0
    check(some)


@pytest.mark.usefixtures("none_alone")
def test_gradients_that_explode_past_the_range_of_a_double() -> None:
    network = Network("simple", "many-to-one", "linear", 1, 2, 1)
    some = trials(network, (1.0, 15.0, 0.1, 13.0), steps=250, loss="huber")
    reached = [found.numbers["arriving"] for found in numbers_of(some, ("arriving",))]
    assert max(value for value in reached if isinstance(value, float)) > 290.0
    check(some)


@pytest.mark.usefixtures("none_alone")
def test_a_gradient_that_is_lost_in_one_step_is_found() -> None:
    """A step leaves 1e-45: from 1e-135, whose square a double holds, it is 1e-180, whose is 0."""
    network = Network("simple", "many-to-one", "linear", 1, 1, 1)
    some = trials(network, (1e-45, 1.0, 2e-45), steps=6, loss="squared-error")
    (arriving, _, _) = (found.numbers["arriving"] for found in numbers_of(some, ("arriving",)))
    assert arriving == pytest.approx(-225.0)
    check(some)


def test_a_state_that_leaves_the_range_ends_its_own_network_alone() -> None:
    network = Network("simple", "many-to-many", "relu", 2, 3, 2)
    some = trials(network, (0.9, 60.0, 1.1, 80.0), steps=300)
    overflows = [flow_of(trial).overflow for trial in some]
    assert [overflow is not None for overflow in overflows] == [False, True, False, True]
    check(some)


def test_what_cannot_be_computed_says_why() -> None:
    network = Network("simple", "many-to-many", "linear", 1, 1, 1)
    one, other = trials(network, (1.0, 1.0), steps=3, loss="squared-error")
    sequence = explicit_sequence(
        network, "squared-error", inputs=[[[1e308]]] * 3, targets=[[[0.0]]] * 3
    )
    other.parameters["W_xh"][:] = 1e10
    wrong = Trial(network, other.parameters, sequence, one.loss, one.truncation, one.clip)
    found = numbers_of([one, wrong], ("arriving",))
    assert found[0].error is None
    assert found[1].error is not None
    assert "overflows the range of a double at step 1" in found[1].error
    assert found[1].numbers == {"arriving": None}


def test_several_shapes_come_back_in_their_order() -> None:
    networks = [Network(cell, "many-to-one", "tanh", 2, 3, 2) for cell in ("simple", "lstm")]
    some = [
        one for pair in zip(*(trials(n, (0.5, 1.5)) for n in networks), strict=True) for one in pair
    ]
    check([*some, *trials(Network("gru", "many-to-one", "tanh", 2, 4, 2), (1.0,))])


def test_many_are_cut_into_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    some = trials(Network("simple", "many-to-many", "tanh", 2, 3, 2), (0.5, 0.9, 1.0, 1.5, 2.0))
    monkeypatch.setattr(together, "TOGETHER", 2 * some[0].numbers)
    check(some)


def test_weights_that_are_huge_or_tiny_go_by_themselves() -> None:
    for cell in ("simple", "jordan", "lstm-peephole"):
        some = trials(Network(cell, "many-to-many", "tanh", 2, 3, 2), (0.9, 1.1, 0.7), steps=6)
        some[0].parameters["W_hy"][:] *= 1e-160
        some[2].parameters["W_xh"][0] = 1e60
        stack = Stack(some)
        assert stack.sound.tolist() == [False, True, False]
        check(some)


def test_two_directions_and_masks_go_one_by_one() -> None:
    both = Network("lstm", "many-to-one", "tanh", 2, 3, 2, bidirectional=True)
    some = trials(both, (0.5, 1.5))
    found = numbers_of(some, NAMES)
    assert found[0].numbers["verdict"] is None
    assert found[0].numbers["log10_norm"] is not None
    network = Network("gru", "many-to-many", "tanh", 1, 3, 1)
    sequence = explicit_sequence(
        network,
        "huber",
        inputs=np.ones((4, 2, 1)).tolist(),
        targets=np.zeros((4, 2, 1)).tolist(),
        lengths=[4, 2],
    )
    masked = [
        Trial(network, draw_parameters(network, seed=n), sequence, "huber", Truncation(), Clip())
        for n in range(2)
    ]
    check(masked)


def test_a_network_whose_targets_are_met_has_no_gradient() -> None:
    """Every target is met, so that no gradient enters."""
    network = Network("simple", "many-to-many", "tanh", 2, 3, 2)
    some = trials(network, (0.9, 1.1), loss="squared-error")
    silent = some[0].parameters
    silent["W_hy"][:] = 0.0
    met = explicit_sequence(
        network,
        "squared-error",
        inputs=some[0].sequence.inputs.tolist(),
        targets=np.zeros((12, 1, 2)).tolist(),
    )
    some[0] = Trial(network, silent, met, "squared-error", Truncation(), Clip("norm", 1.0))
    found = numbers_of(some, ("arriving", "verdict", "log10_norm", "clipped"))[0]
    assert found.numbers == {
        "arriving": None,
        "verdict": "stable",
        "log10_norm": None,
        "clipped": 0.0,
    }
    check(some)


def test_dead_units_end_their_own_row() -> None:
    network = Network("simple", "many-to-one", "relu", 2, 3, 2)
    some = trials(network, (0.9, 1.1, 1.4), steps=9)
    some[1].parameters["b_h"][:] = -50.0
    check(some)
    assert numbers_of(some, ("verdict",))[1].numbers["verdict"] in ("vanishing", "stable")


def test_every_number_has_a_row_that_is_read_off_a_flow() -> None:
    (trial,) = trials(Network("lstm", "many-to-many", "tanh", 2, 3, 2), (0.9,))
    flow = gradient_flow(
        trial.network,
        trial.parameters,
        trial.sequence,
        loss=trial.loss,
        clip=trial.clip,
        exponents=1,
    )
    wanted = said_by(flow)
    for name in NAMES:
        number = NUMBERS[name]
        compare(name, number.read(flow), wanted[name])
        assert number.words.endswith(".")
        assert number.name == name


def test_one_network_is_computed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    some = trials(Network("simple", "many-to-one", "tanh", 2, 3, 2), (0.9,))
    monkeypatch.setattr(together, "Stack", None)
    check(some)


def test_sequences_may_differ() -> None:
    network = Network("gru", "many-to-many", "tanh", 2, 4, 3)
    weights = draw_parameters(network, seed=1)
    some = [
        Trial(
            network,
            weights,
            random_sequence(network, "cross-entropy", steps=8, batch_size=2, seed=seed),
            "cross-entropy",
            Truncation(),
            Clip("norm", 0.1 * (1 + seed)),
        )
        for seed in range(4)
    ]
    check(some)
