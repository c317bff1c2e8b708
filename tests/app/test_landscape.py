"""POST /api/v1/landscape answers as the contract says, with the numbers of POST /api/v1/flow."""

import math

import numpy as np
import pytest

from tests.app.walls import SIGMOID_OF_HALF, axes, wall
from unrolled.app.canonical import canonical_landscape
from unrolled.app.schemas import LandscapeReport, LandscapeRequest
from unrolled.app.tags import entity_tag

pytestmark = pytest.mark.anyio

LANDSCAPE = "/api/v1/landscape"
START = [4.8, -2.3]
NORM = {"rule": "norm", "max_norm": 0.2}


@pytest.fixture
def asked(client):
    async def run(experiment=None, **fields):
        body = {"experiment": experiment or wall(), "axes": axes()} | fields
        answer = await client.post(LANDSCAPE, json=body)
        assert answer.status_code == 200, answer.text
        LandscapeReport.model_validate(answer.json())
        return answer.json()

    return run


async def gradient_at(flow, w, b, **fields):
    answer = await flow(**wall(w, b) | {"include": []} | fields)
    parts = answer["parameter_gradients"]
    return answer["loss"], np.array([parts["W_hh"]["value"][0][0], parts["b_h"]["value"][0]])


async def test_a_point_of_the_grid_is_a_flow(asked, flow):
    answer = await asked()
    first, second = (axis["values"] for axis in answer["axes"])
    assert (len(first), len(second)) == (5, 6)
    assert len(answer["loss"]) == 6
    for i, j in ((0, 0), (4, 5), (2, 3), (4, 1)):
        loss, g = await gradient_at(flow, first[i], second[j])
        assert answer["loss"][j][i] == pytest.approx(loss, rel=1e-9)
        log10_norm = math.log10(np.hypot(*g))
        assert answer["gradient_log10_norm"][j][i] == pytest.approx(log10_norm, abs=1e-9)


async def test_the_published_place_of_the_wall(asked):
    at = [5.0, 0.5 - SIGMOID_OF_HALF * 5.0]
    answer = await asked(grid=False, places=[{"at": at}])
    assert answer["loss"] is answer["gradient_log10_norm"] is None
    assert [axis["own"] for axis in answer["axes"]] == [0.0, 0.0]
    (place,) = answer["places"]
    assert place["loss"] == pytest.approx(0.0060125553, rel=1e-8)
    assert place["gradient"][0] == pytest.approx(-411.870634, rel=1e-9)
    assert place["clipped"] == place["gradient"]
    assert (place["engaged"], place["samples"]) == (False, None)


async def test_two_paths_are_loops_over_flows(asked, flow):
    """η, μ and 45 steps: the ball without clipping is thrown off at step 44, the other is not."""
    rate, steps = 0.03, 46
    ball = {"start": START, "learning_rate": rate, "steps": steps}
    answer = await asked(grid=False, descents=[ball, ball | {"clip": NORM}])
    for path, threshold in zip(answer["descents"], (math.inf, 0.2), strict=True):
        place = np.array(START)
        for n in range(steps + 1):
            np.testing.assert_allclose(path["points"][n], place, rtol=1e-6, atol=1e-6)
            loss, g = await gradient_at(flow, *path["points"][n])
            size = np.hypot(*g)
            assert path["loss"][n] == pytest.approx(loss, rel=1e-9)
            assert path["gradient"][n] == pytest.approx(g.tolist(), rel=1e-7)
            assert path["engaged"][n] == (size > threshold)
            after = g * min(1.0, threshold / size)
            assert path["clipped"][n] == pytest.approx(after.tolist(), rel=1e-7)
            place = np.array(path["points"][n]) - rate * after
    free, clipped = (np.array(path["points"]) for path in answer["descents"])
    assert np.hypot(*np.diff(free, axis=0).T).max() > 17.0
    assert np.hypot(*np.diff(clipped, axis=0).T).max() <= rate * 0.2 * (1 + 1e-12)


async def test_what_biased_means(asked):
    at = [5.0, 0.5 - SIGMOID_OF_HALF * 5.0]
    place = {"at": at, "clip": {"rule": "norm", "max_norm": 400.0, "per_sample": True},
             "noise": {"samples": 8, "scale": 0.2}}  # fmt: skip
    (found,) = (await asked(grid=False, places=[place]))["places"]
    seen = found["samples"]
    clipped = np.array(seen["clipped"])
    assert clipped.shape == (8, 2)
    np.testing.assert_allclose(seen["mean_of_clipped"], clipped.mean(axis=0))
    np.testing.assert_allclose(np.mean(seen["gradients"], axis=0), found["gradient"])
    assert found["clipped"] == seen["mean_of_clipped"]
    assert 0 < seen["engaged"] <= 8
    assert seen["ratio"] != pytest.approx(1.0, abs=1e-3)


async def test_a_state_that_overflows_is_null(asked):
    linear = wall()
    linear["network"] |= {"activation": "linear"}
    wide = [axes()[0] | {"from": 0.5, "to": 1e9}, axes()[1]]
    ball = {"start": [1e9, 1.0]}
    answer = await asked(linear, axes=wide, descents=[ball], places=[{"at": [1e9, 1.0]}])
    assert answer["loss"][0][-1] is answer["gradient_log10_norm"][0][-1] is None
    assert answer["loss"][0][0] is not None
    (path,), (place,) = answer["descents"], answer["places"]
    assert path["ended"] == "overflow"
    assert path["loss"] == [None]
    assert place["loss"] is place["gradient"][0] is place["gradient_log10_norm"] is None


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"axes": axes()[:1]}, "/axes", "received an array of 1; allowed: a length of at least 2"),
        ({"axes": [axes()[0], axes()[0]]}, "/axes/1", "received W_hh [0, 0] again"),
        (
            {"axes": [axes()[0] | {"parameter": "W_yh"}, axes()[1]]},
            "/axes/0/parameter",
            "received 'W_yh'; allowed: 'W_xh', ",
        ),
        (
            {"axes": [axes()[0] | {"index": [0]}, axes()[1]]},
            "/axes/0/index",
            "received [0]; W_hh has shape (1, 1): allowed [0, 0]",
        ),
        (
            {"axes": [axes()[0] | {"points": 201}, axes()[1]]},
            "/axes/0/points",
            "received 201; allowed: a whole number from 2 to 200",
        ),
        (
            {"axes": [axes()[0] | {"to": 3.0}, axes()[1]]},
            "/axes/0",
            "received from 3 to 3; allowed: to above from",
        ),
        (
            {"experiment": {}},
            "/experiment/network/hidden_size",
            "received 8; the loss is drawn over two parameters of a network of one unit: allowed 1",
        ),
        (
            {"descents": [{"start": START}] * 5},
            "/descents",
            "received an array of 5; allowed: a length of at most 4",
        ),
        (
            {"descents": [{"start": START, "clip": {"rule": "backward", "max_norm": 1}}]},
            "/descents/0/clip/rule",
            "received 'backward', which acts on ∂L/∂h_t",
        ),
        (
            {"places": [{"at": START, "clip": {"rule": "backward", "max_norm": 1}}]},
            "/places/0/clip/rule",
            "received 'backward'",
        ),
        (
            {"descents": [{"start": START, "optimizer": "lion"}]},
            "/descents/0/optimizer",
            "received 'lion'; allowed: 'sgd', 'momentum', 'nesterov', 'adam'",
        ),
        (
            {
                "experiment": wall() | {"weights": {"seed": 1}, "loss": "cross-entropy",
                                        "sequence": {"steps": 5}},
                "places": [{"at": START, "noise": {}}],
            },
            "/places/0/noise",
            "received with targets that are classes; allowed with numbers",
        ),
    ],
)  # fmt: skip
async def test_bad_input_is_said_where_it_stands(client, fields, pointer, words):
    body = {"experiment": wall(), "axes": axes()} | fields
    answer = await client.post(LANDSCAPE, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(words), error["detail"]


async def test_the_work_of_all_points_is_limited(opened):
    """5·6 points over 50 steps are 1500; 2 of a ball's steps and a place count 1000 each."""
    body = {"experiment": wall(), "axes": axes()}
    ball = body | {"descents": [{"start": START, "steps": 1}], "places": [{"at": START}]}
    for work, asked in ((1500, body), (151_500, ball)):
        async with opened(max_work=work) as client:
            assert (await client.post(LANDSCAPE, json=asked)).status_code == 200
        async with opened(max_work=work - 1) as client:
            answer = await client.post(LANDSCAPE, json=asked)
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/axes"
        assert f"{work} together" in error["detail"]


def tag(**fields):
    body = {"experiment": wall(), "axes": axes()} | fields
    return entity_tag(canonical_landscape(LandscapeRequest.model_validate(body)))


async def test_one_tag_for_one_meaning():
    clipped = wall() | {"clip": NORM, "values": True, "include": []}
    assert tag() == tag(experiment=clipped, descents=[])
    assert len({tag(), tag(grid=False), tag(axes=axes(6)), tag(places=[{"at": START}])}) == 4
