"""The queue in front of the workers: bounded, honest about when to come again, left when left."""

import time
from functools import partial

import anyio
import anyio.lowlevel
import pytest

from unrolled.app import compute
from unrolled.app.compute import Compute
from unrolled.app.encoding import gzip
from unrolled.app.errors import ClientGone, QueueFull
from unrolled.app.outcome import Outcome

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"
JSON = {"content-type": "application/json"}
WAITING = 3


def behind(gate, experiment, packed, memory_bytes, most):
    """Work until a file is there."""
    while not gate.exists():
        time.sleep(0.005)
    return Outcome("answer", gzip(b"done") if packed else b"done")


@pytest.fixture
def gate(monkeypatch, tmp_path):
    """Jobs do not end before `gate.touch()`."""
    file = tmp_path / "gate"
    monkeypatch.setattr(compute, "work", partial(behind, file))
    return file


async def until(condition):
    with anyio.fail_after(30):
        while not condition():  # noqa: ASYNC110  (the door has no event for a test)
            await anyio.sleep(0.005)


async def never():
    await anyio.sleep_forever()


async def test_as_many_wait_as_may_and_one_more_is_refused(gate):
    door = Compute(1, 60.0, max_waiting=WAITING)
    done = []

    async def ask():
        done.append(await door.flow(b"{}", False, never))

    async with anyio.create_task_group() as tasks:
        for _ in range(1 + WAITING):
            assert not door.full
            tasks.start_soon(ask)
            await anyio.lowlevel.checkpoint()
        await until(lambda: door.full)
        assert (door.busy, door.waiting) == (1, WAITING)
        with pytest.raises(QueueFull) as refused:
            await door.flow(b"{}", False, never)
        assert refused.value.waiting == WAITING
        assert done == []
        gate.touch()
    assert done == [b"done"] * (1 + WAITING)
    assert (door.busy, door.waiting, door.full) == (0, 0, False)
    assert door.refusals["queue"] == 1


async def test_no_queue_at_all(gate):
    door = Compute(1, 60.0, max_waiting=0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(door.flow, b"{}", False, never)
        await until(lambda: door.full)
        with pytest.raises(QueueFull):
            await door.flow(b"{}", False, never)
        gate.touch()


async def test_a_client_that_has_gone_frees_its_place(gate):
    door = Compute(1, 60.0, max_waiting=1)
    left = anyio.Event()
    async with anyio.create_task_group() as tasks:

        async def leave():
            with pytest.raises(ClientGone):
                await door.flow(b"{}", False, left.wait)

        tasks.start_soon(door.flow, b"{}", False, never)
        await until(lambda: door.busy == 1)
        tasks.start_soon(leave)
        await until(lambda: door.full)
        left.set()
        await until(lambda: not door.full)
        assert door.waiting == 0
        gate.touch()
    assert door.refusals["gone"] == 1


@pytest.mark.parametrize(
    ("usual", "present", "workers", "seconds"),
    [(0.0, 1, 1, 1), (0.2, 3, 2, 1), (2.0, 5, 2, 4), (10.0, 3, 1, 30)],
)
def test_when_to_come_again(usual, present, workers, seconds):
    """Jobs of that many seconds, one turn for everyone who waits and for the one who asks."""
    door = Compute(workers, 60.0)
    door._usual, door._present = usual, present
    assert door.retry_after == seconds


async def test_what_a_full_queue_refuses_and_what_it_does_not(opened, monkeypatch, tmp_path):
    gate = tmp_path / "gate"
    async with opened(max_waiting=0, max_steps=100) as client:
        door = client._transport.app.state.compute
        door.warmed = True
        kept = await client.post(FLOW, json={})
        assert (await client.get("/readyz")).status_code == 200
        monkeypatch.setattr(compute, "work", partial(behind, gate))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.post(FLOW, json={"sequence": {"steps": 7}}))
            await until(lambda: door.full)

            refused = await client.post(FLOW, json={"sequence": {"steps": 8}})
            assert refused.status_code == 503
            assert refused.headers["content-type"] == "application/problem+json"
            assert int(refused.headers["retry-after"]) >= 1
            assert "UNROLLED_MAX_WAITING" in refused.json()["detail"]

            unready = await client.get("/readyz")
            assert unready.status_code == 503
            assert unready.headers["content-type"] == "application/problem+json"
            assert int(unready.headers["retry-after"]) >= 1

            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/")).status_code == 200
            assert (await client.post(FLOW, json={})).content == kept.content
            again = {"if-none-match": kept.headers["etag"]}
            assert (await client.post(FLOW, json={}, headers=again)).status_code == 304
            assert (await client.post(FLOW, content=b"{", headers=JSON)).status_code == 400
            large = await client.post(FLOW, json={"sequence": {"steps": 101}})
            assert large.status_code == 422
            gate.touch()
        assert (await client.get("/readyz")).status_code == 200


async def test_a_service_whose_workers_start_is_not_ready(opened):
    async with opened() as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        app = client._transport.app
        async with app.router.lifespan_context(app):
            assert (await client.get("/readyz")).status_code == 200
