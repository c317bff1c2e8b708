"""The page needs nothing but its own server, and its server says so."""

import re
import urllib.request

from playwright.sync_api import Request, expect

from tests.browser.driver import Unrolled, until

SMALLEST = '{"network": {"hidden_size": 1}, "sequence": {"steps": 1}, "include": []}'


def test_everything_comes_from_the_server(fresh: Unrolled, server: str) -> None:
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    fresh.page.on("request", note)
    fresh.page.goto("/")
    fresh.ready()
    urls = {request.url for request in asked}
    assert all(url.startswith((server, "data:", "blob:")) for url in urls)
    assert any("plotly" in url for url in urls)
    assert all((response := r.response()) is None or response.status < 400 for r in asked)


def test_a_second_visit_takes_code_and_styles_from_the_cache(fresh: Unrolled) -> None:
    fresh.page.goto("/")
    fresh.ready()
    second = fresh.page.context.new_page()
    second.goto("/")
    until(second, "html", "data-state", "ready")
    sizes = second.evaluate(
        """() => Object.fromEntries(performance.getEntriesByType("resource")
            .filter(entry => /static|assets/.test(entry.name))
            .map(entry => [entry.name, entry.transferSize]))"""
    )
    assert len(sizes) >= 4  # scripts before and of the page, styles, Plotly
    assert {name: size for name, size in sizes.items() if size} == {}


def test_the_drawing_library_comes_compressed(server: str) -> None:
    with urllib.request.urlopen(server) as answer:
        found = re.search(r'"(/assets/plotly[^"]+)"', answer.read().decode())
    assert found is not None
    request = urllib.request.Request(f"{server}{found[1]}", headers={"Accept-Encoding": "br, gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] in {"br", "gzip"}
        assert "immutable" in answer.headers["Cache-Control"]


def test_no_cookie_is_set(fresh: Unrolled) -> None:
    fresh.page.goto("/")
    fresh.ready()
    assert fresh.page.context.cookies() == []


def test_the_reference_of_the_api_works_from_the_server_alone(fresh: Unrolled) -> None:
    """It sends an experiment, which is answered, and draws its answer and the schemas; it breaks no
    policy: the console would say so. The smallest: it colours the whole answer, for ten seconds of
    an example's. That every example is answered stands in tests/app/test_docs.py.
    """
    fresh.page.goto("/docs")
    expect(fresh.page.get_by_role("main")).to_be_visible()
    expect(fresh.page).to_have_title("Unrolled: API reference")
    fresh.page.locator("#reference .opblock-summary", has_text="/api/v1/flow").click()
    fresh.page.get_by_role("button", name="Try it out").click()
    fresh.page.locator("#reference .body-param__text").fill(SMALLEST)
    fresh.page.get_by_role("button", name="Execute", exact=True).click()
    answered = fresh.page.locator("#reference .live-responses-table .response-col_status").last
    expect(answered).to_contain_text("200")
    part = fresh.page.locator("#reference .models article article").first
    body = part.locator("> .json-schema-2020-12-body")
    expect(body).to_have_class(re.compile("collapsed"))
    part.get_by_role("button").first.click()
    expect(body).not_to_have_class(re.compile("collapsed"))


def test_without_javascript_the_page_says_what_it_needs(browser, server: str) -> None:
    context = browser.new_context(base_url=server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("p.noscript")).to_be_visible()
    expect(page.locator("p.noscript")).to_contain_text("JavaScript")
    context.close()
