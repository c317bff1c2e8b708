"""`make load`: users who move a slider, against the real service on the loopback address.

The load is the one that sliders.py describes; then the same while two runs train, each followed by
a page; then while a map is computed; then four times as many users for 20 s. A few seconds before
are not listed: the service compresses the page's files when it starts. Ends with 1 where an answer
was neither a picture nor a refusal with a Retry-After.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.load.beside import maps, trainings
from benchmarks.load.records import HEADER, Load
from scripts.service import serving

TIMES, SECONDS_AT_TIMES = 4, 20
SECONDS_BEFORE = 3
SECONDS_TO_END = 60
SLIDERS = Path(__file__).with_name("sliders.py")


def generate(python: str, url: str, users: int, seconds: int) -> Load:
    """Run Locust against the service, and read what it wrote down.

    Args:
        python: of the environment that holds Locust, whose gevent stays out of this one.
        url: the service.
        users: how many drag; one more watches /healthz.
        seconds: how long.
    Raises:
        RuntimeError: Locust did not do it; the message holds what it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "records.json"
        command = [python, "-m", "locust", "--locustfile", str(SLIDERS), "--host", url]
        command += ["--headless", "--only-summary", "--users", str(users + 1)]
        command += ["--spawn-rate", str(users + 1), "--run-time", f"{seconds}s"]
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"LOAD_RECORDS": str(written)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + SECONDS_TO_END,
            check=False,
        )
        if done.returncode or not written.is_file():
            raise RuntimeError(f"Locust ended with {done.returncode}:\n{done.stdout}")
        seen = json.loads(written.read_text())
    records = [tuple(record) for record in seen["records"]]
    return Load.of(users, seen["seconds"], seen["generator_seconds"], records)


def main() -> None:
    """Print the loads."""
    parser = argparse.ArgumentParser(description="Users who move a slider, against the service.")
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--trainings", type=int, default=2, help="runs that train meanwhile")
    parser.add_argument("--maps", type=int, default=1, help="maps that are computed meanwhile")
    parser.add_argument("--locust", default=sys.executable, help="the Python that has Locust")
    asked = parser.parse_args()

    print("Sliders at T = 50, H = 32; times in ms; the generator takes a share of one core.")
    print(HEADER)
    wrong: dict[str, int] = {}
    with serving() as url:
        generate(asked.locust, url, 2, SECONDS_BEFORE)
        few, more = asked.users, TIMES * asked.users
        for users, seconds, runs, sweeps in (
            (few, asked.seconds, 0, 0),
            (few, asked.seconds, asked.trainings, 0),
            (few, asked.seconds, 0, asked.maps),
            (more, min(asked.seconds, SECONDS_AT_TIMES), 0, 0),
        ):
            with trainings(url, runs) as trained, maps(url, sweeps) as mapped:
                load = generate(asked.locust, url, users, seconds)
                print(load.row(), flush=True)
                for what, followed in (("a run: updates", trained), ("a map: networks", mapped)):
                    for one in followed:
                        rate = one.done / seconds
                        print(f"  beside it {what} {one.done:,}, {rate:,.0f} a second", flush=True)
            wrong |= {f"{users} users, {what}": n for what, n in load.errors.items()}
    for what, n in wrong.items():
        print(f"{n} × {what}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
