"""Drive the page as a reader does, and read what it has drawn."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Frame, Locator, Page, Request, expect

Json = dict[str, Any]

FLOW = "**/api/v1/flow"

# Nothing takes so long, not even on a slow machine that does ten things at once; what never comes
# should not hold up the other tests.
MOST_MS = 30_000
expect.set_options(timeout=MOST_MS)

# What Plotly holds for a figure that waits for nothing newer, and the pixels of a point given in
# its own units.
_FIGURE = """async element => {
    while (element.ariaBusy === "true") await new Promise(requestAnimationFrame);
    const {width, height, xaxis, yaxis} = element.layout;
    return {data: element.data, layout: {width, height, xaxis, yaxis}};
}"""
# The page hears of a scroll in the next frame, and takes its note away then; two frames are waited
# for by Playwright's own.
_IN_SIGHT = """async element => {
    const before = [scrollX, scrollY].join();
    element.scrollIntoViewIfNeeded();
    if ([scrollX, scrollY].join() !== before) await new Promise(requestAnimationFrame);
}"""
_DRAWN = "() => document.querySelector('.plot[aria-busy=true]') === null"
# Heard of by the attributes themselves: an `expect` that does not hold at first describes the whole
# page to say so, at each of its looks, which takes as long as a picture does to be drawn.
_SETTLED = """(state) => new Promise((resolve) => {
    const root = document.documentElement;
    const pictures = document.getElementById("pictures");
    const look = () => {
        if (pictures.getAttribute("aria-busy") !== "false") return;
        if (state !== null && root.dataset.state !== state) return;
        watch.disconnect();
        resolve(true);
    };
    const watch = new MutationObserver(look);
    watch.observe(pictures, {attributeFilter: ["aria-busy"]});
    watch.observe(root, {attributeFilter: ["data-state"]});
    look();
})"""
_PIXEL = """(element, [x, y]) => {
    const {xaxis, yaxis} = element._fullLayout;
    return [xaxis._offset + xaxis.l2p(x), yaxis._offset + yaxis.l2p(y)];
}"""

_HAS = "([selector, name, value]) => document.querySelector(selector)?.getAttribute(name) === value"


def _rows(diagram: Json) -> dict[str, float]:
    axis = diagram["layout"]["yaxis"]
    return {
        name[-1].lower().replace("l", "L"): height
        for name, height in zip(axis["ticktext"], axis["tickvals"], strict=True)
        if name != "target"
    }


def as_shown(text: str) -> str:
    """A text of the service as the page's elements hold it: parameters are raised by markup."""
    return text.translate(str.maketrans("ˣᴴʸᴼ", "XHYO"))


def in_sight(element: Locator) -> None:
    """Scroll to it, and wait until the page has heard of that."""
    element.evaluate(_IN_SIGHT)


def wants_a_picture(request: Request) -> bool:
    """Whether a flow is asked for that is drawn: advice and signed numbers are asked for, too."""
    if not request.url.endswith("/api/v1/flow"):
        return False
    asked = experiment_of(request)
    return asked.get("include") != ["advice"] and not asked.get("values", False)


def experiment_of(request: Request) -> Json:
    """What a request asks for."""
    experiment: Json | None = request.post_data_json
    assert experiment is not None
    return experiment


def settled(page: Page, state: str | None = None) -> None:
    """Wait until nothing more is asked for and the last answer is drawn, as a picture ("ready") or
    as an error ("error")."""
    page.wait_for_function(_SETTLED, arg=state)


def until(page: Page | Frame, selector: str, name: str, value: str) -> None:
    """Wait until an element has an attribute: of what holds much; of the rest `expect` will do."""
    page.wait_for_function(_HAS, arg=[selector, name, value])


class Unrolled:
    """The page: what is set, what was asked, what is drawn."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.requests: list[Request] = []  # for whole answers
        self.signed: list[Request] = []  # for the inspector's signed numbers
        self.advised: list[Request] = []
        self.pictured: list[Request] = []  # for whatever is drawn: what follows a hand, too
        self._opened = 0
        page.set_default_timeout(MOST_MS)
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.endswith("/api/v1/flow"):
            return
        asked = experiment_of(request)
        if asked.get("include") == ["advice"]:
            self.advised.append(request)
        elif asked.get("values", False):
            self.signed.append(request)
        else:
            self.pictured.append(request)
            if "include" not in asked:
                self.requests.append(request)

    def leave(self) -> None:
        """Note no more of what the page asks for: another test drives it from here on."""
        self.page.remove_listener("request", self._note)

    def open(self, **settings: Any) -> None:
        """Show an experiment given by settings of the URL.

        A page that is open already is led there through its address, which takes no new start;
        one or two empty parts at the end make every address another one.
        """
        self._opened += 1
        del self.requests[:-1]
        fragment = urlencode(settings) + "&" * (1 + self._opened % 2)
        if not self.page.url.startswith(self.server):
            self.page.goto(f"{self.server}/#{fragment}")
        else:
            self.lead(fragment)
        self.settled()

    def lead(self, fragment: str) -> None:
        """Change the address of the open page, and wait until the page has heard of it."""
        self.page.evaluate(
            """fragment => new Promise((resolve) => {
                addEventListener("popstate", () => resolve(), {once: true});
                location.hash = fragment;
            })""",
            fragment,
        )

    def settled(self) -> None:
        """Wait until the page asks for nothing more and has drawn the last answer."""
        settled(self.page)

    def ready(self) -> None:
        """Wait until the page has settled on a picture rather than on an error."""
        settled(self.page, "ready")

    def frame(self) -> None:
        """Wait until what was put off to the next frame is done."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    @property
    def address(self) -> str:
        """What stands in the address bar; `page.url` may lag behind."""
        href: str = self.page.evaluate("() => location.href")
        return href

    @property
    def asked(self) -> Json:
        """The experiment that the page asked for last."""
        return experiment_of(self.requests[-1])

    def flow(self) -> Json:
        """The service's answer to that experiment, asked for by another client."""
        return self.post(self.asked)

    def post(self, experiment: Json) -> Json:
        request = urllib.request.Request(
            f"{self.server}/api/v1/flow",
            json.dumps(experiment).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            document: Json = json.load(answer)
            return document

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, and wait until the pictures are drawn for it."""
        self.page.set_viewport_size({"width": width, "height": height})
        for _ in range(2):  # it is noticed in one frame, and acted on in the next
            self.frame()
        self.page.wait_for_function(_DRAWN)

    # --- controls ---------------------------------------------------------------------------

    def choose(self, group: str, label: str) -> None:
        """Choose one of several radio buttons shown side by side."""
        box = self.page.get_by_role("group", name=group, exact=True)
        box.get_by_role("radio", name=label, exact=True).check()

    def slide(self, label: str, value: float) -> None:
        """Set a slider, as one event."""
        self.page.get_by_role("slider", name=label, exact=True).evaluate(
            """(slider, value) => {
                slider.value = value;
                slider.dispatchEvent(new Event("input", {bubbles: true}));
            }""",
            str(value),
        )

    def field(self, pointer: str) -> Locator:
        """The part of the form that stands for a member of the request."""
        return self.page.locator(f'[data-pointer="{pointer}"]:visible')

    # --- pictures ---------------------------------------------------------------------------

    def plot(self, name: str) -> Locator:
        return self.page.locator(f"#plot-{name}")

    def figure(self, name: str) -> Json:
        """What is drawn, once nothing newer is due: {data, layout}."""
        drawn: Json = self.plot(name).evaluate(_FIGURE)
        return drawn

    def traces(self, name: str, **wanted: str) -> list[Json]:
        """The traces of a figure with these attributes, e.g. type="bar"."""
        return [
            trace
            for trace in self.figure(name)["data"]
            if all(trace.get(key) == value for key, value in wanted.items())
        ]

    def rows(self) -> dict[str, float]:
        """Height of each row of the diagram by the letter of its ids: x, c, h, o, L."""
        return _rows(self.figure("diagram"))

    def pixel(self, thing: str) -> tuple[float, float]:
        """Where a node ("h_3") or the middle of an edge ("h_3>h_4") lies on the screen."""
        rows = self.rows()
        ends = []
        for node in thing.split(">"):
            letter, step = node.split("_")
            ends.append((int(step) - (0.5 if letter == "c" else 0), rows[letter]))
        middle = [sum(values) / len(ends) for values in zip(*ends, strict=True)]
        return self.at("diagram", *middle)

    def at(self, name: str, x: float, y: float) -> tuple[float, float]:
        """Where a point of a figure, in the units of its axes, lies on the screen."""
        plot = self.plot(name)
        in_sight(plot)
        left, top = plot.evaluate(_PIXEL, [x, y])
        box = plot.bounding_box()
        assert box is not None
        return box["x"] + left, box["y"] + top

    def click(self, thing: str) -> None:
        self.page.mouse.click(*self.pixel(thing))

    def words(self, name: str) -> list[str]:
        """Every piece of text in a figure's SVG."""
        return self.plot(name).locator("svg text").all_text_contents()

    def profile(self) -> dict[int, float]:
        """log₁₀ of the height of every bar of the profile, by its step."""
        (bars,) = self.traces("profile", type="bar")
        return {
            step: bars["base"] + height for step, height in zip(bars["x"], bars["y"], strict=True)
        }

    def nodes(self, row: str) -> dict[float, str]:
        """The colours of a row's nodes, by step."""
        drawn = self.figure("diagram")
        height = _rows(drawn)[row]
        for trace in drawn["data"]:
            if trace.get("mode") == "markers" and isinstance(trace["marker"].get("symbol"), list):
                return {
                    x: color
                    for x, y, color in zip(
                        trace["x"], trace["y"], trace["marker"]["color"], strict=True
                    )
                    if y == height
                }
        raise AssertionError("no nodes are drawn")

    def tokens(self) -> list[str]:
        """What stands in or below the input nodes, from left to right."""
        drawn = self.figure("diagram")
        height = _rows(drawn)["x"]
        placed = [
            (x, y, text)
            for trace in drawn["data"]
            if trace.get("mode") == "text"
            for x, y, text in zip(trace["x"], trace["y"], trace["text"], strict=True)
        ]
        below = [(x, text) for x, y, text in placed if y < height]
        inside = [(x, text) for x, y, text in placed if y == height]
        return [text for _, text in sorted(below or inside, key=lambda pair: pair[0])]
