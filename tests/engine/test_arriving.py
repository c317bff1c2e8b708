"""What arrives of the last loss at step 1, against the whole backward pass and closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import CELLS, GATED, TOPOLOGIES, Case, make
from unrolled import engine
from unrolled.engine import Arriving, Passage, Row, Sequence, Truncation, backward, verdict_of
from unrolled.engine.choices.parameters import _SEEN, spectral_radius_of
from unrolled.engine.numbers.streams import _DRAWN, REMEMBERED


def arriving(case: Case) -> Arriving:
    return engine.arriving(
        case.network, case.parameters, case.sequence, loss=case.loss, truncation=case.truncation
    )


def chain(w: float, steps: int, activation: str = "linear") -> Case:
    """One unit, h_t = w h_{t−1}, at zero."""
    case = make(activation=activation, topology="many-to-one", sizes=(1, 1, 1), steps=steps)
    one = np.ones((1, 1))
    weights = {"W_xh": one, "W_hh": w * one, "b_h": np.zeros(1), "W_hy": one, "b_y": np.zeros(1)}
    inputs, targets = case.sequence.inputs, case.sequence.targets
    sequence = Sequence(np.zeros_like(inputs), np.full_like(targets, 1.0), steps)
    return case.with_(parameters=weights, sequence=sequence)


@pytest.mark.parametrize("w", [1e-40, 0.5, 1.0, -1.1, 1e40])
def test_a_chain_multiplies_by_w(w: float) -> None:
    found = arriving(chain(w, 100))
    assert found.log10_arriving == pytest.approx(99 * np.log10(abs(w)), rel=1e-12, abs=1e-12)
    assert (found.loss_step, found.first, found.last_loss) == (100, 1, 100)


RULES = [
    None,
    Truncation(),
    Truncation("window", 3),
    Truncation("window", 7),
    Truncation("chunk", 4),
]


@pytest.mark.parametrize("truncation", RULES, ids=str)
@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("cell", [*CELLS, *GATED])
def test_it_is_the_last_row_of_the_whole_state(
    cell: str, topology: str, truncation: Truncation | None
) -> None:
    steps = 1 if topology == "one-to-one" else 7
    case = make(cell, topology, steps=steps, batch=2, truncation=truncation)
    assert_last_row(case)


@pytest.mark.parametrize("cell", [*CELLS, *GATED])
def test_of_layers_it_is_the_last_ones(cell: str) -> None:
    assert_last_row(make(cell, steps=6, batch=2, layers=2, truncation=Truncation()))


def assert_last_row(case: Case) -> None:
    found = arriving(case)
    flow = case.flow()
    said = flow.diagnosis
    assert said is not None
    passage = Passage.of(case.network, case.parameters, flow.trace, case.truncation)
    alone = np.zeros_like(flow.backward.do_local)
    at = found.loss_step
    assert at == said.loss_step or case.sequence.steps == 1
    alone[at - 1] = flow.backward.do_local[at - 1]
    layers = backward(passage, passage.enter(alone)).layers
    assert found.last_loss == case.emits[-1]
    assert found.first == max(1, case.rule.first_reached(at))
    for row, layer in zip(found.rows, layers, strict=True):
        parts = [layer.magnitudes(part).norm for part in range(passage.parts)]
        norms = np.sqrt(np.sum(np.square(parts), axis=0))
        with np.errstate(divide="ignore"):
            expected = Row.of(at, found.first, np.where(norms > 0.0, np.log10(norms), np.nan))
        assert (row is None) == (expected is None)
        if row is not None and expected is not None:
            assert (row.loss_step, row.first) == (expected.loss_step, expected.first)
            np.testing.assert_allclose(row.decades, expected.decades, rtol=1e-12, atol=1e-12)
    assert found.verdict == said.verdict
    assert found.blocked == (said.verdict == "blocked")
    if case.sequence.steps > 1:
        np.testing.assert_allclose(found.log10_arriving, said.log10_arriving, rtol=1e-12)


def test_it_is_the_last_loss_that_has_a_gradient() -> None:
    """Also between the losses of a long sequence's grid."""
    case = chain(0.99, 600)
    case = case.with_(
        network=make(
            topology="many-to-many", sizes=(1, 1, 1), activation="linear", steps=600
        ).network
    )
    targets = np.zeros((600, 1, 1))
    targets[:598] = 1.0
    case = case.with_(sequence=Sequence(np.zeros((600, 1, 1)), targets, 600))
    said = case.flow().diagnosis
    assert said is not None
    assert (said.loss_step, arriving(case).loss_step) == (598, 598)
    assert arriving(case).last_loss == 600
    assert said.log10_arriving == pytest.approx(597 * np.log10(0.99))


def test_units_that_are_off_let_exactly_nothing_through() -> None:
    case = chain(0.9, 9, "relu")
    case.parameters["b_h"][:] = -1.0
    found = arriving(case)
    assert np.isnan(found.log10_arriving)
    assert found.verdict == "vanishing"


def test_an_overflow_leaves_the_steps_before() -> None:
    case = chain(1e200, 9)
    case.sequence.inputs[0] = 1.0
    found = arriving(case)
    assert found.overflow is not None
    assert found.overflow.step == 3
    assert found.loss_step == 0
    assert np.isnan(found.log10_arriving)
    assert found.verdict == "exploding"


NAN = np.nan


@pytest.mark.parametrize(
    ("decades", "verdict"),
    [
        ([0.0], "stable"),
        ([0.0, -0.05], "stable"),
        ([0.0, -0.1], "vanishing"),
        ([0.0, 0.07], "stable"),
        ([0.0, 0.08], "exploding"),
        ([0.0, -2.0, -2.0, -2.0], "stable"),
        ([0.0, -2.0, -2.1, -2.2], "vanishing"),
        ([0.0, -2.0, -1.5, -1.0], "stable"),
        ([0.0, 0.5, 1.0, 1.5], "exploding"),
        ([0.0, 2.0, 1.0, 0.1], "stable"),
        ([0.0, *(-0.04 * k for k in range(1, 30))], "vanishing"),
        ([0.0, *(0.04 * k for k in range(1, 30))], "exploding"),
        ([0.0, *(-0.02 * k for k in range(1, 30))], "stable"),
        ([0.0, 1.0, NAN], "vanishing"),
        ([0.0, 4000.0, 9000.0], "exploding"),
    ],
)
def test_verdicts(decades: Any, verdict: str) -> None:
    row = Row.of(len(decades), 1, np.array(decades[::-1]))
    assert row is not None
    assert verdict_of(row) == verdict


def test_a_windowed_loss_that_reaches_step_1_is_not_blocked() -> None:
    case = chain(0.5, 8)
    for steps, first in ((8, 1), (7, 2), (1, 8)):
        found = arriving(case.with_(truncation=Truncation("window", steps)))
        assert (found.first, found.blocked) == (first, steps == 1)
        expected = (steps - 1) * np.log10(0.5) if steps > 1 else NAN
        assert found.log10_arriving == pytest.approx(expected, nan_ok=True)


def test_radii_that_are_remembered_are_right_and_few() -> None:
    random = np.random.default_rng(0)
    matrices = [random.normal(size=(3, 3)) for _ in range(2 * REMEMBERED)]
    for matrix in [*matrices, *matrices]:
        expected = np.abs(np.linalg.eigvals(matrix)).max()
        assert spectral_radius_of(matrix) == expected
        assert spectral_radius_of(matrix.T.copy()) == pytest.approx(expected)
    assert len(_SEEN) <= REMEMBERED


def test_draws_that_are_remembered_are_the_same_and_few() -> None:
    """They are nobody's to change, and what differs in anything is drawn by itself."""
    network = engine.Network("simple", "many-to-many", "tanh", 2, 3, 2)

    def ask(seed: int, steps: int = 4) -> Any:
        weights = engine.draw_parameters(network, seed=seed)["W_hh"]
        return weights, engine.random_sequence(network, "huber", steps=steps, seed=seed).targets

    weights, targets = (one.copy() for one in ask(0))
    for seed in [0, 0, *range(1, 2 * REMEMBERED), 0]:
        seen = ask(seed)
        assert ((seen[0] == weights).all(), (seen[1] == targets).all()) == (not seed, not seed)
        seen[0][...] = seen[1][...] = 0.0
    assert ask(0, 5)[1].shape == (5, 1, 2)
    assert len(_DRAWN) <= REMEMBERED
