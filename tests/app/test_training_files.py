"""Runs that train here as files, and on the command line; on a server, too."""

import base64
import json

import anyio.to_thread
import pytest

from tests.app.runs import RUNS, count, refused
from tests.app.trained import all_updates, begun, changed, ended, losses, serving_trainings, until
from unrolled.app.cli import main
from unrolled.app.store.tables import RUNS as TABLE
from unrolled.app.store.training_tables import INPUTS, MARKS, SNAPSHOTS, TRAININGS, UPDATES
from unrolled.watch.runs import NotARun, load_run

pytestmark = pytest.mark.anyio
JSONL = {"content-type": "application/x-ndjson"}


async def test_a_run_goes_out_as_a_file_comes_in_and_goes_on(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client, name="a", paused=True, plan={"updates": 900})
        await changed(client, run, state="running", pace=150)
        await until(client, run, lambda said: said["last_update"] > 130)
        await changed(client, run, change={"learning_rate": 0.02})
        said = await changed(client, run, state="paused")
        done = said["last_update"]
        out = await client.get(f"{run}/export")
        assert b"pickle" not in out.content
        came = await client.post(f"{RUNS}/import", content=out.content, headers=JSONL)
        assert came.status_code == 201, came.text
        there = came.headers["location"]
        new = (await client.get(there)).json()
        assert (new["state"], new["last_update"], new["name"]) == ("interrupted", done, "a")
        assert new["training"]["changes"] == said["training"]["changes"]
        before, after = await all_updates(client, run), await all_updates(client, there)
        assert after == before
        await changed(client, there, state="running")
        await ended(client, there)
        first = said["training"]["changes"][0]["update"]
        whole = await all_updates(client, there)
        assert whole["loss"] == losses({"updates": 900}, [(first, {"learning_rate": 0.02})])
        assert (await client.get(f"{there}/updates/899/flow")).status_code == 200
        for address in (run, there):
            assert (await client.delete(address)).status_code == 204
        for table in (TABLE, TRAININGS, UPDATES, SNAPSHOTS, MARKS, INPUTS):
            assert await count(client, table) == 0


async def test_a_file_that_is_damaged_is_not_kept(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client)
        await ended(client, run)
        lines = (await client.get(f"{run}/export")).content.splitlines()
        read = [json.loads(line) for line in lines]
        (block,) = [n for n, line in enumerate(read) if line.get("updates", {}).get("first") == 101]
        body = base64.b64decode(read[block]["updates"]["body"])

        def changed_line(place, **said):
            line = json.loads(lines[place])
            next(iter(line.values())).update(said)
            return [*lines[:place], json.dumps(line).encode(), *lines[place + 1 :]]

        plan = read[0]["run"]["training"]["plan"]
        wrong = [
            (changed_line(block, first=102), "/updates/first"),
            (changed_line(block, last=251), "/updates/first"),
            (changed_line(block, last=199), "/updates/body"),
            (changed_line(block, part=1, parts=2), "/updates/part"),
            (changed_line(block, body="#"), "/updates/body"),
            (changed_line(block, body=base64.b64encode(body[:-9]).decode()), "/updates/body"),
            ([*lines[:block], b'{"nonsense": {}}'], ""),
            ([*lines[:block], b"[]"], ""),
            (
                [
                    json.dumps(
                        read[0]
                        | {"run": read[0]["run"] | {"training": {"plan": plan | {"cell": "none"}}}}
                    ).encode(),
                    *lines[1:],
                ],
                "/training/cell",
            ),
        ]
        for given, pointer in wrong:
            answer = await client.post(
                f"{RUNS}/import", content=b"\n".join(given) + b"\n", headers=JSONL
            )
            detail = refused(answer, 422)
            assert [one["pointer"] for one in answer.json()["errors"]] == [pointer], detail
            assert "line" in detail
        assert await count(client, TABLE) == 1
        torn = b"\n".join(lines[:block]) + b"\n" + lines[block][:40]
        came = await client.post(f"{RUNS}/import", content=torn, headers=JSONL)
        assert (came.status_code, came.json()["last_update"]) == (201, 100)


async def test_the_command_line_has_both_kinds(kept, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    async with kept() as client:
        run = await begun(client, name="trained", paused=True)
        monkeypatch.setenv("UNROLLED_DATA_FOLDER", str(tmp_path / "data"))

        async def runs(*words):
            await anyio.to_thread.run_sync(main, ["runs", *words])
            return capsys.readouterr().out

        id_ = run.rpartition("/")[2]
        assert [line.split()[1] for line in (await runs("list")).splitlines()] == [
            "state",
            "paused",
        ]
        await runs("export", id_, "out.unrolled")
        with pytest.raises(NotARun, match="trained"):
            load_run("out.unrolled")
        with pytest.raises(SystemExit):
            await runs("export", id_, "out.html")
        assert "no page of its own" in capsys.readouterr().err
        new = (await runs("import", "out.unrolled")).strip()
        assert (await client.get(f"{RUNS}/{new}")).json()["name"] == "trained"
        await runs("delete", new)
        await runs("delete", id_)
        assert (await client.get(RUNS)).json()["runs"] == []
