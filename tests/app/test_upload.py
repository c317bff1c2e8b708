"""How a form with a file is read: a piece at a time, and refused where it is none."""

import os
import signal

import pytest

from tests.app.networks import NETWORKS, safetensors, sent, torch_arrays
from unrolled.app import compute
from unrolled.app.outcome import Outcome

pytestmark = pytest.mark.anyio

FILE = safetensors(torch_arrays(hidden=6))
EDGE = b"--edge"
TYPE = "multipart/form-data; boundary=edge"


def part(name, body=b"", filename=None):
    said = f'Content-Disposition: form-data; name="{name}"'
    said += f'; filename="{filename}"' if filename is not None else ""
    return EDGE + b"\r\n" + said.encode() + b"\r\n\r\n" + body + b"\r\n"


END = EDGE + b"--\r\n"
GOOD = part("file", FILE, "a.bin")


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"{}", "application/json", 415, "multipart/form-data"),
        (GOOD + END, "multipart/form-data", 415, "boundary"),
        (b"", "", 415, "received ''"),
        (b"", TYPE, 400, "cut off"),
        (b"nothing of a form", TYPE, 400, "no multipart"),
        (GOOD, TYPE, 400, "cut off"),
        (END, TYPE, 422, "/file: missing"),
        (part("name", b"a") + END, TYPE, 422, "/file: missing"),
        (GOOD + GOOD + END, TYPE, 422, "two files"),
        (GOOD + part("other", b"a") + END, TYPE, 422, "allowed: file, name"),
        (GOOD + part("name", b"a") * 2 + END, TYPE, 422, "twice"),
        (GOOD + part("name", b"a" * 201) + END, TYPE, 422, "200 characters"),
        (GOOD + part("name", b"a" * 5000) + END, TYPE, 422, "4096 bytes"),
        (GOOD + part("name", b"\xff") + END, TYPE, 422, "UTF-8"),
        (GOOD + part("name", b"a\0") + END, TYPE, 422, "none of them 0"),
        (EDGE + b"\r\nContent-Type: a\r\n\r\nb\r\n" + END, TYPE, 422, "unknown field"),
        (EDGE + b"\r\n" + b"A: b\r\n" * 5_000 + b"\r\n" + END, TYPE, 400, "no multipart"),
        (GOOD + END, f"{TYPE}{'x' * 300}", 400, "no multipart"),
    ],
)
async def test_a_form_that_is_none_is_refused(client, body, kind, status, words):
    answer = await client.post(NETWORKS, content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


async def test_a_name_is_given_or_that_of_the_file(kept):
    async with kept() as client:
        answer = await sent(client, FILE, "C:\\models\\ab.safetensors")
        assert answer.json()["name"] == "ab.safetensors"
        await client.delete(answer.headers["location"])
        answer = await sent(client, FILE, "a.npz", name="mine")
        assert answer.json()["name"] == "mine"


def left(folder):
    return sorted(one.name for one in (folder / "data").iterdir())


def crash(folder, memory_bytes):
    os.kill(os.getpid(), signal.SIGSEGV)


def killed(folder, memory_bytes):
    os.kill(os.getpid(), signal.SIGKILL)


def broken(folder, memory_bytes):
    return Outcome("failed", detail="a traceback")


def large(folder, memory_bytes):
    return Outcome("large")


@pytest.mark.parametrize(
    ("fault", "words"),
    [(crash, "a crash"), (killed, "bytes of memory"), (broken, "a crash"), (large, "memory")],
)
async def test_whatever_ends_the_reading_is_the_files_fault(
    kept, monkeypatch, tmp_path, fault, words
):
    async with kept() as client:
        with monkeypatch.context() as patched:
            patched.setattr(compute, "read_file", fault)
            answer = await sent(client, FILE)
        assert answer.status_code == 422, answer.text
        assert words in answer.json()["detail"]
        assert (await sent(client, FILE)).status_code == 201
        assert left(tmp_path) == ["runs.sqlite3"]


async def test_a_file_that_takes_too_long_is_refused(kept, monkeypatch):
    async with kept(job_seconds=0.001) as client:
        answer = await sent(client, FILE)
    assert answer.status_code == 422
    assert "more than 0.001 s" in answer.json()["detail"]


async def test_no_more_files_arrive_than_may(kept):
    async with kept() as client:
        uploads = client._transport.app.state.uploads
        for n in range(int(uploads.total_tokens)):
            uploads.acquire_on_behalf_of_nowait(n)
        answer = await sent(client, FILE)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"])
