"""Balls on the surface: each path is a loop over single gradients; clipped, also by sample."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.test_landscape import SIGMOID_OF_HALF, by_flow, scalar, wall
from unrolled import engine
from unrolled.engine import OPTIMIZERS, Clip, Descent, Place, Surface, descend, look, with_noise

START = (5.0, -2.7)
ENTRIES = (("W_hh", (0, 0)), ("b_h", (0,)))


def by_hand(rule, g):
    """The notes' two rules on two numbers."""
    if rule.rule == "norm":
        length = math.hypot(*g)
        return g * min(1.0, rule.threshold / length), length > rule.threshold
    if rule.rule == "value":
        clipped = np.clip(g, -rule.threshold, rule.threshold)
        return clipped, bool((clipped != g).any())
    return g, False


@pytest.mark.parametrize("clip", [Clip(), Clip("norm", 1.0), Clip("value", 0.5)])
def test_a_path_is_a_loop_over_the_way_back(clip) -> None:
    surface = wall(20)
    (path,) = descend(surface, [Descent(START, "sgd", 0.02, 12, clip)])
    place, problem = np.array(START), surface._problem
    for n in range(13):
        loss, gradient = by_flow(
            problem.network, problem.parameters, problem.sequence, ENTRIES, [place],
            "squared-error", None,
        )  # fmt: skip
        after, engaged = by_hand(clip, gradient[0])
        np.testing.assert_allclose(path.points[n], place, rtol=1e-9)
        assert path.loss[n] == pytest.approx(loss[0], rel=1e-8)
        assert path.log10_norm[n] == pytest.approx(math.log10(math.hypot(*gradient[0])), abs=1e-8)
        assert path.engaged[n] == engaged
        np.testing.assert_allclose(path.gradient[n], gradient[0], rtol=1e-7)
        np.testing.assert_allclose(path.after[n], after, rtol=1e-7)
        place = place - 0.02 * after
    assert len(path.points) == 13
    assert path.ended is None


def test_balls_do_not_feel_each_other() -> None:
    surface = wall(20)
    balls = [
        Descent(START, "sgd", 0.05, 5, Clip("norm", 1.0)),
        Descent((4.0, -2.0), "momentum", 0.01, 9),
        Descent((6.0, -3.0), "adam", 0.1, 7, Clip("value", 1.0)),
    ]
    together = descend(surface, balls)
    assert [len(path.points) for path in together] == [6, 10, 8]
    for ball, path in zip(balls, together, strict=True):
        (alone,) = descend(surface, [ball])
        np.testing.assert_allclose(alone.points, path.points, rtol=1e-12)


def test_the_clipped_ball_stays_where_the_other_is_thrown_off() -> None:
    start, rate = (4.8, -2.3), 0.03
    balls = [Descent(start, "sgd", rate, 60, clip) for clip in (Clip(), Clip("norm", 0.2))]
    free, clipped = descend(wall(), balls)
    steps = [np.hypot(*np.diff(path.points, axis=0).T).max() for path in (free, clipped)]
    assert steps[0] > 17.0
    assert steps[1] <= rate * 0.2 * (1.0 + 1e-12)
    assert free.loss[-1] == pytest.approx(0.09)
    assert clipped.loss[-1] < 0.001
    assert (sum(free.engaged), sum(clipped.engaged) > 0) == (0, True)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_makes_the_steps_of_its_formula(optimizer) -> None:
    gradients = np.random.default_rng(3).normal(size=(6, 2))
    row = OPTIMIZERS[optimizer]
    memory = tuple(np.zeros(2) for _ in range(row.memory))
    got = []
    for n, g in enumerate(gradients, 1):
        direction, memory = row.direction(g, memory, n)
        got.append(direction)
    weights = 0.9 ** np.arange(6)[::-1]
    velocity = weights @ gradients
    expected = {
        "sgd": gradients[-1],
        "momentum": velocity,
        "nesterov": gradients[-1] + 0.9 * velocity,
        "adam": (0.1 * velocity / (1 - 0.9**6))
        / (
            np.sqrt((0.999 ** np.arange(6)[::-1] @ np.square(gradients)) * 0.001 / (1 - 0.999**6))
            + 1e-8
        ),
    }[optimizer]
    np.testing.assert_allclose(got[-1], expected, rtol=1e-12)


def linear(steps: int, batch: int = 1) -> Surface:
    network = scalar("simple", "many-to-one", "linear", 1, 1)
    sequence = engine.random_sequence(network, "squared-error", steps=steps, batch_size=batch)
    drawn = engine.draw_parameters(network)
    return Surface(network, drawn, sequence, ENTRIES, loss="squared-error")


def test_a_ball_that_leaves_the_doubles_says_so() -> None:
    thrown, outside = descend(
        linear(200), [Descent((30.0, 1.0), steps=5), Descent((1e10, 1.0), steps=5)]
    )
    assert thrown.ended == outside.ended == "overflow"
    assert len(thrown.points) == len(outside.points) == 1
    assert thrown.log10_norm[0] > 500.0
    assert math.isinf(thrown.gradient[0][0])
    assert math.isnan(outside.loss[0])
    assert math.isnan(outside.log10_norm[0])


def test_a_gradient_past_a_double_is_clipped_to_its_threshold() -> None:
    (path,) = descend(linear(200), [Descent((30.0, 1.0), "sgd", 1.0, 1, Clip("norm", 0.5))])
    assert path.engaged[0]
    assert math.hypot(*path.after[0]) == pytest.approx(0.5)
    assert len(path.points) == 2


def test_two_entries_of_one_parameter_are_clipped_together() -> None:
    network = scalar("simple", "many-to-one")
    sequence = engine.random_sequence(network, "squared-error", steps=3)
    parameters = engine.draw_parameters(network)
    entries = (("W_xh", (0, 0)), ("W_xh", (0, 1)))
    surface = Surface(network, parameters, sequence, entries, loss="squared-error")
    found = look(surface, Place((0.3, 0.2), Clip("per-parameter", 1e-3))).clipped
    assert math.hypot(*found.after) == pytest.approx(1e-3)
    apart = Surface(
        network, parameters, sequence, (("W_xh", (0, 0)), ("b_h", (0,))), loss="squared-error"
    )
    found = look(apart, Place((0.3, 0.2), Clip("per-parameter", 1e-3))).clipped
    np.testing.assert_allclose(np.abs(found.after), 1e-3)


@pytest.mark.parametrize("rule", ["norm", "value"])
def test_the_mean_of_clipped_gradients_is_not_the_clipped_mean(rule) -> None:
    surface = wall()
    noisy = with_noise(surface._problem.sequence, 16, 0.2, 3)
    problem = surface._problem
    many = Surface(problem.network, problem.parameters, noisy, ENTRIES, loss="squared-error")
    place = (5.0, 0.5 - SIGMOID_OF_HALF * 5.0)
    clip = Clip(rule, 400.0, per_sample=True)
    found = look(many, Place(place, clip)).clipped
    seen = found.samples
    assert seen is not None
    own, state = [], noisy.h_0
    assert state is not None
    for b in range(16):
        one = engine.Sequence(
            noisy.inputs[:, b : b + 1], noisy.targets[:, b : b + 1], 50, state[b : b + 1]
        )
        own.append(by_flow(problem.network, problem.parameters, one, ENTRIES, [place],
                           "squared-error", None)[1][0])  # fmt: skip
    np.testing.assert_allclose(seen.gradients, own, rtol=1e-7)
    clipped = [by_hand(Clip(rule, 400.0), g)[0] for g in own]
    np.testing.assert_allclose(seen.clipped, clipped, rtol=1e-7)
    np.testing.assert_allclose(seen.mean_of_clipped, np.mean(clipped, axis=0), rtol=1e-7)
    np.testing.assert_allclose(
        seen.clipped_mean, by_hand(Clip(rule, 400.0), np.mean(own, axis=0))[0], rtol=1e-7
    )
    assert seen.engaged == sum(by_hand(Clip(rule, 400.0), g)[1] for g in own)
    assert seen.engaged > 0
    assert abs(seen.ratio - 1.0) > 1e-3
    np.testing.assert_allclose(found.after, seen.mean_of_clipped)


def test_a_batch_is_clipped_sample_by_sample_on_its_way_down() -> None:
    surface = linear(5, batch=4)
    (path,) = descend(surface, [Descent((0.9, 0.3), "sgd", 0.1, 2, Clip("norm", 0.2, True))])
    found = look(surface, Place((0.9, 0.3), Clip("norm", 0.2, True))).clipped
    np.testing.assert_allclose(path.points[1], np.array((0.9, 0.3)) - 0.1 * found.after)
    assert path.engaged[0]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"optimizer": "lion"}, ("optimizer",)),
        ({"learning_rate": 0.0}, ("learning_rate",)),
        ({"learning_rate": math.inf}, ("learning_rate",)),
        ({"steps": 0}, ("steps",)),
        ({"steps": 1001}, ("steps",)),
        ({"start": (math.nan, 1.0)}, ("start",)),
        ({"clip": Clip("backward", 1.0)}, ("clip", "rule")),
    ],
)
def test_what_a_descent_cannot_be(fields, pointer) -> None:
    with pytest.raises(engine.InvalidInput) as refused:
        Descent(**{"start": START} | fields)
    assert refused.value.pointer == pointer


def test_at_most_four_balls() -> None:
    with pytest.raises(engine.InvalidInput, match="received 5; allowed: at most 4"):
        descend(wall(2), [Descent(START)] * 5)


def test_noise_is_for_one_sample_with_numbers() -> None:
    network = scalar()
    several = engine.random_sequence(network, "squared-error", steps=2, batch_size=2)
    classes = engine.random_sequence(network, "cross-entropy", steps=2)
    for sequence in (several, classes):
        with pytest.raises(engine.InvalidInput):
            with_noise(sequence, 4, 0.1, 0)
