"""What the service writes and counts about its requests."""

import json
import logging
import sys

import anyio
import pytest

from unrolled.app.logs import ACCESS, CONFIG, JsonFormatter
from unrolled.app.main import create_app
from unrolled.app.settings import Settings

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"


@pytest.fixture
def lines(caplog):
    """`lines()`: the lines of the access log so far, as they are written."""
    caplog.set_level(logging.INFO, ACCESS)

    def written():
        records = [record for record in caplog.records if record.name == ACCESS]
        return [json.loads(JsonFormatter().format(record)) for record in records]

    return written


async def test_a_line_a_request(client, lines):
    answer = await client.post(f"{FLOW}?token=secret-query", json={"weights": {"seed": 12345}})
    (line,) = lines()
    assert set(line) == {
        *("time", "level", "logger", "message", "method", "path", "status", "ms", "bytes")
    }
    assert line["method"] == "POST"
    assert line["path"] == FLOW
    assert line["status"] == 200
    assert line["bytes"] == int(answer.headers["content-length"])
    assert line["ms"] > 0
    assert "secret" not in json.dumps(line)
    assert "12345" not in json.dumps(line)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/healthz", 405), ("POST", FLOW, 415)],
)
async def test_refusals_have_a_line_too(client, lines, method, path, status):
    await client.request(method, path)
    (line,) = lines()
    assert (line["method"], line["path"], line["status"]) == (method, path, status)


async def test_a_path_cannot_forge_a_line(client, lines, caplog):
    await client.get("/a%0a%7b%22forged%22%3a1%7d" + "x" * 5000)
    (line,) = lines()
    assert line["path"].startswith('/a\n{"forged":1}xxx')
    assert len(line["path"]) == 200
    (record,) = [record for record in caplog.records if record.name == ACCESS]
    assert "\n" not in JsonFormatter().format(record)


async def test_an_error_of_ours_has_a_line(opened, lines):
    async with opened() as client:
        service = client._transport.app

        @service.get("/broken")
        async def broken():
            raise RuntimeError("a bug")

        await client.get("/broken")
    (line,) = lines()
    assert line["status"] == 500


async def test_a_request_that_the_stop_ends_has_a_line(opened, lines):
    async with opened() as client:
        service = client._transport.app

        @service.get("/sleep")
        async def sleep():
            await anyio.sleep_forever()

        with anyio.move_on_after(0.1):
            await client.get("/sleep")
    (line,) = lines()
    assert line["status"] == 503


def test_any_record_is_one_line_of_json():
    try:
        raise ValueError("why")
    except ValueError:
        record = logging.LogRecord("x", 40, "f", 1, "a\n%s", ("\ud800b",), sys.exc_info())
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert line["message"] == "a\n?b"
    assert line["level"] == "error"
    assert line["logger"] == "x"
    assert "ValueError: why" in line["exception"]


def test_the_servers_own_lines_take_the_same_form():
    assert set(CONFIG["loggers"]) == {"uvicorn", "unrolled"}
    assert CONFIG["formatters"]["json"] == {"()": JsonFormatter}


async def values(client):
    """Sample → value, out of /metrics."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = [line.rsplit(" ", 1) for line in answer.text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, value in samples}


async def test_what_is_counted(opened):
    async with opened(max_waiting=0) as client:
        await client.post(FLOW, json={})
        await client.post(FLOW, json={})
        await client.post(FLOW, json={"follow": 99})
        await client.get("/nothing")
        await client.get("/nothing-else")
        await client.request("BREW", "/healthz")
        seen = await values(client)
        compute = client._transport.app.state.compute
        compute._present = 1
        assert (await client.post(FLOW, json={"follow": 3})).status_code == 503
        crowded = await values(client)
    counted = 'unrolled_requests_total{{method="{}",route="{}",status="{}"}}'
    assert seen[counted.format("POST", FLOW, 200)] == 2
    assert seen[counted.format("POST", FLOW, 422)] == 1
    assert seen[counted.format("GET", "other", 404)] == 2
    assert seen[counted.format("other", "/healthz", 405)] == 1
    assert seen[f'unrolled_request_seconds_count{{route="{FLOW}"}}'] == 3
    assert seen["unrolled_workers"] == 1
    assert seen["unrolled_workers_busy"] == 0
    assert seen["unrolled_queue"] == 0
    assert seen["unrolled_cache_hits_total"] == 1
    assert seen["unrolled_cache_misses_total"] == 2
    assert seen["unrolled_cache_bytes"] > 1000
    assert seen["unrolled_shared_total"] == 0
    assert seen['unrolled_refusals_total{reason="input"}'] == 1
    assert seen['unrolled_refusals_total{reason="queue"}'] == 0
    assert crowded['unrolled_refusals_total{reason="queue"}'] == 1
    assert crowded["unrolled_workers_busy"] == 1


async def test_every_declared_path_counts_as_itself(client):
    paths = ("/openapi.json", "/docs", "/static/css/tokens.css")
    for path in paths:
        await client.get(path)
    await client.get("/staticky")
    await client.request("PUT", "/openapi.json")
    routes = {name.split('"')[3] for name in await values(client) if "requests_total" in name}
    assert {"/openapi.json", "/docs", "/static", "other"} <= routes


async def test_two_services_in_one_process_count_apart(client, opened):
    await client.get("/healthz")
    async with opened() as other:
        seen = await values(other)
    assert not any("/healthz" in name for name in seen)


def test_a_service_can_be_made_again_and_again():
    for _ in range(3):
        create_app(Settings(workers=1))
