"""Bidirectional layers over HTTP: what is answered, and what is refused in a sentence."""

import numpy as np
import pytest

from tests.app.networks import drawn, made, safetensors, torch_arrays
from unrolled import engine

pytestmark = pytest.mark.anyio

NETWORK = {
    "cell": "lstm",
    "input_size": 3,
    "hidden_size": 4,
    "output_size": 2,
    "num_layers": 2,
    "bidirectional": True,
}
EXPERIMENT = {"network": NETWORK, "sequence": {"kind": "random", "steps": 6, "batch_size": 2}}


async def test_an_answer(client):
    response = await client.post("/api/v1/flow", json=EXPERIMENT)
    assert response.status_code == 200, response.text
    answer = response.json()
    network = engine.Network(
        "lstm", "many-to-many", "tanh", 3, 4, 2, num_layers=2, bidirectional=True
    )
    flow = engine.bidirectional_flow(
        network,
        engine.draw_parameters(network, spectral_radius=0.9),
        engine.random_sequence(network, "cross-entropy", steps=6, batch_size=2),
        loss="cross-entropy",
    )
    assert answer["hidden_gradient"]["norm"] == flow.hidden_gradient.norm.tolist()
    assert list(answer["parameter_gradients"]) == list(network.parameter_shapes())
    for name, gradient in flow.parameter_gradients.items():
        assert answer["parameter_gradients"][name]["value"] == gradient.value.tolist()
    places = [(one["layer"], one["reverse"]) for one in answer["directions"]]
    assert places == [(0, False), (0, True), (1, False), (1, True)]
    for said, one in zip(answer["directions"], flow.directions, strict=True):
        assert said["hidden_gradient"]["norm"] == one.hidden_gradient.norm.tolist()
        assert len(said["itemized"]["log10_norm"]) == 6
        assert one.trajectory is not None
        assert said["spectrum"]["spectral_radius"] == one.trajectory.spectrum.spectral_radius
        assert set(said["gates"]) == {"input", "forget", "cell", "output"}
        assert (said["carries"] is None) == (one.layer == 0)
    assert answer["directions"][3]["itemized"]["log10_norm"][5][0] is None
    assert answer["directions"][3]["carries"]["loss_step"] == 1
    assert answer["directions"][3]["carries"]["step"] == 6
    for part in ("graph", "layers", "itemized", "spectrum", "diagnosis", "gates"):
        assert answer[part] is None
    assert answer["experiment"]["network"]["bidirectional"] is True
    assert answer["experiment"]["include"] == ["itemized", "spectrum", "lyapunov"]
    again = await client.post("/api/v1/flow", json=answer["experiment"])
    assert again.json() == answer


async def test_given_weights_and_a_given_gradient(client):
    network = NETWORK | {"cell": "gru", "num_layers": 1, "input_size": 2, "hidden_size": 1}
    shapes = engine.Network("gru", "many-to-many", "tanh", 2, 1, 0, bidirectional=True)
    weights = {
        name: value.tolist() for name, value in engine.draw_parameters(shapes, seed=1).items()
    }
    body = {
        "network": network,
        "weights": weights | {"kind": "explicit"},
        "sequence": {
            "kind": "explicit",
            "inputs": [[[1.0, 0.0], [0.5, 1.0]]] * 3,
            "entering": {"at": "hidden", "value": [[[1.0, -1.0], [0.5, 0.25]]] * 3},
            "lengths": [3, 2],
        },
        "loss": "given",
        "include": ["itemized"],
    }
    response = await client.post("/api/v1/flow", json=body)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert "b_hn_reverse" in answer["parameter_gradients"]
    assert [one["spectrum"] for one in answer["directions"]] == [None, None]
    assert answer["directions"][1]["itemized"]["log10_norm"][2][:2] == [None, None]


async def test_weights_out_of_a_file(kept):
    """A bidirectional nn.LSTM under a head of width 2H, as the same weights said as numbers."""
    arrays = {}
    for n, reads in enumerate((3, 8)):
        for way in ("", "_reverse"):
            own = torch_arrays(inputs=reads, dtype="float64")
            for name, value in own.items():
                arrays[f"{name[:-1]}{n}{way}"] = value * (n + 1) * (0.5 if way else 1.0)
    arrays |= {"fc.weight": drawn(2, 8, dtype="float64")}
    network = NETWORK | {"num_layers": 2}
    shapes = engine.Network("lstm", "many-to-many", "tanh", 3, 4, 2, 2, bidirectional=True)
    given = {"W_hy": arrays["fc.weight"], "b_y": np.zeros(2)}
    for name in shapes.parameter_shapes():
        plain = name.removesuffix("_reverse")
        end = f"_l{int('_1' in plain)}{name[len(plain) :]}"
        arrays_of = {"W_xh": ("weight_ih",), "W_hh": ("weight_hh",), "b_h": ("bias_ih", "bias_hh")}
        named = arrays_of.get(plain.removesuffix("_1"))
        if named:
            given[name] = sum(arrays[f"lstm.{one}{end}"] for one in named)
    said = {name: value.tolist() for name, value in given.items()} | {"kind": "explicit"}
    async with kept() as client:
        file = await made(client, safetensors(arrays))
        assert (file["module"], file["head"]) == ("lstm", "fc")
        assert file["modules"][0]["supported"]
        assert "W_hh (layer 1, reverse)" in file["statistics"]
        weights = {"kind": "network", "id": file["id"], "module": "lstm", "head": "fc"}
        asked = EXPERIMENT | {"network": network, "weights": weights}
        response = await client.post("/api/v1/flow", json=asked)
        assert response.status_code == 200, response.text
        answer = response.json()
        other = (await client.post("/api/v1/flow", json=asked | {"weights": said})).json()
        assert answer["directions"] == other["directions"]
        assert len(answer["directions"]) == 4
        assert answer["parameter_gradients"] == other["parameter_gradients"]
        left_out = {name: value for name, value in network.items() if name == "topology"}
        taken = (await client.post("/api/v1/flow", json=asked | {"network": left_out})).json()
        assert taken["directions"] == answer["directions"]
        one_way = asked | {"network": network | {"bidirectional": False}}
        response = await client.post("/api/v1/flow", json=one_way)
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["pointer"] == "/network/bidirectional"
        assert "has true: send that" in error["detail"]


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        ({"include": ["graph"]}, "/include", "'graph'"),
        ({"include": ["itemized", "advice"]}, "/include", "'advice'"),
        ({"values": True}, "/values", "allowed: false"),
        ({"follow": "last"}, "/follow", "allowed: null"),
        ({"window": {"first": 2, "last": 3}}, "/window", "allowed: null"),
        ({"chain": {"loss_step": 4, "step": 2}}, "/chain", "factors"),
        ({"truncation": {"kind": "window", "steps": 3}}, "/truncation", "as far as it can"),
        ({"clip": {"rule": "backward", "max_norm": 1.0}}, "/clip/rule", "have two"),
        ({"network": NETWORK | {"cell": "elman"}}, "/network/bidirectional", "context units"),
        ({"network": NETWORK | {"cell": "jordan"}}, "/network/bidirectional", "context units"),
    ],
)
async def test_what_is_not_there_is_refused(client, change, pointer, said):
    response = await client.post("/api/v1/flow", json=EXPERIMENT | change)
    assert response.status_code == 422, response.text
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert said in error["detail"]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("check", {}),
        ("norms", {"draws": 2}),
        (
            "landscape",
            {
                "axes": [
                    {"parameter": "W_hh", "index": [0, 0], "from": -1, "to": 1, "points": 3},
                    {"parameter": "b_h", "index": [0], "from": -1, "to": 1, "points": 3},
                ]
            },
        ),
    ],
)
async def test_other_questions_are_refused(client, path, more):
    network = NETWORK | {"hidden_size": 1, "num_layers": 1}
    body = {"experiment": EXPERIMENT | {"network": network}} | more
    response = await client.post(f"/api/v1/{path}", json=body)
    assert response.status_code == 422, response.text
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/experiment/network/bidirectional"
    assert "allowed" in error["detail"]


async def test_twice_the_work_counts(client):
    one = {"cell": "lstm", "hidden_size": 256, "num_layers": 4}
    sequence = {"steps": 200, "batch_size": 64}
    responses = [
        await client.post(
            "/api/v1/flow",
            json={"network": one | {"bidirectional": both}, "sequence": sequence},
        )
        for both in (False, True)
    ]
    works = [response.json()["errors"][0]["detail"] for response in responses]
    assert works[0] != works[1]


async def test_sequences_that_never_fit_are_refused_and_cost_nothing(client):
    """Resets beside a T of 10¹⁵, and the norms of a sequence without a sample."""
    far = {"kind": "explicit", "inputs": [[[1.0]]], "targets": [[0]], "resets": [], "steps": 10**15}
    response = await client.post("/api/v1/flow", json={"sequence": far})
    assert response.status_code == 422
    empty = {"kind": "explicit", "inputs": [], "targets": [[]], "steps": 1}
    response = await client.post("/api/v1/norms", json={"experiment": {"sequence": empty}})
    assert response.status_code == 422
