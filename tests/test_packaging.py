"""The wheel serves the page from an empty environment; locks, image and metadata agree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts import service

ROOT = service.ROOT
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = (
    "requirements.lock",
    "requirements-build.lock",
    "requirements-dev.lock",
    "requirements-load.lock",
    "requirements-node.lock",
)
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def run(*command: str | Path) -> str:
    """What a command printed; it must succeed."""
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ".")
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment that holds the wheel and what it asks for, no more."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    uv = (sys.executable, "-m", "uv", "--quiet")
    run(*uv, "venv", "--python", sys.executable, environment)
    python = environment / "bin" / "python"
    run(*uv, "pip", "install", "--python", python, "--constraints", "requirements.lock", wheel)
    return environment / "bin"


def test_wheel_holds_one_package_and_the_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    expected = {
        f"{prefix}{path.relative_to(ROOT)}"
        for prefix, pattern in (
            ("unrolled/", "app/**/*.py"),
            ("unrolled/", "engine/**/*.py"),
            ("unrolled/", "engine/training/data/*"),
            ("unrolled/", "watch/**/*.py"),
            ("unrolled/app/", "static/**/*"),
            ("unrolled/app/", "templates/**/*"),
            ("", "unrolled/*.py"),
        )
        for path in ROOT.glob(pattern)
        if path.is_file()
    }
    metadata = {name for name in names if name.startswith("unrolled-")}
    assert names - metadata == expected
    assert any(name.endswith("/licenses/LICENSE") for name in metadata)


def test_installed_command_knows_its_version(installed: Path) -> None:
    printed = run(installed / "unrolled", "--version")
    assert printed.strip() == f"unrolled {PROJECT['project']['version']}"


def test_wheel_serves_the_page_and_the_api_from_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    with service.serving([str(installed / "unrolled"), "serve"], cwd=tmp_path) as url:

        def get(path: str, body: bytes | None = None) -> bytes:
            headers = {"content-type": "application/json"} if body else {}
            request = urllib.request.Request(url + path, data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bytes(answer.read())

        page = get("/").decode()
        scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
        styles = re.findall(r'<link[^>]* rel="stylesheet"[^>]* href="([^"]+)"', page)
        fonts = re.findall(r'src: url\("([^"]+)"\)', page)
        assert scripts
        assert styles
        assert fonts
        for path in [*scripts, *styles, *fonts]:
            assert path.startswith("/")
            assert get(path)
        flow = json.loads(get("/api/v1/flow", b"{}"))
        assert len(flow["hidden_gradient"]["norm"]) == flow["steps"]
    assert list(tmp_path.iterdir()) == []


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / lock).read_text()))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_everything_with_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(-index|-extra-index|-find-links|-trusted|[ifre]\b)", text, re.M)
    assert "torch" not in pins(lock)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert PIN.match(entry), f"not a pin: {entry}"
        assert "--hash=sha256:" in entry, f"no hash: {entry}"


def test_locks_agree_with_each_other() -> None:
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime.items() <= development.items()
    build = pins("requirements-build.lock")
    shared = build.keys() & development.keys()
    assert {name: build[name] for name in shared} == {name: development[name] for name in shared}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-build.lock", PROJECT["dependency-groups"]["build"]),
        ("requirements-dev.lock", PROJECT["dependency-groups"]["test"]),
        ("requirements-load.lock", PROJECT["dependency-groups"]["load"]),
        ("requirements-node.lock", PROJECT["dependency-groups"]["node"]),
    ],
)
def test_lock_holds_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    from packaging.requirements import Requirement

    pinned = pins(lock)
    for requirement in map(Requirement, wanted):
        assert requirement.name in pinned, f"{requirement.name} is missing: run `make lock`"
        version = pinned[requirement.name]
        assert requirement.specifier.contains(version), f"{lock} pins {version}, not {requirement}"


def test_image_installs_only_what_is_locked_and_hashed() -> None:
    """Every `pip install` of the Dockerfile takes a lock with hashes, or the wheel and no index."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    installs = re.findall(r"pip .*?\binstall\b([^&\n]*)", text)
    assert len(installs) == 3
    for install in installs:
        hashed = "--require-hashes" in install and re.search(
            r"-r requirements[a-z-]*\.lock", install
        )
        assert hashed or ("--no-index" in install and "--no-deps" in install), install
    wheels = re.findall(r"pip wheel([^&\n]*)", text)
    assert wheels
    assert all("--no-deps" in wheel and "--no-build-isolation" in wheel for wheel in wheels)


def test_image_fetches_the_pages_plotly_by_the_projects_own_script() -> None:
    """And carries it where the installed package looks for it."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    fetch, copy = text.index("scripts/fetch-page /opt/build/bin"), text.index("cp -R node_modules")
    assert fetch < copy < text.index("\nFROM", fetch)
    assert re.search(r"cp -R node_modules \S+/site-packages/unrolled/app/", text)
    kept = (ROOT / ".dockerignore").read_text().split()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert name == "." or f"!{name}" in kept, name


def test_build_requirement_stands_once() -> None:
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


def test_version_is_the_same_everywhere() -> None:
    version = PROJECT["project"]["version"]
    for file, sign in (
        ("Dockerfile", f'org.opencontainers.image.version="{version}"'),
        ("compose.yaml", f"image: unrolled:{version}"),
        ("CHANGELOG.md", f"## [{version}] - 20"),
    ):
        assert sign in (ROOT / file).read_text(), f"{file} does not hold {sign!r}"


def test_image_is_not_root_and_pulls_no_build_frontend() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", users[-1])
    assert not any(line.replace(" ", "").startswith("#syntax=") for line in lines)
