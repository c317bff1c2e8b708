"""Clipping on the way back against hooks on h_t, and of each sample against a loop over samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.engine.reference.cases import CELLS, GATED, Case, make
from tests.engine.reference.compare import close, norms
from tests.engine.reference.inside import way_back
from tests.engine.reference.pairs import pairs
from tests.oracle.model import clipped, differentiate, plain, unroll
from unrolled.engine import Clip, Sequence, Truncation
from unrolled.engine.clip.ceiling import clip_backward
from unrolled.engine.clip.samples import clip_each_sample

RELATIVE = 1e-9
FLOOR = 1e-13
LEAST = 1e-6
ALL = (*CELLS, *GATED)
TOPOLOGIES = ("many-to-many", "many-to-one", "one-to-many")


def draw(
    random: np.random.Generator, cell: str, topology: str, rule: Truncation, layers: int
) -> Case:
    """A case whose samples all learn: at a certain target softmax − 1 leaves autograd no digits."""
    free = Clip("norm", 1e300, per_sample=True)
    while True:
        case = _drawn(random, cell, topology, rule, layers)
        report = case.flow(clip=free, graph=False, spectral=False, itemized=False).clipping
        assert report.per_sample is not None
        if min(report.norm_before, report.per_sample.norm.min()) > LEAST:
            return case


def _drawn(
    random: np.random.Generator, cell: str, topology: str, rule: Truncation, layers: int
) -> Case:
    return make(
        cell,
        topology,
        "tanh" if cell in GATED else str(random.choice(["tanh", "sigmoid", "linear"])),
        str(random.choice(["squared-error", "cross-entropy"])),
        rule,
        sizes=(int(random.integers(1, 4)), int(random.integers(1, 6)), int(random.integers(2, 5))),
        steps=int(random.integers(2, 12)),
        batch=int(random.integers(1, 5)),
        seed=int(random.integers(2**32)),
        h_0=bool(random.integers(2)),
        scale=float(random.uniform(0.5, 1.5)),
        layers=layers,
    )


class Hooks:
    """Rescales the gradient of every h_t to norm μ where it is larger, and remembers it."""

    def __init__(self, max_norm: float, layers: int, steps: int) -> None:
        self.max_norm = max_norm
        self.norm, self.scale = np.zeros((layers, steps)), np.ones((layers, steps))

    def __call__(self, h: torch.Tensor, layer: int, t: int) -> None:
        def rescale(gradient: torch.Tensor) -> torch.Tensor:
            norm = float(torch.linalg.vector_norm(gradient))
            factor = self.max_norm / norm if norm > self.max_norm else 1.0
            self.norm[layer, t - 1], self.scale[layer, t - 1] = norm * factor, factor
            return gradient * factor

        if h.requires_grad:
            h.register_hook(rescale)


def detached(rule: Truncation, steps: int) -> set[int]:
    """The steps that nothing crosses into, for the rules that one forward pass can say."""
    if rule.kind == "none":
        return set()
    assert rule.steps is not None
    assert rule.kind == "chunk" or rule.steps == 1
    return {t for t in range(1, steps + 1) if (t - 1) % rule.steps == 0}


def with_hooks(case: Case, max_norm: float) -> tuple[dict[str, Any], Hooks]:
    """One pass back from the sum of the losses: parameter → gradient, and what the hooks saw."""
    steps = case.sequence.steps
    hooks = Hooks(max_norm, case.network.num_layers, steps)
    run = unroll(case, detached(case.rule, steps) - {1}, hooks)
    leaves = [leaf for p in run.weights for leaf in p.values()]
    torch.stack(list(run.losses.values())).sum().backward(inputs=leaves)
    return {
        name: sum(plain(p[name].grad, p[name]) for p in run.weights) for name in case.parameters
    }, hooks


@pytest.mark.parametrize(
    ("cell", "layers", "topology", "kind"),
    pairs(ALL, (1, 2, 3), TOPOLOGIES, ("none", "chunk", "copy"), of=3),
)
def test_backward_is_a_hook_on_every_state(
    random: np.random.Generator, cell: str, layers: int, topology: str, kind: str
) -> None:
    rule = Truncation("window", 1) if kind == "copy" else Truncation()
    if kind == "chunk":
        rule = Truncation("chunk", int(random.integers(1, 6)))
    case = draw(random, cell, topology, rule, layers)
    free = case.flow(graph=False, spectral=False, itemized=False)
    largest = max(own.hidden_gradient.norm.max() for own in free.layers)
    clip = Clip("backward", float(largest * random.uniform(0.05, 1.1)))
    assert clip.threshold is not None

    theirs, hooks = with_hooks(case, clip.threshold)
    flow = case.flow(clip=clip, graph=False, spectral=False, itemized=False)
    report = flow.clipping
    assert report.hidden_gradient is not None
    assert report.step_scale is not None
    close("‖∂L/∂h_t‖", report.hidden_gradient.norm, hooks.norm[-1], RELATIVE, FLOOR)
    close("step_scale", report.step_scale, hooks.scale[-1], RELATIVE, FLOOR)
    assert report.engaged == (hooks.scale < 1.0).any()

    passage = way_back(case, flow)
    entering = passage.enter(flow.backward.do_local)
    after, _ = clip_backward(passage, entering, clip, flow.backward.gradients())
    for name, value in after.parts(after.plain()).items():
        close(f"∂L/∂{name} after", value, theirs[name], RELATIVE, FLOOR)
        norm = flow.parameter_gradients[name].clipped_norm
        close(f"‖∂L/∂{name} after‖", norm, norms(theirs[name], 0), RELATIVE, FLOOR)
    flat = np.concatenate([theirs[name].ravel() for name in case.parameters])
    before = flow.backward.gradients().plain()
    close("‖g after‖", report.norm_after, np.linalg.norm(flat), RELATIVE, FLOOR)
    close("cosine", report.cosine, cosine(before, flat), RELATIVE)


def cosine(u: Any, v: Any) -> float:
    return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))


def sample(case: Case, b: int) -> Case:
    """One sample's sequence alone."""
    seq, one = case.sequence, slice(b, b + 1)
    h, c = (None if s is None else s[..., one, :] for s in (seq.h_0, seq.c_0))
    return case.with_(sequence=Sequence(seq.inputs[:, one], seq.targets[:, one], seq.steps, h, c))


def summed(case: Case) -> dict[str, Any]:
    """Parameter → gradient, by autograd."""
    return {name: terms.sum(axis=0) for name, terms in differentiate(case).terms.items()}


def torch_clips(gradients: dict[str, Any], rule: str, threshold: float) -> Any:
    """PyTorch's clipping as one vector, scaled up meanwhile: its 1e-6 beside ‖g‖ is then lost."""
    size = 1e9 / threshold
    after, _ = clipped({name: g * size for name, g in gradients.items()}, rule, threshold * size)
    return np.concatenate([g.ravel() for g in after.values()]) / size


@pytest.mark.parametrize(
    ("cell", "layers", "rule", "truncation"),
    pairs(ALL, (1, 2), ("norm", "value"), ("none", "window", "chunk"), of=3),
)
def test_each_sample_is_clipped_by_itself(
    random: np.random.Generator, cell: str, layers: int, rule: str, truncation: str
) -> None:
    reach = Truncation()
    if truncation != "none":
        reach = Truncation(truncation, int(random.integers(1, 6)))
    case = draw(random, cell, str(random.choice(TOPOLOGIES)), reach, layers)
    batch = case.sequence.inputs.shape[1]
    each = [summed(sample(case, b)) for b in range(batch)]
    flat = [np.concatenate([g.ravel() for g in one.values()]) for one in each]
    sizes = [np.linalg.norm(g) if rule == "norm" else np.abs(g).max() for g in flat]
    threshold = float(random.uniform(0.3, 1.2) * np.max(sizes))
    after = [torch_clips(one, rule, threshold) for one in each]
    mean = np.mean(after, axis=0)

    clip = Clip(rule, threshold, per_sample=True)
    flow = case.flow(clip=clip, graph=False, spectral=False, itemized=False)
    report, seen = flow.clipping, flow.clipping.per_sample
    assert seen is not None
    close("‖g_b‖", seen.norm, [np.linalg.norm(g) for g in flat], RELATIVE)
    ratios = [np.linalg.norm(a) / np.linalg.norm(g) for a, g in zip(after, flat, strict=True)]
    close("scale", seen.scale, ratios, RELATIVE)
    assert seen.engaged == sum(size > threshold for size in sizes)
    assert report.engaged == (seen.engaged > 0)
    whole = summed(case)
    together = torch_clips(whole, rule, threshold)
    close("cosine of the two means", seen.cosine, cosine(mean, together), RELATIVE)

    back = flow.backward
    found, _ = clip_each_sample(back.factors, back.term_exponents, clip, back.gradients())
    close("mean of the clipped", found.plain(), mean, RELATIVE, FLOOR)
    close("‖g after‖", report.norm_after, np.linalg.norm(mean), RELATIVE, FLOOR)
    before = np.concatenate([g.ravel() for g in whole.values()])
    close("cosine", report.cosine, cosine(before, mean), RELATIVE)
    start = 0
    for name, gradient in flow.parameter_gradients.items():
        stop = start + gradient.value.size
        size = np.linalg.norm(mean[start:stop])
        close(f"‖∂L/∂{name} after‖", gradient.clipped_norm, size, RELATIVE, FLOOR)
        start = stop


def test_one_sample_by_itself_is_the_rule_for_all(random: np.random.Generator) -> None:
    case = draw(random, "lstm", "many-to-many", Truncation(), 1)
    case = sample(case, 0)
    size = case.flow(graph=False).clipping.norm_before
    alone, together = (
        case.flow(clip=Clip("norm", 0.5 * size, per_sample=way), graph=False).clipping
        for way in (True, False)
    )
    close("‖g after‖", alone.norm_after, together.norm_after, RELATIVE)
    close("cosine", alone.cosine, together.cosine, RELATIVE)
    assert alone.per_sample is not None
    close("cosine of the two means", alone.per_sample.cosine, 1.0, RELATIVE)
