"""Maps of a service whose cluster comes late, loses workers, goes, and comes back."""

from __future__ import annotations

import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scripts.service import unused_port
from tests.app.test_sweep_dask import OTHER, scheduling, worker
from tests.app.test_sweeps import SMALL
from tests.app.test_training_process import service, when
from unrolled.engine import Sweep

# About a minute of one worker, in tasks of a second.
MAP = SMALL | {
    "axes": [
        {"at": "/weights/spectral_radius", "from": 0.2, "to": 2.0, "points": 60},
        {"at": "/sequence/steps", "values": [400, 500]},
    ],
    "numbers": ["arriving", "verdict", "lyapunov"],
    "seeds": 4,
}
# A single network of it takes minutes, and asks nobody whether it is still wanted.
SLOW = {
    "experiment": {"network": {"cell": "lstm", "hidden_size": 512}, "sequence": {"steps": 2000}},
    "axes": [{"at": "/weights/spectral_radius", "values": [0.9, 1.1]}],
    "numbers": ["lyapunov", "long_to_short"],
}


def begun(client: Any, what: dict[str, Any]) -> str:
    answer = client.post("/sweeps", json=what)
    assert answer.status_code == 202, answer.text
    address: str = answer.headers["location"]
    return address.removeprefix("/api/v1")


def computing(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes beside a worker that compute for it."""
    found: list[int] = []
    for thread in Path(f"/proc/{process.pid}/task").iterdir():
        found += map(int, (thread / "children").read_text().split())
    return [pid for pid in found if b"sweeps.process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def ticks(process: subprocess.Popen[bytes]) -> int:
    """What these have computed, in hundredths of a second."""
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in computing(process)]
    return sum(int(one.rpartition(")")[2].split()[11]) for one in stats)


def test_a_map_waits_for_its_cluster_says_why_and_goes_on(tmp_path: Path) -> None:
    preload = tmp_path / "other.py"
    preload.write_text(OTHER)
    port = unused_port()
    address = f"tcp://127.0.0.1:{port}"

    def why(words: str) -> Any:
        said = when(client, sweep, lambda said: words in (said["why"] or ""))
        assert said["state"] == "running"
        assert said["points_per_second"] is None or said["done"]
        return said

    def goes_on(beyond: int) -> Any:
        return when(client, sweep, lambda said: said["done"] > beyond)

    with (
        service(tmp_path, UNROLLED_DASK=address, UNROLLED_MAX_SWEEP_WORK=str(10**10)) as served,
        ExitStack() as later,
    ):
        client, _ = served
        sweep = begun(client, MAP)
        assert why(f"It waits: no scheduler answers at {address}")["done"] == 0
        assert client.post("/flow", json={}).status_code == 200
        assert client.get(str(client.base_url.join("/readyz"))).status_code == 200
        _, first = later.enter_context(scheduling(port))
        why("it has no workers")
        later.enter_context(worker(address, "old", "--preload", str(preload)))
        assert why("cannot compute this map: worker old at")["done"] == 0
        later.enter_context(worker(address, "one"))
        assert "Without worker old at tcp://" in goes_on(0)["why"]
        first.send_signal(signal.SIGKILL)
        first.wait()
        done = why("It waits: ")["done"]
        assert done < 240
        later.enter_context(scheduling(port))
        two = later.enter_context(worker(address, "two"))
        done = goes_on(done)["done"]
        client.patch(sweep, json={"state": "paused"})
        paused = when(client, sweep, lambda said: said["state"] == "paused")
        assert paused["why"] is None
        client.patch(sweep, json={"state": "running"})
        goes_on(paused["done"])
        two.send_signal(signal.SIGKILL)
        why("it has no workers")
        three = later.enter_context(worker(address, "three"))
        four = later.enter_context(worker(address, "four"))
        said = when(client, sweep, lambda said: said["state"] == "ended", seconds=300)
        assert (said["done"], said["wrong"], said["why"]) == (240, 0, "It is done: 240 points.")
        assert said["computed"] == 240 * 4
        compare(client, sweep, said["sweep"])

        before = ticks(three)
        slow = begun(client, SLOW)
        when(client, slow, lambda _: ticks(three) > before + 50)
        client.patch(slow, json={"state": "ended"})
        when(client, slow, lambda _: not computing(three) + computing(four), seconds=20)
        assert when(client, slow, lambda said: said["state"] == "ended")["done"] == 0


def compare(client: Any, sweep: str, document: dict[str, Any]) -> None:
    """Some points with the flows of their networks."""
    own = Sweep.of({name: one for name, one in document.items() if name != "name"} | {"seeds": 4})
    found = client.get(f"{sweep}/points").json()
    for point in list(own.points())[::61]:
        place = found["at"].index(list(point.at))
        flows = [client.post("/flow", json=own.spec(point, n)).json() for n in range(4)]
        arriving = sorted(flow["diagnosis"]["log10_arriving"] for flow in flows)
        middle = (arriving[1] + arriving[2]) / 2
        told = found["numbers"]["arriving"]["middle"][place]
        assert told == pytest.approx(middle, abs=1e-12, rel=1e-12)
