"""An error stands beside the control that caused it, and nothing is lost."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import FLOW, Unrolled

ALL = {"reach": "window", "clip": "norm", "wiring": "many-to-one", "labelled": "yes"}
POINTERS = {
    "/network/cell": "/network/cell",
    "/network/topology": "/network/topology",
    "/network/activation": "/network/activation",
    "/network/hidden_size": "/network/hidden_size",
    "/weights/init": "/weights/init",
    "/weights/spectral_radius": "/weights/spectral_radius",
    "/weights/seed": "/weights/seed",
    "/truncation/steps": "/truncation",
    "/clip/max_norm": "/clip",
    "/sequence/text": "/sequence/text",
    "/sequence/tokens": "/sequence/tokens",
    "/sequence/label/index": "/sequence/label",
    "/loss": "/loss",
}


def answer_with(page: Page, status: int, body: object, kind: str = "application/problem+json"):
    page.route(
        FLOW,
        lambda route: route.fulfill(status=status, body=json.dumps(body), content_type=kind),
    )


def problem(*errors: tuple[str, str]) -> dict[str, object]:
    return {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The experiment is not valid.",
        "errors": [{"pointer": pointer, "detail": detail} for pointer, detail in errors],
    }


def test_an_error_of_the_service_stands_beside_its_control(unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    unrolled.open(text="kept")
    before = unrolled.figure("diagram")["data"]
    box = unrolled.page.get_by_label("Units", exact=True)
    box.fill("0")
    unrolled.settled()
    alert = unrolled.field("/network/hidden_size").get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("0")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value("0")
    assert unrolled.figure("diagram")["data"] == before
    expect(unrolled.page.get_by_label("Your text")).to_have_value("kept")
    box.fill("5")
    unrolled.ready()
    expect(alert).to_be_hidden()
    expect(box).not_to_have_attribute("aria-invalid", "true")


def test_the_control_is_described_by_its_error(unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    unrolled.open(text="kept")
    box = unrolled.page.get_by_label("Units", exact=True)
    box.fill("0")
    unrolled.settled()
    said = unrolled.field("/network/hidden_size").get_by_role("alert").inner_text()
    expect(box).to_have_accessible_description(said)


def test_every_pointer_finds_its_control(lent: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    lent.open(**ALL)
    before = lent.figure("profile")["data"]
    for radius, (pointer, field) in enumerate(POINTERS.items(), start=1):
        lent.page.unroute_all()
        answer_with(lent.page, 422, problem((pointer, f"detail of {pointer}")))
        lent.slide("Largest |eigenvalue|", radius / 20)
        lent.settled()
        alert = lent.field(field).get_by_role("alert").filter(has_text=f"detail of {pointer}")
        expect(alert).to_be_visible()
        expect(lent.page.get_by_role("alert").filter(has_text="detail of")).to_have_count(1)
    assert lent.figure("profile")["data"] == before
    lent.page.unroute_all()
    lent.slide("Largest |eigenvalue|", 1)
    lent.ready()
    expect(lent.page.get_by_role("alert")).to_have_count(0)


def test_an_error_without_a_control_is_said_above_the_pictures(lent, shared_log) -> None:
    shared_log.expect("status of 422")
    lent.open()
    answer_with(lent.page, 422, problem(("/nowhere/at/all", "strange"), ("/loss", "odd")))
    lent.slide("Largest |eigenvalue|", 1)
    lent.settled()
    expect(lent.page.get_by_role("alert").filter(has_text="strange")).to_be_visible()
    expect(lent.field("/loss").get_by_role("alert")).to_have_text("odd")


def test_a_server_out_of_reach_is_said_and_retried(lent: Unrolled, shared_log) -> None:
    shared_log.expect("ERR_CONNECTION_REFUSED")
    lent.open(text="kept")
    before = lent.figure("diagram")["data"]
    lent.page.route(FLOW, lambda route: route.abort("connectionrefused"))
    lent.page.get_by_label("Your text").fill("not lost")
    lent.settled()
    message = lent.page.get_by_role("alert").filter(has_text="does not answer")
    expect(message).to_be_visible()
    assert lent.figure("diagram")["data"] == before
    expect(lent.page.get_by_label("Your text")).to_have_value("not lost")
    retry = lent.page.get_by_role("button", name="Try again")
    retry.click()
    expect(message).to_be_visible()
    lent.settled()
    lent.page.unroute_all()
    retry.click()
    lent.ready()
    expect(message).to_be_hidden()
    assert lent.tokens() == list("not␣los")


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "application/problem+json"), (502, "text/html"), (503, "text/plain")]
)
def test_other_answers_are_said(unrolled, shared_log, status: int, kind: str) -> None:
    shared_log.expect(f"status of {status}")
    unrolled.open(text="kept")
    body = {"type": "about:blank", "title": "Oh", "status": status, "detail": f"Sorry, {status}."}
    answer_with(unrolled.page, status, body, kind)
    unrolled.slide("Largest |eigenvalue|", 1)
    unrolled.settled()
    unrolled.page.unroute_all()
    expect(unrolled.page.get_by_role("alert").filter(has_text=str(status))).to_be_visible()
    assert unrolled.tokens() == list("kep")
    unrolled.page.get_by_role("button", name="Try again").click()
    unrolled.ready()


@pytest.mark.parametrize(
    ("label", "value", "pointer"),
    [
        ("Steps T", 25000, "/sequence/steps"),
        ("Units", 600, "/network/hidden_size"),
        ("Batch", 5000, "/sequence/batch_size"),
    ],
)
def test_too_large_is_said_beside_the_control(unrolled, shared_log, label, value, pointer) -> None:
    shared_log.expect("status of 422")
    unrolled.open(source="random")
    unrolled.page.get_by_label(label, exact=True).fill(str(value))
    unrolled.settled()
    alert = unrolled.field(pointer).get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text(str(value))
    assert len(unrolled.profile()) == 20


def test_too_much_work_together_is_said_where_one_sees_it(unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    unrolled.open(source="random", steps=400, cell="lstm", batch=64)
    unrolled.page.get_by_label("Units", exact=True).fill("512")
    unrolled.settled()
    expect(unrolled.page.get_by_role("alert").first).to_be_visible()
    assert len(unrolled.profile()) > 0


def test_an_address_with_a_wrong_word_shows_the_page_and_the_word(lent: Unrolled) -> None:
    lent.open(cell="triangle")
    lent.ready()
    expect(lent.page.locator("#left-out")).to_contain_text("cell=triangle")
    lent.choose("Cell", "Elman")
    lent.ready()
    assert len(lent.nodes("h")) == 16
    assert lent.asked["network"]["cell"] == "elman"
    expect(lent.page.locator("#left-out")).to_be_hidden()


@pytest.mark.parametrize("value", ["", "1.5"])
def test_a_number_that_cannot_be_read_is_said_at_once(unrolled, value: str) -> None:
    unrolled.open()
    asked = len(unrolled.requests)
    box = unrolled.page.get_by_label("Units", exact=True)
    box.fill(value)
    expect(unrolled.field("/network/hidden_size").get_by_role("alert")).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    assert len(unrolled.requests) == asked


def test_the_drawing_library_that_does_not_come_is_said(fresh: Unrolled, page_log) -> None:
    page_log.expect("ERR_FAILED")
    fresh.page.route("**/assets/plotly*", lambda route: route.abort())
    fresh.page.goto("/")
    expect(fresh.page.get_by_role("alert").filter(has_text="did not load")).to_be_visible()


@pytest.mark.parametrize(
    ("detail", "read"),
    [
        ("stopped after 30 seconds; allowed: fewer steps (UNROLLED_JOB_SECONDS)",
         "stopped after 30 seconds; allowed: fewer steps"),
        ("received 9; allowed: at most 8 (Largest hidden size, H; UNROLLED_MAX_HIDDEN_SIZE)",
         "received 9; allowed: at most 8 (Largest hidden size, H)"),
        ("64 requests wait, as many as may (UNROLLED_MAX_WAITING); try again in 2 s",
         "64 requests wait, as many as may; try again in 2 s"),
        ("received “UNROLLED”; allowed: a number", "received “UNROLLED”; allowed: a number"),
    ],
)  # fmt: skip
def test_who_reads_the_page_has_no_environment(modules, detail: str, read: str) -> None:
    assert modules("problems.js", "({forReaders}, text) => forReaders(text)", detail) == read


def test_a_number_below_its_least_is_answered_with_its_range(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=7)
    unrolled.page.get_by_label("Seed", exact=True).last.fill("-5")
    said = unrolled.page.locator("#field-wseed [data-error]")
    expect(said).to_have_text("received “-5”; allowed: a whole number from 0 to 9999999")
    unrolled.open()


def test_a_busy_server_is_asked_again_after_the_seconds_that_it_says(modules) -> None:
    """Retry-After is in seconds, and a timer takes milliseconds."""
    waited = modules(
        "api.js",
        """async ({flowClient}) => {
            const [fetched, timed] = [window.fetch, window.setTimeout];
            const asked = [], waited = [];
            const busy = () => new Response("{}", {
                status: 503, headers: {"retry-after": "3", "content-type": "application/json"}});
            window.fetch = async (url) => asked.push(url) > 1
                ? new Response("{}", {headers: {"content-type": "application/json"}}) : busy();
            window.setTimeout = (act, after) => {
                if (asked.length === 1) waited.push(after);
                return timed(act, 0);
            };
            try {
                await new Promise((flow) =>
                    flowClient("", {flow, problem: flow, busy() {}}).send({}));
            } finally {
                [window.fetch, window.setTimeout] = [fetched, timed];
            }
            return waited;
        }""",
    )
    assert 3000 in waited
    assert 3 not in waited
