"""The keyboard alone reaches and operates everything, and one sees where one is."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Modules
from tests.browser.driver import Json, Unrolled

NAME = """const name = (element) => {
    if (element.type === "radio") return `radio ${element.name}`;
    const { picture = "", format = "", zoom = "" } = element.dataset;
    return [element.localName, element.id, picture, format, zoom, element.getAttribute("href"),
        element.ariaLabel].filter(Boolean).join(" ");
};"""
# What Tab should reach: a group of radio buttons is one stop.
STOPS = f"""() => {{ {NAME}
    const all = document.querySelectorAll(
        "button, input, select, textarea, a[href], [tabindex='0']");
    return [...all].filter(element => !element.disabled
        && element.checkVisibility({{visibilityProperty: true}})).map(name);
}}"""
HERE = f"() => {{ {NAME} return name(document.activeElement); }}"
# How the focused element and what stands closest to it look: the ring may be on any of them.
RING = """() => {
    const element = document.activeElement;
    const near = [element, element.nextElementSibling, element.parentElement,
        element.closest("figure, label"), element.closest("figure")?.querySelector(".plot")];
    const look = () => JSON.stringify(near.filter(Boolean).map((one) => {
        const style = getComputedStyle(one);
        return [style.outlineStyle === "none" ? "" : style.outline, style.boxShadow];
    }));
    const focused = look();
    element.blur();
    const blurred = look();
    element.focus({focusVisible: true});
    return focused !== blurred;
}"""


def test_tab_reaches_every_control_and_shows_where_it_is(fresh: Unrolled) -> None:
    fresh.open(wiring="many-to-one", clip="norm", reach="window")
    fresh.page.add_style_tag(content="* { transition: none !important; }")
    wanted = set(fresh.page.evaluate(STOPS))
    assert len(wanted) > 30
    reached: list[str] = []
    unseen: list[str] = []
    for _ in range(2 * len(wanted)):  # some have one name
        fresh.page.keyboard.press("Tab")
        here = fresh.page.evaluate(HERE)
        if here.startswith("body"):
            break
        reached.append(here)
        if not fresh.page.evaluate(RING):
            unseen.append(here)
    assert wanted - set(reached) == set()
    assert unseen == []
    assert reached[0] == "a #pictures"


def test_the_first_stop_skips_to_the_pictures(fresh: Unrolled) -> None:
    fresh.open()
    before = fresh.asked
    fresh.page.keyboard.press("Tab")
    expect(fresh.page.get_by_role("link", name="Skip to the pictures")).to_be_focused()
    fresh.page.keyboard.press("Enter")
    expect(fresh.page.get_by_role("main")).to_be_focused()
    fresh.ready()
    assert fresh.asked == before


def test_skipping_keeps_the_experiment(lent: Unrolled) -> None:
    lent.open(text="keep me", cell="elman")
    lent.page.get_by_role("link", name="Skip to the pictures").focus()
    lent.page.keyboard.press("Enter")
    expect(lent.page.get_by_role("main")).to_be_focused()
    lent.ready()
    assert lent.asked["sequence"]["text"] == "keep me"
    assert "keep" in lent.address
    expect(lent.page.get_by_label("Your text")).to_have_value("keep me")


def test_choices_sliders_and_numbers(unrolled: Unrolled) -> None:
    unrolled.open(radius=0.5)
    page = unrolled.page
    page.get_by_role("radio", name="Simple").press("ArrowRight")
    unrolled.ready()
    assert unrolled.asked["network"]["cell"] == "elman"
    page.get_by_label("Wiring").press("o")
    unrolled.ready()
    assert unrolled.asked["network"]["topology"].startswith("one")
    page.get_by_role("slider", name="Largest |eigenvalue|").press("ArrowRight")
    unrolled.ready()
    assert unrolled.asked["weights"]["spectral_radius"] == 0.51
    page.get_by_label("Units", exact=True).press("ArrowDown")
    unrolled.ready()
    assert unrolled.asked["network"]["hidden_size"] == 15
    page.get_by_role("checkbox", name="as drawn").press("Space")
    unrolled.ready()
    assert unrolled.asked["weights"]["spectral_radius"] is None


def test_walking_through_the_network(unrolled: Unrolled) -> None:
    unrolled.open(text="gradients")
    walk = unrolled.page.get_by_role("application", name="Walk through")
    for keys, symbol in [
        (["Home"], "H₀"),
        (["ArrowRight", "ArrowRight"], "H₂"),
        (["ArrowDown"], "X₂"),
        (["End"], "X₈"),
        (["ArrowUp", "ArrowUp"], "O₈"),
        (["ArrowLeft"], "O₇"),
    ]:
        for key in keys:
            walk.press(key)
        region = unrolled.page.get_by_role("region", name=f"Selected: {symbol}", exact=True)
        expect(region).to_be_visible()
        expect(unrolled.page.locator("#announcer")).to_contain_text(symbol)
    walk.press("Enter")
    expect(unrolled.page.locator("#inspector")).to_be_focused()
    walk.press("Escape")
    expect(unrolled.page.get_by_role("region", name="Selected", exact=True)).to_be_visible()


def test_the_edges_in_the_order_of_the_way_back(unrolled: Unrolled) -> None:
    unrolled.open(text="abcd", select="L_3")
    walk = unrolled.page.get_by_role("application", name="E goes along the edges").first
    heading = unrolled.page.locator("#inspector-title")
    way = ["O₃ → L₃", "H₃ → O₃", "H₂ → H₃", "X₃ → H₃", "O₂ → L₂", "H₂ → O₂", "H₁ → H₂", "X₂ → H₂"]
    for edge in way:
        walk.press("e")
        expect(heading).to_have_text(f"Selected: {edge}")
        expect(unrolled.page.locator("#announcer")).to_contain_text(edge)
    for edge in way[-2::-1]:
        walk.press("Shift+E")
        expect(heading).to_have_text(f"Selected: {edge}")
    walk.press("Enter")
    expect(unrolled.page.locator("#inspector")).to_be_focused()
    walk.press("ArrowLeft")
    expect(heading).to_have_text("Selected: L₂")


@pytest.mark.parametrize("settings", [
    {"cell": "lstm", "layers": 2}, {"cell": "elman"}, {"cell": "jordan", "wiring": "one-to-many"},
    {"cell": "gru", "wiring": "many-to-one"}, {"wiring": "one-to-one"},
])  # fmt: skip
def test_every_edge_is_on_the_way_back(
    modules: Modules, unrolled: Unrolled, settings: Json
) -> None:
    """One key comes to each of them once; no node hands on what it has not been handed."""
    unrolled.open(text="abcd", **settings)
    flow = unrolled.flow()
    way = modules(
        "picking.js",
        """async (module, flow, load) => {
            const reading = (await load("reading.js")).read(flow);
            const last = flow.graph.nodes.filter((node) => node.kind === "loss").at(-1).id;
            const way = [module.nextEdge(reading, last, 1)];
            while (module.nextEdge(reading, way.at(-1), 1) !== way.at(-1))
                way.push(module.nextEdge(reading, way.at(-1), 1));
            return way;
        }""",
        flow,
    )
    assert sorted(way) == sorted(f"{e['source']}>{e['target']}" for e in flow["graph"]["edges"])
    for n, edge in enumerate(way):
        target = edge.split(">")[1]
        assert not [later for later in way[n:] if later.split(">")[0] == target], edge


@pytest.mark.parametrize("settings", [{}, {"cell": "lstm"}, {"wiring": "many-to-one"}])
def test_the_way_back_starts_where_the_loss_enters(unrolled: Unrolled, settings: Json) -> None:
    unrolled.open(text="abcdef", hidden=3, select="", **settings)
    unrolled.ready()
    heading = unrolled.page.locator("#inspector-title")
    walk = unrolled.page.get_by_role("application", name="E goes along the edges").first
    walk.press("Shift+E")
    last = "₀₁₂₃₄₅₆"[len(unrolled.flow()["step_losses"])]
    expect(heading).to_have_text(f"Selected: O{last} → L{last}")
    walk.press("Escape")
    for source, target in ("OL", "HO"):
        walk.press("e")
        expect(heading).to_have_text(f"Selected: {source}{last} → {target}{last}")


def test_what_arrives_at_c_is_complete_before_the_gates_ask_for_it(
    modules: Modules, unrolled: Unrolled
) -> None:
    unrolled.open(text="abcd", cell="lstm", layers=2)
    way = modules(
        "picking.js",
        """async (module, flow, load) => {
            const reading = (await load("reading.js")).read(flow);
            const way = [module.nextEdge(reading, "", 1)];
            while (module.nextEdge(reading, way.at(-1), 1) !== way.at(-1))
                way.push(module.nextEdge(reading, way.at(-1), 1));
            return way;
        }""",
        unrolled.flow(),
    )
    for n, edge in enumerate(way):
        source, target = edge.split(">")
        if target[0] == "h" and source[0] != "c":
            own = target.replace("h", "c")
            assert not [later for later in way[n:] if later.split(">")[0] == own], edge


def test_share_opens_and_closes(unrolled: Unrolled) -> None:
    unrolled.open()
    button = unrolled.page.get_by_role("button", name="Share & save")
    button.press("Enter")
    dialog = unrolled.page.get_by_role("dialog", name="Share and save")
    expect(dialog).to_be_visible()
    unrolled.page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Copy link")).to_be_focused()
    unrolled.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_zooming(lent: Unrolled) -> None:
    lent.open()
    lent.page.get_by_role("button", name="Zoom in").press("Enter")
    low, high = lent.figure("map")["layout"]["xaxis"]["range"]
    assert high - low < 15
    lent.page.get_by_role("button", name="Show all steps").press("Space")
    assert lent.figure("map")["layout"]["xaxis"]["range"] == [-0.5, 15.5]


def test_enter_in_a_number_does_not_leave_the_page(unrolled: Unrolled) -> None:
    unrolled.open()
    box = unrolled.page.get_by_label("Units", exact=True)
    box.fill("9")
    box.press("Enter")
    unrolled.ready()
    assert unrolled.asked["network"]["hidden_size"] == 9
    expect(box).to_have_value("9")
