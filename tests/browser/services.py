"""Services that a test may kill, and what it says to them itself."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts import service


@contextmanager
def serving(port: int, data: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A service that may be killed."""
    environment = os.environ | {"UNROLLED_DATA_FOLDER": str(data), "UNROLLED_WORKERS": "1"}
    command = [*service.CHECKOUT, "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=environment, cwd=service.ROOT, stdout=quiet, stderr=quiet
    )
    try:
        service.wait_until_served(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def sent(address: str, body: Any, method: str = "POST") -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        address, content, {"content-type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")
