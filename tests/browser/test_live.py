"""The view Live: a file, a run while it trains, and a run that was saved as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser import watched
from tests.browser.driver import Unrolled, until
from tests.browser.services import sent, serving
from tests.browser.violations import THEMES, found, wear
from tests.conftest import PageLog

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
WHOLE = {"profile", "map", "terms", "saturation", "spectrum", "product"}


def looked_at(page: Page) -> Locator:
    return page.locator("#update")


def drawn(page: Page, sequence: int) -> None:
    """The whole report is there, and every picture that it has."""
    until(page, "#live", "data-drawn", str(sequence))
    assert page.locator("#inside").get_attribute("aria-busy") == "false"


def pictures(page: Page) -> set[str]:
    """Those that are seen."""
    names = "all => all.filter(one => one.clientWidth).map(one => one.dataset.picture)"
    return set(page.locator("[data-picture]").evaluate_all(names))


def overflows(page: Page) -> bool:
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    return wide


def put(page: Page, name: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": "", "buffer": content}
    page.locator("#file").set_input_files(file)


def drop(page: Page, name: str, content: str) -> None:
    page.evaluate(
        """([name, content]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([content], name));
            document.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""",
        [name, content],
    )


def test_a_file_is_opened_looked_through_and_never_lost(fresh: Unrolled) -> None:
    page = fresh.page
    page.goto(f"{fresh.server}/runs")
    until(page, "html", "data-state", "ready")
    assert found(page, "light") == {}
    put(page, "notes.txt", b"hello\n")
    expect(page.locator("#file-problem")).to_have_text(
        "notes.txt: This is no run of Unrolled: its first line does not say so."
    )
    assert page.locator("#problem").is_hidden()
    reports = [
        watched.report(0, scale=0.5),
        watched.report(100, scale=0.02),
        watched.report(200, scale=0.5, bad=17),
        watched.report(300, scale=0.02),
    ]
    content = watched.file(reports)
    put(page, "run.unrolled", content + json.dumps(reports[0]).encode()[:-9])
    drawn(page, 4)
    assert page.locator("#file-problem").is_hidden()
    expect(page.locator("#lost")).to_contain_text("last line of the file is cut off")
    expect(page.locator("#state")).to_contain_text("interrupted at update 300 · CharLSTM")
    expect(page.locator("#verdict")).to_contain_text("enters at step 40; less than a millionth")
    expect(page.locator("#proof")).to_contain_text("agree in 4 parameters of float64")
    assert pictures(page) == WHOLE

    broken = page.get_by_role("button", name="a number is not finite")
    expect(broken).to_have_text(re.compile("^At update 200 .* x at step 17"))
    broken.click()
    expect(looked_at(page)).to_have_text("200")
    expect(page.locator("#verdict")).to_contain_text("the input x at step 17")
    expect(page.locator("#inside")).to_be_hidden()
    expect(page.locator("#weights tr").first).to_contain_text("–")
    assert "update=200" in page.url
    page.locator(".transport-scrub").press("ArrowLeft")
    expect(looked_at(page)).to_have_text("100")
    drawn(page, 2)
    assert page.locator(".canvas .cursor").first.bounding_box() is not None
    page.locator("[data-training=loss]").click(position={"x": 80, "y": 60})
    expect(looked_at(page)).to_have_text("0")
    page.keyboard.press("End")

    page.get_by_role("radio", name="decoder").check()
    expect(page.locator("#proof")).to_contain_text("in 8 parameters")
    expect(page.get_by_role("radio", name="2")).to_be_checked()
    expect(page.locator("#say-spectrum")).to_contain_text("Spectral radii by gate: i ")
    expect(page.locator("#say-saturation")).to_contain_text("% shut")
    expect(page.locator("#strokes")).to_be_visible()  # c beside h
    expect(page.locator("#lines")).to_be_visible()
    page.get_by_role("radio", name="1").check()
    expect(page.locator("#verdict")).to_contain_text("what layer 1 has there")
    assert "module=decoder&layer=1" in page.url

    _both_directions_are_looked_at(page)
    page.get_by_role("radio", name="decoder").check()
    page.get_by_role("radio", name="1").check()
    drop(page, "other.unrolled", '{"format": "unrolled-run", "version": 9, "run": {}}\n')
    expect(page.locator("#problem")).to_contain_text("other.unrolled: This file has version 9")
    expect(page.locator("#name")).to_have_text("char-lstm")
    expect(page.locator("#verdict")).to_contain_text("what layer 1 has there")
    for theme in THEMES:
        wear(page, theme)
        assert found(page, theme) == {}
    page.set_viewport_size(NARROW)
    expect(page.locator("[data-picture=map] .main-svg").first).to_have_js_property(
        "clientWidth", page.locator("[data-picture=map]").evaluate("one => one.clientWidth")
    )
    assert not overflows(page)
    drop(page, "good.unrolled", content.decode())
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#lost")).to_be_hidden()
    drawn(page, 4)


def _both_directions_are_looked_at(page: Page) -> None:
    page.get_by_role("radio", name="tagger").check()
    alarms = page.locator("#alarms li")
    expect(alarms).to_have_text(
        [
            re.compile("^From .*, where it reads forward in time, .* arrives before step [1-9]"),
            re.compile("^From .*, where it reads backward in time, .* arrives after step [1-9]"),
        ]
    )
    verdict = page.locator("#verdict")
    expect(verdict).to_have_text(
        re.compile("^Where it reads forward in time, the last gradient enters at step 40; less")
    )
    page.get_by_role("radio", name="Backward in time").check()
    expect(verdict).to_have_text(
        re.compile("^Where it reads backward in time, the first .* at step 1; .* after step [1-9]")
    )
    expect(page.locator("#diagnosis")).to_contain_text("of ∂L₁/∂H₁ arrives at H₄₀.")
    expect(page.locator("[data-caption=map]")).to_contain_text("every step after it (columns)")
    expect(page.locator("[data-caption=reach]")).to_contain_text("of the first gradient")
    expect(page.locator("#say-spectrum")).to_contain_text("step 1 is the sequence’s last")
    assert pictures(page) == WHOLE | {"ways"}
    page.get_by_role("radio", name="1").check()
    expect(verdict).to_contain_text("what layer 1 has there")
    expect(page.locator("[data-caption=map]")).to_contain_text("every step (columns)")
    assert "module=tagger&layer=1&direction=reverse" in page.url
    assert found(page, "light") == {}
    page.get_by_role("radio", name="encoder").check()
    expect(page.locator("#directions")).to_be_hidden()
    expect(page.locator("[data-caption=map]")).to_contain_text("every step before it (columns)")
    assert pictures(page) == WHOLE


def test_a_run_is_followed_through_the_death_of_its_service_and_saved(
    browser: Browser, free_port: int, tmp_path: Path
) -> None:
    reports = [watched.report(100 * n) for n in range(6)]
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    log = PageLog(origin=f"http://127.0.0.1:{free_port}")
    log.expect("Failed to load resource|ERR_")
    log.watch(page)
    with serving(free_port, tmp_path) as (address, process):
        page.set_viewport_size(NARROW)
        page.goto(f"{address}/runs")
        expect(page.locator("#no-runs")).to_be_visible()
        about = {"framework": "keras 3"}
        run = sent(f"{address}/api/v1/runs", {"name": "r", "about": about})["id"]
        kept = f"{address}/api/v1/runs/{run}"
        page.get_by_role("link", name="r", exact=True).focus()  # it comes by itself
        sent(kept, {"state": "interrupted"}, "PATCH")
        expect(page.locator("#rows td").nth(2)).to_have_text("interrupted")
        expect(page.get_by_role("link", name="r", exact=True)).to_be_focused()
        sent(kept, {"state": "running"}, "PATCH")
        assert not overflows(page)
        page.keyboard.press("Enter")
        page.set_viewport_size(WIDE)
        expect(page.locator("#waiting")).to_be_visible()
        sent(f"{kept}/reports", reports[:2])
        drawn(page, 2)
        expect(page.locator("#difference-from")).to_have_text("Difference from Keras’s")
        expect(page.locator("#state")).to_contain_text("running")
        sent(f"{kept}/reports", reports[2])
        drawn(page, 3)
        page.get_by_role("button", name="One step back").click()
        sent(f"{kept}/reports", reports[3])
        expect(page.locator(".transport-scrub")).to_have_attribute("max", "3")
        expect(looked_at(page)).to_have_text("100")  # who looks at an older one stays there
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Save as a page").click()
        downloading.value.save_as(tmp_path / "run.html")
        process.kill()
        expect(page.locator("#lost")).to_contain_text("does not answer for now")
    with serving(free_port, tmp_path):
        assert [one["update"] for one in sent(f"{kept}/reports", None, "GET")["reports"]] == [
            one["update"] for one in reports[:4]
        ]
        sent(f"{kept}/reports", reports[4:])
        expect(page.locator(".transport-scrub")).to_have_attribute("max", "5")
        expect(page.locator("#lost")).to_be_hidden()
        sent(kept, {"state": "interrupted"}, "PATCH")  # what trained was killed, too
        expect(page.locator("#state")).to_contain_text("interrupted at update 500")
        sent(kept, None, "DELETE")
        expect(page.locator("#lost")).to_contain_text("has been deleted on the server")
        expect(looked_at(page)).to_have_text("100")
    page.close()
    log.check()

    asked: list[str] = []
    page = context.new_page()
    log = PageLog(origin="file://")
    log.watch(page)
    page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    page.goto((tmp_path / "run.html").as_uri())
    drawn(page, 4)
    assert asked.count("file") == 1  # itself
    assert set(asked) <= {"file", "data", "blob"}
    expect(page.locator("#state")).to_contain_text("saved at update 300, while it ran")
    page.get_by_role("button", name="One step back").click()
    drawn(page, 3)
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert pictures(page) == WHOLE
    page.get_by_role("radio", name="tagger").check()
    page.get_by_role("radio", name="Backward in time").check()
    expect(page.locator("#verdict")).to_contain_text("the first gradient enters at step 1;")
    assert pictures(page) == WHOLE | {"ways"}
    context.close()
    log.check()
