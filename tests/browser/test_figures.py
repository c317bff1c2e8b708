"""Figures as pure functions of a flow: static/js/figures."""

from typing import Any

import pytest

from tests.browser.conftest import Modules
from tests.browser.driver import Json, Unrolled
from unrolled.app.presets import PRESETS

NAMES = ["paper", "sheet", "ink", "soft", "muted", "rule", "grid", "pale", "pale-ink"]
NAMES += ["blocked", "known", "focus"]
FLOW = ["#102030", "#405060", "#808080", "#c07060", "#ff0000"]
THEME: Json = {name: f"#0000{n:02x}" for n, name in enumerate(NAMES)} | {
    "flow": FLOW,
    "sans": "sans-serif",
    "mode": "light",
}
BLUE, RED = "rgb(16,32,48)", "rgb(255,0,0)"
FRAME = {"width": 900, "height": 200, "left": 78, "right": 14}
DRAW = """async (module, {flow, theme, frame, name, selected}, load) => {
    const {read} = await load("reading.js");
    const reading = read(flow);
    const sight = {lo: 0.5, hi: flow.steps + 0.5, ...frame};
    const given = name === "clipping" || name === "spectrum" ? flow : reading;
    const before = JSON.stringify(flow);
    const rest = name === "spectrum" ? [] : [selected];
    const figure = module[name](given, sight, theme, ...rest);
    return {...figure, unchanged: JSON.stringify(flow) === before};
}"""


@pytest.fixture
def draw(modules: Modules):
    """`draw("profile", flow)`: the figure, of a flow that it must leave as it is."""

    def run(name: str, flow: Json, selected: str = "", **frame: float) -> Json:
        given = {"flow": flow, "theme": THEME, "name": name, "selected": selected}
        figure = modules(f"figures/{name}.js", DRAW, given | {"frame": FRAME | frame})
        assert figure.pop("unchanged")
        return figure

    return run


def preset(name: str) -> Json:
    found: Json = next(p for p in PRESETS if p.name == name).experiment.model_dump(mode="json")
    return found


def chain(w: float, steps: int, **others: Any) -> Json:
    """One linear unit, h_t = w h_{t−1} + x_t; its gradient at step t is w^(T−t)."""
    return {
        **preset("chain-vanishes"),
        "weights": {
            "kind": "explicit", "W_xh": [[1]], "W_hh": [[w]], "b_h": [0], "W_hy": [[1]], "b_y": [0],
        },
        "sequence": {"kind": "explicit", "inputs": [[[0]]] * steps, "targets": [[[-1]]]},
        **others,
    }  # fmt: skip


@pytest.fixture
def post(unrolled: Unrolled):
    return unrolled.post


def traces(figure: Json, **wanted: str) -> list[Json]:
    return [t for t in figure["data"] if all(t.get(k) == v for k, v in wanted.items())]


def lines(figure: Json, dash: str) -> int:
    """How many line segments are drawn in a dash."""
    found = [t for t in traces(figure, mode="lines") if t["line"].get("dash") == dash]
    return sum(t["x"][1:].count(None) for t in found)  # each begins with a gap


def test_the_profile_of_the_notes_chain(draw, post) -> None:
    figure = draw("profile", post(preset("chain-explodes")))
    (bars,) = traces(figure, type="bar")
    value = {t: 10 ** (bars["base"] + y) for t, y in zip(bars["x"], bars["y"], strict=True)}
    assert value[65] == pytest.approx(117.39, rel=1e-4)
    assert value[50] == pytest.approx(490.37, rel=1e-4)
    assert value[115] == pytest.approx(1)
    assert bars["marker"]["color"][114] == "rgb(128,128,128)"
    assert bars["marker"]["color"][0] == RED


def test_colours_are_clamped_at_three_decades(draw, post) -> None:
    figure = draw("profile", post(chain(0.1, 12)))
    (bars,) = traces(figure, type="bar")
    colors = bars["marker"]["color"]
    assert set(colors[:9]) == {BLUE}
    assert len(set(colors[8:])) == 4
    heat = draw("map", post(chain(0.1, 12)))["data"][0]
    assert heat["z"] == [pytest.approx([-3] * 9 + [-2, -1, 0])]
    assert (heat["zmin"], heat["zmax"]) == (-3, 3)


def test_a_gradient_past_the_range_of_a_double(draw, post) -> None:
    flow = post(chain(0.001, 500))
    assert flow["hidden_gradient"]["norm"][0] is None
    assert flow["hidden_gradient"]["log10_norm"][0] == pytest.approx(-1497)
    figure = draw("profile", flow)
    (bars,) = traces(figure, type="bar")
    assert bars["base"] + bars["y"][0] == pytest.approx(-1497, abs=25)
    assert bars["base"] + bars["y"][250] == pytest.approx(-747)
    ticks = figure["layout"]["yaxis"]["ticktext"]
    assert "10⁻¹⁰⁰⁰" in ticks
    assert len(ticks) < 12


def test_gaps_where_nothing_arrives(draw, post) -> None:
    flow = post(chain(0.9, 12, truncation={"kind": "window", "steps": 4}))
    figure = draw("profile", flow)
    (bars,) = traces(figure, type="bar")
    assert bars["x"] == [9, 10, 11, 12]
    crosses = [t for t in figure["data"] if t.get("marker", {}).get("symbol") == "x-thin"]
    assert [t["x"] for t in crosses] == [list(range(1, 9))]
    heat = draw("map", flow)["data"][0]
    assert heat["z"][0][:8] == [None] * 8
    assert None not in heat["z"][0][8:]


@pytest.mark.parametrize(
    ("truncation", "stopped"),
    [
        ({"kind": "none"}, 0),
        ({"kind": "window", "steps": 4}, 1),
        ({"kind": "chunk", "steps": 4}, 2),
    ],
)
def test_blocked_edges_are_dashed(draw, post, truncation: Json, stopped: int) -> None:
    flow = post(chain(0.9, 12, truncation=truncation))
    figure = draw("diagram", flow)
    blocked = sum(edge["blocked"] for edge in flow["graph"]["edges"])
    assert lines(figure, "3px,3px") == blocked >= stopped
    assert lines(figure, "solid") == len(flow["graph"]["edges"]) - blocked
    crosses = [t for t in figure["data"] if t.get("marker", {}).get("symbol") == "x-thin"]
    assert sum(len(t["x"]) for t in crosses) == min(1, stopped)


def test_dead_units_are_dashed_too(draw, post) -> None:
    flow = post(chain(0.9, 6, network=preset("chain-vanishes")["network"] | {"activation": "relu"}))
    assert flow["hidden_gradient"]["log10_norm"][0] is None
    figure = draw("diagram", flow)
    assert lines(figure, "3px,3px") >= 1
    assert draw("profile", flow)["data"][0]["x"] == [6]


def test_wider_edges_where_more_is_left(draw, post) -> None:
    def widths(w: float) -> list[float]:
        figure = draw("diagram", post(chain(w, 8)))
        recurrent = [
            (x, trace["line"]["width"])
            for trace in traces(figure, mode="lines")
            for x, y, x1, y1 in zip(
                trace["x"], trace["y"], trace["x"][1:], trace["y"][1:], strict=False
            )
            if x is not None and x1 is not None and y == y1 == 1
        ]
        return [width for _, width in sorted(recurrent)]

    assert len(widths(0.3)) == 8
    assert widths(0.3) == sorted(widths(0.3))
    assert widths(0.3)[0] < widths(0.3)[-1]
    assert widths(3) == sorted(widths(3), reverse=True)
    assert len(set(widths(1))) == 1


def test_a_selected_edge_glows(draw, post) -> None:
    flow = post(chain(0.9, 6))
    plain = draw("diagram", flow)["data"]
    chosen = draw("diagram", flow, "h_2>h_3")["data"]
    changed = [b for a, b in zip(plain, chosen, strict=True) if a != b]
    assert [trace["x"] for trace in changed] == [[2, 3]]


def test_the_map_of_many_losses_has_no_future(draw, post) -> None:
    flow = post(preset("next-character"))
    heat = draw("map", flow)["data"][0]
    for loss, row in zip(heat["y"], heat["z"], strict=True):
        assert row[loss - 1] == 0
        assert row[loss:] == [None] * (len(row) - loss)


def test_clipping_draws_both_and_the_threshold(draw, post) -> None:
    flow = post(preset("clipping"))
    figure = draw("clipping", flow)
    before, after = traces(figure, type="bar")
    assert after["base"] + after["x"][-1] == pytest.approx(0, abs=1e-9)
    norm = flow["clipping"]["log10_norm_before"]
    assert before["base"] + before["x"][-1] == pytest.approx(norm)
    assert norm > 8
    assert [t["x"] for t in traces(figure, mode="lines")] == [[0, 0]]


def test_an_endless_gradient_still_draws(draw, post) -> None:
    flow = post(chain(1e5, 80))
    assert flow["clipping"]["norm_before"] is None or flow["clipping"]["log10_norm_before"] > 300
    for name in ("diagram", "profile", "map", "clipping", "spectrum"):
        figure = draw(name, flow)
        assert "nan" not in str(figure).lower()


def test_one_step_of_each_cell(draw, post) -> None:
    for cell in ("simple", "elman", "jordan"):
        network = {"cell": cell, "topology": "one-to-one", "hidden_size": 3}
        flow = post({"network": network, "sequence": {"kind": "random"}, "loss": "squared-error"})
        for name in ("diagram", "profile", "map", "clipping", "spectrum"):
            assert draw(name, flow)["data"], (cell, name)


def test_the_unit_circle_and_the_radius(draw, post) -> None:
    figure = draw("spectrum", post(preset("next-character")))
    radii = sorted(shape["x1"] for shape in figure["layout"]["shapes"])
    assert radii == [pytest.approx(0.55), 1]


@pytest.mark.parametrize("w", [0.4, 0.8, 0.99, 1.0, 1.2, 2.0])
@pytest.mark.parametrize("steps", [2, 9, 60])
def test_no_words_of_the_profile_cover_a_bar(draw, post, w: float, steps: int) -> None:
    figure = draw("profile", post(chain(w, steps)))
    (notes,) = [trace for trace in traces(figure, mode="text") if trace["text"]]
    assert any("at step" in text for text in notes["text"])
    (bars,) = traces(figure, type="bar")
    low, high = figure["layout"]["yaxis"]["range"]
    plot = FRAME["width"] - FRAME["left"] - FRAME["right"]
    told = zip(notes["x"], notes["y"], notes["text"], notes["textposition"], strict=True)
    for x, y, text, position in told:
        wide = len(text) * 5 * steps / plot
        ends = (x - wide, x) if position == "middle left" else (x, x + wide)
        foot = y - 5 * (high - low) / FRAME["height"]
        under = [
            bars["base"] + y
            for t, y in zip(bars["x"], bars["y"], strict=True)
            if ends[0] - 0.3 < t < ends[1] + 0.3
        ]
        assert max(under, default=low) <= foot + 1e-9 or "at step" in text, text
