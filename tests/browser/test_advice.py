"""Changes that were tried: asked for when the hand rests, and each one click, which Back undoes."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Modules
from tests.browser.driver import FLOW, Json, Unrolled, experiment_of, until
from unrolled.app.merge_patch import merge_patch

VANISHING = {"wiring": "many-to-one", "radius": 0.6}
BEYOND = "2 changes were tried; 1 more would have taken too long; these help the last step’s error:"
REST_MS = 400
# Moves a slider; says how long it had rested whenever advice was asked for, and what stood there.
DRAG = """async slider => {
    const {fetch} = window;
    const rests = [], states = [];
    let moved = 0;
    window.fetch = (url, options) => {
        if (JSON.parse(options.body).include?.includes("advice"))
            rests.push(performance.now() - moved);
        return fetch(url, options);
    };
    for (let n = 1; n <= 12; n += 1) {
        slider.value = String(0.3 + n / 20);
        moved = performance.now();
        slider.dispatchEvent(new Event("input", {bubbles: true}));
        await new Promise((done) => setTimeout(done, 60));
        states.push(document.getElementById("advice").dataset.state);
    }
    window.fetch = fetch;
    return {rests, states};
}"""


def shown(page: Unrolled) -> None:
    until(page.page, "#advice", "data-state", "shown")


def lines(page: Unrolled) -> list[str]:
    return page.page.locator("#advice .advice-change").all_text_contents()


def percent(page: Unrolled) -> float:
    """What the sentence under the verdict says arrives at step 1."""
    said = page.page.locator("#left").inner_text()
    if found := re.search(r"([\d.]+) % arrives at step 1", said):
        return float(found[1])
    found = re.search(r"arrives at step 1 is ([\d.]+) times", said)
    assert found is not None, said
    return 100.0 * float(found[1])


def test_a_click_takes_a_change_and_back_returns(unrolled: Unrolled) -> None:
    unrolled.open(**VANISHING, follow="last", select="h_3")
    shown(unrolled)
    diagnosis = unrolled.post(experiment_of(unrolled.advised[-1]))["diagnosis"]
    assert lines(unrolled) == [entry["text"] for entry in diagnosis["advice"]]
    assert len(lines(unrolled)) > 2, "more than stand in sight"
    words, address, before = lines(unrolled), unrolled.address, unrolled.asked
    unrolled.page.locator("#advice .advice-change").first.click()
    unrolled.ready()
    best = diagnosis["advice"][0]
    wanted = unrolled.post(merge_patch(unrolled.post(before)["experiment"], best["patch"]))
    assert unrolled.flow()["experiment"] == wanted["experiment"]
    said = re.search(r": ([\d.]+) (%|times as much)", best["text"])
    assert said is not None
    share = float(said[1]) * (1.0 if said[2] == "%" else 100.0)
    assert percent(unrolled) == pytest.approx(share, rel=0.06)
    assert percent(unrolled) == pytest.approx(
        100.0 * 10.0 ** best["after"]["log10_arriving"], rel=0.01
    )
    assert "select=h_3" in unrolled.address
    unrolled.page.go_back()
    expect(unrolled.page).to_have_url(address)
    shown(unrolled)
    assert unrolled.asked == before
    assert lines(unrolled) == words


# What a page would ask for that is open at a link, and after each of an experiment's advices.
CHANGED = """async (link, [fragment, experiment, patches], load) => {
    const [{toRequest}, {settingsOf}] = await Promise.all(["experiment.js", "advice.js"].map(load));
    const {settings} = link.readLink(fragment);
    const changed = patches.map((patch) => ({...settings, ...settingsOf(experiment, patch)}));
    return [settings, ...changed].map((one) => toRequest(one));
}"""


@pytest.mark.parametrize(
    "settings",
    [
        {"cell": "elman", "source": "random", "inputs": 3, "clip": "norm", "mu": 7},
        {"cell": "lstm", "wiring": "many-to-one", "forget": -2, "reach": "chunk", "k": 4},
        {"activation": "relu", "radius": 3, "source": "random", "loss": "squared-error", "mu": 9},
        {"activation": "sigmoid", "layers": 2, "follow": 5},
    ],
)
def test_every_line_is_the_same_experiment_as_its_patch(
    unrolled: Unrolled, modules: Modules, settings: Json
) -> None:
    """The page's settings say each patch, whichever part of the request it changes."""
    unrolled.open(**settings)
    shown(unrolled)
    base = unrolled.flow()["experiment"]
    advice = unrolled.post(experiment_of(unrolled.advised[-1]))["diagnosis"]["advice"]
    assert len(advice) == len(lines(unrolled)) > 0
    patches = [entry["patch"] for entry in advice]
    asked = modules("link.js", CHANGED, [urlencode(settings), base, patches])
    assert asked[0] == unrolled.asked
    wanted = [unrolled.post(merge_patch(base, patch))["experiment"] for patch in patches]
    for entry, request, experiment in zip(advice, asked[1:], wanted, strict=True):
        assert unrolled.post(request)["experiment"] == experiment, entry["text"]
    unrolled.page.locator("#advice .advice-change").last.evaluate("b => b.click()")
    unrolled.ready()
    assert unrolled.flow()["experiment"] == wanted[-1]
    if "follow" in settings:
        assert f"follow={settings['follow']}" in unrolled.address


def test_a_moving_slider_asks_for_none(lent: Unrolled) -> None:
    lent.open(**VANISHING)
    shown(lent)
    slider = lent.page.get_by_role("slider", name="Largest |eigenvalue|")
    advised = len(lent.advised)
    drag = slider.evaluate(DRAG)
    # On a slow machine the hand seems to rest between two moves.
    assert all(rest >= REST_MS - 1 for rest in drag["rests"])
    assert "stale" in drag["states"]
    lent.ready()
    shown(lent)
    assert advised < len(lent.advised) <= advised + 1 + len(drag["rests"])
    assert experiment_of(lent.advised[-1])["weights"]["spectral_radius"] == 0.9
    assert experiment_of(lent.advised[-1])["include"] == ["advice"]


def test_what_is_stale_cannot_be_chosen(lent: Unrolled) -> None:
    lent.open(**VANISHING)
    shown(lent)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    lent.page.route(FLOW, hold)
    lent.slide("Largest |eigenvalue|", 0.5)
    until(lent.page, "#advice", "data-state", "stale")
    lent.page.wait_for_url("**radius=0.5**")
    address = lent.address
    first = lent.page.locator("#advice .advice-change").first
    expect(first).to_have_attribute("aria-disabled", "true")
    first.evaluate("b => b.click()")
    assert lent.address == address
    lent.page.unroute(FLOW)  # which lets go what was held
    lent.ready()
    assert len(held) == 1


def test_following_another_loss_asks_for_none(unrolled: Unrolled) -> None:
    unrolled.open(radius=0.4)
    shown(unrolled)
    advised, words = len(unrolled.advised), lines(unrolled)
    unrolled.click("L_9")
    unrolled.ready()
    assert unrolled.flow()["experiment"]["follow"] == 9
    until(unrolled.page, "#advice", "data-state", "shown")
    unrolled.page.wait_for_timeout(700)
    assert (len(unrolled.advised), lines(unrolled)) == (advised, words)


def test_nothing_stands_where_gradients_hold(unrolled: Unrolled) -> None:
    unrolled.open(init="orthogonal", radius=1, wiring="one-to-many")
    expect(unrolled.page.locator("#verdict")).to_have_attribute("data-verdict", "stable")
    until(unrolled.page, "#advice", "data-state", "none")
    assert lines(unrolled) == []


def test_by_keyboard_and_politely(lent: Unrolled) -> None:
    lent.open(**VANISHING)
    shown(lent)
    words = lent.page.get_by_role("status").filter(has_text="changes were tried")
    expect(words).to_have_text(re.compile(r"^\d+ changes were tried; these help the last step’s"))
    lent.page.locator("#advice .advice-change").first.focus()
    lent.page.keyboard.press("Enter")
    lent.ready()
    assert lent.asked["weights"]["spectral_radius"] > 0.6 or "lstm" in json.dumps(lent.asked)


def test_a_failure_is_no_fault_of_the_picture(lent: Unrolled, shared_log) -> None:
    shared_log.expect("net::ERR_FAILED")
    lent.page.route(
        FLOW,
        lambda route: (
            route.abort() if "advice" in str(route.request.post_data) else route.continue_()
        ),
    )
    lent.open(**VANISHING)
    lent.ready()
    with lent.page.expect_event("requestfailed"):
        pass
    until(lent.page, "#advice", "data-state", "none")
    until(lent.page, "html", "data-state", "ready")


@pytest.mark.parametrize(
    ("diagnosis", "words"),
    [
        ((["x"], 3, 0), "3 changes were tried; this one helps the last step’s error:"),
        (
            (["x", "y"], 2, 1),
            BEYOND,
        ),
        (([], 1, 0), "One change was tried, and none helps the last step’s error."),
        (([], 0, 4), "This experiment is too large to try changes of it."),
        (([], 0, 0), ""),
        ((["x"], 3, 0, 20), "3 changes were tried; this one helps the last step’s error:"),
        ((["x"], 3, 0, 12), "3 changes were tried; this one helps the error of step 12:"),
        (([], 3, 0, 12), "3 changes were tried, and none helps the error of step 12."),
    ],
)
def test_one_sentence_says_what_was_found(modules, diagnosis, words: str) -> None:
    names = ("advice", "advice_tried", "advice_left_out", "loss_step")
    given = dict(zip(names, diagnosis, strict=False))
    said = modules("advice.js", "(module, given) => module.adviceSentence(given, 20)", given)
    assert said == words


def test_patches_are_merged_as_the_rfc_says(modules) -> None:
    target = {"a": {"b": "c", "d": [1]}, "e": None}
    patch = {"a": {"b": None, "f": {"g": None, "h": 1}}, "e": 2}
    merged = modules(
        "advice.js", "(m, [target, patch]) => m.mergePatch(target, patch)", [target, patch]
    )
    assert merged == merge_patch(target, patch) == {"a": {"d": [1], "f": {"h": 1}}, "e": 2}
