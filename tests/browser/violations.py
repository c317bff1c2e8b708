"""What axe finds on the page as it stands, in both themes."""

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

# The rules that read colours; all others say of the dark page what they say of the light one.
COLOURS = ["color-contrast", "link-in-text-block"]
# No rule that is on by default reads the style sheets that axe would fetch.
OPTIONS = {"resultTypes": ["violations"], "preload": False}
RUN = """async ([parts, options]) => {
    const {violations, passes, incomplete} = await axe.run(parts ?? document, options);
    return [
        [...passes, ...incomplete].map((rule) => rule.id),
        violations.map((rule) => [rule.id, rule.nodes.map((node) => node.target)]),
    ];
}"""


def wear(page: Page, theme: Theme) -> None:
    """Show the page in a theme, at once."""
    page.emulate_media(color_scheme=theme)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


def violations(
    page: Page, rules: list[str] | None = None, parts: list[str] | None = None
) -> dict[str, list[list[str]]]:
    """rule → the elements that break it; `rules`: no others are tried; `parts`: selectors of what
    is looked at, where all else stands on the page as another test has looked at it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    tried, broken = page.evaluate(RUN, [parts, OPTIONS | ({"runOnly": rules} if rules else {})])
    tried += [rule for rule, _ in broken]
    if rules is None:
        assert len(tried) > (10 if parts else 20)
    assert "color-contrast" in tried
    return dict(broken)


def found(page: Page, theme: Theme, parts: list[str] | None = None) -> dict[str, list[list[str]]]:
    """rule → the elements that break it: every rule in light, those of colour in dark."""
    return violations(page, None if theme == "light" else COLOURS, parts)


def holds(page: Page, themes: tuple[Theme, ...] = THEMES, parts: list[str] | None = None) -> None:
    """No violation in light, and none of colour in dark."""
    page.mouse.move(1, 1)
    still = page.add_style_tag(content="* { transition: none !important; }")
    for theme in themes:
        wear(page, theme)
        assert found(page, theme, parts) == {}, theme
    still.evaluate("style => style.remove()")
