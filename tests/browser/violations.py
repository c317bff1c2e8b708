"""What axe finds on the page as it stands, in both themes."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

# The rules that read colours; all others say of the dark page what they say of the light one.
COLOURS = ["color-contrast", "link-in-text-block"]


def wear(page: Page, theme: Theme) -> None:
    """Show the page in a theme, at once."""
    page.emulate_media(color_scheme=theme)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


def found(page: Page, theme: Theme) -> dict[str, list[list[str]]]:
    """rule → the elements that break it: every rule in light, those of colour in dark."""
    rules = None if theme == "light" else COLOURS
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    response = Axe().run(page, options=options).response
    tried = [rule["id"] for kind in ("passes", "incomplete") for rule in response[kind]]
    assert len(tried) > 20 if rules is None else "color-contrast" in tried
    return {
        violation["id"]: [node["target"] for node in violation["nodes"]]
        for violation in response["violations"]
    }


def holds(page: Page) -> None:
    """No violation in light, and none of colour in dark."""
    page.mouse.move(1, 1)
    page.add_style_tag(content="* { transition: none !important; }")
    for theme in THEMES:
        wear(page, theme)
        assert found(page, theme) == {}, theme
