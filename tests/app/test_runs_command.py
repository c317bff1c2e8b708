"""`unrolled runs …`: the database from the command line."""

import sqlite3

import pytest

from tests.app.runs import file, report
from unrolled.app.cli import main


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("UNROLLED_DATABASE_URL", raising=False)
    monkeypatch.setenv("UNROLLED_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["runs", *arguments])
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("unrolled: ")
    assert line.count("\n") == 1
    return line


def test_a_run_comes_in_is_listed_goes_out_and_is_deleted(tmp_path, capsys):
    (tmp_path / "in").write_bytes(file(report(1), report(2), head={"name": "a\x1b[31m"}))
    main(["runs", "import", "in"])
    run = capsys.readouterr().out.strip()
    main(["runs", "import", "in"])
    assert capsys.readouterr() == (f"{run}\n", "it was kept already\n")
    main(["runs", "list"])
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "state", "reports", "update", "changed", "name"]
    assert line.split()[:4] == [run, "ended", "2", "2"]
    assert line.endswith("a?[31m")
    main(["runs", "export", run, "out"])
    assert len((tmp_path / "out").read_bytes().splitlines()) == 4
    main(["runs", "export", run, "out.html"])
    assert (tmp_path / "out.html").read_bytes().startswith(b"<!doctype html>\n")
    main(["runs", "delete", run])
    assert "no run has the id" in refused(capsys, "delete", run)
    assert "no run has the id" in refused(capsys, "export", run, "out2")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["data", "in", "out", "out.html"]


def test_what_cannot_be_is_said_in_a_line(tmp_path, capsys, monkeypatch):
    assert "No such file" in refused(capsys, "import", "nothing")
    (tmp_path / "in").write_bytes(file({"update": 1}))
    assert "line 2" in refused(capsys, "import", "in")
    (tmp_path / "in").write_bytes(b"<!doctype html>\n")
    assert "in: line 1: received what is not JSON" in refused(capsys, "import", "in")
    monkeypatch.setenv("UNROLLED_MAX_IMPORT_BYTES", "10")
    assert "UNROLLED_MAX_IMPORT_BYTES" in refused(capsys, "import", "in")
    monkeypatch.setenv("UNROLLED_DATABASE_URL", "mysql://a:secret@b/c")
    line = refused(capsys, "list")
    assert "postgresql://" in line
    assert "secret" not in line
    monkeypatch.setenv("UNROLLED_DATABASE_URL", "postgresql://a:secret@127.0.0.1:1/c")
    line = refused(capsys, "list")
    assert "away" in line
    assert "secret" not in line


def test_an_export_that_fails_leaves_no_half_file(tmp_path, capsys):
    (tmp_path / "in").write_bytes(file(report(1)))
    main(["runs", "import", "in"])
    run = capsys.readouterr().out.strip()
    (tmp_path / "out").write_text("before")
    with sqlite3.connect(tmp_path / "data" / "runs.sqlite3") as other:
        other.execute("UPDATE reports SET body = x'00'")
    other.close()
    assert "damaged" in refused(capsys, "export", run, "out")
    assert (tmp_path / "out").read_text() == "before"
    assert not (tmp_path / "out.part").exists()
