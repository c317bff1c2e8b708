"""Make docs/screenshot.png: the page as a visitor sees it first, light, 1440 × 900."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from scripts import chromium, service

TARGET = service.ROOT / "docs" / "screenshot.png"


def main() -> None:
    """Start the service, open the page, wait until its figures stand, and take the picture."""
    TARGET.parent.mkdir(exist_ok=True)
    with service.serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_chromium(), args=chromium.FLAGS
        )
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, color_scheme="light", base_url=url
        )
        page.goto("/")
        page.wait_for_selector('html[data-state="ready"]', state="attached")
        page.wait_for_selector('#advice[data-state="shown"]')
        page.screenshot(path=TARGET)
        browser.close()
    print(f"wrote {TARGET.relative_to(service.ROOT)}")


if __name__ == "__main__":
    main()
