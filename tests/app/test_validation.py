"""Bad input: a pointer to the field, what came, and what is allowed."""

import json

import pytest

from unrolled.engine import ACTIVATIONS, CELLS, LOSSES, TOPOLOGIES

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("experiment", "pointer", "allowed"),
    [
        ({"network": {"cell": "transformer"}}, "/network/cell", CELLS),
        ({"network": {"cell": "LSTM"}}, "/network/cell", CELLS),
        ({"network": {"topology": "1-1"}}, "/network/topology", TOPOLOGIES),
        ({"network": {"activation": "swish"}}, "/network/activation", ACTIVATIONS),
        ({"loss": "hinge"}, "/loss", LOSSES),
        ({"weights": {"init": "lecun"}}, "/weights/init", ["normal", "orthogonal"]),
        ({"weights": {"kind": "x"}}, "/weights/kind", ["random", "explicit"]),
        ({"sequence": {"kind": "x"}}, "/sequence/kind", ["random", "text", "explicit"]),
        ({"truncation": {"kind": "x"}}, "/truncation/kind", ["none", "window", "chunk"]),
        ({"clip": {"rule": "sign"}}, "/clip/rule", ["none", "norm", "value", "backward"]),
        (
            {"sequence": {"kind": "text", "text": "ab", "tokens": "bytes"}},
            "/sequence/tokens",
            ["characters", "words", "graphemes"],
        ),
    ],
)
async def test_an_unknown_name_is_answered_with_the_known_ones(
    refused, experiment, pointer, allowed
):
    errors = await refused(experiment)
    assert list(errors) == [pointer]
    for name in allowed:
        assert repr(name) in errors[pointer]


@pytest.mark.parametrize(
    ("experiment", "pointer", "names"),
    [
        ({"netwrok": {}}, "/netwrok", ["network", "weights", "follow"]),
        ({"network": {"hiden_size": 3}}, "/network/hiden_size", ["cell", "hidden_size"]),
        ({"weights": {"radius": 1}}, "/weights/radius", ["kind", "spectral_radius", "seed"]),
        ({"clip": {"max_norm": 1}}, "/clip/max_norm", ["rule"]),
        ({"truncation": {"kind": "none", "steps": 1}}, "/truncation/steps", ["kind"]),
        ({"network": {"a/b~c": 1}}, "/network/a~1b~0c", ["cell"]),
        ({"network": {"": 1}}, "/network/", ["cell"]),
    ],
)
async def test_an_unknown_field_is_answered_with_the_known_ones(
    refused, experiment, pointer, names
):
    errors = await refused(experiment)
    assert list(errors) == [pointer]
    for name in names:
        assert name in errors[pointer]


@pytest.mark.parametrize("value", ["8", True, False, 8.5, None, [], {}, "eight"])
async def test_a_whole_number_is_nothing_else(refused, value):
    errors = await refused({"network": {"hidden_size": value}})
    assert list(errors) == ["/network/hidden_size"]
    assert "whole number" in errors["/network/hidden_size"]


@pytest.mark.parametrize("value", ["0.9", True, [], {}])
async def test_a_number_is_nothing_else(refused, value):
    errors = await refused({"weights": {"spectral_radius": value}})
    assert list(errors) == ["/weights/spectral_radius"]


@pytest.mark.parametrize("value", [1, None, True, []])
async def test_a_text_is_nothing_else(refused, value):
    assert list(await refused({"sequence": {"kind": "text", "text": value}})) == ["/sequence/text"]


@pytest.mark.parametrize("name", ["network", "weights", "sequence", "truncation", "clip"])
@pytest.mark.parametrize("value", [1, "x", [], True])
async def test_an_object_is_nothing_else(refused, name, value):
    errors = await refused({name: value})
    assert list(errors) == [f"/{name}"]
    assert "an object" in errors[f"/{name}"]


@pytest.mark.parametrize("document", [[], "x", 1, True, None])
async def test_the_experiment_is_an_object(client, document):
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/flow", content=json.dumps(document), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == ""


@pytest.mark.parametrize(
    ("experiment", "pointer"),
    [
        ({"network": {"hidden_size": 0}}, "/network/hidden_size"),
        ({"network": {"input_size": 0}}, "/network/input_size"),
        ({"network": {"output_size": -1}}, "/network/output_size"),
        ({"sequence": {"steps": 0}}, "/sequence/steps"),
        ({"sequence": {"batch_size": 0}}, "/sequence/batch_size"),
        ({"sequence": {"seed": -1}}, "/sequence/seed"),
        ({"weights": {"seed": -1}}, "/weights/seed"),
        ({"weights": {"seed": 2**53}}, "/weights/seed"),
        ({"weights": {"spectral_radius": -0.1}}, "/weights/spectral_radius"),
        ({"truncation": {"kind": "window", "steps": 0}}, "/truncation/steps"),
        ({"truncation": {"kind": "chunk"}}, "/truncation/steps"),
        ({"clip": {"rule": "norm", "max_norm": 0}}, "/clip/max_norm"),
        ({"clip": {"rule": "norm"}}, "/clip/max_norm"),
        ({"clip": {"rule": "value", "max_value": -1}}, "/clip/max_value"),
        ({"clip": {"rule": "backward", "max_norm": 0}}, "/clip/max_norm"),
        ({"clip": {"rule": "backward", "max_norm": 1, "per_sample": True}}, "/clip/per_sample"),
        ({"network": {"num_layers": 0}}, "/network/num_layers"),
        ({"network": {"num_layers": 5}}, "/network/num_layers"),
        ({"network": {"cell": "lstm", "activation": "relu"}}, "/network/activation"),
        ({"weights": {"forget_bias": 1}}, "/weights/forget_bias"),
        ({"weights": {"update_bias": 1}}, "/weights/update_bias"),
        ({"network": {"cell": "lstm"}, "weights": {"forget_bias": [1, 2]}}, "/weights/forget_bias"),
        ({"network": {"cell": "gru"}, "weights": {"update_bias": []}}, "/weights/update_bias"),
        ({"window": {"first": 0, "last": 3}}, "/window/first"),
        ({"window": {"first": 4, "last": 3}}, "/window"),
        ({"follow": 0}, "/follow"),
        ({"follow": "first"}, "/follow"),
        ({"follow": 21}, "/follow"),
        ({"network": {"topology": "many-to-one"}, "follow": 3}, "/follow"),
        ({"network": {"topology": "one-to-one"}, "sequence": {"steps": 2}}, "/sequence/steps"),
    ],
)
async def test_values_out_of_range(refused, experiment, pointer):
    errors = await refused(experiment)
    assert list(errors) == [pointer]
    assert "allowed" in errors[pointer] or "missing" in errors[pointer] or "1" in errors[pointer]


async def test_everything_that_is_wrong_is_said_at_once(refused):
    experiment = {"network": {"cell": "x", "hidden_size": 0}, "weights": {"seed": -1}, "loss": 3}
    assert set(await refused(experiment)) == {
        "/network/cell",
        "/network/hidden_size",
        "/weights/seed",
        "/loss",
    }


async def test_a_thousand_faults_are_answered_briefly(client):
    answer = await client.post("/api/v1/flow", json={f"wrong{i}": i for i in range(1000)})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 20


WEIGHTS = {
    "kind": "explicit",
    "W_xh": [[1.0, 0.0]],
    "W_hh": [[0.5]],
    "b_h": [0.0],
    "W_hy": [[1.0], [2.0]],
    "b_y": [0.0, 0.0],
}
SMALL = {"input_size": 2, "hidden_size": 1, "output_size": 2}


def altered(**changes):
    weights = {name: value for name, value in (WEIGHTS | changes).items() if value != "drop"}
    return {"network": SMALL, "weights": weights}


async def test_explicit_weights(flow):
    answer = await flow(**altered())
    assert answer["experiment"]["weights"] == WEIGHTS
    assert answer["spectrum"]["eigenvalues"] == [[0.5, 0.0]]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"W_hh": "drop"}, "/weights/W_hh"),
        ({"W_yh": [[1.0, 1.0]]}, "/weights/W_yh"),
        ({"W_hh": [[0.5, 0.1]]}, "/weights/W_hh"),
        ({"W_hy": [[1.0], [2.0, 3.0]]}, "/weights/W_hy"),
        ({"W_hy": [[], []]}, "/weights/W_hy"),
        ({"b_h": []}, "/weights/b_h"),
        ({"b_h": 0.0}, "/weights/b_h"),
        ({"b_y": [0.0, "0"]}, "/weights/b_y/1"),
        ({"W_xh": [[1.0, None]]}, "/weights/W_xh/0/1"),
        ({"W_zz": [[1.0]]}, "/weights/W_zz"),
        ({"kind": "drop"}, "/weights/W_xh"),
    ],
)
async def test_explicit_weights_that_do_not_fit(refused, changes, pointer):
    errors = await refused(altered(**changes))
    assert pointer in errors


SEQUENCE = {"kind": "explicit", "inputs": [[[1.0, 0.0]], [[0.0, 1.0]]], "targets": [[0], [1]]}


async def test_an_explicit_sequence(flow):
    answer = await flow(network=SMALL, sequence=SEQUENCE | {"h_0": [[0.5]]})
    assert answer["experiment"]["sequence"] == SEQUENCE | {
        "h_0": [[0.5]],
        "c_0": None,
        "steps": 2,
    }
    assert {"h_0"} <= {node["id"] for node in answer["graph"]["nodes"]}


async def test_targets_as_numbers(flow):
    targets = [[[0.5, -1.0]], [[0.0, 2.0]]]
    answer = await flow(
        network=SMALL, sequence=SEQUENCE | {"targets": targets}, loss="squared-error"
    )
    assert answer["experiment"]["sequence"]["targets"] == targets


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"inputs": []}, "/sequence/inputs"),
        ({"inputs": [[]]}, "/sequence/inputs"),
        ({"targets": []}, "/sequence/targets"),
        ({"targets": [[0]]}, "/sequence/targets"),
        ({"targets": [[0], [2]]}, "/sequence/targets/1/0"),
        ({"targets": [[0], [-1]]}, "/sequence/targets/1/0"),
        ({"targets": [[[0.0, 1.0]], [[0.0, 1.0]]]}, "/sequence/targets"),
        ({"targets": [[0], ["1"]]}, "/sequence/targets/1/0"),
        ({"targets": [[0], [0.5]]}, "/sequence/targets/1/0"),
        ({"inputs": [[[1.0]], [[0.0]]]}, "/sequence/inputs"),
        ({"inputs": [[[1.0, 0.0]], [[0.0, True]]]}, "/sequence/inputs/1/0/1"),
        ({"h_0": [[0.0, 0.0]]}, "/sequence/h_0"),
        ({"steps": 3}, "/sequence/steps"),
        ({"c_0": [[0.0]]}, "/sequence/c_0"),
        ({"seed": 0}, "/sequence/seed"),
    ],
)
async def test_an_explicit_sequence_that_does_not_fit(refused, changes, pointer):
    assert list(await refused({"network": SMALL, "sequence": SEQUENCE | changes})) == [pointer]


async def test_one_to_many_reads_one_input_step(flow):
    network = SMALL | {"topology": "one-to-many"}
    sequence = SEQUENCE | {"inputs": SEQUENCE["inputs"][:1]}
    assert (await flow(network=network, sequence=sequence))["steps"] == 2


async def test_an_overflow_at_step_1_is_the_weights_fault(refused):
    errors = await refused(
        {
            "network": SMALL | {"activation": "linear"},
            "weights": WEIGHTS | {"W_xh": [[1e200, 0.0]]},
            "sequence": SEQUENCE | {"inputs": [[[1e200, 0.0]], [[0.0, 1.0]]]},
        }
    )
    assert list(errors) == ["/weights"]
    assert "h overflows the range of a double at step 1 of 2" in errors["/weights"]


@pytest.mark.parametrize(
    ("experiment", "pointer", "detail"),
    [
        (
            {"sequence": {"kind": "random", "seed": -5}},
            "/sequence/seed",
            "received -5; allowed: a whole number from 0 to 9007199254740991",
        ),
        (
            {"weights": {"seed": 1.5}},
            "/weights/seed",
            "received 1.5; allowed: a whole number from 0 to 9007199254740991",
        ),
        (
            {"network": {"num_layers": 9}},
            "/network/num_layers",
            "received 9; allowed: a whole number from 1 to 4",
        ),
        (
            {"network": {"num_layers": "2"}},
            "/network/num_layers",
            "received '2'; allowed: a whole number from 1 to 4",
        ),
    ],
)
async def test_a_whole_number_is_answered_with_its_range(refused, experiment, pointer, detail):
    assert await refused(experiment) == {pointer: detail}
