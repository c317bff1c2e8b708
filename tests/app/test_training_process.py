"""The service is killed while it trains, and started again."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from scripts.service import CHECKOUT, ROOT, unused_port, wait_until_served, without_settings
from tests.app.trained import SMALL, losses

UPDATES = 2_000


@contextmanager
def service(folder: Path, **more: str):
    """A process that serves until it is killed; more: settings."""
    port = unused_port()
    settings = {"UNROLLED_DATA_FOLDER": str(folder), "UNROLLED_WORKERS": "1"} | more
    with (folder / "log").open("wb+") as log:
        process = subprocess.Popen(
            [*CHECKOUT, "--port", str(port)],
            cwd=ROOT,
            env=without_settings() | settings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_served(url, process, log)
            with httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client:
                yield client, process
        finally:
            process.kill()
            process.wait()


def trainer(process):
    """The pid of the process that trains."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    named = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return int(next(pid for pid, words in named.items() if b"training.worker" in words))


def when(client, run, enough, seconds=120):
    end = time.monotonic() + seconds
    said = client.get(run).json()
    while not enough(said):
        assert time.monotonic() < end, said
        time.sleep(0.05)
        said = client.get(run).json()
    return said


def test_a_service_that_is_killed_goes_on_with_the_same_numbers(tmp_path):
    with service(tmp_path) as (client, process):
        new = {"kind": "trained", "keep": True, "training": SMALL | {"updates": UPDATES}}
        run = client.post("/runs", json=new).headers["location"].removeprefix("/api/v1")
        client.patch(run, json={"pace": 100})
        when(client, run, lambda said: said["last_update"] > 50)
        client.patch(run, json={"change": {"learning_rate": 0.02}})
        changed = when(client, run, lambda said: said["training"]["changes"])
        worker = trainer(process)
        assert os.getpriority(os.PRIO_PROCESS, worker) == 19
        process.send_signal(signal.SIGKILL)
        process.wait()
        end = time.monotonic() + 20
        with suppress(ProcessLookupError):
            while time.monotonic() < end:
                os.kill(worker, 0)
                if b") Z " in Path(f"/proc/{worker}/stat").read_bytes():
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("the worker outlives its service")
    with service(tmp_path) as (client, process):
        client.patch(run, json={"pace": None})
        said = when(client, run, lambda said: said["state"] == "ended")
        assert said["training"]["ended"] == f"It is done: {UPDATES:,} updates."
        assert said["training"]["changes"] == changed["training"]["changes"]
        first = said["training"]["changes"][0]["update"]
        found = client.get(f"{run}/updates").json()
        assert found["update"] == list(range(1, UPDATES + 1))
        assert found["loss"] == losses({"updates": UPDATES}, [(first, {"learning_rate": 0.02})])
        kinds = [mark["kind"] for mark in found["marks"]]
        assert kinds.count("changed") == 1
        assert [mark["id"] for mark in found["marks"]] == list(range(1, len(kinds) + 1))
