"""Every picture has a link: the address holds the experiment, and history works."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Json, Unrolled, as_shown, experiment_of, wants_a_picture
from unrolled.app.presets import PRESETS

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
    page.get_by_label("Units", exact=True).fill("7")
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
        with page.expect_request(wants_a_picture):
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
    with unrolled.page.expect_request(wants_a_picture):
        unrolled.page.go_back()
    unrolled.ready()
    assert unrolled.asked["sequence"]["text"] == "before"
    expect(field).to_have_value("before")


def test_copy_link(fresh: Unrolled) -> None:
    fresh.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fresh.open(text="link me", radius=0.7)
    fresh.page.get_by_role("button", name="Share & save").click()
    fresh.page.get_by_role("button", name="Copy link").click()
    expect(fresh.page.get_by_role("status").filter(has_text="copied")).to_be_visible()
    copied = fresh.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == fresh.address
    fresh.page.goto("about:blank")
    fresh.page.goto(copied)
    fresh.ready()
    assert fresh.asked["sequence"]["text"] == "link me"
    assert fresh.asked["weights"]["spectral_radius"] == 0.7


def test_every_preset_loads_and_says_what_to_look_at(unrolled: Unrolled) -> None:
    """Each from the one before."""
    unrolled.open(text="something else")
    choice = unrolled.page.get_by_label("Start from an example")
    for preset in PRESETS:
        choice.select_option(preset.name)
        unrolled.ready()
        expect(choice).to_have_value(preset.name)
        expect(unrolled.page.locator("#look")).to_contain_text(as_shown(preset.look))
        wanted = unrolled.post(preset.experiment.model_dump(mode="json"))
        asked = unrolled.flow()
        same = wanted["experiment"] | {"follow": asked["experiment"]["follow"]}
        assert asked["experiment"] == same
        assert unrolled.profile().keys() <= set(range(1, asked["steps"] + 1))
        assert unrolled.address.endswith(f"#preset={preset.name}")


def test_another_change_leaves_the_preset(unrolled: Unrolled) -> None:
    unrolled.open()
    choice = unrolled.page.get_by_label("Start from an example")
    choice.select_option("music")
    unrolled.ready()
    look = unrolled.page.locator("#look")
    expect(look).to_contain_text("What to look at")
    unrolled.slide("Largest |eigenvalue|", 0.9)
    unrolled.ready()
    expect(choice).to_have_value("")
    expect(look).not_to_contain_text("What to look at")
    unrolled.page.wait_for_url(re.compile("#preset=music&radius=0.9$"))
    unrolled.slide("Largest |eigenvalue|", 0.6)
    unrolled.ready()
    expect(choice).to_have_value("music")
    expect(look).to_contain_text("What to look at")
    unrolled.page.wait_for_url(re.compile("#preset=music$"))


@pytest.mark.parametrize("preset", PRESETS[::8], ids=lambda preset: preset.name)
def test_the_name_of_an_example_alone_opens_it(fresh: Unrolled, server, preset) -> None:
    """Also as the first address of a page, whose first request is that experiment already."""
    fresh.page.goto(f"{server}/#preset={preset.name}")
    fresh.ready()
    wanted = fresh.post(preset.experiment.model_dump(mode="json"))["experiment"]
    for request in fresh.requests:
        answered = fresh.post(experiment_of(request))["experiment"]
        assert answered == wanted | {"follow": answered["follow"]}
    expect(fresh.page.get_by_label("Start from an example")).to_have_value(preset.name)
    expect(fresh.page.locator("#look")).to_contain_text(as_shown(preset.look))
    assert fresh.address == f"{server}/#preset={preset.name}"


LSTM = {
    "preset=lstm": True,
    "preset=lstm&forget=3": False,
    "preset=lstm&follow=all&select=h_3": True,
    "radius=1.2&preset=lstm": False,
    "clip=norm&mu=0.1&preset=lstm": True,
    "preset=lstm&text=something+else": False,
    "preset=lstm&forget=5": True,
    "preset=no-such-example": False,
}


def test_an_examples_words_stand_where_they_hold(unrolled: Unrolled) -> None:
    unrolled.open()
    look = unrolled.page.locator("#look")
    choice = unrolled.page.get_by_label("Start from an example")
    for fragment, words in LSTM.items():
        unrolled.lead(fragment)
        unrolled.ready()
        expect(look).to_contain_text("What to look at" if words else "How to read it")
        expect(choice).to_have_value("lstm" if words else "")
        if "no-such" not in fragment:
            assert unrolled.asked["network"]["cell"] == "lstm"


OLD = (
    "text=the+keys+to+the+old+wooden+cabinet&cell=lstm&wiring=many-to-one&radius=0.9&forget=3"
    "&preset=lstm"
)


def test_an_older_link_opens_as_it_was(unrolled: Unrolled) -> None:
    """It says all that differs from the defaults; what it leaves out is not the example's."""
    unrolled.open()
    unrolled.lead(OLD)
    unrolled.ready()
    assert unrolled.asked["weights"]["forget_bias"] == 3
    assert unrolled.asked["sequence"]["text"] == "the keys to the old wooden cabinet"
    unrolled.lead(
        "source=random&wiring=many-to-one&activation=relu&radius=2.5&steps=30&preset=clipping"
        "&loss=squared-error"
    )
    unrolled.ready()
    assert unrolled.asked["clip"] == {"rule": "none"}
    expect(unrolled.page.get_by_label("Start from an example")).to_have_value("clipping")


def test_numbers_of_an_example_do_not_travel_in_its_link(unrolled: Unrolled, server) -> None:
    unrolled.open()
    choice = unrolled.page.get_by_label("Start from an example")
    choice.select_option("chain-explodes")
    unrolled.ready()
    unrolled.choose("Rule", "norm")
    unrolled.ready()
    assert unrolled.address == f"{server}/#preset=chain-explodes&clip=norm"
    unrolled.page.get_by_role("button", name="Compare", exact=True).click()
    choice.select_option("chain-vanishes")
    unrolled.ready()
    assert len(unrolled.address) < 150
    both = unrolled.address
    unrolled.open(text="elsewhere")
    unrolled.lead(both.partition("#")[2])
    unrolled.ready()
    assert unrolled.asked["weights"]["W_hh"] == [[0.9]]
    expect(unrolled.page.locator("#name-a")).to_contain_text("1.1")
    unrolled.page.get_by_role("button", name="Stop comparing").click()


def test_leaving_the_numbers_of_an_example_is_in_the_link(unrolled: Unrolled) -> None:
    unrolled.open()
    unrolled.page.get_by_label("Start from an example").select_option("transient")
    unrolled.ready()
    unrolled.choose("The network reads", "random")
    unrolled.ready()
    asked, address = unrolled.asked, unrolled.address
    assert asked["weights"]["kind"] == "random"
    unrolled.open(text="elsewhere")
    unrolled.lead(address.partition("#")[2])
    unrolled.ready()
    assert unrolled.asked == asked


def test_back_and_forward_over_an_example(unrolled: Unrolled) -> None:
    unrolled.open(text="before")
    page = unrolled.page
    choice = page.get_by_label("Start from an example")
    choice.select_option("gru")
    unrolled.ready()
    unrolled.slide("Largest |eigenvalue|", 1.2)
    unrolled.ready()
    page.wait_for_url(re.compile(r"radius=1\.2"))
    for move, chosen, cell, radius in [
        (page.go_back, "gru", "gru", 0.9),
        (page.go_back, "", "simple", 0.55),
        (page.go_forward, "gru", "gru", 0.9),
        (page.go_forward, "", "gru", 1.2),
    ]:
        with page.expect_request(wants_a_picture):
            move()
        unrolled.ready()
        expect(choice).to_have_value(chosen)
        assert unrolled.asked["network"]["cell"] == cell
        assert unrolled.asked["weights"]["spectral_radius"] == radius


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
