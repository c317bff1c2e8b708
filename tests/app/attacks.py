"""What one client may do to take the service down, over sockets; and somebody who watches."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

LARGEST = 4_194_304
LINE = b"POST /api/v1/flow HTTP/1.1\r\n"
HOST, TYPE = b"Host: 127.0.0.1\r\n", b"Content-Type: application/json\r\n"
POST = LINE + HOST + TYPE
BODY = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
CHUNKED = POST + BODY
STUCK = 1.0
"""Seconds without a byte taken after which a client that sends gives up."""


def connected(url, seconds=30.0):
    """A socket to the service, to be used in a `with`."""
    address = urlsplit(url)
    return closing(socket.create_connection((address.hostname, address.port), timeout=seconds))


def answer(client):
    """Status and headers of the next answer, its body read; 0 where the connection ended."""
    with client.makefile("rb") as read, suppress(ConnectionError):
        line = read.readline().split()
        if not line:
            return 0, {}
        headers = {}
        while pair := read.readline().strip():
            name, _, value = pair.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        read.read(int(headers.get("content-length", 0)))
        return int(line[1]), headers
    return 0, {}


def post(url, body):
    """Status and headers of the answer to a body."""
    with connected(url) as client:
        client.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return answer(client)


# --- endless streams ------------------------------------------------------------------------------


def pour(url, first, again, most):
    """Send `again` for ever, but no more than `most` bytes; how many were taken."""
    piece = again * (2**16 // len(again))
    sent = 0
    with connected(url, STUCK) as client, suppress(OSError):
        client.sendall(first)
        while sent < most:
            sent += client.send(piece)
    return sent


def trailers(url, most):
    """Trailer lines without end."""
    return pour(url, CHUNKED + b"0\r\n", b"X-T: y\r\n", most)


def trailer(url, most):
    """One trailer line without end."""
    return pour(url, CHUNKED + b"0\r\nX-T: ", b"y", most)


def extension(url, most):
    """A chunk extension without end."""
    return pour(url, CHUNKED + b"2;x=", b"y", most)


def crumbs(url, most):
    """A body without end, a byte a chunk."""
    return pour(url, CHUNKED, b"1\r\n \r\n", most)


def laced(url, most):
    """A body without end whose chunks are short and their extensions long."""
    return pour(url, CHUNKED, b"1;" + b"a" * 38 + b"\r\n \r\n", most)


AROUND = (trailers, trailer, extension, crumbs, laced)


def pipeline(url, most):
    """Requests without end, and no answer read."""
    return pour(url, b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", most)


# --- bodies ---------------------------------------------------------------------------------------


def explicit(size):
    """An experiment of about that many bytes, and not more, in numbers that are allowed."""
    steps = size // 100_100
    inputs = [[[0.25] * 2000] * 10] * steps
    sequence = {"kind": "explicit", "inputs": inputs, "targets": [[0] * 10] * steps}
    network = {"input_size": 2000, "hidden_size": 1, "output_size": 2}
    body = {"network": network, "sequence": sequence, "include": []}
    return json.dumps(body, separators=(",", ":")).encode()


def names():
    """377,000 unknown names."""
    return (b"{" + b",".join(b'"%x":1' % i for i in range(377_000)) + b"}")[:LARGEST]


def rows():
    """1.4 million empty rows."""
    inputs = b",".join([b"[]"] * 1_390_000)
    return b'{"sequence":{"kind":"explicit","targets":[[0]],"inputs":[[' + inputs + b"]]}}"


def nested():
    """0.8 million empty rows in as many steps."""
    inputs = b",".join([b"[[]]"] * 800_000)
    return b'{"sequence":{"kind":"explicit","targets":[[0]],"inputs":[' + inputs + b"]}}"


def ones():
    """A million rows that are not empty, in one step of a batch that is too large."""
    inputs = b",".join([b"[1]"] * 1_000_000)
    return b'{"sequence":{"kind":"explicit","targets":[[0]],"inputs":[[' + inputs + b"]]}}"


# --- the watcher ----------------------------------------------------------------------------------


@contextmanager
def watched(url, pid):
    """What the service is like meanwhile; a dictionary that is filled when the block ends.

    `healthz`: the longest time that GET /healthz took, less what the service and the watcher
    waited for a processor, where the system tells; `grown`: the most memory of the process,
    beside what it had, in bytes.
    """
    seen: dict[str, float] = {}
    command = [sys.executable, __file__, url, str(pid)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"watching\n"
    try:
        yield seen
    finally:
        out, _ = process.communicate(b"")
    seen |= json.loads(out)


def resident(pid):
    """Bytes of memory of a process."""
    found = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return 1024 * int(found.stdout)


def _starved(*pids):
    """Seconds that processes were ready to run and had no processor; 0 where nobody knows."""
    files = (Path("/proc") / str(pid) / "schedstat" for pid in pids)
    return 1e-9 * sum(int(file.read_text().split()[1]) for file in files if file.is_file())


def _watch(url, pid):
    """Ask and measure until the input ends."""
    import select

    before = most = resident(pid)
    longest = 0.0
    print("watching", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        begun = time.perf_counter() - _starved(pid, os.getpid())
        with connected(url) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert answer(client)[0] == 200
        longest = max(longest, time.perf_counter() - _starved(pid, os.getpid()) - begun)
        time.sleep(0.02)
        most = max(most, resident(pid))
    print(json.dumps({"healthz": longest, "grown": most - before}))


if __name__ == "__main__":
    _watch(sys.argv[1], int(sys.argv[2]))
