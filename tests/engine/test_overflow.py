"""States that leave the range of a double on the way forward: what came before is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.engine.reference.cases import GATED, PROJECTED, Case, make
from unrolled import engine
from unrolled.engine import Clip, InvalidInput, Sequence, Truncation
from unrolled.engine.numbers.errors import ForwardOverflow

STEPS = 300


def doubling(
    cell: str = "simple",
    topology: str = "many-to-many",
    activation: str = "relu",
    *,
    layers: int = 1,
    out: float = 0.0,
    batch: int = 1,
) -> Case:
    """h_t = 32^(t−1) of the lowest layer: 2^1024 and more at step 206. o_t is 2^out times that."""
    case = make(
        cell,
        topology,
        activation,
        truncation=Truncation(),
        sizes=(1, 1, 1),
        steps=STEPS,
        layers=layers,
        batch=batch,
    )
    weights = {n: np.ones_like(v) if n[0] == "W" else 0.0 * v for n, v in case.parameters.items()}
    weights["W_hy"] = np.full((1, 1), 2.0**out)
    for name in weights:
        if name[:4] in ("W_hh", "W_yh"):
            weights[name] = np.full((1, 1), 32.0 if name in ("W_hh", "W_yh") else 0.5)
    inputs = np.zeros_like(case.sequence.inputs)
    inputs[0] = 1.0
    return case.with_(parameters=weights, sequence=replace(case.sequence, inputs=inputs))


def shortened(case: Case, steps: int) -> Case:
    """The same experiment over its first steps."""
    seq = case.sequence
    return case.with_(
        sequence=Sequence(seq.inputs[:steps], seq.targets[:steps], steps, seq.h_0, seq.c_0)
    )


def same(one: engine.GradientFlow, other: engine.GradientFlow) -> None:
    """Every number of two flows, to the last bit."""
    equal = np.testing.assert_array_equal
    assert one.steps == other.steps
    equal(one.loss, other.loss)
    equal(one.step_losses, other.step_losses)
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        equal(mine.hidden_gradient.log10_norm, theirs.hidden_gradient.log10_norm)
        assert mine.itemized is not None
        assert theirs.itemized is not None
        equal(mine.itemized.log10_norm, theirs.itemized.log10_norm)
        assert mine.trajectory is not None
        assert theirs.trajectory is not None
        one_way, other_way = mine.trajectory.spectrum, theirs.trajectory.spectrum
        equal(one_way.product_log10_norm, other_way.product_log10_norm)
    for name, gradient in one.parameter_gradients.items():
        equal(gradient.value, other.parameter_gradients[name].value)
        equal(gradient.step_log10_norm, other.parameter_gradients[name].step_log10_norm)
    assert one.graph == other.graph
    assert one.follow == other.follow


@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize("topology", ["many-to-many", "one-to-many"])
@pytest.mark.parametrize("layers", [1, 2])
def test_everything_before_it_is_kept(activation: str, topology: str, layers: int) -> None:
    case = doubling("simple", topology, activation, layers=layers)
    flow = case.flow()
    assert flow.overflow is not None
    assert (flow.overflow.quantity, flow.overflow.step, flow.overflow.steps) == ("h", 206, STEPS)
    assert flow.overflow.detail.startswith(
        "h overflows the range of a double at step 206 of 300: use at most 205 steps"
    )
    assert flow.steps == 205
    same(flow, shortened(case, 205).flow())
    assert flow.diagnosis is not None
    assert flow.diagnosis.verdict == ("exploding" if layers == 1 else "vanishing")
    assert flow.diagnosis.summary.endswith(
        f"Shown are the steps before: H{flow.overflow.detail[1:]}."
    )
    assert "nan" not in flow.diagnosis.summary.lower()


@pytest.mark.parametrize(
    ("cell", "out", "quantity", "step"),
    [
        ("simple", 100.0, "o", 186),
        ("elman", 100.0, "o", 186),
        ("elman", 0.0, "h", 206),
        ("jordan", 0.0, "h", 206),
        ("jordan", 2.0, "o", 147),
    ],
)
def test_what_overflows_first_is_named(cell: str, out: float, quantity: str, step: int) -> None:
    """Jordan: o_t = 4 · 128^(t−1), so that its output overflows before its state."""
    case = doubling(cell, out=out)
    flow = case.flow()
    assert flow.overflow is not None
    assert (flow.overflow.quantity, flow.overflow.step) == (quantity, step)
    same(flow, shortened(case, step - 1).flow())


def test_one_sample_is_enough() -> None:
    case = doubling(batch=3)
    quiet = case.sequence.inputs.copy()
    quiet[:, :2] = 0.0
    flow = case.with_(sequence=replace(case.sequence, inputs=quiet)).flow(graph=False)
    assert flow.overflow is not None
    assert flow.overflow.step == 206


CLIPS = [None, Clip("norm", 1.0), Clip("value", 1.0), Clip("backward", 1.0)]
CLIPS += [Clip("norm", 1.0, per_sample=True), Clip("value", 1.0, per_sample=True)]


@pytest.mark.parametrize("clip", CLIPS, ids=str)
@pytest.mark.parametrize("follow", [None, STEPS])
def test_a_loss_that_comes_later_does_not_exist(clip: Clip | None, follow: int | None) -> None:
    flow = doubling(topology="many-to-one", batch=2).flow(clip=clip, follow=follow)
    assert flow.overflow is not None
    assert flow.steps == 205
    assert np.isnan(flow.loss)
    assert np.isnan(flow.step_losses).all()
    assert flow.follow is None
    assert flow.hidden_gradient.norm.tolist() == [0.0] * 205
    assert np.isnan(flow.hidden_gradient.log10_norm).all()
    assert flow.itemized is not None
    assert flow.itemized.log10_norm.shape == (0, 205)
    assert not any(gradient.value.any() for gradient in flow.parameter_gradients.values())
    assert not flow.clipping.engaged
    assert flow.graph is not None
    assert {edge.log10_norm for edge in flow.graph.edges} == {None}
    assert {node.kind for node in flow.graph.nodes} == {"input", "hidden"}
    assert flow.diagnosis is not None
    assert flow.diagnosis.verdict == "exploding"
    assert flow.overflow.detail[1:] in flow.diagnosis.summary
    assert "nan" not in flow.diagnosis.summary.lower()


def test_an_output_that_no_loss_reads_may_overflow() -> None:
    """Many-to-one reads o_T alone: 2^100 · 32^(t−1) overflows from step 186, h from step 206."""
    case = doubling(topology="many-to-one", out=100.0)
    seq = case.sequence
    short = case.with_(sequence=replace(seq, inputs=seq.inputs[:190], steps=190))
    flow = short.flow(graph=False)
    assert flow.overflow is not None
    assert (flow.overflow.quantity, flow.overflow.step, flow.steps) == ("o", 190, 189)
    early = case.with_(sequence=replace(seq, inputs=seq.inputs[:185], steps=185)).flow(graph=False)
    assert early.overflow is None


@pytest.mark.parametrize("topology", ["many-to-many", "many-to-one", "one-to-many"])
def test_an_overflow_at_the_first_step_is_refused(topology: str) -> None:
    case = doubling(topology=topology)
    case.parameters["b_h"][:] = 1e308
    case.parameters["W_xh"][:] = 1e308
    with pytest.raises(ForwardOverflow) as caught:
        case.flow()
    assert caught.value.step == 1
    assert caught.value.pointer == ("weights",)
    assert caught.value.detail == (
        "h overflows the range of a double at step 1 of 300: use smaller weights or smaller inputs"
    )


def test_a_followed_loss_after_the_overflow_becomes_the_last_before_it() -> None:
    case = doubling()
    late, last, early = (case.flow(follow=i) for i in (280, 205, 10))
    assert (late.follow, last.follow, early.follow) == (205, 205, 10)
    same(late, last)
    assert early.graph != late.graph


@pytest.mark.parametrize(
    ("topology", "follow"), [("many-to-many", 0), ("many-to-many", 301), ("many-to-one", 10)]
)
def test_a_step_that_never_has_a_loss_is_refused_all_the_same(topology: str, follow: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        doubling(topology=topology).flow(follow=follow)
    assert caught.value.pointer == ("follow",)


@pytest.mark.parametrize("cell", PROJECTED)
def test_what_no_double_holds_of_a_projected_cells_loop_is_refused(cell: str) -> None:
    """W_hr W_hh is what its spectrum is of."""
    case = make(cell, sizes=(1, 2, 2), steps=3)
    weights = {name: value.copy() for name, value in case.parameters.items()}
    weights["W_hh"][:], weights["W_hr"][:] = 1e300, 1e10
    with pytest.raises(InvalidInput, match="such that a double can hold W_hr W_hh") as refused:
        case.with_(parameters=weights).flow()
    assert refused.value.pointer == ("weights", "W_hh")


@pytest.mark.parametrize("cell", [name for name in GATED if name not in PROJECTED])
def test_a_gated_cell_overflows_where_infinities_meet(cell: str) -> None:
    """The gates bound every state; only ∞ − ∞ in front of a gate leaves the range."""
    case = make(cell, sizes=(1, 2, 2), steps=6)
    weights = {name: value.copy() for name, value in case.parameters.items()}
    weights["W_xh"][:], weights["W_hh"][:], weights["b_h"][:] = 1e300, -1.7e308, 5.0
    if "gru" in cell:
        weights["b_h"][2:4] = -5.0
    inputs = np.zeros((6, 1, 1))
    inputs[1] = 1e10
    case = case.with_(parameters=weights, sequence=replace(case.sequence, inputs=inputs))
    flow, short = case.flow(), shortened(case, 1).flow()
    assert flow.overflow is not None
    assert (flow.overflow.quantity, flow.overflow.step, flow.steps) == ("h", 2, 1)
    assert flow.loss == short.loss
    assert flow.graph == short.graph


def test_a_forward_pass_inside_the_range_says_nothing_of_it() -> None:
    assert shortened(doubling(), 205).flow(graph=False).overflow is None
