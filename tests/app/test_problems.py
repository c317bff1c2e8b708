"""Every error is a problem document, RFC 9457."""

import re

import pytest

from unrolled.app.schemas import Problem

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def check(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == status
    assert problem.title
    assert problem.detail
    assert not re.search(r"Traceback|File \"|Error\b.*\(|site-packages|<class", answer.text)
    return problem


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v2/flow", "/static/no.js"])
async def test_not_found(client, path):
    problem = check(await client.get(path), 404)
    assert "/docs" in problem.detail


async def test_not_found_with_any_bytes_in_the_path(client):
    check(await client.get("/%ff%00%ed%a0%80<script>"), 404)
    check(await client.get("/static/%00"), 404)
    check(await client.get("/static/..%2f..%2fpyproject.toml"), 404)
    check(await client.get("/assets/%2e%2e%2fapp.py"), 404)
    check(await client.get("/static/" + "x" * 3000), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/flow", "POST"),
        ("DELETE", "/api/v1/flow", "POST"),
        ("POST", "/api/v1/presets", "GET, HEAD"),
        ("PUT", "/healthz", "GET, HEAD"),
    ],
)
async def test_method_not_allowed(client, method, path, allowed):
    answer = await client.request(method, path)
    problem = check(answer, 405)
    assert answer.headers["allow"] == allowed
    assert method in problem.detail
    assert allowed in problem.detail


async def test_static_files_are_only_read(client):
    check(await client.post("/static/js/main.js"), 405)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_another_content_type(client, content_type):
    headers = {"content-type": content_type}
    problem = check(await client.post("/api/v1/flow", content=b"{}", headers=headers), 415)
    assert "application/json" in problem.detail


async def test_no_content_type(client):
    check(await client.post("/api/v1/flow", content=b"{}"), 415)


async def test_a_content_type_with_parameters(client):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await client.post("/api/v1/flow", content=b"{}", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "position 1"),
        (b'{"network": }', "position 12"),
        (b"nonsense", "position 0"),
        (b"{} {}", "position 3"),
        (b'{"sequence": {"text": "\x01"}}', "position"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b"\xff\xfe\xfd", "allowed: JSON"),
        (b"[" * 200_000, "nested"),
        (b'{"a":' * 4_000, "nested"),
        (b'{"weights": {"seed": ' + b"9" * 10_000 + b"}}", "digits"),
    ],
    ids=["open", "hole", "word", "two", "control", "latin", "bytes", "arrays", "objects", "digits"],
)
async def test_a_body_that_is_not_json(client, body, says):
    answer = await client.post("/api/v1/flow", content=body, headers=JSON)
    assert says in check(answer, 400).detail


async def test_an_empty_body(client):
    problem = check(await client.post("/api/v1/flow", content=b"", headers=JSON), 422)
    assert "empty" in problem.detail


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"weights": {"spectral_radius": %s}}', "/weights/spectral_radius"),
        ('{"network": {"hidden_size": %s}}', "/network/hidden_size"),
        ('{"clip": {"rule": "norm", "max_norm": %s}}', "/clip/max_norm"),
        ('{"follow": %s}', "/follow"),
        ('{"loss": %s}', "/loss"),
        ('{"network": %s}', "/network"),
        ('{"weights": {"kind": %s}}', "/weights/kind"),
        ('{"nothing": %s}', "/nothing"),
        ('{"weights": {"kind": "explicit", "W_hh": [[0, %s]]}}', "/weights/W_hh/0/1"),
        (
            '{"sequence": {"kind": "explicit", "inputs": [[[%s]]], "targets": [[0]]}}',
            "/sequence/inputs/0/0/0",
        ),
    ],
)
async def test_numbers_that_are_none(client, word, body, pointer):
    answer = await client.post("/api/v1/flow", content=body.replace("%s", word), headers=JSON)
    problem = check(answer, 422)
    assert [error.pointer for error in problem.errors] == [pointer]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"weights": {"seed": ' + b"9" * 400 + b"}}", "/weights/seed"),
        (b'{"weights": {"spectral_radius": ' + b"9" * 400 + b"}}", "/weights/spectral_radius"),
        (b'{"sequence": {"kind": "text", "text": "\\ud800"}}', "/sequence/text"),
        (b'{"network": {"cell": "\\udfff"}}', "/network/cell"),
        (b'{"weights": {"kind": "\\ud800"}}', "/weights/kind"),
        (b'{"\\ud800": 1}', ""),
        (b'{"network": {"cell": ' + b"[" * 500 + b"]" * 500 + b"}}", "/network/cell"),
        (b'{"network": {"cell": "' + b"x" * 100_000 + b'"}}', "/network/cell"),
    ],
    ids=["int", "float", "text", "name", "tag", "key", "deep", "long"],
)
async def test_values_that_are_hard_to_show(client, body, pointer):
    answer = await client.post("/api/v1/flow", content=body, headers=JSON)
    problem = check(answer, 422)
    assert problem.errors[0].pointer == pointer
    assert len(answer.content) < 2000


async def test_an_error_of_ours_says_nothing_about_itself(app, opened):
    async with opened() as client:
        service = client._transport.app

        @service.get("/broken")
        async def broken():
            raise RuntimeError("the secret of line 42")

        answer = await client.get("/broken")
    problem = check(answer, 500)
    assert problem.errors is None
    assert "secret" not in answer.text
