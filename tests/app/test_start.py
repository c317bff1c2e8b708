"""How the service starts for a person and for a machine, and why it does not where it does not."""

import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import httpx
import pytest

from scripts import service
from unrolled.app import logs
from unrolled.app.cli import main
from unrolled.app.memory import LIMITED

SERVE = [*service.CHECKOUT]


def refused(*options, **settings):
    """Exit code and lines of a service that cannot start."""
    done = subprocess.run(
        [*SERVE, *options],
        cwd=service.ROOT,
        env=service.without_settings() | {f"UNROLLED_{k}": v for k, v in settings.items()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ((), {"WORKERS": "zero"}, "UNROLLED_WORKERS: received 'zero'; allowed: a valid integer"),
        ((), {"WORKERS": "0"}, "UNROLLED_WORKERS: received '0'; allowed: greater than or equal"),
        ((), {"WORKERS": "100000"}, "UNROLLED_WORKERS: received '100000'; allowed: less than or"),
        (("--port", "99999"), {}, "--port: received '99999'; allowed: less than or equal to 65535"),
        (("--port", "abc"), {}, "--port: received 'abc'; allowed: a valid integer"),
        (("--prot", "8000"), {}, "unrecognized arguments: --prot"),
        ((), {"PORT": "99999"}, "UNROLLED_PORT: received '99999'"),
        ((), {"LOG": "loud"}, "UNROLLED_LOG: received 'loud'; allowed: 'auto', 'json' or 'plain'"),
        ((), {"ALLOWED_HOSTS": "a*"}, "UNROLLED_ALLOWED_HOSTS: received 'a*'; allowed: "),
        (("--host", "no.such.name.invalid"), {}, "cannot listen on no.such.name.invalid port 8000"),
        (
            (),
            {"WORKERS": "zero", "MAX_STEPS": "-1"},
            "UNROLLED_WORKERS: received 'zero'; allowed: a valid integer; UNROLLED_MAX_STEPS: ",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_line(monkeypatch, capsys, options, settings, said):
    """In this process: in one of their own are the next two."""
    for name in [name for name in os.environ if name.startswith("UNROLLED_")]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(f"UNROLLED_{name}", value)
    with pytest.raises(SystemExit) as stop:
        main(["serve", *options])
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert line.startswith(f"unrolled: {said}")
    assert out == ""


def test_a_port_in_use_is_said_in_a_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, (line,) = refused("--port", port)
    assert code == 2
    assert line.startswith(f"unrolled: cannot listen on 127.0.0.1 port {port}: Address already in")


def test_too_little_memory_is_said_in_a_line():
    if not LIMITED:
        return
    port = str(service.unused_port())
    code, (line,) = refused("--port", port, MEMORY_BYTES="1000", WORKERS="2", LOG="plain")
    assert code == 2
    assert line.startswith("error")
    assert "UNROLLED_MEMORY_BYTES" in line
    assert "Read" not in line


# --- for a person ---------------------------------------------------------------------------------


def on_a_terminal(port, **settings):
    """A service whose standard error is a terminal, and the other end of that."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*SERVE, "--port", str(port)],
        cwd=service.ROOT,
        env=service.without_settings() | {f"UNROLLED_{k}": v for k, v in settings.items()},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    return process, ours


def read_all(terminal):
    written = b""
    try:
        while piece := os.read(terminal, 4096):
            written += piece
    except OSError:  # what Linux says where the other end is closed
        pass
    os.close(terminal)
    return written.decode().splitlines()


def until_it_answers(port):
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("it does not answer")


def test_a_terminal_gets_one_line_with_the_address():
    port = service.unused_port()
    process, terminal = on_a_terminal(port, WORKERS="1")
    try:
        until_it_answers(port)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert read_all(terminal) == [f"Unrolled is at http://127.0.0.1:{port} (Ctrl+C stops it)"]


class Where(io.StringIO):
    """What stands for the standard error: a terminal, or not."""

    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize(
    ("form", "terminal", "plain"),
    [
        ("auto", True, True),
        ("auto", False, False),
        ("plain", False, True),
        ("json", True, False),
    ],
)
def test_a_form_can_be_asked_for_whatever_reads_it(monkeypatch, form, terminal, plain):
    """That the service logs as its setting says, the two tests in processes above show."""
    where = Where(terminal)
    monkeypatch.setattr(sys, "stderr", where)
    config = logs.config(form)
    handler = config["handlers"]["log"]
    assert handler["stream"] == "ext://sys.stderr"
    formatter = config["formatters"][handler["formatter"]]["()"]()
    log = logging.StreamHandler(where)
    log.setFormatter(formatter)
    for name in handler["filters"]:
        log.addFilter(config["filters"][name]["()"]())
    for level, message, *values in (
        (logging.INFO, "Uvicorn running on %s://%s:%d (Press CTRL+C to quit)", "http", "::1", 80),
        (logging.INFO, "request"),
        (logging.ERROR, "the workers cannot compute"),
        (logging.ERROR, "Application startup failed. Exiting."),
    ):
        log.handle(logging.LogRecord("uvicorn", level, "", 0, message, tuple(values), None))
    written = where.getvalue().splitlines()
    if plain:
        assert written == [
            "Unrolled is at http://[::1]:80 (Ctrl+C stops it)",
            "error: the workers cannot compute",
        ]
    else:
        assert [(line["level"], line["message"]) for line in map(json.loads, written)] == [
            ("info", "Uvicorn running on http://::1:80 (Press CTRL+C to quit)"),
            ("info", "request"),
            ("error", "the workers cannot compute"),
        ]


# --- the end of the parent ------------------------------------------------------------------------


def children(pid):
    listed = subprocess.run(
        ["ps", "-A", "-o", "ppid=,pid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(child) for parent, child, state in rows if int(parent) == pid and state[0] != "Z"}


def living(pids):
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(pid) for pid, state in rows if int(pid) in pids and state[0] != "Z"}


ENDLESS = {"network": {"hidden_size": 500}, "sequence": {"steps": 5000}}


def test_workers_end_with_a_parent_that_was_killed():
    """Of two, one computes and one waits."""
    port = service.unused_port()
    process = subprocess.Popen(
        [*SERVE, "--port", str(port)],
        cwd=service.ROOT,
        env=service.without_settings()
        | {"UNROLLED_WORKERS": "2", "UNROLLED_MAX_WORK": "1" + "0" * 12},
        stderr=subprocess.DEVNULL,
    )
    busy = ExitStack()
    try:
        until_it_answers(port)
        workers = children(process.pid)
        assert len(workers) == 2
        asked = busy.enter_context(socket.create_connection(("127.0.0.1", port)))
        body = json.dumps(ENDLESS).encode()
        head = b"POST /api/v1/flow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
        asked.sendall(head + b"\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        metrics = f"http://127.0.0.1:{port}/metrics"
        while b"unrolled_workers_busy 1.0" not in httpx.get(metrics).content:
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
        busy.close()
    for _ in range(200):
        if not living(workers):
            break
        time.sleep(0.05)
    left = living(workers)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == set()
