"""Every control changes the request, and the picture is that of the answer."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled

CELLS = {"simple": "Simple", "elman": "Elman", "jordan": "Jordan"}
TOPOLOGIES = ["one-to-one", "many-to-one", "many-to-many", "one-to-many"]


def drawn_as_asked(page: Unrolled) -> None:
    """The pictures are those of the last request."""
    page.ready()
    flow = page.flow()
    follow = flow["experiment"]["follow"]
    row = (
        flow["hidden_gradient"]["log10_norm"]
        if follow is None
        else flow["itemized"]["log10_norm"][flow["itemized"]["loss_steps"].index(follow)]
    )
    wanted = {t: v for t, v in enumerate(row, start=1) if v is not None}
    drawn = page.profile()
    assert list(drawn) == list(wanted)
    # A bar always has some height, so that the least ones are seen.
    (bars,) = page.traces("profile", type="bar")
    tall = {t: v for t, v in wanted.items() if drawn[t] - bars["base"] > 0.2}
    assert {t: drawn[t] for t in tall} == pytest.approx(tall, abs=1e-9)
    (heat,) = page.traces("map", type="heatmap")
    assert len(heat["z"]) == len(flow["itemized"]["loss_steps"])
    kinds = {"x": "input", "c": "context", "h": "hidden", "o": "output", "L": "loss"}
    for letter in page.rows():
        steps = [n["step"] for n in flow["graph"]["nodes"] if n["kind"] == kinds[letter]]
        shift = 0.5 if letter == "c" else 0
        assert sorted(page.nodes(letter)) == [t - shift for t in steps]


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_in_every_wiring(unrolled: Unrolled, cell: str) -> None:
    unrolled.open(text="backward")
    unrolled.choose("Cell", CELLS[cell])
    for topology in TOPOLOGIES:
        unrolled.page.get_by_label("Wiring").select_option(topology)
        unrolled.ready()
        assert unrolled.asked["network"]["cell"] == cell
        assert unrolled.asked["network"]["topology"] == topology
        drawn_as_asked(unrolled)
        assert ("c" in unrolled.rows()) == (cell != "simple")


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear"])
def test_activations(unrolled: Unrolled, activation: str) -> None:
    unrolled.open(activation="linear" if activation == "tanh" else "tanh", radius=0.8)
    unrolled.page.get_by_label("Activation").select_option(activation)
    unrolled.ready()
    assert unrolled.asked["network"]["activation"] == activation
    drawn_as_asked(unrolled)


def test_a_copy_is_drawn_as_stopping_and_says_why(unrolled: Unrolled) -> None:
    unrolled.open(text="memory")
    unrolled.choose("Cell", "Elman")
    unrolled.ready()
    flow = unrolled.flow()
    stopped = [e for e in flow["graph"]["edges"] if e["blocked"]]
    dashed = [t for t in unrolled.traces("diagram", mode="lines") if t["line"]["dash"] != "solid"]
    assert sum(x is None for trace in dashed for x in trace["x"][1:]) == len(stopped) > 0
    assert list(unrolled.profile()) == [5]
    unrolled.click("h_4>c_5")
    expect(unrolled.page.get_by_role("region", name="Selected")).to_contain_text("copy")


@pytest.mark.parametrize(("label", "kind"), [("window", "window"), ("chunks", "chunk")])
def test_truncation_stops_the_followed_loss(unrolled: Unrolled, label: str, kind: str) -> None:
    unrolled.open(text="abcdefghijk")
    unrolled.choose("How far", label)
    unrolled.page.get_by_role("spinbutton", name="Steps k").fill("3")
    unrolled.ready()
    assert unrolled.asked["truncation"] == {"kind": kind, "steps": 3}
    drawn_as_asked(unrolled)
    assert list(unrolled.profile()) == ([8, 9, 10] if kind == "window" else [10])
    unrolled.choose("How far", "all")
    unrolled.ready()
    assert len(unrolled.profile()) == 10


def test_the_spectral_radius(unrolled: Unrolled) -> None:
    unrolled.open()
    unrolled.page.get_by_role("spinbutton", name="Largest |eigenvalue|").fill("1.5")
    unrolled.ready()
    assert unrolled.flow()["spectrum"]["spectral_radius"] == pytest.approx(1.5)
    drawn_as_asked(unrolled)
    unrolled.page.get_by_role("checkbox", name="as drawn").check()
    unrolled.ready()
    assert unrolled.asked["weights"]["spectral_radius"] is None
    drawn_as_asked(unrolled)


def test_other_weights_give_another_picture(unrolled: Unrolled) -> None:
    """And behind the last seed comes the first."""
    unrolled.open(hidden=5)
    before = unrolled.profile()
    other = unrolled.page.get_by_role("button", name="Draw other weights")
    other.click()
    unrolled.ready()
    assert unrolled.profile() != before
    drawn_as_asked(unrolled)
    seed = unrolled.page.get_by_role("spinbutton", name="Seed")
    seed.fill(seed.get_attribute("max") or "")
    other.click()
    unrolled.ready()
    assert unrolled.asked["weights"]["seed"] == 0
    assert "wseed" not in unrolled.address


@pytest.mark.parametrize("init", ["uniform", "orthogonal", "identity"])
def test_initialisations(unrolled: Unrolled, init: str) -> None:
    unrolled.open()
    unrolled.page.get_by_label("Drawn", exact=True).select_option(init)
    unrolled.ready()
    assert unrolled.asked["weights"]["init"] == init
    drawn_as_asked(unrolled)


def test_a_random_sequence(unrolled: Unrolled) -> None:
    unrolled.open()
    unrolled.choose("The network reads", "random")
    for label, value in {"Steps T": 9, "Batch": 3, "Inputs D": 2, "Outputs K": 5}.items():
        unrolled.page.get_by_label(label).fill(str(value))
    unrolled.page.get_by_role("spinbutton", name="Seed").first.fill("7")
    unrolled.page.get_by_label("Loss", exact=True).select_option("squared-error")
    unrolled.ready()
    asked = unrolled.asked
    assert asked["sequence"] == {"kind": "random", "steps": 9, "batch_size": 3, "seed": 7}
    assert asked["network"]["input_size"] == 2
    assert asked["network"]["output_size"] == 5
    assert asked["loss"] == "squared-error"
    drawn_as_asked(unrolled)
    expect(unrolled.page.get_by_label("Your text")).to_be_hidden()


def test_one_step(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=1)
    drawn_as_asked(unrolled)
    assert list(unrolled.profile()) == [1]


def test_a_choice_that_cannot_be_made_says_why(unrolled: Unrolled) -> None:
    unrolled.open()
    expect(unrolled.page.get_by_label("Loss", exact=True)).to_be_disabled()
    expect(unrolled.field("/loss").locator("[data-reason]")).to_contain_text("text")
