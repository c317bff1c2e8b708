"""Stepping through the way back: what the screen writes is what the service answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Json, Unrolled, in_sight
from tests.browser.walking import arrived, carried, near, start, total, values, walk

SMALL: Json = {"source": "random", "steps": 4, "hidden": 2, "inputs": 2, "outputs": 2}
KINDS: list[Json] = [
    {},
    {"wiring": "many-to-one", "activation": "relu", "loss": "squared-error"},
    {"wiring": "one-to-many", "activation": "linear"},
    {"wiring": "one-to-one"},
    {"cell": "elman"},
    {"cell": "elman", "reach": "none"},
    {"cell": "jordan"},
    {"cell": "jordan", "reach": "none", "layers": 2},
    {"cell": "lstm"},
    {"cell": "lstm", "layers": 2, "wiring": "many-to-one"},
    {"cell": "gru"},
    {"cell": "mgu"},
    {"cell": "gru-reset-before", "follow": "all"},
    {"cell": "lstm-peephole"},
    {"cell": "lstm-relu"},
    {"cell": "lstm-projected"},
    {"follow": "all"},
    {"follow": 2},
    {"batch": 3},
    {"reach": "window", "k": 2, "follow": "all"},
    {"reach": "chunk", "k": 2},
    {"layers": 3},
]


def name(kind: Json) -> str:
    return "-".join(map(str, kind.values())) or "simple"


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_what_is_written_is_what_the_service_answers(unrolled: Unrolled, kind: Json) -> None:
    start(unrolled, **SMALL | {"steps": 3} | kind)
    stops, answer = walk(unrolled), values(unrolled)
    every_result_is_the_services(stops, answer)
    the_sums_grow_to_the_gradient(stops, answer)


def every_result_is_the_services(stops: list[Json], answer: Json) -> None:
    edges = {f"{e['source']}>{e['target']}": e for e in answer["graph"]["edges"]}
    seen = set()
    for stop in stops:
        results = [digits for part, digits, _ in stop["parts"] if part == "backward-result"]
        if stop["kind"] != "edge" or not results:
            continue
        edge = edges[stop["stop"]]
        seen.add(stop["stop"])
        step = int(edge["target"].split("_")[1])
        travels = answer["values"]["layers"][edge["layer"]]["travels"]
        part = travels[carried(edge)][step - 1][0]
        exact = total(answer, edge["source"]) if stop["whole"] == "true" else part
        assert near(results[0], exact), (stop["title"], results[0], exact)
    live = {k for k, e in edges.items() if e["log10_norm"] is not None and not e["blocked"]}
    assert seen == live


def the_sums_grow_to_the_gradient(stops: list[Json], answer: Json) -> None:
    back = [stop for stop in stops if stop["title"].startswith("Back")]
    terms = answer["values"]["terms"]
    for parameter, steps in terms.items():
        whole = steps
        flat = [[value for row in step for value in (row if isinstance(row, list) else [row])]
                for step in whole]  # fmt: skip
        sums = [sum(column) for column in zip(*flat, strict=True)]
        if back[-1]["sums"][parameter]:  # numbers, where they are not drawn
            assert near(back[-1]["sums"][parameter], sums), parameter
        added = sorted(step for step in range(len(flat)) if any(flat[step]))
        grown = [stop for stop in back if parameter in stop["grows"]]
        assert len(grown) >= len(added), parameter
    for stop in back:
        for part, digits, _ in stop["parts"]:
            if part == "parameter-result" and stop["kind"] == "edge":
                edge = next(e for e in answer["graph"]["edges"]
                            if f"{e['source']}>{e['target']}" == stop["stop"])  # fmt: skip
                at = int(edge["target"].split("_")[1]) - 1
                assert near(digits, terms[edge["parameter"]][at]), stop["title"]


def test_forward_first_from_left_to_right(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL)
    stops, answer = walk(unrolled), values(unrolled)
    forward = [stop["stop"] for stop in stops if stop["title"].startswith("Forward")]
    assert forward == [f"{x}_{t}" for t in range(1, 5) for x in ("x", "h", "h", "o", "L")]
    own = answer["values"]["layers"][0]
    for stop in stops[:20]:
        t = int(stop["stop"].split("_")[1]) - 1
        results = [digits for part, digits, _ in stop["parts"] if part == "forward-result"]
        if stop["kind"] == "inside":
            assert near(results[0], own["a"][t][0])
        elif stop["stop"].startswith("h"):
            assert near(results[0], own["h"][t][0])
        elif stop["stop"].startswith("o"):
            assert near(results[0], answer["values"]["o"][t][0])
    assert stops[20]["title"] == "Back: the gradient enters at L₄"


def test_each_step_draws_one_arrow_more(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL)
    stops = walk(unrolled)
    back = [stop for stop in stops if stop["kind"] == "edge"]
    assert [stop["drawn"] for stop in back] == list(range(1, len(back) + 1))
    assert [stop["stop"] for stop in back[:4]] == ["o_4>L_4", "h_4>o_4", "h_3>h_4", "x_4>h_4"]


def test_what_was_computed_before_is_marked(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL)
    stops = walk(unrolled)
    assert all(stop["known"] == 0 for stop in stops[:22])
    assert all(stop["known"] > 0 for stop in stops[22:])
    red = unrolled.page.locator(".way-maths .known").first
    assert "underline" in red.evaluate("e => getComputedStyle(e).textDecorationLine")
    assert red.evaluate("e => getComputedStyle(e).color") == "rgb(179, 32, 46)"


def test_numbers_stand_in_place_of_symbols(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL)
    stops, answer = walk(unrolled), values(unrolled)
    (stop,) = [stop for stop in stops if stop["stop"] == "h_2>h_3"]
    (numbers,) = [digits for part, digits, _ in stop["parts"] if part == "backward-numbers"]
    held = answer["values"]
    own, w = held["layers"][0], held["parameters"]["W_hh"]
    transposed = [[row[n] for row in w] for n in range(2)]
    assert near(numbers[:4], transposed)
    assert near(numbers[4:6], own["slope"][2][0])
    assert near(numbers[6:8], own["dh"][2][0])


def test_the_link_says_the_stop(lent: Unrolled) -> None:
    lent.open(**SMALL)
    lent.ready()
    lent.page.get_by_role("button", name="Step through").first.click()
    arrived(lent)
    asked = len(lent.requests)
    scrub = lent.page.get_by_role("slider", name="The way back, step by step: place")
    scrub.fill("22")
    lent.page.wait_for_function("() => location.hash.includes('step=23')")
    expect(scrub).to_have_attribute("aria-valuetext", "23 of 31: back, O₄ → H₄")
    assert len(lent.requests) == asked, "a stop changes nothing that is computed"
    lent.page.get_by_role("button", name="Close what is explained").click()
    expect(lent.page.locator("#step")).to_be_hidden()
    expect(lent.page.locator(".stage")).to_have_count(0)
    assert "step=23" not in lent.address
    lent.page.go_back()
    expect(scrub).to_have_attribute("aria-valuetext", "23 of 31: back, O₄ → H₄")


def hover(symbol: Locator) -> None:
    in_sight(symbol)
    symbol.hover()


def test_symbols_and_the_diagram_light_each_other(lent: Unrolled) -> None:
    start(lent, **SMALL)
    lent.page.locator("#step .transport-scrub").fill("23")
    lent.page.wait_for_function("() => location.hash.includes('step=24')")
    maths = lent.page.locator(".way-maths")
    hover(maths.locator("[data-lights=h_4]").first)
    expect(lent.page.locator(".stage circle.lit")).to_have_count(1)
    hover(maths.locator("[data-parameter=W_hh]").first)
    expect(lent.page.locator(".stage line.lit")).to_have_count(4)
    lent.page.mouse.move(*lent.pixel("h_4"))
    expect(maths.locator(".lit-symbol")).not_to_have_count(0)
    lit = maths.locator(".lit-symbol").evaluate_all("all => all.map(e => e.dataset.lights)")
    assert set(lit) == {"h_4"}


def test_values_and_gradients_on_the_same_nodes(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL)
    page = unrolled.page
    page.locator("#step .transport-scrub").fill("30")
    node = page.locator(".stage [data-node=h_3]")
    gradient = node.get_attribute("fill")
    page.get_by_role("radio", name="values").check(force=True)
    h = values(unrolled)["values"]["layers"][0]["h"][2][0]
    size = sum(value**2 for value in h) ** 0.5
    expect(node.locator("title")).to_have_text(f"‖H₃‖ = {size:.3f}")
    assert node.get_attribute("fill") != gradient
    page.get_by_role("radio", name="gradients").check(force=True)
    expect(node).to_have_attribute("fill", gradient or "")


CHAIN = {"activation": "linear", "hidden": 1, "inputs": 1, "outputs": 1, "loss": "squared-error",
         "source": "random", "wiring": "many-to-one"}  # fmt: skip


def test_a_gradient_beyond_a_double_is_said_by_its_norm(unrolled: Unrolled) -> None:
    start(unrolled, **CHAIN | {"steps": 60, "radius": 0.0000001})
    last = walk(unrolled)[-1]
    assert any("× 10⁻" in note for note in last["notes"])
    assert any("✕" in text for _, _, text in last["parts"])
    assert any("✕ stands for a number that a double cannot hold" in note for note in last["notes"])


def test_where_a_copy_stops_it_the_stop_says_so(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL | {"cell": "elman"})
    stops = walk(unrolled)
    (stop,) = [stop for stop in stops if stop["stop"] == "h_3>c_4"]
    assert stop["notes"][0] == "Nothing passes from C₄ to H₃: a copy passes no gradient."
    assert not [stop for stop in stops if stop["kind"] == "edge" and stop["stop"].endswith("h_3")]


def test_many_units_are_fields_with_their_shapes(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL | {"hidden": 16})
    unrolled.page.locator("#step .transport-scrub").fill("23")
    maths = unrolled.page.locator(".way-maths")
    field = maths.get_by_role("img", name="WH, 16 × 16").first
    expect(field).to_be_visible()
    expect(maths).to_contain_text("16×16")
    expect(unrolled.page.locator("[data-sum=W_hh] small")).to_have_text("16 × 16")


def test_another_experiment_is_stepped_through_at_once(unrolled: Unrolled) -> None:
    start(unrolled, **SMALL)
    unrolled.page.locator("#step .transport-scrub").fill("25")
    unrolled.slide("Largest |eigenvalue|", 1.4)
    unrolled.ready()
    arrived(unrolled)
    stops, answer = walk(unrolled), values(unrolled)
    (stop,) = [stop for stop in stops if stop["stop"] == "h_2>h_3"]
    (result,) = [digits for part, digits, _ in stop["parts"] if part == "backward-result"]
    assert near(result, answer["values"]["layers"][0]["dh"][1][0])


def test_too_many_numbers_leave_norms(unrolled: Unrolled) -> None:
    asked = len(unrolled.signed)
    start(unrolled, **SMALL | {"hidden": 300})
    unrolled.page.locator("#step .transport-scrub").fill("23")
    expect(unrolled.page.locator(".way-notes")).to_contain_text("too many numbers")
    expect(unrolled.page.locator(".way-notes")).to_contain_text("What arrives at")
    assert len(unrolled.signed) == asked


def test_a_sequence_that_comes_in_windows(fresh: Unrolled) -> None:
    start(fresh, source="random", steps=1500, hidden=2, inputs=2, outputs=2)
    scrub = fresh.page.locator("#step .transport-scrub")
    scrub.fill(scrub.get_attribute("max") or "")
    fresh.ready()
    arrived(fresh)
    stop = fresh.page.locator(".way-said").get_attribute("data-stop") or ""
    low, high = fresh.figure("diagram")["layout"]["xaxis"]["range"]
    assert low < int(stop.split("_")[-1]) < high
    asked = len(fresh.requests)
    fresh.page.keyboard.press("ArrowLeft")
    fresh.ready()
    arrived(fresh)
    assert len(fresh.requests) - asked <= 1, "one window answers"


def test_a_batch_and_a_gated_cell_are_written_out_in_numbers(unrolled: Unrolled) -> None:
    """Beside the symbol and the result stands what was multiplied and added, of every sample."""
    start(unrolled, **SMALL | {"cell": "lstm", "batch": 2})
    stops, answer = walk(unrolled), values(unrolled)
    own, x = answer["values"]["layers"][0], answer["values"]["x"]
    (inside,) = [s for s in stops if s["kind"] == "inside" and s["stop"] == "c_2"]
    numbers = [digits for part, digits, _ in inside["parts"] if part == "forward-numbers"]
    gates = [own["pre"][name][1][0] for name in ("input", "forget", "cell", "output")]
    assert len(numbers) == 5
    assert all(near(*pair) for pair in zip(numbers[1:], gates, strict=True))
    (stop,) = [s for s in stops if s["stop"] == "x_3>h_3"]
    (written,) = [digits for part, digits, _ in stop["parts"] if part == "parameter-numbers"]
    samples = [[own["dpre"][name][2][b] for name in own["dpre"]] + [x[2][b]] for b in range(2)]
    assert near(written, samples)
    (loss,) = [s for s in stops if s["kind"] == "node" and s["stop"] == "L_3"]
    written = [digits for part, digits, _ in loss["parts"] if part == "forward-numbers"]
    outputs, classes = (answer["values"][name][2] for name in ("o", "y"))
    each = [[*outputs[b], classes[b].index(1) + 1] for b in range(2)]
    assert near(written[0], [[1, 2], *each])


def test_a_link_to_a_long_way_opens_the_same_stop(fresh: Unrolled) -> None:
    """Stops are counted over the whole sequence, whichever part of its network is there."""
    long: Json = {"source": "random", "steps": 900, "hidden": 2, "inputs": 2, "outputs": 2}
    words = fresh.page.locator(".transport-words")
    fresh.open(**long, step=5 * 399 + 3)
    expect(words).to_have_text("1998 of 6303: forward, H₄₀₀")
    back = 5 * 900 + 5 + 2 * (899 - 300)
    fresh.page.locator("#step .transport-scrub").fill(str(back))
    expect(words).to_have_text("5704 of 6303: back, H₃₀₀ → H₂₉₉")
    arrived(fresh)
    expect(fresh.page.locator("[data-sum=W_hh]")).to_contain_text("the term of step 300")
    fresh.page.wait_for_function(f"() => location.hash.includes('step={back + 1}')")
    fresh.page.reload()
    expect(words).to_have_text("5704 of 6303: back, H₃₀₀ → H₂₉₉")


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("loss", ["huber", "binary-cross-entropy"])
def test_every_term_of_a_loss_is_written_in_numbers(
    unrolled: Unrolled, loss: str, batch: int
) -> None:
    """Huber's for every output, a binary cross-entropy's with σ(O) where the formula says p."""
    start(unrolled, **SMALL | {"loss": loss, "batch": batch, "steps": 1})
    stops, answer = walk(unrolled), values(unrolled)
    (stop,) = [s for s in stops if s["kind"] == "node" and s["stop"] == "L_1"]
    written = [digits for part, digits, _ in stop["parts"] if part == "forward-numbers"]
    exact = [1, batch] if batch > 1 else []
    for o, y in zip(*(answer["values"][name][0] for name in ("o", "y")), strict=True):
        pairs = [value for pair in zip(o, y, strict=True) for value in pair]
        exact += pairs if loss == "huber" else [*y, *o, 1, *y, 1, *o]
    assert len(written) == 1
    assert near(written[0], exact)
