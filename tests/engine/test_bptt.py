"""Backpropagation through time against one backward pass a loss, and its terms against its sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.backward import Passes, separate_passes
from tests.engine.reference.cases import CELLS, LOSSES, TOPOLOGIES, Case, draws, make
from tests.engine.reference.compare import close, close_log10, norms
from tests.engine.reference.inside import hidden, outputs
from tests.engine.reference.pairs import pairs
from unrolled.engine import Sequence, Truncation

RULES = (
    None,
    Truncation(),
    Truncation("window", 1),
    Truncation("window", 2),
    Truncation("window", 5),
    Truncation("window", 40),
    Truncation("chunk", 1),
    Truncation("chunk", 3),
    Truncation("chunk", 7),
    Truncation("chunk", 40),
)
LONG = {"sizes": (3, 6, 4), "steps": 23, "batch": 3, "h_0": True}


def agree(case: Case, relative: float = 1e-12) -> None:
    """Everything that a backward pass says, against separate passes."""
    flow, expected = case.flow(graph=False, spectral=False), separate_passes(case)
    back = flow.backward
    total = expected.dh.sum(axis=0)
    close("L_t", flow.step_losses[np.array(case.emits) - 1], expected.losses, 1e-13)
    close("∂L/∂h_t", hidden(back), total, relative)
    close("∂L/∂o_t", outputs(back), expected.do.sum(axis=0), relative)
    close_log10("‖∂L/∂h_t‖", flow.hidden_gradient.log10_norm, norms(total, 1), 1e-10)
    for name, gradient in flow.parameter_gradients.items():
        terms = expected.terms[name].sum(axis=0)
        close(f"∂L/∂{name}", gradient.value, terms.sum(axis=0), relative)
        close(f"∂L/∂{name}, its terms", back.steps(name).unscaled(), terms, relative)
        close_log10(f"∂L/∂{name}, its terms", gradient.step_log10_norm, norms(terms, 1), 1e-10)
    assert flow.itemized is not None
    close_log10("‖∂L_i/∂h_t‖", flow.itemized.log10_norm, norms(expected.dh, 2), 1e-10)


@pytest.mark.parametrize(("cell", "topology", "rule"), pairs(CELLS, TOPOLOGIES[1:], RULES), ids=str)
def test_against_separate_passes(cell: str, topology: str, rule: Truncation | None) -> None:
    agree(make(cell, topology, "tanh", "cross-entropy", rule, seed=11, **LONG))  # type: ignore[arg-type]


@draws(40, shrink=False)
@given(
    cell=st.sampled_from(CELLS),
    topology=st.sampled_from(TOPOLOGIES),
    activation=st.sampled_from(["tanh", "sigmoid", "linear"]),
    loss=st.sampled_from(LOSSES),
    rule=st.sampled_from(RULES),
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 18),
    batch=st.integers(1, 4),
    h_0=st.booleans(),
    hidden=st.integers(1, 7),
)
def test_any_experiment_against_separate_passes(
    cell: str,
    topology: str,
    activation: str,
    loss: str,
    rule: Truncation | None,
    seed: int,
    steps: int,
    batch: int,
    h_0: bool,
    hidden: int,
) -> None:
    agree(
        make(
            cell,
            topology,
            activation,
            loss,
            rule,
            sizes=(2, hidden, 3),
            steps=1 if topology == "one-to-one" else steps,
            batch=batch,
            seed=seed,
            h_0=h_0,
        ),
        relative=1e-11,
    )


def parts(case: Case) -> dict[str, tuple[Any, Any]]:
    """Parameter → (its terms, its gradient), as the engine says."""
    flow = case.flow()
    return {
        name: (flow.backward.steps(name).unscaled(), gradient.value)
        for name, gradient in flow.parameter_gradients.items()
    }


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_terms_sum_to_the_gradient(cell: str, rule: Truncation | None) -> None:
    case = make(cell, "many-to-many", "tanh", "squared-error", rule, seed=5, **LONG)  # type: ignore[arg-type]
    for name, (terms, gradient) in parts(case).items():
        assert terms.shape == (23, *gradient.shape)
        close(f"Σ_t of the terms of {name}", terms.sum(axis=0), gradient, 1e-13)


@pytest.mark.parametrize("batch", [1, 2, 5])
@pytest.mark.parametrize("sizes", [(3, 6, 4), (1, 1, 1), (9, 2, 5)])
@pytest.mark.parametrize("cell", CELLS)
def test_the_short_cuts_to_the_norms_are_the_materialised_norms(
    cell: str, sizes: tuple[int, int, int], batch: int
) -> None:
    """‖left‖ ‖right‖ for one sample, Gram matrices for a batch: the same as forming the terms."""
    case = make(cell, "many-to-many", sizes=sizes, steps=9, batch=batch, truncation=Truncation())
    flow = case.flow()
    for name, gradient in flow.parameter_gradients.items():
        formed = norms(flow.backward.steps(name).unscaled(), 1)
        close_log10(f"terms of {name}", gradient.step_log10_norm, formed, 1e-11)
        assert gradient.norm == pytest.approx(float(np.linalg.norm(gradient.value)), rel=1e-13)


def test_terms_whose_samples_cancel() -> None:
    """Two samples that pull against each other: the sum is small, its norm still right."""
    case = make("simple", "many-to-many", "tanh", batch=1, steps=6, h_0=True)
    seq = case.sequence
    assert seq.h_0 is not None
    nearly = 1.0 + 1e-9
    twice = Sequence(
        np.concatenate((seq.inputs, -seq.inputs * nearly), axis=1),
        np.concatenate((np.asarray(seq.targets, float), -seq.targets), axis=1).astype(float),
        6,
        np.concatenate((seq.h_0, -seq.h_0), axis=0),
    )
    parameters = case.parameters | {"b_h": np.zeros(3), "b_y": np.zeros(2)}
    flow = case.with_(sequence=twice, parameters=parameters).flow()
    for name in ("b_h", "b_y"):
        gradient = flow.parameter_gradients[name]
        formed = norms(flow.backward.steps(name).unscaled(), 1)
        assert formed.max() < 1e-6 * np.abs(flow.backward.top.dz).max()
        close_log10(f"terms of {name}", gradient.step_log10_norm, formed, 1e-6, 1e-16)


@pytest.mark.parametrize("cell", CELLS)
def test_a_batch_averages_its_samples(cell: str) -> None:
    case = make(cell, "many-to-many", "tanh", "cross-entropy", Truncation(), batch=4, h_0=True)
    seq, flow = case.sequence, case.flow()
    alone: list[Passes] = []
    assert seq.h_0 is not None
    for b in range(4):
        one = slice(b, b + 1)
        sample = Sequence(seq.inputs[:, one], seq.targets[:, one], 5, seq.h_0[one])
        alone.append(separate_passes(case.with_(sequence=sample)))
    close("L", flow.loss, np.mean([np.sum(passes.losses) for passes in alone]), 1e-13)
    for b, passes in enumerate(alone):
        close(f"∂L/∂h of {b}", hidden(flow.backward)[:, b], passes.dh.sum(axis=0)[:, 0] / 4, 1e-12)
    for name, gradient in flow.parameter_gradients.items():
        mean = np.mean([passes.terms[name].sum(axis=(0, 1)) for passes in alone], axis=0)
        close(f"∂L/∂{name}", gradient.value, mean, 1e-12)


def test_the_total_hides_vanishing_where_every_step_has_a_loss() -> None:
    """Why the diagnosis reads the itemized gradients (contract, "diagnosis")."""
    flow = make(scale=0.2, steps=40, sizes=(3, 6, 4)).flow()
    assert flow.itemized is not None
    assert flow.hidden_gradient.norm.min() > 1e-3
    assert flow.itemized.log10_norm[-1, 0] < -20


def test_hidden_to_hidden_has_one_term_fewer_where_h_0_is_zero() -> None:
    """The notes' sum for W^H ends at T − 1 because h_0 = 0."""
    none = make(steps=6).flow().parameter_gradients
    some = make(steps=6, h_0=True).flow().parameter_gradients
    assert np.isnan(none["W_hh"].step_log10_norm).tolist() == [True] + [False] * 5
    assert not np.isnan(some["W_hh"].step_log10_norm).any()
    assert not np.isnan(none["W_xh"].step_log10_norm).any()
