"""What the tests of Compare share: A and B, and what is drawn and said of them."""

import urllib.parse

from playwright.sync_api import Page

from tests.browser.driver import Json, Unrolled

A: Json = {"text": "gradients", "radius": 0.5}
B: Json = {"text": "gradients", "radius": 0.9, "init": "orthogonal"}


def kept(**settings: object) -> str:
    """An experiment as the address keeps it in `compare`."""
    return urllib.parse.urlencode(settings)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def difference(unrolled: Unrolled) -> str:
    return unrolled.page.locator("#difference").inner_text().replace("\u00a0", " ")


def address(unrolled: Unrolled) -> dict[str, str]:
    fragment = urllib.parse.urlsplit(unrolled.address).fragment
    return dict(urllib.parse.parse_qsl(fragment, keep_blank_values=True))


def outlines(unrolled: Unrolled) -> list[Json]:
    return [trace for trace in unrolled.traces("profile") if trace.get("name") == "A"]


def outline(unrolled: Unrolled) -> Json:
    """The line of A in the profile."""
    (line,) = outlines(unrolled)
    return line


def heights(line: Json) -> dict[int, float]:
    """log₁₀ of A's outline at every step."""
    return {round(x + 0.5): y for x, y in zip(line["x"][::2], line["y"][::2], strict=True) if y}


def colours(unrolled: Unrolled, name: str) -> list[str]:
    for trace in unrolled.traces(name, mode="markers"):
        if isinstance(trace["marker"].get("symbol"), list):
            return list(trace["marker"]["color"])
    raise AssertionError("no nodes are drawn")
