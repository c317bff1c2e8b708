"""Answers that were computed once: one tag for one meaning, 304, and a bounded cache."""

from typing import Any

import pytest

from unrolled.app import tags
from unrolled.app.answers import Answers
from unrolled.app.canonical import canonical
from unrolled.app.schemas import Experiment
from unrolled.app.tags import entity_tag, names

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"
WORDS = {"kind": "text", "text": "to be or not to be", "tokens": "words"}
LABEL = {"index": 1, "of": 3}
TEXT = {"kind": "text", "text": 'a\\"-0.0,'}
LSTM: dict[str, Any] = {"network": {"cell": "lstm", "num_layers": 2}}
GIVEN: dict[str, Any] = {
    "network": {"input_size": 1, "output_size": 1},
    "loss": "squared-error",
    "sequence": {"kind": "explicit", "inputs": [[[1.0]], [[2.0]]], "targets": [[[0.0]], [[1.0]]]},
}
ONE_IN: dict[str, Any] = {
    "network": {"input_size": 1, "output_size": 2, "topology": "one-to-many"},
    "sequence": {"kind": "explicit", "inputs": [[[1.0]]], "targets": [[0], [1], [0]]},
}


def tag(fields):
    return entity_tag(canonical(Experiment.model_validate(fields)))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({}, {"loss": "cross-entropy", "clip": {"rule": "none"}, "follow": None}),
        ({}, {"network": {"input_size": 4, "output_size": 4}, "sequence": {"steps": 20}}),
        ({}, {"weights": {"seed": 0, "kind": "random", "spectral_radius": 9e-1}}),
        ({"sequence": {"steps": 7}}, {"sequence": {"steps": 7.0, "seed": 0}}),
        (
            {"network": {"cell": "gru", "num_layers": 2}, "weights": {"update_bias": 1}},
            {"network": {"cell": "gru", "num_layers": 2}, "weights": {"update_bias": [1, 1]}},
        ),
        (
            {"network": {"topology": "one-to-one"}},
            {"network": {"topology": "one-to-one"}, "sequence": {"steps": 1}},
        ),
        (
            {"network": {"cell": "elman"}},
            {"network": {"cell": "elman"}, "truncation": {"kind": "window", "steps": 1}},
        ),
        ({}, {"truncation": {"kind": "none"}}),
        ({}, {"include": ["lyapunov", "graph", "itemized", "graph"]}),
        ({}, {"lyapunov": {"count": 8}}),
        ({"include": ["spectrum"]}, {"include": ["spectrum"], "lyapunov": {"count": 3}}),
        ({"weights": {"spectral_radius": 0.0}}, {"weights": {"spectral_radius": -0.0}}),
        (
            LSTM | {"sequence": TEXT, "weights": {"forget_bias": [0.0, 1]}},
            LSTM | {"sequence": TEXT, "weights": {"forget_bias": [-0.0, 1]}},
        ),
        ({}, {"window": {"first": 1, "last": 20}}),
        ({}, {"window": {"first": 1, "last": 99}}),
        ({"window": {"first": 5, "last": 20}}, {"window": {"first": 5, "last": 99}}),
        (GIVEN, GIVEN | {"sequence": GIVEN["sequence"] | {"steps": 2}}),
        (ONE_IN, ONE_IN | {"sequence": ONE_IN["sequence"] | {"steps": 3}}),
        (
            {"sequence": WORDS},
            {"network": {"input_size": 4, "output_size": 4}, "sequence": WORDS | {"steps": 5}},
        ),
        (
            {"network": {"topology": "many-to-one"}, "sequence": WORDS | {"label": LABEL}},
            {
                "network": {"topology": "many-to-one", "output_size": 3},
                "sequence": WORDS | {"label": LABEL, "steps": 6},
            },
        ),
    ],
)
async def test_requests_that_mean_the_same_have_one_tag(client, short, long):
    assert tag(short) == tag(long)
    answers = [await client.post(FLOW, json=fields) for fields in (short, long)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].headers["etag"] == answers[1].headers["etag"] == tag(short)
    assert answers[0].content == answers[1].content
    assert tag(answers[0].json()["experiment"]) == tag(short), "what the answer says was asked"


@pytest.mark.parametrize(
    "other",
    [
        {"weights": {"seed": 1}},
        {"sequence": {"seed": 1}},
        {"weights": {"spectral_radius": None}},
        {"network": {"cell": "elman"}},
        {"truncation": {"kind": "window", "steps": 20}},
        {"follow": 20},
        {"include": ["itemized", "graph", "spectrum"]},
        {"include": ["itemized", "graph", "lyapunov", "advice"]},
        {"window": {"first": 1, "last": 19}},
        {"values": True},
        {"lyapunov": {"count": 7}},
        {"lyapunov": {"count": None}},
        {"sequence": {"kind": "text", "text": "a" * 21}},
    ],
)
def test_requests_that_do_not_mean_the_same_have_two(other):
    assert tag(other) != tag({})


def test_another_version_has_another_tag(monkeypatch):
    before = tag({})
    monkeypatch.setattr(tags, "__version__", "9.9.9")
    assert tag({}) != before


def test_a_tag_is_weak():
    """One stands for two codings, which are not the same bytes."""
    assert tag({}).startswith('W/"')
    assert tag({}).endswith('"')


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, False),
        ("", False),
        ("*", False),
        ('"x"', True),
        ('W/"x"', True),
        ('"a", W/"x" , "b"', True),
        ('"a"', False),
        ("x", False),
    ],
)
def test_if_none_match(header, found):
    assert names(header, 'W/"x"') is found


async def test_a_client_that_has_the_answer_gets_none(client):
    first = await client.post(FLOW, json={"weights": {"seed": 5}})
    again = await client.post(
        FLOW,
        json={"weights": {"seed": 5, "init": "normal"}},
        headers={"if-none-match": f'"old", {first.headers["etag"]}'},
    )
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == "Accept-Encoding"
    assert "content-type" not in again.headers
    other = await client.post(
        FLOW, json={"weights": {"seed": 6}}, headers={"if-none-match": first.headers["etag"]}
    )
    assert other.status_code == 200


async def test_one_computation_for_two_requests(opened):
    async with opened() as client:
        state = client._transport.app.state
        computed = []
        run = state.compute.flow

        async def counted(*arguments):
            computed.append(arguments)
            return await run(*arguments)

        state.compute.flow = counted
        first = await client.post(FLOW, json={})
        again = await client.post(FLOW, json={"loss": "cross-entropy"})
        assert again.content == first.content
        assert again.headers == first.headers
        assert len(computed) == 1
        plain = await client.post(FLOW, json={}, headers={"accept-encoding": "identity"})
        assert plain.content == first.content
        assert "content-encoding" not in plain.headers
        assert len(computed) == 2
        assert (state.answers.hits, state.answers.misses) == (1, 2)


async def test_what_is_refused_is_not_kept(opened):
    async with opened() as client:
        for _ in range(2):
            assert (await client.post(FLOW, json={"follow": 99})).status_code == 422
        assert client._transport.app.state.answers.size == 0


async def test_a_cache_of_nothing(opened):
    async with opened(cache_bytes=0) as client:
        first = await client.post(FLOW, json={})
        again = await client.post(FLOW, json={})
        assert first.content == again.content
        assert client._transport.app.state.answers.hits == 0


def test_the_cache_is_bounded_and_forgets_what_is_oldest():
    answers = Answers(10)
    for name in "abc":
        answers.keep((name, True), b"xxxx" if name != "c" else b"xx")
    assert answers.size == 10
    assert answers.get(("a", True)) == b"xxxx"
    answers.keep(("d", True), b"x")
    assert answers.get(("b", True)) is None
    assert answers.get(("a", True)) == b"xxxx"
    assert answers.size == 7
    answers.keep(("a", False), b"x" * 10)
    assert answers.size == 10
    answers.keep(("e", False), b"x" * 11)
    assert answers.get(("e", False)) is None
    assert answers.get(("a", False)) == b"x" * 10
