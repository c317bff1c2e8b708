"""Gated cells and stacked layers: their controls, their rows, what opens on a click."""

import math
import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Json, Unrolled
from tests.conftest import PageLog

SUPERSCRIPTS = str.maketrans("⁽⁾¹²³⁴", "()1234")


def opened(page: Unrolled) -> Locator:
    return page.page.locator("#inspector")


def axis(page: Unrolled) -> dict[str, float]:
    """Row of the diagram by its whole name."""
    ticks = page.figure("diagram")["layout"]["yaxis"]
    return dict(zip(ticks["ticktext"], ticks["tickvals"], strict=True))


def node(flow: Json, name: str) -> Json:
    (found,) = [one for one in flow["graph"]["nodes"] if one["id"] == name]
    return dict(found)


def test_lstm_by_hand(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", activation="relu")
    unrolled.choose("Cell", "LSTM")
    unrolled.ready()
    assert unrolled.asked["network"] == {
        "cell": "lstm", "topology": "many-to-many", "activation": "tanh", "hidden_size": 16,
    }  # fmt: skip
    assert "forget_bias" not in unrolled.asked["weights"]
    page = unrolled.page
    activation = page.get_by_label("Activation")
    expect(activation).to_be_disabled()
    expect(activation).to_have_value("tanh")
    expect(page.locator("#field-activation")).to_contain_text("fixed: its gates are sigmoids")
    unrolled.slide("Forget-gate bias", 1.5)
    unrolled.ready()
    assert unrolled.asked["weights"]["forget_bias"] == 1.5
    assert min(unrolled.flow()["gates"]["forget"]) > 0.6
    unrolled.choose("Cell", "GRU")
    unrolled.ready()
    assert "forget_bias" not in unrolled.asked["weights"]
    expect(page.locator("#field-forget")).to_be_hidden()
    page.get_by_role("spinbutton", name="Update-gate bias").fill("2.25")
    unrolled.ready()
    assert unrolled.asked["weights"]["update_bias"] == 2.25
    assert min(unrolled.flow()["gates"]["update"]) > 0.8
    unrolled.choose("Cell", "LSTM")
    unrolled.ready()
    assert unrolled.asked["weights"]["forget_bias"] == 1.5
    expect(page.get_by_role("spinbutton", name="Forget-gate bias")).to_have_value("1.5")
    assert "forget=1.5&update=2.25" in unrolled.address
    unrolled.choose("Cell", "Simple")
    unrolled.ready()
    assert unrolled.asked["network"]["activation"] == "relu"
    expect(activation).to_be_enabled()


def test_layers_by_hand(unrolled: Unrolled, shared_log: PageLog) -> None:
    unrolled.open(text="abcdef")
    assert "num_layers" not in unrolled.asked["network"]
    layers = unrolled.page.get_by_role("spinbutton", name="Layers")
    layers.fill("3")
    unrolled.ready()
    assert unrolled.asked["network"]["num_layers"] == 3
    unrolled.page.wait_for_url(re.compile("layers=3"))
    shared_log.expect("422")
    layers.fill("5")
    unrolled.settled()
    expect(unrolled.field("/network/num_layers")).to_contain_text("allowed")


@pytest.mark.parametrize(
    ("cell", "gate", "name"), [("lstm", "forget", "Forget-gate"), ("gru", "update", "Update-gate")]
)
def test_every_layer_has_a_bias_of_its_own(
    unrolled: Unrolled, cell: str, gate: str, name: str
) -> None:
    unrolled.open(text="abcdef", cell=cell, layers=2, **{gate: 1})
    assert unrolled.asked["weights"][f"{gate}_bias"] == 1
    field = unrolled.page.locator(f"#field-{gate}")
    field.get_by_role("checkbox", name="each layer its own").check()
    expect(field.get_by_role("slider")).to_have_count(2)
    unrolled.slide(f"{name} bias, layer 2", 4)
    unrolled.ready()
    assert unrolled.asked["weights"][f"{gate}_bias"] == [1, 4]
    lower, upper = (layer["gates"][gate][2] for layer in unrolled.flow()["layers"])
    assert upper > lower + 0.1
    unrolled.page.get_by_role("spinbutton", name="Layers").fill("3")
    unrolled.ready()
    assert unrolled.asked["weights"][f"{gate}_bias"] == [1, 4, 4]
    unrolled.page.get_by_role("spinbutton", name="Layers").fill("1")
    unrolled.ready()
    assert unrolled.asked["weights"][f"{gate}_bias"] == 1
    unrolled.page.get_by_role("spinbutton", name="Layers").fill("2")
    unrolled.ready()
    assert unrolled.asked["weights"][f"{gate}_bias"] == [1, 4]
    field.get_by_role("checkbox", name="each layer its own").uncheck()
    unrolled.ready()
    assert unrolled.asked["weights"][f"{gate}_bias"] == 1


def test_a_bias_that_is_no_number_says_so(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm", forget="1")
    before = unrolled.asked
    box = unrolled.page.get_by_role("spinbutton", name="Forget-gate bias")
    box.fill("")
    expect(unrolled.field("/weights/forget_bias")).to_contain_text("allowed: a number")
    assert unrolled.asked == before
    box.fill("-3")
    unrolled.ready()
    assert unrolled.asked["weights"]["forget_bias"] == -3
    unrolled.open(text="abcdef", cell="lstm", forget="x,1")
    assert "forget_bias" not in unrolled.asked["weights"]


def test_an_lstm_has_a_row_for_its_cell_state(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm")
    rows = unrolled.rows()
    assert sorted(rows, key=lambda name: rows[name]) == ["x", "h", "c", "o", "L"]
    assert len(unrolled.nodes("c")) == len(unrolled.nodes("h")) == 6
    assert all(
        h - 0.5 < c < h for c, h in zip(unrolled.nodes("c"), unrolled.nodes("h"), strict=True)
    )


def test_every_layer_has_its_rows(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm", layers=2)
    rows = axis(unrolled)
    wanted = ["input X", "layer 1 H", "layer 1 C", "layer 2 H", "layer 2 C", "output O", "loss L"]
    assert [
        name for name in sorted(rows, key=lambda name: rows[name]) if name != "target"
    ] == wanted
    drawn = sum(len(t["x"]) for t in unrolled.traces("diagram", mode="markers")
                if isinstance(t["marker"].get("symbol"), list))  # fmt: skip
    assert drawn == len(unrolled.flow()["graph"]["nodes"])


@pytest.mark.parametrize(("layers", "thing", "name"), [
    (1, "c_3", "C₃"), (2, "h_3_1", "H₃⁽²⁾"), (2, "c_3_1", "C₃⁽²⁾"), (2, "h_3", "H₃"),
])  # fmt: skip
def test_nodes_show_their_gradient_and_their_gates(unrolled, layers, thing, name) -> None:
    unrolled.open(text="abcdef", cell="lstm", layers=layers, select=thing)
    region = opened(unrolled)
    expect(region.get_by_role("heading", level=2)).to_have_text(f"Selected: {name}")
    flow = unrolled.flow()
    number = region.locator("dt", has_text=f"‖∂L₅/∂{name}‖").first.locator("xpath=following::dd[1]")
    shown = number.evaluate("element => element.firstChild.textContent").replace("⁻", "-")
    mantissa, _, power = shown.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")).partition(
        " × 10"
    )
    size = math.log10(float(mantissa)) + float(power or 0)
    assert size == pytest.approx(node(flow, thing)["log10_norm"], abs=3e-3)
    of_layer = flow["layers"][node(flow, thing)["layer"]] if layers > 1 else flow
    forget = of_layer["gates"]["forget"][2]
    gate = region.locator("dt", has_text="forget").locator("xpath=following::dd[1]")
    share = of_layer["saturation"]["gates"]["forget"]["saturated"][2]
    expect(gate).to_have_text(f"{forget:.3f}{round(100 * share)} % shut or open")
    if layers > 1:
        expect(region).to_contain_text(f"layer {node(flow, thing)['layer'] + 1}")


def test_why_an_lstm_holds_the_gradient(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm", forget=1, select="c_3>c_4")
    forget = unrolled.flow()["gates"]["forget"][3]
    words = f"passes ∂L₅/∂C₄ ⊙ f₄; mean forget gate {forget:.2f}"
    expect(opened(unrolled)).to_contain_text(words)
    said = " ".join(opened(unrolled).locator("math").all_text_contents())
    assert "diag" in said
    assert opened(unrolled).locator("math .known").count() >= 1


@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), ("gru", 1), ("lstm", 2), ("gru", 2)])
def test_every_kind_has_an_equation(unrolled: Unrolled, cell: str, layers: int) -> None:
    unrolled.open(text="abcdef", cell=cell, layers=layers)
    graph = unrolled.flow()["graph"]
    nodes = {(n["kind"], n["layer"]): n["id"] for n in graph["nodes"] if n["step"] == 3}
    edges = {
        (e["kind"], e["layer"], e["source"][0]): f"{e['source']}>{e['target']}"
        for e in graph["edges"]
        if e["target"].split("_")[1] == "3"
    }
    for thing in [*nodes.values(), *edges.values()]:
        unrolled.open(text="abcdef", cell=cell, layers=layers, select=thing)
        region = opened(unrolled)
        assert region.locator("math").count() >= 2, thing
        assert region.evaluate("element => element.scrollWidth <= element.clientWidth + 1"), thing
        for wrong in ("undefined", "NaN", "null"):
            assert wrong not in region.inner_text(), thing


def test_the_pointer_reads_gates_and_a_click_opens_a_cell_state(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm", layers=2)
    spot = unrolled.at("diagram", 3 - 0.29, axis(unrolled)["layer 2 C"])
    unrolled.page.mouse.move(*spot)
    tip = unrolled.page.locator("#tooltip")
    expect(tip).to_contain_text("C₃⁽²⁾, cell state of step 3, layer 2")
    expect(tip).to_contain_text("mean forget")
    unrolled.page.mouse.click(*spot)
    expect(opened(unrolled).get_by_role("heading", level=2)).to_have_text("Selected: C₃⁽²⁾")


def test_the_keys_visit_every_row(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm", layers=2, select="x_3")
    walk = unrolled.page.get_by_role("application", name="Walk through the network").first
    for wanted in ("H₃", "C₃", "H₃⁽²⁾", "C₃⁽²⁾", "O₃", "L₃"):
        walk.press("ArrowUp")
        heading = opened(unrolled).get_by_role("heading", level=2)
        expect(heading).to_have_text(f"Selected: {wanted}")
    walk.press("ArrowDown")
    walk.press("ArrowDown")
    walk.press("ArrowLeft")
    expect(opened(unrolled).get_by_role("heading", level=2)).to_have_text("Selected: C₂⁽²⁾")


def test_parameters_of_the_layers_have_their_names(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="gru", layers=2)
    expect(unrolled.plot("clipping").locator("svg .trace.bars")).to_have_count(1)
    names = unrolled.figure("clipping")["layout"]["yaxis"]["ticktext"]
    assert [name.translate(SUPERSCRIPTS) for name in names] == [
        "W<sup>X</sup>", "W<sup>H</sup>", "b", "bₙ<sup>H</sup>",
        "W<sup>X</sup>(2)", "W<sup>H</sup>(2)", "b(2)", "bₙ<sup>H</sup>(2)",
        "W<sup>O</sup>", "b<sup>O</sup>", "‖g‖",
    ]  # fmt: skip


def test_text_and_equations_have_one_alphabet(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="gru", select="x_3>h_3", hidden=2)
    region = opened(unrolled)
    expect(region.locator("dt", has_text="adds to").locator("sup")).to_have_text("X")
    expect(region.locator(".signed-name sup")).to_have_text(["X"])
    unrolled.open(text="abcdef", cell="gru", select="h_3", hidden=2)
    equations = region.locator("[data-part=gates]").all_text_contents()
    (new,) = [line for line in equations if "tanh" not in line and "r3⊙" in line]
    assert new.replace(" ", "").startswith("A3n=r3⊙(WnHH2+bnH)+WnXX3+bn")


def test_another_loss_is_followed_in_a_stack(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", layers=2)
    unrolled.page.get_by_label("Follow the loss of step").fill("3")
    unrolled.ready()
    row = unrolled.flow()["itemized"]["log10_norm"][2]
    assert unrolled.profile() == pytest.approx({t: row[t - 1] for t in (1, 2, 3)}, abs=1e-9)


def test_the_profile_shows_what_arrives_at_c_beside_h(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", cell="lstm", hidden=4, forget=2)
    unrolled.ready()
    flow = unrolled.flow()
    expected = flow["followed_cell_gradient"]["log10_norm"]
    (strokes,) = [one for one in unrolled.figure("profile")["data"] if one.get("name") == "c"]
    heights = [value for value in strokes["y"] if value is not None]
    assert heights[::2] == heights[1::2] == pytest.approx(expected)
    page = unrolled.page
    expect(page.locator("#key-profile")).to_contain_text("‖∂L₅/∂C‖")
    summary = page.locator("#plot-profile").get_attribute("aria-label") or ""
    assert " At every cell state: " in summary
    unrolled.choose("Cell", "GRU")
    unrolled.ready()
    assert unrolled.flow()["followed_cell_gradient"] is None
    expect(page.locator("#key-profile")).not_to_contain_text("∂C")
