"""POST /api/v1/check answers as the contract says, within the same limits as a flow."""

import pytest

from unrolled.app.canonical import canonical_check
from unrolled.app.schemas import CheckRequest, GradientCheck
from unrolled.app.tags import entity_tag

pytestmark = pytest.mark.anyio

CHECK = "/api/v1/check"
SMALL = {"network": {"hidden_size": 3}, "sequence": {"steps": 6}}


@pytest.fixture
def asked(client):
    async def run(**fields):
        answer = await client.post(CHECK, json=fields)
        assert answer.status_code == 200, answer.text
        GradientCheck.model_validate(answer.json())
        return answer.json()

    return run


async def test_every_parameter_of_an_empty_request(asked):
    answer = await asked()
    assert list(answer["parameters"]) == ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]
    assert answer["exact"]
    assert answer["note"] is None
    assert answer["worst"] < 1e-6
    assert answer["worst"] == max(one["worst"] for one in answer["parameters"].values())
    for name, one in answer["parameters"].items():
        assert len(one["entries"]) == (4 if name == "b_y" else 5)
        assert all(entry["agrees"] for entry in one["entries"])


async def test_the_gradient_is_that_of_the_flow(asked, flow):
    """Clipped, followed or windowed: what is compared is the gradient of all losses together."""
    experiment = SMALL | {
        "clip": {"rule": "norm", "max_norm": 1e-3},
        "follow": 2,
        "window": {"first": 1, "last": 2},
    }
    whole = await flow(**experiment)
    answer = await asked(experiment=experiment, entries=50)
    for name, one in answer["parameters"].items():
        for entry in one["entries"]:
            value = whole["parameter_gradients"][name]["value"]
            for place in entry["index"]:
                value = value[place]
            assert entry["backpropagated"] == value
            assert entry["agrees"]


async def test_a_truncation_says_why_the_two_differ(asked):
    answer = await asked(experiment=SMALL | {"network": {"cell": "elman"}})
    assert not answer["exact"]
    assert answer["note"].startswith("truncated (window 1): the gradient that is sent back")
    assert answer["parameters"]["W_hh"]["worst"] > 1e-3
    whole = await asked(
        experiment=SMALL | {"network": {"cell": "elman"}, "truncation": {"kind": "none"}}
    )
    assert whole["exact"]
    assert whole["worst"] < 1e-6


async def test_a_given_step_is_used(asked):
    answer = await asked(experiment=SMALL, entries=2, step=1e-4)
    steps = [entry["step"] for one in answer["parameters"].values() for entry in one["entries"]]
    assert steps == pytest.approx([1e-4] * len(steps))
    assert answer["passes"] == 1 + 2 * len(steps)


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"entries": 0}, "/entries", "received 0; allowed: a whole number from 1 to 50"),
        ({"entries": 51}, "/entries", "received 51; allowed: a whole number from 1 to 50"),
        ({"step": 0}, "/step", "received 0; allowed: above 0"),
        ({"step": 2}, "/step", "received 2; allowed: at most 1"),
        ({"step": 1e-300}, "/step", "received 1e-300; "),
        ({"steps": 1}, "/steps", "unknown field; allowed here: experiment, entries, step"),
        ({"experiment": {"loss": "x"}}, "/experiment/loss", "received 'x'; allowed: "),
        (
            {"experiment": {"weights": {"kind": "x"}}},
            "/experiment/weights/kind",
            "received 'x'; allowed: 'random', 'explicit'",
        ),
        (
            {"experiment": {"network": {"cell": "gru", "activation": "relu"}}},
            "/experiment/network/activation",
            "received 'relu'; 'gru' has activations of its own",
        ),
        (
            {"experiment": {"network": {"hidden_size": 513}}},
            "/experiment/network/hidden_size",
            "received 513; allowed: at most 512",
        ),
    ],
)
async def test_bad_input_is_said_where_it_stands(client, fields, pointer, words):
    answer = await client.post(CHECK, json=fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(words)


async def test_an_overflow_has_no_gradient_to_check(client):
    experiment = {
        "network": {"activation": "linear", "topology": "many-to-one"},
        "weights": {"spectral_radius": 30},
        "sequence": {"steps": 400},
    }
    answer = await client.post(CHECK, json={"experiment": experiment})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/experiment/weights"
    assert "overflows the range of a double at step" in error["detail"]


async def test_the_work_of_all_passes_is_limited(opened):
    """41 passes of T·H²·B = 6·3²·1 = 54 are 2214."""
    fields = {"experiment": SMALL, "entries": 1}
    async with opened(max_work=2214) as client:
        assert (await client.post(CHECK, json=fields)).status_code == 200
    async with opened(max_work=2213) as client:
        answer = await client.post(CHECK, json=fields)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/entries"
    assert "41 forward passes of T·H²·B·G = 54 each, 2214 together" in error["detail"]
    assert "UNROLLED_MAX_WORK" in error["detail"]


def tag(**fields):
    return entity_tag(canonical_check(CheckRequest.model_validate(fields)))


async def test_one_tag_for_one_meaning(client):
    clipped = SMALL | {"clip": {"rule": "value", "max_value": 1}, "follow": 3}
    assert tag(experiment=SMALL) == tag(experiment=clipped, entries=5)
    assert len({tag(), tag(entries=4), tag(step=1e-5), tag(experiment=SMALL)}) == 4
    first = await client.post(CHECK, json={"experiment": SMALL})
    assert first.headers["etag"] == tag(experiment=SMALL)
    again = await client.post(
        CHECK, json={"experiment": clipped}, headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_check_is_stopped_like_any_job(opened):
    async with opened(job_seconds=0.05) as client:
        fields = {"experiment": {"sequence": {"steps": 2000}, "network": {"hidden_size": 16}}}
        answer = await client.post(CHECK, json=fields)
    assert answer.status_code == 504
