"""Every update of a run as an experiment; `make postgresql` runs the same on a server."""

import numpy as np
import pytest

from tests.app.runs import RUNS, refused
from tests.app.test_run_events import followed
from tests.app.trained import (
    SMALL,
    all_updates,
    begun,
    changed,
    ended,
    serving_trainings,
    until,
)
from unrolled.app import attached_run
from unrolled.app.store.runs import drop
from unrolled.engine import Plan, Training, gradient_flow

pytestmark = pytest.mark.anyio
JSONL = {"content-type": "application/x-ndjson"}
LSTM = {
    "cell": "lstm",
    "num_layers": 2,
    "clip": {"rule": "autoclip", "percentile": 20},
    "precision": "float32",
    "updates": 130,
}


def at(plan, update):
    """Weights and batch of an update, computed here."""
    whole = Training(Plan.from_json(SMALL | plan))
    whole.advance(update - 1)
    return whole.experiment()


async def test_an_update_is_an_experiment_that_every_route_takes(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client, plan=LSTM)
        said = await ended(client, run)
        recorded = await all_updates(client, run)
        whole = f"{run}/updates/130/flow?include=itemized"
        answer = await client.get(whole)
        flow = answer.json()
        for update in (1, 40, 130):
            answer = await client.get(f"{run}/updates/{update}/flow?include=itemized")
            assert answer.status_code == 200, answer.text
            flow = answer.json()
            own = at(LSTM, update)
            found = gradient_flow(
                own.network, own.parameters, own.sequence, loss=own.loss, clip=own.clip
            )
            assert flow["loss"] == found.loss
            logs = found.hidden_gradient.log10_norm
            np.testing.assert_array_equal(flow["hidden_gradient"]["log10_norm"], logs)
            assert flow["loss"] == pytest.approx(recorded["loss"][update - 1], rel=1e-5)
            hidden = recorded["hidden"][update - 1]
            np.testing.assert_allclose(flow["hidden_gradient"]["log10_norm"], hidden, atol=1e-3)
            clipped = flow["clipping"]
            assert clipped["engaged"] == recorded["engaged"][update - 1]
            after = np.log10(clipped["norm_after"])
            assert after == pytest.approx(recorded["log10_after"][update - 1], abs=1e-3)
        experiment = flow["experiment"]
        assert experiment["weights"] == {"kind": "run", "id": said["id"], "update": 130}
        tag = answer.headers["etag"]
        same = await client.get(whole, headers={"if-none-match": tag})
        assert same.status_code == 304
        for left_out in ((), ("steps", "batch_size")):
            sequence = {n: one for n, one in experiment["sequence"].items() if n not in left_out}
            again = await client.post("/api/v1/flow", json=experiment | {"sequence": sequence})
            assert again.json() == flow
        numbers = await client.post(
            "/api/v1/flow", json=experiment | {"include": ["weights", "sequence"]}
        )
        explicit = experiment | {n: numbers.json()[n] for n in ("weights", "sequence")}
        plain = (await client.post("/api/v1/flow", json=explicit)).json()
        assert plain["loss"] == flow["loss"]
        assert plain["hidden_gradient"] == flow["hidden_gradient"]
        asked = {"experiment": experiment}
        assert (await client.post("/api/v1/check", json=asked)).status_code == 200
        draws = asked | {"draws": 20, "vary": "sequence"}
        assert (await client.post("/api/v1/norms", json=draws)).status_code == 200
        scaled = experiment | {"weights": experiment["weights"] | {"recurrent_scale": 0.0}}
        assert (await client.post("/api/v1/flow", json=scaled)).json()["loss"] != flow["loss"]

        async def wrong(pointer, **said):
            bad = await client.post("/api/v1/flow", json=experiment | said)
            refused(bad, 422)
            assert [one["pointer"] for one in bad.json()["errors"]] == [pointer]

        network = experiment["network"]
        await wrong("/network/hidden_size", network=network | {"hidden_size": 5})
        await wrong("/network/cell", network=network | {"cell": "gru"})
        await wrong("/weights/update", weights=experiment["weights"] | {"update": 131})
        await wrong("/weights/id", weights=experiment["weights"] | {"id": "x"})
        await wrong("/sequence/steps", sequence=experiment["sequence"] | {"steps": 7})
        await wrong("/loss", loss="huber")
        refused(await client.get(f"{run}/updates/131/flow"), 404)
        refused(await client.get(f"{run}/updates/1/flow?include=all"), 422)
        watched = (await client.post(RUNS, json={})).json()["id"]
        await wrong("/weights/id", weights=experiment["weights"] | {"id": watched})


def test_what_lies_between_snapshots_is_computed_again_once(monkeypatch):
    plan = SMALL | {"updates": 40}
    whole = Training(Plan.from_json(plan))
    first = whole.snapshot()

    def run(update):
        return attached_run.AttachedRun("a", update, plan, (), None, first, 0, "digest")

    monkeypatch.setattr(attached_run, "_KNOWN", type(attached_run._KNOWN)())
    monkeypatch.setattr(attached_run, "KEPT_BYTES", 3 * len(first))
    found = attached_run.replayed(run(31))
    whole.advance(30)
    assert found.snapshot() == whole.snapshot()
    assert ("digest", 30) in attached_run._KNOWN
    calls: list[int] = []
    advance = Training.advance

    def counted(self, count=1):
        calls.append(count)
        return advance(self, count)

    monkeypatch.setattr(Training, "advance", counted)
    attached_run.replayed(run(34))
    assert sum(calls) == 3
    for update in range(2, 40):
        attached_run.replayed(run(update))
    assert 0 < sum(map(len, attached_run._KNOWN.values())) <= 3 * len(first)


async def test_a_mark_that_comes_while_it_is_paused_is_told_at_once(kept):
    async with serving_trainings(kept) as client:
        app = client._transport.app
        run = await begun(client, paused=True)
        await changed(client, run, advance=5)
        await until(client, run, lambda said: said["last_update"] == 5)
        await until(client, run, lambda said: said["state"] == "paused")

        async def change(seen):
            if seen == 2:
                await client.patch(run, json={"change": {"learning_rate": 0.5}})

        _, events = await followed(
            app, f"{run}/events", lambda seen: "mark" in [kind for kind, _, _ in seen], act=change
        )
        mark = [data for kind, _, data in events if kind == "mark"][-1]
        assert (mark["update"], mark["kind"]) == (6, "changed")
        page = await all_updates(client, run)
        assert page["update"] == [1, 2, 3, 4, 5]
        await changed(client, run, advance=1)
        _, again = await followed(
            app,
            f"{run}/events?after=5",
            lambda seen: any(kind == "updates" for kind, _, _ in seen),
        )
        (told,) = [data for kind, _, data in again if kind == "updates"]
        assert mark in told["marks"]
        assert told["learning_rate"] == [0.5]


async def test_a_series_and_a_network_that_are_kept_are_copied(kept):
    async with serving_trainings(kept) as client:
        rows = "a,b\n" + "\n".join(f"{np.sin(n / 3):.6f},{n % 7}" for n in range(120))
        files = {"file": ("s.csv", rows.encode(), "text/csv")}
        series = (await client.post("/api/v1/sequences", files=files)).json()
        task = {"name": "series", "sequence": series["id"], "target": "a", "steps": 8}
        plan = {"task": task, "updates": 30}
        run = await begun(client, plan=plan)
        await client.delete(f"/api/v1/sequences/{series['id']}")
        said = await ended(client, run)
        assert said["training"]["plan"]["task"]["sequence"] == series["id"]
        assert (await client.get(f"{run}/updates/30/flow")).status_code == 200
        before = (await all_updates(client, run))["loss"]
        out = await client.get(f"{run}/export")
        await client.delete(run)
        came = await client.post(f"{RUNS}/import", content=out.content, headers=JSONL)
        assert came.status_code == 201, came.text
        assert (await all_updates(client, came.headers["location"]))["loss"] == before


async def test_the_last_loss_of_padded_strings_is_followed_where_it_is(kept):
    async with serving_trainings(kept) as client:
        task = {"task": {"name": "reber", "longest": 100}, "updates": 2, "batch_size": 2}
        run = await begun(client, plan=task)
        await ended(client, run)
        flow = (await client.get(f"{run}/updates/1/flow")).json()
        last = flow["itemized"]["loss_steps"][-1]
        assert last < flow["steps"]
        answer = await client.post("/api/v1/flow", json=flow["experiment"] | {"follow": "last"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["experiment"]["follow"] == last


async def test_the_flow_of_a_run_that_is_deleted_meanwhile_is_no_fault(kept, monkeypatch):
    monkeypatch.setattr("unrolled.app.training.held.KEEP_SECONDS", 60.0)
    async with serving_trainings(kept) as client:
        app = client._transport.app
        run = await begun(client, plan={"updates": 50_000})
        trainers, id_ = app.state.trainers, run[-22:]
        await until(client, run, lambda _: id_ in trainers.held and trainers.held[id_].live.newest)
        held = trainers.held[id_]
        newest = held.live.newest
        assert held._keeper.kept < newest
        await app.state.store.write(lambda c: drop(c, id_))
        refused(await client.get(f"{run}/updates/{newest}/flow"), 404)
