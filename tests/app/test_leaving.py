"""Clients that go in the middle, and addresses that the parser reads no further."""

import http.client
import json
import re
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import IO
from urllib.parse import urlsplit

import httpx
import pytest

from scripts import service


def head(first: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join([first, b"Host: 127.0.0.1", *lines, b"", b""])


def connected(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=30)


@pytest.fixture(scope="module")
def usual() -> Iterator[tuple[str, IO[bytes]]]:
    """The service with its own limits, and what it writes."""
    port = service.unused_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*service.CHECKOUT, "--port", str(port)],
            cwd=service.ROOT,
            env=service.without_settings() | {"UNROLLED_WORKERS": "1"},
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    httpx.get(f"{url}/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield url, log
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("size", [9_000, 30_000, 70_000, 200_000])
@pytest.mark.parametrize("pieces", [1, 3])
def test_an_address_of_any_length_is_too_long(usual, size, pieces):
    with connected(usual[0]) as client:
        whole = head(b"GET /?" + b"x" * size + b" HTTP/1.1")
        step = -(-len(whole) // pieces)
        for start in range(0, len(whole), step):
            client.sendall(whole[start : start + step])
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.status == 414
        assert answer.headers["content-type"] == "application/problem+json"
        document = json.load(answer)
    assert document["status"] == 414
    assert "address" in document["detail"]


def test_clients_that_go_leave_no_error_in_the_log(usual):
    url, log = usual
    head_only = head(b"POST /api/v1/flow HTTP/1.1", b"Content-Type: application/json")[:-2]
    body = json.dumps({"network": {"hidden_size": 200}, "sequence": {"steps": 500}}).encode()
    plotly = re.search(rb"/assets/plotly[^\"]+", httpx.get(url).content)
    assert plotly is not None
    for sent in (
        b"POST /api",
        head_only + b"Content-Length: 100\r\n\r\n{",
        head_only + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        head_only + b"Content-Length: %d\r\n\r\n%s" % (len(body), body),
        head(b"GET " + plotly[0] + b" HTTP/1.1"),
        head(b"GET /static/js/main.js HTTP/1.1") * 20,
        head(b"GET / HTTP/1.1") * 5,
    ):
        for reset in (False, True):
            client = connected(url)
            client.sendall(sent)
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
    assert httpx.post(f"{url}/api/v1/flow", json={}).status_code == 200
    log.seek(0)
    lines = [json.loads(line) for line in log.read().splitlines()]
    assert [line for line in lines if line["level"] == "error" or "exception" in line] == []
