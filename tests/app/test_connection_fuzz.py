"""However its bytes are cut, a connection reads the requests that httptools reads at once."""

import asyncio
from itertools import pairwise

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.server import ServerState

from unrolled.app.connection import connection
from unrolled.app.framing import PIECE
from unrolled.app.settings import Settings

ANSWER = b"HTTP/1.1 200 OK"
REFUSAL = b"HTTP/1.1 400 Bad Request"


class Oracle:
    """What httptools reads: every whole request with its head's headers, and whether it failed."""

    def __init__(self, data):
        self.requests, self.failed, self._closed = [], False, False
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        while data and not self.failed:
            try:
                self._parser.feed_data(data)
                data = b""
            except httptools.HttpParserUpgrade as end:
                data = data[end.args[0] :]
            except httptools.HttpParserError:
                self.failed = not self._closed

    def on_message_begin(self):
        self._url, self._headers, self._body, self._head = b"", [], b"", True

    def on_url(self, url):
        self._url += url

    def on_header(self, name, value):
        if self._head:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self):
        self._head = False

    def on_body(self, body):
        self._body += body

    def on_message_complete(self):
        if not self._closed:
            self.requests.append((self._url, self._headers, self._body))
        kept = self._parser.get_http_version() == "1.1" and self._parser.should_keep_alive()
        self._closed = self._closed or not kept


class Wire(asyncio.Transport):
    """A transport that keeps what is written, and says whether it would read."""

    def __init__(self):
        super().__init__()
        self.written, self.reads, self.closed = b"", True, False

    def write(self, data):
        self.written += data

    def get_write_buffer_size(self):
        return 0

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    abort = close

    def can_write_eof(self):
        return True

    def write_eof(self):
        self.closed = True

    def pause_reading(self):
        self.reads = False

    def resume_reading(self):
        self.reads = True


async def served(pieces):
    """What a service saw of some pieces of a connection, and what it sent."""
    seen = []

    async def app(scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        url = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        seen.append((url, list(scope["headers"]), body))
        await asyncio.sleep(0)
        lines = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": lines})
        await send({"type": "http.response.body", "body": b"ok"})

    protocol = connection(Settings())
    config = Config(app, http=protocol, ws="none", lifespan="off", log_config=None)
    state = ServerState()
    wire = Wire()
    client = protocol(config, state, {})
    client.connection_made(wire)
    for piece in pieces:
        for _ in range(1000):
            if wire.reads:
                break
            await asyncio.sleep(0)
        assert wire.reads or wire.closed, "it does not read on"
        if wire.closed:
            break
        client.data_received(piece)
        assert len(client.pipeline) <= PIECE / len(b"GET / HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0)
    before = None
    while before != (len(seen), len(wire.written), wire.closed):
        before = len(seen), len(wire.written), wire.closed
        for _ in range(20):
            await asyncio.sleep(0)
    client.connection_lost(None)
    await asyncio.gather(*state.tasks)
    return seen, wire.written


def check(pieces, meaning=None):
    """Compare with httptools' reading of the same bytes, or of others that mean the same."""
    expected = Oracle(b"".join(pieces) if meaning is None else meaning)
    seen, written = asyncio.run(served(pieces))
    assert seen == expected.requests
    assert written.count(ANSWER) == len(expected.requests)
    assert written.count(REFUSAL) == expected.failed
    if expected.failed:
        assert written.rfind(REFUSAL) > written.rfind(ANSWER)


# --- requests -------------------------------------------------------------------------------------

NAMES = st.sampled_from([b"Host", b"X-A", b"Content-Type", b"Accept-Encoding", b"Expect"])
VALUES = st.sampled_from([b"", b"a", b"application/json", b"gzip, x;q=0", b"y" * 300])
LINES = st.lists(st.tuples(NAMES, VALUES), max_size=4)
BODIES = st.one_of(st.just(b""), st.binary(max_size=40), st.just(b"z" * 5000))
JUNK = st.sampled_from(
    [b"", b"", b"\r\n", b"\x00", b"junk\r\n\r\n", b"GET / HT", b"POST /end HTTP/1.1"]
)


def written(lines):
    return b"".join(name + b": " + value + b"\r\n" for name, value in lines)


@st.composite
def requests(draw):
    """One request, with a body of one kind or another."""
    version = draw(st.sampled_from([b"1.1"] * 9 + [b"1.0"]))
    url = draw(st.sampled_from([b"/", b"/a?b=c", b"/" + b"p" * 500]))
    lines = draw(LINES)
    if draw(st.integers(0, 9)) == 0:
        lines.append((b"Connection", b"close"))
    kind = draw(st.sampled_from(["none", "length", "chunks", "upgrade"]))
    head = b"GET " if kind in {"none", "upgrade"} else b"POST "
    if kind == "none":
        return head + url + b" HTTP/" + version + b"\r\n" + written(lines) + b"\r\n"
    if kind == "upgrade":
        lines += [(b"Connection", b"Upgrade"), (b"Upgrade", b"h2c")]
        return head + url + b" HTTP/" + version + b"\r\n" + written(lines) + b"\r\n"
    body = draw(BODIES)
    if kind == "length":
        lines.append((b"Content-Length", b"%d" % len(body)))
    else:
        lines.append((b"Transfer-Encoding", b"chunked"))
        body = draw(chunked(body))
    return head + url + b" HTTP/" + version + b"\r\n" + written(lines) + b"\r\n" + body


@st.composite
def chunked(draw, body):
    """A body in chunks with extensions, and trailers; now and then broken."""
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
    parts = [body[a:b] for a, b in pairwise([0, *cuts, len(body)]) if b > a]
    extensions = st.sampled_from([b"", b";a", b";a=b", b';a="' + b"c" * 200 + b'"'])
    chunks = [b"%x" % len(part) + draw(extensions) + b"\r\n" + part + b"\r\n" for part in parts]
    broken = draw(st.sampled_from([b""] * 9 + [b"xyz\r\n"]))
    return b"".join(chunks) + broken + b"0\r\n" + written(draw(LINES)) + b"\r\n"


@given(st.lists(requests(), min_size=1, max_size=8), JUNK, st.data())
def test_random_requests_in_random_pieces(sent, junk, data):
    stream = b"".join(sent) + junk
    stream = stream[: data.draw(st.sampled_from([len(stream), len(stream) - 3, len(stream) // 2]))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    check([stream[a:b] for a, b in pairwise([0, *cuts, len(stream)]) if b > a])


TRAILERS = st.sampled_from(
    [
        b"Connection: close\r\n",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Upgrade: h2c\r\nConnection: upgrade\r\n",
        b"X-A:\r\nX-B: " + b"y" * 3000 + b"\r\n",
    ]
)


@given(st.lists(st.tuples(requests(), TRAILERS), min_size=1, max_size=4), st.data())
def test_a_trailer_does_nothing(parts, data):
    """Not even to the connection, where a header of its name would end it or bend its body."""
    begin, end = b"POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", b"\r\n"
    stream = b"".join(before + begin + trailer + end for before, trailer in parts)
    meaning = b"".join(before + begin + end for before, _ in parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    check([stream[a:b] for a, b in pairwise([0, *cuts, len(stream)]) if b > a], meaning)


@pytest.mark.parametrize(
    "bad", [b"no colon\r\n", b": y\r\n", b"X: y\n", b"X: \0\r\n", b" X: y\r\n"]
)
def test_what_is_no_trailer_is_refused(bad):
    begin = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    assert Oracle(begin + bad + b"\r\n").failed
    _, written = asyncio.run(served([begin + bad + b"\r\n"]))
    assert written.startswith(REFUSAL)


PIPELINE = (
    b"POST /one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;x=y\r\nabc\r\n0\r\nContent-Type: text/html\r\nHost: b\r\n\r\n"
    b"GET /two HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    b"POST /three HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345"
    b"\r\nGET /four HTTP/1.1\r\n\r\nno\r\n\r\n"
)


@pytest.mark.parametrize("pieces", [1, 2])
def test_every_cut(pieces):
    """Each byte by itself; and every way to make two pieces."""
    if pieces == 1:
        check([PIPELINE[i : i + 1] for i in range(len(PIPELINE))])
    else:
        for cut in range(1, len(PIPELINE)):
            check([PIPELINE[:cut], PIPELINE[cut:]])


@pytest.mark.parametrize("size", [1, 100, 2048, 10**6])
def test_a_long_pipeline(size):
    stream = b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % i for i in range(1000))
    check([stream[i : i + size] for i in range(0, len(stream), size)])
