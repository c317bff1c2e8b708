"""Compare: the current experiment is kept as A, every change makes B, and both are drawn."""

import re
import urllib.parse
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.driver import FLOW, Json, Unrolled

A: Json = {"text": "gradients", "radius": 0.5}
B: Json = {"text": "gradients", "radius": 0.9, "init": "orthogonal"}


def kept(**settings: object) -> str:
    """An experiment as the address keeps it in `compare`."""
    return urllib.parse.urlencode(settings)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def difference(unrolled: Unrolled) -> str:
    return unrolled.page.locator("#difference").inner_text()


def address(unrolled: Unrolled) -> dict[str, str]:
    fragment = urllib.parse.urlsplit(unrolled.address).fragment
    return dict(urllib.parse.parse_qsl(fragment, keep_blank_values=True))


def outlines(unrolled: Unrolled) -> list[Json]:
    return [trace for trace in unrolled.traces("profile") if trace.get("name") == "A"]


def outline(unrolled: Unrolled) -> Json:
    """The line of A in the profile."""
    (line,) = outlines(unrolled)
    return line


def heights(line: Json) -> dict[int, float]:
    """log₁₀ of A's outline at every step."""
    return {round(x + 0.5): y for x, y in zip(line["x"][::2], line["y"][::2], strict=True) if y}


def colours(unrolled: Unrolled, name: str) -> list[str]:
    for trace in unrolled.traces(name, mode="markers"):
        if isinstance(trace["marker"].get("symbol"), list):
            return list(trace["marker"]["color"])
    raise AssertionError("no nodes are drawn")


@pytest.fixture
def both(unrolled: Unrolled) -> Iterator[Unrolled]:
    """A has radius 0.5, B 0.9 and orthogonal weights."""
    unrolled.open(**B, compare=kept(**A))
    unrolled.ready()
    yield unrolled
    unrolled.open()


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


def test_the_sentence_has_the_numbers_of_both(both: Unrolled) -> None:
    flow_b = both.flow()
    flow_a = both.post(
        flow_b["experiment"]
        | {"weights": {"kind": "random", "init": "normal", "spectral_radius": 0.5, "seed": 0}}
    )
    rates = [round(100 * flow["diagnosis"]["decay_per_step"]) for flow in (flow_b, flow_a)]
    rows = [flow["itemized"]["log10_norm"][-1] for flow in (flow_b, flow_a)]
    left = [100 * 10 ** (row[0] - row[-1]) for row in rows]
    said = re.fullmatch(
        r"B keeps (\d+) % of the gradient a step, A (\d+) %: of what enters at step 8, "
        r"B still has ([\d.]+) % at step 1, A ([\d.]+) %\.",
        difference(both),
    )
    assert said is not None, difference(both)
    assert [int(said[1]), int(said[2])] == rates
    assert [float(said[3]), float(said[4])] == pytest.approx(left, rel=0.05)
    expect(both.page.locator("#announcer")).to_have_text(difference(both))


def test_each_is_named_by_what_differs(both: Unrolled) -> None:
    names = [both.page.locator(f"#name-{side}").inner_text() for side in "ab"]
    assert names == ["simple, ρ 0.5, normal weights", "simple, ρ 0.9, orthogonal weights"]
    expect(both.page.locator("#figure-compared h2")).to_have_text(names[0])
    expect(both.page.locator("#figure-diagram h2")).to_have_text(names[1])
    letter = "element => getComputedStyle(element, '::before').content"
    assert both.page.locator("#figure-compared h2").evaluate(letter) == '"A"'
    assert both.page.locator("#figure-diagram h2").evaluate(letter) == '"B"'
    key = both.page.locator("#key-profile")
    expect(key).to_contain_text("B: ‖∂L₈/∂h‖")
    expect(key).to_contain_text("A: ‖∂L₈/∂h‖")


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ({}, {"reach": "window", "k": 3}, "comes from step 15 back to step 13, where truncation"),
        ({"cell": "elman"}, {"cell": "jordan"}, "Both let nothing pass a step"),
        ({"radius": 0}, {}, "A passes hardly anything but exact zeros back"),
        ({"radius": 0}, {}, "the gradient of A stays at step 15, and is exactly zero before"),
        ({"wiring": "one-to-one"}, {}, "in A the loss enters at step 1 and has nowhere to go"),
        ({"wiring": "one-to-one"}, {"wiring": "one-to-one", "text": "zz"}, "in B no gradient"),
        ({"follow": "all"}, {"follow": "all", "radius": 0.9}, "all losses together, ‖∂L/∂h₁‖ is"),
        ({}, {"follow": "all"}, "in B all losses together bring"),
        ({"text": "short"}, {}, "of what enters A at step 4, step 1 gets"),
        ({}, {"clip": "norm", "mu": 0.5}, "The same gradient at every step"),
        ({}, {"clip": "norm", "mu": 0.5}, "multiplies B’s parameter gradients by 0.0631, A’s by 1"),
        (
            {"source": "random", "steps": 900, "radius": 0.02},
            {"source": "random", "steps": 900, "radius": 1.8, "activation": "linear"},
            "B multiplies the gradient by 1.79 a step, A keeps 1.3 % of it a step",
        ),
    ],
)
def test_the_sentence_where_there_is_no_simple_share(unrolled, a, b, said: str) -> None:
    unrolled.open(**b, compare=kept(**a))
    unrolled.ready()
    assert said in difference(unrolled)
    unrolled.open()


def test_beyond_the_range_of_a_double(unrolled: Unrolled) -> None:
    """The axis is one of logarithms, so both profiles stand on it whatever their size."""
    sequence = {"source": "random", "steps": 900}
    unrolled.open(
        **sequence, radius=1.8, activation="linear", compare=kept(**sequence, radius=0.02)
    )
    unrolled.ready()
    row = heights(outline(unrolled))
    low, high = unrolled.figure("profile")["layout"]["yaxis"]["range"]
    assert low < row[1] < -1500
    assert high > 200
    assert re.search(r"at step 1, A \d\.\d × 10⁻¹\d{0}[⁰¹²³⁴⁵⁶⁷⁸⁹]{3}\.$", difference(unrolled))
    unrolled.open()


def test_both_diagrams_stand_on_the_axis_of_the_longer(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients vanish", compare=kept(text="short"))
    unrolled.ready()
    names = ("diagram", "compared", "profile", "map")
    for name in names:
        assert unrolled.figure(name)["layout"]["xaxis"]["range"] == [0.5, 15.5]
    for step in (1, 4, 12):
        assert len({round(unrolled.at(name, step, 1)[0]) for name in names}) == 1
    assert max(heights(outline(unrolled))) == 4
    unrolled.page.mouse.move(*unrolled.at("profile", 4, -1))
    marks = unrolled.page.locator(".stack .mark")
    expect(marks).to_have_count(4)
    lefts = set()
    for mark in marks.all():
        expect(mark).to_be_visible()
        box = mark.bounding_box()
        assert box is not None
        lefts.add(round(box["x"]))
    assert len(lefts) == 1
    tooltip = unrolled.page.locator("#tooltip")
    expect(tooltip).to_contain_text("B: ‖∂L₁₅/∂h₄‖")
    expect(tooltip).to_contain_text("A: ‖∂L₄/∂h₄‖")
    unrolled.page.mouse.move(*unrolled.at("profile", 9, -1))
    expect(tooltip).to_contain_text("A ends at step 4")
    unrolled.page.mouse.move(2, 2)
    unrolled.open(text="short", compare=kept(text="gradients vanish"))
    unrolled.ready()
    assert unrolled.figure("diagram")["layout"]["xaxis"]["range"] == [0.5, 15.5]
    unrolled.page.mouse.click(*unrolled.at("profile", 9, -1))
    expect(unrolled.page.get_by_role("region", name="Selected in A: h₉")).to_be_visible()
    unrolled.open()
    assert unrolled.figure("diagram")["layout"]["xaxis"]["range"] == [0.5, 15.5]


def test_a_sequence_that_ends_before_the_window_says_so(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=200, compare=kept(source="random", steps=20))
    unrolled.ready()
    said = unrolled.page.locator("#figure-compared .ends")
    expect(said).to_have_text("◂ ends at step 20, before this window")
    expect(unrolled.page.locator("#figure-diagram .ends")).to_be_hidden()
    unrolled.page.mouse.click(*unrolled.at("profile", 10, -1))
    expect(said).to_be_hidden()
    unrolled.open()


def test_a_link_restores_both(both: Unrolled, shared_log, server: str) -> None:
    both.slide("Largest |eigenvalue|", 1.2)
    both.ready()
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
    both.page.get_by_label("Hidden units").fill("5")
    both.ready()
    assert address(both)["compare"] == held["compare"]


def test_back_and_forward(unrolled: Unrolled) -> None:
    unrolled.open(**A)
    page = unrolled.page
    press(page, "Compare")
    unrolled.ready()
    unrolled.choose("Cell", "Elman")
    unrolled.ready()
    expect(page.locator("#name-b")).to_have_text("Elman, window 1")
    with page.expect_request(FLOW):
        page.go_back()
    unrolled.ready()
    expect(page.locator("#difference")).to_have_text(re.compile("same experiment"))
    page.go_back()
    expect(page.locator("#figure-compared")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#figure-compared")).to_be_visible()
    with page.expect_request(FLOW):
        page.go_forward()
    unrolled.ready()
    expect(page.locator("#name-b")).to_have_text("Elman, window 1")
    unrolled.open()


def test_swap(both: Unrolled) -> None:
    page = both.page
    drawn = colours(both, "diagram"), colours(both, "compared")
    press(page, "Swap A and B")
    both.ready()
    assert (colours(both, "compared"), colours(both, "diagram")) == drawn
    expect(page.locator("#name-a")).to_have_text("simple, ρ 0.9, orthogonal weights")
    expect(page.get_by_label("Drawn", exact=True)).to_have_value("normal")
    assert difference(both).startswith("B keeps 42 %") or "A 9" in difference(both)
    press(page, "Swap A and B")
    both.ready()
    assert (colours(both, "diagram"), colours(both, "compared")) == drawn


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
    expect(page.get_by_role("region", name="Selected in B: h₄ → h₅")).to_be_visible()
    numbers = page.locator("#inspector dl")
    of_b = numbers.inner_text()
    page.mouse.click(*both.at("compared", 4.5, 1))
    expect(page.get_by_role("region", name="Selected in A: h₄ → h₅")).to_be_visible()
    assert numbers.inner_text() != of_b
    assert address(both)["select"] == "A:h_4>h_5"
    page.mouse.click(*both.at("compared", 3, 3))
    expect(page.get_by_role("region", name="Selected in A: L₃")).to_be_visible()
    expect(page.get_by_role("button", name="Follow L₃")).to_have_count(0)
    assert both.asked["follow"] == 8
    press(page, "Stop comparing")
    expect(page.get_by_role("region", name="Selected", exact=True)).to_be_visible()


def test_following_another_loss_changes_b_only(both: Unrolled) -> None:
    before = outline(both)["y"]
    both.click("L_5")
    both.ready()
    assert both.asked["follow"] == 5
    assert outline(both)["y"] == before
    assert "of what enters B at step 5" in difference(both)


def test_the_pointer_says_whose_numbers_it_reads(both: Unrolled) -> None:
    tooltip = both.page.locator("#tooltip")
    both.page.mouse.move(*both.at("compared", 3, 1))
    expect(tooltip).to_contain_text("A: h₃")
    both.page.mouse.move(*both.at("compared", 3, 3))
    expect(tooltip).to_contain_text("A: L₃")
    expect(tooltip).not_to_contain_text("click")
    both.page.mouse.move(2, 2)


def test_the_keyboard_compares_and_walks_through_a(both: Unrolled) -> None:
    page = both.page
    page.locator("#walk-compared").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("region", name="Selected in A: h₇")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text(re.compile("^A: h₇"))
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


def test_both_are_told_in_words(both: Unrolled) -> None:
    label = both.plot("compared").get_attribute("aria-label") or ""
    assert label.startswith("A, compared with B. The simple network")
    assert "8 steps" in label
    profile = both.plot("profile").get_attribute("aria-label") or ""
    assert profile.startswith("B: Norm")
    assert "A, an outline over it: Norm" in profile


def test_an_error_in_b_leaves_both_pictures(fresh: Unrolled, page_log) -> None:
    page_log.expect("status of 422")
    fresh.open(**B, compare=kept(**A))
    fresh.ready()
    said, drawn = difference(fresh), colours(fresh, "compared")
    fresh.page.get_by_label("Hidden units").fill("0")
    fresh.settled()
    expect(fresh.field("/network/hidden_size").locator(".error")).to_be_visible()
    assert difference(fresh) == said
    assert colours(fresh, "compared") == drawn
    expect(fresh.page.locator("#figure-compared")).to_be_visible()
    fresh.page.get_by_label("Hidden units").fill("4")
    fresh.ready()
    expect(fresh.page.locator("#name-b")).to_contain_text("4 units")


def test_an_a_that_cannot_be_computed_says_so(fresh: Unrolled, page_log) -> None:
    page_log.expect("status of 422")
    fresh.open(**B, compare=kept(hidden=0))
    fresh.ready()
    expect(fresh.page.locator("#compare-problem")).to_contain_text("A cannot be shown")
    expect(fresh.page.locator("#compare-problem")).to_contain_text("hidden_size")
    expect(fresh.page.locator("#figure-compared")).to_be_hidden()
    assert len(fresh.profile()) == 8
    press(fresh.page, "Stop comparing")
    expect(fresh.page.locator("#compare")).to_be_hidden()


def test_b_does_not_wait_for_a(fresh: Unrolled) -> None:
    """A's request is on its own: neither stops nor delays the other."""
    held = []

    def hold(route) -> None:
        radius = route.request.post_data_json["weights"]["spectral_radius"]
        held.append(route) if radius == 0.5 else route.continue_()

    fresh.page.route(FLOW, hold)
    fresh.page.goto(f"/#{kept(**B, compare=kept(**A))}")
    expect(fresh.page.locator("html")).to_have_attribute("data-state", "ready")
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


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("name", ["profile", "compared"])
def test_the_pictures_can_be_kept(both: Unrolled, name: str, kind: str) -> None:
    figure = both.page.locator(f"#figure-{name}")
    with both.page.expect_download() as download:
        figure.get_by_role("button", name=f"as {kind.upper()}").click()
    assert download.value.suggested_filename == f"unrolled-{name}.{kind}"
    content = download.value.path().read_bytes()
    if kind == "png":
        assert content.startswith(b"\x89PNG")
        return
    text = content.decode()
    if name == "profile":
        assert "bars B: simple, ρ 0.9" in text
        assert "outline A: simple, ρ 0.5" in text
    else:
        assert "A: Gradient of L₈" in text


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "small"])
def test_no_violation_that_axe_knows_of(fresh: Unrolled, size: tuple[int, int]) -> None:
    fresh.page.set_viewport_size({"width": size[0], "height": size[1]})
    fresh.open(**B, compare=kept(**A), select="A:h_3")
    fresh.ready()
    fresh.page.mouse.move(1, 1)
    fresh.page.add_style_tag(content="* { transition: none !important; }")
    for theme in ("light", "dark"):
        fresh.page.emulate_media(color_scheme=theme)
        expect(fresh.page.locator("html")).to_have_attribute("data-theme", theme)
        found = {
            violation["id"]: [node["target"] for node in violation["nodes"]]
            for violation in Axe().run(fresh.page).response["violations"]
        }
        assert found == {}, theme


@pytest.mark.parametrize("width", [390, 360, 320])
def test_on_a_small_screen_all_of_it_can_be_used(fresh: Unrolled, width: int) -> None:
    fresh.page.set_viewport_size({"width": width, "height": 844})
    fresh.open(text="gradients vanish")
    fresh.ready()
    press(fresh.page, "Compare")
    fresh.page.get_by_label("Your text").fill("other words, and more of them")
    fresh.ready()
    wide = fresh.page.evaluate("() => [document.scrollingElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    for name in ("Compare", "Swap A and B", "Stop comparing", "Share"):
        box = fresh.page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width + 1
    expect(fresh.plot("compared").locator("svg").first).to_be_visible()
