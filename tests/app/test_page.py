"""The page and its policy."""

import json
import re

import pytest

from unrolled.app.equations import EQUATIONS
from unrolled.app.settings import Settings

pytestmark = pytest.mark.anyio

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


@pytest.fixture
async def page(client):
    answer = await client.get("/")
    assert answer.status_code == 200
    return answer


async def test_the_page_is_html_that_is_asked_for_again(page):
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert page.text.lstrip().lower().startswith("<!doctype html>")


async def test_the_page_loads_its_files_by_versioned_addresses(client, page):
    found = re.findall(r'(?:src|href|content)="(/(?:static|assets)/[^"]+)"', page.text)
    assert any("plotly" in address for address in found)
    assert any(address.endswith("/js/main.js") for address in found)
    for address in set(found):
        answer = await client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"], address


async def test_the_page_holds_every_equation(page):
    for cell in EQUATIONS:
        _, _, rest = page.text.partition(f'<template id="eq-{cell.cell}">')
        held = rest.partition("</template>")[0]
        assert [row.key for row in cell.connections] == re.findall(r'data-connection="(.*?)"', held)
        assert [unit.kind for unit in cell.units] == re.findall(r'data-unit="(.*?)"', held)


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/healthz", "/nothing", "/api/v1/flow", "/api/v1/presets"]
)
async def test_every_answer_carries_the_policy(client, path):
    assert (await client.get(path)).headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_nothing_in_the_html_breaks_the_policy(client, path):
    html = (await client.get(path)).text
    scripts = re.findall(r"<script\b([^>]*)>", html)
    assert scripts
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert not re.search(r"\son[a-z]+\s*=", html)
    assert "javascript:" not in html


async def test_the_page_brings_the_examples_that_the_api_lists(client, page):
    found = re.search(r'<script type="application/json" id="presets">(.*?)</script>', page.text)
    assert found is not None
    assert json.loads(found[1]) == (await client.get("/api/v1/presets")).json()
    for preset in json.loads(found[1]):
        assert f'<option value="{preset["name"]}">{preset["title"]}</option>' in page.text


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/start.js", "/openapi.json"])
async def test_nothing_points_to_another_host(client, path):
    text = (await client.get(path)).text
    hosts = set(re.findall(r"(?:https?:)?//[A-Za-z0-9][\w.-]*", text))
    assert hosts <= {"http://www.w3.org"}  # the name of a namespace, never fetched


async def test_the_page_answers_head(client):
    answer = await client.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_health(client):
    answer = await client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


@pytest.mark.parametrize("accept", ["identity", "gzip;q=0", "GZIP", "br, *;q=0.1"])
@pytest.mark.parametrize("path", ["/", "/api/v1/presets", "/openapi.json"])
async def test_every_answer_says_what_it_varies_by(client, path, accept):
    """Also the plain one: a shared cache would give it to everybody."""
    answer = await client.get(path, headers={"accept-encoding": accept})
    assert "accept-encoding" in answer.headers["vary"].lower()
    packed = accept in {"GZIP", "br, *;q=0.1"}
    assert (answer.headers.get("content-encoding") == "gzip") == packed


LINKED = re.compile(r'(?:src|href)="(/assets/page/[^"]+)"')


async def test_a_replica_has_what_another_ones_page_asks_for(opened):
    """A page comes from one replica, and its scripts and sheets from one that has shown none."""
    async with opened() as one, opened() as other:
        asked = set()
        for path in ("/", "/learn", "/learn/1", "/learn/test", "/learn/examples"):
            asked.update(LINKED.findall((await one.get(path)).text))
        assert len(asked) > 5
        folder = next(iter(asked)).partition("/js/")[0].partition("/css/")[0]
        for address in (f"{folder}/js/step/way.js", *asked):
            assert (await other.get(address)).status_code == 200, address


async def test_the_page_knows_how_many_numbers_an_answer_may_say(page):
    (most,) = re.findall(r'id="numbers" data-most="(\d+)"', page.text)
    assert int(most) == Settings().max_values
