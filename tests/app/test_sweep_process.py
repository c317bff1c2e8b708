"""The service is killed while it computes a map, and started again."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.app.test_sweeps import SMALL
from tests.app.test_training_process import service, when

LONG = SMALL | {
    "axes": [
        {"at": "/weights/spectral_radius", "from": 0.2, "to": 2.0, "points": 60},
        {"at": "/sequence/steps", "values": [300, 400]},
    ]
}


def descendants(pid):
    """Every process that it started, and that those started."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has ended
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from descendants(child)


def of_maps(service):
    """The policy and the session of every process that computes maps."""
    for pid in descendants(service):
        with suppress(OSError):
            if b"unrolled.app.sweeps" in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield os.sched_getscheduler(pid), os.getsid(pid)


def test_a_service_that_is_killed_loses_what_was_in_flight_and_no_more(tmp_path):
    shown = {"UNROLLED_SWEEP_WORKERS": "2", "UNROLLED_BACKGROUND": "idle"}
    with service(tmp_path, **shown) as (client, process):
        sweep = client.post("/sweeps", json=LONG).headers["location"].removeprefix("/api/v1")
        policies = sorted([os.SCHED_OTHER, os.SCHED_IDLE, os.SCHED_IDLE])  # it keeps, they compute
        expected = [(policy, os.getsid(process.pid)) for policy in policies]
        end = time.monotonic() + 60
        while sorted(of_maps(process.pid)) != expected:
            assert time.monotonic() < end
        before = when(client, sweep, lambda said: said["done"] > 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with service(tmp_path) as (client, process):
        after = when(client, sweep, lambda said: said["state"] == "ended")
        assert after["done"] == after["count"] == 240
        assert after["wrong"] == 0
        assert before["done"] <= 240
        assert 2 * before["done"] <= after["computed"] <= 480
        places = client.get(f"{sweep}/points").json()["at"]
        assert len({tuple(at) for at in places}) == 240
        again = client.post("/sweeps", json=LONG).headers["location"].removeprefix("/api/v1")
        known = when(client, again, lambda said: said["state"] == "ended")
        assert (known["computed"], known["known"]) == (0, 480)
