"""Weights that PyTorch, Keras and ONNX wrote into files give here what they give there.

Outputs, and gradients of the loss Σ u ⊙ h for a drawn u, to the precision of the dtype: in float64 to
1e-9, in float32 to 1e-4 of the largest.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import onnxruntime
import pytest
import safetensors.torch
import torch

from tests.app.onnx_models import chained, from_torch
from unrolled import engine
from unrolled.app.files.content import Work
from unrolled.app.files.formats import read
from unrolled.app.files.found import find
from unrolled.app.files.supported import taken

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

STEPS, BATCH, INPUTS, HIDDEN = 7, 3, 5, 4
PRECISION = {"float64": 1e-9, "float32": 1e-4}
SEED = int.from_bytes(os.urandom(3), "big")
"""Drawn anew each run; a failure shows it."""


def imported(file: bytes, which: int = 0) -> tuple[Any, list[dict[str, Any]]]:
    """The module of a file, and its arrays."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as held:
        path = Path(folder, "file")
        path.write_bytes(file)
        modules, _ = find(read(path, Work(Path(folder), held)))
        module = modules[which]
        assert module.why_not is None
        return module, [
            {name: one.read() for name, one in layer.items()}  # type: ignore[misc]
            for layer in module.layers
        ]


def flow_of(module: Any, layers: Any, inputs: Any, entering: Any) -> tuple[Any, Any]:
    """h_t of the last layer, and ∂L/∂(every array) in the layout of the file."""
    found = taken(module.kind, layers)
    network = engine.Network(
        found.cell,
        "many-to-many",
        module.activation or "tanh",
        found.input_size,
        found.hidden_size,
        0,
        found.num_layers,
    )
    sequence = engine.explicit_sequence(
        network, "given", inputs=inputs, entering={"at": "hidden", "value": entering}
    )
    flow = engine.gradient_flow(
        network, found.parameters, sequence, loss="given", values=True
    )
    gradients = {name: one.value for name, one in flow.parameter_gradients.items()}
    states = engine.unroll(network, found.parameters, sequence)
    return states, engine.export_gradients(module.kind, gradients, layers)
