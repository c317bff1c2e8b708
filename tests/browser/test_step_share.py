"""A weight is shared: the sum over the steps that opens beneath it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Json, Unrolled

SMALL: Json = {"source": "random", "steps": 6, "hidden": 2, "inputs": 2, "outputs": 2}
ONE: Json = {"source": "random", "steps": 6, "hidden": 1, "inputs": 1, "outputs": 1}


def heights(page: Unrolled) -> list[float]:
    """Of every bar, as shares of the largest."""
    bars = page.page.locator("#inspector-more .share-bar")
    expect(bars).not_to_have_count(0)
    read: list[list[float]] = bars.evaluate_all(
        "all => all.map(b => [Number(b.getAttribute('height')), b.classList.contains('minus')])"
    )
    most = max(height for height, _ in read)
    return [(-height if minus else height) / most for height, minus in read]


@pytest.mark.parametrize("name", ["W_hh", "W_xh", "W_hy", "b_h", "b_y"])
@pytest.mark.parametrize("kind", [{}, {"cell": "lstm"}, {"wiring": "many-to-one"}], ids=str)
def test_a_bar_a_step(unrolled: Unrolled, name: str, kind: Json) -> None:
    unrolled.open(**SMALL | kind, select=f"parameter.{name}")
    unrolled.ready()
    terms = unrolled.flow()["parameter_gradients"][name]["step_log10_norm"]
    most = max(value for value in terms if value is not None)
    shares = [0.0 if value is None else 10 ** (value - most) for value in terms]
    assert heights(unrolled) == pytest.approx(shares, abs=0.012)
    largest = unrolled.page.locator("#inspector-more .largest")
    expect(largest).to_have_attribute("data-step", str(1 + shares.index(1.0)))


def test_one_number_has_its_sign(unrolled: Unrolled) -> None:
    unrolled.open(**ONE, activation="linear", loss="squared-error", select="parameter.W_hh")
    unrolled.ready()
    more = unrolled.page.locator("#inspector-more")
    expect(more.locator("title").first).to_have_text("step 1: 0")
    experiment = unrolled.flow()["experiment"] | {"values": True, "follow": None}
    terms = [step[0][0] for step in unrolled.post(experiment)["values"]["terms"]["W_hh"]]
    most = max(map(abs, terms))
    expect(more).to_contain_text("the sum is" if min(terms) < 0 < max(terms) else "add up to")
    assert heights(unrolled) == pytest.approx([term / most for term in terms], abs=0.02)


def test_its_copies_are_lit_in_the_diagram(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, select="parameter.W_hh")
    unrolled.ready()
    lit = unrolled.page.locator("#figure-diagram .lights .lit")
    expect(lit).to_have_count(6)
    unrolled.lead("text=gradients")
    unrolled.ready()
    expect(lit).to_have_count(0)
    expect(unrolled.page.locator("#inspector-more")).to_be_empty()


@pytest.mark.parametrize(
    ("kind", "cuts"),
    [
        ({"wiring": "many-to-one", "reach": "window", "k": 2}, ["all"] * 4),
        ({"reach": "window", "k": 2}, ["some"] * 4),
        ({"reach": "chunk", "k": 3}, ["some"] * 3),
        ({}, []),
    ],
    ids=str,
)
def test_what_a_truncation_cuts_off_is_hatched(
    unrolled: Unrolled, kind: Json, cuts: list[str]
) -> None:
    unrolled.open(**SMALL | kind, select="parameter.W_hh")
    unrolled.ready()
    heights(unrolled)
    hatched = unrolled.page.locator("#inspector-more .hatched")
    assert hatched.evaluate_all("all => all.map(r => r.dataset.cut)") == cuts
    unrolled.open(**SMALL | kind, select="parameter.W_hy")
    unrolled.ready()
    expect(hatched).to_have_count(0)


def test_a_symbol_of_a_formula_opens_it(lent: Unrolled) -> None:
    lent.open(**SMALL, step=36)
    lent.ready()
    symbol = lent.page.locator(".way-maths [data-parameter=W_hh]").first
    symbol.click()
    expect(lent.page.locator("#inspector-more h3")).to_have_text("∂L/∂WH is a sum over the steps")
