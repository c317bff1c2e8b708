"""A padded batch counts as its samples one by one, and a reset as two sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import LOSSES, Case, draws, explicit, make
from tests.engine.reference.compare import close
from tests.engine.reference.inside import cells, hidden
from unrolled import engine
from unrolled.engine import CELLS, Truncation

RULES = (None, Truncation(), Truncation("window", 2), Truncation("chunk", 2))
FLOOR = 1e-13


def one_of(case: Case, b: int, end: int, weights: Any, fresh: Any) -> Case:
    """Sample b alone, cut at its end."""
    seq, only = case.sequence, slice(b, b + 1)
    start = [None if s is None else s[..., only, :] for s in (seq.h_0, seq.c_0)]
    fields = {
        "inputs": seq.inputs[:end, only],
        "targets": seq.targets[:end, only],
        "h_0": start[0],
        "c_0": start[1],
        "loss_weights": weights[:end, only],
        "resets": fresh[:end, only],
    }
    if case.network.topology == "one-to-many":
        fields["steps"] = end
    return explicit(case, **fields)


@pytest.mark.parametrize("topology", ["many-to-one", "many-to-many", "one-to-many"])
@pytest.mark.parametrize("cell", CELLS)
@draws(8)
@given(data=st.data())
def test_a_padded_batch_is_its_samples_one_by_one(
    data: st.DataObject, cell: str, topology: str
) -> None:
    steps, batch = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    case = make(
        cell,
        topology,
        loss=data.draw(st.sampled_from(LOSSES)),
        truncation=data.draw(st.sampled_from(RULES)),
        steps=steps,
        batch=batch,
        layers=data.draw(st.integers(1, 2)),
        seed=data.draw(st.integers(0, 2**32 - 1)),
        h_0=data.draw(st.booleans()),
    )
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    ends = random.integers(1, steps + 1, batch)
    emitting = len(case.emits)
    weights = random.choice([0.0, 0.5, 1.0, 3.0], (emitting, batch))
    fresh = random.random((steps, batch)) < data.draw(st.sampled_from([0.0, 0.3]))
    together = explicit(
        case, lengths=ends.tolist(), loss_weights=weights, resets=fresh, **wild(case, ends)
    )
    whole = together.flow(values=True, graph=False, spectral=False)
    assert whole.values is not None
    ones = [
        one_of(case, b, end, weights, fresh).flow(graph=False, spectral=False)
        for b, end in enumerate(ends.tolist())
    ]
    sums: dict[str, Any] = dict.fromkeys(whole.parameter_gradients, 0.0)
    total = 0.0
    for b, (end, alone) in enumerate(zip(ends.tolist(), ones, strict=True)):
        total += 0.0 if np.isnan(alone.loss) else alone.loss / batch
        for name, gradient in alone.parameter_gradients.items():
            sums[name] = sums[name] + gradient.value / batch
        for n, own in enumerate(alone.layers):
            mine = hidden(whole.backward, n)[:, b]
            close("∂L/∂h_t", mine[:end] * batch, hidden(alone.backward, n)[:, 0], 1e-11, FLOOR)
            assert not mine[end:].any()
            if CELLS[cell].has_c:
                close(
                    "∂L/∂c_t",
                    cells(whole.backward, n)[:end, b] * batch,
                    cells(alone.backward, n)[:, 0],
                    1e-11,
                    FLOOR,
                )
            h = whole.layers[n].forward.h[:, b]
            close("h_t", h[:end], own.forward.h[:, 0], 1e-13, FLOOR)
            shown = whole.values.layers[n].h[:, b]
            assert np.isnan(shown[end:]).all()
            assert not np.isnan(shown[:end]).any()
    close("L", 0.0 if np.isnan(whole.loss) else whole.loss, total, 1e-12, FLOOR)
    for name, gradient in whole.parameter_gradients.items():
        close(f"∂L/∂{name}", gradient.value, sums[name], 1e-10, FLOOR)
    itemized_as_one_by_one(whole, ones)


def wild(case: Case, ends: Any) -> dict[str, Any]:
    """Inputs and targets with what no result may show behind every sample's end."""
    seq = case.sequence
    gone = np.arange(seq.steps)[:, np.newaxis] >= ends
    changes = {}
    if len(seq.inputs) == seq.steps:
        changes["inputs"] = np.where(gone[..., np.newaxis], 1e300, seq.inputs)
    if len(seq.targets) == seq.steps and len(case.emits) == seq.steps and case.emits[0] == 1:
        there = gone if seq.targets.ndim == 2 else gone[..., np.newaxis]
        changes["targets"] = np.where(there, 77, seq.targets)
    return changes


def itemized_as_one_by_one(whole: engine.GradientFlow, alone: list[engine.GradientFlow]) -> None:
    """‖∂L_i/∂h_t‖² = Σ_b ‖∂ℓ_i,b/∂h_t,b‖² / B² over the samples that emit at i."""
    assert whole.itemized is not None
    rows = whole.itemized.loss_steps.tolist()
    squares = np.zeros(whole.itemized.log10_norm.shape)
    for flow in alone:
        own = flow.itemized
        assert own is not None
        assert set(own.loss_steps.tolist()) <= set(rows)
        for i, norms in zip(own.loss_steps.tolist(), own.log10_norm, strict=True):
            row = np.nan_to_num(10.0**norms, nan=0.0)
            squares[rows.index(i), : len(row)] += (row / len(alone)) ** 2
    got = np.nan_to_num(10.0**whole.itemized.log10_norm, nan=0.0)
    close("‖∂L_i/∂h_t‖", got, np.sqrt(squares), 1e-11, FLOOR)


MEANS: dict[str, Callable[[engine.GradientFlow], Any]] = {
    "slope": lambda flow: flow.activity.mean_derivative,
    "units": lambda flow: flow.top.saturation.units,
    "gates": lambda flow: None if flow.top.gates is None else list(flow.top.gates.values()),
    "shares": lambda flow: (
        None
        if flow.top.saturation.gates is None
        else [one.saturated for one in flow.top.saturation.gates.values()]
    ),
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", MEANS)
def test_a_mean_counts_the_samples_that_are_there(cell: str, name: str) -> None:
    """Every step's is the mean of the samples' own, over those that are not over."""
    case, ends = make(cell, steps=6, batch=3, seed=3, scale=3.0), [6, 2, 4]
    whole = MEANS[name](explicit(case, lengths=ends).flow())
    ones, none = np.ones((6, 3)), np.zeros((6, 3), dtype=bool)
    alone = [MEANS[name](one_of(case, b, e, ones, none).flow()) for b, e in enumerate(ends)]
    if whole is None:
        assert alone == [None] * 3
        return
    for t in range(6):
        there = [np.asarray(own)[..., t] for own, end in zip(alone, ends, strict=True) if t < end]
        close(name, np.asarray(whole)[..., t], np.mean(there, axis=0), 1e-13)


@pytest.mark.parametrize("cell", CELLS)
def test_spectra_follow_the_first_sample_to_its_own_end(cell: str) -> None:
    case = make(cell, steps=7, batch=2, seed=4, h_0=True, truncation=Truncation())
    ones, none = np.ones((7, 2)), np.zeros((7, 2), dtype=bool)
    whole = explicit(case, lengths=[4, 7]).flow().top.trajectory
    alone = one_of(case, 0, 4, ones, none).flow().top.trajectory
    assert whole is not None
    assert alone is not None
    for name in ("jacobian_log10_norm", "product_log10_norm"):
        mine, other = (getattr(one.spectrum, name) for one in (whole, alone))
        assert len(mine) == 6
        assert np.isnan(mine[3:]).all()
        close(name, mine[:3], other, 1e-12)
    assert whole.lyapunov_exponents is not None
    close("λ", whole.lyapunov_exponents, alone.lyapunov_exponents, 1e-12)
    assert whole.spectrum.initial_log10_norm == pytest.approx(
        alone.spectrum.initial_log10_norm, nan_ok=True
    )


@pytest.mark.parametrize("rule", [None, Truncation(), Truncation("window", 3)], ids=str)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_a_reset_parts_a_sequence_in_two(cell: str, layers: int, rule: Truncation | None) -> None:
    """Steps 1 … 3 with the given start, and 4 … 7 from zero: forward and back."""
    case = make(cell, steps=7, batch=2, seed=5, layers=layers, h_0=True, truncation=rule)
    fresh = np.zeros((7, 2), dtype=bool)
    fresh[3] = True
    whole, seq = explicit(case, resets=fresh).flow(), case.sequence
    first = explicit(case, inputs=seq.inputs[:3], targets=seq.targets[:3]).flow()
    second = explicit(
        case, inputs=seq.inputs[3:], targets=seq.targets[3:], h_0=None, c_0=None
    ).flow()
    assert whole.loss == pytest.approx(first.loss + second.loss, rel=1e-13)
    for name, gradient in whole.parameter_gradients.items():
        parts = [part.parameter_gradients[name].value for part in (first, second)]
        close(name, gradient.value, sum(parts), 1e-11, FLOOR)
    for n in range(layers):
        parts = [hidden(part.backward, n) for part in (first, second)]
        close("∂L/∂h_t", hidden(whole.backward, n), np.concatenate(parts), 1e-12, FLOOR)
    reached = whole.top.initial_gradient.hidden
    alone = first.top.initial_gradient.hidden
    if reached is not None and alone is not None:
        close("∂L/∂h_0", reached.log10_norm, alone.log10_norm, 1e-12)
    assert whole.graph is not None
    crossing = [e for e in whole.graph.edges if e.source.startswith("h_3") and "h_4" in e.target]
    for edge in crossing:
        assert edge.blocked
        assert edge.log10_norm is None


@pytest.mark.parametrize("cell", CELLS)
def test_the_check_agrees_with_masks(cell: str) -> None:
    case = make(cell, steps=6, batch=3, seed=6, loss="cross-entropy", h_0=True, layers=2)
    fresh = np.zeros((6, 3), dtype=bool)
    fresh[[2, 4], [0, 1]] = True
    targets = case.sequence.targets.copy()
    targets[2, 2] = -100
    there = explicit(case, targets=targets, lengths=[5, 6, 3], resets=fresh)
    found = engine.check_gradients(
        there.network,
        there.parameters,
        there.sequence,
        loss=there.loss,
        truncation=Truncation(),
    )
    assert found.worst < 1e-6
    assert all(e.agrees for one in found.parameters.values() for e in one.entries)


def test_an_ignored_class_is_a_weight_of_zero() -> None:
    case = make(steps=5, batch=2, loss="cross-entropy", seed=7)
    targets, weights = case.sequence.targets.copy(), np.ones((5, 2))
    targets[[0, 3], [1, 0]] = -100
    targets[2] = -100
    weights[targets == -100] = 0.0
    one, other = explicit(case, targets=targets), explicit(case, loss_weights=weights)
    assert one.flow().loss == other.flow().loss
    rows = one.flow().itemized
    assert rows is not None
    assert rows.loss_steps.tolist() == [1, 2, 4, 5]
    last = make("lstm", "many-to-one", steps=5, batch=3, loss="cross-entropy", seed=7)
    single = last.sequence.targets.copy()
    single[0, 1] = -100
    flow = explicit(last, targets=single, lengths=[5, 5, 3]).flow()
    assert flow.itemized is not None
    assert flow.itemized.loss_steps.tolist() == [3, 5]
    assert not hidden(flow.backward)[:, 1].any()


def test_what_goes_wrong_behind_the_end_goes_unseen() -> None:
    """An input that no double holds any more, only in the padding."""
    case = make("simple", activation="relu", steps=4, batch=2, seed=9, scale=4.0)
    inputs = case.sequence.inputs.copy()
    inputs[2:, 1] = 1e308
    assert explicit(case, inputs=inputs).flow().overflow is not None
    padded = explicit(case, inputs=inputs, lengths=[4, 2]).flow(values=True)
    assert padded.overflow is None
    assert np.isfinite(padded.loss)
    ones, none = np.ones((4, 2)), np.zeros((4, 2), dtype=bool)
    alone = [one_of(case, b, end, ones, none).flow().activity for b, end in enumerate((4, 2))]
    for name in ("hidden_norm", "output_norm"):
        squares = np.square(getattr(alone[0], name))
        squares[:2] += np.square(getattr(alone[1], name))
        close(name, getattr(padded.activity, name), np.sqrt(squares), 1e-13)


def test_a_given_gradient_is_weighed_as_it_is() -> None:
    """No 1/B; what enters behind an end is left out."""
    case = make("gru", steps=5, batch=2, seed=10)
    net = replace(case.network, output_size=0)
    own = {name: case.parameters[name] for name in net.parameter_shapes()}
    value = np.random.default_rng(0).normal(size=(5, 2, net.hidden_size))
    weights = np.array([[1.0, 0.0], [2.0, 1.0], [1.0, 1.0], [0.5, 1.0], [1.0, 1.0]])
    expected = value * weights[..., np.newaxis]
    expected[3:, 0] = 0.0
    fields: dict[str, Any] = {"inputs": case.sequence.inputs, "loss": "given"}
    flows = [
        engine.gradient_flow(
            net, own, engine.explicit_sequence(net, **fields | more), loss="given", graph=False
        )
        for more in (
            {
                "entering": {"at": "hidden", "value": value},
                "loss_weights": weights,
                "lengths": [3, 5],
            },
            {"entering": {"at": "hidden", "value": expected}, "lengths": [3, 5]},
        )
    ]
    close("∂L/∂h_t", hidden(flows[0].backward), hidden(flows[1].backward), 1e-14)
    close("given", flows[0].backward.do_local, expected, 1e-15)


def test_norms_of_draws_count_the_same() -> None:
    case = make("lstm", steps=5, batch=2, seed=12)
    there = explicit(case, lengths=[3, 5])
    (found,) = engine.gradient_log10_norms(
        there.network, there.parameters, [there.sequence], loss=there.loss
    )
    assert found == pytest.approx(there.flow().clipping.log10_norm_before, rel=1e-13)
