"""How long the page takes from a moved slider to the new picture, in a real Chromium, and to load.

The slider of the spectral radius is moved again and again; the clock runs from the input event to
the end of the frame in which the pictures of the axis were drawn. For the load it runs from the
navigation to the end of the frame that shows the diagram, beside pages that hold nothing but a
script of Plotly and one line: `plotly.min.js`, and the part of it that the page draws with.

`python -m benchmarks.bench_page FOLDER …` measures other checkouts too, each move in turns.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections import defaultdict
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from scripts import chromium, service

STEPS = (50, 200)
MOVES = 40
WARM_UP = 5
LOADS = 7
HIDDEN = 32
VIEW: Any = {"width": 1440, "height": 900}

PARTS = ("request", "server", "transfer", "parse", "words", "figures", "Plotly", "frame")
"""Where the time goes. server: from the request to the first byte of the answer; Plotly: also what
is set in place of what it drew; parse: what is left of the time from answer to picture."""

_MOVE = """value => new Promise(done => {
  const slider = document.getElementById("radius-slider");
  performance.clearResourceTimings();
  const began = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    const drawn = performance.now();
    requestAnimationFrame(() => setTimeout(() => {
      const ended = performance.now();
      const asked = performance.getEntriesByType("resource")
        .findLast(({name, startTime, responseStart}) =>
          name.endsWith("/api/v1/flow") && startTime >= began - 1 && responseStart > 0);
      done({all: ended - began, request: asked.startTime - began,
        server: asked.responseStart - asked.startTime,
        transfer: asked.responseEnd - asked.responseStart,
        shown: drawn - asked.responseEnd, frame: ended - drawn});
    }));
  });
  seen.observe(document.documentElement, {attributeFilter: ["data-rendered"]});
  slider.value = value;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
})"""

_FIRST_PICTURE = """
const seen = new MutationObserver(() => {
  if (!document.querySelector("#plot-diagram .scatterlayer > .trace")) return;
  seen.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.shown = performance.now(); }));
});
addEventListener("DOMContentLoaded", () =>
  seen.observe(document.body, {childList: true, subtree: true}));
"""

_BARE = """<!doctype html><title>Plotly</title><div id="plot"></div><script src="{url}"></script>
<script>Plotly.newPlot("plot", [{{y: [1, 2, 3]}}], {{}}, {{staticPlot: true}}).then(() =>
  requestAnimationFrame(() => setTimeout(() => {{ window.shown = performance.now(); }})));</script>
"""


_WALK = """async () => {
  const on = document.querySelector('[aria-label="One step on"]');
  const times = [];
  while (on.getAttribute("aria-disabled") !== "true") {
    const began = performance.now();
    on.click();
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - began);
  }
  return times;
}"""

_AT_REST = """() => document.getElementById("pictures").ariaBusy !== "true" &&
  [...document.querySelectorAll(".plot")].every((plot) => plot.ariaBusy !== "true")"""


def experiment(steps: int) -> str:
    """The fragment of a text so long."""
    text = ("gradients vanish and explode " * (steps // 20 + 2))[: steps + 1].replace(" ", "+")
    return f"#text={text}&hidden={HIDDEN}"


def spent(profile: dict[str, Any]) -> dict[str, float]:
    """Milliseconds in each function of the page's modules and what it calls: "draw render.js"."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    above = {child: node["id"] for node in nodes.values() for child in node.get("children", ())}
    own: dict[int, float] = defaultdict(float)
    for sample, delta in zip(profile["samples"], profile["timeDeltas"], strict=True):
        own[sample] += delta
    found: dict[str, float] = defaultdict(float)
    for leaf, time in own.items():
        names = set()
        node: int | None = leaf
        while node is not None:
            frame = nodes[node]["callFrame"]
            names.add(f"{frame['functionName']} {frame['url'].rpartition('/')[2]}")
            node = above.get(node)
        for name in names:
            found[name] += time / 1000
    return found


class Moved:
    """A page on which a slider is moved."""

    def __init__(self, browser: Browser, base: str, steps: int) -> None:
        self.page = browser.new_page(viewport=VIEW)
        chromium.each_module_by_itself(self.page)
        self.page.goto(f"{base}/{experiment(steps)}")
        self.page.wait_for_selector('html[data-state="ready"]', state="attached")
        self.page.wait_for_timeout(1500)
        self.profiler = self.page.context.new_cdp_session(self.page)
        self.profiler.send("Profiler.enable")
        self.times: list[dict[str, float]] = []
        self.found: dict[str, float] = defaultdict(float)

    def move(self, n: int) -> None:
        """One step of the slider, from rest."""
        self.page.bring_to_front()
        self.page.wait_for_function(_AT_REST)
        self.profiler.send("Profiler.start")
        self.times.append(self.page.evaluate(_MOVE, f"{0.5 + 0.02 * n:.2f}"))
        for name, time in spent(self.profiler.send("Profiler.stop")["profile"]).items():
            self.found[name] += time

    def parts(self) -> dict[str, float]:
        """Means of the moves so far, from profile and marks."""
        mean = {name: statistics.fmean(t[name] for t in self.times) for name in self.times[0]}
        each = {name: time / len(self.times) for name, time in self.found.items()}

        def inside(*names: str) -> float:
            return sum(each.get(name, 0.0) for name in names)

        mean["figures"] = inside("figure pictures.js")
        mean["Plotly"] = inside("draw render.js")
        mean["words"] = max(0.0, inside("showFlow main.js") - inside("show pictures.js"))
        js = mean["figures"] + mean["Plotly"] + mean["words"]
        mean["parse"] = max(0.0, mean["shown"] - js)
        return {name: mean[name] for name in PARTS}


def measure(browser: Browser, bases: dict[str, str], steps: int) -> dict[str, float]:
    """Move the slider on the page of every checkout, in turns, and print.

    Returns:
        checkout → 95th percentile in milliseconds.
    """
    pages = {name: Moved(browser, base, steps) for name, base in bases.items()}
    for n in range(WARM_UP):
        for moved in pages.values():
            moved.move(n)
    for moved in pages.values():
        moved.times.clear()
        moved.found.clear()
    for n in range(MOVES):
        for moved in pages.values():
            moved.move(WARM_UP + n)
    result = {}
    for name, moved in pages.items():
        times = sorted(t["all"] for t in moved.times)
        result[name] = times[int(0.95 * len(times))]
        parts = ", ".join(f"{part} {time:.1f}" for part, time in moved.parts().items())
        print(
            f"control to picture, T = {steps}, {name}: {statistics.median(times):.0f} ms median, "
            f"{result[name]:.0f} ms p95, least {times[0]:.0f}\n    {parts}",
            flush=True,
        )
        moved.page.close()
    return result


def walk(browser: Browser, base: str) -> float:
    """Step through 50 steps forward and back, and print how long an update takes.

    Returns:
        95th percentile in milliseconds, from the click to the end of the frame that shows it.
    """
    page = browser.new_page(viewport=VIEW)
    page.goto(f"{base}/#source=random&steps=50&hidden=16&step=1")
    page.wait_for_selector('.way-said[data-numbers="here"]', timeout=60_000)
    page.wait_for_function(_AT_REST)
    page.evaluate(_WALK)  # once to warm up
    page.locator(".transport-scrub").fill("0")
    times = sorted(page.evaluate(_WALK))
    page.close()
    p95 = float(times[int(0.95 * len(times))])
    print(
        f"one stop of the way back, T = 50, {len(times)} stops: {statistics.median(times):.0f} ms "
        f"median, {p95:.0f} ms p95, {times[-1]:.0f} at most",
        flush=True,
    )
    return p95


def first_picture(context: BrowserContext, url: str) -> float:
    """Milliseconds from the navigation to the frame with the first picture."""
    page: Page = context.new_page()
    page.add_init_script(_FIRST_PICTURE)
    page.goto(url)
    page.wait_for_function("() => window.shown > 0", timeout=60_000)
    time = float(page.evaluate("() => window.shown"))
    page.close()
    return time


def scripts_of(page: str) -> dict[str, str]:
    """The bare pages: path → the script of Plotly that it runs, as the page names them."""
    (line,) = (line for line in page.splitlines() if 'id="plotly"' in line)
    found = re.findall(r'"(/assets/plotly[^"]+)"', line)
    return {"whole": found[-1], "own": found[0]}


def visitor(browser: Browser, base: str) -> BrowserContext:
    """A browser with nothing kept, to whom /whole and /own are pages of Plotly and one line."""
    context = browser.new_context(viewport=VIEW)

    def answer(route: Route, script: str) -> None:
        route.fulfill(body=_BARE.format(url=script), content_type="text/html")

    for path, script in scripts_of(context.request.get(base).text()).items():
        context.route(f"**/{path}", partial(answer, script=script))
    return context


def load(browser: Browser, bases: dict[str, str], *, warm: bool) -> None:
    """Print the first picture's time beside that of a page with Plotly and one line.

    Args:
        browser: a running one.
        bases: checkout → address.
        warm: whether the visitors have been there twice.
    """
    visitors = {name: visitor(browser, base) for name, base in bases.items()}
    times: dict[tuple[str, str], list[float]] = {}
    for round_ in range(-2 if warm else 0, LOADS):
        for name, base in bases.items():
            for path in ("", "whole", "own"):
                context = visitors[name] if warm else visitor(browser, base)
                time = first_picture(context, f"{base}/{path}")
                if round_ >= 0:
                    times.setdefault((name, path), []).append(time)
                if not warm:
                    context.close()
    for name in bases:
        page, whole, own = (statistics.median(times[name, path]) for path in ("", "whole", "own"))
        print(
            f"first picture, {'warm' if warm else 'cold'}, {name}: {page:.0f} ms, "
            f"{page / whole:.2f} times a page with plotly.min.js and one line ({whole:.0f} ms); "
            f"with the page's own Plotly and one line {own:.0f} ms",
            flush=True,
        )
    for context in visitors.values():
        context.close()


def run(others: list[Path] | None = None) -> dict[int, float]:
    """Start the service and a browser, measure, and print.

    Args:
        others: checkouts that are measured beside this one.
    Returns:
        T → milliseconds, the 95th percentile of this checkout.
    """
    results = {}
    with ExitStack() as stack:
        folders = {"here": service.ROOT} | {folder.name: folder for folder in others or []}
        bases = {
            name: stack.enter_context(service.serving(cwd=folder))
            for name, folder in folders.items()
        }
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium.find_chromium(), args=chromium.FLAGS
        )
        page = browser.new_page(viewport=VIEW)
        # The service compresses its files as it starts, these last: wait until it is done.
        for base in bases.values():
            page.goto(f"{base}/docs", wait_until="networkidle", timeout=90_000)
        page.close()
        for steps in STEPS:
            results[steps] = measure(browser, bases, steps)["here"]
        walk(browser, bases["here"])
        load(browser, bases, warm=False)
        load(browser, bases, warm=True)
        browser.close()
    return results


if __name__ == "__main__":
    run([Path(folder).resolve() for folder in sys.argv[1:]])
