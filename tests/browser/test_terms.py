"""Terms explain themselves where they stand: on hover, on focus, on a tap; Escape closes."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.answers import answered
from tests.browser.conftest import Modules
from tests.browser.driver import Unrolled, in_sight
from tests.browser.violations import THEMES, found, wear
from unrolled.app.vocabulary import VOCABULARY


def explanation(page: Page) -> Locator:
    return page.get_by_role("tooltip")


def term(unrolled: Unrolled, place: str, name: str) -> Locator:
    return unrolled.page.locator(place).get_by_role("button", name=name, exact=True)


def test_by_pointer(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.ready()
    rho = term(unrolled, "#spectrum-words", "ρ")
    in_sight(rho)  # a scroll would take the explanation away
    rho.hover()
    expect(explanation(unrolled.page)).to_contain_text("spectral radius")
    expect(explanation(unrolled.page)).to_contain_text("here 0.55")
    explanation(unrolled.page).hover()
    unrolled.page.wait_for_timeout(400)
    expect(explanation(unrolled.page)).to_be_visible()
    unrolled.page.mouse.move(2, 2)
    expect(explanation(unrolled.page)).to_be_hidden()


def test_by_keyboard(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", clip="norm", mu=0.5)
    unrolled.ready()
    page = unrolled.page
    page.get_by_role("spinbutton", name="Threshold").focus()
    page.keyboard.press("Shift+Tab")
    mu = term(unrolled, "#field-mu", "μ")
    expect(mu).to_be_focused()
    expect(mu).to_have_accessible_description("μ: the largest norm that clipping lets pass. "
                                              "Here 0.500, and it clips.")  # fmt: skip
    expect(explanation(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(explanation(page)).to_be_hidden()
    expect(mu).to_be_focused()
    page.keyboard.press("Enter")
    expect(explanation(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(explanation(page)).to_be_hidden()


def test_by_a_tap_on_a_small_screen(lent: Unrolled) -> None:
    lent.page.set_viewport_size({"width": 390, "height": 844})
    lent.open(text="gradients")
    lent.ready()
    term(lent, "#left", "what enters").click()
    box = explanation(lent.page)
    expect(box).to_contain_text("the gradient of L₈ at its own step, 8")
    at = box.bounding_box()
    assert at is not None
    assert at["x"] >= 0
    assert at["x"] + at["width"] <= 390
    term(lent, "#key-map", "row i").click()
    expect(box).to_contain_text("8 losses and 8 steps")
    lent.page.locator("header.top").click(position={"x": 2, "y": 2})
    expect(box).to_be_hidden()


def test_a_click_on_a_term_does_not_move_its_control(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    asked = len(unrolled.requests)
    term(unrolled, "#field-radius", "ρ").click()
    expect(explanation(unrolled.page)).to_be_visible()
    term(unrolled, "#field-radius", "ρ").click()
    expect(explanation(unrolled.page)).to_be_hidden()
    assert len(unrolled.requests) == asked


def test_the_focus_stays_where_the_sentence_changes(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", radius=0.5)
    term(unrolled, "#spectrum-words", "ρ").focus()
    unrolled.open(text="gradients", radius=0.6)
    expect(unrolled.page.locator("#spectrum-words")).to_contain_text("ρ = 0.6")
    expect(term(unrolled, "#spectrum-words", "ρ")).to_be_focused()
    unrolled.page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("settings", "place", "name", "said"),
    [
        ({"cell": "elman"}, "#reach-note", "copy", "no gradient passes it"),
        ({"cell": "elman"}, "#summary", "copy", "no gradient passes it"),
        ({"reach": "window", "k": 3}, "#reach-note", "Window", "here k = 3"),
        ({"reach": "chunk", "k": 1}, "#reach-note", "Chunks", "every 1 step."),
        ({"cell": "lstm"}, "#summary", "forget gate", "its mean here is 0."),
        ({}, "#product-words", "Lyapunov exponent", "e to its power"),
        ({}, "#product-words", "Ω", "Pascanu et al. 2013"),
        ({}, "#spectrum-words", "γ", "γ is the largest value of tanh′(A), here 1."),
        ({"clip": "value"}, "#clipping-words", "cosine", "a right angle"),
    ],
)
def test_each_where_it_stands(unrolled: Unrolled, settings, place, name, said: str) -> None:
    unrolled.open(text="gradients", **settings)
    unrolled.ready()
    term(unrolled, place, name).click()
    expect(explanation(unrolled.page)).to_contain_text(said)
    unrolled.page.keyboard.press("Escape")


def test_no_violation_that_axe_knows_of_while_one_is_open(fresh: Unrolled) -> None:
    fresh.open(text="gradients", clip="norm")
    fresh.ready()
    fresh.page.add_style_tag(content="* { transition: none !important; }")
    for theme in THEMES:
        wear(fresh.page, theme)
        term(fresh, "#field-mu", "μ").click()
        expect(explanation(fresh.page)).to_be_visible()
        assert found(fresh.page, theme, ["#explanation", "#field-mu"]) == {}, theme
        fresh.page.keyboard.press("Escape")


def test_texts_are_cut_at_their_terms(modules: Modules) -> None:
    cut = "({piecesOf}, text) => piecesOf(text).map(({text, term}) => [text, term ?? ''])"
    assert modules("glossary.js", cut, "ρ = 1: tanh′(A) is 0.5, ρ again") == [
        ["ρ", "rho"],
        [" = 1: ", ""],
        ["tanh′(A)", "slope"],
        [" is 0.5, ρ again", ""],
    ]


def test_every_explanation_is_short(modules: Modules) -> None:
    every = """(glossary, flow, load) => load("reading.js").then(({read}) =>
        Object.keys(glossary.TERMS).map((term) => glossary.explanation(term, read(flow))))"""
    for request in ({}, {"network": {"cell": "lstm"}}, {"network": {"cell": "gru"}}):
        for text in modules("glossary.js", every, answered(request)):
            assert 40 < len(text) < 260, text
            assert text.endswith("."), text


def test_what_enters_is_that_of_the_sentence(modules: Modules) -> None:
    """Of an LSTM the sentence speaks of h and c together, and the picture of h alone."""
    flow = answered({"network": {"cell": "lstm", "hidden_size": 4}, "follow": 20})
    said = modules(
        "glossary.js",
        """async ({explanation}, flow, load) =>
            explanation("enters", (await load("reading.js")).read(flow))""",
        flow,
    )
    own, whole = (
        10 ** flow["itemized"][name][-1][-1] for name in ("log10_norm", "state_log10_norm")
    )
    assert f"{own:.3g}" != f"{whole:.3g}"
    assert said.endswith(f"Its norm is {whole:.3g} at (H₂₀, C₂₀), {own:.3g} at H₂₀ alone.")


def test_a_gate_is_explained_by_what_it_does(modules: Modules) -> None:
    """Of one that writes over the state 1 − f is kept, whatever it is called."""
    said = """async ({explanation}, [flow, words], load) => {
        (await load("vocabulary.js")).learn(words);
        return explanation("forget", (await load("reading.js")).read(flow));
    }"""
    flow = answered({"network": {"cell": "gru"}})
    flow["experiment"]["network"]["cell"] = "other"
    words = VOCABULARY.model_dump(mode="json")
    other = dict(next(cell for cell in words["cells"] if cell["name"] == "gru"), name="other")
    gate = {"name": "forget", "letter": "f", "label": "forget", "role": "write"}
    words["cells"].append(other | {"gates": [gate]})
    assert modules("glossary.js", said, [flow, words]).startswith(
        "The forget gate f mixes: the new state is 1 − f times the last one and f times the "
        "candidate"
    )
