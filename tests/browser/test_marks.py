"""Marked steps, and links that bring a step into sight."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Json, Unrolled

LONG: Json = {"source": "random", "wiring": "many-to-one", "hidden": 4, "steps": 115}


def lines(page: Unrolled, name: str) -> list[float]:
    """The steps at which a picture has a mark's line."""
    shapes = page.plot(name).evaluate("plot => plot.layout.shapes ?? []")
    return [shape["x0"] for shape in shapes if shape["line"]["dash"] == "4px,2px"]


def listed(page: Unrolled) -> list[str]:
    return page.page.get_by_role("list", name="Marked steps").locator("li b").all_inner_texts()


def test_a_link_marks_steps_in_every_picture(unrolled: Unrolled) -> None:
    unrolled.open(mark="65,50", **LONG)
    for name in ("profile", "map"):
        assert lines(unrolled, name) == [50, 65]
    low, high = unrolled.figure("diagram")["layout"]["xaxis"]["range"]
    assert lines(unrolled, "diagram") == [t for t in (50, 65) if low < t < high]
    said = unrolled.page.get_by_role("list", name="Marked steps")
    assert listed(unrolled) == ["step 50", "step 65"]
    row = unrolled.flow()["itemized"]["log10_norm"][0]
    expect(said).to_contain_text("‖∂L₁₁₅/∂H₅₀‖")
    (label,) = [a for a in unrolled.plot("profile").evaluate("plot => plot.layout.annotations")
                if a["text"] == "<b>50</b>"]  # fmt: skip
    assert label["x"] == 50
    ticks = unrolled.figure("map")["layout"]["xaxis"]["ticktext"]
    assert "<b>50</b>" in ticks
    assert row[49] is not None


@pytest.mark.parametrize(
    ("mark", "wanted"),
    [("0,3,99,3", [3]), ("3,-1", []), ("3.5", []), ("abc", []), ("", []), ("2,1", [1, 2])],
)
def test_marks_that_are_no_steps_are_left_out(unrolled: Unrolled, mark: str, wanted) -> None:
    unrolled.open(text="gradients", mark=mark)
    assert lines(unrolled, "profile") == wanted
    expect(unrolled.page.locator("#marks li")).to_have_count(len(wanted))


def test_marking_by_button_and_key(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", select="h_3")
    asked = len(unrolled.requests)
    unrolled.page.get_by_role("button", name="Mark step 3").click()
    assert listed(unrolled) == ["step 3, “\u2068a\u2069”"]
    assert lines(unrolled, "profile") == [3]
    assert "mark=3" in unrolled.address
    walk = unrolled.page.get_by_role("application", name="Walk through the network").first
    walk.press("ArrowRight")
    walk.press("m")
    expect(unrolled.page.locator("#announcer")).to_have_text("Step 4 is marked.")
    assert lines(unrolled, "map") == [3, 4]
    walk.press("m")
    expect(unrolled.page.locator("#announcer")).to_have_text("Step 4 is no longer marked.")
    unrolled.page.get_by_role("button", name="Remove the mark at step 3").click()
    expect(unrolled.page.locator("#marks")).to_be_hidden()
    assert lines(unrolled, "profile") == []
    assert len(unrolled.requests) == asked, "a mark changes nothing that is computed"
    unrolled.page.go_back()
    expect(unrolled.page.locator("#marks li")).to_have_count(1)


def test_marks_stay_with_another_experiment(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", mark=3)
    unrolled.slide("Largest |eigenvalue|", 1.3)
    unrolled.ready()
    assert lines(unrolled, "profile") == [3]
    unrolled.page.get_by_label("Your text").fill("abc")
    unrolled.ready()
    assert lines(unrolled, "profile") == []
    unrolled.page.get_by_label("Your text").fill("abcde")
    unrolled.ready()
    assert lines(unrolled, "profile") == [3]


def test_marks_say_both_where_two_are_compared(both: Unrolled) -> None:
    both.page.locator("#walk").press("Home")
    both.page.locator("#walk").press("ArrowRight")
    both.page.locator("#walk").press("m")
    said = both.page.get_by_role("list", name="Marked steps")
    expect(said).to_contain_text("B: ")
    expect(said).to_contain_text("A: ")


@pytest.mark.parametrize("steps", [300, 600])
def test_a_link_brings_its_step_into_sight(fresh: Unrolled, steps: int) -> None:
    fresh.open(**LONG | {"steps": steps}, select="h_40")
    fresh.ready()
    low, high = fresh.figure("diagram")["layout"]["xaxis"]["range"]
    assert low < 40 < high
    expect(fresh.page.get_by_role("region", name="Selected: H₄₀", exact=True)).to_be_visible()
    assert len(fresh.requests) == 1
    fresh.slide("Largest |eigenvalue|", 0.7)
    fresh.ready()
    low, high = fresh.figure("diagram")["layout"]["xaxis"]["range"]
    assert low < 40 < high
    fresh.lead("&".join(f"{k}={v}" for k, v in LONG.items() if k != "steps")
               + f"&steps={steps}&select=h_220")  # fmt: skip
    fresh.ready()
    low, high = fresh.figure("diagram")["layout"]["xaxis"]["range"]
    assert low < 220 < high


def test_a_link_scrolls_to_its_picture(fresh: Unrolled) -> None:
    fresh.page.set_viewport_size({"width": 390, "height": 600})
    fresh.open(text="gradients", select="h_3")
    fresh.ready()
    expect(fresh.plot("diagram")).to_be_in_viewport(ratio=0.9)


def test_a_link_scrolls_to_a_dot(fresh: Unrolled) -> None:
    fresh.page.set_viewport_size({"width": 1440, "height": 500})
    fresh.open(text="gradients", select="product.3")
    fresh.ready()
    expect(fresh.plot("product")).to_be_in_viewport(ratio=0.9)


def test_a_step_that_is_not_there_is_not_looked_for(lent: Unrolled) -> None:
    lent.open(text="gradients", select="h_99")
    lent.ready()
    assert lent.figure("diagram")["layout"]["xaxis"]["range"] == [-0.5, 8.5]
