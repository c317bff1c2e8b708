"""Small and large screens: nothing runs out of sight, everything can be used."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Kept, tidy
from tests.browser.driver import Json, Unrolled
from tests.browser.small import fits

SIZES = [(390, 844), (360, 640), (320, 568), (768, 1024), (1000, 800), (1050, 800), (1100, 800)]
SIZES += [(1280, 800), (2560, 1440)]
# Of every layout the least room: up to 380, 480, 760, 900, 1100, 1200 pixels, and above.
NARROWEST = [(320, 568), (390, 844), (768, 1024), (1000, 800), (1100, 800), (1280, 800)]

EXPERIMENTS: dict[str, Json] = {
    "first": {},
    "long": {
        "text": "a long text " * 20,
        "tokens": "words",
        "cell": "jordan",
        "clip": "norm",
        "reach": "chunk",
    },
    "layers": {
        "cell": "lstm",
        "layers": 2,
        "forget": "1,2",
        "clip": "backward",
        "reach": "window",
        "select": "h_3",
    },
    "labelled": {"source": "random", "select": "h_3", "labelled": "yes", "wiring": "many-to-one"},
}


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_nothing_runs_out_of_the_window(unrolled: Unrolled, experiment: str) -> None:
    unrolled.open(**EXPERIMENTS[experiment])
    unrolled.ready()
    for size in NARROWEST if experiment != "first" else SIZES:
        unrolled.resize(*size)
        fits(unrolled.page)
        expect(unrolled.plot("diagram").locator("svg").first).to_be_visible()
        expect(unrolled.page.locator("#summary")).to_be_visible()


# How many lines the tanh′(A) of the summary stands on.
LINES = """() => {
    const walker = document.createTreeWalker(document.querySelector("#summary"), 4);
    while (walker.nextNode()) {
        const begin = walker.currentNode.data.indexOf("tanh′(A)");
        if (begin < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, begin);
        range.setEnd(walker.currentNode, begin + 8);
        return new Set([...range.getClientRects()].map(box => box.top)).size;
    }
    return 0;
}"""


def test_a_symbol_is_not_broken_over_two_lines(unrolled: Unrolled) -> None:
    unrolled.open(radius="0.5", layers="3")
    unrolled.ready()
    for width in range(320, 720, 25):
        unrolled.page.set_viewport_size({"width": width, "height": 800})
        assert unrolled.page.evaluate(LINES) == 1, f"at {width} pixels"


@pytest.fixture(scope="session")
def phones(browser: Browser, server: str) -> Iterator[Kept]:
    phones = Kept(
        browser.browser_type,
        server,
        viewport={"width": 390, "height": 800},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    yield phones
    phones.forget()


@pytest.fixture
def phone(request: pytest.FixtureRequest, phones: Kept) -> Iterator[Unrolled]:
    """390 pixels wide, or as wide as the test says: `on(360)`; open at the top of the page."""
    with phones.led(request) as phone:
        if phone.page.viewport_size != (
            size := {"width": getattr(request, "param", 390), "height": 800}
        ):
            phone.resize(**size)
        phone.open(text="gradients")
        phone.ready()
        phone.page.evaluate("scrollTo(0, 0)")
        yield phone
        tidy(phone)


def on(*widths: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("phone", widths, indirect=True)


@on(390, 360)
def test_the_settings_open_and_work_by_touch(phone: Unrolled) -> None:
    handle = phone.page.get_by_role("button", name="Settings")
    expect(handle).to_have_attribute("aria-expanded", "false")
    expect(phone.page.get_by_label("Activation")).to_be_hidden()
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "true")
    fits(phone.page)
    phone.choose("Cell", "Elman")
    phone.page.get_by_label("Activation").select_option("relu")
    phone.choose("Rule", "norm")
    phone.page.get_by_role("spinbutton", name="Threshold").fill("0.25")
    phone.ready()
    assert phone.asked["network"]["cell"] == "elman"
    assert phone.asked["network"]["activation"] == "relu"
    assert phone.asked["clip"] == {"rule": "norm", "max_norm": 0.25}
    handle.tap()
    expect(phone.page.get_by_label("Activation")).to_be_hidden()


def test_the_room_of_the_advice_is_the_same_whether_a_change_helps_or_none(
    phone: Unrolled,
) -> None:
    """So that the pictures below neither move when the advice comes nor stand under a gap."""
    advice = phone.page.locator("#advice")
    show = phone.page.get_by_role("button", name="Show", exact=True)
    change = advice.locator(".advice-change").first
    heights = []
    for settings in ({"radius": 0.6}, {"preset": "wall"}):
        phone.open(**settings)
        phone.ready()
        expect(advice).to_have_attribute("data-state", "shown")
        heights.append(advice.evaluate("one => one.getBoundingClientRect().height"))
        words = advice.locator("#advice-words").evaluate("one => one.offsetHeight")
        assert heights[-1] - words < 10
    assert heights[0] == heights[1]
    expect(advice).to_contain_text("none helps")
    expect(show).to_be_hidden()
    phone.open(radius=0.6)
    expect(change).to_be_hidden()
    show.tap()
    expect(change).to_be_visible()
    fits(phone.page)
    change.tap()
    phone.ready()
    expect(advice).not_to_have_attribute("data-unfolded", "")


def sheet(phone: Unrolled, name: str) -> Locator:
    return phone.page.get_by_role("dialog", name=f"Selected: {name}", exact=True)


def test_a_tap_follows_a_loss_and_opens_an_edge(phone: Unrolled) -> None:
    phone.page.touchscreen.tap(*phone.pixel("L_4"))
    phone.ready()
    assert phone.flow()["experiment"]["follow"] == 4
    sheet(phone, "L₄").get_by_role("button", name="Close").tap()
    phone.page.touchscreen.tap(*phone.pixel("h_3>h_4"))
    opened = sheet(phone, "H₃ → H₄")
    expect(opened.locator("math").first).to_be_visible()
    expect(opened).to_be_in_viewport()


@pytest.mark.parametrize(
    ("phone", "thing"),
    [(390, "x_3"), (390, "h_8"), (390, "h_3>h_4"), (360, "h_3>h_4")],
    indirect=["phone"],
)
def test_a_tap_opens_a_sheet_that_leaves_what_was_tapped_free(phone: Unrolled, thing: str) -> None:
    phone.page.evaluate("scrollTo(0, 0)")
    phone.page.touchscreen.tap(*phone.pixel(thing))
    box = phone.page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(800, abs=1)
    assert box["y"] > 400
    left, top = phone.page.locator("#plot-diagram").evaluate(
        "(plot) => [plot.getBoundingClientRect().left, plot.getBoundingClientRect().top]"
    )
    at = phone.pixel(thing)
    after = phone.page.locator("#plot-diagram").evaluate(
        "(plot) => [plot.getBoundingClientRect().left, plot.getBoundingClientRect().top]"
    )
    assert after == [left, top], "looking for it need not scroll"
    assert at[1] < box["y"]
    strip = phone.page.locator(".strip").bounding_box()
    assert strip is not None
    assert at[1] > strip["y"] + strip["height"] - 30
    expect(phone.page.locator("#inspector")).to_be_focused()
    fits(phone.page)


def test_the_sheet_closes(phone: Unrolled) -> None:
    first = phone.address

    def opened() -> Locator:
        phone.page.touchscreen.tap(*phone.pixel("h_5"))
        box = sheet(phone, "H₅")
        expect(box).to_be_visible()
        return box

    opened().get_by_role("button", name="Close").tap()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    opened()
    phone.page.keyboard.press("Escape")
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    box = opened().bounding_box()
    assert box is not None
    mouse = phone.page.mouse
    mouse.move(180, box["y"] + 12)
    mouse.down()
    mouse.move(180, box["y"] + 130, steps=4)
    mouse.up()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    opened()
    phone.page.touchscreen.tap(*phone.pixel("h_2"))
    expect(sheet(phone, "H₂")).to_be_visible()
    phone.page.go_back()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    phone.ready()
    assert phone.address == first


def test_a_link_opens_no_sheet(phone: Unrolled) -> None:
    phone.open(text="gradients", select="h_3")
    region = phone.page.get_by_role("region", name="Selected: H₃", exact=True)
    expect(region).to_be_visible()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)


def test_a_dot_opens_a_sheet_by_touch(phone: Unrolled) -> None:
    phone.figure("spectrum")
    re, im = phone.flow()["spectrum"]["eigenvalues"][0]
    phone.page.touchscreen.tap(*phone.at("spectrum", re, im))
    expect(sheet(phone, "λ₁")).to_contain_text("|λ|")


def test_the_sticky_bar_lets_nothing_through(phone: Unrolled) -> None:
    phone.page.evaluate("scrollTo(0, 600)")
    strip, head = phone.page.locator(".strip"), phone.page.locator(".top")
    color = strip.evaluate("element => getComputedStyle(element).backgroundColor")
    assert color.startswith("rgb(")
    below, above = strip.bounding_box(), head.bounding_box()
    assert below is not None
    assert above is not None
    assert below["y"] == pytest.approx(above["y"] + above["height"], abs=1)


def test_a_text_is_typed_on_a_phone(phone: Unrolled) -> None:
    phone.page.get_by_label("Your text").fill("thumbs 👍")
    phone.ready()
    assert phone.tokens() == ["t", "h", "u", "m", "b", "s", "␣"]
    for width in (390, 360):
        phone.resize(width, 800)
        fits(phone.page)


def test_a_turned_phone_draws_again(phone: Unrolled) -> None:
    before = phone.figure("diagram")["layout"]["width"]
    phone.page.set_viewport_size({"width": 800, "height": 360})
    diagram = phone.plot("diagram").locator("svg.main-svg").first
    expect(diagram).not_to_have_attribute("width", str(before))
    fits(phone.page)


def test_print_has_the_pictures_inside_the_paper(fresh: Unrolled) -> None:
    fresh.open()
    fresh.page.emulate_media(media="print")
    fresh.page.set_viewport_size({"width": 794, "height": 1123})
    fresh.frame()
    fits(fresh.page)
