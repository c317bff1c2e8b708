"""Every picture as PNG and SVG, every number as JSON and CSV, the experiment as a curl line."""

import csv
import json
import re
import shlex
import struct
import subprocess
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import Download, expect

from tests.browser.conftest import Modules
from tests.browser.driver import Json, Unrolled

# "<it's> été 🦔" has 12 tokens, of which the last is a target only.
NAME = "unrolled-elman-many-to-many-tanh-r0.55-T11-H16-L11-norm-clip-0.5"
MARK = r"-[0-9a-f]{6}"
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
        page.page.get_by_role("button", name="Share & save").click()
    with page.page.expect_download() as download:
        dialog.get_by_role("button", name=button, exact=True).click()
    return download.value


@pytest.fixture
def shared(lent: Unrolled) -> Unrolled:
    lent.open(text="<it's> été 🦔", clip="norm", mu=0.5, cell="elman", reach="none")
    lent.ready()
    return lent


def test_pictures_as_svg(shared: Unrolled) -> None:
    for name in FIGURES:
        download = save(shared, f"{TITLES[name]} as SVG")
        assert re.fullmatch(rf"{NAME}{MARK}-{name}\.svg", download.suggested_filename)
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
        assert re.fullmatch(rf"{NAME}{MARK}-{name}\.png", download.suggested_filename)
        content = download.path().read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", content[16:24])
        assert width > 300
        assert height > 200
        assert len(content) > 3000


def size_of(download: Download) -> tuple[int, int]:
    width, height = struct.unpack(">II", download.path().read_bytes()[16:24])
    return width, height


def test_a_picture_for_print_and_for_a_slide(fresh: Unrolled) -> None:
    fresh.page.emulate_media(color_scheme="dark")
    fresh.open(text="gradients", hidden=5)
    fresh.ready()
    fresh.page.get_by_role("button", name="Share & save").click()
    outlet = fresh.page.get_by_label("for", exact=True)
    dark = save(fresh, "Profile as SVG").path().read_text("utf-8")
    outlet.select_option("slide")
    assert size_of(save(fresh, "Profile as PNG")) == (1920, 1080)
    assert size_of(save(fresh, "Diagram as PNG")) == (1920, 1080)
    outlet.select_option("print")
    assert size_of(save(fresh, "Map as PNG"))[0] == 4 * 720
    light = save(fresh, "Profile as SVG").path().read_text("utf-8")
    ink, white = "rgb(18, 20, 23)", "rgb(255, 255, 255)"
    assert ink in dark
    assert ink not in light
    assert white in light
    assert fresh.page.locator("html").get_attribute("data-theme") == "dark"


def test_a_caption_says_what_is_shown_and_the_link(shared: Unrolled) -> None:
    for title in ("Diagram", "Eigenvalues"):
        picture = ET.parse(save(shared, f"{title} as SVG").path()).getroot()  # noqa: S314
        lines = [
            line.text or ""
            for line in picture.iter("{http://www.w3.org/2000/svg}tspan")
            if line.get("class") == "line"
        ]
        assert shared.address in "".join(lines)
        assert any(line.startswith(("Gradient of L", "Eigenvalues of")) for line in lines)
        (beneath,) = (one for one in picture.iter() if one.get("class") == "gtitle")
        last = float(beneath.get("y", "")) + 1.3 * 11 * (len(list(beneath)) - 1)
        assert last < float(picture.get("height", "")) - 3


def test_the_buttons_at_a_picture_save_it(shared: Unrolled) -> None:
    figure = shared.page.get_by_role("figure").filter(has_text="The network, unrolled")
    with shared.page.expect_download() as download:
        figure.get_by_role("button", name="SVG").click()
    assert re.fullmatch(rf"{NAME}{MARK}-diagram\.svg", download.value.suggested_filename)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"cell": "lstm", "wiring": "many-to-one", "source": "random", "steps": 100},
         "unrolled-lstm-many-to-one-r0.55-T100-H16"),
        ({"cell": "gru", "layers": 2, "hidden": 3, "update": 3, "text": "abcd", "follow": "all"},
         "unrolled-gru-many-to-many-r0.55-update3-T3-H3-2-layers-all-losses"),
        ({"source": "random", "steps": 9, "batch": 4, "follow": 3, "reach": "window", "k": 2,
          "activation": "relu", "radius": "drawn"},
         "unrolled-simple-many-to-many-relu-r-drawn-T9-H16-B4-L3-window2"),
        ({"preset": "sentiment", "wiring": "one-to-one", "text": "ab"},
         "unrolled-sentiment-simple-one-to-one-tanh-r0.9-T1-H16"),
        ({"preset": "lstm"}, "unrolled-lstm-many-to-one-r0.9-forget5-T81-H16"),
    ],
)  # fmt: skip
def test_a_file_is_called_after_what_it_holds(lent: Unrolled, settings: Json, name: str) -> None:
    lent.open(**settings)
    lent.ready()
    assert re.fullmatch(rf"{name}{MARK}\.csv", save(lent, "CSV").suggested_filename)
    picture = save(lent, "Products as SVG").suggested_filename
    assert re.fullmatch(rf"{name}{MARK}-product\.svg", picture)


def test_different_experiments_have_different_files(unrolled: Unrolled, modules: Modules) -> None:
    """Whatever differs, a seed too; and the same experiment is called the same."""
    names = []
    for settings in ({}, {"wseed": 1}, {"text": "bacd"}, {"init": "orthogonal"}, {}):
        unrolled.open(**{"text": "abcd", **settings})
        names.append(
            modules(
                "downloads/name.js",
                """async ({fileName}, flow, load) =>
            fileName((await load("reading.js")).read(flow), {})""",
                unrolled.flow(),
            )
        )
    assert names[0] == names[-1]
    assert len(set(names)) == 4


def test_two_experiments_have_files_of_their_own(both: Unrolled) -> None:
    """A and B differ in their names, also where they are the same network."""
    names = {
        name: save(both, f"{title} as SVG").suggested_filename
        for name, title in (TITLES | {"compared": "Diagram of A"}).items()
    }
    both.page.keyboard.press("Escape")
    assert len(set(names.values())) == len(names)
    assert names["diagram"].endswith("-B-diagram.svg")
    assert names["compared"].endswith("-A-diagram.svg")
    assert names["profile"].endswith("-B-and-A-profile.svg")


def test_numbers_as_json_are_the_answer(shared: Unrolled) -> None:
    download = save(shared, "JSON")
    assert re.fullmatch(rf"{NAME}{MARK}\.json", download.suggested_filename)
    saved: Json = json.loads(download.path().read_text("utf-8"))
    assert saved == shared.flow()


def test_numbers_as_csv_are_the_answer(shared: Unrolled) -> None:
    download = save(shared, "CSV")
    assert re.fullmatch(rf"{NAME}{MARK}\.csv", download.suggested_filename)
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


def test_the_curl_line_gets_the_same_answer(lent: Unrolled) -> None:
    lent.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lent.open(text="it's “odd” $HOME `x` \\n\n🦔!", radius=0.7, clip="value", mu=0.01)
    lent.page.get_by_role("button", name="Share & save").click()
    lent.page.get_by_role("button", name="Copy as curl").click()
    expect(lent.page.locator("#copied")).to_contain_text("copied")
    line = lent.page.evaluate("() => navigator.clipboard.readText()")
    assert line.startswith("curl ")
    ran = subprocess.run(["sh", "-c", line + " --silent"], capture_output=True, check=True)
    assert json.loads(ran.stdout) == lent.flow()
    assert f"{lent.server}/api/v1/flow" in shlex.split(line)


def test_a_clipboard_that_is_refused_offers_the_text_to_copy(fresh: Unrolled) -> None:
    refusing = """Object.defineProperty(navigator, "clipboard", {value: {
        writeText: () => Promise.reject(new DOMException("no", "NotAllowedError"))}})"""
    with fresh.page.add_init_script(refusing):
        fresh.open(text="by hand")
    fresh.page.get_by_role("button", name="Share & save").click()
    fresh.page.get_by_role("button", name="Copy link").click()
    expect(fresh.page.get_by_label("To copy")).to_have_value(fresh.address)
