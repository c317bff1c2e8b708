"""The view Train: two runs are begun, stopped, changed, looked through, killed, and found again."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, Page, ViewportSize, expect

from tests.browser.driver import until
from tests.browser.services import sent, serving
from tests.browser.test_present import SMALLEST
from tests.browser.violations import THEMES, found, wear
from tests.conftest import PageLog

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 700}
SMALL = "task.steps=10&hidden=4&batch=4&updates=50000"
WORKER = "unrolled.app.training.worker"


def overflows(page: Page) -> bool:
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    return wide


def clean(page: Page) -> None:
    """No violation that axe knows of, in either theme."""
    for theme in THEMES:
        wear(page, theme)
        assert found(page, theme) == {}, theme


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that train for a service."""
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    pids = [int(pid) for one in children for pid in one.read_text().split()]
    return [pid for pid in pids if WORKER in Path(f"/proc/{pid}/cmdline").read_text()]


def looked_at(page: Page, update: int, run: int = 0) -> None:
    """An update is computed again, and every picture of it is drawn."""
    until(page, "#moment", "data-replayed", f"{run} {update}")
    until(page, "#moment", "aria-busy", "false")
    assert page.locator("[data-moment=profile] .main-svg").count()
    assert page.locator("#plot-diagram .main-svg").count()


def done(page: Page) -> int:
    """How many updates of the first run are done, by its words."""
    said = re.search(r"([\d,]+) of 50,000", page.locator("#run-state-0").inner_text())
    assert said is not None
    return int(said[1].replace(",", ""))


def further(page: Page, update: int) -> None:
    """Both runs have come so far."""
    reached = "update => [0, 1].every(n => document.getElementById(`progress-${n}`).value > update)"
    page.wait_for_function(reached, arg=update)


def begin(page: Page, address: str) -> list[str]:
    """Set two runs up, one clipped and one not, and begin them; their ids."""
    page.goto(f"{address}/train#{SMALL}")
    until(page, "html", "data-state", "ready")
    expect(page.locator("#will-see")).to_contain_text("clipped at μ = 0.5 and not clipped")
    expect(page.locator("#will-see")).to_contain_text("each of the 10 steps")
    clean(page)
    page.locator("#hidden").fill("0")
    page.locator("#begin").click()
    assert page.url.startswith(f"{address}/train#"), "the form holds what cannot be"
    page.locator("#hidden").fill("4")
    page.locator("#begin").click()
    page.wait_for_url("**/train?run=*")
    further(page, 40)
    page.locator("#pace").select_option("30")
    ids = re.findall(r"(?:run|with)=([\w-]+)", page.url)
    assert len(ids) == 2
    return ids


def look_through(page: Page, runs: str, ids: list[str]) -> int:
    """Stop, go on by one, and look at what is recorded; the update that is looked at in the end."""
    page.get_by_role("button", name="Pause").click()
    for n in (0, 1):
        expect(page.locator(f"#run-state-{n}")).to_contain_text("paused at")
    before = done(page)
    page.get_by_role("button", name="One update").click()
    expect(page.locator("#run-state-0")).to_contain_text(f"paused at {before + 1:,}")
    page.locator("[data-over=loss]").click(position={"x": 60, "y": 40})
    page.locator(".transport-scrub").press("ArrowRight")
    update = int(re.findall(r"#update=(\d+)$", page.url)[0])
    assert 1 < update < before
    expect(page.locator("#moment-update")).to_have_text(f"{update:,}")
    looked_at(page, update)
    kept: Any = sent(f"{runs}/{ids[0]}/updates?from={update}&to={update}", None, "GET")
    expect(page.locator("#moment-said")).to_contain_text(f"Loss {kept['loss'][0]:.5f}"[:9])
    page.locator("[data-over=heat-1]").click(position={"x": 120, "y": 20})
    expect(page.get_by_role("radio", name="B: not clipped")).to_be_checked()
    expect(page.locator("#inspector-title")).to_contain_text("Selected: H")
    expect(page.locator("#inspector math").first).to_be_visible()
    assert re.search(r"update=\d+&of=B&select=h_\d+", page.url)
    return before + 1


def change(page: Page, runs: str, ids: list[str]) -> None:
    """Another threshold, from the next update on."""
    page.locator("#change-of").select_option(label="clipped at μ = 0.5")
    page.get_by_role("button", name="Change from the next update on").click()
    expect(page.locator("#change-wrong")).to_contain_text("Nothing here differs")
    assert page.locator("#change-rate").get_attribute("max") == "1000"
    page.locator("#change").get_by_label("Threshold").fill("0")
    page.get_by_role("button", name="Change from the next update on").click()
    beside = page.locator("[data-pointer='/change/clip/threshold'] [data-error]")
    expect(beside).to_have_text("received 0; allowed: a number above 0")
    expect(page.locator("#change-wrong")).to_have_text("")
    page.locator("#change").get_by_label("Threshold").fill("0.25")
    page.get_by_role("button", name="Change from the next update on").click()
    expect(page.locator(".train-changed").first).to_be_visible()
    run = sent(f"{runs}/{ids[0]}", None, "GET")
    assert [one["change"]["clip"]["threshold"] for one in run["training"]["changes"]] == [0.25]
    assert sent(f"{runs}/{ids[1]}", None, "GET")["training"]["changes"] == []
    expect(page.locator("#happened")).to_contain_text("0.25")


def save(page: Page, runs: str, ids: list[str]) -> None:
    """Pictures leave the page with all that they show there, and updates as a table."""

    def kept(button: str) -> Download:
        with page.expect_download() as download:
            page.locator(button).click()
        return download.value

    with kept("[data-keep=heat-1][data-format=svg]").path().open(encoding="utf-8") as file:
        picture = file.read()
    assert "<image" in picture
    assert "B: not clipped." in picture
    assert ids[1] in picture
    for button in ("[data-keep=loss][data-format=png]", "[data-keep=diagram][data-format=png]"):
        assert kept(button).path().read_bytes().startswith(b"\x89PNG")
    page.locator("#about-1 summary").click()
    table = kept("#about-table-1")
    assert re.fullmatch(r"unrolled-.*-updates\.csv", table.suggested_filename)
    with table.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told: Any = sent(f"{runs}/{ids[1]}/updates?to=100", None, "GET")
    assert [float(row["loss"]) for row in rows[:100]] == told["loss"]
    steps = [float(row[f"log10_hidden_step{t}"]) for row in rows[:100] for t in range(1, 11)]
    assert steps == pytest.approx([value for row in told["hidden"] for value in row], abs=3e-4)


def from_disk(browser: Browser, run: str, said: str, address: str, folder: Path) -> None:
    """A run as a page: its pictures and the sentence of an update, without a service."""
    file = folder / "run.html"
    with urllib.request.urlopen(f"{run}/export?format=html") as answer:
        file.write_bytes(answer.read())
    context = browser.new_context(viewport=WIDE, offline=True)
    page = context.new_page()
    log = PageLog(origin="file://")
    log.watch(page)
    page.goto(f"{file.as_uri()}#{address.partition('#')[2]}")
    expect(page.locator("html")).to_have_attribute("data-state", "ready")
    expect(page.locator("#moment-said")).to_have_text(said)
    for shown in ("loss", "size-0", "heat-0"):
        expect(page.locator(f"[data-over={shown}] .main-svg").first).to_be_visible()
    expect(page.locator("[data-moment=profile] .main-svg").first).to_be_visible()
    expect(page.locator("#happened a")).not_to_have_count(0)
    expect(page.locator("#restart")).to_be_hidden()
    assert not overflows(page)
    clean(page)
    log.check()
    context.close()


def lectured(page: Page) -> None:
    """On the wall of a lecture hall: large, on one screen, led by keys, and left again."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    before = page.url
    page.get_by_role("button", name="Present").click()
    expect(page.locator("html")).to_have_attribute("data-lecture", "")
    assert "&present" in page.url
    for hidden in (".top", "#changing", "#happening", "#figure-diagram"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in ("[data-over=heat-1]", "[data-moment=profile]", "#restart", ".transport"):
        expect(page.locator(shown).first).to_be_visible()
    fits = "() => document.documentElement.scrollHeight === 1080"
    page.wait_for_function(fits)
    assert not overflows(page)
    assert page.evaluate(SMALLEST) >= 20
    clean(page)
    at = page.locator("#moment-update").inner_text()
    page.keyboard.press("PageUp")
    expect(page.locator("#moment-update")).not_to_have_text(at)
    plot = page.locator("[data-over=loss]")
    wide = plot.evaluate("one => one.getBoundingClientRect().width")
    plot.click(position={"x": wide * 0.5, "y": 40})
    cursor = "[data-over=loss] ~ .cursor"
    left = page.locator(cursor).evaluate("one => one.getBoundingClientRect().left")
    assert left == pytest.approx(
        plot.evaluate("one => one.getBoundingClientRect().left") + wide / 2, abs=4
    )
    page.keyboard.press("Escape")
    expect(page.locator("html")).not_to_have_attribute("data-lecture", "")
    expect(page.locator(".top")).to_be_visible()
    page.set_viewport_size(WIDE)
    page.goto(before)
    page.wait_for_function("() => document.documentElement.dataset.state === 'ready'")


def test_two_runs_are_trained_looked_through_killed_and_found_again(
    browser: Browser, free_port: int, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    log = PageLog(origin=f"http://127.0.0.1:{free_port}")
    log.expected.append("status of 422")  # a change that is refused
    log.watch(page)
    with serving(free_port, tmp_path) as (address, process):
        runs = f"{address}/api/v1/runs"
        ids = begin(page, address)
        at = look_through(page, runs, ids)
        change(page, runs, ids)
        clean(page)
        page.locator("#pace").select_option("")
        page.get_by_role("button", name="Resume").click()
        further(page, at + 50)
        for pid in workers(process):
            os.kill(pid, signal.SIGKILL)
        further(page, at + 2000)
        page.get_by_role("button", name="Stop").click()
        for n in (0, 1):
            expect(page.locator(f"#run-state-{n}")).to_contain_text("ended at")
        save(page, runs, ids)
        page.locator("#happened a[href^='#update=']").first.click()
        address_then = page.url
        said = page.locator("#moment-said").inner_text()
        update = int(re.findall(r"update=(\d+)", address_then)[0])
        looked_at(page, update, int("of=B" in address_then))
        page.reload()
        expect(page.locator("#moment-said")).to_have_text(said)
        assert page.url == address_then
        kept = sent(f"{runs}/{ids[0]}/updates?from={at}&to={at + 1}", None, "GET")
        assert kept["threshold"][0] == 0.5
        assert kept["threshold"][1] == 0.25
        page.set_viewport_size(NARROW)
        expect(page.locator("[data-over=loss] .main-svg").first).to_have_js_property(
            "clientWidth", page.locator("[data-over=loss]").evaluate("one => one.clientWidth")
        )
        assert not overflows(page)
        page.set_viewport_size(WIDE)
        lectured(page)
        from_disk(
            browser, f"{runs}/{ids[int('of=B' in address_then)]}", said, address_then, tmp_path
        )
        page.get_by_role("link", name="Open in Explore").click()
        until(page, "html", "data-state", "ready")
        expect(page.locator("#given-note")).to_contain_text("Of a run that trained here")
        page.goto(f"{address}/runs")
        expect(page.get_by_role("checkbox")).to_have_count(2)
        for tick in page.get_by_role("checkbox").all():
            tick.check()
        page.get_by_role("link", name="Compare these two").click()
        expect(page.locator("#run-state-1")).to_contain_text("ended at")
        page.goto(f"{address}/runs/{ids[1]}")
        expect(page.locator("#run-name-0")).to_contain_text("not clipped")
        page.close()
    log.check()
    context.close()
