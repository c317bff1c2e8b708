"""The contract's networks in PyTorch, truncated with detach() and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.engine.reference.cases import Case

ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "linear": lambda a: a,
}


@dataclass
class Unrolled:
    """One forward pass whose graph autograd keeps.

    Attributes:
        weights: one leaf for every parameter and step, so that per-step terms can be read off.
        h: states h_1 … h_T.
        o: outputs.
        losses: step → L_t.
    """

    weights: list[dict[str, torch.Tensor]]
    h: list[torch.Tensor]
    o: list[torch.Tensor]
    losses: dict[int, torch.Tensor]


def unroll(case: Case, detached: set[int]) -> Unrolled:
    """Run the network; the feedback that enters the detached steps passes no gradient."""
    net, seq = case.network, case.sequence
    f = ACTIVATIONS[net.activation]
    batch = seq.inputs.shape[1]
    jordan = net.cell == "jordan"
    x = dict(zip(case.reads, torch.tensor(seq.inputs), strict=True))
    y = dict(zip(case.emits, torch.tensor(seq.targets), strict=True))
    feedback = torch.zeros(batch, net.hidden_size, dtype=torch.float64)
    if jordan:
        feedback = torch.zeros(batch, net.output_size, dtype=torch.float64)
    elif seq.h_0 is not None:
        feedback = torch.tensor(seq.h_0)
    run = Unrolled([], [], [], {})
    for t in range(1, seq.steps + 1):
        p = {name: torch.tensor(w, requires_grad=True) for name, w in case.parameters.items()}
        entering = feedback.detach() if t in detached else feedback
        a = functional.linear(entering, p[case.recurrent], p["b_h"])
        if t in x:
            a = a + functional.linear(x[t], p["W_xh"])
        h = f(a)
        o = functional.linear(h, p["W_hy"], p["b_y"])
        feedback = o if jordan else h
        run.weights.append(p)
        run.h.append(h)
        run.o.append(o)
        if t in y:
            run.losses[t] = measure(case.loss, o, y[t])
    return run


def measure(loss: str, o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if loss == "cross-entropy":
        return functional.cross_entropy(o, y)
    return 0.5 * functional.mse_loss(o, y, reduction="none").sum(dim=1).mean()


@dataclass
class Gradients:
    """What autograd says: (I, T, B, H), parameter → (T, *shape), and the losses (I,)."""

    items: Any
    terms: dict[str, Any]
    losses: Any


def differentiate(case: Case) -> Gradients:
    """Every ∂L_i/∂h_t and every per-step term, under the truncation in force.

    A chunk and a copy detach in one forward pass; a window detaches anew for every loss.
    """
    steps, rule = case.sequence.steps, case.rule
    every = range(1, steps + 1)
    whole = None
    if rule.kind == "chunk":
        assert rule.steps is not None
        whole = unroll(case, {t for t in every if t > 1 and (t - 1) % rule.steps == 0})
    elif rule.kind == "window" and rule.steps == 1:
        whole = unroll(case, set(every))
    elif rule.kind == "none":
        whole = unroll(case, set())
    items, losses = [], []
    terms = {name: np.zeros((steps, *np.shape(w))) for name, w in case.parameters.items()}
    for i in case.emits:
        run = whole or unroll(case, {i - (rule.steps or 0) + 1})
        leaves = [w for p in run.weights for w in p.values()]
        found = torch.autograd.grad(
            run.losses[i], [*run.h, *leaves], retain_graph=True, allow_unused=True
        )
        items.append([plain(g, h) for g, h in zip(found[:steps], run.h, strict=True)])
        for n, gradient in enumerate(found[steps:]):
            t, name = divmod(n, len(case.parameters))
            terms[list(case.parameters)[name]][t] += plain(gradient, leaves[n])
        losses.append(run.losses[i].item())
    return Gradients(np.array(items), terms, np.array(losses))


def plain(gradient: torch.Tensor | None, like: torch.Tensor) -> Any:
    return np.zeros(like.shape) if gradient is None else gradient.detach().numpy()


def clipped(gradients: dict[str, Any], rule: str, threshold: float) -> tuple[dict[str, Any], float]:
    """PyTorch's own clipping: (parameter → gradient after, the norm that it returns)."""
    leaves = {name: torch.zeros(np.shape(g), dtype=torch.float64) for name, g in gradients.items()}
    for name, leaf in leaves.items():
        leaf.requires_grad_()
        leaf.grad = torch.tensor(gradients[name])
    norm = float(
        torch.linalg.vector_norm(torch.cat([torch.tensor(g).ravel() for g in gradients.values()]))
    )
    if rule == "norm":
        norm = float(torch.nn.utils.clip_grad_norm_(list(leaves.values()), threshold))
    else:
        torch.nn.utils.clip_grad_value_(list(leaves.values()), threshold)
    return {name: plain(leaf.grad, leaf) for name, leaf in leaves.items()}, norm
