"""Every picture as PNG and SVG, every number as JSON and CSV, the experiment as a curl line."""

import csv
import json
import shlex
import struct
import subprocess
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import Download, expect

from tests.browser.driver import Json, Unrolled

FIGURES = ["diagram", "profile", "map", "clipping", "spectrum"]
TITLES = {
    "diagram": "Diagram",
    "profile": "Profile",
    "map": "Map",
    "clipping": "Clipping",
    "spectrum": "Eigenvalues",
}


def save(page: Unrolled, button: str) -> Download:
    """Press a button of the dialog "Share and save"."""
    dialog = page.page.get_by_role("dialog", name="Share and save")
    if not dialog.is_visible():
        page.page.get_by_role("button", name="Share").click()
    with page.page.expect_download() as download:
        dialog.get_by_role("button", name=button, exact=True).click()
    return download.value


@pytest.fixture
def shared(fresh: Unrolled) -> Unrolled:
    fresh.open(text="<it's> été 🦔", clip="norm", mu=0.5, cell="elman", reach="none")
    fresh.ready()
    return fresh


def test_pictures_as_svg(shared: Unrolled) -> None:
    for name in FIGURES:
        download = save(shared, f"{TITLES[name]} as SVG")
        assert download.suggested_filename == f"unrolled-{name}.svg"
        root = ET.parse(download.path()).getroot()  # noqa: S314
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        said = "".join(root.itertext())
        if name == "diagram":
            assert "🦔" in said or "H₁" in said
            assert "Gradient of L" in said
        assert len(list(root.iter())) > 20


def test_pictures_as_png(shared: Unrolled) -> None:
    for name in FIGURES:
        download = save(shared, f"{TITLES[name]} as PNG")
        assert download.suggested_filename == f"unrolled-{name}.png"
        content = download.path().read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", content[16:24])
        assert width > 300
        assert height > 200
        assert len(content) > 3000


def test_the_buttons_at_a_picture_save_it(shared: Unrolled) -> None:
    figure = shared.page.get_by_role("figure").filter(has_text="The network, unrolled")
    with shared.page.expect_download() as download:
        figure.get_by_role("button", name="SVG").click()
    assert download.value.suggested_filename == "unrolled-diagram.svg"


def test_numbers_as_json_are_the_answer(shared: Unrolled) -> None:
    download = save(shared, "JSON")
    assert download.suggested_filename == "unrolled.json"
    saved: Json = json.loads(download.path().read_text("utf-8"))
    assert saved == shared.flow()


def test_numbers_as_csv_are_the_answer(shared: Unrolled) -> None:
    download = save(shared, "CSV")
    assert download.suggested_filename == "unrolled.csv"
    with download.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {len(row) for row in rows} == {6}
    flow = shared.flow()

    def column(quantity: str, name: str, **of: str) -> list[float | None]:
        return [
            float(row[name]) if row[name] else None
            for row in rows
            if row["quantity"] == quantity and all(row[key] == v for key, v in of.items())
        ]

    assert column("loss", "value") == flow["step_losses"]
    assert column("hidden_gradient", "log10_norm") == flow["hidden_gradient"]["log10_norm"]
    assert column("hidden_gradient", "value") == flow["hidden_gradient"]["norm"]
    itemized = flow["itemized"]
    for loss, norms in zip(itemized["loss_steps"], itemized["log10_norm"], strict=True):
        assert column("itemized", "log10_norm", loss_step=str(loss)) == norms[:loss]
    for name, gradient in flow["parameter_gradients"].items():
        assert column("parameter_gradient", "value", of=name) == [gradient["norm"]]
        assert column("parameter_gradient_clipped", "value", of=name) == [gradient["clipped_norm"]]
        assert column("parameter_step", "log10_norm", of=name) == gradient["step_log10_norm"]
    assert column("jacobian", "log10_norm") == flow["spectrum"]["jacobian_log10_norm"]


def test_the_curl_line_gets_the_same_answer(fresh: Unrolled) -> None:
    fresh.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fresh.open(text="it's “odd” $HOME `x` \\n\n🦔!", radius=0.7, clip="value", mu=0.01)
    fresh.page.get_by_role("button", name="Share").click()
    fresh.page.get_by_role("button", name="Copy as curl").click()
    expect(fresh.page.locator("#copied")).to_contain_text("copied")
    line = fresh.page.evaluate("() => navigator.clipboard.readText()")
    assert line.startswith("curl ")
    ran = subprocess.run(["sh", "-c", line + " --silent"], capture_output=True, check=True)
    assert json.loads(ran.stdout) == fresh.flow()
    assert f"{fresh.server}/api/v1/flow" in shlex.split(line)


def test_a_clipboard_that_is_refused_offers_the_text_to_copy(fresh: Unrolled) -> None:
    fresh.page.add_init_script(
        """Object.defineProperty(navigator, "clipboard", {value: {
            writeText: () => Promise.reject(new DOMException("no", "NotAllowedError"))}})"""
    )
    fresh.open(text="by hand")
    fresh.page.get_by_role("button", name="Share").click()
    fresh.page.get_by_role("button", name="Copy link").click()
    expect(fresh.page.get_by_label("To copy")).to_have_value(fresh.address)
