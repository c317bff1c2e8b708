"""Files that the browser loads: their addresses, their caching, their compression."""

import re

import httpx
import pytest
from starlette.datastructures import Headers

from unrolled.app.assets import Assets
from unrolled.app.encoding import CODINGS
from unrolled.app.packed import PackedFile
from unrolled.app.paths import package_file
from unrolled.app.static_tree import StaticTree

pytestmark = pytest.mark.anyio

YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def plotly_url(app):
    return app.state.assets.url(app.state.assets.plotly)


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("*", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;\tq=0, gzip", "gzip"),
        ("gzip;\tq=0, br \t;\t q=0.0", None),
        ("gzip;q=0.000, br;q=0", None),
        ("identity", None),
    ],
)
async def test_plotly_is_compressed_as_the_client_likes(app, plotly_url, accept, coding):
    plain = (await app.state.assets.plotly.respond(Headers())).body
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        headers = {"accept-encoding": accept}
        async with client.stream("GET", plotly_url, headers=headers) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == YEAR
    assert int(answer.headers["content-length"]) == len(raw)
    same = raw == (CODINGS[coding](plain) if coding else plain)
    assert same, "not the bytes of the file"
    assert len(raw) < len(plain) / 2 or coding is None


async def test_an_asset_that_the_client_has_is_not_sent_again(client, plotly_url):
    for accept in ("br", "gzip"):
        headers = {"accept-encoding": accept}
        first = await client.get(plotly_url, headers=headers)
        again = await client.get(
            plotly_url, headers=headers | {"if-none-match": f'"x", W/{first.headers["etag"]}'}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == YEAR
        other = await client.get(plotly_url, headers=headers | {"if-none-match": '"x"'})
        assert other.status_code == 200


async def test_an_asset_answers_head(client, plotly_url):
    answer = await client.head(plotly_url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 300_000


async def test_only_named_assets_are_served(client):
    assert (await client.get("/assets/plotly-0.0.0.min.js")).status_code == 404


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text("import './other.js';\n")
    (tmp_path / "js" / "other.js").write_text("export const one = 1;\n")
    return StaticTree(tmp_path, "/static")


async def get(tree, path, **headers):
    transport = httpx.ASGITransport(tree)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path, headers=headers)


async def test_a_file_under_the_current_hash_is_cached_for_ever(tree):
    address = tree.url("js/main.js")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/js/main\.js", address)
    answer = await get(tree, address.removeprefix("/static"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == YEAR
    assert answer.headers["etag"]
    again = await get(
        tree, address.removeprefix("/static"), **{"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_modules_find_each_other_under_the_same_hash(tree):
    main, other = tree.url("js/main.js"), tree.url("js/other.js")
    assert main.rsplit("/", 1)[0] == other.rsplit("/", 1)[0]


@pytest.mark.parametrize("prefix", ["", "/000000000000"])
async def test_without_the_current_hash_the_file_is_asked_for_again(tree, prefix):
    answer = await get(tree, f"{prefix}/js/main.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


async def test_any_change_changes_every_address(tree, tmp_path):
    before = tree.url("js/main.js")
    assert tree.url("js/main.js") == before
    (tmp_path / "js" / "other.js").write_text("export const one = 11;\n")
    changed = tree.url("js/main.js")
    assert changed != before
    (tmp_path / "js" / "other.js").rename(tmp_path / "js" / "another.js")
    assert tree.url("js/main.js") not in {before, changed}


async def test_the_services_own_files(app, client):
    address = app.state.assets.static.url("js/main.js")
    answer = await client.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == YEAR
    assert "javascript" in answer.headers["content-type"]


async def test_the_mathematics_font_comes_from_the_installed_package(client, app):
    url = app.state.assets.url(app.state.assets.font)
    answer = await client.get(url, headers={"accept-encoding": "br"})
    installed = package_file("ziamath", "fonts", "STIXTwoMath-Regular.ttf").read_bytes()
    assert re.fullmatch(r"/assets/stix-two-math-[\d.]+\.ttf", url)
    assert answer.content == installed
    assert answer.headers["content-type"] == "font/ttf"
    assert answer.headers["cache-control"] == YEAR
    assert answer.headers["content-encoding"] == "br"
    assert int(answer.headers["content-length"]) < 800_000
    assert "font-src 'self'" in answer.headers["content-security-policy"]
    page = (await client.get("/")).text
    assert f'src: url("{url}")' in page


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=99999999-", 416),
        ("bytes=5-1", 400),
        ("lines=1-2", 200),
        ("items=0-1, 3", 200),
        ("bytes=", 400),
        ("bytes=0-3", 206),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_range_that_cannot_be_given_is_a_problem(client, app, method, asked, status):
    url = app.state.assets.static.url("js/main.js")
    answer = await client.request(
        method, url, headers={"range": asked, "accept-encoding": "identity"}
    )
    assert answer.status_code == status
    if status < 400:
        whole = int(answer.headers["content-length"])
        assert (whole == 4) == (status == 206)
        assert len(answer.content) == (whole if method == "GET" else 0)
        return
    assert answer.headers["content-type"] == "application/problem+json"
    if method == "GET":
        assert answer.json()["status"] == status
        assert "allowed" in answer.json()["detail"]
    assert ("content-range" in answer.headers) == (status == 416)


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/readyz", "/metrics", "/docs", "/docs/start.js", "/openapi.json",
     "/api/v1/presets", "/static/js/main.js"],
)  # fmt: skip
async def test_head_works_wherever_get_does(client, plotly_url, path):
    for url in (path, plotly_url):
        whole = await client.get(url)
        head = await client.head(url)
        assert head.status_code == whole.status_code == 200
        assert head.content == b""
        told = {"content-type", "etag", "cache-control", "content-encoding"}
        assert {name: head.headers.get(name) for name in told} == {
            name: whole.headers.get(name) for name in told
        }
        if path != "/metrics" or url != path:
            assert head.headers["content-length"] == whole.headers["content-length"]


async def test_head_of_what_takes_only_posts_is_not_allowed(client):
    answer = await client.head("/api/v1/flow")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_a_file_that_cannot_be_packed_does_not_end_the_start(app, monkeypatch, caplog):
    assets = Assets()

    async def full(self):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(PackedFile, "pack", full)
        await assets.pack()
    assert "No space left" in caplog.text
    assert (await assets.font.respond(Headers())).status_code == 200
