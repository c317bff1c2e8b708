"""A state that leaves the range of a double: what came before it is drawn, and said."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Modules
from tests.browser.driver import Unrolled

WEIGHTS = '{"W_xh":[[1]],"W_hh":[[30]],"b_h":[0],"W_hy":[[1]],"b_y":[0]}'
GROWS = {
    "source": "random", "activation": "linear", "hidden": 1, "inputs": 1, "outputs": 1,
    "loss": "squared-error", "weights": WEIGHTS,
}  # fmt: skip


@pytest.mark.parametrize("wiring", ["many-to-many", "many-to-one"])
@pytest.mark.parametrize("steps", [300, 900])
def test_the_steps_before_it_are_drawn(unrolled: Unrolled, wiring: str, steps: int) -> None:
    unrolled.open(**GROWS, wiring=wiring, steps=steps)
    unrolled.ready()
    flow = unrolled.flow()
    overflow = flow["overflow"]
    before = overflow["step"] - 1
    assert flow["steps"] == before < steps
    sentence = unrolled.page.locator("#overflow")
    expect(sentence).to_have_text(
        f"{overflow['quantity'].upper()} overflows at step {before + 1} of {steps}; "
        f"shown are the {before} steps before it."
    )
    assert unrolled.figure("profile")["layout"]["xaxis"]["range"] == [-0.5, before + 0.5]
    assert max(unrolled.nodes("h")) == before
    text = unrolled.page.locator("body").inner_text()
    assert not re.search(r"\bNaN\b|undefined|Infinity", text)
    if wiring == "many-to-many":
        assert len(unrolled.profile()) == before


def test_nothing_is_said_where_nothing_overflows(unrolled: Unrolled) -> None:
    unrolled.open(text="abc")
    expect(unrolled.page.locator("#overflow")).to_be_hidden()


@pytest.mark.parametrize(
    ("log10", "text"),
    [
        (-1505.2, "6.31 × 10⁻¹⁵⁰⁶"),
        (2000, "1.00 × 10²⁰⁰⁰"),
        (-400.0000000001, "1.00 × 10⁻⁴⁰⁰"),
    ],
)
def test_numbers_outside_the_range_of_a_double(modules: Modules, log10, text: str) -> None:
    assert modules("format.js", "(format, log10) => format.fromLog10(log10)", log10) == text


def test_no_number_is_no_text(modules: Modules) -> None:
    shown = modules(
        "format.js",
        "({plain, number, fromLog10}) => [plain(NaN), number(NaN), number(Infinity), "
        "fromLog10(-Infinity), fromLog10(Infinity)]",
    )
    assert shown == ["–", "–", "∞", "0", "∞"]
