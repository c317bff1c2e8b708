"""What arrives of the last loss at step 1, against the whole backward pass and closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine import Arriving, Passage, Row, Sequence, Truncation, backward, verdict_of
from engine.parameters import _RADII, _REMEMBERED, spectral_radius_of
from tests.engine.reference.cases import CELLS, GATED, TOPOLOGIES, Case, make


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
    assert found.log10_norm.shape == (100,)
    assert found.loss_step == 100


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
    passage = Passage.of(case.network, case.parameters, flow.trace, case.truncation)
    alone = np.zeros_like(flow.backward.do_local)
    last = case.emits[-1]
    alone[last - 1] = flow.backward.do_local[last - 1]
    top = backward(passage, passage.enter(alone)).top
    parts = [top.magnitudes(part).norm for part in range(passage.parts)]
    norms = np.sqrt(np.sum(np.square(parts), axis=0))
    with np.errstate(divide="ignore"):
        expected = np.where(norms > 0.0, np.log10(norms), np.nan)
    assert found.loss_step == last
    np.testing.assert_allclose(found.log10_norm, expected[:last], rtol=1e-12, atol=1e-12)
    first = max(1, case.rule.first_reached(last))
    assert found.cut == (first > 1)
    assert np.isnan(found.log10_arriving) == found.cut
    assert not found.cut or found.verdict == "blocked"


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
    assert arriving(case.with_(truncation=Truncation("window", 8))).log10_arriving < 0.0
    assert np.isnan(arriving(case.with_(truncation=Truncation("window", 7))).log10_arriving)


def test_radii_that_are_remembered_are_right_and_few() -> None:
    random = np.random.default_rng(0)
    matrices = [random.normal(size=(3, 3)) for _ in range(2 * _REMEMBERED)]
    for matrix in [*matrices, *matrices]:
        expected = np.abs(np.linalg.eigvals(matrix)).max()
        assert spectral_radius_of(matrix) == expected
        assert spectral_radius_of(matrix.T.copy()) == pytest.approx(expected)
    assert len(_RADII) <= _REMEMBERED
