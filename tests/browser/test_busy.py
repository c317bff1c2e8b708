"""A server that is busy and says until when is asked again without a word."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.driver import FLOW, experiment_of

BUSY = {
    "type": "about:blank",
    "title": "Service Unavailable",
    "status": 503,
    "detail": "every worker computes",
}


def busy_for(page, times, retry_after):
    """The first requests are refused; those after them reach the service."""
    left = [None] * times

    def answer(route):
        if not left:
            route.continue_()
            return
        left.pop()
        route.fulfill(
            status=503,
            body=json.dumps(BUSY),
            content_type="application/problem+json",
            headers={"retry-after": retry_after} if retry_after else {},
        )

    page.route(FLOW, answer)


@pytest.fixture
def opened(lent, shared_log):
    shared_log.expect("status of 503")
    lent.open(text="kept")
    return lent


def radius(request):
    return experiment_of(request)["weights"]["spectral_radius"]


def test_a_busy_server_is_asked_again_quietly(opened) -> None:
    busy_for(opened.page, 2, "1")
    before = len(opened.pictured)
    opened.slide("Largest |eigenvalue|", 1.2)
    opened.ready()
    assert [radius(request) for request in opened.pictured[before:]] == [1.2] * 4
    expect(opened.page.get_by_role("alert").filter(has_text="worker")).to_be_hidden()


@pytest.mark.parametrize(("retry_after", "asked"), [("1", 3), ("3600", 1), ("", 1), ("soon", 1)])
def test_it_is_said_where_that_does_not_help(opened, retry_after: str, asked: int) -> None:
    busy_for(opened.page, 9, retry_after)
    before = len(opened.pictured)
    opened.slide("Largest |eigenvalue|", 1.2)
    opened.settled()
    expect(
        opened.page.get_by_role("alert").filter(has_text="every worker computes")
    ).to_be_visible()
    assert len(opened.pictured[before:]) == asked


def test_what_is_newer_goes_instead(opened) -> None:
    busy_for(opened.page, 1, "4")
    before = len(opened.pictured)
    with opened.page.expect_response(FLOW):
        opened.slide("Largest |eigenvalue|", 1.2)
    opened.slide("Largest |eigenvalue|", 1.3)
    opened.ready()
    assert [radius(request) for request in opened.pictured[before:]] == [1.2, 1.3, 1.3]
