"""A run goes out as a file and comes in again; `make postgresql` runs the same on a server."""

import base64
import gzip
import re

import pytest

from tests.app.runs import DEEP, FLOW, RUNS, count, file, made, refused, report, sent
from unrolled.app.store import reports as store_reports
from unrolled.app.store.tables import BLOBS
from unrolled.app.store.tables import RUNS as TABLE
from unrolled.watch.runs import load_run, now

pytestmark = pytest.mark.anyio
JSONL = {"content-type": "application/x-ndjson"}


async def test_a_run_goes_out_and_comes_in_again(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(store_reports, "PAGE_BYTES", 1)
    async with kept() as client:
        run = await made(client, name="char lstm / ∂")
        await sent(client, run, [report(update) for update in range(3)])
        await client.patch(run, json={"note": "n", "state": "ended"})
        out = await client.get(f"{run}/export")
        assert out.headers["content-disposition"] == 'attachment; filename="char-lstm.unrolled"'
        path = tmp_path / "run.unrolled"
        path.write_bytes(out.content)
        read = load_run(path)
        assert (read.state, read.note, read.last_update) == ("ended", "n", 2)
        assert read.reports[0].modules[0]["flow"] == FLOW
        assert read.reports[0].proof == {"lstm.weight_hh_l0": 1.2e-7, "lstm.bias_hh_l0": None}
        before = (await client.get(run)).json()
        assert (await client.delete(run)).status_code == 204
        came = await client.post(f"{RUNS}/import", content=out.content, headers=JSONL)
        assert came.status_code == 201
        assert came.headers["location"] != run
        after = came.json()
        assert after | {"id": ""} == before | {"id": ""}
        again = await client.get(f"{came.headers['location']}/export")
        assert again.content == out.content
        assert await count(client, BLOBS) == 1


async def test_a_run_goes_out_as_a_page_that_asks_nobody(kept):
    async with kept() as client:
        run = await made(client, name="</title><script>alert(1)</script>")
        await sent(client, run, [report(update) for update in range(3)])
        out = await client.get(f"{run}/export?format=html")
        assert out.headers["content-disposition"] == (
            'attachment; filename="title-script-alert-1-script.html"'
        )
        assert out.headers["content-type"] == "text/html; charset=utf-8"
        page = out.text
        assert "<title>&lt;/title&gt;&lt;script&gt;" in page
        assert re.search(r"default-src &#39;none&#39;|default-src 'none'", page[:600])
        elements = re.sub(r"(<(script|style)[^>]*>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)
        assert elements.count("<script") == 5
        assert not re.search(r"""\b(src|srcset|href)=["']?(?!#|")|url\(""", elements)
        inside = re.search(r'id="run-file">([^<]*)<', page)
        assert inside is not None
        plain = gzip.decompress(base64.b64decode(inside[1], validate=True))
        lines = (await client.get(f"{run}/export")).content.splitlines()
        assert plain.splitlines()[1:] == lines[1:]
        refused(await client.get(f"{run}/export?format=pdf"), 422)


async def test_an_import_without_an_end_is_an_interrupted_run(kept):
    async with kept() as client:
        body = file(report(1), report(2, time=now()), end=False) + b'{"update": 3, "ti'
        came = await client.post(f"{RUNS}/import", content=body, headers=JSONL)
        assert came.status_code == 201, came.text
        assert (came.json()["reports"], came.json()["last_update"]) == (2, 2)
        assert came.json()["state"] == "interrupted"
        run = came.headers["location"]
        await sent(client, run, report(3))
        assert (await client.get(run)).json()["state"] == "running"  # it goes on


async def test_a_run_that_is_kept_is_not_kept_again(kept):
    head = {"name": "a", "about": {"every": 1}, "created": "2026-11-28T03:00:00Z"}

    async def came(client, *lines, said=head, end=False):
        body = file(*lines, head=said, end=end)
        answer = await client.post(f"{RUNS}/import", content=body, headers=JSONL)
        assert answer.headers["location"] == f"{RUNS}/{answer.json()['id']}"
        return answer.status_code, answer.json()

    async with kept() as client:
        status, first = await came(client, report(1), report(2))
        assert (status, first["state"]) == (201, "interrupted")
        await client.patch(f"{RUNS}/{first['id']}", json={"name": "mine"})
        status, again = await came(client, report(1), report(2))
        assert (status, again["id"], again["name"]) == (200, first["id"], "mine")
        status, again = await came(client, report(1), report(2), end=True)
        assert (status, again["id"], again["state"]) == (200, first["id"], "ended")
        out = (await client.get(f"{RUNS}/{first['id']}/export")).content
        answer = await client.post(f"{RUNS}/import", content=out, headers=JSONL)
        assert (answer.status_code, answer.json()["id"]) == (200, first["id"])
        assert await count(client, TABLE) == 1
        other = report(2)
        other["modules"][0]["flow"] = FLOW | {"steps": 99}
        for lines, said in (
            ([report(1)], head),
            ([report(1), report(3)], head),
            ([report(1), report(2, loss=7.0)], head),
            ([report(1), other], head),
            ([report(1), report(2)], head | {"about": {}}),
            ([report(1), report(2)], head | {"created": "2026-11-28T03:00:01Z"}),
        ):
            assert (await came(client, *lines, said=said))[0] == 201, lines
        undated = {"name": "a", "about": {"every": 2}}
        assert [(await came(client, report(1), said=undated))[0] for _ in "ab"] == [201, 200]
        assert [(await came(client, said=undated))[0] for _ in "ab"] == [201, 201]
        assert await count(client, TABLE) == 10


WRONG_FILES = {
    "empty": b"",
    "torn-head": b'{"format": "unrolled-run"',
    "no-json": b"PK\x03\x04\n",
    "gzip": b"\x1f\x8b\x08\n",
    "other": file(head={"name": "a"}).replace(b"unrolled-run", b"other"),
    "newer": file().replace(b'"version": 1', b'"version": 2'),
    "no-run": b'{"format": "unrolled-run", "version": 1}\n',
    "array": b"[]\n",
    "wrong-name": file(head={"name": 1}),
    "wrong-note": file(head={"note": "a" * 20_001}),
    "bad-line": file({"update": 1}, report(2)),
    "bad-end": file(report(1), {"end": 1}),
    "late-end": file(report(1), {"end": {"changed": "9999999-01-01"}}),
    "long-line": file() + b" " * 5_000_000,
    "not-utf8": file(end=False) + b'{"update": "\xff"}\n',
    "deep": file(end=False) + DEEP + b"\n",
    "deep-head": DEEP + b"\n",
}


async def test_what_is_no_run_is_not_imported_and_nothing_of_it_kept(kept):
    async with kept() as client:
        for name, body in WRONG_FILES.items():
            answer = await client.post(f"{RUNS}/import", content=body, headers=JSONL)
            assert answer.status_code in {400, 422}, (name, answer.text)
            refused(answer, answer.status_code)
            assert await count(client, TABLE) == 0, name


async def test_an_import_is_bounded_and_not_unpacked(kept):
    async with kept(max_import_bytes=5_000) as client:
        large = file(*(report(update) for update in range(10)))
        refused(await client.post(f"{RUNS}/import", content=large, headers=JSONL), 413)
        packed = JSONL | {"content-encoding": "gzip"}
        refused(await client.post(f"{RUNS}/import", content=file(), headers=packed), 415)
        html = {"content-type": "text/html"}
        refused(await client.post(f"{RUNS}/import", content=file(), headers=html), 415)
        assert await count(client, TABLE) == 0


async def test_what_is_streamed_may_be_larger_than_a_body(kept):
    async with kept(max_body_bytes=4_000, max_bodies_bytes=4_000) as client:
        body = file(*(report(update) for update in range(100)))
        came = await client.post(f"{RUNS}/import", content=body, headers=JSONL)
        assert came.json()["reports"] == 100
