"""Where a run is kept, and which one goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from unrolled.watch.delivery import delivery_of, last_update_of
from unrolled.watch.opening import Opening, last_of, opening_of
from unrolled.watch.runs import NotARun, RunFile, load_run

REPORT = {"time": "2026-11-28T03:00:00.000Z", "modules": []}


def opened(path: Path | str, update: int | None = None, run: str | None = None) -> Opening:
    return opening_of(path, "a name", {}, 4, update, run)


def written(path: Path, *updates: int, ended: bool = False, padding: int = 0) -> None:
    with RunFile(path) as file:
        for update in updates:
            file.report(REPORT | {"update": update, "note": "x" * padding})
        file.close(ended=ended)


@pytest.mark.parametrize("padding", [0, 70_000, 200_000])
@pytest.mark.parametrize("ended", [False, True])
def test_the_last_report_is_found_from_the_end(tmp_path: Path, ended: bool, padding: int) -> None:
    path = tmp_path / "run.unrolled"
    written(path, ended=ended)
    assert last_of(path) == (ended, None)
    written(path, 100, 200, ended=ended, padding=padding)
    assert last_of(path) == (ended, 200)
    with path.open("ab") as file:
        file.write(b'{"update": 300, "torn')
    assert last_of(path) == (ended, 200)
    path.write_text("no run\n")
    with pytest.raises(NotARun):
        last_of(path)


@pytest.mark.parametrize(
    ("ended", "update", "name", "done", "reported"),
    [
        (False, None, "run.unrolled", 200, 200),
        (False, 150, "run.unrolled", 150, 200),
        (False, 0, "run-2.unrolled", 0, -1),
        (True, None, "run-2.unrolled", 0, -1),
        (True, 0, "run-2.unrolled", 0, -1),
        (True, 250, "run.unrolled", 250, 200),
    ],
)
def test_a_run_in_a_file_goes_on(
    tmp_path: Path, ended: bool, update: int | None, name: str, done: int, reported: int
) -> None:
    path = tmp_path / "run.unrolled"
    written(path, 100, 200, ended=ended)
    found = opened(path, update)
    assert (Path(found.to).name, found.update, found.reported) == (name, done, reported)
    assert found.told["to"] == found.to
    written(path, 300)
    run = load_run(path)
    assert ([one.update for one in run.reports], run.state) == ([100, 200, 300], "running")


def test_a_new_file_begins_at_the_beginning(tmp_path: Path) -> None:
    found = opened(tmp_path / "run.unrolled")
    assert (Path(found.to).name, found.update, found.reported) == ("run.unrolled", 0, -1)
    (tmp_path / "mine").write_text("mine")
    assert Path(opened(tmp_path / "mine").to).name == "mine-2"
    with pytest.raises(FileNotFoundError):
        opened(tmp_path / "away" / "run.unrolled")


def test_a_file_that_another_training_writes_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unrolled.watch.opening.HANDOVER", 0.0)
    path = tmp_path / "run.unrolled"
    with RunFile(path) as file:
        assert Path(opened(path).to).name == "run-2.unrolled"
        with pytest.raises(OSError, match="another process"):
            RunFile(path)
        file.close(ended=False)
    assert Path(opened(path).to).name == "run.unrolled"


def test_of_two_runs_begun_at_once_to_one_file_each_has_its_own(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    told = [opened(path).told for _ in range(3)]
    assert {one["to"] for one in told} == {str(path)}, "none of them has begun"
    runs = [delivery_of(**{k: v for k, v in one.items() if k != "sampled"}) for one in told]
    for update, run in enumerate(runs):
        run.report(REPORT | {"update": update})
    for run in runs:
        run.end("ended")
    assert [Path(run.to).name for run in runs] == [
        "run.unrolled",
        "run-2.unrolled",
        "run-3.unrolled",
    ]
    assert [load_run(run.to).last_update for run in runs] == [0, 1, 2]


def test_of_two_that_go_on_with_one_run_the_second_begins_another(tmp_path: Path) -> None:
    path = tmp_path / "run.unrolled"
    written(path, 100)
    both = [opened(path).to for _ in "ab"]
    for run in [delivery_of(to, "n", {}, str(tmp_path)) for to in both]:
        run.report(REPORT | {"update": 200})
        run.end("ended")
    assert [one.update for one in load_run(path).reports] == [100, 200]
    assert [one.update for one in load_run(tmp_path / "run-2.unrolled").reports] == [200]


@pytest.mark.parametrize(
    ("answer", "update", "done", "reported"),
    [
        (httpx.Response(200, json={"last_update": 700}), None, 700, 700),
        (httpx.Response(200, json={"last_update": 700}), 650, 650, 700),
        (httpx.Response(200, json={"last_update": None}), None, 0, -1),
        (httpx.Response(503), None, 0, -1),
        (httpx.Response(200, text="a page"), 650, 650, -1),
    ],
)
def test_a_run_of_a_server_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    answer: httpx.Response,
    update: int | None,
    done: int,
    reported: int,
) -> None:
    asked: list[str] = []

    def get(_: Any, url: str) -> httpx.Response:
        asked.append(url)
        answer.request = httpx.Request("GET", url)
        return answer

    monkeypatch.setattr(httpx.Client, "get", get)
    found = opened("http://localhost:1/", update, "abc")
    assert asked == ["http://localhost:1/api/v1/runs/abc"]
    assert (found.update, found.reported, found.run) == (done, reported, "abc")


def test_a_run_that_a_server_has_not_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx.Client, "get", lambda *_: httpx.Response(404))
    with pytest.raises(LookupError, match="has no run abc"):
        last_update_of("http://localhost:1", "abc")


def test_what_the_process_is_told_is_plain(tmp_path: Path) -> None:
    json.dumps(opened(tmp_path / "run.unrolled").told)


@pytest.mark.parametrize("name", ["", "a" * 201, "a\0b", "\ud800"])
def test_a_name_that_no_run_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"name: received .* allowed: 1 to 200"):
        opening_of(tmp_path / "run.unrolled", name, {}, 4, None, None)


@pytest.mark.parametrize("to", ["127.0.0.1:8000", "localhost:8000/runs", "http://", "ftp://h/x"])
def test_what_looks_like_an_address_and_is_none_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match=r"to: received .*http://127"):
        opening_of(to, "run", {}, 4, None, None)
