"""The pictures beside the axis: each dot, bar and point has a tooltip and opens."""

import cmath
import math

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Json, Unrolled
from tests.browser.test_inspect import numbers

SETTINGS = {"text": "gradients", "clip": "norm", "mu": 0.5, "hidden": 6}


def opened(page: Unrolled, name: str) -> Locator:
    region = page.page.get_by_role("region", name=f"Selected: {name}", exact=True)
    expect(region).to_be_visible()
    return region


def spot(page: Unrolled, thing: str) -> tuple[float, float]:
    """Where a thing lies on the screen."""
    flow = page.flow()
    kind, which = thing.split(".")
    page.figure("product")  # the last of them to be drawn
    if kind == "eigenvalue":
        return page.at("spectrum", *flow["spectrum"]["eigenvalues"][int(which) - 1])
    if kind == "singular":
        values = flow["spectrum"]["singular_values"]
        n = int(which) - 1
        return page.at("singular", values[n], 1 - n / (len(values) - 1))
    if kind == "parameter":
        row = [*flow["parameter_gradients"], "g"].index(which)
        low = page.figure("clipping")["layout"]["xaxis"]["range"][0]
        return page.at("clipping", low + 0.05, row)
    return page.at("product", int(which), flow["spectrum"]["product_log10_norm"][int(which) - 1])


def eigenvalue(flow: Json) -> Json:
    value = complex(*flow["spectrum"]["eigenvalues"][1])
    return {"|λ|": abs(value), "angle": math.degrees(cmath.phase(value))}


def singular(flow: Json) -> Json:
    values = flow["spectrum"]["singular_values"]
    return {"σ": values[1], "σ / σₘₐₓ": values[1] / values[0]}


def parameter(flow: Json) -> Json:
    gradient = flow["parameter_gradients"]["W_hh"]
    terms = gradient["step_log10_norm"]
    largest = max((v, n) for n, v in enumerate(terms, start=1) if v is not None)
    return {
        "‖∂L/∂WH‖": gradient["norm"],
        "after clipping": gradient["clipped_norm"],
        "share of ‖g‖²": 100 * (gradient["norm"] / flow["clipping"]["norm_before"]) ** 2,
        f"largest term: step {largest[1]}": 10 ** largest[0],
    }


def everything(flow: Json) -> Json:
    clipping = flow["clipping"]
    return {"‖g‖": clipping["norm_before"], "‖g‖ after clipping": clipping["norm_after"],
            "every component times": clipping["scale"]}  # fmt: skip


def product(flow: Json) -> Json:
    spectrum = flow["spectrum"]
    return {
        "‖∂H₈/∂H₃‖₂": 10 ** spectrum["product_log10_norm"][2],
        "steps back": 5,
        "ρᵀ⁻ᵗ": spectrum["spectral_radius"] ** 5,
    }


THINGS = [
    ("eigenvalue.2", "λ₂", eigenvalue),
    ("singular.2", "σ₂", singular),
    ("parameter.W_hh", "∂L/∂WH", parameter),
    ("parameter.g", "‖g‖", everything),
    ("product.3", "∂H₈/∂H₃", product),
]


@pytest.mark.parametrize(("thing", "name", "wanted"), THINGS)
def test_a_thing_has_a_tooltip_and_opens(unrolled: Unrolled, thing, name, wanted) -> None:
    unrolled.open(**SETTINGS)
    unrolled.page.mouse.move(*spot(unrolled, thing))
    tooltip = unrolled.page.locator("#tooltip")
    expect(tooltip).to_contain_text(name)
    unrolled.page.mouse.click(*spot(unrolled, thing))
    region = opened(unrolled, name)
    expect(region).to_be_in_viewport()
    shown = {term: 10**size for term, size in numbers(region, "%°").items()}
    for term, value in wanted(unrolled.flow()).items():
        if not value:
            continue
        assert shown[term] == pytest.approx(abs(value), rel=6e-3), term
    assert f"select={thing}" in unrolled.address
    expect(unrolled.page.locator(".ring:visible")).to_have_count(1)


@pytest.mark.parametrize(("thing", "name", "wanted"), THINGS)
def test_a_link_opens_a_thing(unrolled: Unrolled, thing, name, wanted) -> None:
    unrolled.open(select=thing, **SETTINGS)
    opened(unrolled, name)
    unrolled.open(select=f"{thing}9", **SETTINGS)
    expect(unrolled.page.get_by_role("region", name="Selected", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("picture", "first", "second", "last"),
    [
        ("Eigenvalues", "λ₁", "λ₂", "λ₆"),
        ("Singular values", "σ₁", "σ₂", "σ₆"),
        ("Parameter gradients", "∂L/∂WX", "∂L/∂WH", "‖g‖"),
        ("Product of Jacobians", "∂H₈/∂H₀", "∂H₈/∂H₁", "∂H₈/∂H₈"),
    ],
)
def test_things_by_keyboard(unrolled: Unrolled, picture, first, second, last) -> None:
    unrolled.open(**SETTINGS)
    place = unrolled.page.get_by_role("application", name=f"{picture}:")
    for key, name in [
        ("ArrowRight", first), ("ArrowDown", second), ("ArrowLeft", first), ("End", last),
        ("ArrowDown", last), ("Home", first),
    ]:  # fmt: skip
        place.press(key)
        opened(unrolled, name)
        plain = name.replace("WX", "Wˣ").replace("WH", "Wᴴ")
        expect(unrolled.page.locator("#announcer")).to_contain_text(plain)
    place.press("Enter")
    expect(unrolled.page.locator("#inspector")).to_be_focused()
    place.press("Escape")
    expect(unrolled.page.get_by_role("region", name="Selected", exact=True)).to_be_visible()


@pytest.mark.parametrize("settings", [
    {"cell": "gru", "layers": 2}, {"cell": "lstm", "text": "ab"}, {"hidden": 1}, {"radius": 0},
    {"activation": "sigmoid", "reach": "window"}, {"cell": "jordan"},
    {"wiring": "one-to-one", "text": "ab"}, {"source": "random", "batch": 3, "clip": "value"},
])  # fmt: skip
def test_no_thing_says_nonsense(unrolled: Unrolled, settings: Json) -> None:
    unrolled.open(**SETTINGS | settings)
    for picture in ("spectrum", "singular", "clipping", "product"):
        place = unrolled.page.locator(f"[data-beside={picture}]")
        for key in ("Home", "End"):
            place.press(key)
            said = unrolled.page.locator("#inspector").inner_text()
            assert "SELECTED: " in said.upper()
            for wrong in ("undefined", "NaN", "null", "Infinity"):
                assert wrong not in said, (picture, said)
    unrolled.page.keyboard.press("Escape")


def test_the_ring_goes_with_its_thing(unrolled: Unrolled) -> None:
    unrolled.open(select="eigenvalue.1", **SETTINGS)
    ring = unrolled.page.locator("[data-beside=spectrum] .ring")

    def off() -> float:
        unrolled.figure("spectrum")
        x, y = unrolled.at("spectrum", *unrolled.flow()["spectrum"]["eigenvalues"][0])
        box = ring.bounding_box()
        assert box is not None
        return math.dist((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), (x, y))

    def arrives() -> bool:
        """The ring is put in the frame after its picture."""
        for _ in range(40):
            if off() < 1.5:
                return True
            unrolled.page.wait_for_timeout(50)
        return False

    assert arrives()
    unrolled.slide("Largest |eigenvalue|", 1.7)
    unrolled.ready()
    assert arrives()
