"""Sequences: the frozen draws, the shapes that a topology takes, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import TOPOLOGIES
from unrolled.engine import (
    InvalidInput,
    Network,
    draw_parameters,
    explicit_sequence,
    random_sequence,
)


def network(topology: str = "many-to-many", sizes: tuple[int, int, int] = (2, 3, 3)) -> Network:
    return Network("simple", topology, "tanh", *sizes)


def test_seed_0_is_frozen() -> None:
    drawn = random_sequence(network(), "cross-entropy", steps=3, batch_size=2, seed=0)
    assert drawn.inputs.ravel()[:4].tolist() == pytest.approx(
        [0.11147652471705069, 0.09861874493811813, -0.5374949256281212, -1.408379223976654],
        rel=1e-13,
    )
    assert drawn.targets.tolist() == [[1, 1], [0, 0], [0, 1]]
    real = random_sequence(network(), "squared-error", steps=1, seed=0)
    assert real.targets.ravel().tolist() == pytest.approx(
        [0.46470898419363105, -0.5100423198493361, -0.7105638196676864], rel=1e-13
    )


def test_parameters_and_sequence_are_drawn_apart() -> None:
    one = random_sequence(network(), "squared-error", steps=4, seed=0)
    draw_parameters(network(), seed=0)
    again = random_sequence(network(), "squared-error", steps=4, seed=0)
    other = random_sequence(network(), "squared-error", steps=4, seed=1)
    np.testing.assert_array_equal(one.inputs, again.inputs)
    np.testing.assert_array_equal(one.targets, again.targets)
    assert not np.array_equal(one.inputs, other.inputs)
    weights = draw_parameters(network(sizes=(2, 2, 2)), seed=0)["W_xh"].ravel() * np.sqrt(2)
    inputs = random_sequence(network(sizes=(2, 2, 2)), "squared-error", steps=2, seed=0).inputs
    assert not np.isclose(weights, inputs.ravel()).any()


def test_a_longer_sequence_begins_like_a_shorter_one() -> None:
    short, long = (random_sequence(network(), "squared-error", steps=n).inputs for n in (3, 30))
    np.testing.assert_array_equal(short, long[:3])


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("loss", ["squared-error", "cross-entropy"])
def test_shapes(topology: str, loss: str) -> None:
    steps = 1 if topology == "one-to-one" else 6
    drawn = random_sequence(network(topology), loss, steps=steps, batch_size=4, seed=2)
    reading = steps if topology.startswith("many") else 1
    emitting = steps if topology.endswith("many") else 1
    assert drawn.steps == steps
    assert drawn.h_0 is None
    assert drawn.inputs.shape == (reading, 4, 2)
    assert drawn.targets.shape == ((emitting, 4) if loss == "cross-entropy" else (emitting, 4, 3))
    given_ = explicit_sequence(
        network(topology), loss, inputs=drawn.inputs.tolist(), targets=drawn.targets.tolist()
    )
    assert given_.steps == steps
    np.testing.assert_array_equal(given_.inputs, drawn.inputs)
    np.testing.assert_array_equal(given_.targets, drawn.targets)


def test_distributions() -> None:
    drawn = random_sequence(network(), "squared-error", steps=500, batch_size=20, seed=9)
    for values in (drawn.inputs, drawn.targets):
        assert abs(float(np.mean(values))) < 5 / np.sqrt(values.size)
        assert float(np.std(values)) == pytest.approx(1.0, abs=5 / np.sqrt(2 * values.size))
    classes = random_sequence(network(), "cross-entropy", steps=500, batch_size=20, seed=9).targets
    counts = np.bincount(classes.ravel().astype(int), minlength=3)
    assert len(counts) == 3
    assert np.abs(counts - 10_000 / 3).max() < 5 * np.sqrt(10_000 * 2 / 9)


@pytest.mark.parametrize(
    ("topology", "options", "field", "words"),
    [
        ("many-to-many", {"steps": 0}, "steps", "received 0; allowed: a whole number from 1"),
        ("many-to-many", {"steps": 2, "batch_size": 0}, "batch_size", "received 0; allowed: a w"),
        ("many-to-many", {"steps": 2, "seed": -4}, "seed", "received -4; allowed: a whole numb"),
        ("one-to-one", {"steps": 2}, "steps", "received 2 steps; one-to-one has exactly 1"),
    ],
)
def test_errors_of_a_draw(topology: str, options: dict[str, int], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        random_sequence(network(topology), "squared-error", **options)
    assert caught.value.pointer == ("sequence", field)
    assert caught.value.detail.startswith(words)


def test_an_unknown_loss_is_named() -> None:
    for call in (
        lambda: random_sequence(network(), "hinge", steps=2),
        lambda: explicit_sequence(network(), "hinge", inputs=[[[0, 0]]], targets=[[0]]),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.pointer == ("loss",)
        assert caught.value.detail == (
            "received 'hinge'; allowed: 'squared-error', 'cross-entropy', 'huber', "
            "'binary-cross-entropy', 'given'"
        )


TWO = [[[1.0, 2.0]], [[3.0, 4.0]]]


@pytest.mark.parametrize(
    ("topology", "changes", "pointer", "words"),
    [
        ("many-to-many", {"inputs": []}, ("sequence", "inputs"), "received nothing"),
        ("many-to-many", {"inputs": 3}, ("sequence", "inputs"), "received nothing"),
        ("many-to-many", {"targets": [[]]}, ("sequence", "targets"), "received nothing"),
        ("many-to-many", {"targets": [[0]]}, ("sequence", "targets"), "received 1 steps; many-to"),
        ("many-to-one", {}, ("sequence", "targets"), "received 2 steps; many-to-one over 2 steps"),
        ("one-to-many", {}, ("sequence", "inputs"), "received 2 steps; one-to-many reads 1 input"),
        ("one-to-one", {"targets": [[0]]}, ("sequence", "inputs"), "received 2 steps"),
        ("many-to-many", {"steps": 3}, ("sequence", "steps"), "received 3, but the arrays hold 2"),
        ("many-to-many", {"inputs": [[[1]], [[2]]]}, ("sequence", "inputs"), "received shape"),
        (
            "many-to-many",
            {"targets": [[0], [3]]},
            ("sequence", "targets", 1, 0),
            "received 3; allowed: c",
        ),
        ("many-to-many", {"targets": [[0], [-1]]}, ("sequence", "targets", 1, 0), "received -1; "),
        ("many-to-many", {"targets": [[0.5], [1]]}, ("sequence", "targets", 0, 0), "received 0.5"),
        ("many-to-many", {"targets": [[0, 1], [0, 1]]}, ("sequence", "targets"), "received shape"),
        ("many-to-many", {"h_0": [[1.0, 2.0]]}, ("sequence", "h_0"), "received shape (1, 2); need"),
        ("many-to-many", {"h_0": [[1, 2, np.nan]]}, ("sequence", "h_0"), "holds a number that is"),
    ],
)
def test_errors_of_given_arrays(
    topology: str, changes: dict[str, Any], pointer: tuple[str, ...], words: str
) -> None:
    arrays: dict[str, Any] = {"inputs": TWO, "targets": [[0], [1]], **changes}
    with pytest.raises(InvalidInput) as caught:
        explicit_sequence(network(topology), "cross-entropy", **arrays)
    assert caught.value.pointer == pointer
    assert caught.value.detail.startswith(words)


def test_targets_that_are_numbers_need_the_output_size() -> None:
    with pytest.raises(InvalidInput) as caught:
        explicit_sequence(network(), "squared-error", inputs=TWO, targets=[[[1.0]], [[2.0]]])
    assert caught.value.detail == "received shape (2, 1, 1); needed: (2, 1, 3)"


def test_targets_say_how_long_one_to_many_runs() -> None:
    given_ = explicit_sequence(
        network("one-to-many"),
        "cross-entropy",
        inputs=[[[1, 2]]],
        targets=[[0], [1], [2]],
        steps=3,
        h_0=[[1, 2, 3]],
    )
    assert given_.steps == 3
    assert given_.targets.dtype == np.int64
    assert given_.h_0 is not None
    assert given_.h_0.tolist() == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize("bad", [-0.1, 1.5, 2.0])
def test_targets_outside_the_domain_of_their_loss(bad: float) -> None:
    targets = [[[0.0, 1.0, 0.5]], [[1.0, bad, 0.0]]]
    with pytest.raises(InvalidInput) as caught:
        explicit_sequence(network(), "binary-cross-entropy", inputs=TWO, targets=targets)
    assert caught.value.pointer == ("sequence", "targets", 1, 0, 1)
    assert caught.value.detail == (
        f"received {bad:g}; allowed with binary-cross-entropy: numbers from 0 to 1"
    )
    free = explicit_sequence(network(), "huber", inputs=TWO, targets=targets)
    assert free.targets[1, 0, 1] == bad


def test_random_targets_of_a_binary_loss_are_zeros_and_ones() -> None:
    drawn = random_sequence(network(), "binary-cross-entropy", steps=200, batch_size=3, seed=1)
    assert drawn.targets.shape == (200, 3, 3)
    assert set(np.unique(drawn.targets)) == {0.0, 1.0}
    assert drawn.targets.mean() == pytest.approx(0.5, abs=0.07)
