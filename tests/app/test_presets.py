"""Every preset runs, and what it claims is true."""

import math
import re
from statistics import mean

import numpy as np
import pytest

from unrolled.app.presets import PRESETS
from unrolled.app.schemas import Preset
from unrolled.engine import CELLS, TOPOLOGIES

pytestmark = pytest.mark.anyio

BY_NAME = {preset.name: preset for preset in PRESETS}


@pytest.fixture
async def answer(client, request):
    """What the API answers to the preset of the test's parameter, as /presets delivers it."""
    listed = {preset["name"]: preset for preset in (await client.get("/api/v1/presets")).json()}
    response = await client.post("/api/v1/flow", json=listed[request.param]["experiment"])
    assert response.status_code == 200, response.text
    return response.json()


def preset(name):
    return pytest.mark.parametrize("answer", [name], indirect=True)


def last_row(answer):
    """log10 of the last loss's gradient at every step, relative to where it enters."""
    row = answer["itemized"]["log10_norm"][-1]
    return [None if value is None else value - row[-1] for value in row]


async def test_the_list(client):
    response = await client.get("/api/v1/presets")
    assert response.status_code == 200
    listed = [Preset.model_validate(preset) for preset in response.json()]
    assert listed == PRESETS
    assert len(BY_NAME) == len(PRESETS)
    assert all(len(preset.title) <= 30 for preset in PRESETS)
    assert {preset.experiment.network.cell for preset in PRESETS} == set(CELLS)
    assert {preset.experiment.network.topology for preset in PRESETS} == set(TOPOLOGIES)


@pytest.mark.parametrize("answer", list(BY_NAME), indirect=True)
async def test_each_one_runs_and_its_experiment_is_whole(client, answer):
    again = await client.post("/api/v1/flow", json=answer["experiment"])
    assert again.json() == answer


@preset("next-character")
async def test_next_character_vanishes_within_nine_steps(answer):
    assert PRESETS[0].name == "next-character"
    assert answer["diagnosis"]["verdict"] == "vanishing"
    assert last_row(answer)[-10] < -3
    assert last_row(answer)[-9] > -3
    assert answer["experiment"]["network"]["topology"] == "many-to-many"


@preset("elman")
async def test_elman_copies_and_blocks(answer):
    check_blocked(answer, "h")


@preset("jordan")
async def test_jordan_copies_the_output_and_blocks(answer):
    check_blocked(answer, "o")


def check_blocked(answer, copied):
    assert answer["diagnosis"]["verdict"] == "blocked"
    copies = [edge for edge in answer["graph"]["edges"] if edge["kind"] == "context"]
    assert copies
    assert all(edge["blocked"] and edge["source"].startswith(copied) for edge in copies)
    for i, row in enumerate(answer["itemized"]["log10_norm"]):
        assert [t for t, value in enumerate(row) if value is not None] == [i]


@preset("gru-reset-before")
async def test_the_update_gate_of_the_first_gru_holds(answer):
    assert round(100 * mean(answer["gates"]["update"])) == 95
    assert round(100 * 10 ** last_row(answer)[0]) == 48


@preset("mgu")
async def test_the_one_gate_holds_where_it_is_shut(client, answer):
    assert round(100 * 10 ** last_row(answer)[0]) == 50
    experiment = answer["experiment"]
    assert experiment["weights"]["forget_bias"] == -3
    experiment["weights"]["forget_bias"] = 0
    other = (await client.post("/api/v1/flow", json=experiment)).json()
    assert last_row(other)[0] < -3


@preset("one-to-one")
async def test_one_to_one_does_not_use_the_recurrent_matrix(answer):
    assert answer["steps"] == 1
    assert answer["parameter_gradients"]["W_hh"]["norm"] == 0
    assert answer["parameter_gradients"]["W_hh"]["log10_norm"] is None


@preset("sentiment")
async def test_the_first_word_of_the_review_gets_little(answer):
    assert answer["step_losses"].count(None) == answer["steps"] - 1
    assert last_row(answer)[0] < -2
    assert answer["text"]["targets"] == ["1"]


@preset("blood-type")
async def test_the_first_base_gets_almost_nothing(answer):
    assert answer["steps"] == 48
    assert set(answer["text"]["vocabulary"]) == set("ACGT")
    assert answer["experiment"]["network"]["output_size"] == 4
    assert last_row(answer)[0] < -8


@preset("caption")
async def test_half_of_the_last_words_gradient_reaches_the_picture(answer):
    reading = [node["id"] for node in answer["graph"]["nodes"] if node["kind"] == "input"]
    assert reading == ["x_1"]
    assert last_row(answer)[0] > math.log10(0.5)


@preset("music")
async def test_little_of_the_last_note_reaches_the_first(answer):
    assert last_row(answer)[0] < -3


@pytest.mark.parametrize(
    ("answer", "w", "after_50", "after_65"),
    [("chain-explodes", 1.1, "117.4", "490.4"), ("chain-vanishes", 0.9, "0.00515", "0.00106")],
    indirect=["answer"],
)
async def test_the_chains_of_the_notes(answer, w, after_50, after_65):
    norm = answer["hidden_gradient"]["norm"]
    assert norm[114] == pytest.approx(1.0, rel=1e-9)
    assert norm[64] == pytest.approx(w**50, rel=1e-9)
    assert norm[49] == pytest.approx(w**65, rel=1e-9)
    look = BY_NAME["chain-explodes" if w > 1 else "chain-vanishes"].look
    digits = ".1f" if w > 1 else ".3g"
    assert f"{norm[64]:{digits}}" == after_50
    assert f"{norm[49]:{digits}}" == after_65
    assert after_50 in look
    assert after_65 in look
    states = [(w**t - 1) / (w - 1) for t in range(115)]  # Σ w^k: every input is 1
    terms = [w ** (114 - t) * h for t, h in enumerate(states)]
    gradient = answer["parameter_gradients"]["W_hh"]
    assert gradient["norm"] == pytest.approx(sum(terms), rel=1e-9)
    recent = sum(10**value for value in gradient["step_log10_norm"][-50:])
    if w > 1:
        assert f"{gradient['norm'] / 1e6:.0f} million" == "54 million"
    else:
        assert f"{gradient['norm']:.1f}" == "100.0"
        assert f"{recent / gradient['norm']:.1%}" == "99.5%"


@preset("clipping")
async def test_the_exploding_relu_is_clipped(client, answer):
    clipping = answer["clipping"]
    assert answer["diagnosis"]["verdict"] == "exploding"
    assert clipping["norm_before"] > 1e8
    assert clipping["engaged"]
    assert clipping["norm_after"] == pytest.approx(1.0)
    assert clipping["cosine"] == pytest.approx(1.0)
    by_value = {"rule": "value", "max_value": 1.0}
    bent = await client.post("/api/v1/flow", json=answer["experiment"] | {"clip": by_value})
    assert bent.json()["clipping"]["cosine"] < 0.99


@preset("lstm")
async def test_the_lstm_holds_where_a_simple_network_fades(client, answer):
    assert answer["steps"] == 81
    assert answer["experiment"]["weights"]["forget_bias"] == 5
    assert f"{mean(answer['gates']['forget']):.0%}" == "99%"
    cell, hidden = answer["cell_gradient"]["norm"], answer["hidden_gradient"]["norm"]
    assert min(cell) > 0.6 * cell[-1]
    state = [math.hypot(*both) for both in zip(cell, hidden, strict=True)]
    assert state[0] > 0.8 * state[-1]
    network = answer["experiment"]["network"] | {"cell": "simple"}
    weights = answer["experiment"]["weights"] | {"forget_bias": 0}
    simple = answer["experiment"] | {"network": network, "weights": weights}
    faded = (await client.post("/api/v1/flow", json=simple)).json()
    assert last_row(faded)[0] == pytest.approx(-8, abs=0.1)


@preset("gru")
async def test_the_gru_keeps_half_of_its_state(answer):
    assert last_row(answer)[0] < -3
    assert all(0.4 < mean < 0.6 for mean in answer["gates"]["update"])


@preset("stacked")
async def test_more_ways_lead_to_the_first_layer(answer):
    first, _, third = (layer["itemized"]["log10_norm"][-1] for layer in answer["layers"])
    assert first[-1] < third[-1]
    assert first[0] > third[0]


@preset("transient")
async def test_the_gradient_grows_before_it_decays(answer):
    back = list(reversed(last_row(answer)))
    assert answer["spectrum"]["spectral_radius"] == pytest.approx(0.9)
    assert answer["spectrum"]["spectral_norm"] == pytest.approx(4.2, abs=0.01)
    assert max(back) > math.log10(15)
    assert all(value > 0 for value in back[1:52])
    assert all(value < 0 for value in back[52:])
    assert max(back) < math.log10(16)
    assert answer["parameter_gradients"]["W_hh"]["norm"] > 1


QUOTED = {
    "next-character": ["nine", "thousandth"],
    "elman": [],
    "jordan": [],
    "lstm": ["5", "99", "60", "hundred-millionth"],
    "gru": ["half", "half"],
    "gru-reset-before": ["3", "95", "48", "1"],
    "mgu": ["1", "3", "50", "1", "0", "thousandth"],
    "lstm-peephole": [],
    "lstm-relu": ["0"],
    "lstm-projected": ["16", "4", "16"],
    "stacked": ["1"],
    "one-to-one": [],
    "sentiment": ["hundredth"],
    "blood-type": ["48", "four", "hundred million"],
    "caption": ["1", "half"],
    "music": ["thousandth"],
    "chain-explodes": ["1.1", "1", "115", "117.4", "50", "65", "490.4", "65", "50", "1", "54"],
    "chain-vanishes": [
        *("0.9", "1", "115", "0.00515", "50", "65", "0.00106", "65", "50", "1"),
        *("100.0", "99.5", "50"),
    ],
    "transient": ["0.9", "fifteenfold", "4.2", "52"],
    "clipping": ["hundred million", "1"],
    "wall": ["4.8", "2.3", "59"],
}
"""Every quantity that a preset's words name; each is compared with the answer above."""

_QUANTITY = re.compile(
    r"\d+(?:\.\d+)?|hundred[- ]million(?:th)?|hundredth|thousandth|fifteenfold|fiftieth|half"
    r"|\b(?:two|four|five|six|seven|eight|nine|ten)\b"
)


def test_no_quantity_is_named_that_is_not_compared():
    for name, shown in BY_NAME.items():
        assert _QUANTITY.findall(shown.look) == QUOTED[name], name


@preset("lstm-peephole")
async def test_a_second_way_leads_back_through_the_gates(client, answer):
    """Without peepholes the same weights hand less of ∂L/∂C back, or more: never as much."""
    experiment = answer["experiment"]
    plain = experiment | {"network": experiment["network"] | {"cell": "lstm"}}
    other = (await client.post("/api/v1/flow", json=plain)).json()
    assert {"p_i", "p_f", "p_o"} <= set(answer["parameter_gradients"])
    pairs = zip(answer["cell_gradient"]["norm"], other["cell_gradient"]["norm"], strict=True)
    assert all(one != without for one, without in pairs)


@preset("lstm-relu")
async def test_a_relu_unit_without_a_state_above_0_shows_nothing(client, answer):
    body = answer["experiment"] | {"values": True}
    (layer,) = (await client.post("/api/v1/flow", json=body)).json()["values"]["layers"]
    pairs = [
        (c, h)
        for of_c, of_h in zip(layer["c"], layer["h"], strict=True)
        for c, h in zip(of_c[0], of_h[0], strict=True)
    ]
    assert all((c > 0.0) == (h > 0.0) for c, h in pairs)
    assert all(c >= 0.0 for c, _ in pairs)
    assert max(c for c, _ in pairs) > 1.0


@preset("lstm-projected")
async def test_four_numbers_are_shown_of_sixteen_units(client, answer):
    body = answer["experiment"] | {"values": True}
    values = (await client.post("/api/v1/flow", json=body)).json()["values"]
    (layer,) = values["layers"]
    assert (len(layer["c"][0][0]), len(layer["h"][0][0])) == (16, 4)
    sizes = {name: np.shape(value) for name, value in values["parameters"].items()}
    assert sizes["W_hh"] == (64, 4)
    assert sizes["W_hr"] == (4, 16)
    assert sizes["W_hy"][1] == 4


@preset("wall")
async def test_the_wall_vanishes_where_the_example_is(answer):
    parameters = answer["experiment"]["weights"]
    assert (parameters["W_hh"], parameters["b_h"]) == ([[4.8]], [-2.3])
    assert answer["diagnosis"]["decay_per_step"] == pytest.approx(0.59, abs=0.005)
    assert answer["loss"] == pytest.approx(0.0267439, rel=1e-5)


@pytest.mark.parametrize("answer", ["chain-explodes", "chain-vanishes", "transient"], indirect=True)
async def test_what_reads_numbers_reads_other_than_zeros(answer):
    """A gradient with respect to Wᴴ that is 0 would stand beside "Exploding"."""
    sequence = answer["experiment"]["sequence"]
    assert {x for step in sequence["inputs"] for sample in step for x in sample} == {1.0}
    for name, gradient in answer["parameter_gradients"].items():
        assert gradient["norm"] >= 0.99, name


@preset("lstm")
async def test_an_open_forget_gate_is_not_called_vanishing(answer):
    found = answer["diagnosis"]
    assert found["verdict"] == "stable"
    states = answer["itemized"]["state_log10_norm"][-1]
    assert found["log10_arriving"] == pytest.approx(states[0] - states[-1], abs=1e-12)
    both = [
        math.hypot(h, c)
        for h, c in zip(
            answer["hidden_gradient"]["norm"], answer["cell_gradient"]["norm"], strict=True
        )
    ]
    assert 10 ** found["log10_arriving"] == pytest.approx(both[0] / both[-1], rel=1e-12)


@preset("transient")
async def test_growth_before_decay_follows_no_rate(answer):
    found = answer["diagnosis"]
    assert found["decay_per_step"] is None
    assert "it grows 15.5 times in the first 9 steps back, then falls" in found["summary"]
