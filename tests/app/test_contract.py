"""POST /api/v1/flow answers as the contract says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from unrolled.app.schemas import Flow
from unrolled.engine import ACTIVATIONS, CELLS, INITS, LOSSES, TOPOLOGIES

pytestmark = pytest.mark.anyio

EXAMPLE: dict[str, Any] = {
    "network": {
        "cell": "simple",
        "topology": "many-to-many",
        "activation": "tanh",
        "input_size": 4,
        "hidden_size": 8,
        "output_size": 4,
    },
    "weights": {"kind": "random", "init": "normal", "spectral_radius": 0.9, "seed": 0},
    "sequence": {"kind": "random", "steps": 20, "batch_size": 1, "seed": 0},
    "loss": "cross-entropy",
    "truncation": {"kind": "none"},
    "clip": {"rule": "none"},
    "follow": None,
}


WHOLE = EXAMPLE | {
    "network": EXAMPLE["network"] | {"num_layers": 1},
    "weights": EXAMPLE["weights"] | {"forget_bias": 0.0, "update_bias": 0.0},
    "window": None,
    "values": False,
    "chain": None,
    "include": ["itemized", "graph", "spectrum", "lyapunov"],
    "lyapunov": {"count": 8},
}
"""The same with the fields that were added to the contract."""


def without_one_field() -> Iterator[Any]:
    for name, value in EXAMPLE.items():
        yield pytest.param({k: v for k, v in EXAMPLE.items() if k != name}, id=name)
        for inner in value if isinstance(value, dict) else ():
            less = {k: v for k, v in value.items() if k != inner}
            yield pytest.param(EXAMPLE | {name: less}, id=f"{name}.{inner}")


async def test_the_example_is_its_own_experiment(flow):
    assert (await flow(**EXAMPLE))["experiment"] == WHOLE
    assert (await flow(**WHOLE))["experiment"] == WHOLE


async def test_an_empty_object_is_the_example(flow):
    assert await flow() == await flow(**EXAMPLE)


@pytest.mark.parametrize("request_body", list(without_one_field()))
async def test_every_field_has_the_default_of_the_example(flow, request_body):
    assert (await flow(**request_body))["experiment"] == WHOLE


async def test_arrays_have_the_axes_and_the_gaps_that_their_records_say(flow):
    """What no type checker sees of an array: how deep it is, and where a number may be missing."""
    for experiment in (
        {},
        {"sequence": {"kind": "text", "text": "answer"}},
        {"network": {"cell": "jordan"}, "clip": {"rule": "norm", "max_norm": 0.1}},
        {"network": {"topology": "one-to-one"}},
        {"network": {"cell": "lstm"}, "clip": {"rule": "backward", "max_norm": 0.1}},
        {"network": {"cell": "gru", "num_layers": 3}, "follow": 7},
        {
            "network": {"cell": "lstm", "num_layers": 2},
            "sequence": {"batch_size": 3},
            "clip": {"rule": "norm", "max_norm": 0.1, "per_sample": True},
        },
        {
            "network": {"cell": "lstm"},
            "weights": {"init": "chrono", "input_scale": 0.5},
            "loss": "binary-cross-entropy",
            "clip": {"rule": "per-parameter", "max_norm": 0.1},
        },
        OVERFLOWING,
        {"values": True},
        {"network": {"cell": "gru", "topology": "one-to-many"}, "values": True, "follow": 2},
        {"network": {"cell": "jordan", "topology": "many-to-one"}, "values": True},
        {"network": {"cell": "lstm", "num_layers": 2}, "values": True, "window": WINDOW},
        OVERFLOWING | {"values": True},
    ):
        answer = await flow(**experiment)
        Flow.model_validate_json(json.dumps(answer), strict=True)


WINDOW = {"first": 3, "last": 6}
OVERFLOWING: dict[str, Any] = {
    "network": {"activation": "linear"},
    "weights": {"spectral_radius": 1e30},
    "sequence": {"steps": 50},
}


async def test_an_overflow_leaves_what_came_before(flow):
    answer = await flow(**OVERFLOWING)
    overflow, steps = answer["overflow"], answer["steps"]
    assert overflow["quantity"] == "h"
    assert (overflow["step"], overflow["steps"]) == (steps + 1, 50)
    assert overflow["detail"][1:] in answer["diagnosis"]["summary"]
    assert answer["experiment"]["sequence"]["steps"] == 50
    shorter = await flow(**OVERFLOWING | {"sequence": {"steps": 20}})
    assert shorter["overflow"] == answer["overflow"] | {
        "steps": 20,
        "detail": shorter["overflow"]["detail"],
    }
    assert shorter["itemized"] == answer["itemized"]
    assert len(answer["hidden_gradient"]["norm"]) == steps


async def test_where_the_only_loss_comes_after_an_overflow(flow):
    network = OVERFLOWING["network"] | {"topology": "many-to-one"}
    answer = await flow(**OVERFLOWING | {"network": network, "follow": 50})
    assert answer["loss"] is None
    assert answer["experiment"]["follow"] is None
    assert answer["itemized"]["loss_steps"] == []
    assert answer["diagnosis"]["verdict"] == "exploding"
    assert "H overflows" in answer["diagnosis"]["summary"]
    assert not any(node["kind"] == "loss" for node in answer["graph"]["nodes"])


async def test_a_window_holds_a_part_of_the_same_graph(flow):
    whole = await flow(network={"cell": "lstm", "num_layers": 2})
    part = await flow(network={"cell": "lstm", "num_layers": 2}, window={"first": 5, "last": 900})
    assert part["graph"]["nodes"] == [n for n in whole["graph"]["nodes"] if n["step"] >= 5]
    inside = {node["id"] for node in part["graph"]["nodes"]}
    edges = [edge for edge in whole["graph"]["edges"] if edge["target"] in inside]
    assert part["graph"]["edges"] == edges
    assert part["itemized"] == whole["itemized"]


async def test_stacked_layers_answer_for_each(flow):
    answer = await flow(network={"cell": "gru", "num_layers": 3}, follow=20)
    layers = answer["layers"]
    assert [layer["layer"] for layer in layers] == [0, 1, 2]
    for name in ("hidden_gradient", "itemized", "gates", "spectrum"):
        assert layers[-1][name] == answer[name]
        assert layers[0][name] != answer[name]
    assert set(answer["gates"]) == {"reset", "update", "new"}
    names = [f"{name}{end}" for end in ("", "_1", "_2") for name in ("W_xh", "W_hh", "b_h", "b_hn")]
    assert list(answer["parameter_gradients"]) == [*names, "W_hy", "b_y"]
    assert {node["layer"] for node in answer["graph"]["nodes"] if node["kind"] == "hidden"} == {
        0,
        1,
        2,
    }
    followed = answer["followed_gradient"]["log10_norm"]
    assert followed == pytest.approx(answer["itemized"]["log10_norm"][-1], abs=1e-9)


async def test_shapes_and_nulls(flow):
    answer = await flow(sequence={"steps": 6})
    steps, hidden = 6, 8
    assert answer["steps"] == steps
    assert len(answer["step_losses"]) == steps
    assert answer["loss"] == pytest.approx(sum(answer["step_losses"]))
    assert answer["cell_gradient"] is None
    assert answer["text"] is None
    for series in answer["hidden_gradient"].values():
        assert len(series) == steps
        assert all(isinstance(value, float) for value in series)
    assert answer["itemized"]["loss_steps"] == answer["itemized"]["steps"] == [1, 2, 3, 4, 5, 6]
    for i, row in enumerate(answer["itemized"]["log10_norm"]):
        assert [value is None for value in row] == [t > i for t in range(steps)]
    spectrum = answer["spectrum"]
    assert len(spectrum["eigenvalues"]) == hidden
    assert len(spectrum["jacobian_log10_norm"]) == len(spectrum["product_log10_norm"]) == steps - 1
    assert spectrum["spectral_radius"] == pytest.approx(0.9)
    assert all(len(series) == steps for series in answer["activity"].values())
    assert set(answer["diagnosis"]) == {
        "verdict",
        "decay_per_step",
        "summary",
        "loss_step",
        "step",
        "log10_arriving",
        "advice",
        "advice_tried",
        "advice_left_out",
    }
    assert answer["diagnosis"]["advice"] is None


async def test_parameter_gradients_have_the_parameters_shapes(flow):
    gradients = (await flow())["parameter_gradients"]
    assert list(gradients) == ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]
    assert (len(gradients["W_xh"]["value"]), len(gradients["W_xh"]["value"][0])) == (8, 4)
    assert (len(gradients["W_hy"]["value"]), len(gradients["W_hy"]["value"][0])) == (4, 8)
    assert len(gradients["b_h"]["value"]) == 8
    assert all(len(gradient["step_log10_norm"]) == 20 for gradient in gradients.values())
    assert gradients["W_hh"]["step_log10_norm"][0] is None  # h_0 = 0 adds nothing at step 1


async def test_jordan_feeds_its_outputs_back(flow):
    answer = await flow(network={"cell": "jordan"})
    assert list(answer["parameter_gradients"]) == ["W_xh", "W_yh", "b_h", "W_hy", "b_y"]
    assert answer["experiment"]["truncation"] == {"kind": "window", "steps": 1}


@pytest.mark.parametrize(
    ("cell", "resolved"),
    [
        ("simple", {"kind": "none"}),
        ("elman", {"kind": "window", "steps": 1}),
        ("jordan", {"kind": "window", "steps": 1}),
    ],
)
async def test_truncation_is_the_cells_own_unless_given(flow, cell, resolved):
    network = {"cell": cell}
    assert (await flow(network=network))["experiment"]["truncation"] == resolved
    assert (await flow(network=network, truncation=None))["experiment"]["truncation"] == resolved
    given = {"kind": "chunk", "steps": 3}
    assert (await flow(network=network, truncation=given))["experiment"]["truncation"] == given
    off = {"kind": "none"}
    assert (await flow(network=network, truncation=off))["experiment"]["truncation"] == off


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("loss", [name for name, row in LOSSES.items() if not row.given])
async def test_every_cell_topology_and_loss_comes_back_byte_for_byte(client, cell, topology, loss):
    first = await client.post(
        "/api/v1/flow",
        json={
            "network": {"cell": cell, "topology": topology},
            "loss": loss,
            "clip": {"rule": "value", "max_value": 0.01},
        },
    )
    assert first.status_code == 200
    again = await client.post("/api/v1/flow", json=first.json()["experiment"])
    assert again.content == first.content


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("init", INITS)
async def test_every_activation_and_init(flow, activation, init):
    if INITS[init].gated:
        network, activation = {"cell": "lstm"}, "tanh"
    else:
        network = {"activation": activation}
    answer = await flow(network=network, weights={"init": init})
    assert answer["experiment"]["network"]["activation"] == activation
    assert answer["experiment"]["weights"]["init"] == init


async def test_a_radius_of_null_leaves_the_matrix_as_drawn(flow):
    drawn = await flow(weights={"spectral_radius": None})
    assert drawn["experiment"]["weights"]["spectral_radius"] is None
    assert drawn["spectrum"]["spectral_radius"] != pytest.approx(0.9, abs=1e-3)


async def test_where_losses_are_emitted(flow):
    losses = {
        topology: [
            value is not None
            for value in (await flow(network={"topology": topology}, sequence={"steps": steps}))[
                "step_losses"
            ]
        ]
        for topology, steps in (
            ("one-to-one", 1),
            ("many-to-one", 3),
            ("many-to-many", 3),
            ("one-to-many", 3),
        )
    }
    assert losses == {
        "one-to-one": [True],
        "many-to-one": [False, False, True],
        "many-to-many": [True, True, True],
        "one-to-many": [True, True, True],
    }


async def test_seeds_are_apart(flow):
    base = await flow()
    other_weights = await flow(weights={"seed": 1})
    other_sequence = await flow(sequence={"seed": 1})
    assert other_weights["spectrum"]["eigenvalues"] != base["spectrum"]["eigenvalues"]
    assert other_sequence["spectrum"]["eigenvalues"] == base["spectrum"]["eigenvalues"]
    assert other_sequence["loss"] != base["loss"]


async def test_a_large_gradient_is_measured_but_not_sent(flow):
    answer = await flow(network={"hidden_size": 257}, sequence={"steps": 2})
    assert answer["parameter_gradients"]["W_hh"]["value"] is None
    assert answer["parameter_gradients"]["W_hh"]["norm"] > 0
    assert answer["parameter_gradients"]["W_xh"]["value"] is not None


async def test_norms_far_below_and_above_a_double(flow):
    chain = {
        "network": {
            "topology": "many-to-one",
            "activation": "linear",
            "input_size": 1,
            "hidden_size": 1,
            "output_size": 1,
        },
        "sequence": {"kind": "explicit", "inputs": [[[0.0]]] * 400, "targets": [[[-1.0]]]},
        "loss": "squared-error",
    }
    ones = {"kind": "explicit", "W_xh": [[1]], "b_h": [0], "W_hy": [[1]], "b_y": [0]}
    for w, exponent in ((1e-3, -1197.0), (1e3, 1197.0)):
        answer = await flow(**chain, weights=ones | {"W_hh": [[w]]})
        assert answer["hidden_gradient"]["log10_norm"][0] == pytest.approx(exponent, rel=1e-12)
        assert answer["hidden_gradient"]["norm"][0] is None
        assert answer["hidden_gradient"]["norm"][-1] == 1.0


async def test_whole_numbers_may_be_written_with_a_point(client):
    body = b'{"network": {"hidden_size": 8.0}, "sequence": {"steps": 2e1}}'
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/flow", content=body, headers=headers)
    assert answer.json()["experiment"] == WHOLE
