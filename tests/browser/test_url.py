"""Every picture has a link: the address holds the experiment, and history works."""

import re

import pytest
from playwright.sync_api import expect

from app.presets import PRESETS
from tests.browser.driver import FLOW, Json, Unrolled

CHANGED: Json = {
    "text": "l'été: 100 % & # + 🦔\nnext",
    "cell": "jordan",
    "wiring": "many-to-one",
    "activation": "relu",
    "hidden": 7,
    "init": "orthogonal",
    "radius": 1.25,
    "wseed": 42,
    "reach": "chunk",
    "k": 4,
    "clip": "value",
    "mu": 0.03,
}


def test_the_address_restores_the_experiment_in_a_new_page(unrolled, shared_log, server) -> None:
    unrolled.open()
    page = unrolled.page
    page.get_by_label("Your text").fill(CHANGED["text"])
    unrolled.choose("Cell", "Jordan")
    page.get_by_label("Wiring").select_option("many-to-one")
    page.get_by_label("Activation").select_option("relu")
    page.get_by_label("Hidden units").fill("7")
    page.get_by_label("Drawn", exact=True).select_option("orthogonal")
    unrolled.slide("Largest |eigenvalue|", 1.25)
    unrolled.page.get_by_role("spinbutton", name="Seed").fill("42")
    unrolled.choose("How far", "chunks")
    page.get_by_role("spinbutton", name="Steps k").fill("4")
    unrolled.choose("Rule", "value")
    page.get_by_role("spinbutton", name="Threshold").fill("0.03")
    unrolled.ready()
    unrolled.click("o_9>c_10")
    other = Unrolled(page.context.new_page(), server)
    shared_log.watch(other.page)
    other.page.goto(unrolled.address)
    other.ready()
    assert other.asked == unrolled.asked
    assert other.asked["network"]["cell"] == "jordan"
    assert other.asked["sequence"]["text"] == CHANGED["text"]
    assert other.asked["clip"] == {"rule": "value", "max_value": 0.03}
    assert other.profile() == unrolled.profile()
    expect(other.page.get_by_label("Your text")).to_have_value(CHANGED["text"])
    expect(other.page.get_by_role("radio", name="Jordan")).to_be_checked()
    expect(other.page.get_by_role("region", name="Selected: O₉ → C₁₀")).to_be_visible()
    other.page.close()


def test_settings_written_by_hand(unrolled: Unrolled) -> None:
    unrolled.open(**CHANGED)
    asked = unrolled.asked
    assert asked["network"] == {
        "cell": "jordan", "topology": "many-to-one", "activation": "relu", "hidden_size": 7,
    }  # fmt: skip
    assert asked["weights"] == {
        "kind": "random", "init": "orthogonal", "spectral_radius": 1.25, "seed": 42,
    }  # fmt: skip
    assert asked["truncation"] == {"kind": "chunk", "steps": 4}
    assert asked["sequence"]["text"] == CHANGED["text"]


def test_back_and_forward(unrolled: Unrolled) -> None:
    unrolled.open(text="history")
    page = unrolled.page
    start = unrolled.profile()
    unrolled.choose("Cell", "Elman")
    unrolled.ready()
    page.get_by_label("Wiring").select_option("many-to-one")
    unrolled.ready()
    for cell, wiring, move in [
        ("Elman", "many-to-many", page.go_back),
        ("Simple", "many-to-many", page.go_back),
        ("Elman", "many-to-many", page.go_forward),
        ("Elman", "many-to-one", page.go_forward),
        ("Elman", "many-to-many", page.go_back),
        ("Simple", "many-to-many", page.go_back),
    ]:
        with page.expect_request(FLOW):
            move()
        unrolled.ready()
        expect(page.get_by_role("radio", name=cell)).to_be_checked()
        expect(page.get_by_label("Wiring")).to_have_value(wiring)
        assert unrolled.asked["network"]["cell"] == cell.lower()
        assert unrolled.asked["network"]["topology"] == wiring
    assert unrolled.profile() == start


def test_a_text_being_typed_is_one_step_of_history(unrolled: Unrolled) -> None:
    unrolled.open(text="before")
    field = unrolled.page.get_by_label("Your text")
    field.press("End")
    field.press_sequentially(" and after")
    field.blur()
    unrolled.ready()
    assert unrolled.asked["sequence"]["text"] == "before and after"
    with unrolled.page.expect_request(FLOW):
        unrolled.page.go_back()
    unrolled.ready()
    assert unrolled.asked["sequence"]["text"] == "before"
    expect(field).to_have_value("before")


def test_copy_link(fresh: Unrolled) -> None:
    fresh.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fresh.open(text="link me", radius=0.7)
    fresh.page.get_by_role("button", name="Share").click()
    fresh.page.get_by_role("button", name="Copy link").click()
    expect(fresh.page.get_by_role("status").filter(has_text="copied")).to_be_visible()
    copied = fresh.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == fresh.address
    fresh.page.goto("about:blank")
    fresh.page.goto(copied)
    fresh.ready()
    assert fresh.asked["sequence"]["text"] == "link me"
    assert fresh.asked["weights"]["spectral_radius"] == 0.7


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_loads_and_says_what_to_look_at(unrolled: Unrolled, preset) -> None:
    unrolled.open(text="something else")
    choice = unrolled.page.get_by_label("Start from an example")
    choice.select_option(preset.name)
    unrolled.ready()
    expect(choice).to_have_value(preset.name)
    expect(unrolled.page.locator("#look")).to_contain_text(preset.look)
    wanted = unrolled.post(preset.experiment.model_dump(mode="json"))
    asked = unrolled.flow()
    same = wanted["experiment"] | {"follow": asked["experiment"]["follow"]}
    assert asked["experiment"] == same
    assert unrolled.profile().keys() <= set(range(1, asked["steps"] + 1))
    expect(unrolled.page).to_have_url(re.compile(f"preset={preset.name}"))


def test_another_change_leaves_the_preset(unrolled: Unrolled) -> None:
    unrolled.open()
    choice = unrolled.page.get_by_label("Start from an example")
    choice.select_option("music")
    unrolled.ready()
    unrolled.slide("Largest |eigenvalue|", 0.9)
    unrolled.ready()
    expect(choice).to_have_value("")
    expect(unrolled.page).not_to_have_url(re.compile("preset="))


@pytest.mark.parametrize(
    "fragment",
    ["#radius=abc&hidden=-3&k=1e9&data={&weights=7&follow=zz", "#%E0%A4%A", "#=&&==", "#tokens=x"],
)
def test_an_address_that_cannot_be_read_keeps_the_defaults(unrolled, fragment: str) -> None:
    unrolled.open(text="gone")
    unrolled.lead(fragment)
    unrolled.ready()
    assert unrolled.asked["sequence"]["text"] == "gradients vanish"
    assert unrolled.asked["network"]["hidden_size"] == 16
