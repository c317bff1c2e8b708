"""How long the page takes from a moved slider to the new picture, in a real Chromium.

The slider of the spectral radius is moved again and again; the clock runs from the input event to
the end of the frame in which the three pictures were drawn.
"""

import os
import socket
import statistics
import subprocess
import sys
import time

from playwright.sync_api import Page, sync_playwright

STEPS = (50, 200)
MOVES = 20
WARM_UP = 5

_MOVE = """value => new Promise(done => {
  const slider = document.getElementById("radius-slider");
  const root = document.documentElement;
  const began = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  seen.observe(root, {attributeFilter: ["data-rendered"]});
  slider.value = value;
  slider.dispatchEvent(new Event("input", {bubbles: true}));
})"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 30.0) -> None:
    """Return once somebody listens on the port.

    Raises:
        TimeoutError: where nobody does within that time.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1.0):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody listened on port {port} within {seconds:g} s")


def measure(page: Page, base: str, steps: int) -> float:
    """The median of so many moves, in milliseconds."""
    text = ("gradients vanish and explode " * (steps // 20 + 2))[: steps + 1].replace(" ", "+")
    page.goto("about:blank")
    page.goto(f"{base}/#text={text}&hidden=32")
    page.wait_for_selector('html[data-state="ready"]', state="attached")
    page.wait_for_timeout(500)
    times = [
        float(page.evaluate(_MOVE, f"{0.5 + 0.02 * move:.2f}")) for move in range(WARM_UP + MOVES)
    ]
    return statistics.median(times[WARM_UP:])


def run() -> dict[int, float]:
    """Start the service and a browser, measure, and print a line for every length."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    server = subprocess.Popen([*command, "--log-level", "warning"])  # noqa: S603 (our own command)
    results = {}
    try:
        wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("UNROLLED_CHROMIUM", "/usr/bin/chromium"),
                args=["--no-sandbox", "--disable-background-networking"],
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            for steps in STEPS:
                results[steps] = measure(page, base, steps)
                print(f"control to picture, T = {steps}: {results[steps]:.0f} ms (median)")
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=10)
    return results


if __name__ == "__main__":
    run()
