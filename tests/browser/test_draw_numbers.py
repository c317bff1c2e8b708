"""The numbers of a draw: input scale, longest memory, and biases beyond the slider."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled
from tests.conftest import PageLog


def test_the_input_weights_are_scaled(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", init="identity")
    assert "input_scale" not in unrolled.asked["weights"]
    plain = unrolled.flow()["parameter_gradients"]["W_hy"]["norm"]
    box = unrolled.page.get_by_label("Input weights ×", exact=True)
    expect(box).to_have_value("1")
    box.fill("0.001")
    unrolled.ready()
    assert unrolled.asked["weights"]["input_scale"] == 0.001
    assert unrolled.flow()["parameter_gradients"]["W_hy"]["norm"] < plain / 100
    unrolled.page.wait_for_url(re.compile("input_scale=0.001"))
    box.fill("")
    expect(unrolled.field("/weights/input_scale").get_by_role("alert")).to_be_visible()
    box.fill("1")
    unrolled.ready()
    expect(unrolled.page).not_to_have_url(re.compile("input_scale"))


def test_each_layer_may_have_its_own_input_scale(unrolled: Unrolled) -> None:
    unrolled.open(text="abcdef", layers="2", input_scale="0.5,2")
    unrolled.ready()
    assert unrolled.asked["weights"]["input_scale"] == [0.5, 2]
    page = unrolled.page
    second = page.get_by_label("Input weights ×, layer 2", exact=True)
    expect(second).to_have_value("2")
    second.fill("3")
    unrolled.ready()
    assert unrolled.asked["weights"]["input_scale"] == [0.5, 3]
    page.locator("#field-input_scale [data-each]").uncheck()
    unrolled.ready()
    assert unrolled.asked["weights"]["input_scale"] == 0.5


def test_chrono_asks_for_the_longest_memory(unrolled: Unrolled, shared_log: PageLog) -> None:
    shared_log.expect("422")
    unrolled.open(text="abcdef", cell="lstm")
    box = unrolled.page.get_by_label("Longest memory", exact=True)
    expect(box).to_be_hidden()
    unrolled.page.get_by_label("Drawn", exact=True).select_option("chrono")
    unrolled.ready()
    assert "t_max" not in unrolled.asked["weights"]
    expect(box).to_have_value("")
    expect(box).to_have_attribute("placeholder", "T = 5")
    box.fill("40")
    unrolled.ready()
    assert unrolled.asked["weights"]["t_max"] == 40
    assert unrolled.flow()["experiment"]["weights"]["t_max"] == 40
    unrolled.page.wait_for_url(re.compile("t_max=40"))
    box.fill("1")
    expect(unrolled.field("/weights/t_max").get_by_role("alert")).to_contain_text("2")
    box.fill("")
    unrolled.ready()
    assert "t_max" not in unrolled.asked["weights"]
    expect(unrolled.page).not_to_have_url(re.compile("t_max"))
    unrolled.choose("Cell", "Simple")  # which takes no chrono
    unrolled.ready()
    expect(box).to_be_hidden()


@pytest.mark.parametrize("fragment", ["t_max=1", "t_max=2.5", "t_max=-3", "input_scale=x"])
def test_what_cannot_be_is_left_out(unrolled: Unrolled, fragment: str) -> None:
    unrolled.open()
    unrolled.lead(f"cell=lstm&init=chrono&{fragment}")
    expect(unrolled.page.locator("#left-out")).to_contain_text(fragment)
    unrolled.settled()
    unrolled.open()


@pytest.mark.parametrize(("bias", "at"), [(-8, "-8"), (8, "8"), (-20, "-8"), (30, "8")])
def test_a_bias_may_lie_where_the_slider_does_not_reach(
    unrolled: Unrolled, bias: int, at: str
) -> None:
    unrolled.open(text="abcdef", cell="mgu", forget=str(bias))
    unrolled.ready()
    assert unrolled.asked["weights"]["forget_bias"] == bias
    page = unrolled.page
    box = page.get_by_role("spinbutton", name="Forget-gate bias", exact=True)
    expect(box).to_have_value(str(bias))
    expect(page.get_by_role("slider", name="Forget-gate bias", exact=True)).to_have_value(at)
    unrolled.page.wait_for_url(re.compile(f"forget={bias}"))
    box.fill(str(2 * bias))
    unrolled.ready()
    assert unrolled.asked["weights"]["forget_bias"] == 2 * bias
    unrolled.page.wait_for_url(re.compile(f"forget={2 * bias}"))


def test_a_change_of_these_is_named_in_a_comparison(unrolled: Unrolled) -> None:
    unrolled.open(init="identity", input_scale="0.001", compare="init=identity")
    unrolled.ready()
    expect(unrolled.page.locator("#name-a")).not_to_contain_text("input")
    expect(unrolled.page.locator("#name-b")).to_contain_text("input weights × 0.001")
    unrolled.open()


@pytest.mark.parametrize(
    ("field", "label", "settings", "value", "allowed"),
    [
        ("/weights/input_scale", "Input weights ×", {}, "1001", "a number from -1000 to 1000"),
        ("/weights/forget_bias", "Forget-gate bias", {"cell": "lstm"}, "-2000", "a number from"),
        (
            "/weights/t_max",
            "Longest memory",
            {"cell": "lstm", "init": "chrono"},
            "10000000",
            "a whole number from 2 to 9999999",
        ),
        ("/network/hidden_size", "Units", {}, "9999", "a whole number from 1 to 512"),
    ],
)
def test_what_a_link_refuses_is_not_set(
    unrolled: Unrolled, field: str, label: str, settings: dict[str, str], value: str, allowed: str
) -> None:
    """It is said beside the control at once; neither the address nor the picture takes it."""
    unrolled.open(text="abcdef", **settings)
    before, asked = unrolled.address, len(unrolled.requests)
    box = unrolled.page.get_by_role("spinbutton", name=label, exact=True)
    good = box.input_value()
    box.fill(value)
    alert = unrolled.field(field).get_by_role("alert")
    expect(alert).to_contain_text(f"received “{value}”; allowed: {allowed}")
    unrolled.settled()
    assert (unrolled.address, len(unrolled.requests)) == (before, asked)
    box.fill(good)
    expect(alert).to_be_hidden()
    unrolled.open()


def test_an_init_out_of_force_is_not_in_the_address(unrolled: Unrolled) -> None:
    """The cell puts it out of force; whoever opens the link finds nothing left out."""
    unrolled.open(text="abcdef", cell="lstm", init="chrono")
    unrolled.choose("Cell", "Simple")
    unrolled.ready()
    expect(unrolled.page).not_to_have_url(re.compile("init=|chrono"))
    unrolled.page.reload()
    unrolled.ready()
    expect(unrolled.page.locator("#left-out")).to_be_hidden()
    unrolled.open()
