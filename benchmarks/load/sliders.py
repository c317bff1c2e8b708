"""What the load generator runs: Locust imports this file in a process and environment of its own.

The model of one user, who drags the slider of the spectral radius and looks at the picture:

* A drag lasts 2 s. Meanwhile a new value comes every 100 to 150 ms.
* As on the page (static/js/api.js), one request is on its way at a time. Of the values that come
  meanwhile the newest is sent when the answer is there; a request that is older than one second
  is dropped for the newest value. A refusal ends a request as an answer does.
* Then the user looks for 3 to 5 s. Of a cycle of 6 s on average, 2 s are a drag.

Where answers take less than 100 ms, a drag makes 16 requests on average, a user 16 / 6 = 2.7 a
second, forty users 107 a second. Slower answers make fewer: a client waits for its answer, so the
load falls where the service slows down.

Every request is an experiment of its own, so that an answer kept from before never hides the work:
the radius has six decimals and each drag has a seed. One more user asks for /healthz every 100 ms.

This file imports nothing of the project: gevent, which Locust runs on, changes the standard library
of the process that imports it.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant_pacing, events, task

TEXT = "gradients flow back through time, a step at a time."
"""T + 1 characters: every step but the last has a next character."""
HIDDEN = 32
DRAG_SECONDS = 2.0
CHANGE_SECONDS = (0.1, 0.15)
LOOK_SECONDS = (3.0, 5.0)
PATIENCE_SECONDS = 1.0
FLOW = "/api/v1/flow"

RECORDS: list[tuple[str, int, float, str]] = []
"""What was asked for, the status (0 for none), milliseconds, and what was wrong."""


def experiment(radius: float, seed: int) -> dict[str, object]:
    """What the page asks for at a text of 51 characters, T = 50: everything is in the answer."""
    return {
        "network": {"hidden_size": HIDDEN},
        "weights": {"kind": "random", "spectral_radius": radius, "seed": seed},
        "sequence": {"kind": "text", "text": TEXT},
    }


class Measured(FastHttpUser):
    """A client that writes down every request; it leaves the answers packed."""

    abstract = True
    network_timeout = 30.0
    max_retries = 0

    def ask(
        self,
        name: str,
        method: str,
        path: str,
        body: str | None = None,
        patience: float | None = None,
        rested: bool = False,
    ) -> None:
        """Send one request, read all of its answer and write it down.

        Args:
            name: what to call it.
            method: GET or POST.
            path: below the service's address.
            body: JSON, or None.
            patience: seconds after which it is dropped for a newer value; None waits.
            rested: whether the connection was idle so long that the service may be closing it; the
                request is then sent once more on another, as browsers do (RFC 9112, 9.3.1).
        """
        status, wrong, begun = 0, "", time.perf_counter()
        with gevent.Timeout(patience, False):
            status, wrong = self.answer(name, method, path, body)
            if not status and rested and "HTTPConnectionClosed" in wrong:
                status, wrong = self.answer(name, method, path, body)
        seconds = time.perf_counter() - begun
        if not status and patience is not None and seconds >= patience:
            wrong = "dropped for a newer value after a second"
        RECORDS.append((name, status, 1e3 * seconds, wrong))

    def answer(self, name: str, method: str, path: str, body: str | None) -> tuple[int, str]:
        """The status, 0 for none, and what is wrong."""
        headers = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
        sent = {"data": body, "headers": headers, "stream": True, "catch_response": True}
        with self.client.request(method, path, **sent) as answer:
            answer.success()  # what counts as a success is decided where the records are read
            if not answer.status_code:
                return 0, repr(answer.error)
            return int(answer.status_code), _shortcoming(name, answer)


def _shortcoming(name: str, answer: Any) -> str:
    """What is wrong with an answer of this status, or nothing; the body of a 200 is read."""
    if answer.status_code == 503 and not str(answer.headers.get("retry-after")).isdecimal():
        return "503 without Retry-After"
    if answer.status_code != 200:  # the client has read the body of an error already
        return ""
    body = answer.stream.read()
    length = answer.headers.get("content-length")
    if length is not None and int(length) != len(body):
        return f"{len(body)} of {length} bytes"
    if name == "flow" and not body.startswith(b"\x1f\x8b"):
        return "200 without gzip"
    return ""


class Dragger(Measured):
    """Somebody with a hand on the slider of the spectral radius, now and then."""

    def on_start(self) -> None:
        """Begin anywhere in the cycle, so that the load is even from the start."""
        gevent.sleep(random.uniform(0, DRAG_SECONDS + LOOK_SECONDS[1]))

    @task
    def drag_and_look(self) -> None:
        """One cycle."""
        seed, radius = random.randrange(2**31), random.uniform(0.2, 1.5)
        end = time.monotonic() + DRAG_SECONDS
        change, rested = time.monotonic(), True
        while change < end:
            gevent.sleep(max(0.0, change - time.monotonic()))
            radius = abs(radius + random.uniform(-0.05, 0.05))
            body = json.dumps(experiment(round(radius, 6), seed))
            patient = time.monotonic() + PATIENCE_SECONDS > end  # no newer value will come
            patience = None if patient else PATIENCE_SECONDS
            self.ask("flow", "POST", FLOW, body, patience, rested)
            rested = False
            answered = time.monotonic()
            change += random.uniform(*CHANGE_SECONDS)
            if change < answered:  # values came meanwhile: the newest goes at once
                change = answered
        gevent.sleep(random.uniform(*LOOK_SECONDS))


class Watcher(Measured):
    """Something that asks ten times a second whether the service is up."""

    fixed_count = 1
    wait_time = constant_pacing(0.1)

    @task
    def healthz(self) -> None:
        """One question."""
        self.ask("healthz", "GET", "/healthz")


_STARTED: list[tuple[float, float]] = []


@events.test_start.add_listener
def _begin(**_: object) -> None:
    """Note where the clocks stand."""
    _STARTED.append((time.monotonic(), time.process_time()))


@events.test_stop.add_listener
def _write(**_: object) -> None:
    """Write the records for the process that started this one."""
    wall, cpu = _STARTED[0]
    done = {
        "seconds": time.monotonic() - wall,
        "generator_seconds": time.process_time() - cpu,
        "records": RECORDS,
    }
    Path(os.environ["LOAD_RECORDS"]).write_text(json.dumps(done))
