"""Weights of a file that are scaled and shifted, and advice that says so."""

import numpy as np
import pytest

from tests.app.networks import made, safetensors, torch_arrays, with_head
from unrolled.app.shifted import shifted
from unrolled.engine import InvalidInput, Network, draw_parameters

FLOW = "/api/v1/flow"


@pytest.mark.parametrize(
    ("cell", "field", "rows"),
    [("lstm", "forget_bias", slice(3, 6)), ("gru", "update_bias", slice(3, 6))],
)
def test_a_gate_moves_in_every_layer_and_nothing_else(cell, field, rows):
    network = Network(cell, "many-to-many", "tanh", 2, 3, 1, 2)
    before = draw_parameters(network)
    after = shifted(network, before, {field: 2.0, "recurrent_scale": 0.5})
    for name, value in before.items():
        wanted = value * 0.5 if name.startswith("W_hh") else value.copy()
        if name in ("b_h", "b_h_1"):
            wanted[rows] += 2.0
        assert np.array_equal(after[name], wanted), name
    assert not before["b_h"].any()  # what came stays as it is
    assert shifted(network, before, {"kind": "network"}) == before


def test_a_gate_that_is_not_there_is_refused():
    network = Network("simple", "many-to-many", "tanh", 2, 3, 1)
    with pytest.raises(InvalidInput, match="no forget gate"):
        shifted(network, draw_parameters(network), {"forget_bias": 1.0})


@pytest.mark.anyio
async def test_what_is_tried_of_a_file_says_what_it_does(kept):
    arrays = with_head(torch_arrays(hidden=20, inputs=2), hidden=20, outputs=1)
    async with kept() as client:
        network = await made(client, safetensors(arrays))
        weights = {"kind": "network", "id": network["id"], "module": "lstm", "head": "fc"}
        asked = {
            "network": {"cell": "lstm", "hidden_size": 20, "input_size": 2, "output_size": 1},
            "weights": weights,
            "sequence": {"kind": "random", "steps": 60},
            "loss": "squared-error",
            "include": ["advice"],
        }
        answer = (await client.post(FLOW, json=asked)).json()
        advice = answer["diagnosis"]["advice"]
        best = advice[0]["patch"]["weights"]
        assert set(best) <= {"forget_bias", "recurrent_scale"}
        changed = await client.post(FLOW, json=asked | {"weights": weights | best})
        arriving = changed.json()["diagnosis"]["log10_arriving"]
        assert arriving > answer["diagnosis"]["log10_arriving"] + 2
        assert changed.json()["experiment"]["weights"] == weights | best
