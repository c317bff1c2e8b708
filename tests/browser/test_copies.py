"""What leaves the page to be used elsewhere: a Python script, arrays for NumPy, an iframe."""

import json
import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled
from tests.browser.violations import violations


def copied(page: Unrolled, button: str) -> str:
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.page.get_by_role("button", name="Share & save").click()
    page.page.get_by_role("button", name=button, exact=True).click()
    expect(page.page.locator("#copied")).to_contain_text("copied")
    text: str = page.page.evaluate("() => navigator.clipboard.readText()")
    return text


def test_the_script_gets_the_same_answer(lent: Unrolled) -> None:
    lent.open(text='it\'s "odd" \\n 🦔', cell="lstm", wiring="many-to-one", clip="norm", mu=0.5)
    lent.ready()
    script = copied(lent, "Copy as Python") + "import json; print(json.dumps(flow))\n"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    summary, whole = ran.stdout.decode().strip().split("\n")
    assert json.loads(whole) == lent.flow()
    assert summary == lent.flow()["diagnosis"]["summary"]


@pytest.mark.parametrize("cell", ["simple", "lstm"])
def test_numpy_reads_the_arrays(lent: Unrolled, cell: str) -> None:
    lent.open(text="<it's> été 🦔", cell=cell, clip="norm", mu=0.5)
    lent.ready()
    lent.page.get_by_role("button", name="Share & save").click()
    with lent.page.expect_download() as download:
        lent.page.get_by_role("button", name="NPZ", exact=True).click()
    assert download.value.suggested_filename.endswith(".npz")
    flow = lent.flow()
    with np.load(download.value.path(), allow_pickle=False) as arrays:
        assert json.loads(str(arrays["experiment"])) == flow["experiment"]
        norms = np.array(flow["itemized"]["log10_norm"], dtype=float)
        np.testing.assert_array_equal(arrays["itemized.log10_norm"], norms)
        np.testing.assert_array_equal(arrays["step_losses"], flow["step_losses"])
        for name, gradient in flow["parameter_gradients"].items():
            assert arrays[f"parameter_gradients.{name}.norm"] == gradient["norm"]
        np.testing.assert_array_equal(
            arrays["spectrum.eigenvalues"], flow["spectrum"]["eigenvalues"]
        )
        assert all(arrays[name].dtype.kind in "fU" for name in arrays.files)


def test_an_embedded_page_is_the_pictures_alone(fresh: Unrolled) -> None:
    fresh.open(hidden=7, text="alone")
    fresh.ready()
    line = copied(fresh, "Copy as iframe")
    assert f'src="{fresh.server}/?embed=1#hidden=7&amp;text=alone' in line
    expect(fresh.page.locator("#embedding")).to_contain_text("UNROLLED_EMBED_ORIGINS")
    page = fresh.page
    page.goto("about:blank")
    page.goto(f"{fresh.server}/?embed=1#hidden=7&text=alone")
    fresh.ready()
    for part in ("header.top", "#settings", ".details", ".sequence", "#advice", "#wall-section"):
        expect(page.locator(part)).to_be_hidden()
    for part in ("#verdict", "#plot-diagram", "#plot-profile", "#plot-map"):
        expect(page.locator(part)).to_be_visible()
    assert fresh.asked["network"]["hidden_size"] == 7
    page.mouse.click(*fresh.pixel("h_3"))
    sheet = page.locator("#inspector")
    expect(sheet).to_contain_text("Selected: H₃")
    expect(sheet.locator("dl.numbers").first).to_be_visible()
    page.mouse.move(1, 1)
    expect(page.locator("#tooltip")).to_be_hidden()
    assert violations(page) == {}
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator("#walk").press("Enter")
    expect(sheet).to_be_visible()
    page.get_by_role("button", name="Close what is selected").click()
    expect(sheet).to_be_hidden()
    page.evaluate("() => { location.hash = 'hidden=7&text=alone'; }")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open in Unrolled").click()
    assert popup.value.url.endswith("/#hidden=7&text=alone")
    popup.value.close()
    assert violations(page) == {}
