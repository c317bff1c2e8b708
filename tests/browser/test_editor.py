"""Weights and inputs as numbers: what is typed is what is computed with, and the link has it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Unrolled, until, wants_a_picture
from tests.browser.violations import holds

SMALL = {
    "source": "random",
    "hidden": 2,
    "inputs": 2,
    "outputs": 2,
    "steps": 4,
    "loss": "squared-error",
}
PASTE = """(cell, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true,
        cancelable: true}));
}"""


def part(page: Unrolled, name: str) -> Locator:
    return page.page.locator(f'#numbers [data-part="{name}"]')


def cells(page: Unrolled, name: str) -> list[str]:
    """What the cells of a part hold with all their digits."""
    inputs = part(page, name).locator("input")
    every: list[str] = inputs.evaluate_all("all => all.map(({title}) => title)")
    return every


def opened(page: Unrolled) -> None:
    """The panel has the numbers of the experiment that is set."""
    until(page.page, "#numbers", "aria-busy", "false")
    page.ready()


def numbers(page: Unrolled, experiment: dict[str, Any]) -> dict[str, Any]:
    """An experiment in numbers, as the service says it to another client."""
    return page.post(experiment | {"include": ["weights", "sequence"]})


def commit(page: Unrolled, cell: Locator, text: str) -> None:
    """Type a number that the service takes, and wait for the picture."""
    cell.fill(text)
    with page.page.expect_request(wants_a_picture):
        cell.press("Enter")
    opened(page)


def test_a_number_that_is_typed_is_computed_with(fresh: Unrolled) -> None:
    fresh.open(**SMALL)
    fresh.ready()
    page = fresh.page
    drawn = numbers(fresh, fresh.asked)
    expect(page.locator("#sheet-editor")).to_have_count(0)  # its code comes when it is opened
    page.get_by_role("button", name="Weights and inputs as numbers").click()
    expect(part(fresh, "W_hh").locator("input")).to_have_count(4)
    opened(fresh)
    said = [str(value) for row in drawn["weights"]["W_hh"] for value in row]
    assert cells(fresh, "W_hh") == said, "exactly the numbers that were computed with"
    columns = [step[0] for step in drawn["sequence"]["inputs"]]
    assert cells(fresh, "inputs") == [
        str(value) for row in zip(*columns, strict=True) for value in row
    ]
    assert part(fresh, "W_hh").locator("math").text_content() == "WH="

    # A weight: picture, JSON and curl say the same as the API does of explicit weights.
    first = page.get_by_label("Wᴴ, row 1, column 1")
    commit(fresh, first, "1.25")
    wanted = drawn["weights"] | {
        "W_hh": [[1.25, *drawn["weights"]["W_hh"][0][1:]], drawn["weights"]["W_hh"][1]]
    }
    assert fresh.asked["weights"] == wanted
    answer = fresh.flow()
    radius = answer["spectrum"]["spectral_radius"]
    assert fresh.traces("spectrum", mode="markers")[0]["x"] == [
        re for re, _ in answer["spectrum"]["eigenvalues"]
    ]
    expect(page.locator("#given-note")).to_contain_text(f"{radius:.3g}")
    expect(first).to_be_focused()
    assert '"W_hh":[[1.25,' in page.evaluate("() => decodeURIComponent(location.hash)").replace(
        " ", ""
    )

    # Arrows, Escape, and what is wrong: beside the cell, and nothing else is lost.
    first.press("ArrowRight")
    second = page.get_by_label("Wᴴ, row 1, column 2")
    expect(second).to_be_focused()
    expect(page.locator(".numbers-at")).to_have_text(
        f"WH, row 1, column 2: {said[1].replace('-', '−')}"
    )
    second.press("ArrowDown")
    below = page.get_by_label("Wᴴ, row 2, column 2")
    expect(below).to_be_focused()
    before = fresh.address
    below.fill("9")
    below.press("Escape")
    expect(below).to_have_value(said[3])
    below.fill("1e99")
    below.press("Tab")
    error = part(fresh, "W_hh").get_by_role("alert")
    expect(error).to_have_text(
        "WH, row 2, column 2: received “1e99”; allowed: a number from −1,000,000 to 1,000,000"
    )
    expect(below).to_have_attribute("aria-invalid", "true")
    assert fresh.address == before
    commit(fresh, first, "0.5")
    expect(below).to_have_value("1e99")
    holds(page, ("light",))
    below.focus()
    below.press("Escape")
    expect(error).to_be_hidden()

    # A block that is pasted goes on from the cell; what does not fit is said.
    with page.expect_request(wants_a_picture):
        second.focus()
        second.evaluate(PASTE, "0.1\t7\n−0.2\t8")
    opened(fresh)
    assert [row[1] for row in fresh.asked["weights"]["W_hh"]] == [0.1, -0.2]
    expect(error).to_contain_text("2 entries of those pasted did not fit here")

    # An input makes the sequence explicit; an input that is text would be none.
    commit(fresh, page.get_by_label("X, step 2, 1"), "-3")
    assert fresh.asked["sequence"]["inputs"][1][0][0] == -3
    assert fresh.asked["sequence"]["targets"] == drawn["sequence"]["targets"]
    asked = fresh.asked

    # The link has it all: a reload, back, and back to what was drawn.
    page.reload()
    opened(fresh)
    assert fresh.asked == asked
    assert cells(fresh, "W_hh") == [str(value) for row in asked["weights"]["W_hh"] for value in row]
    page.go_back()
    opened(fresh)
    assert fresh.asked["sequence"]["kind"] == "random"
    assert cells(fresh, "inputs")[1] == str(columns[1][0])
    with page.expect_request(wants_a_picture):
        page.get_by_role("button", name="Back to drawn weights").click()
    opened(fresh)
    assert fresh.asked["weights"]["kind"] == "random"
    assert cells(fresh, "W_hh") == said


def test_what_is_larger_is_a_heat_map_and_a_text_is_changed_as_text(fresh: Unrolled) -> None:
    page = fresh.page
    fresh.open(numbers="1", cell="lstm", hidden=8, text="abba")
    opened(fresh)
    weights = part(fresh, "W_hh")
    expect(weights.locator("input")).to_have_count(0)
    drawn = numbers(fresh, fresh.asked)["weights"]
    heat = weights.locator(".plot").evaluate("plot => plot.data[0].z")
    assert heat == drawn["W_hh"]
    flat = [value for row in heat for value in row]
    facts = dict(
        zip(
            weights.locator("dt").all_inner_texts(),
            weights.locator("dd").all_inner_texts(),
            strict=True,
        )
    )
    assert float(facts["max"]) == pytest.approx(max(flat), rel=5e-3)
    blocks = fresh.flow()["spectrum"]["blocks"]
    assert facts["ρ"].split(", ")[0] == f"i {blocks['input']:.3f}"
    hit = weights.get_by_role("application")
    hit.focus()
    hit.press("ArrowDown")
    hit.press("ArrowRight")
    where = page.locator(".numbers-at")
    expect(where).to_have_text(
        f"WH, input gate, row 2, column 2: {drawn['W_hh'][1][1]}".replace("-", "−")
    )
    inputs = part(fresh, "inputs").locator("input")
    expect(inputs.first).not_to_be_editable()
    assert cells(fresh, "inputs") == ["1", "0", "0", "0", "1", "1"]
    holds(page)
    page.set_viewport_size({"width": 360, "height": 740})
    fresh.frame()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
