"""Runs that train here as files, and on the command line; on a server, too."""

import base64
import gzip
import json
import re
from dataclasses import fields
from typing import Any

import anyio.to_thread
import numpy as np
import pytest

from tests.app.runs import RUNS, count, refused
from tests.app.trained import all_updates, begun, changed, ended, losses, serving_trainings, until
from unrolled.app.cli import main
from unrolled.app.store.tables import RUNS as TABLE
from unrolled.app.store.training_tables import INPUTS, MARKS, SNAPSHOTS, TRAININGS, UPDATES
from unrolled.engine import Plan, Training
from unrolled.watch.runs import NotARun
from unrolled.watch.trained import TrainedRun, load_run

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
        before = await all_updates(client, run)
        assert (await client.delete(run)).status_code == 204
        came = await client.post(f"{RUNS}/import", content=out.content, headers=JSONL)
        assert came.status_code == 201, came.text
        there = came.headers["location"]
        new = (await client.get(there)).json()
        assert (new["state"], new["last_update"], new["name"]) == ("interrupted", done, "a")
        assert new["training"]["changes"] == said["training"]["changes"]
        assert await all_updates(client, there) == before
        await changed(client, there, state="running")
        await ended(client, there)
        first = said["training"]["changes"][0]["update"]
        whole = await all_updates(client, there)
        assert whole["loss"] == losses({"updates": 900}, [(first, {"learning_rate": 0.02})])
        assert (await client.get(f"{there}/updates/899/flow")).status_code == 200
        assert (await client.delete(there)).status_code == 204
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


async def test_a_run_that_is_kept_is_not_kept_again(kept):
    async def came(client, *lines):
        answer = await client.post(
            f"{RUNS}/import", content=b"\n".join(lines) + b"\n", headers=JSONL
        )
        assert answer.headers["location"] == f"{RUNS}/{answer.json()['id']}"
        return answer.status_code, answer.headers["location"]

    async with serving_trainings(kept) as client:
        run = await begun(client)
        await ended(client, run)
        head, *lines = (await client.get(f"{run}/export")).content.splitlines()
        await changed(client, run, name="mine")
        assert await came(client, head, *lines) == (200, run)
        assert (await client.get(run)).json()["name"] == "mine"
        assert (await client.delete(run)).status_code == 204
        for table in (TRAININGS, UPDATES, SNAPSHOTS, MARKS, INPUTS):
            assert await count(client, table) == 0
        status, run = await came(client, head, *lines[:-1])
        assert status == 201
        assert (await client.get(run)).json()["state"] == "interrupted"
        assert await came(client, head, *lines) == (200, run)
        said = (await client.get(run)).json()
        assert (said["state"], said["training"]["ended"]) == ("ended", "It is done: 250 updates.")
        assert await came(client, head, *lines) == (200, run)

        def other(**changes):
            whole = json.loads(head)
            whole["run"] = whole["run"] | changes
            return json.dumps(whole).encode()

        training = json.loads(head)["run"]["training"]
        another = training | {"plan": training["plan"] | {"seed": 7}}
        last = max(n for n, line in enumerate(lines) if line.startswith(b'{"updates"'))
        marks = [line for line in lines if line.startswith(b'{"marks"')]
        fewer = [line for line in lines if line not in marks]
        assert await came(client, head, *fewer) == (200, run)  # nothing that is not known
        for n, others in enumerate(
            (
                (other(training=another), *lines),
                (other(created="2026-11-28T03:00:01Z"), *lines),
                (other(training=training | {"changes": [[9, {"learning_rate": 0.5}]]}), *lines),
                (head, *lines[:last]),
            ),
            2,
        ):
            assert (await came(client, *others))[0] == 201, others[0][:300]
            assert await count(client, TABLE) == n


async def test_a_run_is_a_page_that_holds_what_was_recorded(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client, name="a</script>")
        await ended(client, run)
        lines = (await client.get(f"{run}/export")).content.splitlines()
        answer = await client.get(f"{run}/export?format=html")
        assert answer.headers["content-type"].startswith("text/html")
        page = answer.text
        said = (await client.get(run)).json()
    assert "default-src 'none'" in page
    body = page.partition("<body>")[2].partition("<script")[0]
    assert not re.search(r'(?:src|href)="(?!#)', body), "it leads to a service"
    told = re.search(r'id="saved-run">([^<]*)<', page)
    assert told is not None
    run = json.loads(told[1])
    for name in ("id", "name", "state", "last_update", "created"):
        assert run[name] == said[name]
    for name in ("baseline", "update", "updates", "parameters", "layers", "changes", "ended"):
        assert run["training"][name] == said["training"][name]
    inside = re.search(r'id="run-file">([^<]*)<', page)
    assert inside is not None
    held = gzip.decompress(base64.b64decode(inside[1], validate=True)).splitlines()
    left = (b'{"snapshot"', b'{"input"')
    assert [line for line in lines if not line.startswith(left)] == held
    assert len(held) < len(lines)


PLAN = {"cell": "lstm", "num_layers": 2, "updates": 250}


def lines_of(*lines):
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def test_a_file_is_read_as_the_arrays_that_the_engine_computes(kept, tmp_path, monkeypatch):
    monkeypatch.setattr("unrolled.app.store.training_export.PIECE", 9000)  # several lines a body
    path = tmp_path / "a.unrolled"
    async with serving_trainings(kept) as client:
        run = await begun(client, name="∂", paused=True, plan=PLAN)
        await changed(client, run, state="running", pace=100)
        await until(client, run, lambda said: said["last_update"] > 20)
        await changed(client, run, change={"learning_rate": 0.02})
        await changed(client, run, pace=None)
        said = await ended(client, run)
        path.write_bytes((await client.get(f"{run}/export")).content)
        told = (await client.get(f"{run}/updates?to=250")).json()
    read = load_run(path)
    assert isinstance(read, TrainedRun)
    assert (read.name, read.kind, read.state, read.last_update) == ("∂", "trained", "ended", 250)
    assert (read.reports, read.ended) == ((), said["training"]["ended"])
    assert read.created is not None
    assert read.changed is not None
    ((first, change),) = read.changes
    assert change == {"learning_rate": 0.02}
    assert list(read.marks) == told["marks"]
    whole = Training(Plan.from_json(read.plan))
    parts = [whole.advance(first - 1)]
    whole.change(change)
    records = type(parts[0]).joined([*parts, whole.advance(250)])
    assert list(read.names) == whole.names
    for one in fields(records):
        ours, its = getattr(read.records, one.name), getattr(records, one.name)
        assert (ours.dtype, ours.shape) == (its.dtype, its.shape), one.name
        rounded = one.name in ("log10_hidden", "log10_cell", "log10_weight", "log10_step")
        np.testing.assert_allclose(ours, its, rtol=0, atol=2e-4 if rounded else 0)

    content = path.read_bytes()
    assert b'"parts":2' in content
    begins = [n + 1 for n, byte in enumerate(content) if byte == ord("\n")]
    for cut in (*begins, *(n + 40 for n in begins[:-1]), len(content) - 1):
        path.write_bytes(content[:cut])
        torn = load_run(path)
        assert isinstance(torn, TrainedRun)
        lines = [json.loads(line) for line in content[:cut].split(b"\n")[:-1]]
        blocks = [line["updates"] for line in lines if "updates" in line]
        done = max((one["last"] for one in blocks if one["part"] == one["parts"] - 1), default=0)
        assert (torn.last_update or 0, len(torn.records)) == (done, done)
        assert torn.state == ("ended" if cut == len(content) else "interrupted")


async def test_a_file_that_is_damaged_is_not_read(kept, tmp_path):
    path = tmp_path / "a.unrolled"
    async with serving_trainings(kept) as client:
        run = await begun(client)
        await ended(client, run)
        content = (await client.get(f"{run}/export")).content
    head, *lines = [json.loads(line) for line in content.splitlines()]
    at = next(n for n, line in enumerate(lines) if line.get("updates", {}).get("first") == 101)
    training = head["run"]["training"]

    def other(**said):
        return {"updates": lines[at]["updates"] | said}

    def beginning(**said):
        return {**head, "run": {**head["run"], "training": training | said}}

    short = base64.b64encode(base64.b64decode(lines[at]["updates"]["body"])[:-9]).decode()
    where = f"line {at + 2}: not of a run"
    damaged: list[dict[str, Any]] = [
        *(other(first=102), other(last=251), other(last=199), other(last=-5), other(first="x")),
        *(other(part=1, parts=2), other(body="#"), other(body=short), other(body=7)),
        *({"updates": []}, {"updates": {}}, {"marks": ["a"]}, {"marks": 7}),
        lines[at + 1],
    ]
    for wrong in damaged:
        path.write_bytes(lines_of(head, *lines[:at], wrong, *lines[at + 1 :]))
        with pytest.raises(NotARun, match=where):
            load_run(path)
    for column in (["loss", "<O8", []], ["loss", "<f8", [-1]], ["loss"], 7):
        path.write_bytes(lines_of(beginning(columns=[column]), *lines))
        with pytest.raises(NotARun, match="line 1: it does not say how its updates are written"):
            load_run(path)
    path.write_bytes(lines_of(beginning(columns=training["columns"][1:]), *lines))
    with pytest.raises(NotARun, match="not of a run"):
        load_run(path)
    path.write_bytes(lines_of({**head, "run": {**head["run"], "training": None}}, *lines))
    with pytest.raises(NotARun, match="line 1"):
        load_run(path)


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
        assert load_run("out.unrolled").last_update is None
        await runs("export", id_, "out.html")
        assert "<title>trained · Unrolled</title>" in (tmp_path / "out.html").read_text("utf-8")
        assert (await runs("import", "out.unrolled")).strip() == id_
        await runs("delete", id_)
        new = (await runs("import", "out.unrolled")).strip()
        assert (await client.get(f"{RUNS}/{new}")).json()["name"] == "trained"
        await runs("delete", new)
        assert (await client.get(RUNS)).json()["runs"] == []
