"""The map of the loss: its numbers, its balls, its hands, and that nothing of it comes unasked."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import Unrolled, until
from tests.browser.violations import violations, wear

LANDSCAPE = "**/api/v1/landscape"
LINE = 0.6224593312018546
"""σ(0.5): on b = 0.5 − σ(0.5) w the state stays where it starts."""


def is_there(page: Page) -> None:
    until(page, "#wall", "aria-busy", "false")


def opened(unrolled: Unrolled, **settings: str) -> Page:
    unrolled.open(**{"preset": "wall", "wall": "1"} | settings)
    unrolled.ready()
    is_there(unrolled.page)
    expect(unrolled.page.locator("#wall-words li")).not_to_have_count(0)
    return unrolled.page


def rows(page: Page) -> dict[str, float]:
    """What the page says of the start, as numbers."""
    found = {}
    for row in page.locator("#wall-numbers tr").all()[2:]:
        name, text = row.locator("th, td").all_inner_texts()
        found[name] = float(text.replace("−", "-"))
    return found


def test_nothing_of_it_is_loaded_unasked(fresh: Unrolled) -> None:
    fresh.open()
    fresh.ready()
    page = fresh.page
    names = "() => performance.getEntriesByType('resource').map(({name}) => name)"
    assert not [name for name in page.evaluate(names) if "/wall/" in name or "wall.css" in name]
    page.get_by_role("button", name="Show the map").click()
    is_there(page)
    assert [name for name in page.evaluate(names) if "/wall/" in name]


def test_the_published_numbers_are_read_off_the_page(unrolled: Unrolled) -> None:
    page = opened(unrolled, wall=f"start:5,{0.5 - LINE * 5}")
    found = rows(page)
    assert found["E"] == pytest.approx(0.0060125553, rel=1e-8)
    assert found["∂E/∂WH"] == pytest.approx(-411.870634, rel=1e-9)
    assert found["‖g‖"] == pytest.approx(779.398, rel=1e-6)


def test_two_balls_go_down_in_step(unrolled: Unrolled) -> None:
    page = opened(unrolled)
    free, clipped = page.locator("#wall-words li").all_inner_texts()
    assert free.startswith("Not clipped: thrown off at step 44 by a step of 17.5")
    assert clipped.startswith("Clipped by norm, μ = 0.200: no step is longer than 0.00600")
    scrub = page.locator("#wall .transport-scrub")
    balls = page.locator(".wall-ball")
    before = [ball.get_attribute("cx") for ball in balls.all()]
    assert before[0] == before[1]
    scrub.fill("46")
    after = [float(ball.get_attribute("cx") or 0) for ball in balls.all()]
    assert abs(after[0] - after[1]) > 100
    expect(page.locator(".wall-arrow figcaption").first).to_contain_text("Off this map")
    expect(page.locator(".wall-arrow figcaption").nth(1)).to_contain_text("shortened")


def test_a_click_sets_the_start_and_the_link_says_so(unrolled: Unrolled) -> None:
    page = opened(unrolled)
    with page.expect_response(LANDSCAPE):
        page.locator(".wall-hit").click(position={"x": 200, "y": 120})
    is_there(page)
    start = re.search(r"start%3A([-\d.]+)%2C([-\d.]+)", page.url)
    assert start
    inputs = page.locator(".wall-form input[type=number]")
    assert float(inputs.nth(0).input_value()) == float(start[1])
    assert float(inputs.nth(1).input_value()) == float(start[2])
    assert float(start[1]) == pytest.approx(4.4, abs=0.3)


def test_by_keyboard_alone(unrolled: Unrolled) -> None:
    page = opened(unrolled)
    hit = page.locator(".wall-hit")
    hit.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    with page.expect_response(LANDSCAPE):
        page.keyboard.press("Enter")
    is_there(page)
    values = [page.locator(".wall-form input[type=number]").nth(n).input_value() for n in (0, 1)]
    assert [float(value) for value in values] == pytest.approx([4.8 + 0.12, -2.3 + 0.04])


def test_rate_and_balls_are_in_the_link(unrolled: Unrolled) -> None:
    page = opened(unrolled)
    page.get_by_label("Learning rate η").fill("0.05")
    page.keyboard.press("Enter")
    page.get_by_label("clipped by value").check()
    is_there(page)
    expect(page.locator("#wall-words li")).to_have_count(3)
    assert "rate%3A0.05" in page.url
    assert "balls%3Afree.norm.value" in page.url
    page.get_by_label("momentum").check()
    expect(page.get_by_label("Adam")).to_be_disabled()


def test_a_network_of_many_units_is_told_what_to_choose(unrolled: Unrolled) -> None:
    unrolled.open(wall="1")
    unrolled.ready()
    page = unrolled.page
    expect(page.locator("#wall .wall-offer")).to_contain_text("choose Units 1 and Layers 1")
    page.get_by_role("button", name="Open the example Pascanu’s wall").click()
    unrolled.ready()
    is_there(page)
    expect(page.locator("#wall-words li")).to_have_count(2)
    assert "preset=wall" in page.url


@pytest.mark.parametrize("cell", ["simple", "jordan", "lstm", "gru"])
def test_any_cell_of_one_unit(unrolled: Unrolled, cell: str) -> None:
    page = opened(
        unrolled,
        preset="",
        cell=cell,
        hidden="1",
        source="random",
        loss="squared-error",
        reach="none" if cell == "jordan" else "default",
    )
    expect(page.locator("#wall [role=alert]")).to_be_hidden()
    expect(page.locator("#wall-words li")).to_have_count(2)
    assert len(rows(page)) == 4


def test_a_refusal_stands_there(unrolled: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    page = opened(unrolled)
    page.get_by_text("What is moved").click()
    unrolled.open(preset="wall", wall="x:W_hh.0.5")
    unrolled.ready()
    expect(page.locator("#wall [role=alert]")).to_contain_text("allowed [0, 0]")
    is_there(page)


def test_the_surface_is_drawn(fresh: Unrolled, page_log) -> None:
    page_log.expect("GPU stall|willReadFrequently|WebGL")
    page = opened(fresh, wall="layer:surface")
    expect(page.locator(".wall-solid canvas").first).to_be_visible(timeout=30_000)


def test_no_violation_that_axe_knows_of(lent: Unrolled) -> None:
    page = opened(lent)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        wear(page, "light" if width > 1000 else "dark")
        assert violations(page, parts=["#wall-section"]) == {}
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_the_map_is_saved_with_its_balls(lent: Unrolled) -> None:
    page = opened(lent)
    page.get_by_role("slider", name="Descent").press("End")
    name, content = saved(page, "Save The wall as SVG")
    assert re.fullmatch(r"unrolled-wall-.*-wall\.svg", name)
    root = ET.fromstring(content)  # noqa: S314
    said = "".join(root.itertext())
    assert "Balls: not clipped, clipped by norm" in said
    lines = [one for one in root.iter() if one.get("class") == "js-line"]
    assert len(lines) == 2
    name, content = saved(page, "Save The wall as PNG")
    assert name.endswith("-wall.png")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert min(struct.unpack(">II", content[16:24])) > 500
