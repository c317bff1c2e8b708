"""How long the page takes from a moved slider to the new picture, in a real Chromium.

The slider of the spectral radius is moved again and again; the clock runs from the input event to
the end of the frame in which the three pictures were drawn.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Page, sync_playwright

from scripts import chromium, service

STEPS = (50, 200)
MOVES = 20
WARM_UP = 5
HIDDEN = 32

_MOVE = """value => new Promise(done => {
  const slider = document.getElementById("radius-slider");
  const began = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  seen.observe(document.documentElement, {attributeFilter: ["data-rendered"]});
  slider.value = value;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
})"""


def measure(page: Page, base: str, steps: int) -> float:
    """The median of the moves after the first few, in milliseconds."""
    text = ("gradients vanish and explode " * (steps // 20 + 2))[: steps + 1].replace(" ", "+")
    page.goto("about:blank")
    page.goto(f"{base}/#text={text}&hidden={HIDDEN}")
    page.wait_for_selector('html[data-state="ready"]', state="attached")
    page.wait_for_timeout(500)
    times = [
        float(page.evaluate(_MOVE, f"{0.5 + 0.02 * move:.2f}")) for move in range(WARM_UP + MOVES)
    ]
    return statistics.median(times[WARM_UP:])


def run() -> dict[int, float]:
    """Start the service and a browser, measure, and print a line for every length.

    Returns:
        T → milliseconds.
    """
    results = {}
    with service.serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_chromium(), args=chromium.FLAGS
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        # The service compresses its files as it starts, these last: wait until it is done.
        page.goto(f"{base}/docs", wait_until="networkidle")
        for steps in STEPS:
            results[steps] = measure(page, base, steps)
            print(f"control to picture, T = {steps}: {results[steps]:.0f} ms (median)")
        browser.close()
    return results


if __name__ == "__main__":
    run()
