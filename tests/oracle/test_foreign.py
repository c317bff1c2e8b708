"""PyTorch's modules imported by their names: outputs, and every gradient in their own layout."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.engine.reference.compare import close
from tests.engine.reference.pairs import pairs
from tests.oracle.kinds import KINDS, projected
from unrolled import engine


@pytest.mark.parametrize(
    ("module", "layers", "bias", "dtype"),
    pairs(KINDS, (1, 2, 3), (True, False), (torch.float64, torch.float32), of=3),
    ids=str,
)
def test_a_module_goes_in_and_its_gradients_come_back(
    random: np.random.Generator,
    module: tuple[str, str],
    layers: int,
    bias: bool,
    dtype: torch.dtype,
) -> None:
    kind, activation = module
    steps, batch, width, units = (int(random.integers(1, 9)) for _ in range(4))
    torch.manual_seed(int(random.integers(2**32)))
    name, units, shown, options = projected(random, kind, units)
    options |= {"nonlinearity": activation} if kind == "RNN" else {}
    theirs = getattr(torch.nn, name)(width, units, layers, bias=bias, **options).to(dtype)
    inputs = torch.tensor(random.normal(size=(steps, batch, width))).to(dtype)
    weights = torch.tensor(random.normal(size=(steps, batch, shown))).to(dtype)
    states, _ = theirs(inputs)
    (states * weights).sum().backward()

    named = {name: value.detach().numpy() for name, value in theirs.named_parameters()}
    own = engine.torch_layers(named)
    taken = engine.import_module(f"torch.nn.{kind}", own)
    network = engine.Network(
        *(taken.cell, "many-to-many", activation, width, units, 0),
        num_layers=layers,
        projection_size=taken.projection_size,
    )
    value = {"at": "hidden", "value": weights.numpy()}
    sequence = engine.explicit_sequence(network, "given", inputs=inputs.numpy(), entering=value)
    flow = engine.gradient_flow(
        network, taken.parameters, sequence, loss="given", graph=False, spectral=False
    )
    relative, floor = (1e-9, 1e-13) if dtype == torch.float64 else (1e-4, 1e-5)
    close("h_t", flow.trace.h, states.detach().numpy(), relative, floor)
    gradients = {name: one.value for name, one in flow.parameter_gradients.items()}
    found = engine.torch_names(engine.export_gradients(f"torch.nn.{kind}", gradients, own))
    assert list(found) == list(named)
    for name, leaf in theirs.named_parameters():
        close(f"∂L/∂{name}", found[name], leaf.grad.numpy(), relative, floor)
