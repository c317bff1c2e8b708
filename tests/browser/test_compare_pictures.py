"""Compare: what is drawn and said of A and B together."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.answers import answered
from tests.browser.comparing import difference, heights, kept, outline
from tests.browser.conftest import Modules
from tests.browser.driver import Json, Unrolled


def test_the_sentence_has_the_numbers_of_both(both: Unrolled) -> None:
    drawn = {"kind": "random", "seed": 0}
    flow_b, flow_a = (
        both.post(both.asked | {"weights": drawn | {"init": init, "spectral_radius": radius}})
        for init, radius in (("orthogonal", 0.9), ("normal", 0.5))
    )
    rates = [round(100 * flow["diagnosis"]["decay_per_step"]) for flow in (flow_b, flow_a)]
    rows = [flow["itemized"]["log10_norm"][-1] for flow in (flow_b, flow_a)]
    left = [100 * 10 ** (row[0] - row[-1]) for row in rows]
    said = re.fullmatch(
        r"B keeps (\d+) % of the gradient a step, A (\d+) %: of what enters at step 8, "
        r"B still has ([\d.]+) % at step 1, A ([\d.]+) %\.",
        difference(both),
    )
    assert said is not None, difference(both)
    assert [int(said[1]), int(said[2])] == rates
    assert [float(said[3]), float(said[4])] == pytest.approx(left, rel=0.05)
    expect(both.page.locator("#announcer")).to_have_text(difference(both))


def test_each_is_named_by_what_differs(both: Unrolled) -> None:
    names = [both.page.locator(f"#name-{side}").inner_text() for side in "ab"]
    assert names == ["simple, ρ 0.5, normal weights", "simple, ρ 0.9, orthogonal weights"]
    expect(both.page.locator("#figure-compared h2")).to_have_text(names[0])
    expect(both.page.locator("#figure-diagram h2")).to_have_text(names[1])
    letter = "element => getComputedStyle(element, '::before').content"
    assert both.page.locator("#figure-compared h2").evaluate(letter) == '"A"'
    assert both.page.locator("#figure-diagram h2").evaluate(letter) == '"B"'
    key = both.page.locator("#key-profile")
    expect(key).to_contain_text("B: ‖∂L₈/∂H‖")
    expect(key).to_contain_text("A: ‖∂L₈/∂H‖")


SENTENCES: list[tuple[Json, Json, str]] = [
    ({}, {"reach": "window", "k": 3}, "comes from step 15 back to step 13, where truncation"),
    ({"cell": "elman"}, {"cell": "jordan"}, "Both let nothing pass a step"),
    ({"radius": 0}, {}, "A passes hardly anything but exact zeros back"),
    ({"radius": 0}, {}, "the gradient of A stays at step 15, and is exactly zero before"),
    ({"wiring": "one-to-one"}, {}, "in A the loss enters at step 1 and has nowhere to go"),
    ({"wiring": "one-to-one"}, {"wiring": "one-to-one", "text": "zz"}, "in B no gradient"),
    ({"follow": "all"}, {"follow": "all", "radius": 0.9}, "all losses together, ‖∂L/∂H₁‖ is"),
    ({}, {"follow": "all"}, "in B all losses together bring"),
    ({"text": "short"}, {}, "of what enters A at step 4, step 1 gets"),
    ({}, {"clip": "norm", "mu": 0.5}, "‖∂L₁₅/∂H‖ is the same at every step"),
    (
        {},
        {"clip": "norm", "mu": 0.5},
        "takes ‖g‖ from 7.92 to 0.500 in B, and changes nothing in A",
    ),
    (
        {"source": "random", "steps": 900, "radius": 0.02},
        {"source": "random", "steps": 900, "radius": 1.8, "activation": "linear"},
        "B multiplies the gradient by 1.80 a step, A keeps 1.3 % of it a step",
    ),
]
ASKED = """async ({readLink}, pairs, load) => {
    const {toRequest} = await load("experiment.js");
    return pairs.map((pair) => pair.map((link) => toRequest(readLink(link).settings)));
}"""
SENTENCE = """async ({read}, pairs, load) => {
    const {differenceSentence} = await load("difference.js");
    return pairs.map(([a, b]) => differenceSentence(read(a), read(b)));
}"""


def test_the_sentence_where_there_is_no_simple_share(modules: Modules) -> None:
    links = [[kept(**a), kept(**b)] for a, b, _ in SENTENCES]
    asked = modules("link.js", ASKED, links)
    pairs = [[answered(one) for one in pair] for pair in asked]
    for (_, _, said), sentence in zip(
        SENTENCES, modules("reading.js", SENTENCE, pairs), strict=True
    ):
        assert said in sentence.replace("\u00a0", " ")


@pytest.mark.parametrize(("a", "b", "said"), SENTENCES[2::8])
def test_the_page_says_it(unrolled: Unrolled, a: Json, b: Json, said: str) -> None:
    """With the settings of its address; every sentence: above."""
    unrolled.open(**b, compare=kept(**a))
    unrolled.ready()
    assert said in difference(unrolled)
    unrolled.open()


def test_beyond_the_range_of_a_double(unrolled: Unrolled) -> None:
    """The axis is one of logarithms, so both profiles stand on it whatever their size."""
    sequence = {"source": "random", "steps": 1000}
    unrolled.open(
        **sequence, radius=1.8, activation="linear", compare=kept(**sequence, radius=0.02)
    )
    unrolled.ready()
    row = heights(outline(unrolled))
    low, high = unrolled.figure("profile")["layout"]["yaxis"]["range"]
    assert low < row[1] < -1500
    assert high > 200
    assert re.search(r"at step 1, A \d\.\d × 10⁻¹\d{0}[⁰¹²³⁴⁵⁶⁷⁸⁹]{3}\.$", difference(unrolled))
    unrolled.open()


def test_both_diagrams_stand_on_the_axis_of_the_longer(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients vanish", compare=kept(text="short"))
    unrolled.ready()
    names = ("diagram", "compared", "profile", "map")
    for name in names:
        assert unrolled.figure(name)["layout"]["xaxis"]["range"] == [-0.5, 15.5]
    for step in (1, 4, 12):
        assert len({round(unrolled.at(name, step, 1)[0]) for name in names}) == 1
    assert max(heights(outline(unrolled))) == 4
    unrolled.page.mouse.move(*unrolled.at("profile", 4, -1))
    marks = unrolled.page.locator(".stack .mark")
    expect(marks).to_have_count(4)
    lefts = set()
    for mark in marks.all():
        expect(mark).to_be_visible()
        box = mark.bounding_box()
        assert box is not None
        lefts.add(round(box["x"]))
    assert len(lefts) == 1
    tooltip = unrolled.page.locator("#tooltip")
    expect(tooltip).to_contain_text("B: ‖∂L₁₅/∂H₄‖")
    expect(tooltip).to_contain_text("A: ‖∂L₄/∂H₄‖")
    unrolled.page.mouse.move(*unrolled.at("profile", 9, -1))
    expect(tooltip).to_contain_text("A ends at step 4")
    unrolled.page.mouse.move(2, 2)
    unrolled.open(text="short", compare=kept(text="gradients vanish"))
    unrolled.ready()
    assert unrolled.figure("diagram")["layout"]["xaxis"]["range"] == [-0.5, 15.5]
    unrolled.page.mouse.click(*unrolled.at("profile", 9, -1))
    expect(unrolled.page.get_by_role("region", name="Selected in A: H₉")).to_be_visible()
    unrolled.open()
    assert unrolled.figure("diagram")["layout"]["xaxis"]["range"] == [-0.5, 15.5]


def test_a_sequence_that_ends_before_the_window_says_so(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=200, compare=kept(source="random", steps=20))
    unrolled.ready()
    said = unrolled.page.locator("#figure-compared .ends")
    expect(said).to_have_text("◂ ends at step 20, before this window")
    expect(unrolled.page.locator("#figure-diagram .ends")).to_be_hidden()
    unrolled.page.mouse.click(*unrolled.at("profile", 10, -1))
    expect(said).to_be_hidden()
    unrolled.open()


def test_both_spectra_are_there_on_one_scale(both: Unrolled) -> None:
    weights = both.asked["weights"] | {"init": "normal", "spectral_radius": 0.5}
    a = both.post(both.asked | {"weights": weights})
    (hollow,) = [
        trace
        for trace in both.traces("spectrum", mode="markers")
        if trace["marker"].get("symbol") == "circle-open"
    ]
    drawn = sorted(zip(hollow["x"], hollow["y"], strict=True))
    assert drawn == sorted(map(tuple, a["spectrum"]["eigenvalues"]))
    (values,) = [
        trace
        for trace in both.traces("singular", mode="markers")
        if trace["marker"].get("symbol") == "diamond-open"
    ]
    assert values["x"] == a["spectrum"]["singular_values"]
    reach = both.figure("singular")["layout"]["xaxis"]["range"][1]
    assert reach >= max(values["x"])
    assert both.figure("spectrum")["layout"]["xaxis"]["range"][1] == reach
    expect(both.page.locator("#key-spectrum")).to_have_text("hollow: A; filled: B")
    both.page.get_by_role("button", name="Stop comparing").click()
    expect(both.page.locator("#key-spectrum")).to_have_text("")


def test_both_are_told_in_words(both: Unrolled) -> None:
    label = both.plot("compared").get_attribute("aria-label") or ""
    assert label.startswith("A, compared with B. The simple network")
    assert "8 steps" in label
    profile = both.plot("profile").get_attribute("aria-label") or ""
    assert profile.startswith("B: Norm")
    assert "A, an outline over it: Norm" in profile


FILES = {"profile": "B-and-A-profile", "compared": "A-diagram"}


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("name", ["profile", "compared"])
def test_the_pictures_can_be_kept(both: Unrolled, name: str, kind: str) -> None:
    figure = both.page.locator(f"#figure-{name}")
    with both.page.expect_download() as download:
        figure.get_by_role("button", name=f"as {kind.upper()}").click()
    assert download.value.suggested_filename.endswith(f"-{FILES[name]}.{kind}")
    content = download.value.path().read_bytes()
    if kind == "png":
        assert content.startswith(b"\x89PNG")
        return
    text = content.decode()
    if name == "profile":
        assert "bars B: simple, ρ 0.9" in text
        assert "outline A: simple, ρ 0.5" in text
    else:
        assert "A: Gradient of L₈" in text
