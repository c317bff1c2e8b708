"""A click on a node or edge opens its equation, with the service's numbers under it."""

import math

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Unrolled

EXPONENTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def opened(page: Unrolled, symbol: str) -> Locator:
    region = page.page.get_by_role("region", name=f"Selected: {symbol}", exact=True)
    expect(region).to_be_visible()
    return region


def numbers(region: Locator, units: str = "") -> dict[str, float]:
    """log₁₀ of every number in the list, by what it is called; units are left out."""
    found: dict[str, float] = {}
    for term in region.locator("dt").all():
        value = term.evaluate("element => element.nextElementSibling.firstChild.textContent")
        plain = value.translate(EXPONENTS).strip(units + " ")
        mantissa, _, power = plain.partition(" × 10")
        try:
            size = abs(float(mantissa))
        except ValueError:
            continue
        if size:
            found[term.inner_text()] = math.log10(size) + (float(power) if power else 0)
    return found


def test_an_edge_shows_its_equation_and_its_jacobian(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.click("h_4>h_5")
    region = opened(unrolled, "H₄ → H₅")
    flow = unrolled.flow()
    (edge,) = [e for e in flow["graph"]["edges"] if (e["source"], e["target"]) == ("h_4", "h_5")]
    shown = numbers(region)
    jacobian = flow["spectrum"]["jacobian_log10_norm"][3]
    assert shown["arrives at H₄"] == pytest.approx(edge["log10_norm"], abs=3e-3)
    assert shown["adds to ∂L₈/∂WH"] == pytest.approx(edge["parameter_log10_norm"], abs=3e-3)
    assert [v for name, v in shown.items() if "Jacobian" in name] == [
        pytest.approx(jacobian, abs=3e-3)
    ]
    arrives = flow["itemized"]["log10_norm"][-1][4]
    assert shown["‖∂L₈/∂H₅‖"] == pytest.approx(arrives, abs=3e-3)
    formulas = region.locator("math")
    assert formulas.count() >= 2
    said = " ".join(formulas.all_text_contents())
    assert "4" in said
    assert "5" in said


def test_terms_computed_one_step_later_are_red(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.click("h_4")
    expect(opened(unrolled, "H₄").locator("math .known").first).to_be_visible()
    red, green, blue = unrolled.page.evaluate(
        "() => getComputedStyle(document.querySelector('#inspector math .known')).color"
        ".match(/[0-9.]+/g).slice(0, 3).map(Number)"
    )
    assert red > 2 * green
    assert red > 2 * blue


@pytest.mark.parametrize(("thing", "name"), [("x_3", "X₃"), ("o_3", "O₃"), ("h_1", "H₁")])
def test_nodes(unrolled: Unrolled, thing: str, name: str) -> None:
    unrolled.open(text="gradients", follow=3)
    unrolled.click(thing)
    region = opened(unrolled, name)
    expect(region.locator("math").first).to_be_visible()
    (node,) = [n for n in unrolled.flow()["graph"]["nodes"] if n["id"] == thing]
    shown = numbers(region)[f"‖∂L₃/∂{name}‖"]
    assert shown == pytest.approx(node["log10_norm"], abs=3e-3)


def test_a_loss(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.click("L_2")
    unrolled.ready()
    region = opened(unrolled, "L₂")
    value = unrolled.flow()["step_losses"][1]
    assert numbers(region)["L₂"] == pytest.approx(math.log10(value), abs=3e-3)
    expect(region).to_contain_text("“\u2068a\u2069”")


@pytest.mark.parametrize("cell", ["simple", "elman", "jordan"])
def test_every_kind_of_node_and_edge_has_an_equation(unrolled: Unrolled, cell: str) -> None:
    unrolled.open(text="abcdef", cell=cell)
    graph = unrolled.flow()["graph"]
    kinds = {n["kind"]: n["id"] for n in graph["nodes"] if n["step"] == 3}
    edges = {
        e["kind"]: f"{e['source']}>{e['target']}"
        for e in graph["edges"]
        if e["target"].endswith("_3")
    }
    for thing in [*kinds.values(), *edges.values()]:
        unrolled.open(text="abcdef", cell=cell, select=thing)
        region = unrolled.page.locator("#inspector")
        expect(region.get_by_role("heading", level=2)).to_contain_text("Selected: ")
        assert region.locator("math").count() >= 1, thing
        assert "undefined" not in region.inner_text()
        assert "NaN" not in region.inner_text()


def test_the_numbers_follow_the_controls(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", select="h_4>h_5")
    before = numbers(opened(unrolled, "H₄ → H₅"))
    unrolled.slide("Largest |eigenvalue|", 1.4)
    unrolled.ready()
    after = numbers(opened(unrolled, "H₄ → H₅"))
    wanted = unrolled.flow()["itemized"]["log10_norm"][-1][3]
    assert after["arrives at H₄"] == pytest.approx(wanted, abs=3e-3) != before["arrives at H₄"]


def test_formulas_stay_inside_the_inspector(unrolled: Unrolled) -> None:
    for cell, thing in {"simple": "h_4", "elman": "h_4>c_5", "jordan": "o_4"}.items():
        unrolled.open(text="gradients", cell=cell, select=thing)
        region = unrolled.page.locator("#inspector")
        assert region.evaluate("element => element.scrollWidth <= element.clientWidth + 1"), cell


def test_numbers_beyond_a_double(unrolled: Unrolled) -> None:
    weights = '{"W_xh":[[1]],"W_hh":[[0.0000001]],"b_h":[0],"W_hy":[[1]],"b_y":[0]}'
    unrolled.open(
        source="random", steps=60, wiring="many-to-one", activation="linear", hidden=1, inputs=1,
        outputs=1, loss="squared-error", weights=weights, select="h_2",
    )  # fmt: skip
    shown = numbers(opened(unrolled, "H₂"))["‖∂L₆₀/∂H₂‖"]
    wanted = unrolled.flow()["itemized"]["log10_norm"][0][1]
    assert wanted < -400
    assert shown == pytest.approx(wanted, abs=3e-3)
