"""No link leaves a dead page: what cannot be is left out and named, what fails is said."""

import pytest
from playwright.sync_api import expect

from scripts.chromium import each_module_by_itself
from tests.browser.conftest import Modules
from tests.browser.driver import Unrolled
from tests.browser.links import data, in_a
from unrolled.app.schemas import Experiment

LEFT_OUT = {
    # names that every object of the language has
    "__proto__=x": "__proto__=x (no such setting)",
    "constructor=1": "constructor=1 (no such setting)",
    "toString=1": "toString=1 (no such setting)",
    "hasOwnProperty=1&valueOf=2": "hasOwnProperty=1 (no such setting); valueOf=2",
    "__defineGetter__=x": "__defineGetter__=x",
    "cell=__proto__": "cell=__proto__ (allowed: simple, elman, jordan, lstm, gru",
    "cell=constructor": "cell=constructor",
    # names that do not go with another setting
    "init=chrono": "init=chrono (it has no gate that keeps the state",
    "loss=huber": "loss=huber (fixed: a text’s targets are tokens)",
    "wiring=toString": "wiring=toString (allowed: one-to-one",
    "activation=valueOf": "activation=valueOf (allowed: tanh",
    "init=__proto__": "init=__proto__",
    "clip=constructor": "clip=constructor (allowed: none, norm, value, per-parameter, backward)",
    "source=random&loss=toString": "loss=toString",
    "tokens=constructor": "tokens=constructor",
    "reach=__proto__": "reach=__proto__",
    "preset=__proto__": "preset=__proto__ (no such example)",
    "preset=constructor": "preset=constructor",
    "select=constructor.1": "select=constructor.1",
    "select=__proto__.x": "select=__proto__.x",
    "select=parameter.constructor": "select=parameter.constructor",
    "select=parameter.__proto__": "select=parameter.__proto__",
    "select=A:toString.1": "select=A:toString.1",
    "select=foo.1": "select=foo.1",
    # the same inside A
    in_a("__proto__=x"): "in A: __proto__=x",
    in_a("constructor=1"): "in A: constructor=1",
    in_a("toString=1&cell=lstm"): "in A: toString=1",
    in_a("cell=__proto__"): "in A: cell=__proto__",
    in_a("radius=1e308"): "in A: radius=1e308",
    in_a(data('{"inputs":null,"targets":null}')): "in A: data=",
    # numbers
    "radius=1e308": "radius=1e308 (allowed: a number from 0 to 1000000)",
    "radius=-1": "radius=-1",
    "radius=NaN": "radius=NaN",
    "mu=0&clip=norm": "mu=0 (allowed: a number above 0)",
    "mu=-1e308&clip=value": "mu=-1e308",
    "hidden=0": "hidden=0 (allowed: a whole number from 1 to 512)",
    "hidden=9999999": "hidden=9999999",
    "layers=0": "layers=0",
    "layers=99": "layers=99 (allowed: a whole number from 1 to 4)",
    "source=random&steps=0": "steps=0",
    "source=random&steps=25000": "steps=25000 (allowed: a whole number from 1 to 20000)",
    "source=random&batch=0&seed=-1": "batch=0 (allowed: a whole number from 1 to 256); seed=-1",
    "k=0&reach=window": "k=0",
    "cell=lstm&forget=1e308": "forget=1e308",
    "cell=lstm&forget=1,2,3,4,5,6": "forget=1,2,3,4,5,6",
    "cell=gru&update=Infinity": "update=Infinity",
    "follow=0": "follow=0 (allowed: last, all, or a step)",
    "follow=9999999": "follow=9999999 (allowed: a step of the sequence)",
    "wiring=many-to-one&labelled=yes&label=5": "label=5",
    "labels=0": "labels=0",
    "mark=-1": "mark=-1",
    "step=0": "step=0 (allowed: a whole number from 1)",
    "step=99999": "step=99999 (allowed: a whole number from 1 to ",
    "wall=rate:-5~steps:9": "rate:-5 of wall=rate:-5~steps:9 (allowed: a number above 0)",
    "wall=hello": "hello of wall=hello (allowed: 1, or between ~ start:…, rate:…",
    "wall=<b>": "wall=<b> (allowed: 1, or parts such as start:4.8,-2.3",
    "story=[[1,2]]": "story=[[1,2]] (allowed: a list of at most 40 pictures",
    "act=0": "act=0 (allowed: a whole number from 1)",
    "act=99": "act=99 (allowed: a picture of the storyline)",
    "to=99": "to=99 (allowed: a step of the sequence)",
    "to=-1": "to=-1 (allowed: a whole number from 1)",
    "explain=constructor": "explain=constructor (allowed: chain, wirings, copy, conveyor)",
    "mark=" + ",".join(map(str, range(100))): "mark=0,1,2",
    "select=h_99999999999": "select=h_99999999999",
    # shapes
    data('{"inputs":null,"targets":null}'): "data={…} (allowed: inputs",
    data("{}"): "data={}",
    data("[]"): "data=[]",
    data('{"inputs":[],"targets":[]}'): "data=",
    data('{"inputs":[[[1]],[[1,2]]],"targets":[[[1]],[[1]]]}'): "data=",
    data('{"inputs":[[[1e999]]],"targets":[[[1]]]}'): "data=",
    data('{"inputs":[[["1"]]],"targets":[[[1]]]}'): "data=",
    data('{"inputs":[[[1]]],"targets":[[[1]]],"kind":"text"}'): "data=",
    data('{"inputs":[[[1]]],"targets":[[[1]]],"__proto__":{"steps":9}}'): "data=",
    data('{"inputs":[[[1]]],"targets":[[[1]]],"steps":1e9999}'): "data=",
    data("[" * 20_000): "data=",
    data("[" * 20_000 + "]" * 20_000): "data=",
    "source=explicit": "source=explicit (allowed: explicit only with data)",
    "weights={}": "weights={}",
    "weights=[1]": "weights=[1]",
    'weights={"W_hh":null}': 'weights={"W_hh":null}',
    'weights={"W_hh":[[1],[1,2]]}': "weights=",
    'weights={"W_hh":7}': "weights=",
    'weights={"W_hh":[[1e999]]}': "weights=",
    'weights={"W_hh":[[1]],"constructor":[[1]]}': "weights=",
    'weights={"__proto__":[[1]]}': "weights=",
    # more than can be named
    "&".join(f"p{n}={n}" for n in range(500)): "and 497 parts more",
    "x=" + "y" * 100_000: "x=yyy",
}

COUNTED = "step=99999"
"""How many stops there are the answer says."""

FIRST = ["__proto__=x", in_a("toString=1&cell=lstm"), "radius=1e308", data("[]"), "source=explicit"]


# The line, whether it and an error are in sight, and what must not stand under the heads.
SEEN = """() => {
    const at = (id) => document.getElementById(id);
    return [at("left-out").innerText, at("left-out").checkVisibility(),
        at("problem").checkVisibility(), at("summary").textContent, at("difference").textContent];
}"""


def says(unrolled: Unrolled, fragment: str) -> None:
    """The page shows a picture, and names what it has left out of the link."""
    unrolled.ready()
    told = "part => document.getElementById('left-out').innerText.includes(part)"
    unrolled.page.wait_for_function(told, arg=LEFT_OUT[fragment])
    line, visible, problem, summary, difference = unrolled.page.evaluate(SEEN)
    assert visible, fragment
    assert line.startswith("Left out of this link: ")
    assert LEFT_OUT[fragment] in line
    assert len(line) < 500
    assert not problem, fragment
    assert "Unrolling" not in summary
    if "compare=" in fragment:
        assert "Asking" not in difference


def test_there_are_enough() -> None:
    assert len(LEFT_OUT) >= 40


# What the page makes of links, with the ranges of its own controls and its own examples; what the
# modules have learnt is forgotten afterwards.
READ = """async ({learnRanges, leftWords, readLink}, links, load) => {
    const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
    const names = ["presets.js", "experiment.js", "properties.js"];
    const [{readPresets}, {toRequest}, {offer}] = await Promise.all(names.map(load));
    readPresets(page);
    learnRanges(page, JSON.parse(page.getElementById("acts").textContent).length);
    const read = links.map((link) => {
        const {settings, left} = readLink(link);
        const both = [settings];
        if (settings.compare !== null) both.push(readLink(settings.compare).settings);
        return [leftWords(left), both.map((one) => toRequest(one))];
    });
    learnRanges(document.implementation.createHTMLDocument());
    offer([]);
    return read;
}"""


def test_what_cannot_be_is_left_out_and_named(modules: Modules) -> None:
    """And what is left of each link is an experiment that the service takes."""
    links = [fragment for fragment in LEFT_OUT if fragment != COUNTED]
    for fragment, (line, asked) in zip(links, modules("link.js", READ, links), strict=True):
        assert line.startswith("Left out of this link: ")
        assert LEFT_OUT[fragment] in line
        assert len(line) < 500
        assert len(asked) == 1 + ("compare=" in fragment)
        for one in asked:
            Experiment.model_validate(one)


def test_an_open_page_shows_a_picture_all_the_same(unrolled: Unrolled) -> None:
    """Of each kind of part some; all of them: above."""
    unrolled.open(text="something else")
    for fragment in (*list(LEFT_OUT)[::9], COUNTED, *list(LEFT_OUT)[-2:]):
        unrolled.lead(fragment)
        says(unrolled, fragment)
    unrolled.open()


@pytest.mark.parametrize("fragment", FIRST)
def test_what_cannot_be_may_be_the_first_address(fresh: Unrolled, server, fragment: str) -> None:
    fresh.page.goto(f"{server}/#{fragment}")
    says(fresh, fragment)


def test_the_line_goes_with_the_next_change(unrolled: Unrolled) -> None:
    unrolled.open(radius="1e308")
    line = unrolled.page.locator("#left-out")
    expect(line).to_be_visible()
    unrolled.slide("Largest |eigenvalue|", 0.7)
    unrolled.ready()
    expect(line).to_be_hidden()
    unrolled.open(radius="0.7")
    expect(line).to_be_hidden()


EARLY = "export function createTooltip() { throw new Error('early'); }"
LATE = """
export const knowsOthers = () => false, followedAtOnce = 1, hiddenId = 1, cellId = 1;
export function read() { throw new TypeError("late"); }
"""
FAULTS = {
    "the modules do not load": ("**/assets/page/*/js/main.js", "", "did not load"),
    "a module does not load": ("**/js/reading.js", "", "did not load"),
    "a module cannot be read": ("**/js/reading.js", "export const = 1;", "SyntaxError"),
    "a module throws": ("**/js/tooltip.js", EARLY, "early"),
    "what draws an answer throws": ("**/js/reading.js", LATE, "late"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_script_error_is_said_with_a_way_back(fresh, page_log, server, case: str) -> None:
    pattern, script, said = FAULTS[case]
    page_log.expect("ERR_FAILED")
    if not pattern.endswith("main.js"):
        each_module_by_itself(fresh.page)
    if script:
        fresh.page.route(
            pattern, lambda route: route.fulfill(body=script, content_type="text/javascript")
        )
    else:
        fresh.page.route(pattern, lambda route: route.abort())
    fresh.page.goto(f"{server}/#cell=lstm")
    message = fresh.page.get_by_role("alert").filter(has_text="The page has failed")
    expect(message).to_be_visible()
    expect(message).to_contain_text(said)
    expect(fresh.page.locator("#summary")).to_have_text("Nothing to draw yet.")
    fresh.page.unroute_all()
    page_log.errors.clear()
    fresh.page.get_by_role("link", name="Start from the default experiment").click()
    fresh.ready()
    assert fresh.address == f"{server}/"


def test_an_error_on_an_open_page_is_said_and_goes_with_the_next_picture(lent, shared_log) -> None:
    lent.open()
    lent.ready()
    before = lent.figure("profile")["data"]
    lent.page.route(
        "**/late.js",
        lambda route: route.fulfill(
            body="throw new Error('out of the blue');", content_type="text/javascript"
        ),
    )
    lent.page.add_script_tag(url="/late.js")
    message = lent.page.get_by_role("alert").filter(has_text="out of the blue")
    expect(message).to_be_visible()
    assert shared_log.errors
    shared_log.errors.clear()
    assert lent.figure("profile")["data"] == before
    lent.slide("Largest |eigenvalue|", 0.8)
    lent.ready()
    expect(message).to_be_hidden()
