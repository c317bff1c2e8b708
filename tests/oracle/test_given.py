"""A gradient from any head: PyTorch's own module, a head of its own, autograd on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.engine.reference.compare import close
from unrolled import engine

RELATIVE = 1e-9


def head(states: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """A layer norm, attention over time and two losses: nothing that the engine knows."""
    width = states.shape[2]
    query = torch.tensor(random.normal(size=width))
    normed = torch.nn.functional.layer_norm(states, (width,))
    weights = torch.softmax(normed @ query, dim=0)
    read = (weights[..., None] * states).sum(dim=0)
    return (read.pow(3).sum() + torch.logsumexp(states, dim=2).mean()) * 2.0


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("attempt", range(3))
def test_what_a_head_gives_goes_back_as_autograd_does(
    random: np.random.Generator, kind: str, layers: int, attempt: int
) -> None:
    steps, batch, width, units = (int(random.integers(2, 9)) for _ in range(4))
    cell = {"RNN": "simple"}.get(kind, kind.lower())
    network = engine.Network(cell, "many-to-many", "tanh", width, units, 0, layers)
    module = getattr(torch.nn, kind)(width, units, layers).double()
    own = {}
    for n in range(layers):
        end = f"_{n}" if n else ""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w_ih, w_hh, b_ih, b_hh = (getattr(module, f"{name}_l{n}").detach() for name in names)
        inside = torch.zeros_like(b_hh)
        if kind == "GRU":
            inside[2 * units :] = b_hh[2 * units :]
            own[f"b_hn{end}"] = b_hh[2 * units :].numpy()
        own |= {f"W_xh{end}": w_ih.numpy(), f"W_hh{end}": w_hh.numpy()}
        own[f"b_h{end}"] = (b_ih + b_hh - inside).numpy()
    inputs: Any = random.normal(size=(steps, batch, width))
    states, _ = module(torch.tensor(inputs))
    states.retain_grad()
    leaf = states.detach().requires_grad_()
    stream = int(random.integers(2**32))
    (entering,) = torch.autograd.grad(head(leaf, np.random.default_rng(stream)), leaf)
    head(states, np.random.default_rng(stream)).backward()

    sequence = engine.explicit_sequence(
        network, "given", inputs=inputs, entering={"at": "hidden", "value": entering.numpy()}
    )
    flow = engine.gradient_flow(network, own, sequence, loss="given")
    close("h_t", flow.trace.h, states.detach().numpy(), RELATIVE)
    for n in range(layers):
        end = f"_{n}" if n else ""
        for name, theirs in (("W_xh", "weight_ih"), ("W_hh", "weight_hh"), ("b_h", "bias_ih")):
            gradient = getattr(module, f"{theirs}_l{n}").grad.numpy()
            got = flow.parameter_gradients[f"{name}{end}"].value
            close(f"∂L/∂{name}{end}", got, gradient, RELATIVE)


@pytest.mark.parametrize("topology", ["many-to-many", "many-to-one"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("attempt", range(3))
def test_a_padded_batch_is_a_packed_one(
    random: np.random.Generator, kind: str, topology: str, attempt: int
) -> None:
    """pack_padded_sequence, and cross-entropy with its ignore_index, as a sum over B."""
    steps, batch, width, units, classes = (int(random.integers(2, 9)) for _ in range(5))
    cell = {"RNN": "simple"}.get(kind, kind.lower())
    network = engine.Network(cell, topology, "tanh", width, units, classes)
    module, out = getattr(torch.nn, kind)(width, units).double(), torch.nn.Linear(units, classes)
    out = out.double()
    own = {
        "W_xh": module.weight_ih_l0.detach().numpy(),
        "W_hh": module.weight_hh_l0.detach().numpy(),
        "b_h": (module.bias_ih_l0 + module.bias_hh_l0).detach().numpy(),
        "W_hy": out.weight.detach().numpy(),
        "b_y": out.bias.detach().numpy(),
    }
    if kind == "GRU":
        own["b_hn"] = module.bias_hh_l0.detach().numpy()[2 * units :]
        own["b_h"][2 * units :] -= own["b_hn"]
    lengths = random.integers(1, steps + 1, batch)
    lengths[0] = steps
    inputs: Any = random.normal(size=(steps, batch, width))
    targets = random.integers(0, classes, (steps if topology == "many-to-many" else 1, batch))
    targets[random.random(targets.shape) < 0.2] = -100
    pack = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(inputs), torch.tensor(lengths), enforce_sorted=False
    )
    states, _ = torch.nn.utils.rnn.pad_packed_sequence(module(pack)[0])
    states.retain_grad()
    read, said = out(states), torch.tensor(targets)
    if topology == "many-to-one":
        read = read[torch.tensor(lengths) - 1, torch.arange(batch)][None]
    else:
        said = torch.where(torch.arange(steps)[:, None] < torch.tensor(lengths), said, -100)
    loss = torch.nn.functional.cross_entropy(
        read.reshape(-1, classes), said.reshape(-1), ignore_index=-100, reduction="sum"
    )
    (loss / batch).backward()

    sequence = engine.explicit_sequence(
        network, "cross-entropy", inputs=inputs, targets=targets, lengths=lengths
    )
    flow = engine.gradient_flow(network, own, sequence, loss="cross-entropy")
    close("h_t", flow.trace.h, states.detach().numpy(), RELATIVE)
    close("L", np.nan_to_num(flow.loss), loss.item() / batch, RELATIVE)
    for name, theirs in (
        ("W_xh", module.weight_ih_l0),
        ("W_hh", module.weight_hh_l0),
        ("b_h", module.bias_ih_l0),
        ("W_hy", out.weight),
        ("b_y", out.bias),
    ):
        got = flow.parameter_gradients[name].value
        close(f"∂L/∂{name}", got, theirs.grad.numpy(), RELATIVE, 1e-15)
