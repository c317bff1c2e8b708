"""The bytes of large bodies that are there at once."""

import json

import anyio
import pytest

from unrolled.app.budget import FREE, Budget, Held

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"
JSON = {"content-type": "application/json"}


def test_bodies_share_it():
    budget = Budget(3 * FREE)
    one, other = Held(budget), Held(budget)
    assert one.grow(2 * FREE)
    assert not other.grow(FREE + 1)
    assert one.grow(FREE + 1), "a body may be there again"
    assert other.grow(FREE + 1)
    one.become(5 * FREE)
    assert budget.held == 6 * FREE + 1
    other.become(0)
    one.become(0)
    assert budget.held == 0


def test_small_bodies_need_none():
    budget = Budget(1)
    assert Held(budget).grow(FREE)
    assert budget.held == 0


def slowly(body, goes_on):
    """A body that stops before its end until an event."""

    async def pieces():
        yield body[:-1]
        await goes_on.wait()
        yield body[-1:]

    return pieces()


async def test_what_arrives_counts_until_its_request_is_done(opened):
    size = 3 * FREE
    body = json.dumps({}).encode().ljust(size)
    async with opened(max_bodies_bytes=2 * size, max_body_bytes=size) as client:
        budget = client._transport.app.state.bodies
        goes_on = anyio.Event()
        statuses = []

        async def send():
            content = slowly(body, goes_on)
            statuses.append((await client.post(FLOW, content=content, headers=JSON)).status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(send)
            while budget.held < 2 * (size - 1):  # noqa: ASYNC110  (a budget has no event)
                await anyio.sleep(0.005)
            refused = await client.post(FLOW, content=body, headers=JSON)
            small = await client.post(FLOW, json={})
            goes_on.set()
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) >= 1
        assert "UNROLLED_MAX_BODIES_BYTES" in refused.json()["detail"]
        assert small.status_code == 200
        assert statuses == [200, 200]
        assert budget.held == 0


async def test_one_of_the_largest_always_fits(opened):
    async with opened(max_bodies_bytes=1) as client:
        answer = await client.post(FLOW, content=b"{}".ljust(2 * FREE), headers=JSON)
    assert answer.status_code == 200
