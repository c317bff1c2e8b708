"""An event stream of a real process: how it ends when the service stops or its client leaves."""

import json
import signal
from contextlib import contextmanager

import httpx

from tests.app.test_process import computing, started, until

NORMS = "/api/v1/norms"
LONG = {
    "experiment": {"network": {"hidden_size": 128}, "sequence": {"steps": 300}},
    "draws": 2000,
}
"""It takes minutes; each of its parts a few seconds."""
ENDLESS = {
    "WORKERS": "1",
    "MAX_WORK": "1" + "0" * 14,
    "MAX_REPEATED_WORK": "1" + "0" * 14,
    "JOB_SECONDS": "600",
}


@contextmanager
def streaming(address):
    """The events of a long stream, one after another: (name, data)."""
    headers = {"accept": "text/event-stream"}
    with httpx.stream("POST", address + NORMS, json=LONG, headers=headers, timeout=120) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        yield events(answer.iter_lines())


def events(lines):
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_a_client_that_leaves_stops_the_remaining_draws_and_a_stop_the_stream():
    """A stop ends a stream with a problem, long before the service would cut it off."""
    with started(**ENDLESS, STOP_SECONDS="120") as (process, address):
        with streaming(address) as stream:
            assert next(stream)[0] == "progress"
            assert computing(address)
        until(lambda: not computing(address))
        counted = httpx.get(f"{address}/metrics", timeout=60).text
        assert httpx.post(f"{address}/api/v1/flow", json={}, timeout=60).status_code == 200
        with streaming(address) as stream:
            assert next(stream) == ("progress", {"done": 100, "of": 2000})
            process.send_signal(signal.SIGTERM)
            *_, (name, document) = stream
        process.wait(timeout=60)
    (line,) = [line for line in counted.splitlines() if NORMS in line and "_total{" in line]
    assert 'method="POST"' in line
    assert 'status="200"' in line
    assert line.endswith(" 1.0")
    assert name == "problem"
    assert (document["status"], document["detail"]) == (503, "the service stops; try again")
    assert process.returncode in {0, -signal.SIGTERM}
