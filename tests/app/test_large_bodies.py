"""A body over the limit reaches every client as its 413, also one that is still sending."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from unrolled.app.connection import LINGER_BYTES

FLOW = "/api/v1/flow"
LARGE = 64 * 10**6
JSON = {"Content-Type": "application/json"}


def by_urllib(server):
    """It asks to close the connection, sends everything, and only then reads."""
    request = urllib.request.Request(server + FLOW, b"x" * LARGE, JSON)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    with caught.value as answer:
        return answer.code, json.load(answer)


def by_http_client(server):
    """It keeps the connection."""
    with closing(http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)) as connection:
        connection.request("POST", FLOW, b"x" * LARGE, JSON)
        with connection.getresponse() as answer:
            found = answer.status, json.load(answer)
        connection.request("GET", "/healthz")
        with connection.getresponse() as answer:
            assert answer.status == 200, "the connection is still of use"
        return found


def by_chunks(server):
    """It does not announce how much it sends."""
    with closing(http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)) as connection:
        pieces = (b"x" * 2**16 for _ in range(LARGE // 2**16))
        connection.request("POST", FLOW, pieces, JSON | {"Connection": "close"})
        with connection.getresponse() as answer:
            return answer.status, json.load(answer)


def by_curl(server):
    command = ["curl", "-sS", "-H", "Content-Type: application/json", "-w", "\n%{http_code}"]
    done = subprocess.run(
        [*command, "-H", "Expect:", "--data-binary", "@-", server + FLOW],
        input=b"x" * LARGE,
        capture_output=True,
        timeout=60,
        check=True,
    )
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), json.loads(body)


CLIENTS = [by_urllib, by_http_client, by_chunks]
CLIENTS += [by_curl] if shutil.which("curl") else []


def memory(server):
    with urllib.request.urlopen(f"{server}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    value = next(line for line in lines if line.startswith("process_resident_memory_bytes "))
    return float(value.split()[1])


def settled(server):
    """The memory when the files are packed, which takes some tens of megabytes for a moment."""
    before, now = 0.0, memory(server)
    while before != now:
        time.sleep(0.5)
        before, now = now, memory(server)
    return now


@pytest.mark.parametrize("send", CLIENTS)
def test_the_answer_arrives(server, send):
    status, document = send(server)
    assert status == document["status"] == 413
    assert document["detail"].startswith("received a body of ")
    assert re.search(
        r"^received a body of (at least )?\d+ bytes \([\d.]+ MB\); allowed: 4194304 bytes "
        r"\(4\.19 MB\); larger weights are kept as a file by POST /api/v1/networks, a longer "
        r"sequence by POST /api/v1/sequences$",
        document["detail"],
    )


def test_what_is_thrown_away_is_not_kept(server):
    by_urllib(server)
    before = settled(server)
    for send in CLIENTS:
        send(server)
    assert memory(server) - before < LARGE / 4


@pytest.mark.parametrize("line", ["", "Connection: close\r\n"], ids=["kept", "to be closed"])
def test_what_is_thrown_away_is_bounded_in_size(server, line):
    address = urlsplit(server)
    with closing(socket.create_connection((address.hostname, address.port), timeout=60)) as client:
        head = f"POST {FLOW} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10**12}\r\n{line}\r\n"
        client.sendall(head.encode())
        assert LINGER_BYTES - 2**20 <= sent_until_the_end(client) < 2 * LINGER_BYTES


def sent_until_the_end(client):
    """How many bytes go out before the service ends the connection, or that many and more."""
    piece, sent = b"x" * 2**20, 0
    while sent < 4 * LINGER_BYTES:
        try:
            client.sendall(piece)
        except ConnectionError:
            break
        sent += len(piece)
    return sent
