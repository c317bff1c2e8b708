"""With twice as many cells, activations, losses and rules no control is cut off."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.driver import Unrolled, wants_a_picture
from tests.browser.small import fits
from unrolled.app.assets import Assets
from unrolled.app.equations import EQUATIONS
from unrolled.app.page import templates
from unrolled.app.schemas import Vocabulary
from unrolled.app.schemas.vocabulary import Rule
from unrolled.app.settings import Settings
from unrolled.app.vocabulary import VOCABULARY

SIZES = [(1440, 900), (1024, 768), (761, 900), (390, 844)]

# Controls that lie on one another, in pairs.
OVERLAPS = """() => {
    const all = [...document.querySelectorAll(
            ".segment-row label, .line > label, .check, select, input[type=number], button")]
        .filter(element => element.checkVisibility({visibilityProperty: true}))
        .filter(element => !element.closest(".hit, .tooltip"));
    const inside = (x, y) => x.contains(y) || y.contains(x);
    const found = [];
    for (const [n, one] of all.entries()) {
        const a = one.getBoundingClientRect();
        for (const other of all.slice(n + 1)) {
            const b = other.getBoundingClientRect();
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide > 1 && high > 1 && !inside(one, other) && fixed(one) === fixed(other))
                found.push([one, other].map(e => e.id || e.textContent.trim()));
        }
    }
    return found;
    function fixed(element) {  // what floats above the page lies on what it covers
        for (let e = element; e; e = e.parentElement)
            if (["fixed", "sticky"].includes(getComputedStyle(e).position)) return e;
        return null;
    }
}"""

# Words of a choice that are wider than it is, or stand on more lines than its neighbours'.
SQUEEZED = """() => [...document.querySelectorAll(".segment-row span, select")]
    .filter(element => element.checkVisibility({visibilityProperty: true}))
    .filter(element => element.scrollWidth > element.clientWidth + 1)
    .map(element => element.textContent.trim())"""


def twice_allowed(rule: Rule) -> Rule:
    """What is allowed is allowed under either name."""
    again = [f"{name}-2" for name in rule.allowed if isinstance(name, str)]
    return rule.model_copy(update={"allowed": [*rule.allowed, *again]})


def twice(vocabulary: Vocabulary) -> Vocabulary:
    """Every table with every entry a second time, under a longer name."""
    tables = {}
    for table, entries in vocabulary:
        if not isinstance(entries, list):
            tables[table] = entries
            continue
        more = [
            entry.model_copy(
                update={"name": f"{entry.name}-2", "label": f"{entry.label}, again"}
                | ({"scaled": True} if table == "initialisations" else {})
            )
            for entry in entries
        ]
        tables[table] = [
            entry.model_copy(update={"rules": [twice_allowed(rule) for rule in entry.rules]})
            for entry in (*entries, *more)
        ]
    return Vocabulary(**tables)


@pytest.fixture(scope="module")
def crowded() -> str:
    """The page that the templates make of twice as many words."""
    environment = templates(Assets(), Settings()).env
    words = twice(VOCABULARY)
    equations = [*EQUATIONS, *(replace(own, cell=f"{own.cell}-2") for own in EQUATIONS)]
    environment.globals |= {
        "vocabulary": words,
        "words": words.model_dump(mode="json"),
        "equations": equations,
    }
    return environment.get_template("index.html").render(embedded=False)


def show(unrolled: Unrolled, html: str) -> None:
    """Let the server's page be another one."""
    unrolled.page.route(
        f"{unrolled.server}/",
        lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
    )


def offered(page: Page, group: str) -> list[str]:
    return (
        page.get_by_role("group", name=group, exact=True).locator("label:visible").all_inner_texts()
    )


def test_no_control_is_cut_off(fresh: Unrolled, crowded: str) -> None:
    show(fresh, crowded)
    fresh.open(cell="simple", clip="norm", reach="window", layers=2)
    fresh.ready()
    handle = fresh.page.locator("#sheet-handle")
    for size in SIZES:
        fresh.resize(*size)
        if handle.is_visible() and handle.get_attribute("aria-expanded") == "false":
            handle.click()
        expect(fresh.page.get_by_label("Wiring")).to_be_visible()
        for label in ("Simple", "LSTM"):
            fresh.choose("Cell", label)
            fresh.ready()
            assert len(offered(fresh.page, "Cell")) == 2 * len(VOCABULARY.cells)
            assert len(offered(fresh.page, "Rule")) == 2 * len(VOCABULARY.clip_rules)
            fits(fresh.page)
            assert fresh.page.evaluate(OVERLAPS) == [], (size, label)
            assert fresh.page.evaluate(SQUEEZED) == [], (size, label)


def as_its_model(route: Route) -> None:
    """Let the service answer for a name that it does not have as for the one it was made of."""
    asked = route.request.post_data or ""
    answer = route.fetch(post_data=re.sub(r'"([a-z-]+)-2"', r'"\1"', asked))
    cell = '"cell":"lstm-2"' if "lstm-2" in asked else '"cell":"lstm"'
    route.fulfill(response=answer, body=answer.text().replace('"cell":"lstm"', cell))


def test_a_cell_that_no_room_has_heard_of_is_drawn(fresh: Unrolled, crowded: str) -> None:
    """All that the page does with a cell follows from what the vocabulary says of it."""
    show(fresh, crowded)
    fresh.page.route("**/api/v1/flow", as_its_model)
    fresh.open(select="h_3")
    fresh.choose("Cell", "LSTM, again")
    fresh.ready()
    assert fresh.asked["network"]["cell"] == "lstm-2"
    assert set(fresh.rows()) == {"x", "h", "c", "o", "L"}
    shut = fresh.page.locator("#activation option:disabled").first
    expect(shut).to_have_attribute("title", "fixed: its gates are sigmoids, its state tanh")
    open_ones = fresh.page.locator("#activation option:enabled")
    assert open_ones.evaluate_all("all => all.map(one => one.value)") == ["tanh", "tanh-2"]
    expect(fresh.page.locator("#field-forget")).to_be_visible()
    expect(fresh.page.locator("#field-update")).to_be_hidden()
    expect(fresh.page.locator("#inspector-body")).to_contain_text("forget")
    expect(fresh.page.locator("#inspector-body .equations")).to_be_visible()
    expect(fresh.page.locator("#spectrum-words")).to_contain_text("block g")


def test_an_initialisation_with_a_scale_of_its_own_is_left_as_drawn(
    fresh: Unrolled, crowded: str
) -> None:
    show(fresh, crowded)
    fresh.open()
    fresh.ready()
    fresh.page.route("**/api/v1/flow", as_its_model)
    drawn = fresh.page.get_by_label("Drawn", exact=True)
    for init, radius in (("orthogonal-2", None), ("normal", 0.55)):
        with fresh.page.expect_request(wants_a_picture):
            drawn.select_option(init)
        assert fresh.asked["weights"]["init"] == init
        assert fresh.asked["weights"]["spectral_radius"] == radius
    fresh.ready()
