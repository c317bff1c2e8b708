"""What is asked for twice at once is computed once, and who leaves takes nobody along."""

import anyio
import anyio.lowlevel
import pytest

from unrolled.app import compute
from unrolled.app.errors import BadInput, ClientGone, InputError, QueueFull
from unrolled.app.flights import Flights
from unrolled.app.job import work
from unrolled.app.outcome import Outcome

pytestmark = pytest.mark.anyio

KEY = ("tag", False)
FLOW = "/api/v1/flow"


class Computation:
    """Counts how often it is begun; answers when it is told to."""

    def __init__(self, error=None):
        self.begun = 0
        self.abandoned = 0
        self.may_end = anyio.Event()
        self.error = error

    async def start(self, nobody):
        self.begun += 1
        async with anyio.create_task_group() as tasks:

            async def leave():
                await nobody()
                self.abandoned += 1
                tasks.cancel_scope.cancel()

            tasks.start_soon(leave)
            await self.may_end.wait()
            tasks.cancel_scope.cancel()
        if self.error:
            raise self.error
        return b"answer"


async def ask(flights, one, got, gone=anyio.sleep_forever, key=KEY):
    try:
        got.append(await flights.share(key, one.start, gone, 1))
    except (ClientGone, BadInput, QueueFull) as error:
        got.append(type(error))


async def test_many_share_one_computation():
    flights, one = Flights(9), Computation()
    got: list[object] = []
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask, flights, one, got)
        await anyio.wait_all_tasks_blocked()
        one.may_end.set()
    assert got == [b"answer"] * 5
    assert one.begun == 1
    await ask(flights, one, got)
    assert one.begun == 2, "what has ended is not shared"


async def test_other_keys_have_computations_of_their_own():
    flights, one = Flights(9), Computation()
    got: list[object] = []
    async with anyio.create_task_group() as tasks:
        for key in (KEY, ("tag", True), ("other", False)):
            tasks.start_soon(ask, flights, one, got, anyio.sleep_forever, key)
        await anyio.wait_all_tasks_blocked()
        one.may_end.set()
    assert one.begun == 3


@pytest.mark.parametrize("leaver", [0, 1])
async def test_who_leaves_takes_nobody_along(leaver):
    flights, one = Flights(9), Computation()
    got: list[object] = []
    left = anyio.Event()
    async with anyio.create_task_group() as tasks:
        for n in range(3):
            tasks.start_soon(
                ask, flights, one, got, left.wait if n == leaver else anyio.sleep_forever
            )
            await anyio.wait_all_tasks_blocked()
        left.set()
        while not got:
            await anyio.lowlevel.checkpoint()
        await anyio.wait_all_tasks_blocked()
        assert got == [ClientGone]
        assert one.abandoned == 0
        one.may_end.set()
    assert got == [ClientGone, b"answer", b"answer"]


async def test_who_is_cancelled_takes_nobody_along():
    flights, one = Flights(9), Computation()
    got: list[object] = []
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as first:
            tasks.start_soon(ask, flights, one, got)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(cancel_soon, first)
            await ask(flights, one, got)
        assert first.cancelled_caught
        assert one.abandoned == 0
        one.may_end.set()
    assert got == [b"answer"]


async def cancel_soon(scope):
    await anyio.wait_all_tasks_blocked()
    scope.cancel()


async def test_it_is_abandoned_when_the_last_one_leaves():
    flights, one = Flights(9), Computation()
    got: list[object] = []
    left = anyio.Event()
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(ask, flights, one, got, left.wait)
        await anyio.wait_all_tasks_blocked()
        left.set()
    await anyio.wait_all_tasks_blocked()
    assert got == [ClientGone, ClientGone]
    assert one.abandoned == 1
    another = Computation()
    another.may_end.set()
    await ask(flights, another, got)
    assert got[-1] == b"answer"


async def test_all_hear_what_went_wrong():
    one = Computation(BadInput([InputError((), "no")]))
    got: list[object] = []
    flights = Flights(9)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(ask, flights, one, got)
        await anyio.wait_all_tasks_blocked()
        one.may_end.set()
    assert got == [BadInput, BadInput]


async def test_so_many_may_join_and_no_more():
    flights, one = Flights(2), Computation()
    got: list[object] = []
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(ask, flights, one, got)
        await anyio.wait_all_tasks_blocked()
        assert got == [QueueFull]
        one.may_end.set()
    assert got == [QueueFull] + [b"answer"] * 3
    tasks_of_another = Computation()
    tasks_of_another.may_end.set()
    await ask(flights, tasks_of_another, got)
    assert got[-1] == b"answer", "who has left makes room"


def noted(experiment, packed, memory_bytes, most):
    """A job that leaves a line in a file, whose name stands in the text."""
    import json
    import time
    from pathlib import Path

    with Path(json.loads(experiment)["sequence"]["text"]).open("a") as file:
        file.write("computed\n")
    time.sleep(0.5)
    return Outcome("answer", work(experiment, packed, memory_bytes).body)


async def test_identical_requests_are_computed_once(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(compute, "work", noted)
    path = tmp_path / "jobs"
    body = {"sequence": {"kind": "text", "text": str(path)}}
    same = body | {"clip": {"rule": "none"}}
    answers = []

    async def one(client, experiment):
        answers.append(await client.post(FLOW, json=experiment))

    async with opened() as client, anyio.create_task_group() as tasks:
        for experiment in (body, same, body):
            tasks.start_soon(one, client, experiment)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1
    assert path.read_text() == "computed\n"
