"""`make reproduce`: a run that is stopped goes on as if it were not; what it says is written."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks.reproduce import going, report
from benchmarks.reproduce.claims import CLAIMS, Claim, smart_tanh
from benchmarks.reproduce.going import Run, found, go
from benchmarks.reproduce.pictures import Line, curves, steps
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.run import Training

PLAN: dict[str, Any] = {
    "task": {"name": "adding", "steps": 4},
    "hidden_size": 16,
    "batch_size": 4,
    "updates": 60,
    "seed": 3,
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "clip": {"rule": "norm", "threshold": 0.1},
}
SHORT = Run("short", PLAN, smart_tanh)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "FRESH", 50)
    monkeypatch.setattr(going, "AT_ONCE", 25)
    monkeypatch.setattr(going, "POINTS", 6)


def quiet(line: str) -> None:
    """Says nothing."""


def untimed(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "seconds"}


def test_a_run_that_is_stopped_again_and_again_ends_as_one_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = go(SHORT, tmp_path, tell=quiet)
    assert (whole["ended"], whole["update"]) == ("updates", 60)
    assert whole["fresh"]["count"] == 50
    assert whole["curve"]["update"] == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    assert [path.name for path in tmp_path.iterdir()] == ["short.json"]

    cut = tmp_path / "cut"
    cut.mkdir()
    moments = iter(range(10_000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(moments)))
    stops = 0
    while (answer := go(SHORT, cut, until=float(next(moments)) + 4.0, tell=quiet))["ended"] is None:
        assert [path.name for path in cut.iterdir()] == ["short.part.json"]
        stops += 1
    assert stops >= 2
    assert untimed(answer) == untimed(whole)
    assert untimed(json.loads((cut / "short.json").read_text())) == untimed(whole)
    assert [path.name for path in cut.iterdir()] == ["short.json"]


def test_what_is_finished_is_not_trained_again(tmp_path: Path) -> None:
    first = go(SHORT, tmp_path, tell=quiet)
    (tmp_path / "short.json").write_text(json.dumps(first | {"update": 7}))
    assert go(SHORT, tmp_path, tell=quiet)["update"] == 7
    other = replace(SHORT, plan=PLAN | {"seed": 4})
    assert found(other, tmp_path / "short.json") is None, "a file of another plan says nothing"


def test_a_run_ends_where_its_task_is_solved(tmp_path: Path) -> None:
    task = {"name": "temporal-order", "steps": 10}
    optimizer = {"name": "adam", "learning_rate": 0.03}
    clip = {"rule": "norm", "threshold": 1.0}
    more = {"task": task, "updates": 4_000, "hidden_size": 8, "optimizer": optimizer, "clip": clip}
    easy = Run("easy", PLAN | more)
    answer = go(easy, tmp_path, tell=quiet)
    assert answer["ended"] == "solved"
    assert answer["update"] < 4_000
    assert answer["fresh"]["wrong"] == 0


def test_a_run_ends_where_a_number_leaves_the_range(tmp_path: Path) -> None:
    wild = PLAN | {
        "activation": "linear",
        "optimizer": {"name": "sgd", "learning_rate": 1e3},
        "clip": {"rule": "none"},
        "updates": 600,
    }
    answer = go(Run("wild", wild), tmp_path, tell=quiet)
    assert answer["ended"] == "not finite"
    assert answer["first_not_finite"]["update"] == answer["update"] < 600
    assert json.loads((tmp_path / "wild.json").read_text())["curve"]["held_out"]


def test_every_run_of_the_claims_can_begin() -> None:
    names = [run.name for claim in CLAIMS for run in claim.runs]
    assert len(set(names)) == len(names)
    for claim in CLAIMS:
        assert sum(map(len, claim.groups.values())) == len(list(claim.runs))
        for run, *_ in claim.groups.values():
            plan = Plan.from_json(run.plan)
            training = Training(plan)
            if run.start is not None:
                training = Training(plan, parameters=run.start(training.network, plan.seed))
            assert training.problem.criterion is not None
            assert all(np.isfinite(one).all() for one in training.parameters.values())


def test_smart_tanh_is_as_published() -> None:
    network = Training(Plan.from_json(PLAN | {"hidden_size": 50})).network
    drawn = smart_tanh(network, 0)
    matrix = drawn["W_hh"]
    assert (np.count_nonzero(matrix, axis=1) == 15).all()
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(0.95)
    assert drawn["W_xh"].std() == pytest.approx(0.01, rel=0.2)
    assert (drawn["b_h"] == 0.0).all()
    assert not (matrix == smart_tanh(network, 1)["W_hh"]).any(where=matrix != 0.0)


# --- what is written ------------------------------------------------------------------------------


def claim_of(*groups: tuple[str, tuple[Run, ...]]) -> Claim:
    return Claim("c", "A claim", "Published.", "Otherwise.", dict(groups))


def answer(ended: str | None, **more: Any) -> dict[str, Any]:
    curve = {"update": [10.0, 20.0], "held_out": [0.5, None], "log10_most": [0.1, -0.2]}
    return {
        "ended": ended,
        "update": 1_234,
        "fresh": {"count": 10_000, "wrong": 56},
        "seconds": 120.0,
        "baseline": 1.0,
        "curve": curve,
    } | more


def test_a_verdict_counts_what_is_finished_and_says_what_is_not() -> None:
    runs = tuple(Run(f"r{n}", PLAN | {"seed": n}) for n in range(4))
    claim = claim_of(("clipped", runs[:2]), ("free", runs[2:]))
    known = {"r0": answer("solved"), "r1": answer("solved"), "r2": answer("updates"), "r3": None}
    assert report.verdict(claim, known) == (
        "Reproduced so far, 1 of 4 runs not being finished. clipped: 2 of 2 finished runs solved "
        "it; free: 0 of 1 finished runs solved it."
    )
    text = report.section(claim, known)
    assert "| clipped | 0 | solved | 1,234 | 56 | 120 s |" in text
    assert "| free | 2 | not solved: no updates left | 1,234 | 56 | 120 s |" in text
    assert "| free | 3 | not begun | | | |" in text
    known["r3"] = answer(None)
    assert "| free | 3 | not finished | 1,234 |  | 120 s |" in report.section(claim, known)


@pytest.mark.parametrize(
    ("clipped", "free", "words"),
    [
        (["solved", "solved"], ["solved", "updates"], "Reproduced. clipped: 2 of 2"),
        (["solved", "updates"], ["solved", "not finite"], "Not reproduced. clipped: 1 of 2"),
        (["solved", "solved"], [None, None], "Not decided: 2 of 4 runs are not finished."),
        (["solved", None], [], "Reproduced so far, 1 of 2 runs not being finished."),
        (["solved", "updates"], [], "Not reproduced. clipped: 1 of 2"),
        ([None, None], [], "Not decided: 2 of 2 runs are not finished."),
    ],
)
def test_a_verdict_is_what_the_claim_asks_for(
    clipped: list[str | None], free: list[str | None], words: str
) -> None:
    """Of one group all have to solve it; of two the first more often than the second."""
    ends = [*clipped, *free]
    runs = [Run(f"r{n}", PLAN | {"seed": n}) for n in range(len(ends))]
    cut = len(clipped)
    groups = [("clipped", tuple(runs[:cut])), ("free", tuple(runs[cut:]))]
    claim = claim_of(*groups[: 2 if free else 1])
    known = {
        run.name: None if end is None else answer(end) for run, end in zip(runs, ends, strict=True)
    }
    assert report.verdict(claim, known).startswith(words)


def test_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    docs, folder = tmp_path / "docs", tmp_path / "runs"
    docs.mkdir()
    folder.mkdir()
    page = docs / "reproduce.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(folder, docs)
    once = page.read_text()
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once
    assert all(once.count(claim.title) == 2 for claim in CLAIMS)
    report.write(folder, docs)
    assert page.read_text() == once


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_has_its_axes_its_groups_and_every_line() -> None:
    lines = [Line(0, [0, 50, 60, 100], [1.0, None, 0.0, 0.01]), Line(1, [0, 100], [1.0, 10.0])]
    svg = curves("a < b", ["one", "two"], lines, ("update", "loss"), level=(0.1, "base"), log=True)
    said = texts(svg)
    assert {"a < b", "one", "two", "update", "loss", "base", "100", "0.01", "10"} <= set(said)
    assert svg.count('fill="none"') == 2
    assert "nan" not in svg


@pytest.mark.parametrize("log", [True, False])
def test_a_picture_without_points_is_a_picture(log: bool) -> None:
    assert "nothing" in texts(curves("nothing", [], [], ("x", "y"), log=log))
    flat = curves("flat", ["a"], [Line(0, [1.0], [3.0])], ("x", "y"), level=(3.0, ""), log=log)
    assert "flat" in texts(flat)


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [(0.0, 100.0, [0, 20, 40, 60, 80, 100]), (-0.4, 0.4, [-0.4, -0.2, 0.0, 0.2, 0.4])],
)
def test_steps_are_round(least: float, most: float, expected: list[float]) -> None:
    assert steps(least, most) == pytest.approx(expected, abs=1e-12)
    assert not math.isnan(sum(steps(least, most)))
