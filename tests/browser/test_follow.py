"""One loss is followed at a time: by click, by keyboard, or all of them."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Unrolled


def shows_loss(page: Unrolled, step: int | None) -> None:
    page.ready()
    assert page.flow()["experiment"]["follow"] == step
    flow = page.flow()
    row = (
        flow["hidden_gradient"]["log10_norm"]
        if step is None
        else flow["itemized"]["log10_norm"][step - 1][:step]
    )
    assert page.profile() == pytest.approx(dict(enumerate(row, start=1)), abs=1e-9)


def test_a_click_on_a_loss_follows_it(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    shows_loss(unrolled, 8)
    unrolled.click("L_5")
    shows_loss(unrolled, 5)
    expect(unrolled.page.get_by_label("Follow the loss of step")).to_have_value("5")
    assert "loss of step 5" in (unrolled.plot("diagram").get_attribute("aria-label") or "")


def test_what_is_not_on_the_way_back_is_pale(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.click("L_5")
    unrolled.ready()
    hidden = unrolled.nodes("h")
    assert len({hidden[step] for step in (6, 7, 8)}) == 1
    assert hidden[6] not in {hidden[step] for step in (1, 2, 3, 4, 5)}
    outputs = unrolled.nodes("o")
    assert outputs[5] not in {outputs[step] for step in (1, 4, 6)}
    losses = unrolled.nodes("L")
    assert [step for step in losses if losses[step] != losses[1]] == [5]


def test_all_steps(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.choose("Follow the error of", "all steps")
    shows_loss(unrolled, None)
    assert len(set(unrolled.nodes("L").values())) == 1
    unrolled.choose("Follow the error of", "one step")
    shows_loss(unrolled, 8)


def test_the_number_of_the_step(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.page.get_by_label("Follow the loss of step").fill("3")
    shows_loss(unrolled, 3)


def test_a_step_that_is_not_there_is_an_error_beside_the_number(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    asked = len(unrolled.requests)
    unrolled.page.get_by_label("Follow the loss of step").fill("9")
    expect(unrolled.field("/follow").locator("[data-error]")).to_contain_text("1 … 8")
    assert len(unrolled.requests) == asked


def test_a_row_of_the_map_follows_its_loss(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    unrolled.page.mouse.click(*unrolled.at("map", 2, 4))
    shows_loss(unrolled, 4)


def test_by_keyboard(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    walk = unrolled.page.get_by_role("application", name="Walk through the network")
    walk.focus()
    for key in ("Home", *["ArrowRight"] * 3, "ArrowUp", "ArrowUp", "Enter"):
        walk.press(key)
    shows_loss(unrolled, 3)


def test_the_followed_loss_stays_last_when_the_text_grows(unrolled: Unrolled) -> None:
    unrolled.open(text="abc")
    shows_loss(unrolled, 2)
    unrolled.page.get_by_label("Your text").press("End")
    unrolled.page.get_by_label("Your text").press_sequentially("defg")
    shows_loss(unrolled, 6)


def test_a_followed_loss_beyond_a_shorter_text_gives_way_to_the_last(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", follow=7)
    shows_loss(unrolled, 7)
    unrolled.page.get_by_label("Your text").fill("grad")
    shows_loss(unrolled, 3)


@pytest.mark.parametrize("wiring", ["many-to-one", "one-to-one"])
def test_a_wiring_with_one_loss_leaves_nothing_to_choose(unrolled: Unrolled, wiring: str) -> None:
    unrolled.open(text="gradients", wiring=wiring, follow=3)
    unrolled.ready()
    assert unrolled.flow()["experiment"]["follow"] == unrolled.flow()["steps"]
    expect(unrolled.page.get_by_role("radio", name="all steps")).to_be_hidden()


def test_the_graph_is_of_the_followed_loss_alone(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients", follow=4)
    live = {n["id"] for n in unrolled.flow()["graph"]["nodes"] if n["log10_norm"] is not None}
    colors = unrolled.nodes("x")
    pale = colors[8]
    assert {f"x_{int(t)}" for t, color in colors.items() if color != pale} == {
        thing for thing in live if thing.startswith("x")
    }


def test_the_verdict_says_which_loss_it_is_read_off(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    said = unrolled.page.locator("#left")
    expect(said).not_to_contain_text("verdict")
    unrolled.click("L_5")
    unrolled.ready()
    expect(said).to_contain_text("The verdict above is read off L₈.")
    unrolled.choose("Follow the error of", "all steps")
    unrolled.ready()
    expect(said).to_contain_text("The verdict above is read off L₈.")
