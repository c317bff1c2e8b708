"""What trains or maps while users move sliders, each followed by a page."""

from __future__ import annotations

import json
import threading
import time
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


MAP = {
    "experiment": {"network": {"hidden_size": 32}, "sequence": {"steps": 100}},
    "axes": [
        {"at": "/weights/spectral_radius", "from": 0.3, "to": 2.0, "points": 1000},
        {"at": "/weights/input_scale", "from": 0.1, "to": 2.0, "points": 1000},
    ],
    "numbers": ["arriving", "verdict", "log10_norm"],
}
"""A million networks of H = 32, T = 100: more than the load lasts."""


class Followed:
    """A run or a map, and how far it is told to be.

    Args:
        url: of the service.
        path: its address.
    """

    def __init__(self, url: str, path: str) -> None:
        self.path = path
        self.done = 0
        self._stream = urllib.request.urlopen(f"{url}{path}/events?resolution=600")
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with suppress(OSError, ValueError):
            for line in self._stream:
                if line.startswith(b"id: "):
                    self.done = int(line[4:])


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
    with _followed(url, "/api/v1/runs", [new] * count) as runs:
        yield runs


@contextmanager
def maps(url: str, count: int) -> Iterator[list[Followed]]:
    """So many maps are computed within; afterwards they are gone."""
    with _followed(url, "/api/v1/sweeps", [MAP] * count) as sweeps:
        yield sweeps


@contextmanager
def _followed(url: str, route: str, new: list[dict[str, Any]]) -> Iterator[list[Followed]]:
    followed = []
    try:
        for one in new:
            made = _asked(f"{url}{route}", "POST", one)
            followed.append(Followed(url, f"{route}/{made['id']}"))
        while not all(own.done for own in followed):  # which begins with a process that imports
            time.sleep(0.1)
        yield followed
    finally:
        for own in followed:
            _asked(f"{url}{own.path}", "DELETE")
