"""Whole answers of this tree against those of a former revision, in turns.

`python -m benchmarks.bench_former REVISION` checks the revision out beside this tree, and asks both
for the same answers: one process a tree, one thread each, every answer timed from the canonical
request to the JSON, in processor time, so that other work on the machine counts for little. The two
take turns, so that a machine that changes its speed changes it for both; a ratio below 1 says that
this tree takes less. The last columns are what a moving hand asks this tree for, and its share of
the former tree's whole answer.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHAPES = (
    ("simple", 12, 8, 1),
    ("simple", 50, 32, 1),
    ("simple", 100, 64, 1),
    ("simple", 50, 32, 64),
    ("lstm", 50, 32, 1),
    ("lstm", 100, 64, 1),
    ("lstm", 100, 128, 16),
    ("gru", 50, 32, 1),
    ("gru", 100, 64, 1),
)
TURNS, RUNS = 5, 5
MOVING = ["itemized", "graph"]
"""What the page draws while a hand moves."""

WORKER = """
import json, sys, time
from {package} import job, memory
from {package}.canonical import canonical
from {package}.schemas import Experiment
getattr(memory, "keep", int)()  # as a worker does
for line in sys.stdin:
    asked = json.loads(line)
    form = canonical(Experiment.model_validate(asked["experiment"]))
    times = []
    for _ in range(asked["runs"]):
        begun = time.process_time()
        job.answer(form)
        times.append(1e3 * (time.process_time() - begun))
    print(min(times), flush=True)
"""


def _experiment(cell: str, steps: int, hidden: int, batch: int) -> dict[str, Any]:
    return {
        "network": {"cell": cell, "hidden_size": hidden},
        "sequence": {"steps": steps, "batch_size": batch},
    }


class _Tree:
    """A process that answers with one tree's code."""

    def __init__(self, root: Path) -> None:
        package = "unrolled.app" if (root / "unrolled").exists() else "app"
        alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER.format(package=package)],
            cwd=root,
            env=os.environ | alone | {"PYTHONPATH": str(root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def milliseconds(self, experiment: dict[str, Any]) -> float:
        """The shortest of some answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"experiment": experiment, "runs": RUNS}) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def run(revision: str) -> None:
    """Print one line a shape, and the geometric mean of the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        former = Path(folder) / "former"
        subprocess.run(
            ["git", "worktree", "add", "--quiet", "--detach", str(former), revision],
            cwd=ROOT,
            check=True,
        )
        try:
            _compare(_Tree(ROOT), _Tree(former), revision)
        finally:
            subprocess.run(
                ["git", "worktree", "remove", "--force", str(former)], cwd=ROOT, check=True
            )


def _compare(now: _Tree, before: _Tree, revision: str) -> None:
    print(f"Whole answers against {revision}, least of {TURNS} turns, ms of one processor")
    print(f"{'cell':8}{'T':>5}{'H':>5}{'B':>4}{'now':>10}{'before':>10}{'ratio':>8}", end="")
    print(f"{'moving':>10}{'ratio':>8}")
    ratios = []
    for shape in SHAPES:
        experiment = _experiment(*shape)
        turns = [
            (
                now.milliseconds(experiment),
                before.milliseconds(experiment),
                now.milliseconds(experiment | {"include": MOVING}),
            )
            for _ in range(TURNS)
        ]
        mine, other, moving = (min(times) for times in zip(*turns, strict=True))
        ratios.append(mine / other)
        cell, steps, hidden, batch = shape
        print(
            f"{cell:8}{steps:5}{hidden:5}{batch:4}{mine:10.2f}{other:10.2f}{ratios[-1]:8.2f}",
            end="",
        )
        print(f"{moving:10.2f}{moving / other:8.2f}", flush=True)
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    print(f"geometric mean of the ratios: {mean:.2f}")
    for tree in (now, before):
        assert tree.process.stdin is not None
        tree.process.stdin.close()
        tree.process.wait()


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "a7f0990")
