"""Runs that train here; `make postgresql` runs the same on a server."""

import os
import signal
from asyncio import gather

import anyio
import pytest

from tests.app.runs import RUNS, made, refused, report
from tests.app.test_run_events import followed
from tests.app.trained import (
    SMALL,
    all_updates,
    begun,
    changed,
    ended,
    losses,
    serving_trainings,
    training,
    until,
)
from unrolled.app.errors import StoreAway
from unrolled.app.main import create_app
from unrolled.app.settings import Settings
from unrolled.engine import Plan, Training

pytestmark = pytest.mark.anyio


def of(client):
    return client._transport.app


def told(events, kind):
    return [data for name, _, data in events if name == kind]


def updates(events):
    return [n for data in told(events, "updates") for n in data["update"]]


async def test_a_run_trains_to_its_end_and_is_told_without_a_gap(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client, name="adding", note="n")
        _, events = await followed(
            of(client), f"{run}/events", lambda seen: told(seen, "run")[-1]["state"] == "ended"
        )
        assert updates(events) == list(range(1, 251))
        said = (await client.get(run)).json()
        assert (said["state"], said["last_update"], said["kind"]) == ("ended", 250, "trained")
        assert said["training"]["ended"] == "It is done: 250 updates."
        assert said["training"]["baseline"] == pytest.approx(1 / 12)
        assert said["training"]["parameters"] == ["W_xh", "W_hh", "b_h", "W_hy", "b_y"]
        assert said["about"]["task"] == "adding problem"
        kept_ = await all_updates(client, run)
        assert kept_["update"] == list(range(1, 251))
        assert kept_["loss"] == losses()
        first = told(events, "updates")[0]
        assert first["loss"] == kept_["loss"][: len(first["loss"])]
        assert first["hidden"][0] == pytest.approx(kept_["hidden"][0], abs=2e-4)
        assert set(kept_["weight"]) == set(said["training"]["parameters"])
        assert len(kept_["hidden"][0]) == 6
        assert kept_["cell"] is None
        part = (await client.get(f"{run}/updates?from=3&to=100&every=40")).json()
        assert (part["update"], part["next"]) == ([3, 43, 83], None)
        assert part["loss"] == [kept_["loss"][n - 1] for n in (3, 43, 83)]
        _, again = await followed(
            of(client),
            f"{run}/events",
            lambda seen: 250 in updates(seen),
            [(b"last-event-id", b"247")],
        )
        assert updates(again) == [248, 249, 250]
        listed = (await client.get(RUNS)).json()["runs"][0]
        assert (listed["id"], listed["training"]) == (said["id"], None)


async def test_pausing_and_changing_leave_the_numbers_as_they_are(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client, paused=True, plan={"updates": 700})
        assert (await client.get(run)).json()["state"] == "paused"
        await gather(*(changed(client, run, advance=count) for count in (1, 2, 3)))
        answer = await changed(client, run, advance=1)
        said = await until(client, run, lambda said: said["last_update"] == 7)
        said = await until(client, run, lambda said: said["state"] == "paused")
        assert answer["id"] == said["id"]
        one = await changed(client, run, change={"learning_rate": 0.02})
        assert one["training"]["changes"] in (
            [],
            [{"update": 8, "change": {"learning_rate": 0.02}}],
        )
        await changed(client, run, state="running", pace=60)
        await until(client, run, lambda said: said["last_update"] >= 20)
        two = await changed(client, run, change={"clip": {"rule": "value", "threshold": 0.01}})
        second = two["training"]["changes"][1]
        clip = {"rule": "value", "threshold": 0.01, "per_sample": False}
        assert second["change"] == {"clip": clip}
        three = await changed(client, run, state="paused")
        assert three["state"] == "paused"
        assert three["last_update"] < 700
        marks = (await all_updates(client, run))["marks"]
        texts = [mark["text"] for mark in marks if mark["kind"] == "changed"]
        assert texts[0].startswith("from this update on η is 0.02")
        assert "clipping is" in texts[1]
        await changed(client, run, state="running", pace=None)
        await ended(client, run)
        changes = [(8, {"learning_rate": 0.02}), (second["update"], second["change"])]
        found = (await all_updates(client, run))["loss"]
        assert found == losses({"updates": 700}, changes)


async def test_a_killed_worker_costs_nothing_but_time(kept):
    async with serving_trainings(kept) as client:
        run = await begun(client, paused=True, plan={"updates": 400})
        await changed(client, run, state="running", pace=60)
        here = of(client).state.trainers

        async def one():
            with anyio.fail_after(20):
                while True:
                    if here.held:
                        (held,) = here.held.values()
                        return held
                    await anyio.sleep(0.01)

        await until(client, run, lambda said: said["last_update"] > 40)
        first = (await one()).pid
        os.kill(first, signal.SIGKILL)
        await until(client, run, lambda said: said["last_update"] > 100)
        held = await one()
        assert held.pid != first
        os.kill(held.pid, signal.SIGKILL)
        await changed(client, run, pace=None)
        assert (await ended(client, run))["training"]["ended"] == "It is done: 400 updates."
        found = await all_updates(client, run)
        assert found["update"] == list(range(1, 401))
        assert found["loss"] == losses({"updates": 400})


async def test_a_worker_that_is_lost_again_and_again_ends_the_run(kept):
    async with kept() as client:
        app = of(client)
        app.state.trainers._command = ("sh", "-c", "exit 3")
        async with training(app):
            run = await begun(client)
            said = await ended(client, run)
        assert "lost 3 times after update 0" in said["training"]["ended"]


async def test_another_service_goes_on_where_one_ended(kept, tmp_path):
    async with kept() as client:
        async with training(of(client)):
            run = await begun(client, paused=True, plan={"updates": 700})
            await changed(client, run, state="running", pace=60)
            await until(client, run, lambda said: said["last_update"] > 30)
        said = await changed(client, run, pace=None)
        assert said["state"] == "queued"
        assert said["last_update"] < 700
        settings = {"data_folder": tmp_path / "data", "workers": 1}
        other = create_app(Settings(**settings))
        try:
            async with training(other):
                assert (await ended(client, run))["last_update"] == 700
        finally:
            await other.state.store.close()
        found = await all_updates(client, run)
        assert found["loss"] == losses({"updates": 700})


async def test_nobody_watches_and_nobody_asked_to_keep_it(kept):
    async with serving_trainings(kept, training_unwatched_seconds=0.5) as client:
        plan = {"updates": 50_000}
        left = await begun(client, keep=False, plan=plan)
        stays = await begun(client, keep=True, plan=plan)
        said = await ended(client, left)
        assert "Nobody watched it for 0.5 s" in said["training"]["ended"]
        assert said["last_update"] < 50_000
        assert (await client.get(stays)).json()["state"] == "running"
        await changed(client, stays, state="ended")
        assert (await ended(client, stays))["training"]["ended"] == "It was stopped."
        await changed(client, left, state="running", keep=True)
        before = said["last_update"]
        await until(client, left, lambda said: said["last_update"] > before)
        await client.delete(left)
        here = of(client).state.trainers
        await until(client, stays, lambda said: not here.held)


async def test_a_database_that_goes_away_holds_nothing_up_for_good(kept):
    async with serving_trainings(kept) as client:
        store = of(client).state.store
        run = await begun(client, paused=True, plan={"updates": 400})
        await changed(client, run, state="running", pace=200)
        await until(client, run, lambda said: said["last_update"] > 20)
        write, refusals = store.write, []

        async def away(work):
            refusals.append(work)
            if len(refusals) < 4:
                raise StoreAway("it does not answer", 0)
            return await write(work)

        store.write = away
        said = await ended(client, run)
        assert (said["last_update"], len(refusals) > 3) == (400, True)
        assert (await all_updates(client, run))["loss"] == losses({"updates": 400})


async def test_bounds_are_said(kept):
    async with kept(
        training_per_client=2, training_waiting=64, max_training_updates=300, max_hidden_size=8
    ) as client:
        for _ in range(2):
            await begun(client)
        new = {"kind": "trained", "training": SMALL}
        answer = await client.post(RUNS, json=new)
        assert "UNROLLED_TRAINING_PER_CLIENT" in refused(answer, 429)
        assert int(answer.headers["retry-after"]) > 0
        for field, value in (("updates", 301), ("hidden_size", 9)):
            wrong = await client.post(RUNS, json=new | {"training": SMALL | {field: value}})
            refused(wrong, 422)
            assert [one["pointer"] for one in wrong.json()["errors"]] == [f"/training/{field}"]
    async with kept(training_waiting=1, max_runs=3) as client:
        if not (await client.get(RUNS)).json()["runs"]:  # of a server, which is emptied
            await begun(client)
        answer = await client.post(RUNS, json=new)
        assert "UNROLLED_TRAINING_WAITING" in refused(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
    async with kept(max_runs=1) as client:
        if not (await client.get(RUNS)).json()["runs"]:
            await begun(client)
        assert "UNROLLED_MAX_RUNS" in refused(await client.post(RUNS, json=new), 507)


@pytest.mark.parametrize(
    ("plan", "pointer"),
    [
        ({"task": {"name": "nothing"}}, "/training/task/name"),
        ({"task": {"name": "adding", "steps": 1}}, "/training/task/steps"),
        ({"task": {"name": "series"}}, "/training/task/sequence"),
        ({"task": {"name": "series", "sequence": "nobody"}}, "/training/task/sequence"),
        ({"optimizer": {"name": "adam", "momentum": 1}}, "/training/optimizer/momentum"),
        ({"clip": {"rule": "norm", "threshold": 0}}, "/training/clip/threshold"),
        ({"weights": {"kind": "network", "id": "x", "module": "y"}}, "/training/weights/id"),
        ({"weights": {"init": "chrono"}}, "/training/weights/init"),
        ({"updates": 0}, "/training/updates"),
        ({"cell": "lstm", "activation": "relu"}, "/training/activation"),
        ({"nonsense": 1}, "/training/nonsense"),
        ({"task": {"name": "adding", "steps": [1]}}, "/training/task/steps"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_where_it_is_wrong(kept, plan, pointer):
    async with kept() as client:
        answer = await client.post(RUNS, json={"kind": "trained", "training": SMALL | plan})
        refused(answer, 422)
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_what_goes_with_one_kind_is_refused_of_the_other(kept):
    async with kept() as client:
        watched, trained = await made(client), await begun(client, paused=True)
        for said in ({"advance": 1}, {"pace": None}, {"keep": True}, {"state": "paused"}):
            refused(await client.patch(watched, json=said), 422)
        refused(await client.patch(trained, json={"state": "interrupted"}), 422)
        refused(await client.patch(trained, json={"change": {}}), 422)
        wrong = await client.patch(trained, json={"change": {"learning_rate": 1e9}})
        assert wrong.json()["errors"][0]["pointer"] == "/change/learning_rate"
        refused(await client.post(f"{trained}/reports", json=report()), 422)
        assert (await client.get(f"{trained}/reports")).json()["reports"] == []
        refused(await client.get(f"{watched}/updates"), 404)
        refused(await client.get(f"{trained}/updates/1/flow"), 404)
        refused(await client.get(f"{trained}/updates?layer=1"), 422)


async def test_it_ends_where_there_is_no_more_room_or_time(kept):
    async with serving_trainings(kept, max_training_bytes=60_000) as client:
        run = await begun(client, plan={"updates": 20_000})
        said = await ended(client, run)
        assert "UNROLLED_MAX_TRAINING_BYTES" in said["training"]["ended"]
        assert said["bytes"] <= 60_000
        answer = await client.patch(run, json={"state": "running"})
        assert answer.status_code == 200
    async with serving_trainings(kept, training_seconds=0.05) as client:
        run = await begun(client, plan={"updates": 20_000})
        assert "UNROLLED_TRAINING_SECONDS" in (await ended(client, run))["training"]["ended"]


async def test_a_number_that_leaves_the_range_ends_it(kept):
    async with serving_trainings(kept) as client:
        plan = {
            "activation": "linear",
            "optimizer": {"name": "sgd", "learning_rate": 900.0},
            "clip": {"rule": "none"},
            "task": {"name": "adding", "steps": 40},
        }
        run = await begun(client, plan=plan)
        said = await ended(client, run)
        assert "left the range" in said["training"]["ended"]
        last = said["last_update"]
        assert last < 250
        refused(await client.patch(run, json={"state": "running"}), 422)
        whole = Training(Plan.from_json(SMALL | plan))
        whole.advance(250)
        assert last == whole.update
        flow = await client.get(f"{run}/updates/{last}/flow?include=itemized")
        assert flow.status_code == 200, flow.text
