"""Walk every stop of the way back, and read what the page writes at each."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.driver import Json, Unrolled, until

_SUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

# At every stop: which it is, the numbers of every part, and of every sum.
_WALK = """async () => {
    const one = (name) => document.querySelector(`[aria-label="${name}"]`);
    const [on, scrub] = [one("One step on"), document.querySelector("#step .transport-scrub")];
    const digits = (part) => [...part.querySelectorAll("mn")].map((mn) => mn.textContent);
    const read = () => {
        const said = document.querySelector(".way-said");
        const parts = [...said.querySelectorAll("[data-part]")];
        return {
            ...said.dataset,
            title: said.querySelector("h3").textContent,
            notes: [...said.querySelectorAll(".note")].map((p) => p.textContent),
            said: scrub.getAttribute("aria-valuetext"),
            parts: parts.map((part) => [part.dataset.part, digits(part), part.textContent]),
            known: said.querySelectorAll(".known").length,
            sums: Object.fromEntries([...document.querySelectorAll("[data-sum]")].map((box) =>
                [box.dataset.sum, digits(box)])),
            grows: [...document.querySelectorAll(".sum.grows")].map((box) => box.dataset.sum),
            drawn: document.querySelectorAll(".stage .stage-heads path[d^=M]").length,
        };
    };
    const stops = [read()];
    while (on.getAttribute("aria-disabled") !== "true") {
        on.click();
        stops.push(read());
    }
    return stops;
}"""


def number(text: str) -> float | None:
    """A number as it is written, None where no double holds it."""
    if text == "✕":
        return None
    found = re.fullmatch(r"(−?[\d.]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    assert found is not None, text
    power = int(found[2].translate(_SUPER)) if found[2] else 0
    return float(f"{found[1].replace('−', '-')}e{power}")


def near(written: list[str], exact: Any) -> bool:
    """Whether numbers of three digits stand for these, row by row."""
    flat = [exact]
    while flat and isinstance(flat[0], list):
        flat = [value for row in flat for value in row]
    got = [number(text) for text in written]
    return len(got) == len(flat) and all(
        (a is None) == (b is None) and (a is None or abs(a - b) <= 5.1e-3 * abs(b) + 1e-15)
        for a, b in zip(got, flat, strict=True)
    )


def start(page: Unrolled, **settings: Any) -> None:
    """Step through an experiment, from its first stop."""
    page.open(**settings, step=1)
    page.ready()
    arrived(page)


def arrived(page: Unrolled) -> None:
    """Wait for the view and its numbers."""
    until(page.page, "#step", "aria-busy", "false")
    expect(page.page.locator(".way-said[data-stop]")).to_have_count(1)
    page.page.wait_for_function(
        "() => document.querySelector('.way-said').dataset.numbers !== 'coming'"
    )


def walk(page: Unrolled) -> list[Json]:
    """Every stop, from the first."""
    page.page.locator("#step .transport-scrub").fill("0")
    stops: list[Json] = page.page.evaluate(_WALK)
    return stops


def values(page: Unrolled) -> Json:
    """The service's signed numbers of the experiment that is drawn, and its graph."""
    return page.post(page.flow()["experiment"] | {"values": True})


def carried(edge: Json) -> str:
    """Which of `travels` an edge carries."""
    if edge["kind"] == "recurrent":
        return "feedback" if edge["source"].startswith("c") else "crossing"
    if edge["kind"] == "cell":
        return "c_crossing" if edge["target"].startswith("c") else "c_through"
    return {"input": "x", "output": "through", "loss": "loss", "context": "crossing"}[edge["kind"]]


def total(answer: Json, node: str) -> Any:
    """The gradient of a node, of the first sample; of context units what they hand back."""
    letter, step, *layer = node.split("_")
    held = answer["values"]
    own = held["layers"][int(layer[0]) if layer else 0]
    if node == "o_0":
        parts = [layer["travels"]["crossing"][0][0] for layer in held["layers"]]
        return [sum(units) for units in zip(*parts, strict=True)]
    if step == "0":
        return own[f"d{letter}_0"][0]
    at = int(step) - held["first"]
    if letter == "x" or letter == "o":
        return held[f"d{letter}"][at][0]
    if letter == "c" and own["c"] is None:
        return own["travels"]["feedback"][at][0]
    return own[f"d{letter}"][at][0]
