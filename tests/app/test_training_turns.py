"""Whose turn it is where many runs are to train, and who computes which; on a server, too."""

import anyio
import pytest
from sqlalchemy import select, update

from tests.app.trained import all_updates, begun, changed, losses, serving_trainings, training
from unrolled.app.main import create_app
from unrolled.app.settings import Settings
from unrolled.app.store.holders import leave, new_holder
from unrolled.app.store.tables import RUNS as TABLE
from unrolled.app.store.training_keeping import claim
from unrolled.app.store.training_tables import TRAININGS
from unrolled.app.training import trainers

pytestmark = pytest.mark.anyio


def of(client):
    return client._transport.app


async def test_two_services_do_not_both_compute_a_run(kept, tmp_path):
    async with kept(training_workers=1) as client:
        other = create_app(Settings(data_folder=tmp_path / "data", training_workers=1))
        seen: list[tuple[set[str], set[str]]] = []
        try:
            async with training(of(client)) as one, training(other) as two:
                runs = [await begun(client, plan={"updates": 500}) for _ in range(4)]
                while len(seen) < 10_000:
                    seen.append((set(one.held), set(two.held)))
                    states = [(await client.get(run)).json()["state"] for run in runs]
                    if set(states) == {"ended"}:
                        break
        finally:
            await other.state.store.close()
        assert not any(first & second for first, second in seen)
        assert any(first for first, _ in seen)
        assert any(second for _, second in seen)
        for run in runs:
            assert (await all_updates(client, run))["loss"] == losses({"updates": 500})


async def test_runs_take_turns(kept, monkeypatch):
    monkeypatch.setattr(trainers, "TURN_SECONDS", 0.2)
    monkeypatch.setattr(trainers, "POLL_SECONDS", 0.05)
    async with serving_trainings(kept, training_workers=1) as client:
        plan = {"updates": 700}
        runs = [await begun(client, paused=True, plan=plan) for _ in range(2)]
        for run in runs:
            await changed(client, run, state="running", pace=200)
        turns: list[int] = []

        def is_over(said):
            place = next(n for n, run in enumerate(runs) if run.endswith(said["id"]))
            if said["state"] == "running" and turns[-1:] != [place]:
                turns.append(place)
            return said["state"] == "ended"

        with anyio.fail_after(120):
            over = [False]
            while not all(over):
                over = [is_over((await client.get(run)).json()) for run in runs]
        assert len(turns) > 2, turns
        for run in runs:
            assert (await all_updates(client, run))["loss"] == losses(plan)


async def test_it_is_the_turn_of_who_has_least(kept):
    async with kept() as client:
        store = of(client).state.store
        me = new_holder()
        for name in ("a", "a", "b"):
            run = await begun(client, name=name)
            id_ = run.rpartition("/")[2]
            number = select(TABLE.c.number).where(TABLE.c.id == id_).scalar_subquery()
            own = update(TRAININGS).where(TRAININGS.c.run == number).values(client=name)
            await store.write(lambda c, own=own: c.execute(own))
        found: list[str | None] = []
        running: list[str] = []
        for _ in range(4):
            row = await store.write(lambda c, busy=tuple(running): claim(c, me, list(busy)))
            found.append(row and row[0].name)
            running += [] if row is None else [row[1].client]
        assert found == ["a", "b", "a", None]
        leave(me)
        assert (await store.write(lambda c: claim(c, me, [])))[0].name == "a"
