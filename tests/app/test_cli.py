"""The service as a process: started, asked, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest

from unrolled.app import __version__
from unrolled.app.cli import main
from unrolled.app.settings import settings_table

SERVERS = {
    "python -m unrolled": ["-m", "unrolled", "serve", "--port"],
    "python -m uvicorn": ["-m", "uvicorn", "unrolled.app.main:app", "--port"],
}
"""test_packaging.py starts the console script as it is installed."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(arguments, **environment):
    """A server process and its address; it is interrupted at the end."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-W", "error", *arguments, str(port)],
        env=os.environ | {"UNROLLED_WORKERS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/healthz")
                break
            except httpx.TransportError:
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.1)
        yield process, address
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("arguments", SERVERS.values(), ids=SERVERS)
def test_it_serves_and_stops_cleanly_without_a_warning(arguments):
    """Where the options say, and with the limits that the environment says."""
    said = {"UNROLLED_PORT": "1", "UNROLLED_MAX_STEPS": "20"}
    with serving(arguments, **said) as (process, address):
        first = httpx.post(f"{address}/api/v1/flow", json={})
        assert first.status_code == 200
        assert first.json()["steps"] == 20
        refused = httpx.post(f"{address}/api/v1/flow", json={"sequence": {"steps": 21}})
        assert refused.status_code == 422
        assert "UNROLLED_MAX_STEPS" in refused.text
        assert httpx.get(f"{address}/").status_code == 200
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert "Warning" not in output
    assert "Traceback" not in output
    assert "Application shutdown complete" in output
    assert process.returncode in {0, -signal.SIGTERM}


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"unrolled {__version__}\n"


def test_settings(capsys):
    main(["settings"])
    assert capsys.readouterr().out == settings_table()


def test_a_command_is_needed(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "serve" in capsys.readouterr().err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_whoever_reads_no_further_is_told_nothing(unbuffered, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "unrolled", "runs", "list"],
            env=os.environ
            | {"UNROLLED_DATA_FOLDER": str(tmp_path), "PYTHONUNBUFFERED": unbuffered},
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ended.stderr, ended.returncode) == (b"", 141)
