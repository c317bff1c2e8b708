"""The view Your network: a file of weights, a sequence, and what arrives, in one walk."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.app.networks import safetensors, torch_arrays, with_head
from tests.app.sequences import weather
from tests.browser.driver import Unrolled
from tests.browser.violations import holds
from tests.conftest import PageLog

ARRAYS = with_head(torch_arrays(inputs=2, hidden=5, layers=2), hidden=5, outputs=3)


def file(name: str, body: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": body}


@pytest.fixture
def walk(fresh: Unrolled, page_log: PageLog) -> Page:
    page_log.expect("status of 4(15|22)")
    fresh.page.goto("/networks")
    return fresh.page


def test_a_file_a_sequence_and_what_arrives(walk: Page) -> None:
    page = walk
    expect(page.locator("html[data-state=ready]")).to_be_attached()
    chooser = page.get_by_label("Choose a file of weights")
    error = page.locator("#file-error")

    chooser.set_input_files(file("model.pt", b"\x80\x02."))
    expect(error.locator("pre")).to_contain_text("safetensors.torch.save_file(torch.load(")
    holds(page, ("light",))
    two = {f"a.{name}": value for name, value in torch_arrays(layers=1).items()}
    chooser.set_input_files(file("two.safetensors", safetensors(ARRAYS | two)))

    page.wait_for_url(re.compile("/networks/.+"))
    expect(page.locator("#ask")).to_have_text("2 layers can be taken. Which one is it?")
    expect(page.locator("#shown")).to_be_hidden()
    page.locator("#modules").get_by_label(re.compile("^lstm")).check()
    verdict = page.locator("#verdict")
    expect(verdict).not_to_be_empty()
    expect(page.locator("#enters")).to_contain_text("Inputs are drawn")
    expect(page.locator("#explore")).to_be_visible()
    tried = page.locator("#advice-list a").first
    expect(tried).to_have_attribute("href", re.compile("^/#.*(forget_bias|recurrent_scale)"))
    expect(page.locator("#maps figure")).to_have_count(8)
    expect(page.locator("#maps figure").first).to_contain_text("20 × 2 · from ")
    drawn = page.locator("#network .js-plotly-plot, #network .plot.js-plotly-plot")
    expect(drawn.locator("visible=true")).to_have_count(8 + 4)

    chooser = page.get_by_label("Choose a file of a sequence")
    chooser.set_input_files(file("bad.csv", b"a,b\n1,2\n3,x\n5,6\n"))
    expect(error).to_contain_text("line 3, column 'b': received 'x'")
    before = verdict.inner_text()
    chooser.set_input_files(file("weather.csv", weather()))
    expect(page.locator("#warnings")).to_contain_text("Column 'b' runs from 0 to 41,000")
    expect(error).to_be_hidden()
    expect(page.locator("#columns tr")).to_have_count(4)
    expect(verdict).not_to_have_text(before)
    _faults_stand_beside_their_controls(page)
    _an_address_keeps_the_choice(page)
    for size in ({"width": 360, "height": 740}, {"width": 2560, "height": 1300}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    page.set_viewport_size({"width": 1440, "height": 900})
    holds(page)

    page.locator("#explore").click()
    expect(page.locator("html[data-state=ready]")).to_be_attached()
    expect(page.locator("#explicit-note")).to_contain_text(
        "9 steps of weather.csv, a file that is kept here"
    )
    expect(page.locator("#given-note")).to_contain_text(
        "Of lstm in two.safetensors, a file that is kept here"
    )
    _numbers_of_a_file_can_be_typed_over(page)
    _what_is_kept_is_listed(page)


def _what_is_kept_is_listed(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/networks")
    row = page.locator("#sequence-rows tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("csv, 60 rows, 3 columns")
    for box in ("#list", "#sequences"):
        inner = page.locator(box)
        assert inner.evaluate("one => one.scrollWidth <= one.clientWidth"), "nothing to scroll for"
    holds(page)
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete weather.csv").click()
    expect(page.locator("#no-sequences")).to_be_visible()
    expect(page.locator("#rows tr")).not_to_have_count(0)


def test_both_directions_of_a_file_are_drawn(walk: Page) -> None:
    page = walk
    expect(page.locator("html[data-state=ready]")).to_be_attached()
    arrays = with_head(torch_arrays(inputs=2, hidden=5, layers=2, both=True), hidden=10, outputs=1)
    page.get_by_label("Choose a file of weights").set_input_files(
        file("both.safetensors", safetensors(arrays))
    )
    page.wait_for_url(re.compile("/networks/.+"))
    verdict = page.locator("#verdict")
    expect(verdict).to_have_text(
        re.compile(
            "^Where it reads forward in time, .* of ∂L₁₀₀/∂H₁₀₀ arrives at H₁\\. "
            "Where it reads backward in time, .* of ∂L₁/∂H₁ arrives at H₁₀₀\\.$"
        )
    )
    expect(page.locator("#enters")).to_contain_text("at step 100, backward in time at step 1.")
    expect(page.locator("#explore")).to_be_hidden()
    expect(page.locator("#explore-why")).to_contain_text("both of this one are drawn here")
    expect(page.locator("#advice")).to_be_hidden()
    caption = page.locator("[data-caption=profile]")
    expect(caption).to_contain_text("How much of the last gradient")
    expect(page.locator("[data-caption=map]")).to_be_hidden()  # in each direction one enters
    said = page.locator("#say-spectrum")
    expect(said).not_to_contain_text("Steps count from the end")
    page.get_by_label("Backward in time").check()
    expect(caption).to_contain_text("How much of the first gradient")
    expect(said).to_contain_text("Steps count from the end here")
    expect(page.locator("[data-picture=ways] .main-svg").first).to_be_visible()
    page.locator("#layers").get_by_label("1").check()
    expect(page.locator("#say-direction")).to_contain_text("what layer 1 has of it")
    page.wait_for_url(re.compile("direction=reverse&layer=1"))
    holds(page)
    page.reload()
    expect(page.get_by_label("Backward in time")).to_be_checked()
    caption = page.locator("[data-caption=map]")
    expect(caption).to_contain_text("every step (columns)")
    page.go_back()
    expect(page.locator("#layers").get_by_label("2")).to_be_checked()
    expect(page.locator("#say-direction")).not_to_contain_text("layer 1")

    chooser = page.get_by_label("Choose a file of a sequence")
    chooser.set_input_files(file("weather.csv", weather()))
    page.get_by_label("Target y").check()
    expect(caption).to_contain_text("every step after it (columns)")
    expect(caption).to_be_visible()
    page.get_by_label("Loss at").select_option("last")
    expect(verdict).to_contain_text("backward in time, the loss of step 59 has no step to travel.")
    expect(page.locator("#answer")).not_to_have_class("stale")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def _numbers_of_a_file_can_be_typed_over(page: Page) -> None:
    page.locator("#numbers-button").click()
    drawn = page.get_by_role("button", name=re.compile("^Back to (the )?drawn"))
    for label, back, note, kept in (
        ("X, step 2, 1", "sequence", "#explicit-note", "a file that is kept here"),
        ("bᴼ, row 1", "weights", "#given-note", "a file that is kept here"),
    ):
        cell = page.get_by_label(label, exact=True)
        before = cell.input_value()
        cell.fill("-3")
        cell.press("Enter")
        button = page.get_by_role("button", name=f"Back to the file’s {back}")
        expect(page.locator(note)).to_contain_text(re.compile("given in numbers", re.IGNORECASE))
        expect(drawn).to_have_count(0)
        button.click()
        expect(page.locator(note)).to_contain_text(kept)
        expect(button).to_be_hidden()
        expect(cell).to_have_value(before)


def _faults_stand_beside_their_controls(page: Page) -> None:
    answer = page.locator("#answer")
    page.get_by_label("Read y").check()
    expect(page.locator("#inputs-error")).to_contain_text(
        "3 columns are chosen; the network reads 2"
    )
    expect(answer).to_have_class("stale")
    expect(page.locator("#former")).to_have_text(re.compile("still of weather.csv, .* steps"))
    holds(page, ("light",))
    page.get_by_label("Read y").uncheck()
    expect(page.locator("#inputs-error")).to_be_hidden()
    expect(page.locator("#former")).to_be_hidden()
    page.get_by_label("Target a").check()
    expect(page.locator("#target-error")).to_contain_text("whole numbers from 0 to 2")
    page.get_by_label("Target y").check()
    expect(page.locator("#target-error")).to_be_hidden()
    expect(page.locator("#enters")).to_contain_text("what fc says is compared with y, 1 row later")
    steps = page.get_by_label("Steps T")
    steps.fill("60")
    expect(page.locator("#steps-error")).to_have_text("From row 0 on there are 59.")
    steps.fill("")
    expect(page.locator("#steps-error")).to_contain_text("allowed: a whole number from 1")
    steps.fill("9")
    steps.blur()
    expect(page.locator("#steps-error")).to_be_hidden()
    expect(answer).not_to_have_class("stale")
    page.get_by_role("button", name="Scale every column").click()
    expect(page.locator("#columns tr").nth(1)).to_contain_text("(x − 20,")
    expect(page.locator("#warnings")).not_to_contain_text("Scale it")


def _an_address_keeps_the_choice(page: Page) -> None:
    scaling = page.get_by_label("Scaling")
    expect(scaling).to_have_value("standard")
    page.go_back()
    expect(scaling).to_have_value("none")
    page.go_forward()
    expect(scaling).to_have_value("standard")
    layers = page.locator("#layers")
    layers.get_by_label("1").check()
    page.wait_for_url(re.compile("layer=1"))
    said = page.locator("#say-spectrum").inner_text()
    page.reload()
    expect(page.locator("html[data-state=ready]")).to_be_attached()
    expect(page.locator("#say-spectrum")).to_have_text(said)
    expect(layers.get_by_label("1")).to_be_checked()
    expect(page.get_by_label("Target y")).to_be_checked()
    expect(page.get_by_label("Steps T")).to_have_value("9")
