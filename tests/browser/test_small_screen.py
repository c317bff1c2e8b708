"""Small and large screens: nothing runs out of sight, everything can be used."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driver import Unrolled
from tests.conftest import PageLog

SIZES = [(390, 844), (360, 640), (320, 568), (768, 1024), (2560, 1440)]

# Visible controls that stand out of the window at the left or right.
OUTSIDE = """() => [...document.querySelectorAll("button, input, select, textarea, a, .plot")]
    .filter(element => element.checkVisibility({visibilityProperty: true}))
    .filter(element => !element.classList.contains("skip"))
    .map(element => [element.id || element.className || element.name,
        element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1))
    .map(([name, box]) => [name, box.left, box.right])"""


def fits(page: Unrolled) -> None:
    root = "() => [document.scrollingElement.scrollWidth, innerWidth]"
    wide, window = page.page.evaluate(root)
    assert wide <= window
    assert page.page.evaluate(OUTSIDE) == []


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]} pixels")
def sized(request: pytest.FixtureRequest, fresh: Unrolled) -> Unrolled:
    width, height = request.param
    fresh.page.set_viewport_size({"width": width, "height": height})
    return fresh


def test_nothing_runs_out_of_the_window(sized: Unrolled) -> None:
    sized.open()
    sized.ready()
    fits(sized)
    expect(sized.plot("diagram").locator("svg").first).to_be_visible()
    expect(sized.page.locator("#summary")).to_be_visible()
    sized.open(text="a long text " * 20, tokens="words", cell="jordan", clip="norm", reach="chunk")
    sized.ready()
    fits(sized)
    sized.open(source="random", select="h_3", labelled="yes", wiring="many-to-one")
    sized.ready()
    fits(sized)


# How many lines the f′(a) of the summary stands on.
LINES = """() => {
    const walker = document.createTreeWalker(document.querySelector("#summary"), 4);
    while (walker.nextNode()) {
        const begin = walker.currentNode.data.indexOf("f′(a)");
        if (begin < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, begin);
        range.setEnd(walker.currentNode, begin + 5);
        return new Set([...range.getClientRects()].map(box => box.top)).size;
    }
    return 0;
}"""


def test_a_symbol_is_not_broken_over_two_lines(unrolled: Unrolled) -> None:
    unrolled.open(radius="1.3", layers="3")
    unrolled.ready()
    try:
        for width in range(320, 720, 25):
            unrolled.page.set_viewport_size({"width": width, "height": 800})
            assert unrolled.page.evaluate(LINES) == 1, f"at {width} pixels"
    finally:
        unrolled.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture(params=[390, 360], ids=lambda width: f"{width} pixels")
def phone(request, browser: Browser, server: str, page_log: PageLog):
    context = browser.new_context(
        viewport={"width": request.param, "height": 800},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    page = context.new_page()
    page_log.watch(page)
    unrolled = Unrolled(page, server)
    unrolled.open(text="gradients")
    unrolled.ready()
    yield unrolled
    context.close()
    page_log.check()


def test_the_settings_open_and_work_by_touch(phone: Unrolled) -> None:
    handle = phone.page.get_by_role("button", name="Settings")
    expect(handle).to_have_attribute("aria-expanded", "false")
    expect(phone.page.get_by_label("Activation")).to_be_hidden()
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "true")
    fits(phone)
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


def test_a_tap_follows_a_loss_and_opens_an_edge(phone: Unrolled) -> None:
    phone.page.touchscreen.tap(*phone.pixel("L_4"))
    phone.ready()
    assert phone.asked["follow"] == 4
    phone.page.touchscreen.tap(*phone.pixel("h_3>h_4"))
    region = phone.page.get_by_role("region", name="Selected: H₃ → H₄")
    expect(region.locator("math").first).to_be_attached()


def test_a_text_is_typed_on_a_phone(phone: Unrolled) -> None:
    phone.page.get_by_label("Your text").fill("thumbs 👍")
    phone.ready()
    assert phone.tokens() == ["t", "h", "u", "m", "b", "s", "␣"]
    fits(phone)


def test_a_turned_phone_draws_again(phone: Unrolled) -> None:
    before = phone.figure("diagram")["layout"]["width"]
    phone.page.set_viewport_size({"width": 800, "height": 360})
    diagram = phone.plot("diagram").locator("svg.main-svg").first
    expect(diagram).not_to_have_attribute("width", str(before))
    fits(phone)


def test_print_has_the_pictures_inside_the_paper(fresh: Unrolled) -> None:
    fresh.open()
    fresh.page.emulate_media(media="print")
    fresh.page.set_viewport_size({"width": 794, "height": 1123})
    fresh.frame()
    fits(fresh)
