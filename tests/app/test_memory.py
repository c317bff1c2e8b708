"""A job that needs more memory than it may costs its own request and no other."""

import mmap
import os
import platform
import signal
import subprocess
import sys
import textwrap
from functools import partial, wraps
from pathlib import Path

import anyio
import numpy as np
import pytest

from unrolled.app import compute, job, memory
from unrolled.app.encoding import gzip
from unrolled.app.outcome import Outcome

FLOW = "/api/v1/flow"
QUICK = {"network": {"hidden_size": 1}, "sequence": {"steps": 1}}
MEGABYTE = 2**20


def in_new_processes(test):
    """An idle worker of another test would do these jobs, however large it is already."""

    @wraps(test)
    def run(**given):
        anyio.run(partial(test, **given))

    return run


def fill_memory(experiment, most=None):
    return np.ones(100 * MEGABYTE, np.int8).tobytes()


def exhaust(experiment, packed, memory_bytes, most):
    """The engine needs more than there is."""
    answer, job.answer = job.answer, fill_memory
    try:
        return job.work(experiment, packed, memory_bytes, most)
    finally:
        job.answer = answer


def too_long(experiment, packed, memory_bytes, most):
    """The answer fits, its copy on the way out does not."""
    body = b"0" * (60 * MEGABYTE)
    memory.limit(memory_bytes)
    return Outcome("answer", body)


def said(text, packed):
    return Outcome("answer", gzip(text.encode()) if packed else text.encode())


def worker_of(experiment, packed, memory_bytes, most):
    return said(str(os.getpid()), packed)


def up_to_the_limit(experiment, packed, memory_bytes, most):
    """Pages to a megabyte below the limit and above it; malloc would use free ones first."""
    memory.limit(memory_bytes)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    free = memory._at_first() + memory_bytes - pages * os.sysconf("SC_PAGE_SIZE")
    mmap.mmap(-1, free - MEGABYTE).close()
    try:
        mmap.mmap(-1, free + MEGABYTE).close()
    except OSError:
        return said("refused", packed)
    return said("taken", packed)


@pytest.mark.parametrize("fault", [exhaust, too_long])
@in_new_processes
async def test_after_it_comes_a_good_answer(opened, monkeypatch, fault):
    async with opened(memory_bytes=64 * MEGABYTE) as client:
        with monkeypatch.context() as patched:
            patched.setattr(compute, "work", fault)
            answer = await client.post(FLOW, json=QUICK)
        assert answer.status_code == 507, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "67108864 bytes" in answer.json()["detail"]
        assert "UNROLLED_MEMORY_BYTES" in answer.json()["detail"]
        good = await client.post(FLOW, json=QUICK)
    assert good.status_code == 200
    assert good.json()["steps"] == 1


@in_new_processes
async def test_an_experiment_that_needs_more_memory_than_allowed(opened):
    async with opened(memory_bytes=64 * MEGABYTE) as client:
        large = {"network": {"hidden_size": 8}, "sequence": {"steps": 400, "batch_size": 256}}
        answer = await client.post(FLOW, json=large)
        assert answer.status_code == 507
        assert (await client.post(FLOW, json=QUICK)).status_code == 200


@in_new_processes
async def test_the_memory_limit_is_where_it_is_said_to_be(opened, monkeypatch):
    monkeypatch.setattr(compute, "work", up_to_the_limit)
    async with opened(memory_bytes=256 * MEGABYTE) as client:
        answer = await client.post(FLOW, json=QUICK)
    assert answer.text == "refused"


@in_new_processes
async def test_a_worker_outlives_a_memory_error(opened, monkeypatch):
    """Nothing is broken, so that the next request need not wait for a new process."""
    async with opened(memory_bytes=64 * MEGABYTE, cache_bytes=0) as client:
        monkeypatch.setattr(compute, "work", worker_of)
        before = (await client.post(FLOW, json=QUICK)).content
        monkeypatch.setattr(compute, "work", too_long)
        assert (await client.post(FLOW, json=QUICK)).status_code == 507
        monkeypatch.setattr(compute, "work", worker_of)
        assert (await client.post(FLOW, json=QUICK)).content == before


def faults_of(keeps):
    """Pages that the kernel hands to a process which takes and frees 16 MB twenty times."""
    script = f"""
        import resource
        import numpy as np
        from unrolled.app import memory
        if {keeps}:
            memory.keep()
        for turn in range(25):
            if turn == 5:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            arrays = [np.ones(2**18) for _ in range(8)]
            del arrays
        print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def test_a_worker_keeps_what_it_has_freed():
    kept = 10 * faults_of(keeps=True) < faults_of(keeps=False)
    assert kept == (platform.libc_ver()[0] == "glibc")  # mallopt is glibc's


def test_every_job_begins_so(monkeypatch):
    done = []
    for room, name in ((signal, "signal"), (job, "end_with_parent"), (memory, "limit")):
        monkeypatch.setattr(room, name, lambda *_: None)

    def answer(*_):
        done.append("answer")
        return b""

    monkeypatch.setattr(memory, "keep", lambda: done.append("keep"))
    monkeypatch.setattr(job, "answer", answer)
    job.work(b"", False, 0)
    assert done == ["keep", "answer"]
