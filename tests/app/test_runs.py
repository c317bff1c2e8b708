"""Runs and reports over HTTP; `make postgresql` runs the same on a server."""

import json
from typing import Any

import anyio
import pytest

from tests.app.runs import BRIEF, DEEP, FLOW, RUNS, count, made, module, refused, report, sent
from unrolled.app.main import create_app
from unrolled.app.settings import Settings
from unrolled.app.store import reports as store_reports
from unrolled.app.store import runs as store_runs
from unrolled.app.store.tables import BLOBS

pytestmark = pytest.mark.anyio


async def test_a_run_is_kept_changed_and_deleted(kept):
    async with kept() as client:
        run = await made(client)
        first = (await client.get(run)).json()
        assert first["state"] == "running"
        assert first["last_update"] is None
        assert first["about"] == {"every": 100}
        assert len(first["id"]) > 20
        changed = await client.patch(run, json={"note": "∂ fades", "state": "ended"})
        assert changed.json() | {"changed": ""} == first | {
            "note": "∂ fades",
            "state": "ended",
            "changed": "",
        }
        assert changed.headers["cache-control"] == "no-store"
        assert await sent(client, run, report(5)) == 1
        assert (await client.get(run)).json()["state"] == "running"
        gone = await client.patch(run, json={"state": "interrupted"})  # what trained was killed
        assert (gone.json()["state"], gone.json()["last_update"]) == ("interrupted", 5)
        assert await sent(client, run, report(6)) == 2
        assert (await client.get(run)).json()["state"] == "running"
        assert (await client.head(run)).status_code == 200
        assert (await client.delete(run)).status_code == 204
        for address in (run, *(f"{run}/{part}" for part in ("reports", "events", "export"))):
            assert "no run has this id" in refused(await client.get(address), 404)
        refused(await client.delete(run), 404)
        refused(await client.patch(run, json={}), 404)
        refused(await client.post(f"{run}/reports", json=report()), 404)
        assert await count(client, BLOBS) == 0


async def test_no_id_looks_like_an_option(kept, monkeypatch):
    given = iter(["-a", "--", "a-b"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: next(given))
    async with kept() as client:
        assert await made(client) == f"{RUNS}/a-b"


async def test_reports_come_back_as_they_were_sent(kept):
    async with kept() as client:
        run = await made(client)
        whole = [
            report(3, modules=[module(), module(name="b", flow=None, layers_flow=[FLOW, {}])]),
            report(4, modules=[], loss=None, clipping=None),
            {"update": 4, "time": "2026-11-28T04:00:00+01:00"},
        ]
        assert await sent(client, run, whole[0]) == 1
        assert await sent(client, run, whole[1:]) == 3
        numbered = [one | {"sequence": place} for place, one in enumerate(whole, start=1)]
        numbered[0]["modules"][1].pop("flow")  # where there is none, null is not written
        for one in numbered:
            assert (await client.get(f"{run}/reports/{one['sequence']}")).json() == one
        assert await count(client, BLOBS) == 2
        assert "no report" in refused(await client.get(f"{run}/reports/4"), 404)
        refused(await client.get(f"{run}/reports/0"), 422)
        refused(await client.get(f"{RUNS}/nobody/reports/1"), 404)
        first = numbered[0]["modules"][0]
        first["flow"] = BRIEF
        numbered[0]["modules"][1].pop("layers_flow")
        answer = (await client.get(f"{run}/reports")).json()
        assert answer == {"reports": numbered, "next": None}
        said = (await client.get(run)).json()
        assert (said["reports"], said["last_update"]) == (3, 4)


async def test_reports_are_paged_and_thinned(kept, monkeypatch):
    async with kept() as client:
        run = await made(client)
        await sent(client, run, [report(update) for update in range(10)])

        async def page(**asked):
            answer = (await client.get(f"{run}/reports", params=asked)).json()
            return [one["sequence"] for one in answer["reports"]], answer["next"]

        assert await page(limit=4) == ([1, 2, 3, 4], 5)
        assert await page(**{"from": 5, "to": 6}) == ([5, 6], None)
        assert await page(**{"from": 2, "every": 4}) == ([2, 6, 10], None)
        assert await page(every=3, limit=2) == ([1, 4], 7)
        assert await page(**{"from": 11}) == ([], None)
        monkeypatch.setattr(store_reports, "PAGE_BYTES", 1)
        assert await page(**{"from": 9}) == ([9], 10)
        for wrong in ("from=0", "every=0", "limit=0", "limit=x", "from=1e400", "limit=99999999"):
            refused(await client.get(f"{run}/reports?{wrong}"), 422)


async def test_a_report_that_is_sent_again_is_kept_once(kept):
    async with kept() as client:
        run = await made(client)
        assert await sent(client, run, report(1)) == 1
        later = report(1, time="2026-11-28T05:00:00.000001+02:00")
        same = report(1, time="2026-11-28T03:00:00.000001Z")
        assert await sent(client, run, [later, same, report(1)]) == 1
        assert await sent(client, run, report(2), **{"Idempotency-Key": "a"}) == 3
        assert await sent(client, run, report(3), **{"Idempotency-Key": "a"}) == 3
        assert (await client.get(run)).json()["reports"] == 3


async def test_many_who_report_at_once_lose_nothing(kept):
    """Two services on one database, the second of which opens it for the first time now."""
    async with kept() as client:
        run = await made(client)
        state = client._transport.app.state
        other = create_app(Settings(workers=1, data_folder=state.settings.data_folder))
        one = client._transport.app

        async def reporting(app, update):
            client._transport.app = app
            await sent(client, run, report(update))

        async with anyio.create_task_group() as group:
            for update in range(12):
                group.start_soon(reporting, (one, other)[update % 2], update)
        client._transport.app = one
        await other.state.store.close()
        answer = (await client.get(f"{run}/reports")).json()["reports"]
        assert [each["sequence"] for each in answer] == list(range(1, 13))
        assert sorted(each["update"] for each in answer) == list(range(12))


async def test_runs_are_listed_the_newest_first(kept):
    async with kept() as client:
        made_ones = [(await made(client, name=f"{number}"))[len(RUNS) + 1 :] for number in range(5)]
        first = (await client.get(RUNS, params={"limit": 3})).json()
        then = (await client.get(RUNS, params={"limit": 3, "before": first["next"]})).json()
        assert [run["id"] for run in first["runs"] + then["runs"]] == made_ones[::-1]
        assert then["next"] is None


async def test_who_is_silent_is_interrupted_and_who_is_old_is_dropped(kept, monkeypatch):
    async with kept(run_days=1) as client:
        run = await made(client)
        at = store_runs.now()
        monkeypatch.setattr(store_runs, "now", lambda: at + 301_000)
        assert (await client.get(run)).json()["state"] == "interrupted"
        assert (await client.get(RUNS)).json()["runs"][0]["state"] == "interrupted"
        store, settings = client._transport.app.state.store, client._transport.app.state.settings
        assert await store.write(lambda c: store_runs.sweep(c, settings)) == 0
        monkeypatch.setattr(store_runs, "now", lambda: at + 86_401_000)
        assert await store.write(lambda c: store_runs.sweep(c, settings)) == 1
        refused(await client.get(run), 404)


async def test_every_bound_names_its_setting(kept):
    async with kept(max_runs=1, max_reports=2, max_runs_bytes=1_000) as client:
        run = await made(client)
        assert "UNROLLED_MAX_RUNS)" in refused(await client.post(RUNS, json={}), 507)
        full = refused(await client.post(f"{run}/reports", json=[report(n) for n in range(3)]), 507)
        assert "UNROLLED_MAX_RE" in full or "UNROLLED_MAX_RUNS_BYTES" in full
        await sent(client, run, [{"update": n, "time": "2026-11-28T03:00:00Z"} for n in range(2)])
        third = {"update": 3, "time": "2026-11-28T03:00:00Z"}
        answer = await client.post(f"{run}/reports", json=third)
        assert "UNROLLED_MAX_REPORTS" in refused(answer, 507)
        assert (await client.get(run)).json()["reports"] == 2
        assert (await client.get(run)).json()["bytes"] < 1_000
    async with kept(max_runs_bytes=10) as client:
        answer = await client.post(f"{await made(client)}/reports", json=report())
        assert "UNROLLED_MAX_RUNS_BYTES" in refused(answer, 507)
        assert await count(client, BLOBS) == 0


def with_flow(inside):
    body = json.dumps(report(modules=[module(flow={"a": 0})])).encode()
    return body.replace(b'"a": 0', b'"a": ' + inside)


HOSTILE = {
    "empty": b"",
    "no-object": b"7",
    "null": b"null",
    "empty-array": b"[]",
    "torn": json.dumps(report()).encode()[:-2],
    "deep": DEEP,
    "deep-flow": with_flow(b"[" * 40 + b"]" * 40),
    "deeper-flow": with_flow(DEEP),
    "wide-flow": json.dumps(report(modules=[module(flow={"a": [[]] * 200_001})])).encode(),
    "flow-text": json.dumps(report(modules=[module(flow="a")])).encode(),
    "nan": json.dumps(report(loss=float("nan"))).encode(),
    "infinite": json.dumps(report()).encode().replace(b"1.25", b"1e999"),
    "nan-in-flow": json.dumps(report(modules=[module(flow={"a": float("nan")})])).encode(),
    "digits": json.dumps(report()).encode().replace(b"1.25", b"9" * 5_000),
    "update-text": json.dumps(report(1) | {"update": "1"}).encode(),
    "update-large": json.dumps(report() | {"update": 2**63}).encode(),
    "update-negative": json.dumps(report() | {"update": -1}).encode(),
    "time-of-no-zone": json.dumps(report(time="2026-11-28T03:00:00")).encode(),
    "time-before-all": json.dumps(report(time="0001-01-01T00:00:00+14:00")).encode(),
    "time-nothing": json.dumps(report(time="now")).encode(),
    "unknown": json.dumps(report(x=1)).encode(),
    "modules-object": json.dumps(report(modules={})).encode(),
    "modules-numbers": json.dumps(report(modules=[1])).encode(),
    "many-modules": json.dumps(report(modules=[module(flow=None)] * 65)).encode(),
    "long-name": json.dumps(report(optimizer="a" * 201)).encode(),
    "heavy": json.dumps(report(steps_taken={f"{n:0199}": None for n in range(1_900)})).encode(),
    "surrogate": json.dumps(report(optimizer="\ud800")).encode(),
    "nul": json.dumps(report(optimizer="a\0", time="2026\0")).encode(),
    "not-utf8": json.dumps(report()).encode().replace(b"Adam", b"\xff\xfe"),
    "not-utf8-in-flow": json.dumps(report()).encode().replace(b"word", b"\xff\xfe"),
    "many": json.dumps([{"update": 1}] * 1_001).encode(),
    "one-wrong": json.dumps([report(), report(loss="1")]).encode(),
}  # fmt: skip


async def test_a_hostile_report_is_refused_and_nothing_of_it_kept(kept):
    async with kept() as client:
        run = await made(client)
        headers = {"content-type": "application/json"}
        for name, body in HOSTILE.items():
            answer = await client.post(f"{run}/reports", content=body, headers=headers)
            assert answer.status_code in {400, 422}, name
            refused(answer, answer.status_code)
        assert (await client.get(run)).json()["reports"] == 0


async def test_a_name_that_comes_twice_counts_once(kept):
    async with kept() as client:
        run = await made(client)
        body = json.dumps(report(1)).encode()
        twice = body.replace(b'"loss": 1.25', b'"loss": 1.25, "loss": 2.5')
        headers = {"content-type": "application/json"}
        assert (await client.post(f"{run}/reports", content=twice, headers=headers)).is_success
        assert (await client.get(f"{run}/reports")).json()["reports"][0]["loss"] == 2.5


async def test_what_a_list_cannot_read_of_a_flow_is_left_out_of_it(kept):
    async with kept() as client:
        run = await made(client)
        flow = '{"steps": "a", "cell_gradient": 7, "followed_gradient": {"log10_norm": [1e999]}, '
        flow += f'"hidden_gradient": {{"log10_norm": [{"1," * 70_000}1]}}, "experiment": {{}}}}'
        body = json.dumps(report(modules=[module(flow={})])).replace(
            '"flow": {}', f'"flow": {flow}'
        )
        headers = {"content-type": "application/json"}
        answer = await client.post(f"{run}/reports", content=body.encode(), headers=headers)
        assert answer.status_code == 201, answer.text
        brief = (await client.get(f"{run}/reports")).json()["reports"][0]["modules"][0]["flow"]
        nothing = {"log10_norm": None}
        assert brief == {
            "steps": "a",
            "experiment": {},
            "hidden_gradient": nothing,
            "cell_gradient": None,
            "followed_gradient": nothing,
        }
        assert flow.replace(" ", "")[:60] in (await client.get(f"{run}/reports/1")).text.replace(
            " ", ""
        )


async def test_a_list_has_the_last_layer_s_directions_in_brief(kept):
    norms = {"norm": [1.0], "log10_norm": [0.0]}
    way = {"layer": 1, "carries": {"loss_step": 3}, "followed_gradient": norms, "gates": {}}
    lower = [{"layer": 0, "reverse": False}, {"layer": 0, "reverse": True}]
    upper = [way | {"reverse": False}, way | {"reverse": True, "cell_gradient": None}]
    short = {"layer": 1, "carries": {"loss_step": 3}, "followed_gradient": {"log10_norm": [0.0]}}
    expected = [short | {"reverse": False}, short | {"reverse": True, "cell_gradient": None}]
    async with kept() as client:
        run = await made(client)
        cases: tuple[tuple[Any, Any], ...] = (
            (lower + upper, expected),
            (upper[:1], expected[:1]),
            (None, None),
            ([], None),
            ("ab", None),
            ([1, 2], None),
            ([{"layer": 0, "hidden_gradient": [2]}], [{"layer": 0, "hidden_gradient": None}]),
        )
        for update, (given, seen) in enumerate(cases):
            flow = {"steps": 3, "directions": given}
            await sent(client, run, report(update, modules=[module(flow=flow)]))
            every = (await client.get(f"{run}/reports")).json()["reports"]
            brief = every[update]["modules"][0]["flow"]
            assert brief == {"steps": 3} | ({"directions": seen} if seen else {}), given


SHAPES: tuple[dict[str, Any], ...] = (
    {"kind": "other"},
    {"name": "a" * 201},
    {"name": "a\0"},
    {"name": "\ud800"},
    {"about": {"a": {}}},
    {"about": {f"{n}": n for n in range(101)}},
    {"about": {"a": 10**400}},
    {"id": "mine"},
)


async def test_a_run_of_another_shape_is_refused(kept):
    async with kept() as client:
        headers = {"content-type": "application/json"}
        for said in SHAPES:
            answer = await client.post(RUNS, content=json.dumps(said), headers=headers)
            assert refused(answer, 422), said
        wrong = await client.post(RUNS, json={"about": {"a": {}}})
        assert [one["pointer"] for one in wrong.json()["errors"]] == ["/about/a"]
        run = await made(client, about={"a\0": "\0"})
        refused(await client.patch(run, json={"note": "\0"}), 422)
        assert (await client.get(run)).json()["about"] == {"a\0": "\0"}
