"""The one call: what it returns, what it leaves out on request, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import (
    ACTIVATIONS,
    CELLS,
    GATED,
    LOSSES,
    TOPOLOGIES,
    Case,
    make,
)
from tests.engine.reference.compare import norms
from unrolled import engine
from unrolled.engine import InvalidInput, Network, Sequence, Truncation


def test_tables() -> None:
    assert tuple(engine.ACTIVATIONS) == ACTIVATIONS
    assert tuple(engine.LOSSES) == (*LOSSES, "given")
    assert list(engine.CELLS) == [*CELLS, *GATED]
    assert list(engine.INITS) == [
        *("normal", "uniform", "orthogonal", "identity"),
        *("xavier", "he", "keras", "chrono"),
    ]
    assert list(engine.CLIP_RULES) == ["none", "norm", "value", "per-parameter", "backward"]


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("cell", CELLS)
def test_shapes(cell: str, topology: str) -> None:
    steps = 1 if topology == "one-to-one" else 6
    case = make(cell, topology, steps=steps, batch=3)
    flow = case.flow()
    assert flow.steps == steps
    assert flow.cell_gradient is None
    assert flow.step_losses.shape == (steps,)
    assert (np.flatnonzero(~np.isnan(flow.step_losses)) + 1).tolist() == case.emits
    assert flow.loss == pytest.approx(np.nansum(flow.step_losses), rel=1e-14)
    assert flow.hidden_gradient.norm.shape == flow.hidden_gradient.log10_norm.shape == (steps,)
    assert list(flow.parameter_gradients) == list(case.network.parameter_shapes())
    for name, shape in case.network.parameter_shapes().items():
        gradient = flow.parameter_gradients[name]
        assert gradient.value.shape == shape
        assert gradient.step_log10_norm.shape == (steps,)
        if np.isnan(gradient.log10_norm):
            assert gradient.norm == 0.0
        else:
            assert gradient.log10_norm == pytest.approx(np.log10(gradient.norm), abs=1e-14)
        assert gradient.clipped_norm == gradient.norm
    assert flow.spectrum is not None
    assert flow.spectrum.jacobian_log10_norm.shape == (steps - 1,)
    assert flow.clipping.rule == "none"


def test_parts_that_were_not_asked_for_are_left_out() -> None:
    case = make(steps=4)
    whole, bare = case.flow(), case.flow(itemized=False, spectral=False, graph=False)
    assert bare.itemized is None
    assert bare.spectrum is None
    assert bare.graph is None
    assert bare.diagnosis is None
    assert bare.loss == whole.loss
    np.testing.assert_array_equal(bare.hidden_gradient.norm, whole.hidden_gradient.norm)


def test_follow_concerns_the_graph_alone() -> None:
    case = make(steps=6, batch=2)
    all_, one = case.flow(), case.flow(follow=3)
    assert one.graph != all_.graph
    assert one.loss == all_.loss
    assert one.diagnosis == all_.diagnosis
    np.testing.assert_array_equal(one.hidden_gradient.norm, all_.hidden_gradient.norm)
    for name, gradient in all_.parameter_gradients.items():
        np.testing.assert_array_equal(one.parameter_gradients[name].value, gradient.value)


def test_a_truncation_leaves_the_forward_pass_and_the_spectrum_alone() -> None:
    case = make(steps=6)
    free, cut = case.flow(), case.with_(truncation=Truncation("window", 2)).flow()
    np.testing.assert_array_equal(free.trace.h, cut.trace.h)
    assert free.loss == cut.loss
    assert free.spectrum is not None
    assert cut.spectrum is not None
    np.testing.assert_array_equal(free.spectrum.product_log10_norm, cut.spectrum.product_log10_norm)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activity(cell: str, activation: str) -> None:
    flow = make(cell, "many-to-one", activation, steps=5, batch=3).flow()
    trace, seen, slope = flow.trace, flow.activity, flow.top.passage.lane(0).slope
    assert slope is not None
    np.testing.assert_allclose(seen.hidden_norm, norms(trace.h, 1), rtol=1e-14)
    np.testing.assert_allclose(seen.mean_derivative, slope.mean((1, 2)), rtol=1e-14)
    used = np.full(5, cell == "jordan")
    used[-1] = True
    np.testing.assert_allclose(seen.output_norm[used], norms(trace.o, 1)[used], rtol=1e-14)
    assert np.isnan(seen.output_norm[~used]).all()


@pytest.mark.parametrize(
    ("topology", "follow", "allowed"),
    [
        ("many-to-one", 2, "received 2; allowed: null or a step with a loss, 4"),
        ("many-to-many", 0, "received 0; allowed: null or a step with a loss, 1 … 4"),
        ("many-to-many", 5, "received 5; allowed: null or a step with a loss, 1 … 4"),
        ("one-to-many", -1, "received -1; allowed: null or a step with a loss, 1 … 4"),
    ],
)
def test_a_step_without_a_loss_cannot_be_followed(topology: str, follow: int, allowed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make(topology=topology, steps=4).flow(follow=follow)
    assert caught.value.pointer == ("follow",)
    assert caught.value.detail == allowed


def test_an_unknown_loss_is_named() -> None:
    case = make(steps=2).with_(loss="hinge")
    with pytest.raises(InvalidInput) as caught:
        case.flow()
    assert caught.value.pointer == ("loss",)
    assert caught.value.detail.startswith("received 'hinge'; allowed: 'squared-error', 'cross-")


def impulse(w: float, steps: int) -> engine.GradientFlow:
    """A linear unit that hears something at step 1 only, and is asked for it at step T."""
    one, zero = np.ones((1, 1)), np.zeros(1)
    weights = {"W_xh": one, "W_hh": w * one, "b_h": zero, "W_hy": one, "b_y": zero}
    x = np.zeros((steps, 1, 1))
    x[0] = 1.0
    case = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=steps)
    target = np.full((1, 1, 1), -1.0)
    return case.with_(parameters=weights, sequence=Sequence(x, target, steps)).flow()


@pytest.mark.parametrize("steps", [100, 300, 400, 900, 1500])
def test_an_input_long_ago_keeps_its_gradient(steps: int) -> None:
    """∂L/∂W_xh = w^(T−1) and nothing else, although ∂L/∂a_T is 1."""
    gradient = impulse(0.1, steps).parameter_gradients["W_xh"]
    assert gradient.step_log10_norm[0] == pytest.approx(1.0 - steps, rel=1e-12)
    assert np.isnan(gradient.step_log10_norm[1:]).all()
    assert gradient.log10_norm == pytest.approx(1.0 - steps, rel=1e-12)


@pytest.mark.parametrize("steps", [100, 200, 300, 400, 500])
def test_small_states_times_small_gradients(steps: int) -> None:
    """∂L/∂W_hh is a sum of equal terms w^(T−2), as many as a double still holds states for."""
    gradient = impulse(0.1, steps).parameter_gradients["W_hh"]
    terms = gradient.step_log10_norm[~np.isnan(gradient.step_log10_norm)]
    normal = min(steps - 1, 300)
    assert terms[:normal] == pytest.approx(2.0 - steps, rel=1e-11)
    together = 2.0 - steps + np.log10(len(terms))
    assert gradient.log10_norm == pytest.approx(together, abs=1e-3)


def flow_or_refusal(case: Case) -> engine.GradientFlow | InvalidInput:
    try:
        return case.flow(clip=engine.Clip("norm", 1.0))
    except InvalidInput as error:
        return error


def test_a_loss_whose_gradient_overflows() -> None:
    weights = {
        "W_xh": np.zeros((2, 1)),
        "W_hh": np.eye(2),
        "b_h": np.zeros(2),
        "W_hy": np.eye(2),
        "b_y": np.array([1e308, 0.0]),
    }
    case = make(sizes=(1, 2, 2), steps=3).with_(parameters=weights)
    targets = np.zeros((3, 1, 2))
    targets[:, 0, 0] = -1e308
    found = flow_or_refusal(case.with_(sequence=Sequence(np.zeros((3, 1, 1)), targets, 3)))
    if isinstance(found, InvalidInput):
        assert found.pointer[0] in ("weights", "sequence")
    else:
        assert not found.clipping.finite
        assert not found.clipping.engaged
        assert found.clipping.norm_before == np.inf


def test_a_loss_that_overflows_while_its_gradient_does_not() -> None:
    case = make(sizes=(1, 1, 1), steps=2)
    case.sequence.targets[:] = 1e200
    flow = case.flow()
    assert flow.loss == np.inf
    assert flow.clipping.finite
    assert flow.clipping.log10_norm_before == pytest.approx(200.0, abs=2.0)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_jordans_product_of_two_extreme_matrices(size: float) -> None:
    """W_yh W_hy leaves the range of a double: refused in words, or right."""
    one, zero = np.ones((1, 1)), np.zeros(1)
    weights = {"W_xh": zero[None], "W_yh": size * one, "b_h": zero, "W_hy": size * one, "b_y": zero}
    case = make("jordan", truncation=Truncation(), sizes=(1, 1, 1), steps=3)
    found = flow_or_refusal(
        case.with_(
            parameters=weights, sequence=Sequence(np.zeros((3, 1, 1)), np.ones((3, 1, 1)), 3)
        )
    )
    if isinstance(found, InvalidInput):
        assert found.pointer[0] == "weights"
    else:
        assert found.itemized is not None
        step = 2.0 * np.log10(size)
        expected = np.log10(size) + step * np.arange(2, -1, -1)
        np.testing.assert_allclose(found.itemized.log10_norm[2], expected, rtol=1e-13)


def test_a_saturated_unit_and_a_tiny_weight() -> None:
    """f′ = 1e-260 times w = 1e-100 underflows; its logarithm is -360 and must be said."""
    net = Network("simple", "many-to-many", "tanh", 1, 1, 1)
    one, zero = np.ones((1, 1)), np.zeros(1)
    weights = {
        "W_xh": one,
        "W_hh": 1e-100 * one,
        "b_h": np.array([300.0]),
        "W_hy": one,
        "b_y": zero,
    }
    sequence = Sequence(np.zeros((3, 1, 1)), np.zeros((3, 1, 1)), 3)
    flow = engine.gradient_flow(net, weights, sequence, loss="squared-error")
    step = np.log10(4.0) - 600.0 * np.log10(np.e) - 100.0
    assert flow.itemized is not None
    assert flow.spectrum is not None
    np.testing.assert_allclose(flow.itemized.log10_norm[2], [2 * step, step, 0.0], rtol=1e-12)
    np.testing.assert_allclose(flow.spectrum.jacobian_log10_norm, [step, step], rtol=1e-12)


@pytest.mark.parametrize("name", ["1.5", True, None, 1j])
def test_only_numbers_are_numbers(name: Any) -> None:
    net = Network("simple", "many-to-many", "tanh", 1, 1, 1)
    weights = {"W_xh": [[1]], "W_hh": [[name]], "b_h": [0], "W_hy": [[1]], "b_y": [0]}
    with pytest.raises(InvalidInput):
        engine.check_parameters(net, weights)


@pytest.mark.parametrize("power", [-200, -160, -100, 100, 150, 200])
@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("batch", [1, 2])
def test_inputs_of_any_size(power: int, activation: str, cell: str, batch: int) -> None:
    """Without biases these networks are homogeneous: s times the input and the target is s times
    every state and ∂L/∂h, s² times every weight's gradient, and the same decay."""
    case = make(cell, "many-to-many", activation, steps=6, batch=batch, truncation=Truncation())
    quiet = {name: value * (name[0] == "W") for name, value in case.parameters.items()}
    seq, scale = case.sequence, 10.0**power
    case = case.with_(parameters=quiet)
    large = Sequence(seq.inputs * scale, np.asarray(seq.targets * scale, dtype=float), 6)
    one, other = case.flow(), case.with_(sequence=large).flow(clip=engine.Clip("norm", 1.0))
    gap = other.hidden_gradient.log10_norm - one.hidden_gradient.log10_norm
    np.testing.assert_allclose(gap, power, rtol=1e-12)
    assert one.itemized is not None
    assert other.itemized is not None
    pairs = other.itemized.log10_norm - one.itemized.log10_norm
    np.testing.assert_allclose(pairs[np.tril_indices(6)], power, rtol=1e-12)
    for name, gradient in one.parameter_gradients.items():
        times = power * (2 if name[0] == "W" else 1)
        found = other.parameter_gradients[name]
        assert found.log10_norm - gradient.log10_norm == pytest.approx(times, rel=1e-12)
        steps = found.step_log10_norm - gradient.step_log10_norm
        np.testing.assert_allclose(steps[~np.isnan(steps)], times, rtol=1e-12)
    clipping = other.clipping
    assert clipping.finite
    assert clipping.engaged == (power > 0)
    if power > 0:
        assert clipping.norm_after == pytest.approx(1.0, rel=1e-14)
        assert clipping.log10_norm_before > 2 * power - 3


@pytest.mark.parametrize("power", [-250, -200, -160, 100, 150, 160, 250])
@pytest.mark.parametrize("batch", [1, 2])
def test_outputs_weights_of_any_size(power: int, batch: int) -> None:
    """s times W_hy and the target: s times o, s² times ∂L/∂h."""
    case = make("simple", "many-to-many", "tanh", steps=4, batch=batch)
    quiet = case.parameters | {"b_y": np.zeros(2)}
    seq, scale = case.sequence, 10.0**power
    loud = quiet | {"W_hy": quiet["W_hy"] * scale}
    large = Sequence(seq.inputs, np.asarray(seq.targets * scale, dtype=float), 4)
    one = case.with_(parameters=quiet).flow()
    other = case.with_(parameters=loud, sequence=large).flow(clip=engine.Clip("value", 1.0))
    gap = other.hidden_gradient.log10_norm - one.hidden_gradient.log10_norm
    np.testing.assert_allclose(gap, 2 * power, rtol=1e-12)
    assert one.itemized is not None
    assert other.itemized is not None
    pairs = other.itemized.log10_norm - one.itemized.log10_norm
    np.testing.assert_allclose(pairs[np.tril_indices(4)], 2 * power, rtol=1e-12)
    for name, gradient in one.parameter_gradients.items():
        times = power * (1 if name in ("W_hy", "b_y") else 2)
        found = other.parameter_gradients[name]
        assert found.log10_norm - gradient.log10_norm == pytest.approx(times, rel=1e-12)
    assert other.clipping.finite
