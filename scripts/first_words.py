"""Write templates/first_words.json: what the page says of the default experiment."""

from __future__ import annotations

import json

from playwright.sync_api import Page, sync_playwright

from scripts import chromium, service

TARGET = service.ROOT / "templates" / "first_words.json"

IDS = (
    "summary",
    "left",
    "look",
    "advice-words",
    "advice-list",
    "advice-rest",
    "key-diagram",
    "key-profile",
    "key-map",
    "key-clipping",
    "clipping-words",
    "spectrum-words",
    "key-product",
    "product-words",
)
"""The same as in static/js/first.js, which takes them away."""


def words(page: Page) -> dict[str, str]:
    """The markup of every part, of a page that shows the default experiment and its advice."""
    page.wait_for_selector('html[data-state="ready"]', state="attached")
    page.wait_for_selector('#advice[data-state="shown"]')
    found: dict[str, str] = page.evaluate(
        "ids => Object.fromEntries(ids.map(id => [id, document.getElementById(id).innerHTML]))",
        list(IDS),
    )
    return {name: markup.replace(' aria-disabled="false"', "") for name, markup in found.items()}


def main() -> None:
    """Start the service, open the page, and keep what it says."""
    if not TARGET.exists():
        TARGET.write_text(json.dumps(dict.fromkeys(IDS, "")))
    with service.serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_chromium(), args=chromium.FLAGS
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        text = json.dumps(words(page), ensure_ascii=False, indent=1)
        browser.close()
    TARGET.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {TARGET.relative_to(service.ROOT)}")


if __name__ == "__main__":
    main()
