"""What a window has to hold, however small it is."""

from playwright.sync_api import Page

# Visible controls that stand out of the window at the left or right.
OUTSIDE = """() => [...document.querySelectorAll("button, input, select, textarea, a, .plot")]
    .filter(element => element.checkVisibility({visibilityProperty: true}))
    .filter(element => !element.classList.contains("skip"))
    .map(element => [element.id || element.className || element.name,
        element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1))
    .map(([name, box]) => [name, box.left, box.right])"""


# Visible parts of the form that stick out of the nearest box which cuts or scrolls them, and
# choices whose words are wider than they are.
CUT = """() => {
    const cut = [];
    for (const element of document.querySelectorAll(
            "label, input, select, button, .segment-row, .note, .error, .reason, h2, dt, dd")) {
        if (!element.checkVisibility({visibilityProperty: true})) continue;
        const box = element.getBoundingClientRect();
        if (box.width <= 1 || element.closest(".skip, .unseen")) continue;
        let around = element.parentElement;
        while (around && getComputedStyle(around).overflowX === "visible")
            around = around.parentElement;
        const room = around?.getBoundingClientRect();
        if (around && around !== document.body && around !== document.documentElement
            && (box.left < room.left - 1 || box.right > room.right + 1))
            cut.push([element.id || element.textContent.trim(), box.right, room.right]);
        if (element.matches("label, button") && element.scrollWidth > element.clientWidth + 1
            && element.clientWidth)
            cut.push([element.textContent.trim(), element.scrollWidth, element.clientWidth]);
    }
    return cut;
}"""


def fits(page: Page) -> None:
    """Nothing runs out of the window, and no part of a form is cut off."""
    scrolled = "() => [document.scrollingElement.scrollWidth, innerWidth]"
    size = page.viewport_size
    wide, window = page.evaluate(scrolled)
    assert wide <= window, size
    assert page.evaluate(OUTSIDE) == [], size
    assert page.evaluate(CUT) == [], size
