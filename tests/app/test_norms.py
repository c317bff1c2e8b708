"""POST /api/v1/norms answers as the contract says, at once or part by part."""

import json

import anyio
import numpy as np
import pytest

from unrolled.app.canonical import canonical_norms
from unrolled.app.schemas import NormsReport, NormsRequest
from unrolled.app.tags import entity_tag

pytestmark = pytest.mark.anyio

NORMS = "/api/v1/norms"
SMALL = {"network": {"hidden_size": 3}, "sequence": {"steps": 6}}
TEXT = {"network": {"hidden_size": 3}, "sequence": {"kind": "text", "text": "gradients"}}
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
def asked(client):
    async def run(**fields):
        answer = await client.post(NORMS, json=fields)
        assert answer.status_code == 200, answer.text
        NormsReport.model_validate(answer.json())
        return answer.json()

    return run


def events(text):
    """(event, data) of an event stream."""
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        yield fields["event"], json.loads(fields["data"])


async def test_draws_are_flows_with_the_seeds_that_follow(asked, flow):
    for vary in ("sequence", "weights"):
        answer = await asked(experiment=SMALL, draws=4, vary=vary)
        for n, log10_norm in enumerate(answer["log10_norms"]):
            whole = await flow(**SMALL | {vary: SMALL.get(vary, {}) | {"seed": n}})
            assert whole["clipping"]["log10_norm_before"] == pytest.approx(log10_norm, rel=1e-9)


async def test_an_empty_request(asked):
    answer = await asked()
    norms = 10 ** np.array(answer["log10_norms"])
    assert len(norms) == answer["draws"] == 200
    assert (answer["zeros"], answer["overflows"]) == (0, 0)
    assert answer["rules"]["pascanu"] == pytest.approx([norms.mean() / 2, norms.mean() * 10])
    assert answer["rules"]["autoclip"] == pytest.approx(np.percentile(norms, 10))
    assert 10 ** answer["rules"]["log10"]["zclip"] == pytest.approx(answer["rules"]["zclip"])
    assert 10 ** answer["percentiles"]["50"] == pytest.approx(np.median(norms))
    assert answer["engaged"] == {"threshold": None, "share": None}


async def test_a_threshold_is_the_experiments_own_unless_one_is_said(asked):
    clip = {"rule": "norm", "max_norm": 1.5}
    answer = await asked(experiment=SMALL | {"clip": clip}, draws=30)
    norms = 10 ** np.array(answer["log10_norms"])
    assert answer["engaged"] == {"threshold": 1.5, "share": np.mean(norms > 1.5)}
    answer = await asked(experiment=SMALL | {"clip": clip}, draws=30, threshold=2)
    assert answer["engaged"] == {"threshold": 2.0, "share": np.mean(norms > 2)}
    value = {"rule": "value", "max_value": 1.5}
    answer = await asked(experiment=SMALL | {"clip": value}, draws=3)
    assert answer["engaged"]["threshold"] is None


async def test_a_text_is_put_into_other_orders(asked, flow):
    answer = await asked(experiment=TEXT, draws=5)
    whole = await flow(**TEXT)
    first, *others = answer["log10_norms"]
    assert whole["clipping"]["log10_norm_before"] == pytest.approx(first, rel=1e-9)
    assert len({first, *others}) == 5


async def test_an_explicit_sequence_has_others_of_its_size(asked):
    network = {"hidden_size": 2, "input_size": 1, "output_size": 1, "topology": "many-to-one"}
    sequence = {"kind": "explicit", "inputs": [[[1.0]]] * 3, "targets": [[[2.0]]],
                "h_0": [[0.1, 0.2]]}  # fmt: skip
    experiment = {"network": network, "sequence": sequence, "loss": "squared-error"}
    answer = await asked(experiment=experiment, draws=3)
    assert len(set(answer["log10_norms"])) == 3


async def test_norms_that_no_double_holds(asked):
    far = {
        "network": {"activation": "relu", "topology": "many-to-one", "hidden_size": 4},
        "weights": {"spectral_radius": 40},
        "sequence": {"steps": 150},
        "loss": "squared-error",
    }
    answer = await asked(experiment=far, draws=30, threshold=1)
    assert max(filter(None, answer["log10_norms"])) > 400
    assert answer["rules"]["pascanu"] == [None, None]
    assert answer["rules"]["log10"]["pascanu"][1] > 400
    beyond = far | {"sequence": {"steps": 400}}
    answer = await asked(experiment=beyond, draws=30)
    assert answer["overflows"] > 0
    assert answer["log10_norms"].count(None) == answer["overflows"] + answer["zeros"]


async def test_where_every_draw_overflows_nothing_follows(asked):
    beyond = {
        "network": {"activation": "linear", "topology": "many-to-one", "hidden_size": 4},
        "weights": {"spectral_radius": 40},
        "sequence": {"steps": 400},
    }
    answer = await asked(experiment=beyond, draws=3, threshold=1)
    assert answer["overflows"] == 3
    assert answer["percentiles"] == {}
    assert answer["engaged"]["share"] is None


async def test_events_say_how_far_it_is_and_end_with_the_answer(client, asked):
    fields = {"experiment": SMALL | {"weights": {"seed": 77}}, "draws": 47}
    streamed = await client.post(NORMS, json=fields, headers=EVENTS)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *progress, (last, answer) = events(streamed.text)
    assert [name for name, _ in progress] == ["progress"] * 16
    assert [data["done"] for _, data in progress] == [*range(3, 47, 3), 47]
    assert {data["of"] for _, data in progress} == {47}
    assert last == "answer"
    assert answer == await asked(**fields)
    again = await client.post(NORMS, json=fields, headers=EVENTS)
    assert list(events(again.text)) == [("answer", answer)]


async def test_what_is_wrong_has_its_status_in_a_stream_too(client):
    body = {"experiment": {"network": {"cell": "gru", "activation": "relu"}}}
    answer = await client.post(NORMS, json=body, headers=EVENTS)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/experiment/network/activation"


async def test_a_stream_that_runs_into_a_limit_ends_with_a_problem(app, client, monkeypatch):
    compute = app.state.compute
    seconds = compute._seconds
    fields = {"experiment": SMALL | {"weights": {"seed": 78}}, "draws": 4}
    usual = compute.flow

    async def slow(form, packed, gone, *given):
        if b'"first":2' in form:
            compute._seconds = 1e-9
        try:
            return await usual(form, packed, gone, *given)
        finally:
            compute._seconds = seconds

    monkeypatch.setattr(compute, "flow", slow)
    streamed = await client.post(NORMS, json=fields, headers=EVENTS)
    *_, (name, data) = events(streamed.text)
    assert name == "problem"
    assert data["status"] == 504


async def test_a_client_that_leaves_stops_the_draws(app, client, monkeypatch):
    """The parts behind the one that runs are never asked for."""
    compute, parts = app.state.compute, []
    usual = compute.flow

    async def counted(form, packed, gone, *given):
        parts.append(form)
        return await usual(form, packed, gone, *given)

    monkeypatch.setattr(compute, "flow", counted)
    body = json.dumps({"experiment": SMALL | {"weights": {"seed": 79}}, "draws": 200}).encode()
    sent = [{"type": "http.request", "body": body, "more_body": False}]
    left = anyio.Event()

    async def receive():
        if sent:
            return sent.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if b"progress" in message.get("body", b""):
            left.set()
            await anyio.sleep(0.01)

    headers = [(b"host", b"localhost"), (b"accept", b"text/event-stream"),
               (b"content-type", b"application/json")]  # fmt: skip
    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "POST",
             "path": NORMS, "raw_path": NORMS.encode(), "query_string": b"", "headers": headers,
             "scheme": "http", "http_version": "1.1", "server": ("localhost", 80),
             "client": ("127.0.0.1", 1), "root_path": ""}  # fmt: skip
    await app(scope, receive, send)
    assert len(parts) < 5


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"draws": 0}, "/draws", "received 0; allowed: a whole number from 1 to 2000"),
        ({"threshold": 0}, "/threshold", "received 0; allowed: above 0"),
        ({"percentile": 101}, "/percentile", "received 101; allowed: at most 100"),
        ({"vary": "x"}, "/vary", "received 'x'; allowed: 'sequence', 'weights'"),
        (
            {
                "vary": "weights",
                "experiment": {
                    "network": {"hidden_size": 1, "input_size": 1, "output_size": 1},
                    "weights": {"kind": "explicit", "W_xh": [[1.0]], "W_hh": [[1.0]], "b_h": [0],
                                "W_hy": [[1.0]], "b_y": [0]},
                },
            },
            "/experiment/weights/kind",
            "received 'explicit', of which there is nothing to draw",
        ),
    ],
)  # fmt: skip
async def test_bad_input_is_said_where_it_stands(client, fields, pointer, words):
    answer = await client.post(NORMS, json=fields)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(words)


async def test_the_work_of_all_draws_is_limited(opened):
    """Each of 5 draws takes T·H²·B = 6·3²·1 = 54."""
    fields = {"experiment": SMALL, "draws": 5}
    async with opened(max_work=270) as client:
        assert (await client.post(NORMS, json=fields)).status_code == 200
    async with opened(max_work=269) as client:
        answer = await client.post(NORMS, json=fields)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/draws"
    assert "T·H²·B·G = 54 each, 270 together" in error["detail"]


async def test_fewer_draws_are_computed_where_that_is_wanted(opened):
    fields = {"experiment": SMALL, "draws": 5, "or_fewer": True}
    async with opened(max_work=269) as client:
        answer = (await client.post(NORMS, json=fields)).json()
        assert answer["draws"] == len(answer["log10_norms"]) == 4
        whole = (await client.post(NORMS, json=fields | {"draws": 4, "or_fewer": False})).json()
    assert answer == whole


def tag(**fields):
    return entity_tag(canonical_norms(NormsRequest.model_validate(fields)))


def test_one_tag_for_one_meaning():
    clip = {"clip": {"rule": "norm", "max_norm": 3.0}}
    assert tag(experiment=SMALL | clip) == tag(experiment=SMALL, threshold=3.0)
    assert tag(experiment=SMALL) == tag(experiment=SMALL | {"follow": 2})
    assert tag(experiment=SMALL) == tag(experiment=SMALL, or_fewer=True)
    assert (
        len({tag(), tag(draws=5), tag(vary="weights"), tag(percentile=50), tag(experiment=SMALL)})
        == 5
    )
