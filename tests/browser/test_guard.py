"""What Chromium lets the page do, and what it lets the pages of other servers do to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from scripts import service
from tests.browser.conftest import Kept
from tests.browser.driver import until

WATCH = """() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => {
        window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
}"""
BLOCKED = ("Content Security Policy", "Permissions policy", "Refused to", "violates")


def blocked(message: ConsoleMessage) -> bool:
    return any(word in message.text for word in BLOCKED)


class Watch:
    """A page whose every violation of the policy is kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.add_init_script(f"({WATCH})()")
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if blocked(message):
            self.said.append(message.text)

    def forget(self) -> None:
        """Keep nothing of what was seen."""
        self.page.evaluate("() => { window.violations = []; }")
        self.said.clear()

    def violations(self) -> list[str]:
        seen: list[str] = self.page.evaluate("() => window.violations")
        return seen + self.said


@pytest.fixture
def watch(kept: Kept) -> Iterator[Watch]:
    page = kept.context().new_page()
    yield Watch(page)
    page.evaluate("() => localStorage.clear()")
    page.close()


def ready(page: Page) -> None:
    until(page, "#pictures", "aria-busy", "false")
    until(page, "html", "data-state", "ready")


def test_using_the_page_breaks_no_policy(watch: Watch) -> None:
    page = watch.page
    page.goto("/")
    ready(page)
    page.locator("#preset").select_option("lstm")
    ready(page)
    page.locator("#compare-button").click()
    ready(page)
    page.locator("#theme-toggle").click()
    page.locator("#walk").click()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("slider").first.fill("0.5")
    ready(page)
    page.locator("#share-button").click()
    for button in page.locator("#share button").element_handles():
        if button.is_visible():  # one may take another away
            button.click()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 800})
    ready(page)
    assert watch.violations() == []


ATTACKS = {
    "script-src-elem": """document.body.append(
        Object.assign(document.createElement("script"), {text: "x = 1"}))""",
    "script-src-attr": """document.body.insertAdjacentHTML("beforeend", "<p onclick='x = 1'>");
        document.body.lastChild.click()""",
    "script-src": "setTimeout('x = 1')",
    "img-src": "new Image().src = 'https://attacker.example/x.png'",
    "connect-src": "fetch('https://attacker.example/').catch(() => 0)",
    "frame-src": """document.body.append(
        Object.assign(document.createElement("iframe"), {src: "https://attacker.example/"}))""",
    "base-uri": """document.head.append(
        Object.assign(document.createElement("base"), {href: "/x/"}))""",
}


def test_a_single_violation_is_seen(watch: Watch) -> None:
    """The test above would fail, and so would any other: it stands in the console, too."""
    watch.page.goto("/")
    ready(watch.page)
    seen = {}
    for rule, attack in ATTACKS.items():
        watch.forget()
        with watch.page.expect_console_message(blocked):
            watch.page.evaluate(f"() => {{ {attack}; }}")
        watch.page.wait_for_function("() => window.violations.length > 0")
        seen[rule] = watch.violations()[0].partition(" ")[0]
    assert seen == {rule: rule for rule in ATTACKS}


# --- another site ---------------------------------------------------------------------------------


class Site:
    """Another server, whose pages are written by the tests."""

    def __init__(self) -> None:
        self.html = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.html.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    other = Site()
    yield other
    other.server.shutdown()
    other.server.server_close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    """`visit(html)`: a page of the other site."""
    context = browser.new_context()

    def open_page(html: str) -> Page:
        site.html = f'<!doctype html><link rel="icon" href="data:,"><body>{html}</body>'
        page = context.new_page()
        page.goto(site.origin)
        return page

    yield open_page
    context.close()


POST = """async ([url, options]) => {
    try {
        const answer = await fetch(url, {method: "POST", body: "{}", ...options});
        return `${answer.type} ${answer.status}`;
    } catch (error) {
        return "refused";
    }
}"""


@pytest.mark.parametrize(
    "options",
    [{"headers": {"Content-Type": "application/json"}}, {"mode": "no-cors"}, {}],
    ids=["json", "no-cors", "simple"],
)
def test_another_sites_page_cannot_post(
    visit: Callable[[str], Page], server: str, options: dict[str, Any]
) -> None:
    page = visit("")
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status))
    outcome = page.evaluate(POST, [f"{server}/api/v1/flow", options])
    assert outcome in {"refused", "opaque 0"}
    assert set(statuses) <= {403, 405}


def test_another_sites_form_cannot_post(visit: Callable[[str], Page], server: str) -> None:
    page = visit(
        f'<form method="post" enctype="text/plain" action="{server}/api/v1/flow">'
        '<input name="x" value="1"><button>send</button></form>'
    )
    with page.expect_navigation() as moved:
        page.get_by_role("button").click()
    answer = moved.value
    assert answer is not None
    assert answer.status == 403
    assert "UNROLLED_CORS_ORIGINS" in json.loads(answer.text())["detail"]


def test_another_sites_page_cannot_read(visit: Callable[[str], Page], server: str) -> None:
    read = "async (url) => fetch(url).then(() => 'read', () => 'refused')"
    assert visit("").evaluate(read, f"{server}/api/v1/presets") == "refused"


def framed(page: Page, url: str) -> bool:
    """Whether the page shows `url` in a frame of its own."""
    page.evaluate(
        """url => new Promise((done) => {
            const frame = document.createElement("iframe");
            frame.addEventListener("load", done, {once: true});
            frame.src = url;
            document.body.append(frame);
        })""",
        url,
    )
    frame = page.frames[-1]
    return frame.url.startswith(url) and frame.locator("#pictures").count() == 1


@pytest.mark.parametrize("path", ["/", "/?embed=1", "/docs"])
def test_no_page_may_frame_it(visit: Callable[[str], Page], server: str, path: str) -> None:
    assert not framed(visit(""), f"{server}{path}")


@pytest.fixture(scope="module")
def embeddable(site: Site) -> Iterator[str]:
    settings = {
        "UNROLLED_WORKERS": "1",
        "UNROLLED_EMBED_ORIGINS": site.origin,
        "UNROLLED_CORS_ORIGINS": site.origin,
    }
    with service.serving(settings=settings) as url:
        yield url


def test_a_named_origin_may_frame_the_page_that_is_made_for_it(
    visit: Callable[[str], Page], embeddable: str
) -> None:
    page = visit("")
    assert framed(page, f"{embeddable}/?embed=1")
    frame = page.frames[-1]
    until(frame, "html", "data-state", "ready")
    expect(frame.locator("header.top")).to_be_hidden()
    assert not framed(page, f"{embeddable}/")


def test_a_named_origin_may_post_and_read(visit: Callable[[str], Page], embeddable: str) -> None:
    options = {"headers": {"Content-Type": "application/json"}}
    assert visit("").evaluate(POST, [f"{embeddable}/api/v1/flow", options]) == "cors 200"
