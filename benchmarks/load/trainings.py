"""Runs that train here while users move sliders, each with a page that follows it."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

PLAN = {
    "task": {"name": "adding", "steps": 100},
    "hidden_size": 64,
    "updates": 100_000,
    "optimizer": {"name": "adam"},
    "clip": {"rule": "norm", "threshold": 1.0},
}
"""The adding problem at H = 64, T = 100, B = 20."""


class Followed:
    """A run, and how far it is told to be.

    Args:
        url: of the service.
        run: its address.
    """

    def __init__(self, url: str, run: str) -> None:
        self.run = run
        self.update = 0
        self._stream = urllib.request.urlopen(f"{url}{run}/events")
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with suppress(OSError, ValueError):
            for line in self._stream:
                if line.startswith(b"id: "):
                    self.update = int(line[4:])


def _asked(url: str, method: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


@contextmanager
def trainings(url: str, count: int) -> Iterator[list[Followed]]:
    """So many runs train within; afterwards they are gone.

    Args:
        url: of the service.
        count: how many.
    """
    new = {"kind": "trained", "keep": True, "training": PLAN}
    runs = [f"/api/v1/runs/{_asked(f'{url}/api/v1/runs', 'POST', new)['id']}" for _ in range(count)]
    followed = [Followed(url, run) for run in runs]
    try:
        yield followed
    finally:
        for run in runs:
            _asked(f"{url}{run}", "DELETE")
