"""The real service in a process of its own, for the tests, the benchmarks and the screenshot."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
CHECKOUT = (sys.executable, "-m", "unrolled", "serve")
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30


class ServiceFailed(RuntimeError):
    """The service did not start, or did not stop as it should; the message holds what it wrote."""


def unused_port() -> int:
    """A TCP port on the loopback address that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def without_settings() -> dict[str, str]:
    """This process's environment, less every setting of the service but one, of who stands back."""
    kept = "UNROLLED_BACKGROUND"
    return {
        name: value
        for name, value in os.environ.items()
        if name == kept or not name.startswith("UNROLLED_")
    }


@contextmanager
def serving(
    command: Sequence[str] = CHECKOUT,
    *,
    port: int | None = None,
    cwd: Path = ROOT,
    settings: dict[str, str] | None = None,
) -> Iterator[str]:
    """Run `command --port …` until the block ends, then stop it with SIGTERM.

    Args:
        command: what starts the service; this checkout's by default.
        port: an unused one by default.
        cwd: the working directory.
        settings: UNROLLED_… variables; those of the caller's environment are left out, and the
            database is in a folder that is gone afterwards.

    Yields:
        The address, without a slash at its end. It answers already.

    Raises:
        ServiceFailed: it ended or stayed silent at the start, or ended with another code than 0 or
            SIGTERM's.
    """
    port = unused_port() if port is None else port
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=cwd,
            env=without_settings() | {"UNROLLED_DATA_FOLDER": data} | (settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_served(url, process, log)
            yield url
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=SECONDS_TO_STOP)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code not in (0, -signal.SIGTERM):
            raise ServiceFailed(f"the service ended with {code}:\n{_written(log)}")


def wait_until_served(
    url: str, process: subprocess.Popen[bytes], log: IO[bytes] | None = None
) -> None:
    """Until it answers.

    Raises:
        ServiceFailed: it ended, or stayed silent.
    """
    give_up = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise ServiceFailed(f"nothing answers at {url}/healthz:\n{_written(log)}")


def _written(log: IO[bytes] | None) -> str:
    if log is None:
        return ""
    log.seek(0)
    return log.read().decode(errors="replace")
