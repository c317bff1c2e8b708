"""What every test shares.

free_port      a TCP port that nothing listens on
server         the address of the real service, in a process of its own, once a session
chromium_path  the Chromium that the browser tests drive
browser        that Chromium, started once a session (Playwright's synchronous API)
page           a page of 1440 × 900 at `server`, in a context of its own; fails the test at its end
               if the page wrote to the console, threw, or asked another host
page_log       what `page` has seen; `page_log.expect(pattern)` says which messages may come

Everything under tests/browser is marked `browser` and runs last: Playwright keeps an event loop in
the main thread while its browser is open.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

# `ci` gives the same examples on every run; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=1000, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests, and put them last."""
    browser_tests = ROOT / "tests" / "browser"
    for item in items:
        if item.path.is_relative_to(browser_tests):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def unused_port() -> int:
    """A TCP port on the loopback address that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**extra: str) -> dict[str, str]:
    """The environment of a child process, without settings that the developer may have set."""
    inherited = {name: value for name, value in os.environ.items() if name[:9] != "UNROLLED_"}
    return inherited | extra


def wait_until_served(url: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Return once `url` answers; fail with what the process wrote if it ends or stays silent."""
    give_up = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 (loopback)
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    log.seek(0)
    said = log.read().decode(errors="replace")
    pytest.fail(f"{process.args!r} does not answer at {url}/healthz; it wrote:\n{said}")


@contextmanager
def serving(command: list[str], log_path: Path, *, cwd: Path = ROOT, **extra: str) -> Iterator[str]:
    """Run `command --port N`, yield its address, and hold it to a clean end when told to stop."""
    port = unused_port()
    url = f"http://127.0.0.1:{port}"
    with log_path.open("w+b") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=cwd,
            env=environment(**extra),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_served(url, process, log)
            yield url
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=30)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    # uvicorn ends by the signal it was sent, once everything is closed
    assert code in (0, -signal.SIGTERM), f"the service ended with {code}:\n{log_path.read_text()}"


@pytest.fixture
def free_port() -> int:
    return unused_port()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving([sys.executable, "-m", "app", "serve"], log) as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """$UNROLLED_CHROMIUM, or the first Chromium on the PATH."""
    candidates = [os.environ.get("UNROLLED_CHROMIUM", ""), *CHROMIUM_NAMES]
    found = next(filter(None, map(shutil.which, filter(None, candidates))), None)
    if found is None:
        pytest.fail(f"no Chromium among {', '.join(CHROMIUM_NAMES)}; run scripts/ensure-chromium")
    return found


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=list(CHROMIUM_FLAGS)
        )
        yield chromium
        chromium.close()


@dataclass
class PageLog:
    """What a page wrote to the console, threw, and asked of other hosts."""

    origin: str
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to `page`."""
        page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note_request)

    def expect(self, pattern: str) -> None:
        """Console messages that match `pattern` (re.search) are meant to come in this test."""
        self.expected.append(pattern)

    def check(self) -> None:
        """Fail if anything came that was not expected."""
        unexpected = [
            message
            for message in self.messages
            if not any(re.search(pattern, message) for pattern in self.expected)
        ]
        assert not self.errors, f"the page threw: {self.errors}"
        assert not unexpected, f"the page wrote to the console: {unexpected}"
        assert not self.foreign, f"the page asked another host: {self.foreign}"

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.foreign.append(request.url)


@pytest.fixture
def page_log(server: str) -> PageLog:
    return PageLog(origin=server)


@pytest.fixture
def page(browser: Browser, server: str, page_log: PageLog) -> Iterator[Page]:
    """`page.goto("/")` opens the service; every test has storage and history of its own."""
    context = browser.new_context(base_url=server, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    page_log.watch(opened)
    yield opened
    context.close()
    page_log.check()
