"""One client cannot take the service down: what it holds and how it answers others meanwhile."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from tests.app import attacks
from tests.app.test_process import children, living, started
from unrolled.app.memory import LIMITED

# One service for all, and never two of these tests at once.
MEGABYTE = 2**20
GIGABYTE = 2**30
HEALTHZ = 0.5
GROWN = 150 * MEGABYTE
SECONDS = float(os.environ.get("UNROLLED_WALL_SECONDS", "5"))
"""How long everything is done at once."""


@pytest.fixture(scope="module")
def service():
    """Process and address of a service with little patience, which has seen a large body."""
    with started(WORKERS="2", REQUEST_SECONDS="3") as (process, url):
        assert attacks.post(url, attacks.explicit(200_000))[0] == 200
        settled(process.pid)
        yield process.pid, url


def settled(pid):
    """Wait until the files are packed: the process then neither grows nor shrinks."""
    before, now = 0, 1
    while before != now:
        time.sleep(0.5)
        before, now = now, attacks.resident(pid)


@contextmanager
def unharmed(service, grown=GROWN):
    """Others are answered while the block runs, and the process does not grow."""
    pid, url = service
    with attacks.watched(url, pid) as seen:
        yield url
    assert seen["healthz"] <= HEALTHZ, seen
    assert seen["grown"] <= grown, seen
    assert attacks.post(url, b'{"sequence": {"steps": 2}}')[0] == 200


@pytest.mark.parametrize("stream", attacks.AROUND)
def test_what_comes_around_a_body_is_bounded(service, stream):
    with unharmed(service, 16 * MEGABYTE) as url:
        stream(url, 24 * MEGABYTE)


def test_what_comes_around_a_body_is_refused(service):
    _, url = service
    long = b"x" * 40_000
    for end in (
        b"0\r\n" + b"X-T: y\r\n" * 5000,
        b"0\r\nX: " + long,
        b"2;" + long,
        b"1\r\n \r\n" * 20_000,
        b"3\r\n   \r\n" * 20_000,
        (b"1;" + long[:38] + b"\r\n \r\n") * 1000,
    ):
        with attacks.connected(url) as client:
            client.sendall(attacks.CHUNKED + end)
            assert attacks.answer(client)[0] == 431


@pytest.mark.parametrize(
    ("head", "trailer", "status"),
    [
        (attacks.HOST, attacks.TYPE, 415),
        (attacks.TYPE, attacks.HOST, 400),
        (attacks.HOST + attacks.TYPE, b"Accept-Encoding: gzip\r\n", 200),
    ],
    ids=["type", "host", "encoding"],
)
def test_a_trailer_is_no_header(service, head, trailer, status):
    """Not even where all of it is there before the request is looked at."""
    _, url = service
    with attacks.connected(url) as client:
        client.sendall(attacks.LINE + head + attacks.BODY + b"0\r\n" + trailer + b"\r\n")
        received, headers = attacks.answer(client)
    assert received == status
    assert "content-encoding" not in headers


def test_requests_whose_answers_nobody_reads(service):
    with unharmed(service, 16 * MEGABYTE) as url:
        assert attacks.pipeline(url, 34 * MEGABYTE) < 30 * MEGABYTE


def test_thousands_of_requests_at_once_are_answered_in_order(service):
    _, url = service
    asked = [("/healthz", 200), ("/nothing", 404), ("/api/v1/flow", 405)] * 1000
    with attacks.connected(url) as client:
        sent = "".join(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for path, _ in asked)
        sender = threading.Thread(target=client.sendall, args=(sent.encode(),))
        sender.start()
        with client.makefile("rb") as read:
            found = [read_status(read) for _ in asked]
        sender.join()
    assert found == [status for _, status in asked]


def test_what_is_no_request_behind_one_that_is(service):
    """It is refused when its turn comes."""
    _, url = service
    health = b"GET /healthz HTTP/1.1\r\n" + attacks.HOST + b"\r\n"
    with attacks.connected(url) as client, client.makefile("rb") as read:
        client.sendall(attacks.CHUNKED + b"0\r\n\r\n" + health + b"junk\r\n\r\n")
        assert [read_status(read) for _ in range(3)] == [200, 200, 400]
        assert read.read() == b""


def test_a_body_that_would_be_read_as_a_request(service):
    """The parser takes what follows an upgrade for another protocol."""
    _, url = service
    lines = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 18\r\n\r\n"
    with attacks.connected(url) as client, client.makefile("rb") as read:
        client.sendall(attacks.POST + lines + b"GET / HTTP/1.1\r\n\r\n")
        assert read_status(read) == 400
        assert read.read() == b""


def read_status(read):
    """The status of one answer."""
    status, length = int(read.readline().split()[1]), 0
    while line := read.readline().strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    read.read(length)
    return status


def test_large_bodies_at_once_have_a_budget(service):
    body = attacks.explicit(4_100_000)
    head = attacks.POST + b"Content-Length: %d\r\n\r\n" % len(body)
    with unharmed(service) as url, ExitStack() as stack:
        clients = [stack.enter_context(attacks.connected(url)) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda client: client.sendall(head + body[:-1]), clients))
            time.sleep(0.3)
            small = attacks.post(url, b'{"sequence": {"steps": 3}}')
            for client in clients:
                client.sendall(body[-1:])
            answers = list(pool.map(attacks.answer, clients))
    statuses = [status for status, _ in answers]
    assert small[0] == 200
    assert statuses.count(503) == 4, statuses
    assert all(int(headers["retry-after"]) for status, headers in answers if status == 503)
    assert set(statuses) <= {200, 503}


@pytest.mark.parametrize(
    "body", [attacks.names, attacks.rows, attacks.nested, attacks.ones], ids=lambda f: f.__name__
)
def test_bodies_of_many_elements_hold_up_nobody(service, body):
    """Two connections that send one again and again."""
    sent = body()
    assert len(sent) <= attacks.LARGEST
    end = time.monotonic() + 1.0
    statuses = set()

    def repeat():
        while time.monotonic() < end:
            statuses.add(attacks.post(url, sent)[0])

    with unharmed(service) as url:
        together(repeat, repeat)
    assert statuses <= {400, 422}


def together(*acts):
    """Do all at once, and wait; what fails in one fails here."""
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


def test_everything_at_once_in_a_gigabyte():
    large = attacks.explicit(4_100_000)
    bodies = [attacks.names(), attacks.rows(), attacks.nested(), attacks.ones()]
    with started(WORKERS="2", REQUEST_SECONDS="3") as (process, url):
        workers = children(process.pid)
        limit([process.pid, *workers])
        assert attacks.post(url, large)[0] == 200
        settled(process.pid)
        end = time.monotonic() + SECONDS

        def again(act, *given):
            def repeat():
                while time.monotonic() < end:
                    act(url, *given)

            return repeat

        streams = (*attacks.AROUND, attacks.pipeline)
        with unharmed((process.pid, url)):
            together(
                *(again(stream, 34 * MEGABYTE) for stream in streams),
                *(again(attacks.post, body) for body in bodies),
                *[again(attacks.post, large)] * 8,
            )
        assert attacks.post(url, large)[0] == 200
        assert process.poll() is None
        assert living(workers) == workers


def limit(pids):
    """Let processes have a gigabyte each, where the system can."""
    if LIMITED:
        import resource

        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_AS, (GIGABYTE, GIGABYTE))
