"""Drawn weights: what their inits say of the radius, of T_max and of the scale of the inputs."""

import re

import pytest

from unrolled.engine import CELLS, INITS, MAX_LENGTH, MIN_LENGTH

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("init", INITS)
async def test_an_init_with_a_scale_of_its_own_keeps_it_where_no_radius_is_said(flow, init):
    network = {"cell": "lstm"} if INITS[init].gated else {}
    left_out = await flow(network=network, weights={"init": init})
    said = await flow(network=network, weights={"init": init, "spectral_radius": 0.9})
    kept = left_out["experiment"]["weights"]["spectral_radius"]
    assert kept == (None if INITS[init].scaled else 0.9)
    assert said["experiment"]["weights"]["spectral_radius"] == 0.9
    assert said["spectrum"]["spectral_radius"] == pytest.approx(0.9)


async def test_chrono_takes_the_length_of_the_sequence(flow, client):
    """T_max is said in the answer, at least 2, and only where the init asks for it."""
    network = {"cell": "gru"}
    for steps, longest in ((1, 2), (30, 30)):
        answer = await flow(network=network, weights={"init": "chrono"}, sequence={"steps": steps})
        assert answer["experiment"]["weights"]["t_max"] == longest
    said = await flow(network=network, weights={"init": "chrono", "t_max": 7})
    assert said["experiment"]["weights"]["t_max"] == 7
    meaningless = {"network": network, "weights": {"init": "normal", "t_max": 7}}
    refusal = await client.post("/api/v1/flow", json=meaningless)
    assert refusal.status_code == 422
    assert [error["pointer"] for error in refusal.json()["errors"]] == ["/weights/t_max"]


async def test_an_input_scale_is_named_where_it_is_not_one(flow):
    network = {"num_layers": 2}
    plain = await flow(network=network)
    ones = await flow(network=network, weights={"input_scale": [1, 1.0]})
    assert "input_scale" not in plain["experiment"]["weights"]
    assert ones == plain
    small = await flow(network=network, weights={"init": "identity", "input_scale": 0.001})
    assert small["experiment"]["weights"]["input_scale"] == 0.001
    assert small["activity"]["hidden_norm"][0] < 0.01 * plain["activity"]["hidden_norm"][0]


async def test_the_description_says_which_cells_take_what(client):
    """Read off the engine's tables, so that a cell or an init that is added is named too."""
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    drawn, given = schemas["RandomWeights"]["properties"], schemas["ExplicitWeights"]
    for name, cell in CELLS.items():
        for gate, note in cell.biases.items():
            said = drawn[f"{gate}_bias"]["description"]
            assert note in said
            assert re.search(rf"(?<![\w-]){name}(?![\w-])", said.partition("first. ")[2])
        if cell.gates:
            count = rf"{len(cell.gates)} for [^\d]*(?<![\w-]){name}(?![\w-])"
            assert re.search(count, given["description"])
        if cell.keeping:
            assert f"{name}'s" in drawn["init"]["description"].partition("chrono:")[2]
    for name, init in INITS.items():
        assert f"{name}: {init.does}" in drawn["init"]["description"]
    assert given["properties"]["b_hn"]["description"].endswith("; gru only.")
    assert given["properties"]["W_hh"]["description"].endswith("; not for jordan.")


async def test_t_max_has_one_range(client):
    """That of the engine, in the description, on the page and for a request."""
    described = (await client.get("/openapi.json")).json()["components"]["schemas"]
    whole = described["RandomWeights"]["properties"]["t_max"]["anyOf"][0]
    assert (whole["minimum"], whole["maximum"]) == (MIN_LENGTH, MAX_LENGTH)
    page = (await client.get("/")).text
    assert f'data-set="t_max" min="{MIN_LENGTH}" max="{MAX_LENGTH}"' in page
    for t_max, status in ((MAX_LENGTH, 200), (MAX_LENGTH + 1, 422)):
        asked = {"network": {"cell": "gru"}, "weights": {"init": "chrono", "t_max": t_max}}
        assert (await client.post("/api/v1/flow", json=asked)).status_code == status
