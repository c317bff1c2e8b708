"""A worker that is slow, is killed or crashes costs its own request and no other."""

import os
import signal
import time

import anyio
import pytest

from unrolled.app import compute, job

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"
QUICK = {"network": {"hidden_size": 1}, "sequence": {"steps": 1}}


def sleep(experiment, packed, memory_bytes, most):
    time.sleep(60.0)


def be_killed(experiment, packed, memory_bytes, most):
    os.kill(os.getpid(), signal.SIGKILL)


def be_killed_by_small_ones(experiment, packed, memory_bytes, most):
    if b'"hidden_size":1,' in experiment:
        be_killed(experiment, packed, memory_bytes, most)
    return job.work(experiment, packed, memory_bytes, most)


def crash(experiment, packed, memory_bytes, most):
    os.abort()


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        (sleep, 504, "UNROLLED_JOB_SECONDS"),
        (be_killed, 507, "UNROLLED_MEMORY_BYTES"),
        (crash, 500, "failed"),
    ],
)
async def test_after_a_fault_comes_a_good_answer(opened, monkeypatch, fault, status, says):
    async with opened(job_seconds=3.0) as client:
        with monkeypatch.context() as patched:
            patched.setattr(compute, "work", fault)
            answer = await client.post(FLOW, json=QUICK)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert says in answer.json()["detail"]
        good = await client.post(FLOW, json=QUICK)
    assert good.status_code == 200
    assert good.json()["steps"] == 1


async def test_a_fault_costs_no_other_request(opened, monkeypatch):
    """One worker dies while the other computes."""
    monkeypatch.setattr(compute, "work", be_killed_by_small_ones)
    async with opened(workers=2) as client:
        answers = {}

        async def ask(name, body):
            answers[name] = await client.post(FLOW, json=body)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "good", {"network": {"hidden_size": 200}})
            tasks.start_soon(ask, "bad", QUICK)
    assert answers["bad"].status_code == 507
    assert answers["good"].status_code == 200
