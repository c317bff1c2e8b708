"""Maps that hold the same networks, at the same time: none is computed twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from tests.app.test_sweep_local import Fatal, Here
from tests.app.test_sweep_tasks import sweep
from tests.app.test_sweeps import begun, ended, mapping
from unrolled.app.main import create_app
from unrolled.app.settings import Settings
from unrolled.app.store import holders, points
from unrolled.app.store.database import Database
from unrolled.app.store.points import claim, known, retire
from unrolled.app.store.sweep_points import KeptPoints, holding_points
from unrolled.app.store.sweep_tables import POINT_CLAIMS, POINT_HOLDERS
from unrolled.app.sweeps.forms import draws
from unrolled.app.sweeps.known import Known, Memory
from unrolled.app.sweeps.running import Found
from unrolled.app.sweeps.whole import mapped
from unrolled.app.sweeps.work import Task
from unrolled.engine import Sweep

pytestmark = pytest.mark.anyio

NAMES = ["arriving", "verdict"]
NO_FORGET_GATE = {"network": {"cell": "gru"}, "weights": {"forget_bias": 1.0}}
RADII = [round(0.1 * n, 1) for n in range(1, 31)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(Settings(database_url=f"sqlite:///{tmp_path}/points.sqlite"))
    yield database
    await database.close()


class Counted(Here):
    """Says what was computed, and computes nothing before another one has begun."""

    def __init__(self, after: Counted | None = None) -> None:
        super().__init__()
        self.forms: list[bytes] = []
        self.begun, self.after = anyio.Event(), after

    async def run(self, task: bytes) -> bytes:
        self.begun.set()
        if self.after is not None:
            await self.after.begun.wait()
        self.forms += [bytes(form) for form in msgspec.json.decode(task, type=Task).forms]
        return await super().run(task)


def of(radii: list[float], **said: Any) -> Sweep:
    axes = [{"at": "/weights/spectral_radius", "values": radii}]
    return sweep(axes=axes, rows=None, numbers=NAMES, **said)


async def run(own: Sweep, kept: Any, pool: Here) -> list[Found]:
    async with mapped(own, pool, kept) as stream:
        return [one async for some in stream for one in some]


def hashes(*maps: Sweep) -> set[str]:
    return {one.hash for own in maps for one in draws(own)}


async def test_two_maps_at_once_share_what_both_hold(store: Database) -> None:
    """What the second one asks for first the first one has claimed, and not yet computed."""
    first, second = of(RADII[:20], seeds=20), of(RADII, seeds=20)
    other = Counted()
    pools = Counted(after=other), other
    found: list[list[Found]] = [[], []]

    async def one(n: int, own: Sweep) -> None:
        async with holding_points(store) as kept:
            found[n] = await run(own, kept, pools[n])

    async with anyio.create_task_group() as tasks:
        for n, own in enumerate((first, second)):
            tasks.start_soon(one, n, own)
    computed = pools[0].forms + pools[1].forms
    assert len(computed) == len(set(computed)) == len(hashes(first, second)) == 600
    assert [len(some) for some in found] == [400, 600]
    assert sum(one.new for some in found for one in some) == 600
    told = [{one.draw.hash: one.numbers for one in some} for some in found]
    shared = told[0].keys() & told[1].keys()
    assert len(shared) == 400
    assert all(told[0][one] == told[1][one] for one in shared)
    assert not await store.read(lambda c: rows(c, POINT_CLAIMS))
    assert not await store.read(lambda c: rows(c, POINT_HOLDERS))


async def rows(connection: Any, table: Any) -> list[Any]:
    return list(await connection.execute(table.select()))


async def test_a_network_that_a_map_holds_twice_is_computed_once() -> None:
    pool = Counted()
    found = await run(of([0.5, 0.5, 0.7, 0.5], seeds=3), Memory(), pool)
    assert len(found) == 12
    assert len(pool.forms) == 6


async def test_points_that_are_done_are_not_walked_over() -> None:
    """Among them are those whose network has ended its workers."""
    own, pool, kept = of([0.5, 0.7, 0.9]), Counted(), Memory()
    async with mapped(own, pool, kept, done=lambda point: point.at == (1,)) as stream:
        found = [one.draw.point.at async for some in stream for one in some]
    assert sorted(found) == [(0,), (2,)]
    assert len(pool.forms) == len(kept.known) == 2


class Leaves(Here):
    """Computes nothing, until it is left."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = anyio.Event()

    async def run(self, task: bytes) -> bytes:
        self.begun.set()
        await anyio.sleep_forever()
        raise AssertionError


async def test_what_was_claimed_and_not_computed_is_free_again(store: Database) -> None:
    own = of(RADII)
    for kept in (Memory(), KeptPoints(store, holders.new_holder())):
        leaves = Leaves()
        async with mapped(own, leaves, kept):
            await leaves.begun.wait()
            wanted = list(hashes(own))
            assert not (await kept.claim(wanted, NAMES)).mine
        assert set((await kept.claim(wanted, NAMES)).mine) == set(wanted)


async def test_a_holder_that_is_lost_holds_nothing(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = holders.new_holder(), holders.new_holder()
    some = [f"{n:064}" for n in range(1_200)]

    async def claimed(holder: str, wanted: list[str]) -> set[str]:
        return set((await store.write(lambda c: claim(c, holder, wanted, NAMES))).mine)

    assert await claimed(first, some[:700]) == set(some[:700])
    assert await claimed(second, some) == set(some[700:])
    assert await claimed(first, some) == set()
    holders.leave(first)  # its process has ended
    assert await claimed(second, some) == set(some[:700])
    elsewhere = "another machine pid:[1]/7/00"
    await store.write(lambda c: retire(c, second))
    assert await claimed(elsewhere, some) == set(some)
    third = holders.new_holder()
    assert await claimed(third, some) == set()
    monkeypatch.setattr(points, "LEASE_SECONDS", -1)  # it has not been heard of
    await store.write(lambda c: points.beat(c, elsewhere))
    monkeypatch.undo()
    assert await claimed(third, some) == set(some)


async def test_a_network_that_the_engine_refuses_is_not_tried_again(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, pool = of([0.5], experiment=NO_FORGET_GATE), Counted()
    async with holding_points(store) as kept:
        (first,) = await run(own, kept, pool)
        assert first.new
        assert "no forget gate" in str(first.error)
        (again,) = await run(own, kept, pool)
        assert (again.new, again.error, pool.tasks) == (False, first.error, 1)
        assert again.numbers == dict.fromkeys(NAMES)
        assert not await store.read(lambda c: rows(c, POINT_CLAIMS))
        monkeypatch.setattr(points, "__version__", "another")
        (other,) = await run(own, kept, pool)
        assert (other.new, pool.tasks) == (True, 2)


async def test_a_network_that_ended_its_workers_is_tried_again_by_another_map_only(
    store: Database,
) -> None:
    own = of([0.5, 0.7, 0.5, 0.5])
    bad = next(draws(own))
    fatal = Fatal(bad.form)
    async with holding_points(store) as kept:
        found = await run(own, kept, fatal)
        assert [one.lost for one in found].count(True) == 3
        assert {one.draw.hash for one in found if one.lost} == {bad.hash}
        assert not any(one.new for one in found if one.lost)
        there = await store.read(lambda c: known(c, [bad.hash]))
        assert there == {}
        assert not await store.read(lambda c: rows(c, POINT_CLAIMS))
        found = await run(own, kept, Here())
        assert not any(one.error for one in found)
        assert sum(one.new for one in found) == 1


async def test_numbers_and_errors_are_merged(store: Database) -> None:
    settings = store.settings
    for one in (Known({"arriving": 1.0}), Known({"verdict": "stable"})):
        await store.write(partial(points.keep_points, settings=settings, found={"a": one}))
    (found,) = (await store.read(lambda c: known(c, ["a", "b"]))).values()
    assert found == Known({"arriving": 1.0, "verdict": "stable"})
    assert found.tells(["verdict"])
    assert not found.tells(["lyapunov"])


# --- two services ---------------------------------------------------------------------------------


@asynccontextmanager
async def beside(client: Any) -> AsyncIterator[None]:
    """A second service on the same database, which computes maps, too."""
    app = create_app(client._transport.app.state.settings)
    task = asyncio.ensure_future(app.state.conductors.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await app.state.store.close()


async def test_two_services_compute_overlapping_maps_once(kept: Any) -> None:
    axes = [
        [
            {"at": "/weights/spectral_radius", "values": RADII[a:b]},
            {"at": "/sequence/steps", "values": [40, 80]},
        ]
        for a, b in ((0, 20), (8, 30))
    ]
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(mapping(kept))
        await stack.enter_async_context(beside(client))
        maps = [await begun(client, axes=some, seeds=4, rows=None) for some in axes]
        said = [await ended(client, one) for one in maps]
    assert [one["wrong"] for one in said] == [0, 0]
    assert [one["computed"] + one["known"] for one in said] == [160, 176]
    assert sum(one["computed"] for one in said) == 30 * 2 * 4
    assert all(one["computed"] for one in said)
