"""Weights of a file with a few numbers changed, so that a change of them can be tried and said."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from unrolled.engine import CELLS, Array, InvalidInput, Network

GATES = {"forget_bias": "forget", "update_bias": "update"}
"""Field of a request → the gate whose bias it is added to."""


def shifted(
    network: Network, parameters: Mapping[str, Array], weights: Mapping[str, Any]
) -> dict[str, Array]:
    """The parameters with every recurrent matrix multiplied, and the biases of a gate moved.

    Args:
        network: whose parameters they are.
        parameters: of all layers; they stay as they are.
        weights: `recurrent_scale`, `forget_bias` and `update_bias`, where they change anything.
    Raises:
        InvalidInput: the cell has no such gate.
    """
    cell, found = CELLS[network.cell], dict(parameters)
    suffixes = ["", *(f"_{layer}" for layer in range(1, network.num_layers))]
    scale = weights.get("recurrent_scale", 1.0)
    if scale != 1.0:
        found |= {
            f"{cell.recurrent}{end}": found[f"{cell.recurrent}{end}"] * scale for end in suffixes
        }
    for field, gate in GATES.items():
        bias = weights.get(field, 0.0)
        if bias == 0.0:
            continue
        if gate not in cell.biases:
            told = f"received {bias:g}; {network.cell!r} has no {gate} gate: allowed 0"
            raise InvalidInput(("weights", field), told)
        rows = cell.rows("b_h", gate, network.hidden_size)
        for end in suffixes:
            own = np.array(found[f"b_h{end}"])
            own[rows] += bias
            found[f"b_h{end}"] = own
    return found
