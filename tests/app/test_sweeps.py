"""Maps that the service computes; `make postgresql` runs the same on a server."""

import asyncio
import io
import json
import os
import signal
from contextlib import asynccontextmanager
from typing import Any

import anyio
import numpy as np
import pytest

from tests.app.networks import made, safetensors, torch_arrays, with_head
from tests.app.runs import refused
from tests.app.test_observe import values
from tests.app.test_run_events import followed
from unrolled.app.store import sweeps
from unrolled.app.store.sweep_tables import POINTS
from unrolled.engine import NUMBERS, Sweep

pytestmark = pytest.mark.anyio

SWEEPS = "/api/v1/sweeps"
SMALL: dict[str, Any] = {
    "experiment": {
        "network": {"topology": "many-to-one", "hidden_size": 4},
        "sequence": {"kind": "random"},
        "loss": "squared-error",
    },
    "axes": [
        {"at": "/weights/spectral_radius", "from": 0.2, "to": 2.0, "points": 4},
        {"at": "/sequence/steps", "values": [4, 8, 16]},
    ],
    "rows": {"at": "/network/cell", "values": ["simple", "lstm"]},
    "seeds": 2,
    "numbers": ["arriving", "verdict"],
}


@asynccontextmanager
async def mapping(kept: Any, **settings: Any) -> Any:
    """`async with … as client`: a service that computes maps."""
    async with kept(**{"sweep_workers": 1} | settings) as client:
        conductors = client._transport.app.state.conductors
        task = asyncio.ensure_future(conductors.run())
        try:
            yield client
        finally:
            task.cancel()
            await asyncio.wait([task])


async def begun(client: Any, **said: Any) -> str:
    answer = await client.post(SWEEPS, json=SMALL | said)
    assert answer.status_code == 202, answer.text
    address: str = answer.headers["location"]
    assert address == f"{SWEEPS}/{answer.json()['id']}"
    return address


async def until(client: Any, sweep: str, enough: Any, seconds: float = 180) -> Any:
    with anyio.fail_after(seconds):
        while True:
            said = (await client.get(sweep)).json()
            if enough(said):
                return said
            await anyio.sleep(0.05)


async def ended(client: Any, sweep: str) -> Any:
    return await until(client, sweep, lambda said: said["state"] == "ended")


HALF_WRONG = [
    {"at": "/weights/spectral_radius", "values": [0.2, -1.0]},
    {"at": "/sequence/steps", "values": [4, 8, 16]},
]


async def until_idle(client: Any) -> None:
    with anyio.fail_after(20):
        while True:
            if client._transport.app.state.conductors.pid is None:
                return
            await anyio.sleep(0.05)


async def test_a_map_is_computed_followed_and_never_twice(kept, monkeypatch):
    async with mapping(kept) as client:
        app = client._transport.app
        sweep = await begun(client, name="ρ, T", note="n")
        _, events = await followed(
            app,
            f"{sweep}/events",
            lambda seen: seen[-1][0] == "sweep" and seen[-1][2]["state"] == "ended",
        )
        came = [at for kind, _, data in events if kind == "points" for at in data["at"]]
        assert sorted(came) == [[r, a, b] for r in (0, 1) for a in range(4) for b in range(3)]
        said = (await client.get(sweep)).json()
        assert (said["count"], said["done"], said["wrong"]) == (24, 24, 0)
        assert (said["computed"], said["known"], said["state"]) == (48, 0, "ended")
        assert said["why"] == "It is done: 24 points."
        assert {line["name"] for line in said["theory"]} >= {"sufficient", "linear"}
        assert all(len(line["radii"]) == 3 and line["axis"] == 0 for line in said["theory"])
        points = (await client.get(f"{sweep}/points")).json()
        assert points["at"] == came
        own = Sweep.of({name: one for name, one in said["sweep"].items() if name != "name"})
        n = points["at"].index([1, 3, 2])
        point = next(one for one in own.points() if one.at == (1, 3, 2))
        told = []
        for draw in range(2):
            flow = (await client.post("/api/v1/flow", json=own.spec(point, draw))).json()
            told.append(flow["diagnosis"]["log10_arriving"])
        assert points["numbers"]["arriving"]["middle"][n] == pytest.approx(np.median(told))
        await holds_as_files_and_at_a_resolution(client, sweep)
        _, again = await followed(
            app,
            f"{sweep}/events",
            lambda seen: any(kind == "points" for kind, _, _ in seen),
            [(b"last-event-id", b"20")],
        )
        assert [d["sequence"] for k, _, d in again if k == "points"] == [[21, 22, 23, 24]]
        other = await begun(client, seeds=3, numbers=["arriving", "log10_norm"])
        said = await ended(client, other)
        assert (said["computed"], said["known"]) == (72, 0)
        third = await begun(client, seeds=2, numbers=["arriving"], axes=HALF_WRONG)
        said = await ended(client, third)
        assert (said["done"], said["wrong"], said["computed"], said["known"]) == (12, 6, 0, 12)
        await until_idle(client)
        counted = {name: value for name, value in (await values(client)).items() if "map" in name}
        assert counted.pop("unrolled_map_seconds_total") > 0
        assert counted == {
            "unrolled_maps": 0,
            'unrolled_map_networks_total{source="computed"}': 120,
            'unrolled_map_networks_total{source="known"}': 12,
            "unrolled_map_points_total": 60,
            "unrolled_map_errors_total": 6,
        }
        said = await ended(client, await begun(client, seeds=3, axes=SMALL["axes"][::-1]))
        assert (said["computed"], said["known"]) == (24, 48)
        rows = await app.state.store.read(lambda c: c.execute(POINTS.select()))
        assert len(list(rows)) == 72
        await goes_part_by_part(client, app.state.store, sweep, monkeypatch)


async def goes_part_by_part(client: Any, store: Any, sweep: str, monkeypatch: Any) -> None:
    """Other writers are let in between, and no place is left."""
    monkeypatch.setattr(sweeps, "_AT_ONCE", 10)
    row = await store.read(lambda c: sweeps.find(c, sweep.rpartition("/")[2]))
    left = []
    while await store.write(lambda c: sweeps.thin(c, row.number)):
        left.append(len((await client.get(f"{sweep}/points")).json()["at"]))
    assert left == [14, 4, 0]


async def holds_as_files_and_at_a_resolution(client: Any, sweep: str) -> None:
    coarse = (await client.get(f"{sweep}/points?resolution=2")).json()
    assert {tuple(at[1:]) for at in coarse["at"]} == {(0, 0), (2, 0), (0, 2), (2, 2)}
    part = (await client.get(f"{sweep}/points?from=3&limit=5")).json()
    assert (part["sequence"], part["next"]) == ([3, 4, 5, 6, 7], 8)
    lines = (await client.get(f"{sweep}/points?format=csv")).text.split("\r\n")
    assert len(lines) == 26
    assert lines[0].startswith("/network/cell,/weights/spectral_radius,/sequence/steps,arriv")
    assert lines[1].startswith("simple,0.2,4,")
    npz = await client.get(f"{sweep}/points?format=npz")
    with np.load(io.BytesIO(npz.content)) as arrays:
        assert arrays["arriving"].shape == (2, 4, 3)
        assert np.isfinite(arrays["arriving"]).all()
        assert (arrays["arriving.low"] <= arrays["arriving"]).all()
        assert list(arrays["verdict.names"]) == list(NUMBERS["verdict"].names)
        assert json.loads(str(arrays["sweep"]))["seeds"] == 2
        points = (await client.get(f"{sweep}/points")).json()
        for at, middle in zip(points["at"], points["numbers"]["arriving"]["middle"], strict=True):
            assert arrays["arriving"][tuple(at)] == middle


LONG = {"axes": [SMALL["axes"][0] | {"points": 60}, {"at": "/sequence/steps", "values": [300]}]}


async def test_a_map_is_paused_goes_on_and_is_dropped(kept):
    async with mapping(kept) as client:
        sweep = await begun(client, paused=True, **(LONG | {"seeds": 20}))
        assert (await client.get(sweep)).json()["state"] == "paused"
        answer = await client.patch(sweep, json={"state": "running", "name": "b"})
        assert answer.json()["name"] == "b"
        await until(client, sweep, lambda said: said["done"] > 0)
        await client.patch(sweep, json={"state": "paused"})
        said = await until(client, sweep, lambda said: said["state"] == "paused")
        assert 0 < said["done"] < said["count"]
        assert client._transport.app.state.conductors.pid is None
        await client.patch(sweep, json={"state": "running"})
        said = await ended(client, sweep)
        assert said["done"] == said["count"] == 120
        told = refused(await client.patch(sweep, json={"state": "running"}), 422)
        assert "the map is complete" in told
        assert (await client.delete(sweep)).status_code == 204
        assert (await client.get(sweep)).status_code == 404
        assert (await client.get(SWEEPS)).json() == {"sweeps": [], "next": None}


async def test_a_process_that_is_killed_costs_what_was_in_flight(kept):
    async with mapping(kept) as client:
        sweep = await begun(client, **LONG)
        said = await until(client, sweep, lambda said: said["done"] > 0)
        pid = client._transport.app.state.conductors.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        said = await ended(client, sweep)
        assert said["done"] == 120
        assert said["computed"] + said["known"] >= 240
        points = (await client.get(f"{sweep}/points")).json()
        assert len({tuple(at) for at in points["at"]}) == 120


async def test_a_refined_map_leaves_out_what_neighbours_tell(kept):
    async with mapping(kept) as client:
        axes = [
            SMALL["axes"][0] | {"points": 17},
            {"at": "/sequence/seed", "from": 0, "to": 16, "points": 17},
        ]
        said = await ended(
            client,
            await begun(client, axes=axes, rows=None, seeds=1, refine=True, numbers=["arriving"]),
        )
        assert 30 < said["done"] < said["count"] == 289
        assert f"{289 - said['done']} of them told by their neighbours" in said["why"]


@pytest.mark.parametrize(
    ("said", "pointer", "words"),
    [
        ({"axes": []}, "/axes", "a length of at least 1"),
        ({"numbers": ["loss"]}, "/numbers/0", "allowed: 'arriving'"),
        ({"axes": [{"at": "steps", "values": [1]}]}, "/axes/0/at", "JSON pointer"),
        ({"seeds": 1_001}, "/seeds", "1 … 1000"),
        ({"experiment": {"network": {"cell": "x"}}, "rows": None}, "/experiment/network/cell", ""),
        ({"experiment": {"weights": {"kind": "network"}}}, "/experiment/weights/kind", "random"),
        (
            {"axes": [{"at": "/sequence/steps", "values": [4, 90_000]}]},
            "/experiment/sequence/steps",
            "MAX_STEPS",
        ),
        ({"axes": [SMALL["axes"][0] | {"points": 200}]}, "/axes", "UNROLLED_MAX_SWEEP_NETWORKS"),
        ({"more": 1}, "/more", "unknown field"),
        ({"training": {}}, "/experiment", "beside training"),
        (
            {"axes": [{"at": "/sequence/steps", "values": [4, 90_000, 8]}]},
            "/experiment/sequence/steps",
            "received 90000",
        ),
    ],
)
async def test_what_is_no_map_is_refused_beside_what_is_wrong(kept, said, pointer, words):
    async with kept(max_sweep_networks=500) as client:
        answer = await client.post(SWEEPS, json=SMALL | said)
        detail = refused(answer, 422)
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], detail
        assert words in detail


ADAM = {"optimizer": {"name": "adam"}}
TRAINED: dict[str, Any] = {
    "training": {"task": {"name": "adding", "steps": 20}, "updates": 100} | ADAM,
    "axes": [{"at": "/optimizer/learning_rate", "values": [0.01, 0.1]}],
}


@pytest.mark.parametrize(
    ("said", "at", "values", "pointer", "words"),
    [
        ({}, "/hidden_size", [8, 65, 9], "/hidden_size", "received 65; allowed: at most 64 ("),
        ({}, "/batch_size", [40, 8], "/batch_size", "UNROLLED_MAX_BATCH_SIZE"),
        ({}, "/updates", [1, 501], "/updates", "UNROLLED_MAX_TRAINING_UPDATES"),
        ({}, "/task/steps", [10, 60], "/task/steps", "UNROLLED_MAX_STEPS"),
        ({"cell": "lstm"}, "/hidden_size", [8, 60], "/hidden_size", "MAX_TRAINING_WORK"),
        ({"task": {"name": "series", "sequence": "a"}}, "/seed", [0], "/task/name", "'adding'"),
        ({"weights": {"kind": "network", "id": "a"}}, "/seed", [0], "/weights/kind", "'random'"),
    ],
)
async def test_a_map_of_trainings_has_the_bounds_of_a_training(
    kept, said, at, values, pointer, words
):
    bounds = {"max_hidden_size": 64, "max_batch_size": 32, "max_steps": 50}
    bounds |= {"max_training_updates": 500, "max_training_work": 1_000_000}
    async with kept(**bounds, sweep_workers=0) as client:
        training = TRAINED["training"] | said
        axes = [*TRAINED["axes"], {"at": at, "values": values}]
        answer = await client.post(SWEEPS, json={"training": training, "axes": axes})
        detail = refused(answer, 422)
        (error,) = answer.json()["errors"]
        assert error["pointer"] == f"/training{pointer}", detail
        assert words in error["detail"]
        assert (await client.post(SWEEPS, json=TRAINED)).status_code == 202


async def test_how_a_network_that_is_kept_is_mapped_is_said(kept):
    async with kept(sweep_workers=0) as client:
        network = await made(client, safetensors(with_head(torch_arrays())))
        own = {"kind": "network", "id": network["id"], "module": "lstm", "head": "fc"}
        asked = {"weights": own, "sequence": {"kind": "random", "steps": 6}}
        axes = [
            {"at": "/clip", "values": [{"rule": "norm", "max_norm": n} for n in (0.1, 1.0)]},
            {"at": "/truncation", "values": [{"kind": "none"}, {"kind": "window", "steps": 3}]},
        ]
        answer = await client.post(SWEEPS, json={"experiment": asked, "axes": axes})
        detail = refused(answer, 422)
        assert answer.json()["errors"][0]["pointer"] == "/experiment/weights/kind"
        assert "have no database" in detail
        assert "POST /api/v1/flow with 'include': ['weights']" in detail
        flow = (await client.post("/api/v1/flow", json=asked | {"include": ["weights"]})).json()
        asked |= {"network": flow["experiment"]["network"], "weights": flow["weights"]}
        answer = await client.post(SWEEPS, json={"experiment": asked, "axes": axes})
        assert answer.status_code == 202, answer.text


async def test_there_are_bounds(kept):
    async with kept(max_sweeps=3, sweep_per_client=2, sweep_workers=0) as client:
        for _ in range(2):
            await begun(client)
        assert "UNROLLED_SWEEP_PER_CLIENT" in refused(await client.post(SWEEPS, json=SMALL), 429)
        await begun_paused(client)
        assert "UNROLLED_MAX_SWEEPS" in refused(await client.post(SWEEPS, json=SMALL), 507)
        listed = (await client.get(f"{SWEEPS}?limit=2")).json()
        assert len(listed["sweeps"]) == 2
        rest = (await client.get(f"{SWEEPS}?before={listed['next']}")).json()
        assert len(rest["sweeps"]) == 1


async def begun_paused(client: Any) -> None:
    first = (await client.get(SWEEPS)).json()["sweeps"][0]["id"]
    await client.patch(f"{SWEEPS}/{first}", json={"state": "ended"})
    await begun(client)


async def test_numbers_and_maps_are_named(kept):
    async with kept() as client:
        words = (await client.get("/api/v1/maps")).json()
        assert [one["name"] for one in words["numbers"]] == list(NUMBERS)
        for one in words["maps"]:
            assert (await client.post(SWEEPS, json=one["sweep"])).status_code == 202
