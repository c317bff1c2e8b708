"""A picture that is brought up to date in place is the one that Plotly would draw."""

from __future__ import annotations

import pytest

from tests.browser.driver import Json, Unrolled

# Every element of what stands in a picture, and of the same figure drawn into an empty place:
# path, attributes and text, with the names that Plotly makes up anew for each place left out.
_COMPARED = """async (plot) => {
    while (plot.ariaBusy === "true") await new Promise(requestAnimationFrame);
    const listed = (drawn) => {
        const own = new RegExp(`${drawn._fullLayout._uid}|(?<=trace|hm)[0-9a-f]{6}`, "g");
        const found = [];
        const walk = (element, path) => {
            const {style, attributes, children} = element;
            const said = Object.fromEntries(
                [...attributes].map(({name, value}) => [name, value.replace(own, "…")]));
            if (said.style)
                said.style = [...style].sort().map((name) => name + style.getPropertyValue(name));
            found.push(path + JSON.stringify(Object.entries(said).sort()) +
                (children.length ? "" : element.textContent));
            [...children].forEach((child, n) => walk(child, `${path}/${child.tagName}${n}`));
        };
        walk(drawn.querySelector(".svg-container"), "");
        return found;
    };
    const place = plot.cloneNode(false);
    plot.after(place);
    const {data, layout} = JSON.parse(JSON.stringify({data: plot.data, layout: plot.layout}));
    await Plotly.newPlot(place, data, layout, {staticPlot: true, displayModeBar: false});
    const [here, fresh] = [plot, place].map(listed);
    place.remove();
    const pairs = here.map((element, n) => [element, fresh[n]]);
    return {counts: [here.length, fresh.length], differing: pairs.filter(([a, b]) => a !== b)};
}"""

_COUNTED = """() => {
    window.drawn = [];
    const {react} = Plotly;
    Plotly.react = (place, ...rest) => {
        window.drawn.push(place.id);
        return react(place, ...rest);
    };
}"""

EXPERIMENTS: list[Json] = [
    {"text": "gradients vanish", "hidden": 16, "clip": "norm", "mu": 0.1, "mark": 3},
    {"text": "to be or not to be", "cell": "lstm", "layers": 2, "hidden": 4, "select": "h_3"},
    {"source": "random", "steps": 200, "hidden": 8, "follow": "all", "clip": "value"},
    {"text": "gradients", "hidden": 4, "compare": "text=gradients&hidden=4&radius=1.4"},
]


def differing(page: Unrolled, name: str) -> list[tuple[str, str]]:
    compared = page.plot(name).evaluate(_COMPARED)
    here, fresh = compared["counts"]
    assert here > 60
    assert here == fresh
    return [(old, new) for old, new in compared["differing"]]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_what_is_touched_is_what_would_be_drawn(fresh: Unrolled, experiment: Json) -> None:
    fresh.open(radius=0.8, **experiment)
    fresh.ready()
    names = ["diagram", "profile", "map", "clipping", "product", "spectrum", "singular"]
    if "compare" in experiment:
        names.append("compared")
    for name in names:
        assert differing(fresh, name) == []
    fresh.page.evaluate(_COUNTED)
    for radius in (0.35, 1.52, 0.97, 0.98):
        fresh.slide("Largest |eigenvalue|", radius)
        fresh.ready()
        for name in names:
            assert differing(fresh, name) == [], (name, radius)
    drawn = fresh.page.evaluate("() => window.drawn")
    assert {"plot-diagram", "plot-map"} & set(drawn) == set()
    assert "plot-product" not in drawn


def test_another_structure_is_drawn_by_plotly(fresh: Unrolled) -> None:
    fresh.open(text="gradients")
    fresh.ready()
    fresh.page.evaluate(_COUNTED)
    fresh.slide("Largest |eigenvalue|", 1.3)
    fresh.ready()
    assert "plot-diagram" not in fresh.page.evaluate("() => window.drawn")
    fresh.page.get_by_label("Your text").fill("gradient")
    fresh.ready()
    assert "plot-diagram" in fresh.page.evaluate("() => window.drawn")
    for name in ("diagram", "profile", "map"):
        assert differing(fresh, name) == []
    fresh.slide("Largest |eigenvalue|", 0.4)
    fresh.ready()
    for name in ("diagram", "profile", "map"):
        assert differing(fresh, name) == []
