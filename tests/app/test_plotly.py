"""Which of Plotly's bundles the page draws with, and where the whole one is."""

import json
import re
from pathlib import Path

import httpx
import pytest

from unrolled.app import assets as module
from unrolled.app.assets import Assets
from unrolled.app.paths import package_file, page_directory

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
WHOLE = package_file("plotly", "package_data", "plotly.min.js")
VERSION = module._plotly_version(WHOLE)
BANNER = "/**\n* plotly.js (cartesian - minified) v{}\n*/\nwindow.Plotly = {{}};\n"


@pytest.fixture
def fetched(monkeypatch, tmp_path):
    """`fetched(version)`: node_modules holds a bundle of that version; None: it holds none."""

    def fetch(version):
        folder = tmp_path / "node_modules" / "plotly.js-cartesian-dist-min"
        if version is not None:
            folder.mkdir(parents=True)
            (folder / "plotly-cartesian.min.js").write_text(BANNER.format(version))
        monkeypatch.setattr(
            "unrolled.app.assets.page_directory",
            lambda name: tmp_path / name if name == "node_modules" else page_directory(name),
        )
        return Assets()

    return fetch


def test_what_is_fetched_has_the_version_of_the_python_package() -> None:
    """Both draw on one page."""
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert asked["plotly.js-cartesian-dist-min"] == VERSION
    assert locked["node_modules/plotly.js-cartesian-dist-min"]["version"] == VERSION


def test_what_is_fetched_is_pinned_with_hashes_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert packages
    assert [n for n, each in packages.items() if not each["integrity"].startswith("sha512-")] == []
    assert "://" not in text
    said = (ROOT / ".npmrc").read_text().split()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(said)
    assert [line for line in said if "//" in line] == []


def test_the_page_draws_with_the_part_where_it_was_fetched(fetched) -> None:
    assets = fetched(VERSION)
    assert assets.plotly.name == f"plotly-cartesian-{VERSION}.min.js"
    assert assets.whole_plotly.name == f"plotly-{VERSION}.min.js"
    assert {assets.plotly.name, assets.whole_plotly.name} <= assets.packed.keys()
    assert next(iter(assets.packed)) == assets.plotly.name
    assert list(assets.packed)[-1] == assets.whole_plotly.name


def test_the_page_draws_with_the_whole_where_nothing_was_fetched(fetched, caplog) -> None:
    assets = fetched(None)
    assert assets.plotly is assets.whole_plotly
    assert caplog.text == ""


def test_a_part_of_another_version_is_left_out(fetched, caplog) -> None:
    assets = fetched("4.0.9")
    assert assets.plotly is assets.whole_plotly
    assert "4.0.9" in caplog.text
    assert VERSION in caplog.text


async def test_the_page_names_both(client, app) -> None:
    assets = app.state.assets
    page = (await client.get("/")).text
    link = re.search(r'<meta [^>]*id="plotly"[^>]*>', page)
    assert link is not None
    assert f'content="{assets.url(assets.plotly)}"' in link[0]
    assert f'data-whole="{assets.url(assets.whole_plotly)}"' in link[0]


async def test_the_whole_is_that_of_the_python_package(client, app) -> None:
    answer: httpx.Response = await client.get(app.state.assets.url(app.state.assets.whole_plotly))
    same = answer.content == WHOLE.read_bytes()
    assert (answer.status_code, same) == (200, True)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
