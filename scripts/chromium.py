"""Which Chromium to drive, and how to start it so that it speaks to nobody but the service."""

import os
import shutil

from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str:
    """$UNROLLED_CHROMIUM if it is set, else the first Chromium on the PATH.

    Raises:
        FileNotFoundError: there is none; `scripts/ensure-chromium` installs one.
    """
    given = os.environ.get("UNROLLED_CHROMIUM")
    for name in [given] if given else NAMES:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(
        f"no Chromium: looked for {given or ', '.join(NAMES)}; run scripts/ensure-chromium"
    )


def each_module_by_itself(page: Page) -> None:
    """Let a page load every module of static/js from its own file, by whose name it can be told."""
    page.route(
        "**/assets/page/*/js/main.js",
        lambda route: route.fulfill(
            body='import "/static/js/main.js";', content_type="text/javascript"
        ),
    )
