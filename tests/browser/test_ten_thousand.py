"""Ten thousand steps: windows of the graph, sampled pictures, a text too long for a link."""

import contextlib
import random
import re

import pytest
from playwright.sync_api import Error, Route, expect

from tests.browser.conftest import Modules
from tests.browser.driver import FLOW, Unrolled

STEPS = 1500


@pytest.fixture
def long(fresh: Unrolled) -> Unrolled:
    fresh.open(source="random", steps=STEPS, hidden=4, radius=1)
    fresh.ready()
    return fresh


def sight(page: Unrolled) -> tuple[float, float]:
    low, high = page.figure("diagram")["layout"]["xaxis"]["range"]
    return low, high


def test_five_hundred_steps_need_no_window(unrolled: Unrolled) -> None:
    unrolled.open(source="random", steps=512, hidden=4)
    assert "window" not in unrolled.asked


def test_leaving_the_window_asks_for_the_next_one(long: Unrolled) -> None:
    asked = len(long.requests)
    long.page.mouse.click(*long.at("profile", 700, 0))
    long.ready()
    assert len(long.requests) == asked + 1
    window = long.asked["window"]
    low, high = sight(long)
    assert window["first"] <= low - 100
    assert window["last"] >= high + 100
    assert low < 700 < high
    assert set(long.nodes("h")) >= set(range(int(low + 1), int(high)))
    heading = long.page.locator("#inspector").get_by_role("heading", level=2)
    expect(heading).to_have_text("Selected: H₇₀₀")
    expect(long.page.locator("#inspector math").first).to_be_visible()


def test_home_brings_the_first_step(long: Unrolled) -> None:
    long.page.get_by_role("application", name="Walk through the network").first.press("Home")
    long.ready()
    assert long.asked["window"]["first"] == 1
    assert 1 in long.nodes("h")
    heading = long.page.locator("#inspector").get_by_role("heading", level=2)
    expect(heading).to_have_text("Selected: H₁")


def test_the_old_picture_stays_until_the_new_one_is_there(long: Unrolled) -> None:
    before = sight(long)
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding:
            held.append(route)
        else:
            route.continue_()

    long.page.route(FLOW, hold)
    for step in (400, 900):
        long.page.mouse.click(*long.at("profile", step, 0))
        long.frame()
        assert sight(long) == before
        assert len(long.nodes("h")) > 5
    assert held
    holding = False
    for route in held:
        with contextlib.suppress(Error):  # the page may have given it up for the newest
            route.continue_()
    long.ready()
    low, high = sight(long)
    assert low < 900 < high


def test_a_long_sequence_is_drawn_in_a_window_and_sampled(long: Unrolled) -> None:
    about_the_followed_loss_a_window_is_asked_for(long)
    profile_and_map_are_sampled(long)
    the_profile_reads_every_step(long)


def about_the_followed_loss_a_window_is_asked_for(long: Unrolled) -> None:
    window = long.asked["window"]
    assert STEPS - 200 < window["first"] <= STEPS - 120
    assert window["last"] == STEPS
    low, high = sight(long)
    assert high == STEPS + 0.5
    assert min(long.nodes("h")) >= low - 1
    assert long.words("diagram")


def profile_and_map_are_sampled(long: Unrolled) -> None:
    flow = long.flow()
    assert long.traces("profile", type="bar") == []
    plot = long.figure("profile")["layout"]["width"]
    lines = [t for t in long.traces("profile", mode="lines") if t.get("name") == "least"]
    columns = {x for t in lines for x in t["x"]}
    assert 100 < len(columns) <= plot
    assert len(long.figure("profile")["data"]) < 40
    (heat,) = long.traces("map", type="heatmap")
    assert heat["y"] == flow["itemized"]["loss_steps"]
    assert len(heat["x"]) == 256
    assert all(any(v is not None for v in row) for row in heat["z"])
    expect(long.page.locator("#key-map")).to_contain_text(f"256 of {STEPS} losses")


def the_profile_reads_every_step(long: Unrolled) -> None:
    value = long.flow()["followed_gradient"]["norm"][1399]
    long.page.mouse.move(*long.at("profile", 1400, 0))
    tip = long.page.locator("#tooltip")
    expect(tip).to_contain_text(re.compile("step 1[34]"))
    assert value > 0


def test_a_pasted_text_of_ten_thousand_characters(fresh: Unrolled) -> None:
    letters = random.Random(0).choices("abcdef ", k=10_000)  # noqa: S311
    fresh.open(text="short", hidden=4)
    fresh.page.get_by_label("Your text").fill("".join(letters))
    fresh.ready()
    assert fresh.asked["sequence"]["text"] == "".join(letters)
    assert fresh.flow()["steps"] == 9999
    expect(fresh.page.locator("#summary")).not_to_be_empty()
    expect(fresh.page.locator("#link-note")).to_be_hidden()
    assert "NaN" not in fresh.page.locator("body").inner_text()


def test_a_text_too_long_for_a_link_says_so_and_survives_a_reload(fresh: Unrolled) -> None:
    text = "🦊🦔🦉🐌" * 700  # twelve characters each in an address
    fresh.open(text="short", hidden=4)
    field = fresh.page.get_by_label("Your text")
    field.fill(text)
    field.blur()
    fresh.ready()
    expect(fresh.page.locator("#link-note")).to_contain_text("too long for a link")
    assert len(fresh.address) < 33_000
    assert fresh.address.endswith("cut=text")
    fresh.page.reload()
    fresh.ready()
    assert fresh.asked["sequence"]["text"] == text
    expect(field).to_have_value(text)
    other = Unrolled(fresh.page.context.new_page(), fresh.server)
    other.page.goto(fresh.address)
    other.ready()
    expect(other.page.locator("#link-note")).to_contain_text("is not here")
    assert other.asked["sequence"]["text"] == "gradients vanish"
    other.page.close()


COLUMNS = "(columns, [steps, values, range, n]) => columns.%s(steps, t => values[t - 1], range, n)"


def test_the_least_and_the_greatest_of_a_column(modules: Modules) -> None:
    values = [3, 1, 2, None, 9, 7, None, None]
    given = [list(range(1, 9)), values, {"lo": 0.5, "hi": 8.5}, 4]
    assert modules("figures/columns.js", COLUMNS % "columnsOf", given) == [
        {"step": 1, "middle": 1.5, "low": 1, "high": 3},
        {"step": 3, "middle": 3.5, "low": 2, "high": 2},
        {"step": 5, "middle": 5.5, "low": 7, "high": 9},
    ]


def test_a_short_line_keeps_every_point(modules: Modules) -> None:
    given = [[1, 2, 3], [5, None, 6], {"lo": 0.5, "hi": 3.5}, 2]
    line = modules("figures/columns.js", COLUMNS % "lineOf", given)
    assert line == {"x": [1, 2, 3], "y": [5, None, 6]}


def test_a_long_line_has_two_points_a_column(modules: Modules) -> None:
    values = [n % 7 for n in range(1000)]
    given = [list(range(1, 1001)), values, {"lo": 0.5, "hi": 1000.5}, 50]
    line = modules("figures/columns.js", COLUMNS % "lineOf", given)
    assert len(line["x"]) == 100
    assert (min(line["y"]), max(line["y"])) == (0, 6)


def test_what_a_link_leaves_out(modules: Modules) -> None:
    """First the text; another experiment beside it only where that alone is too long."""
    code = """(properties, changes) => {
        const {fragment, left} = properties.linkOf({...properties.defaults(), ...changes});
        return [fragment.length < 33000, fragment.endsWith("cut=text"),
            properties.isCut(fragment), left && Object.keys(left)];
    }"""
    long = "x" * 40_000
    assert modules("properties.js", code, {"text": "short"}) == [True, False, False, None]
    assert modules("properties.js", code, {"text": long}) == [True, True, True, ["text"]]
    both = {"text": long, "compare": f"text={long}"}
    assert modules("properties.js", code, both) == [True, True, True, ["text", "compare"]]
