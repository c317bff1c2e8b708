"""Diagram, profile and map stand on one time axis."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled

STACK = ("diagram", "profile", "map")


def ranges(page: Unrolled) -> list[list[float]]:
    return [page.figure(name)["layout"]["xaxis"]["range"] for name in STACK]


def marked(page: Unrolled) -> list[tuple[int, int]]:
    """Left and right of the mark in each picture."""
    marks = page.page.locator(".stack figure:not([hidden]) .mark")
    expect(marks).to_have_count(3)
    found = []
    for mark in marks.all():
        expect(mark).to_be_visible()
        box = mark.bounding_box()
        assert box is not None
        found.append((round(box["x"]), round(box["x"] + box["width"])))
    return found


@pytest.mark.parametrize(("picture", "y"), [("diagram", 1.0), ("profile", -1.0), ("map", 7.0)])
def test_pointing_at_a_step_marks_it_in_all_three(unrolled: Unrolled, picture: str, y: float):
    unrolled.open(text="gradients")
    unrolled.page.mouse.move(*unrolled.at(picture, 4, y))
    expect(unrolled.page.locator("#tooltip")).to_be_visible()
    lefts_and_rights = set(marked(unrolled))
    assert len(lefts_and_rights) == 1
    left, right = lefts_and_rights.pop()
    for name in STACK:
        assert left < unrolled.at(name, 4, y)[0] < right
        assert not left < unrolled.at(name, 5, y)[0] < right
    unrolled.page.mouse.move(2, 2)
    expect(unrolled.page.locator(".stack .mark").first).to_be_hidden()
    expect(unrolled.page.locator("#tooltip")).to_be_hidden()


def test_the_steps_stand_above_one_another(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    for step in (1, 8):
        assert len({round(unrolled.at(name, step, 1)[0]) for name in STACK}) == 1


@pytest.mark.parametrize(
    ("preset", "step", "said"),
    [
        ("chain-explodes", 50, "490"),
        ("chain-explodes", 65, "117"),
        ("chain-vanishes", 50, "0.00106"),
        ("chain-vanishes", 65, "0.00515"),
    ],
)
def test_the_numbers_of_the_notes_under_the_pointer(unrolled, preset, step, said) -> None:
    unrolled.open()
    unrolled.page.get_by_label("Start from an example").select_option(preset)
    unrolled.ready()
    unrolled.page.mouse.move(*unrolled.at("profile", step, 0))
    expect(unrolled.page.locator("#tooltip")).to_contain_text(f"= {said}")
    expect(unrolled.page.locator("#tooltip")).to_contain_text(f"step {step}")


def test_the_pointer_names_nodes_edges_and_why_nothing_passes(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", reach="window", k=3)
    tooltip = unrolled.page.locator("#tooltip")
    for thing, said in {
        "x_2": "“\u2068r\u2069”",
        "h_7>h_8": "H₇ → H₈",
        "h_5>h_6": "window of 3",
        "L_3": "L₃ = ",
    }.items():
        unrolled.page.mouse.move(*unrolled.pixel(thing))
        expect(tooltip).to_contain_text(said)
    unrolled.page.mouse.move(2, 2)


@pytest.fixture
def zoomed(lent: Unrolled) -> Unrolled:
    lent.open(source="random", steps=40)
    assert ranges(lent) == [[-0.5, 40.5]] * 3
    return lent


def test_the_buttons_zoom_and_move_all_three(zoomed: Unrolled) -> None:
    press = {
        name: zoomed.page.get_by_role("button", name=name, exact=True).click
        for name in ("Zoom in", "Zoom out", "Later steps", "Earlier steps", "Show all steps")
    }
    press["Zoom in"]()
    near = ranges(zoomed)
    assert near[0] == near[1] == near[2]
    low, high = near[0]
    assert -0.5 < low < high < 40.5
    press["Later steps"]()
    later = ranges(zoomed)
    assert later[0] == later[1] == later[2]
    assert later[0][0] > low
    assert later[0][1] - later[0][0] == pytest.approx(high - low)
    press["Earlier steps"]()
    assert ranges(zoomed)[1] == pytest.approx(near[1])
    press["Zoom out"]()
    assert ranges(zoomed)[1] == pytest.approx([-0.5, 40.5])
    press["Zoom in"]()
    press["Zoom in"]()
    press["Show all steps"]()
    assert ranges(zoomed) == [[-0.5, 40.5]] * 3


@pytest.mark.parametrize(("picture", "y"), [("profile", -1.0), ("map", 30.0)])
def test_a_drag_zooms_all_three_and_a_double_click_shows_all(zoomed, picture, y) -> None:
    mouse = zoomed.page.mouse
    mouse.move(*zoomed.at(picture, 10, y))
    mouse.down()
    mouse.move(*zoomed.at(picture, 15, y))
    mouse.move(*zoomed.at(picture, 20, y))
    mouse.up()
    assert ranges(zoomed) == [[9.5, 20.5]] * 3
    assert min(zoomed.nodes("h")) >= 9
    mouse.dblclick(*zoomed.at(picture, 15, y))
    assert ranges(zoomed) == [[-0.5, 40.5]] * 3


def test_the_wheel_zooms_with_control_and_scrolls_without(zoomed: Unrolled) -> None:
    mouse = zoomed.page.mouse
    mouse.move(*zoomed.at("map", 20, 30))
    mouse.wheel(0, 1)
    assert ranges(zoomed) == [[-0.5, 40.5]] * 3
    zoomed.page.keyboard.down("Control")
    mouse.wheel(0, -100)
    zoomed.page.keyboard.up("Control")
    zoomed.frame()
    low, high = ranges(zoomed)[0]
    assert -0.5 < low < 20 < high < 40.5
    assert ranges(zoomed) == [[low, high]] * 3


def test_a_new_answer_keeps_the_part_in_sight(zoomed: Unrolled) -> None:
    zoomed.page.get_by_role("button", name="Zoom in").click()
    before = ranges(zoomed)
    zoomed.slide("Largest |eigenvalue|", 0.9)
    zoomed.ready()
    assert ranges(zoomed) == before
    zoomed.page.get_by_label("Steps T").fill("12")
    zoomed.ready()
    assert ranges(zoomed) == [[-0.5, 12.5]] * 3
