"""A client of the service that is no browser, at its socket."""

import json
import socket
from urllib.parse import urlsplit

from unrolled.app.middleware.page_policy import HEADERS, NO_FRAMES


class Client:
    """One connection."""

    def __init__(self, url):
        address = urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port), timeout=30)
        self._read = self.socket.makefile("rb")

    def close(self):
        self._read.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """Status, headers, body of the next answer."""
        status = int(self._read.readline().split()[1])
        headers = {}
        while line := self._read.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self._read.read(int(headers["content-length"]))

    def ends(self):
        """Whether the service has ended the connection; waits for that."""
        try:
            return self._read.read() == b""
        except ConnectionResetError:
            return True


def check(answer, status):
    received, headers, body = answer
    assert received == status, body
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["status"] == status
    for name, value in (HEADERS | NO_FRAMES).items():
        assert headers[name.lower()] == value
    return json.loads(body)["detail"]


def head(first=b"GET /healthz HTTP/1.1", *lines):
    return b"\r\n".join([first, b"Host: 127.0.0.1", *lines, b"", b""])
