"""No change is lost, the last one wins, and the old picture stays until the new one is there."""

import threading

import pytest
from playwright.sync_api import Route, expect

from tests.browser.driver import FLOW, Unrolled, experiment_of, wants_a_picture

# One slider, moved thirty times in one task of the page: faster than any hand.
MOVE = """slider => {
    for (let n = 1; n <= 30; n += 1) {
        slider.value = String(0.3 + n / 20);
        slider.dispatchEvent(new Event("input", {bubbles: true}));
    }
}"""
# The same with a pause of one frame between moves.
DRAG = """async slider => {
    for (let n = 1; n <= 30; n += 1) {
        slider.value = String(0.3 + n / 20);
        slider.dispatchEvent(new Event("input", {bubbles: true}));
        await new Promise(requestAnimationFrame);
    }
}"""
LAST = 1.8


def shows_radius(page: Unrolled, radius: float) -> None:
    page.ready()
    assert page.asked["weights"]["spectral_radius"] == radius
    row = page.flow()["itemized"]["log10_norm"][-1]
    assert page.profile() == pytest.approx(dict(enumerate(row, start=1)), abs=1e-9)
    field = page.page.get_by_role("spinbutton", name="Largest |eigenvalue|")
    expect(field).to_have_value(str(radius))


@pytest.mark.parametrize("moves", [MOVE, DRAG], ids=["at once", "frame by frame"])
def test_thirty_moves_end_at_the_last(unrolled: Unrolled, moves: str) -> None:
    unrolled.open(radius=0.3, text="a" * 20 + "b" * 31)
    pictured, whole = len(unrolled.pictured), len(unrolled.requests)
    unrolled.page.get_by_role("slider", name="Largest |eigenvalue|").evaluate(moves)
    shows_radius(unrolled, LAST)
    whole = len(unrolled.requests) - whole
    at_once = len(unrolled.pictured) - pictured - whole
    # On a slow machine the hand seems to rest between two moves: each may ask for both.
    assert 0 < whole <= 30
    assert 0 < at_once <= 30


def test_a_drag_by_mouse_ends_where_the_hand_does(unrolled: Unrolled) -> None:
    unrolled.open(radius=0.3)
    slider = unrolled.page.get_by_role("slider", name="Largest |eigenvalue|")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    mouse = unrolled.page.mouse
    mouse.move(box["x"] + 0.2 * box["width"], middle)
    mouse.down()
    for n in range(3, 10):
        mouse.move(box["x"] + n * box["width"] / 10, middle, steps=2)
    mouse.up()
    reached = float(slider.input_value())
    assert reached > 1.5
    shows_radius(unrolled, reached)


def test_slow_answers_do_not_lose_the_last_change(lent: Unrolled) -> None:
    lent.open(radius=0.3)
    delays = iter([0.4, 0.02, 0.3, 0.01] * 30)

    def slowly(route: Route) -> None:
        threading.Event().wait(next(delays))
        route.continue_()

    lent.page.route(FLOW, slowly)
    lent.page.get_by_role("slider", name="Largest |eigenvalue|").evaluate(DRAG)
    shows_radius(lent, LAST)


def test_an_old_answer_that_never_comes_makes_way_for_the_newest(lent: Unrolled) -> None:
    lent.open(radius=0.3)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held or experiment_of(route.request).get("include") == ["advice"]:
            route.continue_()
        else:
            held.append(route)

    lent.page.route(FLOW, hold_the_first)
    before = lent.figure("profile")["data"]
    box = lent.page.get_by_role("spinbutton", name="Largest |eigenvalue|")
    with lent.page.expect_event("requestfailed", wants_a_picture) as dropped:
        box.fill("0.4")
        expect(lent.page.get_by_role("main")).to_have_attribute("aria-busy", "true")
        assert lent.figure("profile")["data"] == before
        expect(lent.page.locator("#progress")).to_be_visible()
        box.fill("0.5")
        box.fill("0.6")
    assert experiment_of(dropped.value)["weights"]["spectral_radius"] == 0.4
    assert "ABORTED" in str(dropped.value.failure)
    shows_radius(lent, 0.6)
    radii = [experiment_of(request)["weights"]["spectral_radius"] for request in lent.pictured]
    assert radii == [0.3, 0.4, 0.6, 0.6]
    expect(lent.page.locator("#progress")).to_be_hidden()


def test_an_old_problem_does_not_hide_a_newer_picture(lent: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    lent.open()
    text = lent.page.get_by_label("Your text")
    text.evaluate(
        """field => {
            for (const value of ["", "x", "after"]) {
                field.value = value;
                field.dispatchEvent(new Event("input", {bubbles: true}));
            }
        }"""
    )
    lent.ready()
    assert lent.tokens() == list("afte")
    expect(lent.field("/sequence/text").get_by_role("alert")).to_be_hidden()


def test_a_followed_loss_and_a_slider_at_once(unrolled: Unrolled) -> None:
    unrolled.open(radius=0.3, text="abcdefgh")
    unrolled.page.evaluate(
        """() => {
            const set = (id, value) => {
                const control = document.getElementById(id);
                control.value = value;
                control.dispatchEvent(new Event("input", {bubbles: true}));
            };
            set("follow-step", "4");
            set("radius-slider", "1.2");
            set("follow-step", "5");
        }"""
    )
    unrolled.ready()
    assert unrolled.flow()["experiment"]["follow"] == 5
    assert unrolled.asked["weights"]["spectral_radius"] == 1.2
    row = unrolled.flow()["itemized"]["log10_norm"][4][:5]
    assert unrolled.profile() == pytest.approx(dict(enumerate(row, start=1)), abs=1e-9)


def test_a_moving_hand_asks_for_what_follows_it_and_at_rest_for_the_rest(
    unrolled: Unrolled,
) -> None:
    def asks(**settings: str) -> list[list[str] | None]:
        unrolled.open(text="gradients", **settings)
        unrolled.ready()
        before = len(unrolled.pictured)
        unrolled.slide("Largest |eigenvalue|", 1.2)
        unrolled.ready()
        return [experiment_of(request).get("include") for request in unrolled.pictured[before:]]

    assert asks() == [["itemized", "graph"], None]
    (values,) = unrolled.traces("spectrum")
    assert max(abs(complex(*pair)) for pair in zip(values["x"], values["y"], strict=True)) == (
        pytest.approx(1.2)
    )
    assert asks(select="h_2>h_3") == [None]  # whose words quote a Jacobian's norm
