"""`unrolled sweeps …`: maps from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from tests.app.test_sweep_local import Here
from unrolled.app.cli import main
from unrolled.app.settings import Settings
from unrolled.app.store.database import Database
from unrolled.app.store.sweep_keeping import Batch, claim, keep
from unrolled.app.store.sweeps import create
from unrolled.app.sweeps.known import Memory
from unrolled.app.sweeps.places import row_of
from unrolled.app.sweeps.whole import mapped
from unrolled.engine import Sweep

MAP: dict[str, Any] = {
    "experiment": {"network": {"hidden_size": 3, "topology": "many-to-one"}},
    "axes": [{"at": "/weights/spectral_radius", "from": 0.5, "to": 1.5, "points": 3}],
    "rows": {"at": "/network/cell", "values": ["simple", "lstm"]},
    "numbers": ["arriving", "verdict"],
}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a map whose points are known."""
    monkeypatch.delenv("UNROLLED_DATABASE_URL", raising=False)
    monkeypatch.setenv("UNROLLED_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return anyio.run(_kept)


async def _kept() -> str:
    database, sweep, batch = Database(Settings()), Sweep.of(MAP), Batch()
    async with mapped(sweep, Here(), Memory()) as stream:
        async for some in stream:
            batch.found |= {one.draw.hash: one.known for one in some}
            batch.places += [row_of(sweep, one.draw.point, [one.numbers], None) for one in some]
    batch.computed = len(batch.places)
    said: dict[str, Any] = {
        "name": "ρ\x1b[2J",
        "note": "",
        "document": json.dumps(sweep.document()),
    }
    said |= {"count": sweep.count, "state": "queued", "client": ""}
    row = await database.write(lambda c: create(c, database.settings, said))
    await database.write(lambda c: claim(c, "me"))
    settings = database.settings
    await database.write(lambda c: keep(c, settings, "me", "mine", row.number, batch))
    await database.close()
    return str(row.id)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["sweeps", *arguments])
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("unrolled: ")
    assert line.count("\n") == 1
    return line


def test_maps_are_listed_shown_exported_and_deleted(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["sweeps", "list"])
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "state", "points", "done", "changed", "name"]
    assert line.split()[:4] == [kept, "running", "6", "6"]
    assert line.endswith("ρ?[2J")
    main(["sweeps", "show", kept])
    shown = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert shown["networks"] == "6 computed, 0 known before"
    assert shown["axis"] == "0      /weights/spectral_radius, 3 values: 0.5 … 1.5"
    assert shown["rows"] == '/network/cell, 2 values: "simple" … "lstm"'
    assert json.loads(shown["experiment"]) == MAP["experiment"]
    main(["sweeps", "export", kept, "map.npz"])
    with np.load(tmp_path / "map.npz") as arrays:
        assert np.isfinite(arrays["arriving"]).all()
        assert arrays["arriving"].shape == (2, 3)
        arriving = arrays["arriving"][1, 2]
    main(["sweeps", "export", kept, "map.csv"])
    rows = list(csv.DictReader((tmp_path / "map.csv").read_text().splitlines()))
    assert len(rows) == 6
    (row,) = (
        one
        for one in rows
        if (one["/network/cell"], one["/weights/spectral_radius"]) == ("lstm", "1.5")
    )
    assert float(row["arriving"]) == arriving
    assert "allowed: a name that ends in .csv or .npz" in refused(capsys, "export", kept, "map.txt")
    assert "No such file" in refused(capsys, "export", kept, "nowhere/map.csv")
    monkeypatch.setattr("unrolled.app.store.sweeps_command.MOST_ARRAY", 11)
    assert "export it as *.csv" in refused(capsys, "export", kept, "other.npz")
    main(["sweeps", "delete", kept])
    for words in (("delete", kept), ("show", kept), ("export", kept, "map.csv")):
        assert "no map has the id" in refused(capsys, *words)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["data", "map.csv", "map.npz"]
