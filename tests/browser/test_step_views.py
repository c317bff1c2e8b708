"""The chain, the small multiples, the copy and the conveyor: what they say is what was answered."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Json, Unrolled, until
from tests.browser.walking import number

SMALL: Json = {"source": "random", "steps": 8, "hidden": 3}


def view(page: Unrolled) -> Locator:
    return page.page.locator("#step-view")


def show(page: Unrolled, name: str, **settings: object) -> Locator:
    page.open(**settings, explain=name)
    page.ready()
    until(page.page, "#step", "aria-busy", "false")
    expect(view(page)).not_to_have_attribute("aria-busy", "true")
    return view(page)


def products(shown: Locator) -> list[float]:
    cards = shown.locator(".chain-factor .chain-product")
    expect(cards).not_to_have_count(0)
    return [number(text) or 0.0 for text in cards.all_inner_texts()]


@pytest.mark.parametrize(
    ("preset", "written", "fifty", "all_"),
    [
        ("chain-explodes", "117", "1.1⁵⁰ = 117.4", "1.1⁶⁵ = 490.4"),
        ("chain-vanishes", "0.005", "0.9⁵⁰ = 0.005154", "0.9⁶⁵ = 0.00106"),
    ],
)
def test_the_notes_chain(
    unrolled: Unrolled, preset: str, written: str, fifty: str, all_: str
) -> None:
    shown = show(unrolled, "chain", preset=preset, mark="50,65")
    expect(shown).to_contain_text("From L₁₁₅ back to step 50 there are 65 factors.")
    expect(shown).to_contain_text(f"These are 65 factors: {all_}.")
    expect(shown).to_contain_text(
        f"The {written} that the notes give is {fifty}, the product of 50 factors, which is "
        "reached at step 65."
    )
    w = float(fifty.split("⁵", maxsplit=1)[0])
    expect(shown.locator(".chain-factor")).to_have_count(65)
    assert products(shown) == pytest.approx([w**n for n in range(1, 66)], rel=1e-3)
    shown = show(unrolled, "chain", preset=preset, to=51)
    expect(shown).to_contain_text("there are 64 factors")
    expect(shown).not_to_contain_text("the notes")


KINDS: list[Json] = [
    {},
    {"cell": "lstm"},
    {"cell": "gru", "follow": 6},
    {"cell": "elman"},
    {"cell": "jordan", "reach": "none"},
    {"layers": 2, "batch": 3},
    {"activation": "relu", "hidden": 1},
    {"reach": "window", "k": 3},
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_factor_is_the_services(unrolled: Unrolled, kind: Json) -> None:
    shown = show(unrolled, "chain", **SMALL | {"to": 2} | kind)
    loss = int(kind.get("follow", 8))
    asked = unrolled.flow()["experiment"] | {"chain": {"loss_step": loss, "step": 2}}
    chain = unrolled.post(asked)["chain"]
    signs = chain["sign"] or [1] * chain["count"]
    exact = [
        0.0 if log10 is None else sign * 10**log10
        for log10, sign in zip(chain["product_log10_norm"], signs, strict=True)
    ]
    assert products(shown) == pytest.approx(exact, rel=1e-3)
    said = shown.locator(".chain-words").inner_text()
    assert f"there are {loss - 2} factors" in said
    stopped = chain["gradient_log10_norm"][-1] is None and exact[-1] != 0
    assert ("stops it on the way" in said) == stopped
    if chain["jacobian"] is None and kind.get("cell") != "lstm":
        assert "The norms multiplied would give" in said
    assert ("of 3 samples" in said) == ("batch" in kind)


def test_another_step_and_another_loss(lent: Unrolled) -> None:
    shown = show(lent, "chain", **SMALL)
    lent.page.get_by_label("back to step").fill("5")
    lent.page.get_by_label("back to step").press("Enter")
    expect(shown.locator(".chain-factor")).to_have_count(3)
    lent.page.get_by_label("From the loss of step").fill("6")
    lent.page.get_by_label("From the loss of step").press("Enter")
    expect(shown.locator(".chain-factor")).to_have_count(1)
    assert "to=5" in lent.address
    assert "follow=6" in lent.address


def test_a_long_chain_leaves_out_its_middle(unrolled: Unrolled) -> None:
    shown = show(unrolled, "chain", **SMALL | {"steps": 300, "wiring": "many-to-one"}, to=1)
    expect(shown.locator(".chain-factor")).to_have_count(160)
    expect(shown.locator(".chain-gap")).to_have_text("… 139 factors …")
    expect(shown.locator(".chain-factor").last).to_have_attribute("data-step", "1")


def test_norms_far_apart_are_not_called_the_same(unrolled: Unrolled) -> None:
    shown = show(unrolled, "chain", **SMALL | {"steps": 1500}, to=1)
    expect(shown.locator(".chain-words")).to_contain_text("The norms multiplied would give")
    expect(shown.locator(".chain-words")).to_contain_text("× 10⁻⁹")


def test_four_wirings_and_four_cells(lent: Unrolled) -> None:
    shown = show(lent, "wirings", text="gradients", hidden=8)
    cards = shown.locator(".mini")
    expect(cards).to_have_count(8)
    names = ["one-to-one", "many-to-one", "many-to-many", "one-to-many"]
    names += ["elman", "jordan", "simple", "lstm"]
    assert cards.evaluate_all("all => all.map(c => c.dataset.of)") == names
    said = cards.locator(".mini-words").all_inner_texts()
    assert "nothing is learned about an order" in said[0]
    for text in said[4:6]:
        assert "goes back to step 6 alone" in text
    for n, (cell, wiring) in enumerate([("simple", "many-to-one"), ("simple", "many-to-many")], 1):
        flow = lent.post({
            "network": {"cell": cell, "topology": wiring, "activation": "tanh", "hidden_size": 8},
            "weights": {"spectral_radius": 0.55},
            "sequence": {"kind": "text", "text": "gradien", "tokens": "graphemes"},
        })  # fmt: skip
        row = flow["itemized"]["log10_norm"][-1]
        assert f"{100 * 10 ** (row[0] - row[-1]):.1f} % arrives" in said[n]
    cards.nth(5).click()
    lent.ready()
    assert lent.asked["network"]["cell"] == "jordan"
    assert lent.asked["sequence"]["text"] == "gradien"
    expect(lent.page.locator("#step")).to_be_hidden()


def test_a_copy_and_what_it_loses(lent: Unrolled) -> None:
    shown = show(lent, "copy", text="gradients")
    cells = shown.locator("[data-truncation=window] td")
    expect(cells).to_have_count(4)
    whole = shown.locator("[data-truncation=none]")
    texts = whole.locator("td").all_inner_texts()
    copied = cells.all_inner_texts()
    assert copied[0] == texts[0]
    assert copied[1:] == ["0", "0", "0"]
    expect(shown).to_contain_text("With the copy, ∂L/∂WX is 0")
    whole.get_by_role("button", name="Open this experiment").click()
    lent.ready()
    flow = lent.flow()
    logs = [flow["itemized"]["log10_norm"][0][n] for n in (2, 1, 0)]
    logs.append(flow["parameter_gradients"]["W_xh"]["log10_norm"])
    assert [number(text) for text in texts] == pytest.approx([10**x for x in logs], rel=6e-3)
    assert flow["experiment"]["truncation"] == {"kind": "none"}


def test_the_conveyor(lent: Unrolled) -> None:
    shown = show(lent, "conveyor", text="gradients", cell="lstm", forget=2, hidden=4)
    nodes = {node["id"]: node["log10_norm"] for node in lent.flow()["graph"]["nodes"]}
    said = shown.locator(".chain-words p").first.inner_text()
    for letter in ("c", "h"):
        enters, arrives = 10 ** nodes[f"{letter}_8"], 10 ** nodes[f"{letter}_1"]
        words = said.split(f"∂L₈/∂{letter.upper()}‖ goes from ")[1].split(" (")[0]
        first, last = words.split(" at step 8 to ")
        assert number(first) == pytest.approx(enters, rel=6e-3)
        assert number(last.removesuffix(" at step 1")) == pytest.approx(arrives, rel=6e-3)
    gates = lent.flow()["gates"]["forget"]
    bars = shown.locator(".gate-f")
    high = bars.evaluate_all("all => all.map(bar => Number(bar.getAttribute('height')))")
    assert [value / 26 for value in high] == pytest.approx(gates, rel=1e-3)
    slider = shown.get_by_role("slider", name="Forget-gate bias")
    slider.fill("5")
    lent.ready()
    assert lent.asked["weights"]["forget_bias"] == 5
    expect(shown.locator("output")).to_have_text("5.00")


def test_without_a_conveyor_it_says_so(lent: Unrolled) -> None:
    shown = show(lent, "conveyor", text="gradients")
    expect(shown).to_contain_text("A simple cell has no C of its own beside H")
    shown.get_by_role("button", name="Show it in the LSTM cell").click()
    lent.ready()
    expect(shown.locator(".conveyor svg")).to_be_visible()


@pytest.mark.parametrize("name", ["chain", "wirings", "copy", "conveyor"])
def test_a_phone_shows_it_without_scrolling_aside(lent: Unrolled, name: str) -> None:
    lent.resize(390, 844)
    show(lent, name, text="gradients", cell="lstm")
    lent.page.wait_for_function("() => document.documentElement.scrollWidth <= 390")
