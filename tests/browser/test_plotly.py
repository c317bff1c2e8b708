"""The whole Plotly comes when something asks for it, and not before."""

from tests.browser.driver import Unrolled

_SURFACE = """async () => {
    const own = window.Plotly;
    const { loadWhole } = $unrolled.get("js/plotly.js");
    const [whole, again] = await Promise.all([loadWhole(), loadWhole()]);
    const place = document.createElement("div");
    document.body.append(place);
    const z = [[0, 1, 0], [1, 2, 1], [0, 1, 0]];
    const trace = { type: "surface", z, showscale: false };
    await whole.newPlot(place, [trace], { width: 200, height: 200 });
    const webgl = place.querySelector("canvas").getContext("webgl");
    const [{ type, visible }] = place._fullData;
    const said = { same: whole === again, kept: own === window.Plotly, type, visible,
        versions: [own.version, whole.version], lost: webgl.isContextLost() };
    whole.purge(place);
    place.remove();
    return said;
}"""

_ADDRESSES = """() => performance.getEntriesByType("resource")
    .map(({ name }) => name).filter((name) => name.includes("/assets/plotly"))"""


def test_the_whole_comes_when_it_is_asked_for_and_draws_a_surface(
    fresh: Unrolled, page_log
) -> None:
    page_log.expect("willReadFrequently")  # of a canvas that Plotly measures letters with
    fresh.page.goto("/")
    fresh.ready()
    link = fresh.page.locator("#plotly")
    own, whole = (link.get_attribute(name) for name in ("content", "data-whole"))
    assert own is not None
    assert whole is not None
    before = fresh.page.evaluate(_ADDRESSES)
    assert {address.removeprefix(fresh.server) for address in before} == {own}
    said = fresh.page.evaluate(_SURFACE)
    versions = said.pop("versions")
    assert said == {"same": True, "kept": True, "type": "surface", "visible": True, "lost": False}
    assert len(set(versions)) == 1
    after = fresh.page.evaluate(_ADDRESSES)
    assert {address.removeprefix(fresh.server) for address in after} == {own, whole}
    assert len(after) <= len(before) + 1


def test_where_the_whole_does_not_come_the_next_who_asks_tries_again(
    fresh: Unrolled, page_log
) -> None:
    fresh.page.goto("/")
    fresh.ready()
    own, whole = (fresh.page.locator("#plotly").get_attribute(n) for n in ("content", "data-whole"))
    page_log.expect("ERR_FAILED")
    asked = """async () =>
        (await $unrolled.get("js/plotly.js").loadWhole())?.version ?? null"""
    fresh.page.route(f"**{whole}", lambda route: route.abort())
    first = fresh.page.evaluate(asked)
    assert (first is None) == (own != whole)
    fresh.page.unroute(f"**{whole}")
    assert fresh.page.evaluate(asked) == fresh.page.evaluate("() => Plotly.version")
