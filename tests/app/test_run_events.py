"""A run that is followed; `make postgresql` runs the same on a server."""

import json

import anyio
import pytest

from tests.app.runs import BRIEF, RUNS, module, report
from unrolled.app.errors import StoreAway
from unrolled.app.store import follow

pytestmark = pytest.mark.anyio


def read(text):
    """(event, id, data) of an event stream."""
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in fields:
            yield fields["event"], fields.get("id"), json.loads(fields["data"])


async def followed(app, path, enough, headers=(), act=None):
    """What a stream says until `enough(events)`, when its client leaves; and its status."""
    done, status, text = anyio.Event(), 0, ""
    asked = False

    async def receive():
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        nonlocal status, text
        if message["type"] == "http.response.start":
            status = message["status"]
        text += message.get("body", b"").decode()
        if act is not None and text:
            await act(len(list(read(text))))
        if text.endswith("\n\n") and enough(list(read(text))):
            done.set()

    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
    }
    with anyio.fail_after(20):
        await app(scope, receive, send)
    return status, list(read(text))


def reports(events):
    return [int(number) for kind, number, _ in events if kind == "report"]


async def test_who_comes_back_misses_nothing(kept, monkeypatch):
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.01)
    async with kept() as client:
        app = client._transport.app
        run = (await client.post(RUNS, json={"name": "a"})).headers["location"]
        await client.post(f"{run}/reports", json=[report(1), report(2)])

        async def act(seen):
            if seen == 3:
                await client.post(f"{run}/reports", json=report(3))
            if seen == 4:
                await client.patch(run, json={"state": "ended"})

        status, events = await followed(app, f"{run}/events", lambda seen: len(seen) >= 5, act=act)
        assert status == 200
        assert [kind for kind, _, _ in events] == ["run", "report", "report", "report", "run"]
        assert reports(events) == [1, 2, 3]
        brief = report(1, modules=[module(flow=BRIEF)])
        assert events[1][2] == brief | {"sequence": 1}
        assert (events[0][2]["state"], events[4][2]["state"]) == ("running", "ended")

        async def report_four(seen):
            if seen == 2:
                await client.post(f"{run}/reports", json=report(4))

        back = [(b"last-event-id", b"2")]
        _, events = await followed(
            app, f"{run}/events?after=1", lambda seen: len(reports(seen)) >= 2, back, report_four
        )
        assert reports(events) == [3, 4]
        assert app.state.following.count == 0


async def test_a_deleted_run_ends_its_streams(kept, monkeypatch):
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.01)
    async with kept() as client:
        run = (await client.post(RUNS, json={})).headers["location"]

        async def delete(seen):
            await client.delete(run)

        status, events = await followed(
            client._transport.app, f"{run}/events", lambda seen: False, act=delete
        )
        assert (status, [kind for kind, _, _ in events]) == (200, ["run"])


async def test_where_a_stream_cannot_begin_it_has_a_status(kept, monkeypatch):
    async with kept() as client:
        run = (await client.post(RUNS, json={})).headers["location"]
        head = await client.head(f"{run}/events")
        assert head.headers["content-type"].startswith("text/event-stream")
        for wrong in ("x", "-1", "1e3"):
            answer = await client.get(f"{run}/events", headers={"last-event-id": wrong})
            assert answer.status_code == 422
        monkeypatch.setattr(follow, "MOST_FOLLOWERS", 0)
        answer = await client.get(f"{run}/events")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


async def test_a_database_that_goes_away_is_said_in_the_stream(kept, monkeypatch):
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.01)
    async with kept() as client:
        app = client._transport.app
        run = (await client.post(RUNS, json={})).headers["location"]

        async def gone(work):
            raise StoreAway("it does not answer", 2)

        async def act(seen):
            monkeypatch.setattr(app.state.store, "read", gone)

        _, events = await followed(app, f"{run}/events", lambda seen: False, act=act)
        assert [kind for kind, _, _ in events] == ["run", "problem"]
        assert events[1][2]["status"] == 503
        assert app.state.following.count == 0
