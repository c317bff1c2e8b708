"""Clients that are slow, endless or no browsers, at the socket of the real service."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from scripts import service
from tests.app.sockets import Client, check, head

URL, HEAD = 400, 1000


@pytest.fixture(scope="module")
def strict() -> Iterator[str]:
    """The service with small limits and no patience."""
    settings = {
        "UNROLLED_WORKERS": "1",
        "UNROLLED_REQUEST_SECONDS": "0.5",
        "UNROLLED_KEEP_ALIVE_SECONDS": "1",
        "UNROLLED_MAX_URL_BYTES": str(URL),
        "UNROLLED_MAX_HEADER_BYTES": str(HEAD),
    }
    with service.serving(settings=settings) as url:
        yield url


@pytest.fixture
def connect(strict):
    """`connect()`: a client of the strict service."""
    opened = []

    def new():
        opened.append(Client(strict))
        return opened[-1]

    yield new
    for client in opened:
        client.close()


# --- sizes ----------------------------------------------------------------------------------------


def filled(size):
    """A head whose header lines take exactly `size` bytes."""
    line = b"X: "
    return head(b"GET /healthz HTTP/1.1", line + b"x" * (size - len("Host: 127.0.0.1\r\nX: \r\n")))


def test_headers_at_the_limit_and_one_byte_above(connect):
    client = connect()
    client.send(filled(HEAD))
    assert client.answer()[0] == 200
    client.send(filled(HEAD + 1))
    assert str(HEAD) in check(client.answer(), 431)


def test_an_address_at_the_limit_and_one_byte_above(connect):
    client = connect()
    client.send(head(b"GET " + b"/healthz?".ljust(URL, b"x") + b" HTTP/1.1"))
    assert client.answer()[0] == 200
    client.send(head(b"GET " + b"/healthz?".ljust(URL + 1, b"x") + b" HTTP/1.1"))
    assert str(URL) in check(client.answer(), 414)


@pytest.mark.parametrize(
    ("begins", "status"),
    [(b"GET /", 414), (b"GET / HTTP/1.1\r\nX: ", 431), (b"GET / HTTP/1.1\r\nX", 431)],
    ids=["url", "value", "name"],
)
def test_a_head_without_end_is_cut_off(connect, begins, status):
    client = connect()
    client.send(begins)
    client.send(b"x" * (URL + HEAD))
    check(client.answer(), status)
    assert client.ends()


def test_headers_without_end_are_cut_off(connect):
    client = connect()
    client.send(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300)
    check(client.answer(), 431)
    assert client.ends()


def test_many_requests_at_once_are_no_large_head(connect):
    client = connect()
    body = b'{"sequence": {"steps": 2}}'
    request = head(
        b"POST /api/v1/flow HTTP/1.1",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
    )
    client.send((request + body) * 30)
    assert [client.answer()[0] for _ in range(30)] == [200] * 30


# --- slow clients ---------------------------------------------------------------------------------


def test_a_silent_client_is_left(connect):
    assert connect().ends()


@pytest.mark.parametrize("begins", [b"G", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_a_head_that_does_not_come(connect, begins):
    client = connect()
    client.send(begins)
    check(client.answer(), 408)
    assert client.ends()


def test_a_second_head_that_does_not_come(connect):
    client = connect()
    client.send(head())
    assert client.answer()[0] == 200
    client.send(b"GET / HT")
    check(client.answer(), 408)
    assert client.ends()


def test_empty_lines_between_requests_do_not_keep_the_connection(connect):
    client = connect()
    client.send(head())
    assert client.answer()[0] == 200
    client.send(b"\r\n")
    client.ends()


POST = (
    b"POST /api/v1/flow HTTP/1.1",
    b"Content-Type: application/json",
)


@pytest.mark.parametrize(
    ("line", "begins"),
    [(b"Content-Length: 100", b'{"a'), (b"Transfer-Encoding: chunked", b"2\r\n{}\r\n"),
     (b"Content-Length: 2", b"")],
)  # fmt: skip
def test_a_body_that_does_not_come(connect, line, begins):
    client = connect()
    client.send(head(*POST, line) + begins)
    detail = check(client.answer(), 408)
    assert "UNROLLED_REQUEST_SECONDS" in detail
    assert client.ends()


def test_a_body_that_goes_on_after_its_answer(connect):
    client = connect()
    client.send(head(b"POST /nothing HTTP/1.1", b"Content-Length: 1000000"))
    check(client.answer(), 404)
    client.socket.settimeout(0.05)
    assert dripping(client)


def dripping(client):
    """Send a byte now and then until the service ends the connection."""
    while True:
        try:
            client.send(b"x")
            if client.socket.recv(1) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True


def test_a_client_that_takes_no_answer_is_left(strict):
    """Small buffers, and many answers that nobody reads."""
    with closing(socket.socket()) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        address = urlsplit(strict)
        client.connect((address.hostname, address.port))
        client.settimeout(30)
        with pytest.raises(ConnectionError):
            asking_on(client)


def asking_on(client):
    """Ask without reading, until the service ends the connection."""
    while True:
        client.sendall(head(b"GET /openapi.json HTTP/1.1") * 20)


def test_others_are_answered_meanwhile(connect):
    slow = [connect() for _ in range(50)]
    for client in slow:
        client.send(head(*POST, b"Content-Length: 100") + b"{")
    quick = connect()
    quick.send(head())
    assert quick.answer()[0] == 200


# --- what is no HTTP, and paths -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  /\x00 HTTP/1.1\r\n\r\n",
        b"G\xff\xfe / HTTP/1.1\r\n\r\n",
        head(b"GET / HTTP/1.1", b"Content-Length: -1"),
        head(b"POST / HTTP/1.1", b"Content-Length: 1", b"Transfer-Encoding: chunked"),
        head(b"GET / HTTP/1.1", b"Bad Name: 1"),
        head(b"GET / HTTP/1.1", b"X: \x00"),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_request(connect, data):
    client = connect()
    client.send(data)
    check(client.answer(), 400)
    assert client.ends()


def test_no_host_and_another_host(connect):
    client = connect()
    client.send(b"GET / HTTP/1.1\r\n\r\n")
    check(client.answer(), 400)
    client.send(b"GET http://attacker.example/ HTTP/1.1\r\nHost: attacker.example\r\n\r\n")
    check(client.answer(), 421)


def test_a_websocket_is_a_request_like_any_other(connect):
    client = connect()
    client.send(
        head(
            b"GET /nothing HTTP/1.1",
            b"Connection: Upgrade",
            b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        )
    )
    check(client.answer(), 404)


def test_a_body_in_broken_chunks(connect):
    client = connect()
    client.send(head(*POST, b"Transfer-Encoding: chunked") + b"3\r\n{}\r\n")
    check(client.answer(), 400)
    assert client.ends()


def test_what_ends_a_body_is_counted_as_what_was_answered(connect):
    """Not as a client that has gone, though the application hears no more of it."""

    def counted():
        client = connect()
        client.send(head(b"GET /metrics HTTP/1.1"))
        found = re.findall(
            r'_requests_total\{method="POST",route="[^"]+",status="(\d+)"\} (\d+)',
            client.answer()[2].decode(),
        )
        return {int(status): int(count) for status, count in found}

    sent = head(*POST, b"Transfer-Encoding: chunked")
    for rest, status in ((b"3\r\n{}\r\n", 400), (b"2;" + b"x" * 2 * HEAD + b"\r\n", 431)):
        before, client = counted(), connect()
        client.send(sent + rest)
        check(client.answer(), status)
        after = counted()
        assert after[status] == before.get(status, 0) + 1
        assert after.get(499) == before.get(499)


PATHS = [
    b"/static/../app/main.py",
    b"/static/../../etc/passwd",
    b"/static/%2e%2e/app/main.py",
    b"/static/%2e%2e%2fapp%2fmain.py",
    b"/static/..%2fapp/main.py",
    b"/static/%252e%252e/app/main.py",
    b"/static/%252e%252e%252fapp/main.py",
    b"/static/..\\app\\main.py",
    b"/static/..%5capp%5cmain.py",
    b"/static/%c0%ae%c0%ae/app/main.py",
    b"/static/%e0%80%ae%e0%80%ae/app/main.py",
    b"/static/..%c0%af..%c0%afetc/passwd",
    b"/static/%00",
    b"/static/js/main.js%00",
    b"/static/js/main.js%00.css",
    b"/static/js/main.js/..",
    b"/static/js",
    b"/static/",
    b"/static//etc/passwd",
    b"/static/%2fetc%2fpasswd",
    b"/static/file:///etc/passwd",
    b"/static/000000000000/../../app/main.py",
    b"/static/000000000000/%2e%2e/%2e%2e/app/main.py",
    b"/static/" + b"a/" * 150,
    b"/static/%ff%fe",
    b"/static/\xef\xbc\x8e\xef\xbc\x8e/app/main.py",
    b"/static/CON",
    b"/static/.",
    b"/static/%",
    b"/static/%zz",
    b"/assets/../app/main.py",
    b"/assets/%2e%2e%2fapp%2fmain.py",
    b"/assets/..%5cmain.py",
    b"/assets/%00",
    b"//etc/passwd",
    b"/../../etc/passwd",
    b"/docs/../app/main.py",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_page(connect, path):
    client = connect()
    client.send(head(b"GET " + path + b" HTTP/1.1"))
    answer = client.answer()
    assert answer[0] in {400, 404}
    check(answer, answer[0])
    assert b"create_app" not in answer[2]
    assert b"root:" not in answer[2]
