"""The inspector's signed numbers are the service's, written as small matrices or drawn as cells."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Unrolled, until

DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
POWER = re.compile(r"times 10(\S+)")
SMALL = {"source": "random", "steps": 6, "inputs": 2, "outputs": 2, "loss": "squared-error"}


def signed(page: Unrolled) -> Locator:
    """The inspector's part with the numbers, once they are of what is drawn."""
    part = page.page.locator("#inspector .signed[aria-busy=false]")
    expect(part).to_be_visible()
    return part


def read(text: str) -> float:
    """A number as the page writes it."""
    mantissa, _, power = text.translate(DIGITS).partition(" × 10")
    return float(mantissa) * 10.0 ** int(power or 0)


def entry(part: Locator, name: str) -> Locator:
    """The numbers of one name: a table in brackets, a list of cells, or a picture of cells."""
    return part.locator(".signed-entry").filter(
        has=part.page.get_by_text(re.compile(rf"^{re.escape(name)} \("))
    )


def numbers(part: Locator, name: str) -> list[list[float]]:
    """What is written there: a matrix row by row, a column as one row."""
    own = entry(part, name)
    times = POWER.search(own.locator(".signed-name").inner_text())
    factor = 10.0 ** int(times[1].translate(DIGITS)) if times else 1.0
    if own.locator("table").count():
        rows = [row.locator("td").all_inner_texts() for row in own.locator("tr").all()]
    else:
        rows = [own.get_by_role("listitem").all_inner_texts()]
    found = [[read(text) * factor for text in row] for row in rows]
    vector = not name.startswith("adds to") and len(found) > 1
    return [[value for (value,) in found]] if vector else found


def assert_shown(shown: list[list[float]], exact: list[list[float]]) -> None:
    """To three digits, sign included."""
    assert [len(row) for row in shown] == [len(row) for row in exact]
    for row, right in zip(shown, exact, strict=True):
        assert row == pytest.approx(right, rel=6e-3, abs=6e-7)


def values(page: Unrolled) -> Any:
    return page.post({**page.asked, "window": None, "values": True})["values"]


@pytest.mark.parametrize("hidden", [1, 3, 6, 8])
def test_states_and_gradients_of_a_step(unrolled: Unrolled, hidden: int) -> None:
    unrolled.open(**SMALL, hidden=hidden, select="h_3")
    part, exact = signed(unrolled), values(unrolled)
    (layer,) = exact["layers"]
    assert_shown(numbers(part, "H₃"), layer["h"][2])
    assert_shown(numbers(part, "A₃"), layer["a"][2])
    assert_shown(numbers(part, "∂L₆/∂H₃"), layer["dh"][2])
    shape = entry(part, "H₃").locator(".signed-name")
    lies = "" if hidden <= 3 else ", drawn as a row"
    expect(shape).to_contain_text(f"({hidden} × 1{lies})")
    table = part.get_by_role("table", name=f"H₃, {hidden} × 1", exact=True)
    assert table.count() == (hidden <= 3)
    if table.count():  # a column, as the equations have it
        assert table.locator("tr").count() == hidden


def test_they_have_the_norm_that_stands_beside_them(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, hidden=3, select="h_3")
    (row,) = numbers(signed(unrolled), "∂L₆/∂H₃")
    norm = unrolled.page.locator("#inspector dl.numbers dd").first
    text = norm.evaluate("element => element.firstChild.textContent")
    assert math.hypot(*row) == pytest.approx(read(text), rel=6e-3)


@pytest.mark.parametrize(("thing", "name", "field"), [
    ("x_2", "X₂", "x"), ("o_2", "O₂", "o"),
])  # fmt: skip
def test_inputs_and_outputs(unrolled: Unrolled, thing: str, name: str, field: str) -> None:
    unrolled.open(**SMALL, hidden=2, follow="all", select=thing)
    part, exact = signed(unrolled), values(unrolled)
    assert_shown(numbers(part, name), exact[field][1])
    assert_shown(numbers(part, f"∂L/∂{name}"), exact[f"d{field}"][1])


@pytest.mark.parametrize(("cell", "edge", "parameter", "symbol"), [
    ("simple", "h_3>h_4", "W_hh", "WH"), ("simple", "x_4>h_4", "W_xh", "WX"),
    ("simple", "h_6>o_6", "W_hy", "WO"), ("lstm", "h_3>h_4", "W_hh", "WH"),
    ("gru", "h_3>h_4", "W_hh", "WH"), ("elman", "c_4>h_4", "W_hh", "WH"),
    ("jordan", "c_4>h_4", "W_yh", "WY"),
])  # fmt: skip
def test_what_a_step_adds_to_a_weight(
    unrolled: Unrolled, cell: str, edge: str, parameter: str, symbol: str
) -> None:
    unrolled.open(**SMALL, cell=cell, hidden=2, select=edge, follow="all")
    part, exact = signed(unrolled), values(unrolled)
    step = int(edge[-1])
    shown = numbers(part, f"adds to ∂L/∂{symbol}")
    assert_shown(shown, exact["terms"][parameter][step - 1])
    gates = {"lstm": ["i", "f", "g", "o"], "gru": ["r", "z", "n"]}.get(cell, [])
    marks = entry(part, f"adds to ∂L/∂{symbol}").locator("th").all_inner_texts()
    assert [mark for mark in marks if mark] == gates


def test_gates_and_cell_states_have_signs(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, cell="lstm", hidden=3, layers=2, select="h_4_1")
    part, exact = signed(unrolled), values(unrolled)
    own = exact["layers"][1]
    assert_shown(numbers(part, "g₄⁽²⁾, candidate"), own["gates"]["cell"][3])
    assert_shown(numbers(part, "f₄⁽²⁾, forget"), own["gates"]["forget"][3])
    unrolled.open(**SMALL, cell="lstm", hidden=3, select="c_4")
    part, (own,) = signed(unrolled), values(unrolled)["layers"]
    assert_shown(numbers(part, "C₄"), own["c"][3])
    assert_shown(numbers(part, "∂L₆/∂C₄"), own["dc"][3])
    unrolled.open(**SMALL, cell="lstm", hidden=3, select="c_3>c_4")
    part = signed(unrolled)
    assert_shown(numbers(part, "C₃"), own["c"][2])
    assert_shown(numbers(part, "f₄, forget"), own["gates"]["forget"][3])


def test_of_several_samples_the_first_is_shown_and_said(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, hidden=2, batch=3, select="h_3>h_4")
    part, exact = signed(unrolled), values(unrolled)
    expect(part).to_contain_text("Of the first of 3 samples")
    assert_shown(numbers(part, "H₃"), exact["layers"][0]["h"][2][:1])
    assert_shown(numbers(part, "adds to ∂L₆/∂WH"), exact["terms"]["W_hh"][3])


def test_above_eight_units_cells_are_drawn_without_numbers(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, hidden=12, select="h_3")
    part, exact = signed(unrolled), values(unrolled)
    picture = part.get_by_role("img", name=re.compile("^H₃, 12 × 1, drawn as a row: from −?0"))
    row = exact["layers"][0]["h"][2][0]
    kinds = picture.locator("i").evaluate_all("cells => cells.map(cell => cell.className)")
    assert kinds == ["plus" if value > 0 else "minus" for value in row]
    assert part.get_by_role("table").count() == part.get_by_role("list").count() == 0
    expect(part.locator(".signed-key")).to_contain_text("positive")
    expect(part.locator(".signed-key")).to_contain_text("negative")


def test_they_follow_the_controls_and_the_selection(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, hidden=2, select="h_3")
    before = numbers(signed(unrolled), "∂L₆/∂H₃")
    unrolled.slide("Largest |eigenvalue|", 1.4)
    unrolled.ready()
    after = values(unrolled)["layers"][0]["dh"]
    until(unrolled.page, "#inspector .signed", "aria-busy", "false")
    shown = numbers(signed(unrolled), "∂L₆/∂H₃")
    assert_shown(shown, after[2])
    assert shown != before
    unrolled.click("h_5")
    expect(entry(signed(unrolled), "∂L₆/∂H₅")).to_be_visible()
    assert_shown(numbers(signed(unrolled), "∂L₆/∂H₅"), after[4])


def test_only_a_selection_asks_for_them_and_never_for_all_steps(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=400, hidden=24)
    del unrolled.signed[:]
    unrolled.slide("Largest |eigenvalue|", 1.1)
    unrolled.ready()
    unrolled.frame()
    assert unrolled.signed == []
    unrolled.open(source="random", steps=400, hidden=24, select="h_300")
    signed(unrolled)
    for request in unrolled.signed:
        experiment = request.post_data_json
        assert experiment is not None
        window = experiment["window"]
        assert window["first"] <= 299
        assert 300 <= window["last"] < window["first"] + 100
    assert "values" not in unrolled.asked


def test_a_network_too_large_to_write_down_has_norms_alone(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=5, hidden=256, select="h_3")
    del unrolled.signed[:]
    unrolled.click("h_4")
    unrolled.frame()
    expect(unrolled.page.locator("#inspector dl.numbers")).to_be_visible()
    expect(unrolled.page.locator("#inspector .signed")).to_have_count(0)
    assert unrolled.signed == []


def test_shares_of_saturated_units_stand_beside_the_means(unrolled: Unrolled) -> None:
    unrolled.open(**SMALL, cell="lstm", hidden=8, forget=3, select="h_5")
    flow = unrolled.flow()
    share = flow["saturation"]["gates"]["forget"]["saturated"][4]
    assert share > 0
    row = unrolled.page.locator("#inspector dl.numbers dt", has_text="forget")
    beside = row.evaluate("element => element.nextElementSibling.textContent")
    assert beside.endswith(f"{round(100 * share)} % shut or open")
    unrolled.page.mouse.move(*unrolled.pixel("h_5"))
    tooltip = unrolled.page.locator("#tooltip")
    expect(tooltip).to_contain_text(f"({round(100 * share)} % shut or open)")
    unrolled.open(**SMALL, activation="relu", hidden=8, select="h_5")
    share = unrolled.flow()["saturation"]["units"][4]
    expect(unrolled.page.locator("#inspector")).to_contain_text(
        f"{round(100 * share)} % of the units off"
    )


def test_an_initial_state_has_its_numbers_and_what_the_last_state_keeps_of_it(
    unrolled: Unrolled,
) -> None:
    data = '{"inputs":[[[1]],[[2]]],"targets":[[[1]],[[2]]],"h_0":[[-0.5]]}'
    weights = '{"W_xh":[[0.5]],"W_hh":[[0.1]],"b_h":[0],"W_hy":[[2]],"b_y":[0]}'
    unrolled.open(
        source="explicit", data=data, weights=weights, hidden=1, inputs=1, outputs=1,
        loss="squared-error", select="h_0", follow="all",
    )  # fmt: skip
    part, flow = signed(unrolled), unrolled.flow()
    (own,) = values(unrolled)["layers"]
    assert numbers(part, "H₀") == [[-0.5]]
    assert_shown(numbers(part, "∂L/∂H₀"), own["dh_0"])
    kept = unrolled.page.locator("#inspector dl.numbers dt", has_text="‖₂")
    text = kept.evaluate("element => element.nextElementSibling.firstChild.textContent")
    assert math.log10(read(text)) == pytest.approx(flow["spectrum"]["initial_log10_norm"], abs=3e-3)
