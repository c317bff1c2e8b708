"""The door between requests and the engine: off the event loop, cancellable, crash-proof."""

import asyncio
import os
import platform
import signal
import time
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import anyio.to_process
import anyio.to_thread
import pytest

from unrolled.app import compute, job
from unrolled.app.canonical import canonical
from unrolled.app.compute import Compute
from unrolled.app.errors import BadInput, ClientGone, JobFailed, TooSlow
from unrolled.app.outcome import Outcome
from unrolled.app.schemas import Experiment

pytestmark = pytest.mark.anyio

HEAVY = {"network": {"hidden_size": 256}, "sequence": {"steps": 1000}}
QUICK = {"network": {"hidden_size": 1}, "sequence": {"steps": 1}}


def experiment(fields):
    return canonical(Experiment.model_validate(fields))


def fail(experiment, packed, memory_bytes, most):
    raise RuntimeError("a bug")


def process_id(experiment, packed, memory_bytes, most):
    return Outcome("answer", str(os.getpid()).encode())


def one_thread(experiment, packed, memory_bytes, most):
    return Outcome("answer", os.environ["OPENBLAS_NUM_THREADS"].encode())


def page_faults(experiment, packed, memory_bytes, most):
    """How many a job costs once the worker has done a few of its kind."""
    import resource

    def faults():
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    for _ in range(10):
        job.answer(experiment)
    before = faults()
    for _ in range(10):
        job.answer(experiment)
    return Outcome("answer", str((faults() - before) // 10).encode())


def slow_process_id(experiment, packed, memory_bytes, most):
    time.sleep(0.3)
    return process_id(experiment, packed, memory_bytes, most)


def busy(experiment, packed, memory_bytes, most):
    """Compute until the test is over, which ends it."""
    end = time.monotonic() + 120.0
    while time.monotonic() < end:
        pass


async def gone_at_once():
    return


async def gone_soon():
    """After the job has begun and before it is over."""
    await anyio.sleep(0.1)


async def pids(door, count):
    found = set()

    async def one():
        found.add(await door.flow(experiment(QUICK), False, anyio.sleep_forever))

    async with anyio.create_task_group() as tasks:
        for _ in range(count):
            tasks.start_soon(one)
    return found


async def test_health_answers_while_a_heavy_oneruns(client, monkeypatch):
    monkeypatch.setattr(compute, "work", busy)
    order = []

    async def heavy(cancelled):
        try:
            await client.post("/api/v1/flow", json=HEAVY)
        finally:
            order.append("heavy")
            cancelled.set()

    done = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(heavy, done)
        for _ in range(20):
            answer = await client.get("/healthz")
            assert answer.status_code == 200
            order.append("health")
            await anyio.sleep(0.005)
        tasks.cancel_scope.cancel()
    assert order == ["health"] * 20 + ["heavy"]


async def test_the_engine_runs_in_another_process(monkeypatch):
    monkeypatch.setattr(compute, "work", process_id)
    found = await pids(Compute(2, 30.0), 6)
    assert str(os.getpid()).encode() not in found
    assert 1 <= len(found) <= 4  # at most two of this pool, beside those that were idle before


async def test_a_worker_has_one_blas_thread(monkeypatch):
    monkeypatch.setattr(compute, "work", one_thread)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")  # which the tests themselves set
    answer = await Compute(1, 30.0).flow(experiment(QUICK), False, anyio.sleep_forever)
    assert answer == os.environ["OPENBLAS_NUM_THREADS"].encode() == b"1"


async def test_a_worker_keeps_the_memory_that_it_needs_again(monkeypatch):
    monkeypatch.setattr(compute, "work", page_faults)
    usual = experiment({"network": {"hidden_size": 32}, "sequence": {"steps": 50}})
    found = int(await Compute(1, 30.0).flow(usual, False, anyio.sleep_forever))
    assert found < (100 if platform.libc_ver()[0] == "glibc" else 10_000)


async def test_a_request_takes_no_thread(client, monkeypatch):
    """What the service does beside it may."""
    asked = ContextVar("asked", default=False)
    run = anyio.to_thread.run_sync

    async def none_left(*args, **options):
        assert not asked.get(), "a thread"
        return await run(*args, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", none_left)
    asked.set(True)
    assert (await client.post("/api/v1/flow", json=QUICK)).status_code == 200


async def test_a_oneis_stopped_when_its_time_is_over():
    with pytest.raises(TooSlow):
        await Compute(1, 0.05).flow(experiment(HEAVY), False, anyio.sleep_forever)


async def test_the_time_limit_is_a_problem(opened):
    async with opened(job_seconds=0.05) as client:
        answer = await client.post("/api/v1/flow", json=HEAVY)
    assert answer.status_code == 504
    assert answer.headers["content-type"] == "application/problem+json"
    assert "0.05 seconds" in answer.json()["detail"]
    assert "UNROLLED_JOB_SECONDS" in answer.json()["detail"]


def broken_workers(monkeypatch, count, cause):
    """Let the first `count` workers break; what was tried, in a list that grows."""
    tried = []
    run = anyio.to_process.run_sync

    async def run_sync(*args, **options):
        tried.append(args)
        if len(tried) > count:
            return await run(*args, **options)
        raise anyio.BrokenWorkerProcess from cause

    monkeypatch.setattr(anyio.to_process, "run_sync", run_sync)
    return tried


async def test_workers_that_ended_while_idle_cost_no_answer(monkeypatch, caplog):
    tried = broken_workers(monkeypatch, 2, anyio.BrokenResourceError())
    answer = await Compute(2, 30.0).flow(experiment(QUICK), False, anyio.sleep_forever)
    assert answer.startswith(b"{")
    assert len(tried) == 3
    assert not caplog.records


@pytest.mark.parametrize(
    ("cause", "tries"),
    [
        (anyio.BrokenResourceError(), 3),  # two that may have been idle, and a new one
        (anyio.IncompleteRead(), 1),  # it had the job
    ],
)
async def test_a_job_is_not_tried_for_ever(monkeypatch, caplog, cause, tries):
    tried = broken_workers(monkeypatch, 9, cause)
    with pytest.raises(JobFailed):
        await Compute(2, 30.0).flow(experiment(QUICK), False, anyio.sleep_forever)
    assert len(tried) == tries
    assert "crashed" in caplog.text


def test_an_event_loop_that_was_left_and_entered_again_still_answers():
    """Leaving it ends the workers, and they are found so when it is entered again."""
    door = Compute(1, 30.0)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        for _ in range(3):
            one = door.flow(experiment(QUICK), False, anyio.sleep_forever)
            assert loop.run_until_complete(one).startswith(b"{")


async def test_the_time_to_try_again_follows_what_is_in_hand(monkeypatch):
    """No job has ended yet: what runs has taken a while already."""
    monkeypatch.setattr(compute, "work", busy)
    door = Compute(1, 60.0)
    assert door.retry_after == 1
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(door.flow, experiment(QUICK), False, anyio.sleep_forever)
        await anyio.wait_all_tasks_blocked()
        (begun,) = door._begun
        monkeypatch.setattr(time, "monotonic", lambda: begun + 7.5)
        assert door.retry_after == 8
        tasks.start_soon(door.flow, experiment(HEAVY), False, anyio.sleep_forever)
        await anyio.lowlevel.checkpoint()
        assert door.retry_after == 15
        monkeypatch.undo()
        tasks.cancel_scope.cancel()
    assert door.retry_after == 1


async def test_a_bug_in_the_engine_is_logged_and_not_told(monkeypatch):
    monkeypatch.setattr(job, "answer", lambda body, most: fail(body, False, 0, most))
    outcome = job_outcome(b"{}")
    assert outcome.kind == "failed"
    assert "a bug" in outcome.detail
    assert outcome.body == b""


def job_outcome(body):
    """`work` in this process, with the handler of Ctrl-C put back."""
    before = signal.getsignal(signal.SIGINT)
    try:
        return job.work(body, False, 2**40)
    finally:
        signal.signal(signal.SIGINT, before)


async def test_what_the_engine_refuses_crosses_as_data():
    with pytest.raises(BadInput) as caught:
        await Compute(1, 30.0).flow(experiment({"follow": 99}), False, anyio.sleep_forever)
    assert [error.pointer for error in caught.value.errors] == ["/follow"]


async def test_a_waiting_oneis_dropped_when_its_client_leaves():
    door = Compute(1, 30.0)
    ended = []

    async def first():
        await door.flow(experiment(HEAVY), False, anyio.sleep_forever)
        ended.append("first")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await anyio.sleep(0.05)
        with pytest.raises(ClientGone):
            await door.flow(experiment(QUICK), False, gone_at_once)
        assert ended == []
        tasks.cancel_scope.cancel()


async def test_a_heavy_oneis_stopped_when_its_client_leaves():
    door = Compute(1, 30.0)
    with pytest.raises(ClientGone):
        await door.flow(experiment(HEAVY), False, gone_soon)
    assert await door.flow(experiment(QUICK), False, anyio.sleep_forever)


async def test_a_quick_onedoes_not_cost_its_worker_when_its_client_leaves(monkeypatch):
    monkeypatch.setattr(compute, "GRACE", 30.0)
    monkeypatch.setattr(compute, "work", slow_process_id)
    door = Compute(1, 30.0)
    before = await door.flow(experiment(QUICK), False, anyio.sleep_forever)
    during = await door.flow(experiment(QUICK), False, gone_soon)
    after = await door.flow(experiment(QUICK), False, anyio.sleep_forever)
    assert before == during == after


async def test_a_client_that_disconnects_cancels_its_job(app):
    """As a server does it: the body, then http.disconnect while the job runs."""
    events = [
        {
            "type": "http.request",
            "body": b'{"network": {"hidden_size": 256}, "sequence": {"steps": 1000}}',
            "more_body": False,
        },
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive():
        if len(events) == 1:
            await gone_soon()
        return events.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": "/api/v1/flow", "raw_path": b"/api/v1/flow", "query_string": b"",
        "root_path": "", "scheme": "http", "server": ("unrolled", 80), "client": ("x", 1),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip
    await app(scope, receive, send)
    assert sent[0]["status"] == 499


async def test_many_requests_at_once(client):
    """More than there are workers: every one is answered with its own numbers."""
    answers = {}

    async def ask(steps):
        document = {"sequence": {"steps": steps}}
        answers[steps] = (await client.post("/api/v1/flow", json=document)).json()["steps"]

    async with anyio.create_task_group() as tasks:
        for steps in range(1, 31):
            tasks.start_soon(ask, steps)
    assert answers == {steps: steps for steps in range(1, 31)}


async def test_answers_are_compressed_for_clients_that_take_it(client):
    packed = await client.post("/api/v1/flow", json={})
    plain = await client.post("/api/v1/flow", json={}, headers={"accept-encoding": "identity"})
    refusing = await client.post("/api/v1/flow", json={}, headers={"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert packed.content == plain.content == refusing.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
