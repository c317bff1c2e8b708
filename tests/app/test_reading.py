"""Large bodies are read by a worker, and are answered as small ones are."""

import json
import signal

import pytest

from unrolled.app import memory, reading
from unrolled.app.errors import BadInput
from unrolled.app.reading import LARGE, MOST_HOLLOW, MOST_STRINGS, refuse_shape
from unrolled.app.settings import Settings

pytestmark = pytest.mark.anyio

FLOW, CHECK = "/api/v1/flow", "/api/v1/check"
JSON = {"content-type": "application/json"}
SPACE = b" " * LARGE

WINDOW = {"window": {"first": 4, "last": 3}}
EXPLICIT = {"kind": "explicit", "inputs": [[[1.0] * 4], [[None] * 4]], "targets": [[0], [1]]}

BODIES = [
    b"{}",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b'{"a" }',
    b"{} {}",
    b"\xfd{}",
    b'{"a": "\xff"}',
    b"[" * 5000,
    b'{"weights": {"seed": ' + b"9" * 5000 + b"}}",
    b'{"weights": {"spectral_radius": NaN}}',
    b'{"weights": {"kind": "\\ud800"}}',
    b'{"\\ud800": 1}',
    json.dumps({f"wrong{i}": i for i in range(1000)}).encode(),
    json.dumps(WINDOW).encode(),
    json.dumps({"sequence": EXPLICIT}).encode(),
    json.dumps({"sequence": EXPLICIT | {"inputs": [[[1.0] * 4]] * 2}}).encode(),
    json.dumps({"network": {"hidden_size": 10_000, "cell": "LSTM"}}).encode(),
    json.dumps({"network": {"hidden_size": 10_000}, "sequence": {"steps": 10**6}}).encode(),
    json.dumps({"clip": {"rule": "x"}, "loss": 3, "truncation": []}).encode(),
    json.dumps({"sequence": {"kind": "text", "text": 'say "{}" and \\ "[]"'}}).encode(),
    json.dumps({"include": ["graph", "graph"], "follow": 3}).encode(),
]


async def both(client, path, body, headers=JSON):
    """The answers to a body, and to the same with blanks that make it a large one."""
    return (
        await client.post(path, content=body, headers=headers),
        await client.post(path, content=body + SPACE, headers=headers),
    )


@pytest.mark.parametrize("body", BODIES)
async def test_a_flow_is_answered_alike(client, body):
    small, large = await both(client, FLOW, body)
    assert large.status_code == small.status_code
    assert large.content == small.content
    for name in ("content-type", "etag", "vary"):
        assert large.headers.get(name) == small.headers.get(name)


@pytest.mark.parametrize(
    "body",
    [
        b'{"experiment": {"network": {"hidden_size": 2}}}',
        b'{"experiment": {"network": {"hidden_size": 100000}}}',
        b'{"experiment": {"network": {"hidden_size": 1.5}}, "step": 3, "x": 1}',
        b'{"entries": 5, "experiment": {"sequence": {"steps": 20000}}}',
        b"3",
    ],
)
async def test_a_check_is_answered_alike(client, body):
    small, large = await both(client, CHECK, body)
    assert large.status_code == small.status_code
    assert large.content == small.content


@pytest.mark.parametrize("headers", [{"content-type": "text/plain"}, {}])
async def test_what_is_not_announced_as_json(client, headers):
    small, large = await both(client, FLOW, b"{}", headers)
    assert large.status_code == small.status_code == 415
    assert large.content == small.content


async def test_an_answer_that_the_client_has_or_the_cache(client):
    first = await client.post(FLOW, json={})
    with_tag = JSON | {"if-none-match": first.headers["etag"]}
    assert (await client.post(FLOW, content=b"{}" + SPACE, headers=with_tag)).status_code == 304
    hits = client._transport.app.state.answers.hits
    await client.post(FLOW, content=b"{}" + SPACE, headers=JSON)
    assert client._transport.app.state.answers.hits == hits + 1


async def test_the_event_loop_parses_nothing_large(client, monkeypatch):
    """Not a body, and not a part of one: what parses here is the tests' process."""

    def parse(*_, **__):
        raise AssertionError("parsed on the event loop")

    with monkeypatch.context() as patched:
        patched.setattr(json, "loads", parse)
        answer = await client.post(FLOW, content=b'{"loss": 1}' + SPACE, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/loss"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"{" + b",".join(b'"k%d":1' % i for i in range(300_000)) + b"}", "names"),
        (b'{"sequence": {"inputs": [' + b",".join([b"[]"] * 1_300_000) + b"]}}", "empty arrays"),
        (b'{"sequence": {"inputs": [' + b",".join([b"[[ \t]]"] * 500_000) + b"]}}", "empty arrays"),
        (b"[" + b",".join([b"{}"] * 1_000_000) + b"]", "objects"),
    ],
    ids=["names", "rows", "nested", "objects"],
)
async def test_what_no_request_looks_like_reaches_no_worker(client, monkeypatch, body, what):
    async def reached(*_):
        raise AssertionError("a worker")

    monkeypatch.setattr(client._transport.app.state.compute, "_answer", reached)
    answer = await client.post(FLOW, content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == ""
    assert what in answer.json()["errors"][0]["detail"]


async def test_as_much_as_is_allowed_within_a_text_and_beside():
    settings = Settings(max_text_length=30_000)
    await refuse_shape(json.dumps({"text": '[]{"' * 7_500}).encode(), settings)
    await refuse_shape(b'""' * MOST_STRINGS, settings)
    await refuse_shape(b"{" * (MOST_HOLLOW + 30_000), settings)
    for body in (b'""' * (MOST_STRINGS + 1), b"{" * (MOST_HOLLOW + 30_001)):
        with pytest.raises(BadInput):
            await refuse_shape(body, settings)


async def test_numbers_by_the_hundred_thousand(client):
    """A large request that is allowed."""
    rows = [[[0.5]] * 200] * 200
    body = {
        "network": {"input_size": 1, "hidden_size": 1, "output_size": 2},
        "sequence": {"kind": "explicit", "inputs": rows, "targets": [[0] * 200] * 200},
        "include": [],
    }
    sent = json.dumps(body).encode()
    assert len(sent) > LARGE
    answer = await client.post(FLOW, content=sent, headers=JSON)
    assert answer.status_code == 200
    assert answer.json()["steps"] == 200


async def test_errors_of_ours_cross_as_data(monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(reading, "form_of", broken)
    monkeypatch.setattr(memory, "limit", lambda allowed: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    found = reading.read("flow", b"{}", Settings(), 1)
    assert found.kind == "failed"
    assert "a bug" in found.detail
