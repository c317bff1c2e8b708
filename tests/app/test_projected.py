"""A projected LSTM: its width in an experiment, and out of a file."""

import numpy as np
import pytest

from tests.app.networks import drawn, made, safetensors
from unrolled.engine import CELLS

pytestmark = pytest.mark.anyio
FLOW = "/api/v1/flow"
CELL = "lstm-projected"


def said(**network):
    return {
        "network": {"cell": CELL, "hidden_size": 5} | network,
        "sequence": {"kind": "random", "steps": 6},
        "include": ["itemized", "spectrum", "weights"],
    }


@pytest.mark.parametrize(("asked", "size"), [(None, 3), (1, 1), (5, 5)])
async def test_the_width_of_h_is_what_was_asked_for_or_half(client, asked, size):
    answer = (await client.post(FLOW, json=said(projection_size=asked, num_layers=2))).json()
    assert answer["experiment"]["network"]["projection_size"] == size
    shapes = {name: np.shape(value) for name, value in answer["weights"].items()}
    assert shapes["W_hr"] == shapes["W_hr_1"] == (size, 5)
    assert shapes["W_hh"] == shapes["W_xh_1"] == (20, size)
    assert shapes["W_hy"][1] == size
    assert len(answer["spectrum"]["eigenvalues"]) == size
    again = await client.post(FLOW, json=answer["experiment"])
    assert again.json() == answer
    weights = {"kind": "explicit"} | answer["weights"]
    same = await client.post(FLOW, json=answer["experiment"] | {"weights": weights})
    assert same.json()["parameter_gradients"] == answer["parameter_gradients"]


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"projection_size": 6}, "received 6; allowed: a whole number 1 … 5"),
        ({"projection_size": 0}, "received 0"),
        ({"cell": "lstm", "projection_size": 3}, "allowed with 'lstm-projected'"),
        ({"cell": "simple", "projection_size": 3}, "'simple' does not project"),
    ],
)
async def test_another_width_is_refused_where_it_stands(client, network, words):
    answer = await client.post(FLOW, json=said(**network))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/network/projection_size"
    assert words in error["detail"]


async def test_the_vocabulary_says_which_cell_has_one(client):
    words = (await client.get("/api/v1/vocabulary")).json()["cells"]
    assert [one["name"] for one in words if one["projects"]] == [CELL]
    for one in words:
        pointers = {rule["pointer"] for rule in one["rules"]}
        assert ("/network/projection_size" in pointers) != one["projects"]
    [own] = [one for one in words if one["projects"]]
    assert own["shapes"]["W_hr"] == ["P", "H"]
    assert own["shapes"]["W_hh"] == ["4H", "P"]
    assert own["symbols"]["W_hr"] == "W^R"
    assert CELLS[CELL].projects


async def test_the_signed_numbers_and_the_graph_hold_the_projection(client):
    asked = said(projection_size=2) | {"values": True, "include": ["graph"]}
    answer = (await client.post(FLOW, json=asked)).json()
    [layer] = answer["values"]["layers"]
    assert (np.shape(layer["h"])[2], np.shape(layer["c"])[2]) == (2, 5)
    edges = [one for one in answer["graph"]["edges"] if one["parameter"] == "W_hr"]
    assert [(one["source"][0], one["target"][0]) for one in edges] == [("c", "h")] * 6
    terms = np.linalg.norm(answer["values"]["terms"]["W_hr"], axis=(1, 2))
    found = [10.0 ** one["parameter_log10_norm"] for one in edges]
    np.testing.assert_allclose(found, terms, rtol=1e-9)


async def test_a_file_brings_its_width(kept):
    arrays = {
        "rnn.weight_ih_l0": drawn(16, 3), "rnn.weight_hh_l0": drawn(16, 2),
        "rnn.bias_ih_l0": drawn(16), "rnn.bias_hh_l0": drawn(16), "rnn.weight_hr_l0": drawn(2, 4),
        "fc.weight": drawn(5, 2), "fc.bias": drawn(5),
    }  # fmt: skip
    async with kept() as client:
        network = await made(client, safetensors(arrays))
        [module] = network["modules"]
        assert (module["cell"], module["projection_size"], module["supported"]) == (CELL, 2, True)
        assert (network["module"], network["head"]) == ("rnn", "fc")
        weights = {"kind": "network", "id": network["id"], "module": "rnn", "head": "fc"}
        asked = {"weights": weights, "sequence": {"kind": "random", "steps": 6}}
        answer = (await client.post(FLOW, json=asked)).json()
        assert answer["experiment"]["network"]["projection_size"] == 2
        own = {
            "kind": "explicit",
            "W_xh": arrays["rnn.weight_ih_l0"].tolist(),
            "W_hh": arrays["rnn.weight_hh_l0"].tolist(),
            "b_h": (arrays["rnn.bias_ih_l0"].astype("f8") + arrays["rnn.bias_hh_l0"]).tolist(),
            "W_hr": arrays["rnn.weight_hr_l0"].tolist(),
            "W_hy": arrays["fc.weight"].tolist(),
            "b_y": arrays["fc.bias"].tolist(),
        }
        sizes = {"cell": CELL, "input_size": 3, "hidden_size": 4, "output_size": 5}
        other = asked | {"network": sizes | {"projection_size": 2}, "weights": own}
        other = (await client.post(FLOW, json=other)).json()
        for name in ("loss", "hidden_gradient", "cell_gradient", "parameter_gradients"):
            assert answer[name] == other[name]
        wrong = asked | {"network": sizes | {"projection_size": 3, "num_layers": 1}}
        [error] = (await client.post(FLOW, json=wrong)).json()["errors"]
        assert error["pointer"] == "/network/projection_size"
        assert "has 2: send that" in error["detail"]
