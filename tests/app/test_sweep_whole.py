"""A whole map: as arrays and as files, by Python and by command, nothing computed twice."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

import unrolled
from tests.app.test_sweep_local import Here
from tests.app.test_sweep_tasks import sweep
from unrolled.app.sweeps import front
from unrolled.app.sweeps.known import Memory
from unrolled.app.sweeps.result import SweepResult
from unrolled.app.sweeps.running import Found
from unrolled.app.sweeps.whole import mapped
from unrolled.engine import InvalidInput, Sweep, gradient_flow

FILE = """
numbers = ["arriving", "verdict", "clipped"]
seeds = 2
axes = [
  { at = "/weights/spectral_radius", from = 0.5, to = 1.5, points = 3 },
  { at = "/sequence/steps", values = [4, 8] },
]

[experiment]
network = { hidden_size = 3, topology = "many-to-one" }
clip = { rule = "norm", max_norm = 0.001 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(FILE)
    return path


async def run(own: Sweep, kept: Memory, pool: Here) -> list[Found]:
    async with mapped(own, pool, kept) as stream:
        return [one async for some in stream for one in some]


def test_a_map_is_arrays_in_the_order_of_its_axes(file: Path) -> None:
    found = unrolled.sweep(file, workers=1, progress=False)
    assert found.middle("arriving").shape == found.sweep.shape == (3, 2)
    assert found.computed == 12
    assert not found.errors
    assert np.array_equal(found.middle("clipped"), np.ones((3, 2)))
    assert (found.low("arriving") <= found.middle("arriving")).all()
    assert (found.middle("arriving") <= found.high("arriving")).all()
    assert found.middle("verdict")[0, 1] == 0.0  # vanishing
    assert found.axis(1) == [4, 8]
    network = unrolled.Network("simple", "many-to-one", "tanh", 4, 3, 4)
    arriving = []
    for seed in (0, 1):
        flow = gradient_flow(
            network,
            unrolled.draw_parameters(network, spectral_radius=1.5, seed=seed),
            unrolled.random_sequence(network, "cross-entropy", steps=8, seed=seed),
            loss="cross-entropy",
        )
        assert flow.diagnosis is not None
        arriving.append(flow.diagnosis.log10_arriving)
    assert found.middle("arriving")[2, 1] == pytest.approx(np.median(arriving), abs=1e-12)


def test_a_map_is_a_file(file: Path, tmp_path: Path) -> None:
    found = front.sweep(file, workers=1, progress=False)
    found.save(tmp_path / "map.npz")
    with np.load(tmp_path / "map.npz", allow_pickle=False) as kept:
        assert np.array_equal(kept["arriving"], found.middle("arriving"))
        assert Sweep.of(json.loads(bytes(kept["sweep"]))) == found.sweep
    found.save(tmp_path / "map.csv")
    rows = list(csv.DictReader((tmp_path / "map.csv").read_text().splitlines()))
    assert len(rows) == 6
    (row,) = (
        one
        for one in rows
        if (one["/weights/spectral_radius"], one["/sequence/steps"]) == ("1.5", "8")
    )
    assert float(row["arriving"]) == found.middle("arriving")[2, 1]
    assert row["verdict"] in ("vanishing", "stable", "exploding")
    with pytest.raises(ValueError, match=r"\.csv or \.npz"):
        found.save(tmp_path / "map.json")


def test_beside_a_loop_that_runs_a_map_is_computed_too(file: Path) -> None:
    async def notebook() -> SweepResult:
        return front.sweep(file, workers=1, progress=False)

    assert anyio.run(notebook).computed == 12


def test_nothing_is_computed_twice_in_no_map() -> None:
    kept, pool = Memory(), Here()
    first = anyio.run(run, sweep(seeds=2), kept, pool)
    assert all(one.new for one in first)
    tasks = pool.tasks
    again = anyio.run(run, sweep(seeds=2), kept, pool)
    assert pool.tasks == tasks
    assert not any(one.new for one in again)
    assert {one.draw.hash: one.numbers for one in again} == {
        one.draw.hash: one.numbers for one in first
    }
    more = anyio.run(run, sweep(seeds=3), kept, pool)
    assert sum(one.new for one in more) == sweep().count
    other = anyio.run(run, sweep(numbers=["lyapunov"]), kept, pool)
    assert all(one.new for one in other)
    assert set(kept.known[other[0].draw.hash].numbers) == {"arriving", "verdict", "lyapunov"}


def test_of_a_refined_map_only_what_neighbours_do_not_tell_is_computed() -> None:
    axes = [
        {"at": "/weights/spectral_radius", "from": 0.1, "to": 1.0, "points": 33},
        {"at": "/sequence/steps", "values": list(range(10, 43))},
    ]
    own = sweep(axes=axes, rows=None, numbers=["verdict"], refine=True)
    found = anyio.run(run, own, Memory(), Here())
    assert 4 <= len(found) < 0.5 * own.count
    whole = {
        one.draw.point.at: one.numbers
        for one in anyio.run(
            run, sweep(axes=axes, rows=None, numbers=["verdict"]), Memory(), Here()
        )
    }
    assert all(one.numbers == whole[one.draw.point.at] for one in found)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "unrolled", "sweep", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_writes_a_file_and_keeps_what_it_computes(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_DATA_FOLDER", str(tmp_path / "data"))
    done = command(str(file), "--workers", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("map.npz: 6 points, 12 networks computed\n")
    assert file.with_suffix(".npz").is_file()
    again = unrolled.sweep(file, workers=1, progress=False, database=True)
    assert again.computed == 0
    assert np.isfinite(again.middle("arriving")).all()
    other = f"sqlite:///{tmp_path}/other.sqlite"
    assert unrolled.sweep(file, workers=1, progress=False, database=other).computed == 12


REFUSED: list[tuple[str, list[str], str]] = [
    ("axes = [", [], "map.toml: "),
    ('numbers = ["loss"]\naxes = [{at = "/loss", values = ["huber"]}]', [], "/numbers/0: received"),
    ('axes = [{at = "/network/cel", values = ["lstm"]}]', [], "/experiment/network/cel: "),
    (FILE, ["--out", "map.txt"], "--out: received"),
    (FILE, ["--workers", "two"], "--workers: received"),
    (FILE, ["--on", "tcp://127.0.0.1:1"], "no scheduler answers at tcp://127.0.0.1:1"),
]


@pytest.mark.parametrize(("text", "arguments", "told"), REFUSED)
def test_the_command_says_in_a_line_what_is_wrong(
    text: str,
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from unrolled.app.cli import main
    from unrolled.app.sweeps import dask

    monkeypatch.setattr(dask, "_CONNECT", 0.5)
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["sweep", str(path), *arguments])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("unrolled: ")
    assert told in error
    assert error.count("\n") == 1


def test_a_map_that_is_none_is_refused_before_anything_starts() -> None:
    with pytest.raises(InvalidInput, match="axes"):
        unrolled.sweep({"axes": []}, progress=False)
    with pytest.raises(AttributeError, match="no attribute 'sweeps'"):
        getattr(unrolled, "sweeps")  # noqa: B009


def test_a_network_that_cannot_be_has_an_error_of_its_own() -> None:
    asked: dict[str, Any] = {
        "axes": [{"at": "/network/cell", "values": ["lstm", "gru"]}],
        "experiment": {"weights": {"forget_bias": 1.0}},
    }
    found = unrolled.sweep(asked, workers=1, progress=False)
    assert list(found.errors) == [(1,)]
    assert "forget gate" in found.errors[1,]
    assert np.isnan(found.middle("arriving")[1])
