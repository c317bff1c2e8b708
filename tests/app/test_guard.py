"""Who may ask, what a page of another site may not, and how long a request's head may be."""

import anyio
import httpx
import pytest

from unrolled.app.guard import allowed_hosts
from unrolled.app.middleware.page_policy import HEADERS, NO_FRAMES
from unrolled.app.settings import Settings

pytestmark = pytest.mark.anyio

FLOW = "/api/v1/flow"


def check(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    for name, value in (HEADERS | NO_FRAMES).items():
        assert answer.headers[name] == value
    return answer.json()["detail"]


# --- hosts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:65535"]
)
async def test_this_machine_may_be_asked_by_its_names(client, host):
    assert (await client.get("/healthz", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:8000",
        "localhost.attacker.example",
        "localhost.",
        "notlocalhost",
        "127.0.0.1.nip.example",
        "127.0.0.2",
        "0.0.0.0",
        "[::2]",
        "::1",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/nothing"), ("POST", FLOW)])
async def test_a_name_that_was_bound_anew_is_refused(client, host, method, path):
    status = 400 if host == "::1" else 421
    detail = check(await client.request(method, path, headers={"host": host}, json={}), status)
    assert status == 400 or "UNROLLED_ALLOWED_HOSTS" in detail


@pytest.mark.parametrize(
    "host",
    ["", " ", "localhost:", "localhost:port", "a b", "localhost/x", "user@localhost", "\xff"],
)
async def test_a_host_that_is_none(client, host):
    check(await client.get("/healthz", headers=[(b"host", host.encode("latin-1"))]), 400)


async def test_two_hosts(client):
    headers = [("host", "localhost"), ("host", "attacker.example")]
    check(await client.get("/healthz", headers=headers), 400)


@pytest.mark.parametrize(
    ("allowed", "passes", "refused"),
    [
        ("a.example", ["a.example", "A.example:80"], ["b.a.example", "localhost"]),
        ("*.a.example", ["b.a.example", "c.b.a.example:1"], ["a.example", "xa.example"]),
        ("192.168.1.5 localhost", ["192.168.1.5:8000", "localhost"], ["192.168.1.6"]),
    ],
)
async def test_hosts_can_be_allowed(opened, allowed, passes, refused):
    async with opened(allowed_hosts=allowed) as client:
        for host in passes:
            assert (await client.get("/healthz", headers={"host": host})).status_code == 200
        for host in refused:
            check(await client.get("/healthz", headers={"host": host}), 421)


async def test_every_host_can_be_allowed(opened):
    async with opened(allowed_hosts="*") as client:
        for host in ("attacker.example", "127.0.0.1", "strange host"):
            assert (await client.get("/healthz", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    ("host", "added"),
    [("0.0.0.0", ()), ("::", ()), ("10.0.0.7", ("10.0.0.7",)), ("fe80::1", ("[fe80::1]",))],
)
def test_the_address_it_listens_on_is_allowed(host, added):
    assert allowed_hosts(Settings(host=host)) == ("localhost", "127.0.0.1", "[::1]", *added)


# --- other sites' pages ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://attacker.example"},
        {"origin": "http://localhost:9000"},
        {"origin": "http://127.0.0.1"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://localhost.attacker.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://localhost", "sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "QUERY"])
async def test_a_page_of_another_site_may_not_write(client, headers, method):
    check(await client.request(method, FLOW, headers=headers, json={}), 403)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost"},
        {"origin": "https://localhost", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://LOCALHOST:8000", "host": "localhost:8000"},
        {"origin": "http://[::1]:8000", "host": "[::1]:8000"},
    ],
)
async def test_its_own_pages_and_other_clients_may_write(client, headers):
    assert (await client.post(FLOW, headers=headers, json={})).status_code == 200


async def test_reading_tells_no_other_site_anything(client):
    headers = {"origin": "https://attacker.example", "sec-fetch-site": "cross-site"}
    answer = await client.get("/api/v1/presets", headers=headers)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


PREFLIGHT = {
    "origin": "https://a.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
}


async def test_without_the_setting_a_preflight_request_is_any_other(client):
    answer = await client.options(FLOW, headers=PREFLIGHT)
    check(answer, 405)
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_named_origin_may_write_and_read(opened):
    async with opened(cors_origins="https://a.example") as client:
        asked = await client.options(FLOW, headers=PREFLIGHT)
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == "https://a.example"
        headers = {"origin": "https://a.example", "sec-fetch-site": "cross-site"}
        for body, status in (({}, 200), ({"loss": 1}, 422)):
            answer = await client.post(FLOW, headers=headers, json=body)
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "https://a.example"
            assert "access-control-allow-credentials" not in answer.headers
        check(await client.post(FLOW, headers=headers | {"origin": "https://b.example"}), 403)


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://b.example"},
        {"access-control-request-method": "PUT"},
        {"access-control-request-headers": "x-other"},
    ],
)
async def test_a_preflight_request_for_more_is_refused(opened, changed):
    async with opened(cors_origins="https://a.example") as client:
        detail = check(await client.options(FLOW, headers=PREFLIGHT | changed), 403)
    assert "https://a.example" in detail


async def test_every_origin_can_be_allowed(opened):
    async with opened(cors_origins="*") as client:
        answer = await client.post(FLOW, headers={"origin": "https://b.example"}, json={})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


# --- what browsers may do -------------------------------------------------------------------------


async def test_a_failure_of_ours_carries_the_same_headers(opened):
    async with opened() as client:
        service = client._transport.app

        @service.get("/broken")
        async def broken():
            raise RuntimeError("line 42")

        check(await client.get("/broken"), 500)


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/openapi.json", "/docs/start.js"])
async def test_every_answer_carries_them(client, path):
    answer = await client.get(path)
    for name, value in (HEADERS | NO_FRAMES).items():
        assert answer.headers.get_list(name) == [value]


def frames(answer):
    (rule,) = [
        rule.strip()
        for rule in answer.headers["content-security-policy"].split(";")
        if "frame-ancestors" in rule
    ]
    return rule, answer.headers.get("x-frame-options")


NOBODY = ("frame-ancestors 'none'", "DENY")


async def test_nobody_may_frame_the_page_by_default(client):
    for path in ("/", "/?embed=1", "/docs?embed=1"):
        assert frames(await client.get(path)) == NOBODY


async def test_named_origins_may_frame_the_embedded_page(opened):
    async with opened(embed_origins="https://a.example https://b.example:8443") as client:
        embedded = await client.get("/?embed=1")
        assert frames(embedded) == (
            "frame-ancestors https://a.example https://b.example:8443",
            None,
        )
        for path in ("/", "/?embed=0", "/?embed=1&embed=0", "/docs?embed=1", f"{FLOW}?embed=1"):
            assert frames(await client.get(path)) == NOBODY


async def test_the_page_says_who_may_embed_it(client, opened):
    assert "no other site’s page hold it" in (await client.get("/")).text
    async with opened(embed_origins="https://a.example") as named:
        said = (await named.get("/")).text
    assert "lets pages of https://a.example hold it" in said
    assert "no other site’s page" not in said


async def test_the_embedded_page_is_without_its_head_line(client):
    assert 'class="embedded"' in (await client.get("/?embed=1")).text
    assert 'class="embedded"' not in (await client.get("/")).text


# --- lengths --------------------------------------------------------------------------------------


async def test_an_address_at_the_limit_and_one_byte_above(opened):
    async with opened(max_url_bytes=20) as client:
        assert (await client.get("/healthz?" + "x" * 11)).status_code == 200
        assert "20" in check(await client.get("/healthz?" + "x" * 12), 414)
        check(await client.get("/" + "x" * 19), 404)
        check(await client.get("/" + "x" * 20), 414)
        check(await client.get("/" + "%41" * 7), 414)


async def test_headers_at_the_limit_and_one_byte_above(opened):
    sent = [("host", "localhost"), ("x-a", "1")]
    size = sum(len(name) + len(value) + 4 for name, value in sent)

    async def get(limit):
        async with opened(max_header_bytes=limit) as client:
            service = client._transport.app
        transport = httpx.ASGITransport(service)
        request = httpx.Request("GET", "http://localhost/healthz", headers=sent)
        answer = await transport.handle_async_request(request)
        await answer.aread()
        return answer

    assert (await get(size)).status_code == 200
    assert f"{size - 1}" in check(await get(size - 1), 431)


async def test_a_body_that_does_not_come(opened):
    async with opened(request_seconds=0.05) as client:
        service = client._transport.app
    answer = []
    sent = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive():
        if (message := next(sent, None)) is None:
            await anyio.sleep_forever()
        return message

    async def send(message):
        answer.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": FLOW, "raw_path": FLOW.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "server": ("localhost", 80), "client": ("x", 1),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip
    await service(scope, receive, send)
    assert answer[0]["status"] == 408
    assert (b"connection", b"close") in answer[0]["headers"]
    assert b"1 bytes" in answer[1]["body"]
