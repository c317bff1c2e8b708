"""Workers that crash or are killed: what it costs, and what is said of it."""

import os
import signal

import anyio
import pytest

from unrolled.app import compute
from unrolled.app.canonical import canonical
from unrolled.app.compute import Compute
from unrolled.app.errors import CannotStart, JobFailed, TooLarge
from unrolled.app.schemas import Experiment

pytestmark = pytest.mark.anyio

QUICK = {"network": {"hidden_size": 1}, "sequence": {"steps": 1}}


def experiment(fields):
    return canonical(Experiment.model_validate(fields))


def crash(experiment, packed, memory_bytes, most):
    os._exit(3)


def interrupted(experiment, packed, memory_bytes, most):
    """As by who ends a whole group of processes."""
    os.kill(os.getpid(), signal.SIGTERM)


def killed(experiment, packed, memory_bytes, most):
    """As the kernel does it where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


async def test_a_crash_takes_only_its_own_answer(monkeypatch, caplog):
    door = Compute(1, 30.0)
    with monkeypatch.context() as patched:
        patched.setattr(compute, "work", crash)
        with pytest.raises(JobFailed):
            await door.flow(experiment(QUICK), False, anyio.sleep_forever)
        assert "crashed" in caplog.text
        patched.setattr(compute, "work", killed)
        with pytest.raises(TooLarge):
            await door.flow(experiment(QUICK), False, anyio.sleep_forever)
    assert "killed" in caplog.text
    assert (await door.flow(experiment(QUICK), False, anyio.sleep_forever)).startswith(b"{")


async def test_a_crash_is_a_problem(opened, monkeypatch, caplog):
    monkeypatch.setattr(compute, "work", crash)
    async with opened() as client:
        answer = await client.post("/api/v1/flow", json=QUICK)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "crash" not in answer.text
    assert "crashed" in caplog.text


async def test_a_worker_that_was_killed_is_a_problem(opened, monkeypatch):
    monkeypatch.setattr(compute, "work", killed)
    async with opened() as client:
        answer = await client.post("/api/v1/flow", json=QUICK)
    assert answer.status_code == 507
    assert answer.headers["content-type"] == "application/problem+json"
    assert "UNROLLED_MEMORY_BYTES" in answer.json()["detail"]
    assert "more than" not in answer.json()["detail"]  # nobody knows how much it needed


async def test_who_stops_the_service_as_it_starts_reads_nothing_of_memory(opened, monkeypatch):
    monkeypatch.setattr(compute, "work", interrupted)
    async with opened() as client:
        with pytest.raises(ExceptionGroup) as caught:
            async with client._transport.app.router.lifespan_context(client._transport.app):
                raise AssertionError("started all the same")
    assert caught.group_contains(CannotStart, match="cannot compute: it was interrupted$")


async def test_a_service_that_cannot_compute_does_not_start(opened, monkeypatch, caplog):
    monkeypatch.setattr(compute, "work", crash)
    async with opened() as client:
        app = client._transport.app
        with pytest.raises(ExceptionGroup) as caught:
            async with app.router.lifespan_context(app):
                raise AssertionError("started all the same")
        assert caught.group_contains(CannotStart, match="it ends before it has an answer")
        sent = []
        received = [{"type": "lifespan.startup"}]

        async def receive():
            return received.pop(0)

        async def send(message):
            sent.append(message)

        await app({"type": "lifespan", "state": {}}, receive, send)
    (said,) = sent
    assert said["type"] == "lifespan.startup.failed"
    assert "UNROLLED_MEMORY_BYTES" in said["message"]
    assert "\n" not in said["message"]
    assert "unrolled" not in {record.name for record in caplog.records}
