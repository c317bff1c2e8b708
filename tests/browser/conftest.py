"""What the browser tests share, beyond ../conftest.py.

unrolled   the page, open already and led to another experiment by each test: quick. Only for
           tests that leave nothing behind but settings and the window's size (no zoom, no colours,
           no routes).
lent       the same, for tests that hold up answers, wear other colours, store or copy something,
           zoom, or leave a dialog open: it is put in order afterwards
fresh      a page that starts from nothing: not open yet, nothing stored, no permissions
both       `unrolled` comparing two experiments, ./comparing.py's A and B
modules    an empty page that imports the project's JavaScript modules: `modules("format.js", …)`

Each fails the test at its end if the page wrote to the console, threw, or asked another host.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, ViewportSize

from scripts.chromium import find_chromium
from tests.browser import comparing
from tests.browser.driver import Unrolled
from tests.conftest import CHROMIUM_FLAGS, PageLog
from unrolled.app.vocabulary import VOCABULARY

WORDS = VOCABULARY.model_dump_json()
VIEW: ViewportSize = {"width": 1440, "height": 900}


class Kept:
    """One Chromium with a profile on disk, and in it two pages: one that is open and is led by each
    test, and one that is emptied after each; all anew after a test that failed. Only there does
    Chromium keep compiled code: a page that finds Plotly compiled opens in less than half the time,
    and an emptied page, whose process runs already, in half of what is left. Each is brought to
    the front for its test: behind another tab a press of the mouse takes a second.
    """

    def __init__(self, chromium: BrowserType, server: str, **device: Any) -> None:
        self._chromium = chromium
        self._server = server
        self._device = {"viewport": VIEW, **device}
        self._stack = ExitStack()
        self._context: BrowserContext | None = None
        self._open: tuple[Unrolled, PageLog] | None = None
        self._empty: Page | None = None

    def context(self) -> BrowserContext:
        if self._context is None:
            profile = TemporaryDirectory(prefix="unrolled-", ignore_cleanup_errors=True)
            self._context = self._chromium.launch_persistent_context(
                self._stack.enter_context(profile),
                executable_path=find_chromium(),
                args=CHROMIUM_FLAGS,
                base_url=self._server,
                **self._device,
            )
            self._stack.callback(self._context.close)
        return self._context

    def get(self) -> tuple[Unrolled, PageLog]:
        if self._open is None:
            self._open = self.new(PageLog(origin=self._server))
        return self._open

    def new(self, log: PageLog) -> tuple[Unrolled, PageLog]:
        """A page of its own, watched by `log`."""
        page = self.context().new_page()
        log.watch(page)
        return Unrolled(page, self._server), log

    @contextmanager
    def led(self, request: pytest.FixtureRequest) -> Iterator[Unrolled]:
        """The page that is open, for one test."""
        unrolled, log = self.get()
        page = unrolled.page
        page.bring_to_front()
        failures = request.session.testsfailed
        log.expected.clear()
        yield unrolled
        try:
            log.check()
        except AssertionError:
            self.forget()
            raise
        if request.session.testsfailed > failures:
            self.forget()
        elif page.viewport_size != self._device["viewport"]:
            unrolled.resize(**self._device["viewport"])
        log.messages.clear()

    @contextmanager
    def empty(self, log: PageLog, request: pytest.FixtureRequest) -> Iterator[Unrolled]:
        """The page that each test starts from nothing, watched by `log` until the block ends."""
        page = self._empty = self._empty or self.context().new_page()
        page.bring_to_front()
        log.watch(page)
        unrolled = Unrolled(page, self._server)
        failures = request.session.testsfailed
        yield unrolled
        if request.session.testsfailed > failures:
            self.forget()
        else:
            self._clear(page)
            unrolled.leave()
            log.leave(page)
        log.check()

    def _clear(self, page: Page) -> None:
        """Nothing that a test has set, stored, allowed or held up is left."""
        if page.url.startswith(self._server):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")  # where nothing is asked for any more
        page.unroute_all(behavior="ignoreErrors")
        page.context.clear_permissions()
        page.emulate_media(media="null", color_scheme="null", reduced_motion="null")
        page.set_viewport_size(self._device["viewport"])
        page.mouse.move(0, 0)

    def forget(self) -> None:
        self._stack.close()
        self._context = self._open = self._empty = None


@pytest.fixture(scope="session")
def kept(browser: Browser, server: str) -> Iterator[Kept]:
    page = Kept(browser.browser_type, server)
    yield page
    page.forget()


@pytest.fixture
def shared_log(kept: Kept) -> PageLog:
    return kept.get()[1]


@pytest.fixture
def unrolled(kept: Kept, request: pytest.FixtureRequest) -> Iterator[Unrolled]:
    with kept.led(request) as page:
        yield page


# What a test may have left in a page that stays open: what is stored, what lies over the page, a
# part of the axis.
_TIDY = """() => {
    localStorage.clear();
    sessionStorage.clear();
    const all = (selector) => document.querySelectorAll(selector);
    for (const open of all(":popover-open")) open.hidePopover();
    for (const dialog of all("dialog[open]")) dialog.close();
    for (const handle of all("#sheet-handle[aria-expanded=true]")) handle.click();
    for (const whole of all("[data-zoom=all]")) whole.click();
}"""


def tidy(unrolled: Unrolled) -> None:
    """Put a page that stays open in order, after a test that may have left anything: the next may
    open the very experiment whose answer or advice was held up, which is not asked for again."""
    page = unrolled.page
    page.unroute_all(behavior="ignoreErrors")
    page.context.clear_permissions()
    page.emulate_media(media="null", color_scheme="null", reduced_motion="null")
    page.mouse.move(0, 0)
    page.evaluate(_TIDY)
    unrolled.open(text="in order", hidden=2)


@pytest.fixture
def lent(unrolled: Unrolled) -> Iterator[Unrolled]:
    for noted in (unrolled.pictured, unrolled.advised, unrolled.signed):
        noted.clear()
    yield unrolled
    tidy(unrolled)


@pytest.fixture
def fresh(kept: Kept, page_log: PageLog, request: pytest.FixtureRequest) -> Iterator[Unrolled]:
    with kept.empty(page_log, request) as unrolled:
        yield unrolled


@pytest.fixture
def both(unrolled: Unrolled) -> Unrolled:
    unrolled.open(**comparing.B, compare=comparing.kept(**comparing.A))
    unrolled.ready()
    return unrolled


Modules = Callable[..., Any]


@pytest.fixture(scope="session")
def _empty(browser: Browser, server: str) -> Iterator[tuple[Page, PageLog]]:
    context = browser.new_context(base_url=server, viewport=VIEW)
    page = context.new_page()
    log = PageLog(origin=server)
    log.watch(page)
    empty = '<!doctype html><title>empty</title><link rel="icon" href="data:,">'
    page.route("**/empty", lambda route: route.fulfill(body=empty, content_type="text/html"))
    page.goto("/empty")
    yield page, log
    context.close()


@pytest.fixture(scope="session")
def static_url(server: str) -> str:
    """Where the modules are served from, each by itself, as long as they are what the page runs."""
    with urllib.request.urlopen(server) as answer:
        found = re.search(r'src="/assets/page/(\w+)/js/main\.js"', answer.read().decode())
    assert found is not None
    return f"/static/{found[1]}/js"


@pytest.fixture
def modules(_empty: tuple[Page, PageLog], static_url: str) -> Iterator[Modules]:
    """`modules(path, "(module, given, load) => …", given)`: what the function makes of a module."""
    page, log = _empty

    def run(path: str, function: str, given: Any = None) -> Any:
        # As JSON: what Playwright takes apart value by value takes seconds for a few answers.
        script = f"""async ([base, path, given, words]) => {{
            const load = (name) => import(`${{base}}/${{name}}`);
            (await load("vocabulary.js")).learn(JSON.parse(words));
            return ({function})(await load(path), JSON.parse(given), load);
        }}"""
        return page.evaluate(script, [static_url, path, json.dumps(given, allow_nan=False), WORDS])

    yield run
    log.check()
