"""Compare: the current experiment is kept as A, and every change makes B."""

import re
import urllib.parse

import pytest
from playwright.sync_api import expect

from tests.browser.comparing import (
    A,
    B,
    address,
    colours,
    difference,
    heights,
    kept,
    outline,
    outlines,
    press,
)
from tests.browser.driver import FLOW, Unrolled, until, wants_a_picture
from tests.browser.violations import holds


def test_without_compare_nothing_of_it_is_there(unrolled: Unrolled) -> None:
    unrolled.open()
    unrolled.ready()
    page = unrolled.page
    expect(page.get_by_role("button", name="Compare")).to_have_attribute("aria-pressed", "false")
    for part in ("#compare", "#figure-compared", ".ends"):
        for one in page.locator(part).all():
            expect(one).to_be_hidden()
    expect(page.get_by_role("heading", name="The network, unrolled")).to_be_visible()
    assert outlines(unrolled) == []
    assert "compare" not in address(unrolled)


def test_pressing_compare_keeps_the_experiment_and_a_change_makes_b(unrolled: Unrolled) -> None:
    unrolled.open(**A)
    unrolled.ready()
    was, profile = colours(unrolled, "diagram"), unrolled.profile()
    asked = len(unrolled.requests)
    press(unrolled.page, "Compare")
    unrolled.ready()
    assert difference(unrolled) == "A and B are the same experiment: change anything."
    assert len(unrolled.requests) == asked, "what is drawn already need not be asked for again"
    expect(unrolled.page.locator("#figure-compared")).to_be_visible()
    unrolled.slide("Largest |eigenvalue|", 0.9)
    unrolled.ready()
    assert len(unrolled.requests) == asked + 1, "A is not asked for again"
    assert unrolled.asked["weights"]["spectral_radius"] == 0.9
    assert colours(unrolled, "compared") == was
    assert colours(unrolled, "diagram") != was
    assert heights(outline(unrolled)) == pytest.approx(profile, abs=1e-9)
    row = unrolled.flow()["itemized"]["log10_norm"][-1]
    assert unrolled.profile() == pytest.approx(dict(enumerate(row, start=1)), abs=1e-9)
    press(unrolled.page, "Stop comparing")
    expect(unrolled.page.locator("#figure-compared")).to_be_hidden()
    expect(unrolled.page.get_by_role("heading", name="The network, unrolled")).to_be_visible()
    assert outlines(unrolled) == []
    assert address(unrolled)["radius"] == "0.9"
    expect(unrolled.page.locator("#announcer")).to_have_text("Stopped comparing.")


def test_a_link_restores_both(both: Unrolled, shared_log, server: str) -> None:
    both.slide("Largest |eigenvalue|", 1.2)
    both.ready()
    both.page.wait_for_url(re.compile("radius=1.2"))
    other = Unrolled(both.page.context.new_page(), server)
    shared_log.watch(other.page)
    other.page.goto(both.address)
    other.ready()
    expect(other.page.locator("#difference")).to_have_text(difference(both))
    assert outline(other)["y"] == outline(both)["y"]
    assert other.profile() == both.profile()
    radii = {r.post_data_json["weights"]["spectral_radius"] for r in other.requests}  # type: ignore[index]
    assert radii == {0.5, 1.2}
    assert len(other.requests) == 2
    other.page.close()


def test_the_address_keeps_a_as_one_property(both: Unrolled) -> None:
    held = address(both)
    assert dict(urllib.parse.parse_qsl(held["compare"])) == {"text": "gradients", "radius": "0.5"}
    both.page.get_by_label("Units", exact=True).fill("5")
    both.ready()
    assert address(both)["compare"] == held["compare"]


def test_back_and_forward(unrolled: Unrolled) -> None:
    unrolled.open(**A)
    page = unrolled.page
    press(page, "Compare")
    unrolled.ready()
    unrolled.choose("Cell", "Elman")
    unrolled.ready()
    expect(page.locator("#name-b")).to_have_text("Elman, copy")
    with page.expect_request(wants_a_picture):
        page.go_back()
    unrolled.ready()
    expect(page.locator("#difference")).to_have_text(re.compile("same experiment"))
    page.go_back()
    expect(page.locator("#figure-compared")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#figure-compared")).to_be_visible()
    with page.expect_request(wants_a_picture):
        page.go_forward()
    unrolled.ready()
    expect(page.locator("#name-b")).to_have_text("Elman, copy")
    unrolled.open()


def test_swap(both: Unrolled) -> None:
    page = both.page
    drawn = colours(both, "diagram"), colours(both, "compared")
    rates = re.search(r"B keeps (\d+) %.*, A (\d+) %:", difference(both))
    assert rates is not None
    press(page, "Swap A and B")
    both.ready()
    assert (colours(both, "compared"), colours(both, "diagram")) == drawn
    expect(page.locator("#name-a")).to_have_text("simple, ρ 0.9, orthogonal weights")
    expect(page.get_by_label("Drawn", exact=True)).to_have_value("normal")
    swapped = f"B keeps {rates[2]} % of the gradient a step, A {rates[1]} %: "
    assert difference(both).startswith(swapped)
    expect(page.locator("#announcer")).to_have_text(difference(both))
    press(page, "Swap A and B")
    both.ready()
    assert (colours(both, "diagram"), colours(both, "compared")) == drawn


def test_a_selection_goes_with_its_experiment(both: Unrolled) -> None:
    both.page.mouse.click(*both.at("compared", 4, 1))
    expect(both.page.get_by_role("region", name="Selected in A: H₄")).to_be_visible()
    press(both.page, "Swap A and B")
    both.ready()
    expect(both.page.get_by_role("region", name="Selected in B: H₄")).to_be_visible()


def test_a_selection_in_an_a_that_is_not_there_selects_nothing(unrolled: Unrolled) -> None:
    unrolled.open(select="A:h_3")
    unrolled.ready()
    expect(unrolled.page.get_by_role("region", name="Selected", exact=True)).to_be_visible()


def test_the_dialog_to_share_offers_the_diagram_of_a(both: Unrolled) -> None:
    press(both.page, "Share & save")
    dialog = both.page.get_by_role("dialog", name="Share and save")
    with both.page.expect_download() as download:
        dialog.get_by_role("button", name="Diagram of A as SVG").click()
    assert download.value.suggested_filename.endswith("-A-diagram.svg")
    both.page.keyboard.press("Escape")
    press(both.page, "Stop comparing")
    press(both.page, "Share & save")
    expect(dialog.get_by_role("button", name="Diagram of A as SVG")).to_be_hidden()
    both.page.keyboard.press("Escape")


def test_a_stands_above_b_and_what_to_look_at_stays(unrolled: Unrolled) -> None:
    unrolled.open(preset="clipping")
    unrolled.ready()
    page = unrolled.page
    look = page.locator("#look").inner_text().removeprefix("What to look at.")
    unrolled.open(preset="clipping", radius=1.1, compare="preset=clipping")
    unrolled.ready()
    assert page.locator("#look").inner_text() == f"What to look at in A.{look}"
    tops = [
        box["y"]
        for name in ("compared", "diagram", "profile")
        if (box := page.locator(f"#figure-{name}").bounding_box())
    ]
    assert len(tops) == 3
    assert tops == sorted(tops)


def test_a_preset_becomes_b(both: Unrolled) -> None:
    both.page.get_by_label("Start from an example").select_option("chain-explodes")
    both.ready()
    assert "compare" in address(both)
    expect(both.page.locator("#figure-compared")).to_be_visible()
    expect(both.page.locator("#name-b")).to_contain_text("linear")
    expect(both.page.locator("#look")).to_be_visible()


def test_clicks_open_the_numbers_of_their_own_diagram(both: Unrolled) -> None:
    page, edge = both.page, both.at("diagram", 4.5, 1)
    page.mouse.click(*edge)
    expect(page.get_by_role("region", name="Selected in B: H₄ → H₅")).to_be_visible()
    numbers = page.locator("#inspector dl")
    of_b = numbers.inner_text()
    page.mouse.click(*both.at("compared", 4.5, 1))
    expect(page.get_by_role("region", name="Selected in A: H₄ → H₅")).to_be_visible()
    assert numbers.inner_text() != of_b
    assert address(both)["select"] == "A:h_4>h_5"
    page.mouse.click(*both.at("compared", 3, 3))
    expect(page.get_by_role("region", name="Selected in A: L₃")).to_be_visible()
    expect(page.get_by_role("button", name="Follow L₃")).to_have_count(0)
    assert both.flow()["experiment"]["follow"] == 8
    press(page, "Stop comparing")
    expect(page.get_by_role("region", name="Selected", exact=True)).to_be_visible()


def test_following_another_loss_changes_b_only(both: Unrolled) -> None:
    before = outline(both)["y"]
    both.click("L_5")
    both.ready()
    assert both.flow()["experiment"]["follow"] == 5
    assert outline(both)["y"] == before
    assert "of what enters B at step 5" in difference(both)


def test_the_pointer_says_whose_numbers_it_reads(both: Unrolled) -> None:
    tooltip = both.page.locator("#tooltip")
    both.page.mouse.move(*both.at("compared", 3, 1))
    expect(tooltip).to_contain_text("A: H₃")
    both.page.mouse.move(*both.at("compared", 3, 3))
    expect(tooltip).to_contain_text("A: L₃")
    expect(tooltip).not_to_contain_text("click")
    both.page.mouse.move(2, 2)


def test_the_keyboard_compares_and_walks_through_a(both: Unrolled) -> None:
    page = both.page
    page.locator("#walk-compared").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("region", name="Selected in A: H₇")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text(re.compile("^A: H₇"))
    page.keyboard.press("Enter")
    expect(page.locator("#inspector")).to_be_focused()
    page.get_by_role("button", name="Stop comparing").focus()
    page.keyboard.press("Enter")
    compare = page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_be_focused()
    page.keyboard.press("Space")
    expect(compare).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#figure-compared")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("#figure-compared")).to_be_hidden()


def test_an_error_in_b_leaves_both_pictures(lent: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    lent.open(**B, compare=kept(**A))
    lent.ready()
    said, drawn = difference(lent), colours(lent, "compared")
    lent.page.get_by_label("Units", exact=True).fill("0")
    lent.settled()
    expect(lent.field("/network/hidden_size").locator(".error")).to_be_visible()
    assert difference(lent) == said
    assert colours(lent, "compared") == drawn
    expect(lent.page.locator("#figure-compared")).to_be_visible()
    lent.page.get_by_label("Units", exact=True).fill("4")
    lent.ready()
    expect(lent.page.locator("#name-b")).to_contain_text("4 units")


def test_an_a_that_cannot_be_computed_says_so(lent: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    lent.open(**B)
    text = lent.page.get_by_label("Your text")
    before = text.input_value()
    text.fill("")
    press(lent.page, "Compare")
    lent.settled()
    text.fill(before)
    lent.ready()
    expect(lent.page.locator("#compare-problem")).to_contain_text("A cannot be shown")
    expect(lent.page.locator("#compare-problem")).to_contain_text("/sequence/text")
    expect(lent.page.locator("#difference")).to_be_empty()
    expect(lent.page.locator("#compare-retry")).to_be_hidden()
    expect(lent.page.locator("#figure-compared")).to_be_hidden()
    assert len(lent.profile()) == 8
    press(lent.page, "Stop comparing")
    expect(lent.page.locator("#compare")).to_be_hidden()


def test_b_does_not_wait_for_a(fresh: Unrolled) -> None:
    """A's request is on its own: neither stops nor delays the other."""
    held = []

    def hold(route) -> None:
        radius = route.request.post_data_json["weights"]["spectral_radius"]
        held.append(route) if radius == 0.5 else route.continue_()

    fresh.page.route(FLOW, hold)
    fresh.page.goto(f"/#{kept(**B, compare=kept(**A))}")
    until(fresh.page, "html", "data-state", "ready")
    expect(fresh.page.locator("#difference")).to_have_text("Asking for A …")
    expect(fresh.page.locator("#figure-compared")).to_be_hidden()
    drawn = int(fresh.page.locator("html").get_attribute("data-rendered") or 0)
    fresh.slide("Largest |eigenvalue|", 1.1)
    expect(fresh.page.locator("html")).not_to_have_attribute("data-rendered", str(drawn))
    assert len(held) == 1
    held[0].continue_()
    fresh.ready()
    expect(fresh.page.locator("#figure-compared")).to_be_visible()
    expect(fresh.page.locator("#name-b")).to_contain_text("ρ 1.1")
    fresh.page.unroute(FLOW)


def test_no_violation_that_axe_knows_of(lent: Unrolled) -> None:
    lent.open(**B, compare=kept(**A), select="A:h_3")
    lent.ready()
    parts = ["#compare", "#figure-compared", "#figure-diagram", "#figure-profile", "#inspector"]
    holds(lent.page, parts=parts)
    lent.page.emulate_media(color_scheme="light")
    lent.resize(390, 844)
    holds(lent.page, ("light",), parts)


def test_on_a_small_screen_all_of_it_can_be_used(unrolled: Unrolled) -> None:
    unrolled.resize(390, 844)
    unrolled.open(text="gradients vanish")
    unrolled.ready()
    press(unrolled.page, "Compare")
    unrolled.page.get_by_label("Your text").fill("other words, and more of them")
    unrolled.ready()
    for width in (390, 360, 320):
        unrolled.resize(width, 844)
        wide = unrolled.page.evaluate("() => [document.scrollingElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        for name in ("Compare", "Swap A and B", "Stop comparing", "Share"):
            box = unrolled.page.get_by_role("button", name=name, exact=True).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width + 1
        expect(unrolled.plot("compared").locator("svg").first).to_be_visible()
