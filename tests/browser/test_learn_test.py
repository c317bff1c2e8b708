"""Ten questions before and after: the scores side by side, and which misconceptions went."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import Unrolled, until
from tests.browser.violations import holds


def questions(page: Page) -> list[Locator]:
    found = page.locator("#ten fieldset").all()
    assert len(found) == 10
    return found


def answer(page: Page, wrong: int) -> None:
    """Answer all, the first `wrong` by their first misconception."""
    for n, question in enumerate(questions(page)):
        if n < wrong:
            question.locator('input:not([data-right]):not([data-slip=""])').first.check()
        else:
            question.locator("input[data-right]").check()
    page.get_by_role("button", name="Done").click()


def slips(page: Page) -> list[str]:
    """The misconceptions that `answer` chooses."""
    found = page.locator("#ten fieldset").evaluate_all(
        "all => all.map(one => one.querySelector('input:not([data-right])').dataset.slip)"
    )
    assert len(set(found)) == 10
    assert all(found)
    return [str(one) for one in found]


@pytest.fixture
def page(fresh: Unrolled) -> Page:
    fresh.page.goto(f"{fresh.server}/learn/test")
    until(fresh.page, "html", "data-state", "ready")
    return fresh.page


def test_every_question_has_one_right_answer_and_named_misconceptions(page: Page) -> None:
    for question in questions(page):
        expect(question.locator("input[data-right]")).to_have_count(1)
        assert question.locator('input:not([data-right]):not([data-slip=""])').count() == 2
        expect(question.get_by_label("I do not know")).to_have_count(1)
    places = [
        question.locator("input").evaluate_all(
            "all => all.findIndex(one => 'right' in one.dataset)"
        )
        for question in questions(page)
    ]
    assert {places.count(k) for k in range(3)} <= {2, 3, 4, 5}, "no place is right by habit"


def test_before_and_after(page: Page) -> None:
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("alert").last).to_have_text(
        "Not answered yet: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10."
    )
    answer(page, 6)
    result = page.locator("#result")
    expect(result).to_contain_text("4 of 10")
    expect(page.locator(".choice.true")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="After the lessons")).to_be_visible()
    answer(page, 2)
    expect(result.locator(".score")).to_have_text(["4 of 10 before", "8 of 10 after"])
    expect(result.get_by_role("heading", name="4 misconceptions gone")).to_be_visible()
    gone, stayed = result.get_by_role("list").all()
    expect(gone.get_by_role("listitem")).to_have_text(slips(page)[2:6])
    expect(stayed.get_by_role("listitem")).to_have_text(slips(page)[:2])
    expect(page.locator(".choice.true")).to_have_count(10)
    expect(page.get_by_text("Seen in")).to_have_count(10)
    page.reload()
    expect(result.locator(".score")).to_have_text(["4 of 10 before", "8 of 10 after"])
    page.get_by_role("button", name="Start anew").click()
    expect(page.get_by_role("heading", name="Before the lessons")).to_be_visible()
    expect(result).to_be_hidden()


def test_where_nothing_is_kept_the_address_holds_the_answers(fresh: Unrolled) -> None:
    page = fresh.page
    refused = (
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})"
    )
    with page.add_init_script(refused):
        page.goto(f"{fresh.server}/learn/test")
        answer(page, 3)
        expect(page.get_by_role("link", name="This link")).to_be_visible()
        assert "#before=" in fresh.address
        page.reload()
        expect(page.locator("#result")).to_contain_text("7 of 10")
        answer(page, 0)
        expect(page.locator(".score")).to_have_text(["7 of 10 before", "10 of 10 after"])
        page.goto("about:blank")
        page.goto(f"{fresh.server}/learn/test#before=99")
        expect(page.get_by_role("heading", name="Before the lessons")).to_be_visible()
    page.goto("about:blank")


def test_no_violation_that_axe_knows_of(page: Page) -> None:
    for wrong in (6, 2):
        holds(page)
        answer(page, wrong)
    holds(page)
