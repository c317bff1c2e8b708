"""Clipping on the way back and of each sample, by hand and where gradients leave a double."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import (
    CELLS,
    GATED,
    ROUND,
    Case,
    make,
)
from tests.engine.reference.compare import close, norm
from tests.engine.reference.inside import way_back
from tests.engine.reference.pairs import pairs
from tests.engine.reference.rules import reaches
from unrolled.engine import Clip, Sequence, Truncation
from unrolled.engine.clip.ceiling import clip_backward

ALL = (*CELLS, *ROUND)
"""Those that pass something where their state is 0."""
RULES = [Truncation(), *(Truncation(k, n) for k in ("window", "chunk") for n in (1, 2, 3, 20))]


def by_hand(case: Case, max_norm: float) -> tuple[Any, Any, dict[str, Any]]:
    """The simple cell loss by loss: ‖∂L/∂h_t‖ after, the factors, and parameter → gradient."""
    flow, steps = case.flow(graph=False), case.sequence.steps
    top, p = flow.trace.top, case.parameters
    slope = flow.top.passage.lane(0).slope
    assert slope is not None
    local = flow.backward.do_local @ p["W_hy"]
    rows: dict[int, Any] = {}
    size, scale = np.zeros(steps), np.ones(steps)
    gradients = {name: np.zeros_like(p[name]) for name in ("W_xh", "W_hh", "b_h")}
    for t in range(steps, 0, -1):
        rows = {i: row for i, row in rows.items() if reaches(case.rule, i, t)}
        if t in case.emits:
            rows[t] = local[t - 1]
        total = norm(sum(rows.values()))
        scale[t - 1] = min(1.0, max_norm / total) if total else 1.0
        size[t - 1] = total * scale[t - 1]
        da = {i: row * scale[t - 1] * slope[t - 1] for i, row in rows.items()}
        for each in da.values():
            gradients["W_xh"] += each.T @ top.x[t - 1]
            gradients["W_hh"] += each.T @ top.feedback[t - 1]
            gradients["b_h"] += each.sum(axis=0)
        rows = {i: each @ p["W_hh"] for i, each in da.items()}
    return size, scale, gradients


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("topology", ["many-to-many", "many-to-one"])
@pytest.mark.parametrize("share", [0.05, 0.4, 0.99, 2.0])
def test_backward_by_hand(rule: Truncation, topology: str, share: float) -> None:
    """A window too: every loss's share of ∂L/∂h_t is scaled by the one factor of their sum."""
    case = make("simple", topology, truncation=rule, steps=9, batch=2, h_0=True, scale=1.5)
    free = case.flow(graph=False)
    clip = Clip("backward", share * float(free.hidden_gradient.norm.max()))
    assert clip.threshold is not None
    size, scale, gradients = by_hand(case, clip.threshold)
    flow = case.flow(clip=clip, graph=False)
    report = flow.clipping
    assert report.hidden_gradient is not None
    close("‖∂L/∂h_t‖ after", report.hidden_gradient.norm, size, 1e-12)
    close("step_scale", report.step_scale, scale, 1e-12)
    assert report.engaged == bool((scale < 1.0).any()) == (share < 1.0)
    passage = way_back(case, flow)
    entering = passage.enter(flow.backward.do_local)
    after, _ = clip_backward(passage, entering, clip, flow.backward.gradients())
    parts = after.parts(after.plain())
    for name, gradient in gradients.items():
        close(f"∂L/∂{name} after", parts[name], gradient, 1e-12)
    for name, gradient in flow.parameter_gradients.items():
        close(f"∂L/∂{name} before", gradient.value, free.parameter_gradients[name].value, 0.0)


@pytest.mark.parametrize(
    ("cell", "layers", "rule"),
    pairs(ALL, (1, 3), (Truncation(), Truncation("window", 3), Truncation("chunk", 4))),
    ids=str,
)
def test_a_ceiling_above_everything_changes_nothing(
    cell: str, layers: int, rule: Truncation
) -> None:
    case = make(cell, truncation=rule, steps=7, layers=layers, batch=2)
    free, flow = case.flow(), case.flow(clip=Clip("backward", 1e9))
    report = flow.clipping
    assert not report.engaged
    assert (report.scale, report.cosine) == (1.0, 1.0)
    assert report.norm_after == report.norm_before == free.clipping.norm_before
    assert report.step_scale is not None
    assert report.step_scale.tolist() == [1.0] * 7
    assert report.hidden_gradient is not None
    close("‖∂L/∂h_t‖", report.hidden_gradient.norm, free.hidden_gradient.norm, 1e-12)


def loud(cell: str, layers: int, batch: int) -> Case:
    """Six hundred decades of growth: linear or gated units at 0 and large recurrent weights."""
    activation = "tanh" if cell in GATED else "linear"
    case = make(
        cell, "many-to-one", activation, steps=150, layers=layers, batch=batch, sizes=(1, 1, 1)
    )
    weights = {n: np.ones_like(v) if n[0] == "W" else 0.0 * v for n, v in case.parameters.items()}
    for name in weights:
        if name[:4] in ("W_hh", "W_yh"):
            weights[name] *= 1e5
    case.sequence.inputs[:] = 0.0
    return case.with_(parameters=weights, truncation=Truncation())


@pytest.mark.parametrize("cell", ALL)
@pytest.mark.parametrize("layers", [1, 2])
def test_a_ceiling_tames_what_no_double_holds(cell: str, layers: int) -> None:
    flow = loud(cell, layers, 2).flow(clip=Clip("backward", 0.5), graph=False)
    report = flow.clipping
    assert report.log10_norm_before > 600.0
    assert np.isnan(report.norm_before)
    assert report.engaged
    assert report.hidden_gradient is not None
    assert report.hidden_gradient.norm.max() <= 0.5 * (1.0 + 1e-12)
    assert report.hidden_gradient.norm[0] == pytest.approx(0.5, rel=1e-12)
    assert report.step_scale is not None
    assert (report.step_scale[:-1] < 0.1).all()
    assert 0.0 < report.norm_after < 1e9
    assert report.scale == pytest.approx(0.0, abs=1e-300)


@pytest.mark.parametrize(("cell", "rule"), list(product(ALL, ("norm", "value"))))
def test_samples_that_no_double_holds(cell: str, rule: str) -> None:
    """Of two samples one has a gradient of 1e600 and more, the other none at all."""
    case = loud(cell, 1, 2)
    case.sequence.targets[:, 1] = 0.0
    report = case.flow(clip=Clip(rule, 0.5, per_sample=True), graph=False).clipping
    seen = report.per_sample
    assert seen is not None
    assert np.isnan(seen.norm[0])
    assert seen.norm[1] == 0.0
    assert seen.engaged == 1
    assert report.engaged
    assert report.log10_norm_before > 600.0
    if rule == "norm":
        assert report.norm_after == pytest.approx(0.25, rel=1e-12)
        assert seen.cosine == pytest.approx(1.0, rel=1e-12)
    else:
        assert 0.25 <= report.norm_after <= 1.0


@pytest.mark.parametrize("cell", ALL)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("rule", ["norm", "value"])
def test_each_sample_is_its_own_flow(cell: str, layers: int, rule: str) -> None:
    """‖g_b‖ and its scale are those of sample b alone, and the mean is taken of what is left."""
    case = make(cell, steps=5, batch=4, layers=layers, h_0=True)
    seq = case.sequence
    flows = []
    for b in range(4):
        one = slice(b, b + 1)
        h, c = (None if s is None else s[..., one, :] for s in (seq.h_0, seq.c_0))
        own = Sequence(seq.inputs[:, one], seq.targets[:, one], seq.steps, h, c)
        flows.append(case.with_(sequence=own))
    free = [flow.flow(graph=False).backward.gradients().plain() for flow in flows]
    sizes = [norm(g) if rule == "norm" else float(np.abs(g).max()) for g in free]
    clip = Clip(rule, float(np.median(sizes)))
    reports = [flow.flow(clip=clip, graph=False).clipping for flow in flows]
    whole = case.flow(clip=Clip(rule, clip.threshold, per_sample=True), graph=False).clipping
    seen, most = whole.per_sample, clip.threshold
    assert seen is not None
    assert most is not None
    close("‖g_b‖", seen.norm, [norm(g) for g in free], 1e-12)
    close("scale", seen.scale, [report.scale for report in reports], 1e-12)
    assert seen.engaged == sum(report.engaged for report in reports) == 2
    left = [
        g * min(1.0, most / size) if rule == "norm" else np.clip(g, -most, most)
        for g, size in zip(free, sizes, strict=True)
    ]
    close("‖g after‖", whole.norm_after, norm(np.mean(left, axis=0)), 1e-12)


@pytest.mark.parametrize("cell", ALL)
def test_each_parameter_of_each_sample(cell: str) -> None:
    """Every sample's own parameters to μ, and then the mean."""
    case = make(cell, steps=5, batch=3)
    seq, flows = case.sequence, []
    for b in range(3):
        one = slice(b, b + 1)
        own = Sequence(seq.inputs[:, one], seq.targets[:, one], seq.steps)
        flows.append(case.with_(sequence=own).flow(graph=False))
    free = [{n: g.value for n, g in flow.parameter_gradients.items()} for flow in flows]
    most = float(np.median([norm(g) for each in free for g in each.values()]))
    whole = case.flow(clip=Clip("per-parameter", most, per_sample=True), graph=False)
    left = {
        name: np.mean([each[name] * min(1.0, most / norm(each[name])) for each in free], axis=0)
        for name in free[0]
    }
    for name, gradient in whole.parameter_gradients.items():
        close(f"‖∂L/∂{name} after‖", gradient.clipped_norm, norm(left[name]), 1e-12)
    seen = whole.clipping.per_sample
    assert seen is not None
    assert whole.clipping.per_parameter is None
    assert seen.engaged == sum(any(norm(g) > most for g in each.values()) for each in free) > 0
