"""A gradient that enters from outside, through the service."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.anyio

RANDOM = np.random.default_rng(14)
INPUTS = RANDOM.normal(size=(5, 2, 3)).tolist()
VALUE = RANDOM.normal(size=(5, 2, 4)).tolist()


def experiment(at: str = "hidden", value: Any = VALUE, **network: Any) -> dict[str, Any]:
    sizes = {"input_size": 3, "hidden_size": 4, "cell": "lstm"} | network
    entering = {"at": at, "value": value}
    return {
        "network": sizes,
        "loss": "given",
        "sequence": {"kind": "explicit", "inputs": INPUTS, "entering": entering},
    }


WHOLE = ["itemized", "graph", "spectrum", "lyapunov", "advice"]


@pytest.mark.parametrize("at", ["hidden", "output"])
async def test_the_whole_answer(flow, at):
    asked = experiment(at) | {
        "values": True,
        "include": WHOLE,
        "clip": {"rule": "norm", "max_norm": 1},
    }
    answer = await flow(**asked)
    assert answer["loss"] is None
    assert answer["step_losses"] == [None] * 5
    assert answer["itemized"]["loss_steps"] == [1, 2, 3, 4, 5]
    assert answer["clipping"]["engaged"]
    assert answer["values"]["y"] == [None] * 5
    assert answer["diagnosis"]["loss_step"] == 5
    assert answer["diagnosis"]["advice_tried"] > 0
    sent = answer["experiment"]
    assert sent["sequence"]["entering"] == asked["sequence"]["entering"]
    assert "targets" not in sent["sequence"]
    assert sent["network"]["output_size"] == (None if at == "hidden" else 4)
    assert ("W_hy" in answer["parameter_gradients"]) == (at == "output")
    kinds = {node["kind"] for node in answer["graph"]["nodes"]}
    assert ("output" in kinds) == (at == "output")
    assert await flow(**sent) == answer


async def test_weights_may_leave_the_output_layer_out_or_hold_it(client, flow):
    """With it, and with an output size, it is the same experiment: the same tag."""
    bare = experiment()
    drawn = RANDOM.normal(size=(16, 8)).tolist()
    bare["weights"] = {
        "kind": "explicit",
        "W_xh": [row[:3] for row in drawn],
        "W_hh": [row[:4] for row in drawn],
        "b_h": [0.0] * 16,
    }
    outputs = {"W_hy": [[0.0] * 4] * 7, "b_y": [0.0] * 7}
    full = bare | {
        "weights": bare["weights"] | outputs,
        "network": bare["network"] | {"output_size": 7},
    }
    answers = [await client.post("/api/v1/flow", json=one) for one in (bare, full)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]
    assert set(answers[0].json()["parameter_gradients"]) == {"W_xh", "W_hh", "b_h"}
    other = bare | {"weights": bare["weights"] | {"b_hn": [0.0]}}
    assert (await client.post("/api/v1/flow", json=other)).status_code == 422


async def test_a_step_without_a_gradient_has_no_row(flow):
    value = [*VALUE[:1], *np.zeros((2, 2, 4)).tolist(), *VALUE[3:]]
    answer = await flow(**experiment(value=value), follow=4)
    assert answer["itemized"]["loss_steps"] == [1, 4, 5]
    steps = {node["step"] for node in answer["graph"]["nodes"] if node["kind"] == "loss"}
    assert steps == {1, 4, 5}


async def test_where_nothing_enters(flow):
    answer = await flow(**experiment(value=np.zeros((5, 2, 4)).tolist()), include=WHOLE)
    assert answer["diagnosis"]["summary"].startswith("No gradient enters")
    assert answer["diagnosis"]["advice"] == []
    assert answer["itemized"]["loss_steps"] == []


@pytest.mark.parametrize("at", ["hidden", "output"])
async def test_the_check(client, at):
    asked = {"experiment": experiment(at), "entries": 3}
    answer = (await client.post("/api/v1/check", json=asked)).json()
    assert answer["exact"]
    assert answer["worst"] < 1e-6
    assert ("b_y" in answer["parameters"]) == (at == "output")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"sequence": {"kind": "random"}}, "/loss"),
        ({"sequence": {"kind": "text", "text": "given"}}, "/loss"),
        ({"sequence": {"kind": "explicit", "inputs": INPUTS}}, "/sequence/entering"),
        ({"sequence": experiment()["sequence"] | {"targets": [[0, 0]] * 5}}, "/sequence/targets"),
        ({"loss": "cross-entropy"}, "/sequence/entering"),
        (experiment(value=VALUE[:2]), "/sequence/entering/value"),
        (experiment(value=[]), "/sequence/entering/value"),
        (experiment("output", RANDOM.normal(size=(5, 2, 2)).tolist()), "/sequence/entering/value"),
        (experiment("above"), "/sequence/entering/at"),
        (experiment(cell="jordan"), "/network/output_size"),
    ],
)
async def test_what_does_not_fit_is_refused(refused, change, pointer):
    assert pointer in await refused(experiment() | change)


@pytest.mark.parametrize("address", ["norms", "landscape"])
async def test_what_needs_a_loss_elsewhere_says_so(client, address):
    one = experiment(
        "output", [[[1.0]]] * 5, hidden_size=1, output_size=1, input_size=1, cell="simple"
    )
    one["sequence"]["inputs"] = [[[1.0]]] * 5
    axes = [
        {"parameter": n, "index": [0] * k, "from": 0, "to": 1} for n, k in (("W_hh", 2), ("b_h", 1))
    ]
    asked = {"experiment": one} | ({"axes": axes} if address == "landscape" else {})
    answer = await client.post(f"/api/v1/{address}", json=asked)
    assert answer.status_code == 422
    assert "belongs to one pass" in answer.text


async def test_the_page_does_not_offer_it(client):
    vocabulary = (await client.get("/api/v1/vocabulary")).json()
    (row,) = (row for row in vocabulary["losses"] if row["needs"])
    assert (row["name"], row["needs"], row["targets"]) == ("given", "entering", None)
    page = (await client.get("/")).text
    assert 'value="huber"' in page
    assert 'value="given"' not in page


def padded(**changes: Any) -> dict[str, Any]:
    sequence = {
        "kind": "explicit",
        "inputs": INPUTS,
        "targets": [[0, 1], [2, 3], [0, -100], [1, 2], [3, 0]],
        "lengths": [5, 3],
    }
    network = {"input_size": 3, "hidden_size": 4, "cell": "gru"}
    return {"network": network, "sequence": sequence | changes, "include": WHOLE}


async def test_nothing_is_said_behind_the_end(flow):
    answer = await flow(**padded(), values=True)
    assert answer["experiment"]["sequence"]["lengths"] == [5, 3]
    assert answer["itemized"]["loss_steps"] == [1, 2, 3, 4, 5]
    for name in ("h", "dh"):
        shown = answer["values"]["layers"][0][name]
        assert [step[1] == [None] * 4 for step in shown] == [False] * 3 + [True] * 2
        assert all(None not in step[0] for step in shown)
    assert answer["values"]["y"][2][1] == [None] * 4
    assert "Of 2 samples it is that of 1" in answer["diagnosis"]["summary"]
    other = padded()
    other["sequence"]["inputs"] = [*INPUTS[:3], *([row[0], [9.0] * 3] for row in INPUTS[3:])]
    again = await flow(**other, values=True)
    assert {k: v for k, v in again.items() if k != "experiment"} == {
        k: v for k, v in answer.items() if k != "experiment"
    }
    assert await flow(**answer["experiment"]) == answer


async def test_masks_that_leave_nothing_out_are_none(client):
    plain = padded()
    del plain["sequence"]["lengths"]
    plain["sequence"]["targets"][2][1] = 1
    idle = {"lengths": [5, 5], "loss_weights": [[1, 1.0]] * 5, "resets": [[False, False]] * 5}
    full = plain | {"sequence": plain["sequence"] | idle}
    answers = [await client.post("/api/v1/flow", json=one) for one in (plain, full)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]


async def test_the_loss_of_the_last_steps_alone(flow):
    answer = await flow(**padded(lengths=[5, 5], loss_weights=[[0, 0]] * 3 + [[1, 1]] * 2))
    assert answer["itemized"]["loss_steps"] == [4, 5]
    assert answer["step_losses"][:3] == [None] * 3


async def test_a_reset_cuts(flow):
    resets = [[False, False], [True, True], *[[False, False]] * 3]
    answer = await flow(**padded(lengths=[5, 5], resets=resets))
    assert answer["diagnosis"]["step"] == 2
    assert "At step 2 the state starts anew." in answer["diagnosis"]["summary"]
    (edge,) = (
        edge
        for edge in answer["graph"]["edges"]
        if edge["source"] == "h_1" and edge["target"] == "h_2"
    )
    assert edge["blocked"]
    assert edge["log10_norm"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"lengths": [5]}, "/sequence/lengths"),
        ({"lengths": [6, 1]}, "/sequence/lengths/0"),
        ({"lengths": [0, 1]}, "/sequence/lengths/0"),
        ({"lengths": []}, "/sequence/lengths"),
        ({"loss_weights": [[1, 1]]}, "/sequence/loss_weights"),
        ({"loss_weights": [[1, -1]] * 5}, "/sequence/loss_weights/0/1"),
        ({"resets": [[True, 1]] * 5}, "/sequence/resets/0/1"),
        ({"resets": [[True]]}, "/sequence/resets"),
        ({"targets": [[4, 0]] * 5}, "/sequence/targets/0/0"),
    ],
)
async def test_a_mask_that_does_not_fit_is_refused(refused, change, pointer):
    assert pointer in await refused(padded(**change))


@pytest.mark.parametrize("address", ["check", "norms"])
async def test_the_others_count_the_same(client, address):
    experiment = padded() | {"include": ["itemized"]}
    body = {"experiment": experiment} | ({"draws": 3} if address == "norms" else {"entries": 2})
    answer = await client.post(f"/api/v1/{address}", json=body)
    assert answer.status_code == 200, answer.text
    if address == "check":
        assert answer.json()["worst"] < 1e-6


async def test_a_length_that_no_memory_holds_is_refused(refused):
    """No mask of that size is made to be compared."""
    given = {"kind": "explicit", "inputs": [[[1.0] * 4]], "targets": [[0]], "resets": [[False]]}
    found = await refused({"sequence": given | {"steps": 2**53 - 1}})
    assert "/sequence/steps" in found


async def test_a_sequence_without_a_step_has_no_draws(client):
    given = {"kind": "explicit", "inputs": [], "targets": []}
    answer = await client.post("/api/v1/norms", json={"experiment": {"sequence": given}})
    assert answer.status_code == 422, answer.text
