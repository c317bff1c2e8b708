"""PyTorch's bidirectional modules: states, and every gradient in their own layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.engine.reference.compare import close
from tests.engine.reference.pairs import pairs
from unrolled import engine

KINDS = (("RNN", "tanh"), ("RNN", "relu"), ("LSTM", "tanh"), ("GRU", "tanh"))
RELATIVE, FLOOR = 1e-9, 1e-13


@pytest.mark.parametrize(
    ("cell", "layers", "batch_first", "packed"),
    pairs(KINDS, (1, 2, 3), (False, True), (False, True), of=3),
    ids=str,
)
def test_a_bidirectional_module_goes_in_and_its_gradients_come_back(
    random: np.random.Generator,
    cell: tuple[str, str],
    layers: int,
    batch_first: bool,
    packed: bool,
) -> None:
    kind, activation = cell
    steps, batch, width, units = (int(random.integers(1, 8)) for _ in range(4))
    lengths = random.integers(1, steps + 1, batch) if packed else np.full(batch, steps)
    lengths[int(random.integers(batch))] = steps
    torch.manual_seed(int(random.integers(2**32)))
    options: dict[str, Any] = {"nonlinearity": activation} if kind == "RNN" else {}
    module = getattr(torch.nn, kind)(
        width, units, layers, bidirectional=True, batch_first=batch_first, **options
    ).double()
    live = torch.tensor(np.arange(steps)[:, np.newaxis] < lengths)[..., np.newaxis]
    inputs = torch.tensor(random.normal(size=(steps, batch, width))) * live
    weights = torch.tensor(random.normal(size=(steps, batch, 2 * units))) * live
    start, cells = (
        torch.tensor(random.normal(size=(2 * layers, batch, units)), requires_grad=True)
        for _ in range(2)
    )
    given = (start, cells) if kind == "LSTM" else start
    x = inputs.transpose(0, 1) if batch_first else inputs
    if packed:
        x = pack_padded_sequence(x, lengths.tolist(), batch_first, enforce_sorted=False)
    states, _ = module(x, given)
    if packed:
        states, _ = pad_packed_sequence(states, batch_first, total_length=steps)
    states = states.transpose(0, 1) if batch_first else states
    (states * weights).sum().backward()

    named = {name: value.detach().numpy() for name, value in module.named_parameters()}
    own = engine.torch_layers(named)
    taken = engine.import_module(f"torch.nn.{kind}", own)
    assert taken.bidirectional
    network = engine.Network(
        taken.cell,
        "many-to-many",
        activation,
        width,
        units,
        0,
        num_layers=layers,
        bidirectional=True,
    )
    sequence = engine.explicit_sequence(
        network,
        "given",
        inputs=inputs.numpy(),
        entering={"at": "hidden", "value": weights.numpy()},
        lengths=lengths.tolist() if packed else None,
        h_0=start.detach().numpy(),
        c_0=cells.detach().numpy() if kind == "LSTM" else None,
    )
    flow = engine.bidirectional_flow(network, taken.parameters, sequence, loss="given")
    close("h_t", flow.trace.h, states.detach().numpy(), RELATIVE, FLOOR)
    gradients = {name: one.value for name, one in flow.parameter_gradients.items()}
    found = engine.torch_names(engine.export_gradients(f"torch.nn.{kind}", gradients, own))
    assert list(found) == list(named)
    for name, leaf in module.named_parameters():
        close(f"∂L/∂{name}", found[name], leaf.grad.numpy(), RELATIVE, FLOOR)
    for n, one in enumerate(flow.directions):
        assert one.initial_gradient.hidden is not None
        reaches = start.grad[n].norm().item()
        close("∂L/∂h_0", one.initial_gradient.hidden.norm, reaches, RELATIVE, FLOOR)
        if one.initial_gradient.cell is not None:
            reaches = cells.grad[n].norm().item()
            close("∂L/∂c_0", one.initial_gradient.cell.norm, reaches, RELATIVE, FLOOR)
