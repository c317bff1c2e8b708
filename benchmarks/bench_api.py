"""One request to the service against the engine's own call, in the same process.

The request passes everything that a real one passes: routing, validation, limits, the door to a
worker process, JSON, gzip. The client and the network are left out.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from typing import Any

import anyio

from unrolled import engine
from unrolled.app.main import create_app
from unrolled.app.settings import Settings

STEPS, HIDDEN = 50, 32
BODY = json.dumps({"network": {"hidden_size": HIDDEN}, "sequence": {"steps": STEPS}}).encode()
SECONDS = 4.0

Message = dict[str, Any]


def _engine_call() -> None:
    """What the engine does for that request: draw, run forward and back, measure."""
    network = engine.Network("simple", "many-to-many", "tanh", 4, HIDDEN, 4)
    parameters = engine.draw_parameters(network, spectral_radius=0.9)
    sequence = engine.random_sequence(network, "cross-entropy", steps=STEPS)
    engine.gradient_flow(network, parameters, sequence, loss="cross-entropy")


async def _request(app: Any) -> bytes:
    """POST /api/v1/flow through ASGI; the answer's body."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/flow",
        "raw_path": b"/api/v1/flow",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/json"),
            (b"accept-encoding", b"gzip"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    events = [{"type": "http.request", "body": BODY, "more_body": False}]
    answer: list[bytes] = []

    async def receive() -> Message:
        if not events:
            await anyio.sleep_forever()
        return events.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"the service answered {message['status']}")
        answer.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(answer)


async def _measure() -> tuple[float, float, int]:
    """Milliseconds of a request and of the engine's call, in turns, and the answer's bytes."""
    app = create_app(Settings(workers=1, cache_bytes=0))  # each request is computed
    ours, theirs = [math.inf], [math.inf]
    async with app.router.lifespan_context(app):
        size = len(await _request(app))
        started = time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            begun = time.perf_counter()
            await _request(app)
            middle = time.perf_counter()
            _engine_call()
            ours.append(1e3 * (middle - begun))
            theirs.append(1e3 * (time.perf_counter() - middle))
    return statistics.median(ours), statistics.median(theirs), size


def run() -> float:
    """Print both times and return their ratio."""
    service, call, size = anyio.run(_measure)
    print(f"POST /api/v1/flow, T = {STEPS}, H = {HIDDEN}, itemized and graph: {service:.2f} ms")
    print(f"the engine's own call in the same process: {call:.2f} ms")
    print(f"the answer, compressed: {size / 1000:.0f} kB")
    print(f"api vs engine: {service / call:.1f}×")
    return service / call


if __name__ == "__main__":
    run()
