"""What a watched bidirectional module shows, against autograd through cells called one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.oracle.watched import only, proof, sgd

D, H, B, T = 3, 4, 3, 9
CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
Rows = dict[tuple[int, bool], list[torch.Tensor]]
Sent = dict[tuple[int, bool], list[float]]


def by_hand(model: Any, kind: str, x: torch.Tensor) -> tuple[torch.Tensor, Rows, Rows]:
    """Outputs (T, B, 2H), and every direction's h_t and c_t as leaves that keep a gradient."""
    read, h_of, c_of = x, {}, {}
    for layer in range(model.num_layers):
        parts = []
        for reverse in (False, True):
            end = f"l{layer}{'_reverse' if reverse else ''}"
            cell = CELLS[kind](read.shape[2], H, dtype=torch.float64)
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            cell.load_state_dict({n: getattr(model, f"{n}_{end}").detach() for n in names})
            state: Any = None
            h: list[Any] = [None] * len(x)
            c: list[Any] = [None] * len(x)
            for t in reversed(range(len(x))) if reverse else range(len(x)):
                state = cell(read[t], state)
                h[t], c[t] = state if kind == "LSTM" else (state, None)
                for one in (h[t], c[t]):
                    if one is not None:
                        one.retain_grad()
            h_of[layer, reverse], c_of[layer, reverse] = h, c
            parts.append(torch.stack(h))
        read = torch.cat(parts, dim=2)
    return read, h_of, c_of


def sent(states: list[torch.Tensor]) -> list[float]:
    """‖∂L_i/∂s_t‖ at every step, and nothing is left of it for the next loss."""
    found = []
    for one in states:
        found.append(0.0 if one.grad is None else float(one.grad.norm()))
        one.grad = None
    return found


@pytest.mark.parametrize("at_end", [False, True], ids=["outputs", "last states"])
@pytest.mark.parametrize("packed", [False, True], ids=["whole", "packed"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", CELLS)
def test_each_direction_of_each_layer_is_as_autograd_says(
    random: np.random.Generator, kind: str, layers: int, packed: bool, at_end: bool
) -> None:
    model = getattr(nn, kind)(D, H, layers, bidirectional=True, dtype=torch.float64)
    x = torch.tensor(random.normal(size=(T, B, D)))
    lengths = torch.tensor([T, T - 3, T] if packed else [T] * B)
    longest = [n for n in range(B) if lengths[n] == T]
    weights = torch.tensor(random.normal(size=(T, B, 2 * H)))
    weights[-1] = weights[0] = 0.0  # forward in time the last one is at T − 1; backward at 2
    if at_end:
        weights[:] = 0.0
    ends = torch.tensor(random.normal(size=(2, B, H)))

    def loss() -> torch.Tensor:
        read: Any = pack_padded_sequence(x, lengths, enforce_sorted=False) if packed else x
        output, last = model(read)
        if packed:
            output, _ = pad_packed_sequence(output, total_length=T)
        h_n = last[0] if kind == "LSTM" else last
        whole = (weights * output).sum()
        return whole + (ends * h_n[-2:]).sum() if at_end else whole

    module = only(model, lambda: sgd(model, loss))
    assert proof(module) <= 1e-9
    assert (module["trusted"], module["why_not"]) == (True, None)
    assert module["sampled"] == len(longest)
    directions = module["flow"]["directions"]
    places = [(layer, reverse) for layer in range(layers) for reverse in (False, True)]
    assert [(one["layer"], one["reverse"]) for one in directions] == places

    # The step of training is taken back: what was watched came before it.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(parameter.grad, alpha=0.01)
    entering = weights[:, longest].clone()
    if at_end:
        entering[-1, :, :H] += ends[0, longest]
        entering[0, :, H:] += ends[1, longest]
    rows, cells = arriving(model, kind, x[:, longest], entering)
    for said, place in zip(directions, places, strict=True):
        items = said["itemized"]
        for step, row in zip(items["loss_steps"], items["log10_norm"], strict=True):
            close(row, rows[step][place])
        followed = min(rows) if said["reverse"] else max(rows)
        close(said["followed_gradient"]["log10_norm"], rows[followed][place])
        if kind == "LSTM":
            close(said["followed_cell_gradient"]["log10_norm"], cells[followed][place])
        assert (said["carries"] is not None) == (said["layer"] == layers - 1)
    for reverse, said in zip((False, True), directions[-2:], strict=True):
        far, there = (T, min(rows)) if reverse else (1, max(rows))
        assert (said["carries"]["loss_step"], said["carries"]["step"]) == (there, far)
        row = rows[there][layers - 1, reverse]
        share = np.log10(row[far - 1] / row[there - 1])
        assert said["carries"]["log10_arriving"] == pytest.approx(share, rel=1e-5)


def arriving(
    model: Any, kind: str, x: torch.Tensor, entering: torch.Tensor
) -> tuple[dict[int, Sent], dict[int, Sent]]:
    """Step of a loss, from 1 → direction of a layer → what it sends to each h_t, and each c_t."""
    output, h_of, c_of = by_hand(model, kind, x)
    rows, cells = {}, {}
    for t in range(T):
        if not entering[t].any():
            continue
        (entering[t] * output[t]).sum().backward(retain_graph=True)
        rows[t + 1] = {place: sent(states) for place, states in h_of.items()}
        if kind == "LSTM":
            cells[t + 1] = {place: sent(states) for place, states in c_of.items()}
    return rows, cells


def close(row: list[float | None], theirs: list[float]) -> None:
    ours = 10.0 ** np.array([-np.inf if value is None else value for value in row])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-14)


def test_what_carries_a_state_on_has_a_proof_and_no_flow(random: np.random.Generator) -> None:
    model = nn.GRU(3, 4, bidirectional=True, dtype=torch.float64)
    x = torch.tensor(random.normal(size=(6, 2, 3)))

    def loss() -> torch.Tensor:
        first, state = model(x[:3])
        second, _ = model(x[3:], state)
        return torch.cat((first, second)).square().sum()

    module = only(model, lambda: sgd(model, loss))
    assert proof(module) <= 1e-9
    assert (module["trusted"], module["flow"]) == (True, None)
    assert "backward in time" in module["why_not"]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("where", ["x", "h", "gradient"])
def test_a_number_that_is_not_finite_is_found_where_it_began(where: str, reverse: bool) -> None:
    model = nn.GRU(3, 4, 2, bidirectional=True, dtype=torch.float32)
    x = torch.randn(7, 2, 3)
    weights = torch.ones(7, 2, 8)
    expected: dict[str, Any] = {"layer": 0, "step": 5, "quantity": where}
    if where == "x":
        x[4, 1, 2] = torch.nan
    elif where == "h":
        end = "_reverse" if reverse else ""
        model = nn.RNN(3, 4, 2, nonlinearity="relu", bidirectional=True)
        with torch.no_grad():
            getattr(model, f"weight_hh_l0{end}").fill_(1e9)
            getattr(model, f"weight_ih_l0{end}").fill_(1.0)
        x = torch.ones(7, 2, 3)
        expected |= {"step": 3 if reverse else 5, "reverse": reverse}
    else:
        half = slice(4, None) if reverse else slice(None, 4)
        weights[2, 0, half] = torch.inf
        weights[4, 1, half] = torch.inf
        expected = {"layer": 1, "step": 3 if reverse else 5, "quantity": "gradient"}
        expected |= {"reverse": reverse}

    def loss() -> torch.Tensor:
        return (model(x)[0].square() * weights).sum()

    module = only(model, lambda: sgd(model, loss))
    assert module["first_not_finite"] == expected | {"parameters": []}
    assert module["flow"] is None
