"""The contract's networks in PyTorch, truncated with detach() and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.engine.reference.cases import (
    GATED,
    PEEPHOLE,
    PROJECTED,
    RESET_BEFORE,
    SQUASHED,
    WITH_C,
    Case,
)
from unrolled.engine import CELLS, Network

ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "linear": lambda a: a,
    "softsign": functional.softsign,
    "leaky-relu": functional.leaky_relu,
    "gelu": functional.gelu,
}


@dataclass
class Unrolled:
    """One forward pass whose graph autograd keeps.

    Attributes:
        weights: one leaf for every parameter and step, so that per-step terms can be read off.
        h: states h_1 … h_T, a list of layers each.
        c: cell states likewise.
        o: outputs.
        losses: step → L_t.
    """

    weights: list[dict[str, torch.Tensor]]
    h: list[list[torch.Tensor]]
    c: list[list[torch.Tensor]]
    o: list[torch.Tensor]
    losses: dict[int, torch.Tensor]


def unroll(case: Case, detached: set[int], hook: Callable[..., None] | None = None) -> Unrolled:
    """Run the network; what enters the detached steps from the step before passes no gradient."""
    net, seq, count = case.network, case.sequence, case.network.num_layers
    batch = seq.inputs.shape[1]
    x = dict(zip(case.reads, torch.tensor(seq.inputs), strict=True))
    y = dict(zip(case.emits, torch.tensor(seq.targets), strict=True))
    nothing = torch.zeros(batch, net.input_size, dtype=torch.float64)
    starts = (seq.h_0, net.widths["h"]), (seq.c_0, net.widths["c"])
    h, c = (initial(given, count, batch, width) for given, width in starts)
    o = torch.zeros(batch, net.output_size, dtype=torch.float64)
    run = Unrolled([], [], [], [], {})
    for t in range(1, seq.steps + 1):
        p = {name: torch.tensor(w, requires_grad=True) for name, w in case.parameters.items()}
        if t in detached:
            h, c, o = [s.detach() for s in h], [s.detach() for s in c], o.detach()
        below, new_h, new_c = x.get(t, nothing), [], []
        for n in range(count):
            end = f"_{n}" if n else ""
            own = {one.name: p[one.name + end] for one in CELLS[net.cell].parameters}
            state = step(net, own, below, h[n], c[n], o)
            if hook is not None:
                hook(state[0], n, t)
            below = state[0]
            new_h.append(state[0])
            new_c.append(state[1])
        h, c = new_h, new_c
        o = functional.linear(h[-1], p["W_hy"], p["b_y"])
        run.weights.append(p)
        run.h.append(h)
        run.c.append(c)
        run.o.append(o)
        if t in y:
            run.losses[t] = measure(case.loss, o, y[t])
    return run


def initial(given: Any, layers: int, batch: int, width: int) -> list[torch.Tensor]:
    """h_0 or c_0 of every layer."""
    if given is None:
        return [torch.zeros(batch, width, dtype=torch.float64) for _ in range(layers)]
    return list(torch.tensor(given.reshape(layers, batch, width)))


def step(
    net: Network,
    p: dict[str, torch.Tensor],
    x: torch.Tensor,
    h: torch.Tensor,
    c: torch.Tensor,
    o: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """(h_t, c_t) of one layer: PyTorch's own LSTM and GRU cells, the others by hand."""
    if net.cell == "lstm":
        return torch.lstm_cell(
            x, (h, c), p["W_xh"], p["W_hh"], p["b_h"], torch.zeros_like(p["b_h"])
        )
    if net.cell in WITH_C:
        return squashed(net, p, functional.linear(x, p["W_xh"], p["b_h"]), h, c)
    if net.cell == "gru":
        inside = torch.cat((torch.zeros(2 * net.hidden_size, dtype=torch.float64), p["b_hn"]))
        return torch.gru_cell(x, h, p["W_xh"], p["W_hh"], p["b_h"], inside), c
    if net.cell in RESET_BEFORE:
        return reset_before(net, p, x, h), c
    assert net.cell not in GATED, f"no reference of {net.cell!r}"
    cell = CELLS[net.cell]
    weights, feedback = p[cell.recurrent], o if cell.feeds_outputs else h
    a = functional.linear(feedback, weights, p["b_h"]) + functional.linear(x, p["W_xh"])
    return ACTIVATIONS[net.activation](a), c


def squashed(
    net: Network, p: dict[str, torch.Tensor], enters: torch.Tensor, h: torch.Tensor, c: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(h_t, c_t) of an LSTM with peepholes, a projection, or another function than tanh."""
    f_of = ACTIVATIONS[SQUASHED[net.cell]]
    i, f, g, o = (enters + functional.linear(h, p["W_hh"])).chunk(4, dim=-1)
    if net.cell in PEEPHOLE:
        i, f = i + p["p_i"] * c, f + p["p_f"] * c
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * f_of(g)
    o = o + p["p_o"] * c if net.cell in PEEPHOLE else o
    m = torch.sigmoid(o) * f_of(c)
    return (functional.linear(m, p["W_hr"]) if net.cell in PROJECTED else m), c


def reset_before(
    net: Network, p: dict[str, torch.Tensor], x: torch.Tensor, h: torch.Tensor
) -> torch.Tensor:
    """h_t of the minimal gated unit, or of a GRU whose candidate multiplies r ⊙ h_{t−1}."""
    rows = p["W_hh"].split(net.hidden_size)
    *gates, new = functional.linear(x, p["W_xh"], p["b_h"]).split(net.hidden_size, dim=-1)
    opened = [
        torch.sigmoid(a + functional.linear(h, w)) for a, w in zip(gates, rows[:-1], strict=True)
    ]
    n = torch.tanh(new + functional.linear(opened[0] * h, rows[-1]))
    kept = opened[1] if len(opened) > 1 else 1.0 - opened[0]
    return kept * h + (1.0 - kept) * n


def measure(loss: str, o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if loss == "cross-entropy":
        return functional.cross_entropy(o, y)
    if loss == "huber":
        return functional.huber_loss(o, y, reduction="none").sum(dim=1).mean()
    if loss == "binary-cross-entropy":
        each = functional.binary_cross_entropy_with_logits(o, y, reduction="none")
        return each.sum(dim=1).mean()
    return 0.5 * functional.mse_loss(o, y, reduction="none").sum(dim=1).mean()


@dataclass
class Gradients:
    """What autograd says: (layers, I, T, B, H), parameter → (T, *shape), and the losses (I,)."""

    items: Any
    cells: Any
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
    items, cells, losses = [], [], []
    terms = {name: np.zeros((steps, *np.shape(w))) for name, w in case.parameters.items()}
    for i in case.emits:
        run = whole or unroll(case, {i - (rule.steps or 0) + 1})
        leaves = [w for p in run.weights for w in p.values()]
        h, c = ([s for at in states for s in at] for states in (run.h, run.c))
        asked = [s for s in (*h, *c, *leaves) if s.requires_grad]
        found = dict(
            zip(
                map(id, asked),
                torch.autograd.grad(run.losses[i], asked, retain_graph=True, allow_unused=True),
                strict=True,
            )
        )
        items.append([plain(found.get(id(s)), s) for s in h])
        cells.append([plain(found.get(id(s)), s) for s in c])
        for n, leaf in enumerate(leaves):
            t, name = divmod(n, len(case.parameters))
            terms[list(case.parameters)[name]][t] += plain(found[id(leaf)], leaf)
        losses.append(run.losses[i].item())
    return Gradients(by_layer(items, case), by_layer(cells, case), terms, np.array(losses))


def by_layer(items: list[list[Any]], case: Case) -> Any:
    """(I, T · layers, B, H) as (layers, I, T, B, H)."""
    array = np.array(items)
    return np.moveaxis(array.reshape(len(items), case.sequence.steps, -1, *array.shape[2:]), 2, 0)


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
    elif rule == "per-parameter":
        for leaf in leaves.values():
            torch.nn.utils.clip_grad_norm_([leaf], threshold)
    else:
        torch.nn.utils.clip_grad_value_(list(leaves.values()), threshold)
    return {name: plain(leaf.grad, leaf) for name, leaf in leaves.items()}, norm
