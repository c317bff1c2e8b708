"""A worker that is killed, crashes or runs out of memory costs its own request and no other."""

import os
import signal
import time
from pathlib import Path

import anyio
import numpy as np
import pytest

from app import compute, job, memory
from app.encoding import gzip

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"
QUICK = {"network": {"hidden_size": 1}, "sequence": {"steps": 1}}
MEGABYTE = 2**20


def sleep(experiment, packed, memory_bytes):
    time.sleep(60.0)


def be_killed(experiment, packed, memory_bytes):
    os.kill(os.getpid(), signal.SIGKILL)


def crash(experiment, packed, memory_bytes):
    os.abort()


def fill_memory(experiment):
    return np.ones(100 * MEGABYTE, np.int8).tobytes()


def exhaust(experiment, packed, memory_bytes):
    """The engine needs more than there is."""
    answer, job.answer = job.answer, fill_memory
    try:
        return job.work(experiment, packed, memory_bytes)
    finally:
        job.answer = answer


def too_long(experiment, packed, memory_bytes):
    """The answer fits, its copy on the way out does not."""
    body = b"0" * (60 * MEGABYTE)
    memory.limit(memory_bytes)
    return job.Outcome("answer", body)


def said(text, packed):
    return job.Outcome("answer", gzip(text.encode()) if packed else text.encode())


def worker_of(experiment, packed, memory_bytes):
    return said(str(os.getpid()), packed)


def as_large_as_may(experiment, packed, memory_bytes):
    """An address space that is filled to a megabyte below the limit, and one above it."""
    memory.limit(memory_bytes)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    free = memory._at_first() + memory_bytes - pages * os.sysconf("SC_PAGE_SIZE")
    np.empty(free - MEGABYTE, np.int8)
    try:
        np.empty(free + MEGABYTE, np.int8)
    except MemoryError:
        return said("refused", packed)
    return said("taken", packed)


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        (sleep, 504, "UNROLLED_JOB_SECONDS"),
        (be_killed, 500, "failed"),
        (crash, 500, "failed"),
        (exhaust, 507, "UNROLLED_MEMORY_BYTES"),
        (too_long, 507, "67108864 bytes"),
    ],
)
async def test_after_a_fault_comes_a_good_answer(opened, monkeypatch, fault, status, says):
    limits = {"job_seconds": 3.0, "memory_bytes": 64 * MEGABYTE}
    async with opened(**limits) as client:
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
    async with opened(workers=2) as client:
        answers = {}

        async def ask(name, body):
            answers[name] = await client.post(FLOW, json=body)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "good", {"network": {"hidden_size": 200}})
            await anyio.sleep(0.02)
            monkeypatch.setattr(compute, "work", be_killed)
            tasks.start_soon(ask, "bad", QUICK)
    assert answers["bad"].status_code == 500
    assert answers["good"].status_code == 200


async def test_an_experiment_that_needs_more_memory_than_allowed(opened):
    async with opened(memory_bytes=64 * MEGABYTE) as client:
        large = {"network": {"hidden_size": 8}, "sequence": {"steps": 400, "batch_size": 256}}
        answer = await client.post(FLOW, json=large)
        assert answer.status_code == 507
        assert (await client.post(FLOW, json=QUICK)).status_code == 200


async def test_the_memory_limit_is_where_it_is_said_to_be(opened, monkeypatch):
    monkeypatch.setattr(compute, "work", as_large_as_may)
    async with opened(memory_bytes=256 * MEGABYTE) as client:
        answer = await client.post(FLOW, json=QUICK)
    assert answer.text == ("refused" if memory.LIMITED else "taken")


async def test_a_worker_outlives_a_memory_error(opened, monkeypatch):
    """Nothing is broken, so that the next request need not wait for a new process."""
    async with opened(memory_bytes=64 * MEGABYTE, cache_bytes=0) as client:
        monkeypatch.setattr(compute, "work", worker_of)
        before = (await client.post(FLOW, json=QUICK)).content
        monkeypatch.setattr(compute, "work", too_long)
        assert (await client.post(FLOW, json=QUICK)).status_code == 507
        monkeypatch.setattr(compute, "work", worker_of)
        assert (await client.post(FLOW, json=QUICK)).content == before
