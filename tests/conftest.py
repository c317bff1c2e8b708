"""What every test shares.

free_port      a TCP port that nothing listens on
server         the address of the real service, in a process of its own, once a session
browser        a real Chromium, started once a session (Playwright's synchronous API)
page           a page of 1440 × 900 at `server`, in a context of its own; fails the test at its end
               if the page wrote to the console, threw, or asked another host
page_log       what `page` has seen; `page_log.expect(pattern)` says which messages may come

Everything under tests/browser is marked `browser` and runs last: Playwright keeps an event loop in
the main thread while its browser is open.
"""

from __future__ import annotations

import gc
import os
import re
import sys
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

from scripts import chromium, service

# `ci` gives the same examples on every run; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", max_examples=1000, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# What is imported is compiled once, where the environment would have each of the many processes
# that tests start do it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Two threads of OpenBLAS wait for each other longer than matrices this small take, in each of these
# processes. It is read where NumPy is imported, which is later.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# What trains or maps in the background would wait for the end of all other tests.
os.environ["UNROLLED_BACKGROUND"] = "low"

# Thousands of collected tests are looked through at each collection of garbage: seldom is enough.
gc.set_threshold(100_000, 20, 20)

CHROMIUM_FLAGS = (*chromium.FLAGS, "--js-flags=--no-opt,--no-maglev")
"""A page of the tests lives for seconds, and never wins back what it takes to compile its code once
more, and better: without, it is opened with a sixth less of work, and axe is no slower."""

DATA = tempfile.TemporaryDirectory(prefix="unrolled-tests-")
os.environ["UNROLLED_DATA_FOLDER"] = DATA.name
"""Every process of the tests keeps its runs in a folder of its own."""

TOGETHER = re.compile(
    r"tests/(oracle/\w+|test_packaging|app/test_(walls|start|connection|leaving)"
    r"|browser/test_(guard|sentences|small_screen|ten_thousand))\.py"
)
"""Files whose tests share something that takes seconds to make: one process runs each of them.

pytest-xdist's own marks for that are read off a name that pytest 9.2 no longer looks at.
"""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests go out one by one, but those of `TOGETHER` by the file."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, _ = nodeid.partition("::")
            return file if TOGETHER.fullmatch(file) else nodeid

    return Scheduling(config, log)


TRACED_CASES = 4
"""Of every test outside the browser so many of its cases, evenly spread, are traced for coverage.

The tracer makes a test half as long again; the other cases reach the same lines.
"""
EACH_CASE = re.compile(r"test_(files_\w+|hostile_files|series_files)\.py")
"""But of tables of files every case: each is read, or refused, at a line of its own."""
_TRACED = pytest.StashKey[set[str]]()


def _traced(items: list[pytest.Item]) -> set[str]:
    cases: dict[tuple[Path, str], list[str]] = {}
    for item in items:
        if not item.get_closest_marker("browser"):
            name = getattr(item, "originalname", item.name)
            cases.setdefault((item.path, name), []).append(item.nodeid)
    return {
        node
        for (path, _), nodes in cases.items()
        for node in nodes[
            :: 1 if EACH_CASE.fullmatch(path.name) else -(-len(nodes) // TRACED_CASES)
        ]
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Under `--cov`, trace some tests only."""
    measuring = item.config.pluginmanager.getplugin("_cov")
    if measuring is None or item.nodeid in item.config.stash[_TRACED]:
        return (yield)
    measuring.cov_controller.pause()
    try:
        return (yield)
    finally:
        measuring.cov_controller.resume()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the browser tests, and put them last."""
    browser_tests = Path(__file__).parent / "browser"
    for item in items:
        if item.path.is_relative_to(browser_tests):
            item.add_marker(pytest.mark.browser)
    config.stash[_TRACED] = _traced(items)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture
def free_port() -> int:
    return service.unused_port()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with service.serving(settings={"UNROLLED_WORKERS": "2"}) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium.find_chromium(), args=CHROMIUM_FLAGS
        )
        yield started
        started.close()


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
        page.on("console", self._note_message)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)

    def leave(self, page: Page) -> None:
        """Listen to it no more."""
        page.remove_listener("console", self._note_message)
        page.remove_listener("pageerror", self._note_error)
        page.remove_listener("request", self._note_request)

    def expect(self, pattern: str) -> None:
        """Console messages that match `pattern` (re.search) may come in this test."""
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

    def _note_message(self, message: ConsoleMessage) -> None:
        self.messages.append(f"{message.type}: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.errors.append(str(error))

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
