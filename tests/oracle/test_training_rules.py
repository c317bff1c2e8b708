"""What stands between a gradient and a step, against PyTorch: schedules, clip rules, Ω, noise."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.oracle.test_training import UPDATES, begun, check, compared, plans
from tests.oracle.training_peer import Peer, linear
from unrolled.engine import Plan, Sequence
from unrolled.engine.training.noise import noise
from unrolled.engine.training.rules import RULES
from unrolled.engine.training.schedules import SCHEDULES

CLIPS: list[dict[str, Any]] = [
    {"rule": "none"},
    {"rule": "norm", "threshold": 0.15},
    {"rule": "value", "threshold": 0.05},
    {"rule": "per-parameter", "threshold": 0.05},
    {"rule": "autoclip", "percentile": 40.0},
    {"rule": "zclip"},
    {"rule": "backward", "threshold": 0.05},
    {"rule": "norm", "threshold": 0.2, "per_sample": True},
    {"rule": "value", "threshold": 0.05, "per_sample": True},
]
SCHEDULED: list[dict[str, Any]] = [
    {"name": "constant"},
    {"name": "step", "every": 30, "gamma": 0.7},
    {"name": "exponential", "gamma": 0.99},
    {"name": "cosine", "least": 0.1},
    {"name": "warmup", "over": 50},
]


class Rule:
    """A clip rule as its source writes it, on one gradient, with what it remembers."""

    def __init__(self, plan: Plan, shapes: dict[str, tuple[int, ...]]) -> None:
        self.clip, self.sizes = plan.clip, [math.prod(shape) for shape in shapes.values()]
        self.norms: list[float] = []
        self.mean = self.variance = math.nan

    def __call__(self, g: torch.Tensor) -> torch.Tensor:
        """μ/‖g‖ where ‖g‖ > μ; PyTorch's ``clip_grad_norm_`` has 1e-6 more below the line."""
        norm = float(torch.linalg.vector_norm(g))
        name, threshold = self.clip["rule"], self.clip.get("threshold", math.inf)
        if name == "value":
            return g.clamp(-threshold, threshold)
        if name == "per-parameter":
            return torch.cat([self.to(part, threshold) for part in g.split(self.sizes)])
        if name == "autoclip":
            self.norms.append(norm)
            return self.to(g, float(np.percentile(self.norms, self.clip["percentile"])))
        if name == "zclip":
            return self.to(g, self.zclip(norm))
        return self.to(g, threshold)

    @staticmethod
    def to(g: torch.Tensor, threshold: float) -> torch.Tensor:
        """Down to a norm."""
        return g * min(1.0, threshold / float(torch.linalg.vector_norm(g)))

    def zclip(self, norm: float) -> float:
        """Kumar et al. 2025, algorithm 1, with its z = 2.5, α = 0.97 and 25 steps."""
        if len(self.norms) < 25:
            self.norms.append(norm)
            if len(self.norms) == 25:
                self.mean, self.variance = float(np.mean(self.norms)), float(np.var(self.norms))
            return math.inf
        spread = math.sqrt(self.variance)
        z = (norm - self.mean) / spread
        counted = self.mean + 2.5**2 * spread / z if z > 2.5 else norm
        self.mean = 0.97 * self.mean + 0.03 * counted
        self.variance = 0.97 * self.variance + 0.03 * (counted - self.mean) ** 2
        return counted


def by_sample(peer: Peer, sequence: Sequence) -> torch.Tensor:
    """Every sample's own gradient, of all N, (B, N, P)."""
    each, _, _ = peer.forward(sequence)
    batch = each.shape[2]
    found = []
    for b in range(batch):
        (g,) = torch.autograd.grad(batch * each[:, :, b].sum(), peer.theta, retain_graph=True)
        found.append(g)
    return torch.stack(found)


def going_back(peer: Peer, sequence: Sequence, n: int, threshold: float) -> torch.Tensor:
    """The gradient where ∂L/∂h_t of every step is brought to a norm before it goes on."""

    def rescale(gradient: torch.Tensor) -> torch.Tensor:
        norms = torch.linalg.vector_norm(gradient, dim=(1, 2), keepdim=True)
        return gradient * torch.clamp(threshold / norms, max=1.0)

    return peer.back(sequence, rescale).gradients[n]


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
def test_every_rule_and_every_schedule(cell: str) -> None:
    (plan,) = plans("adding", cell)[:1]
    made = [
        replace(plan, clip=clip, schedule=SCHEDULED[n % len(SCHEDULED)], noise=0.01 * (n == 1))
        for n, clip in enumerate(CLIPS)
    ]
    assert {one.clip["rule"] for one in made} == set(RULES)
    assert {one.schedule["name"] for one in made} == set(SCHEDULES)
    trainings = begun(made)
    peer, seen, after = Peer(trainings), [], []
    rules = [Rule(one, peer.shapes) for one in made]
    stream = begun([plan])[0]
    for update in range(1, UPDATES + 1):
        sequence = stream.problem.draw(stream._batches, 3)
        found, samples, taken = peer.back(sequence), by_sample(peer, sequence), []
        for n, (one, rule) in enumerate(zip(made, rules, strict=True)):
            if one.clip.get("per_sample"):
                taken.append(torch.stack([rule(g[n]) for g in samples]).mean(dim=0))
            elif one.clip["rule"] == "backward":
                taken.append(going_back(peer, sequence, n, one.clip["threshold"]))
            else:
                taken.append(rule(found.gradients[n]))
        after.append([float(torch.linalg.vector_norm(g)) for g in taken])
        noisy = noise(made[1].noise, made[1].seed, update, len(taken[1]))
        taken[1] = taken[1] + torch.tensor(noisy)
        peer.take(torch.stack(taken))
        seen.append(found)
    rows = [one.advance(UPDATES) for one in trainings]
    names = [f"{one.clip} {one.schedule['name']}" for one in made]
    check(rows, seen, names)
    for n, (own, name) in enumerate(zip(rows, names, strict=True)):
        compared(f"{name}: ‖g after‖", 10.0**own.log10_after, [one[n] for one in after])
        if name.startswith("{'rule': 'none'"):
            assert not own.engaged.any()
        else:
            assert own.engaged.sum() > 0, name
            assert (own.engaged == (own.log10_after < own.log10_before - 1e-12)).mean() > 0.9


def omega_of(peer: Peer, states: list[Any], n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pascanu's Ω of a simple cell and ∂⁺Ω/∂W_hh, what goes back being constant."""
    weights = peer.parameters()["W_hh"][n].detach().requires_grad_()
    total = torch.zeros((), dtype=torch.float64)
    for t in range(1, len(states)):
        dh, h = states[t][0].grad[n], states[t][0].detach()[n]
        passed = linear((dh * (1.0 - h * h))[None], weights.mT[None])[0]
        ratio = torch.linalg.vector_norm(passed) / torch.linalg.vector_norm(dh)
        total = total + (ratio - 1.0) ** 2
    (gradient,) = torch.autograd.grad(total, weights)
    return total.detach(), gradient


def test_omega() -> None:
    (plan,) = plans("adding", "simple")[:1]
    made = [
        replace(plan, omega=0.05),
        replace(plan, omega=0.3, clip={"rule": "norm", "threshold": 0.5}),
    ]
    trainings = begun(made)
    peer, seen, omegas = Peer(trainings), [], []
    stream = begun([plan])[0]
    place = sum(
        math.prod(peer.shapes[name])
        for name in list(peer.shapes)[: list(peer.shapes).index("W_hh")]
    )
    for _ in range(UPDATES):
        peer.theta.grad = None
        each, states, cells = peer.forward(stream.problem.draw(stream._batches, 3))
        each.sum().backward()
        assert peer.theta.grad is not None
        g, row = peer.theta.grad.clone(), []
        for n, one in enumerate(made):
            value, own = omega_of(peer, states, n)
            g[n, place : place + own.numel()] += one.omega * own.flatten()
            row.append(float(value))
        seen.append(peer.seen(each, g, states, cells))
        omegas.append(row)
        taken = g.clone()
        taken[1] = Rule.to(g[1], 0.5)
        peer.take(taken)
    rows = [one.advance(UPDATES) for one in trainings]
    check(rows, seen, ["Ω", "Ω and clipping"])
    for n, own in enumerate(rows):
        compared("Ω", own.omega, [one[n] for one in omegas])
    assert 0 < rows[1].engaged.sum() < UPDATES
