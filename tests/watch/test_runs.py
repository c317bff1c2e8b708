"""The file of a run: written line by line, torn, gone on with, read."""

import json
import os
import time

import pytest

import unrolled
from unrolled.watch.runs import NotARun, RunFile, head, load_run

REPORT = {
    "update": 100,
    "time": "2026-11-28T03:00:00.123Z",
    "loss": None,
    "modules": [
        {"name": "a", "proof": {"a.weight_hh_l0": 1e-7}, "trusted": True},
        {"name": "b", "proof": {"b.weight_hh_l0": None}, "trusted": True},
    ],
}


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "run.unrolled"
    with RunFile(path, "∂", {"every": 100}) as file:
        file.report(REPORT)
        assert load_run(path).state == "running"
        file.report(REPORT | {"update": 200, "loss": 0.5})
    run = unrolled.load_run(path)
    assert (run.name, run.state, run.about, run.last_update) == ("∂", "ended", {"every": 100}, 200)
    assert [report.loss for report in run.reports] == [None, 0.5]
    assert run.reports[0].proof == {"a.weight_hh_l0": 1e-7, "b.weight_hh_l0": None}
    assert run.reports[0].trusted
    assert run.created is not None
    assert run.created.tzinfo is not None


def test_every_cut_of_a_file_is_a_shorter_run(tmp_path):
    """After a kill the file ends anywhere: all whole lines count, and the run can go on."""
    path = tmp_path / "run.unrolled"
    with RunFile(path) as file:
        file.report(REPORT, REPORT | {"update": 200})
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        if cut < first:
            with pytest.raises(NotARun):
                load_run(path)
        else:
            run = load_run(path)
            assert len(run.reports) == max(0, min(2, whole[:cut].count(b"\n") - 1))
            assert run.state == "running"
        with RunFile(path) as file:
            file.report(REPORT | {"update": 300})
        run = load_run(path)
        assert run.state == "ended"
        assert run.last_update == 300


def test_a_file_that_grew_long_ago_is_of_an_interrupted_run(tmp_path):
    path = tmp_path / "run.unrolled"
    file = RunFile(path)
    file.report(REPORT)
    file.close(ended=False)
    old = time.time() - 61
    os.utime(path, (old, old))
    assert load_run(path).state == "interrupted"


def test_an_ended_run_that_goes_on_is_not_ended(tmp_path):
    path = tmp_path / "run.unrolled"
    RunFile(path).close()
    file = RunFile(path)
    file.report(REPORT)
    assert load_run(path).state == "running"
    file.close()
    file.close()
    assert load_run(path).state == "ended"


def test_a_number_that_is_not_finite_is_not_written(tmp_path):
    path = tmp_path / "run.unrolled"
    with RunFile(path) as file:
        with pytest.raises(ValueError, match="JSON"):
            file.report(REPORT | {"loss": float("nan")})
        file.report(REPORT)
    assert len(load_run(path).reports) == 1


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "line 1"),
        (b"PK\x03\x04\n", "line 1"),
        (b"[]\n", "line 1: not an object"),
        (b'{"format": "other"}\n', "line 1.*format"),
        (b'{"format": "unrolled-run", "version": 2}\n', "version 2"),
        (head({}) + b"{}\n", "line 2: not a report"),
        (head({}) + b'{"update": 1, "time": "now"}\n', "line 2"),
        (head({}) + b'{"update": NaN}\n', "line 2: NaN"),
        (head({}) + b"[" * 100_000 + b"\n", "line 2"),
        (head({}) + b"\xff\n" + json.dumps(REPORT).encode() + b"\n", "line 2"),
    ],
)
def test_what_is_no_run_says_where(tmp_path, content, where):
    path = tmp_path / "run.unrolled"
    path.write_bytes(content)
    with pytest.raises(NotARun, match=where):
        load_run(path)


@pytest.mark.parametrize("content", [b"my diary", b"my diary\n", b'{"format": "other"}\n'])
def test_another_file_is_not_written_to(tmp_path, content):
    path = tmp_path / "diary"
    path.write_bytes(content)
    with pytest.raises(NotARun):
        RunFile(path)
    assert path.read_bytes() == content
