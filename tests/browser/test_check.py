"""The gradient check on the page: both numbers, how far apart they are, and one true sentence."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Route, expect

from tests.browser.driver import Unrolled
from tests.conftest import PageLog

CHECK = "**/api/v1/check"


def run(page: Page) -> None:
    page.get_by_role("button", name="Check these gradients").click()
    expect(page.locator("#check-button")).to_be_enabled()


def rows(page: Page) -> list[list[str]]:
    return [
        row.locator("th, td").all_inner_texts() for row in page.locator("#check tbody tr").all()
    ]


def test_the_numbers_stand_side_by_side(unrolled: Unrolled) -> None:
    unrolled.open(text="hello world", hidden=4)
    page = unrolled.page
    with page.expect_response(CHECK) as came:
        run(page)
    answer = came.value.json()
    entries = [one for each in answer["parameters"].values() for one in each["entries"]]
    told = rows(page)
    assert len(told) == len(entries) == 24
    for (name, numbers, apart), entry in zip(told, entries, strict=True):
        assert [int(place) - 1 for place in re.findall(r"\d+", name)] == entry["index"]
        sent, difference = (
            float(text.replace("−", "-").replace(" × 10", "e").translate(POWERS))
            for text in numbers.split("\n")
        )
        assert abs(sent / entry["backpropagated"] - 1) < 1e-7
        assert abs(difference / entry["central_difference"] - 1) < 1e-7
        share, step = apart.split("\n")
        assert "× 10" in share
        assert re.fullmatch(r"h \S+ × 10\S+", step)
    words = page.locator("#check-words").inner_text().replace("\u00a0", " ")
    found = re.fullmatch(r"All 24 entries agree to (\S+) × 10(\S+) or better\.", words)
    assert found, words
    bound = float(f"{found[1]}e{found[2].translate(POWERS)}")
    assert answer["worst"] <= bound < 1.2 * answer["worst"]


POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def test_a_change_takes_the_check_away(unrolled: Unrolled) -> None:
    unrolled.open(text="hello")
    page = unrolled.page
    run(page)
    expect(page.locator("#check-entries")).to_be_visible()
    unrolled.choose("Follow the error of", "all steps")
    unrolled.ready()
    expect(page.locator("#check-entries")).to_be_visible()
    unrolled.slide("Largest |eigenvalue|", 1.2)
    expect(page.locator("#check-entries")).to_be_hidden()
    expect(page.locator("#check-words")).to_have_text("")
    unrolled.ready()


def test_an_answer_that_comes_too_late_is_not_shown(lent: Unrolled) -> None:
    unrolled = lent
    unrolled.open(text="hello")
    page = unrolled.page
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(CHECK, hold)
    page.get_by_role("button", name="Check these gradients").click()
    expect(page.locator("#check-button")).to_be_disabled()
    unrolled.slide("Largest |eigenvalue|", 1.2)
    unrolled.ready()
    waiting[0].continue_()
    expect(page.locator("#check-button")).to_be_enabled()
    expect(page.locator("#check-entries")).to_be_hidden()


def test_a_truncation_differs_on_purpose(unrolled: Unrolled) -> None:
    unrolled.open(text="hello", cell="elman")
    run(unrolled.page)
    words = unrolled.page.locator("#check-words").inner_text().replace("\u00a0", " ")
    assert re.match(r"15 of 24 entries differ on purpose: the truncation leaves out paths", words)
    assert re.search(r" 9 agree to \S+ × 10\S+ or better\.$", words)


def test_a_switching_relu_is_said(unrolled: Unrolled) -> None:
    data = {"inputs": [[[1.0]]], "targets": [[[1.0]]]}
    weights = {"W_xh": [[0.0]], "W_hh": [[1.0]], "b_h": [0.0], "W_hy": [[1.0]], "b_y": [0.0]}
    unrolled.open(
        source="explicit",
        data=json.dumps(data),
        weights=json.dumps(weights),
        wiring="one-to-one",
        activation="relu",
        loss="squared-error",
        hidden=1,
        inputs=1,
        outputs=1,
    )
    run(unrolled.page)
    words = unrolled.page.locator("#check-words").inner_text().replace("\u00a0", " ")
    assert "cannot be compared: a ReLU switches within the step" in words
    assert rows(unrolled.page)[0][2].startswith("ReLU switches")


def test_what_is_too_large_is_checked_at_fewer_entries(unrolled: Unrolled) -> None:
    """200 steps and 64 units are too much for five entries of each parameter."""
    unrolled.open(source="random", steps=200, hidden=64)
    run(unrolled.page)
    assert len(rows(unrolled.page)) == 5


def test_what_is_wrong_stands_beside_the_button(unrolled: Unrolled, shared_log: PageLog) -> None:
    shared_log.expect("status of 422")
    unrolled.open(source="random", steps=300, hidden=128)
    page = unrolled.page
    run(page)
    error = page.locator("#check-error")
    expect(error).to_contain_text("forward passes")
    expect(error).not_to_contain_text("UNROLLED_")
    expect(page.locator("#check-entries")).to_be_hidden()
