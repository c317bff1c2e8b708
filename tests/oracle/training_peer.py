"""A training in PyTorch: several trainings of one cell and task side by side, by autograd."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from unrolled.engine import Plan, Sequence, Training
from unrolled.engine.choices.topologies import TOPOLOGIES

OPTIMIZERS = {
    "sgd": lambda p, s: torch.optim.SGD(p, s["learning_rate"], weight_decay=s["weight_decay"]),
    "momentum": lambda p, s: torch.optim.SGD(
        p, s["learning_rate"], s["momentum"], weight_decay=s["weight_decay"]
    ),
    "nesterov": lambda p, s: torch.optim.SGD(
        p, s["learning_rate"], s["momentum"], weight_decay=s["weight_decay"], nesterov=True
    ),
    "rmsprop": lambda p, s: torch.optim.RMSprop(
        p, s["learning_rate"], s["alpha"], s["eps"], s["weight_decay"]
    ),
    "adam": lambda p, s: torch.optim.Adam(
        p, s["learning_rate"], (s["beta_1"], s["beta_2"]), s["eps"], s["weight_decay"]
    ),
    "adamw": lambda p, s: torch.optim.AdamW(
        p, s["learning_rate"], (s["beta_1"], s["beta_2"]), s["eps"], s["weight_decay"]
    ),
}


def scheduler(optimizer: Any, plan: Plan) -> Any:
    """PyTorch's own of the same name; warm-up is its ``LinearLR``."""
    s, of = plan.schedule, torch.optim.lr_scheduler
    rate = plan.optimizer["learning_rate"]
    return {
        "step": lambda: of.StepLR(optimizer, s["every"], s["gamma"]),
        "exponential": lambda: of.ExponentialLR(optimizer, s["gamma"]),
        "cosine": lambda: of.CosineAnnealingLR(optimizer, plan.updates, s["least"] * rate),
        "warmup": lambda: of.LinearLR(optimizer, 1.0 / s["over"], 1.0, s["over"] - 1),
    }[s["name"]]()


@dataclass
class Seen:
    """What one update was: of N trainings side by side."""

    losses: torch.Tensor
    gradients: torch.Tensor
    hidden: torch.Tensor
    cell: torch.Tensor | None


class Peer:
    """N trainings whose plans differ in what makes a step of a gradient, and in nothing else."""

    def __init__(self, trainings: list[Training]) -> None:
        first = trainings[0]
        self.plans = [one.plan for one in trainings]
        self.network, self.problem = first.network, first.problem
        self.shapes = self.network.parameter_shapes()
        rows = [np.concatenate([w.ravel() for w in t.parameters.values()]) for t in trainings]
        self.theta = torch.tensor(np.stack(rows), requires_grad=True)
        self.own = [torch.nn.Parameter(row.clone()) for row in self.theta.detach()]
        self.optimizers: list[Any] = [
            OPTIMIZERS[plan.optimizer["name"]]([own], plan.optimizer)
            for own, plan in zip(self.own, self.plans, strict=True)
        ]
        self.schedulers = [
            None if plan.schedule["name"] == "constant" else scheduler(optimizer, plan)
            for optimizer, plan in zip(self.optimizers, self.plans, strict=True)
        ]

    def parameters(self) -> dict[str, torch.Tensor]:
        """Each parameter of all N, (N, …)."""
        parts = self.theta.split([math.prod(shape) for shape in self.shapes.values()], dim=1)
        return {
            name: part.reshape(-1, *shape)
            for part, (name, shape) in zip(parts, self.shapes.items(), strict=True)
        }

    def forward(
        self, sequence: Sequence, hook: Any = None
    ) -> tuple[torch.Tensor, list[Any], list[Any]]:
        """ℓ_tb of all N at the steps that emit, weighed, (S, N, B); and every h_t and c_t."""
        p, count = self.parameters(), len(self.plans)
        x = torch.tensor(sequence.inputs).unsqueeze(1).expand(-1, count, -1, -1)
        emits = sequence.emitting(TOPOLOGIES[self.network.topology])
        shape = count, x.shape[2], self.network.hidden_size
        h, c = (
            [torch.zeros(*shape[:2], width, dtype=torch.float64)] * self.network.num_layers
            for width in self.network.widths.values()
        )
        o = torch.zeros(*shape[:2], self.network.output_size, dtype=torch.float64)
        states, cells, outputs = [], [], []
        copies = self.network.cell in ("elman", "jordan")
        owns = [self.of_layer(p, n) for n in range(self.network.num_layers)]
        rows = x.transpose(0, 1).reshape(count, -1, x.shape[3])
        enters = linear(rows, owns[0]["W_xh"], owns[0]["b_h"])
        first = enters.reshape(count, len(x), shape[1], -1).unbind(1)
        for t in range(sequence.steps):
            below = first[t]
            own_h: list[Any] = []
            own_c: list[Any] = []
            if copies:
                h, o = [one.detach() for one in h], o.detach()
            for n in range(self.network.num_layers):
                own = owns[n]
                reads = linear(below, own["W_xh"], own["b_h"]) if n else below
                new_h, new_c = step(self.network.cell, own, reads, h[n], c[n], o)
                for one in (new_h, new_c):
                    if one.requires_grad:
                        one.retain_grad()
                if hook is not None:
                    new_h.register_hook(hook)
                own_h, own_c, below = [*own_h, new_h], [*own_c, new_c], new_h
            h, c = own_h, own_c
            o = linear(below, p["W_hy"], p["b_y"])
            states.append(h)
            cells.append(c)
            if emits[t]:
                outputs.append(o)
        loss = each_loss(self.problem.loss, torch.stack(outputs), torch.tensor(sequence.targets))
        if sequence.weights is not None:
            loss = loss * torch.tensor(sequence.weights)[:, None]
        return loss / shape[1], states, cells

    def of_layer(self, p: dict[str, torch.Tensor], n: int) -> dict[str, torch.Tensor]:
        """One layer's under their plain names, and the outputs'."""
        end = f"_{n}" if n else ""
        return {k.removesuffix(end): v for k, v in p.items() if k.endswith(end)}

    def back(self, sequence: Sequence, hook: Any = None) -> Seen:
        """One pass forward and back."""
        self.theta.grad = None
        each, states, cells = self.forward(sequence, hook)
        each.sum().backward()
        assert self.theta.grad is not None
        return self.seen(each, self.theta.grad.clone(), states, cells)

    def seen(
        self, each: torch.Tensor, g: torch.Tensor, states: list[Any], cells: list[Any]
    ) -> Seen:
        """What a pass back has left."""
        c = grads(cells) if "lstm" in self.network.cell else None
        return Seen(each.detach().sum(dim=(0, 2)), g, grads(states), c)

    def take(self, after: torch.Tensor) -> None:
        """A step of every optimizer, each by its own gradient."""
        for n, (own, optimizer) in enumerate(zip(self.own, self.optimizers, strict=True)):
            own.grad = after[n].clone()
            optimizer.step()
            schedule = self.schedulers[n]
            if schedule is not None:
                schedule.step()
        with torch.no_grad():
            self.theta.copy_(torch.stack([own.detach() for own in self.own]))


def grads(states: list[list[torch.Tensor]]) -> torch.Tensor:
    """‖∂L/∂(state)‖ over the batch, (N, layers, T)."""
    found = [
        [torch.zeros_like(one) if one.grad is None else one.grad for one in at] for at in states
    ]
    stacked = torch.stack([torch.stack(at) for at in found])
    norms: torch.Tensor = torch.linalg.vector_norm(stacked, dim=(3, 4))
    return norms.permute(2, 1, 0)


def each_loss(loss: str, o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """ℓ_tb of all N, (S, N, B)."""
    if loss == "cross-entropy":
        shape = o.shape[:3]
        targets = y.unsqueeze(1).expand(shape)
        return functional.cross_entropy(
            o.reshape(-1, o.shape[3]), targets.reshape(-1), reduction="none"
        ).reshape(shape)
    return 0.5 * (o - y.unsqueeze(1)).square().sum(dim=3)


def linear(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None) -> torch.Tensor:
    """x Wᵀ + b of all N."""
    return torch.bmm(x, w.mT) if b is None else torch.baddbmm(b.unsqueeze(1), x, w.mT)


def step(
    cell: str,
    p: dict[str, torch.Tensor],
    enters: torch.Tensor,
    h: torch.Tensor,
    c: torch.Tensor,
    o: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """(h_t, c_t) of one layer, of all N, from W_xh x_t + b_h."""
    if cell in ("simple", "elman"):
        return torch.tanh(enters + linear(h, p["W_hh"])), c
    if cell == "jordan":
        return torch.tanh(enters + linear(o, p["W_yh"])), c
    if cell.startswith("lstm"):
        f_of = torch.relu if cell == "lstm-relu" else torch.tanh
        i, f, g, out = (enters + linear(h, p["W_hh"])).chunk(4, dim=-1)
        if cell == "lstm-peephole":
            i, f = i + p["p_i"].unsqueeze(1) * c, f + p["p_f"].unsqueeze(1) * c
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * f_of(g)
        if cell == "lstm-peephole":
            out = out + p["p_o"].unsqueeze(1) * c
        m = torch.sigmoid(out) * f_of(c)
        return (linear(m, p["W_hr"]) if cell == "lstm-projected" else m), c
    hidden = h.shape[-1]
    if cell == "gru":
        r, z, n = enters.chunk(3, dim=-1)
        of_r, of_z, of_n = linear(h, p["W_hh"]).chunk(3, dim=-1)
        r, z = torch.sigmoid(r + of_r), torch.sigmoid(z + of_z)
        n = torch.tanh(n + r * (of_n + p["b_hn"].unsqueeze(1)))
        return (1.0 - z) * n + z * h, c
    rows = p["W_hh"].split(hidden, dim=1)
    parts = enters.split(hidden, dim=-1)
    gates = [torch.sigmoid(a + linear(h, w)) for a, w in zip(parts[:-1], rows[:-1], strict=True)]
    n = torch.tanh(parts[-1] + linear(gates[0] * h, rows[-1]))
    kept = gates[1] if cell == "gru-reset-before" else 1.0 - gates[0]
    return kept * h + (1.0 - kept) * n, c
