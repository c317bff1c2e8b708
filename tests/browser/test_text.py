"""Typing a text: every token is a step, whatever it is written in."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled


@pytest.fixture
def typed(unrolled: Unrolled):
    """`typed(text)` puts a text into the field of the page's first experiment."""
    unrolled.open()

    def put(text: str) -> Unrolled:
        unrolled.page.get_by_label("Your text").fill(text)
        unrolled.settled()
        return unrolled

    return put


def test_typing_draws_a_step_for_every_character(unrolled: Unrolled) -> None:
    unrolled.open()
    field = unrolled.page.get_by_label("Your text")
    field.press("Control+a")
    field.press("ArrowRight")
    field.press_sequentially("!!")
    unrolled.ready()
    assert "".join(unrolled.tokens()) == "gradients␣vanish!"
    field.fill("hi")
    field.press_sequentially("llo!")
    field.press("Home")
    field.press("ArrowRight")
    field.press("Delete")
    field.press("e")
    unrolled.ready()
    assert unrolled.tokens() == ["h", "e", "l", "l", "o"]
    assert len(unrolled.profile()) == 5
    expect(field).to_be_focused()
    expect(field).to_have_value("hello!")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("naïve", ["n", "a", "ï", "v"]),
        ("猫が好き", ["猫", "が", "好"]),
        ("🦔🌍a🦔", ["🦔", "🌍", "a"]),
        ("e\u0301x!", ["e\u0301", "x"]),
        ("👩\u200d🚀🇩🇪x", ["👩\u200d🚀", "🇩🇪"]),
        ("سلام", ["س", "ل", "ا"]),
        ("a\nb\tc d", ["a", "↵", "b", "⇥", "c", "␣"]),
        ("<b>&amp;", ["&lt;", "b", "&gt;", "&amp;", "a", "m", "p"]),
        ("{{x}}%$", ["{", "{", "x", "}", "}", "%"]),
    ],
    ids=[
        "accent",
        "Japanese",
        "emoji",
        "combining",
        "joined",
        "Arabic",
        "white space",
        "markup",
        "braces",
    ],
)
def test_the_labels_are_the_characters(typed, text: str, shown: list[str]) -> None:
    page = typed(text)
    page.ready()
    assert page.tokens() == shown
    assert page.asked["sequence"]["text"] == text
    seen = page.words("diagram")
    for token in shown:
        unescaped = token.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert unescaped in seen


def test_a_joined_emoji_is_one_step(typed) -> None:
    page = typed("👩\u200d🚀xy")
    assert page.asked["sequence"]["tokens"] == "graphemes"
    assert page.flow()["steps"] == len(page.profile()) == 2
    assert page.tokens() == ["👩\u200d🚀", "x"]


def test_a_link_with_code_points_still_cuts_so(unrolled: Unrolled) -> None:
    unrolled.open(text="👩\u200d🚀 x y", tokens="characters")
    unrolled.ready()
    assert unrolled.asked["sequence"]["tokens"] == "characters"
    assert unrolled.tokens() == ["👩", "⁀", "🚀", "␣", "x", "␣"]
    points = unrolled.page.get_by_role("radio", name="code points")
    expect(points).to_be_checked()
    unrolled.choose("One step reads a", "words")
    unrolled.ready()
    expect(points).to_be_hidden()
    unrolled.open(text="ab")
    expect(unrolled.page.get_by_role("radio", name="characters", exact=True)).to_be_checked()


def test_what_each_step_should_say_stands_above_it(typed) -> None:
    page = typed("abc")
    loss = page.rows()["L"]
    above = [
        text
        for trace in page.traces("diagram", mode="text")
        for y, text in zip(trace["y"], trace["text"], strict=True)
        if y > loss
    ]
    assert above == ["b", "c"]


def test_words(typed) -> None:
    page = typed("the cat sat on the mat")
    page.choose("One step reads a", "words")
    page.ready()
    assert page.asked["sequence"]["tokens"] == "words"
    assert page.tokens() == ["the", "cat", "sat", "on", "the"]
    assert page.flow()["experiment"]["network"]["input_size"] == 5


def test_a_label_makes_the_whole_text_the_input(typed) -> None:
    page = typed("nice")
    page.page.get_by_label("Wiring").select_option("many-to-one")
    page.page.get_by_role("checkbox", name="label").check()
    page.page.get_by_label("Label: how many classes").fill("5")
    page.page.get_by_label("Label: class, from 0").fill("3")
    page.ready()
    assert page.asked["sequence"]["label"] == {"index": 3, "of": 5}
    assert page.tokens() == list("nice")
    assert page.flow()["experiment"]["network"]["output_size"] == 5


def test_a_label_out_of_range_is_an_error_beside_it(typed, shared_log) -> None:
    shared_log.expect("status of 422")
    page = typed("nice")
    page.page.get_by_label("Wiring").select_option("many-to-one")
    page.page.get_by_role("checkbox", name="label").check()
    page.page.get_by_label("Label: class, from 0").fill("7")
    page.settled()
    expect(page.field("/sequence/label").locator("[data-error]")).to_contain_text("7")


@pytest.mark.parametrize("text", ["", "x"], ids=["empty", "one character"])
def test_too_short_a_text_is_an_error_beside_it_and_the_picture_stays(
    typed, shared_log, text: str
) -> None:
    shared_log.expect("status of 422")
    page = typed("stay")
    before = page.figure("diagram")["data"], page.figure("map")["data"]
    page.page.get_by_label("Your text").fill(text)
    page.settled()
    field = page.page.get_by_label("Your text")
    expect(page.field("/sequence/text").get_by_role("alert")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert (page.figure("diagram")["data"], page.figure("map")["data"]) == before
    field.fill("better")
    page.ready()
    expect(page.field("/sequence/text").get_by_role("alert")).to_be_hidden()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    assert page.tokens() == list("bette")
