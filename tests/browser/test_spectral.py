"""The recurrent matrix in pictures and words, and the product of Jacobians over time."""

import math
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Modules
from tests.browser.driver import Json, Unrolled

TRANSIENT = "transient"


def words(page: Unrolled) -> str:
    return page.page.locator("#spectrum-words").inner_text()


@pytest.fixture
def transient(unrolled: Unrolled) -> Unrolled:
    unrolled.open(text="abc")
    unrolled.page.get_by_label("Start from an example").select_option("transient")
    unrolled.ready()
    expect(
        unrolled.plot("product").locator("svg .scatterlayer path.js-line").first
    ).to_be_attached()
    return unrolled


def test_a_matrix_that_is_not_normal_grows_first(transient: Unrolled) -> None:
    given = transient.flow()["spectrum"]
    product = given["product_log10_norm"]
    peak = max(product)
    back = len(product) - product.index(peak)
    assert back == 9
    said = words(transient)
    assert "ρ = 0.9 < 1/γ = 1 promises decay in the long run" in said
    assert f"σₘₐₓ = {given['spectral_norm']:.2f}: in the first 9 steps back" in said
    assert f"grows {10**peak:.0f}-fold before it shrinks" in said


def test_the_product_and_the_promise_share_the_axis_of_time(transient: Unrolled) -> None:
    given = transient.flow()["spectrum"]
    expect(transient.page.locator("#key-product")).to_contain_text("ρ")
    promise, _, line = transient.traces("product", mode="lines")
    assert line["x"] == list(range(1, 61))
    assert line["y"] == pytest.approx([*given["product_log10_norm"], 0])
    assert promise["x"] == [1, 60]
    assert promise["y"] == pytest.approx([59 * math.log10(0.9), 0])
    assert line["y"][50] == max(line["y"])


def test_a_sufficient_condition_is_named(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", activation="sigmoid")
    given = unrolled.flow()["spectrum"]
    assert given["sufficient"]
    assert "< 1/γ = 4: the gradient must vanish" in words(unrolled)
    assert "(Pascanu et al. 2013)" in words(unrolled)


def test_outside_the_circle_it_can_explode(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", radius=1.5)
    norm = unrolled.flow()["spectrum"]["spectral_norm"]
    assert f"σₘₐₓ = {norm:.2f} > 1/γ = 1: the gradient can explode; it need not" in words(unrolled)
    assert "ρ = 1.5: here" in words(unrolled)


def test_gates_promise_nothing(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", cell="lstm", radius=0.8)
    said = words(unrolled)
    assert "candidate’s block g, ρ = 0.8" in said
    assert "i 0.8, f 0.8, g 0.8, o 0.8" in said
    expect(unrolled.page.locator("#key-product")).to_contain_text("∂C")
    expect(unrolled.page.locator("#key-product")).not_to_contain_text("ρ")


def test_long_and_short_and_the_largest_exponent(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients vanish")
    given = unrolled.flow()["spectrum"]
    said = unrolled.page.locator("#product-words")
    split = given["long_to_short"]["split"]
    expect(said).to_contain_text(f"What comes from {split} steps back or more is")
    largest = given["lyapunov_exponents"][0]
    assert largest < 0
    expect(said).to_contain_text(f"Largest Lyapunov exponent −{-largest:.3f}"[:-1])
    expect(said).to_contain_text("come together")


def figure(modules: Modules, name: str, spectrum: Json, **frame: Any) -> Json:
    theme = dict.fromkeys(("ink", "known", "blocked", "sheet", "pale", "muted", "soft"), "#000000")
    given = {
        "flow": {"spectrum": spectrum, "gates": None},
        "frame": {"width": 260, "height": 190, "plane": {"width": 260, "height": 190}} | frame,
        "theme": theme | {"grid": "#000000", "sans": "s", "flow": ["#000000"] * 5},
    }
    drawn: Json = modules(
        f"figures/{name}.js",
        f"(module, {{flow, frame, theme}}) => module.{name}(flow, frame, theme)",
        given,
    )
    return drawn


MATRIX: Json = {
    "eigenvalues": [[0.9, 0.0], [0.9, 0.0]],
    "singular_values": [4.2, 0.19],
    "spectral_radius": 0.9,
    "spectral_norm": 4.2,
    "bound": 4.0,
}


def test_the_circle_of_the_bound_and_one_scale(modules: Modules) -> None:
    plane = figure(modules, "spectrum", MATRIX)
    strip = figure(modules, "singular", MATRIX, height=84)
    radii = sorted(shape["x1"] for shape in plane["layout"]["shapes"])
    assert radii == [0.9, 1, 4]
    assert plane["layout"]["xaxis"]["range"] == strip["layout"]["xaxis"]["range"]
    assert plane["layout"]["xaxis"]["range"][1] > 4.2
    marks = next(t for t in strip["data"] if t["mode"] == "markers")
    assert marks["x"] == [4.2, 0.19]
    across, up = (plane["layout"][f"{name}axis"]["range"][1] for name in "xy")
    assert across / up == pytest.approx((260 - 8) / (190 - 8))


@pytest.mark.parametrize(
    ("series", "hump"),
    [
        ([-3, -2, -1], None),
        ([0.2, 1.3, 0.9], {"back": 2, "log10": 1.3}),
        ([None, None, 0.5], {"back": 1, "log10": 0.5}),
        ([], None),
        ([0.01, 0.0], None),
    ],
)
def test_the_hump(modules: Modules, series, hump) -> None:
    assert modules("spectral.js", "({humpOf}, series) => humpOf(series)", series) == hump
