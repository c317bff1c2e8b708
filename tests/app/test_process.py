"""The service as a process: what it warms first, how it stops, and that it does not grow."""

import asyncio
import json
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from scripts import service
from unrolled.app.main import create_app
from unrolled.app.settings import Settings

FLOW = "/api/v1/flow"
ENDLESS = {"network": {"hidden_size": 500}, "sequence": {"steps": 5000}}
SECOND = {"network": {"hidden_size": 128}, "sequence": {"steps": 300}}
PROC = Path("/proc")
MEGABYTE = 2**20


@contextmanager
def started(**settings):
    """A service's process and address; the block stops it, or it is killed."""
    port = service.unused_port()
    process = subprocess.Popen(
        [*service.CHECKOUT, "--port", str(port)],
        cwd=service.ROOT,
        env=service.without_settings() | {f"UNROLLED_{k}": v for k, v in settings.items()},
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        written = [next(process.stderr) for _ in range(4)]  # until it listens
        assert b"running on" in written[-1], written
        drain = threading.Thread(target=lambda: written.extend(process.stderr or ()))
        drain.start()
        yield process, f"http://127.0.0.1:{port}"
        process.terminate()
        drain.join()
    finally:
        process.kill()
        process.communicate()
    assert not any(b"Traceback" in line for line in written), written


def children(pid):
    """The processes that a process has started and that have not ended."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "ppid=,pid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(child) for parent, child, state in rows if int(parent) == pid and state[0] != "Z"}


def living(pids):
    """Those of some processes that have not ended."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(pid) for pid, state in rows if int(pid) in pids and state[0] != "Z"}


def resident(pid):
    """Bytes of memory of a process."""
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    ).stdout
    return 1024 * int(listed)


def descriptors(pid):
    """How many files a process has open, where the system tells."""
    return len(list((PROC / str(pid) / "fd").iterdir())) if PROC.is_dir() else 0


def until(condition):
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def computing(address):
    return b"unrolled_workers_busy 1.0" in httpx.get(f"{address}/metrics", timeout=60).content


@contextmanager
def asked(address, body):
    """A request in a thread of its own, that has begun to compute; a list with what comes back."""
    came = []

    def ask():
        came.append(httpx.post(address + FLOW, json=body, timeout=120))

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: computing(address))
    yield came
    thread.join()


def test_a_stop_does_not_wait_for_ever():
    """A job that would take minutes ends with the service, and so do the workers."""
    limits = {"MAX_WORK": "1" + "0" * 12, "JOB_SECONDS": "600", "STOP_SECONDS": "1"}
    with started(WORKERS="2", **limits) as (process, address):
        workers = children(process.pid)
        assert len(workers) == 2
        with asked(address, ENDLESS) as came:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        assert came[0].status_code == 503
        assert came[0].headers["content-type"] == "application/problem+json"
        assert came[0].headers["retry-after"] == "1"
        until(lambda: not living(workers))
    assert process.returncode in {0, -signal.SIGTERM}


def test_a_stop_takes_less_than_five_seconds_by_default():
    assert Settings.model_fields["stop_seconds"].default < 5


@pytest.mark.anyio
async def test_the_workers_are_warm_before_large_files_are_packed():
    app = create_app(Settings(workers=1))
    seen = []
    begun = asyncio.Event()

    async def pack():
        seen.append(app.state.compute.warmed)
        begun.set()

    app.state.assets.pack = pack
    async with app.router.lifespan_context(app):
        await begun.wait()
    assert seen == [True]


def storm(address, first, count):
    """Requests of every kind, several at a time; the statuses that came."""
    statuses = set()

    def ask(lane):
        with closing(HTTPConnection(address.removeprefix("http://"), timeout=60)) as client:
            for number in range(first + lane, first + count, 8):
                body = {
                    "network": {"hidden_size": 1},
                    "sequence": {"steps": 2},
                    "weights": {"seed": number if number % 2 else 0},
                    "follow": 9 if number % 10 == 4 else None,
                }
                if number % 10 == 8:
                    client.request("GET", "/nothing")
                else:
                    client.request(
                        "POST", FLOW, json.dumps(body), {"Content-Type": "application/json"}
                    )
                answer = client.getresponse()
                answer.read()
                statuses.add(answer.status)

    with ThreadPoolExecutor(8) as lanes:
        list(lanes.map(ask, range(8)))
    return statuses


def test_thousands_of_requests_leave_nothing_behind_and_a_stop_lets_a_job_end():
    """What grows once, a pool or a buffer, is no leak: what is left behind grows every time."""
    settings = {"CACHE_BYTES": str(MEGABYTE), "STOP_SECONDS": "60"}
    with started(WORKERS="2", **settings) as (process, address):
        storm(address, 0, 500)
        workers = children(process.pid)
        files = descriptors(process.pid)
        grown: dict[int, int] = {}
        for first in (1000, 3000, 5000):
            before = {pid: resident(pid) for pid in {process.pid} | workers}
            assert storm(address, first, 1500) == {200, 422, 404}
            grown = {pid: resident(pid) - memory for pid, memory in before.items()}
            if max(grown.values()) < 3 * MEGABYTE:
                break
        assert max(grown.values()) < 3 * MEGABYTE, grown
        assert children(process.pid) == workers
        until(lambda: descriptors(process.pid) <= files)
        with asked(address, SECOND) as came:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        assert came[0].status_code == 200
        assert came[0].json()["steps"] == 300
    assert process.returncode in {0, -signal.SIGTERM}
