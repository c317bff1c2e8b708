"""`unrolled sequences …`: what is kept, from the command line."""

import anyio.to_thread
import pytest

from tests.app.sequences import made, weather
from unrolled.app.cli import main

pytestmark = pytest.mark.anyio


async def test_what_is_kept_is_listed_and_deleted(kept, capsys, monkeypatch, tmp_path):
    async with kept() as client:
        said = await made(client, weather(), name="sun\u202ey.csv")
        text = await made(client, "abc" * 5, "a.txt")
    monkeypatch.setenv("UNROLLED_DATA_FOLDER", str(tmp_path / "data"))

    def told(*arguments):
        main(["sequences", *arguments])
        return capsys.readouterr().out.splitlines()

    head, first, second = await anyio.to_thread.run_sync(told, "list")
    assert head.split() == ["id", "format", "kind", "bytes", "rows", "name"]
    assert first.split() == [text["id"], "text", "text", "15", "15", "a.txt"]
    assert second.split()[:3] == [said["id"], "csv", "series"]
    assert second.endswith("  60  sun?y.csv")
    assert await anyio.to_thread.run_sync(told, "delete", text["id"]) == []
    assert len(await anyio.to_thread.run_sync(told, "list")) == 2
    with pytest.raises(SystemExit) as ended:
        await anyio.to_thread.run_sync(told, "delete", text["id"])
    assert ended.value.code == 2
    assert "no sequence has the id" in capsys.readouterr().err
