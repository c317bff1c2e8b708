"""Links whose parts each can be but not together: what is refused is left out and named, too."""

import json
import re
from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.driver import FLOW, Unrolled, experiment_of, until
from tests.browser.links import data, in_a

ONE = [[[1]], [[1]]]


def numbers(**changed: object) -> str:
    """Two steps of one number each, in a network that reads and says one, with a change."""
    given = {"inputs": ONE, "targets": ONE} | changed
    return data(json.dumps(given, separators=(",", ":"))) + "&inputs=1&outputs=1"


TOO_MUCH = "source=random&steps=20000&hidden=512&layers=4"
PRODUCT = "steps=20000, hidden=512, layers=4 (received T·H²·B·G = 20000·512²·1·4 = 20971520000; "
REFUSED = {
    # a text of too few or too many tokens
    "text=": "text= (received 0 graphemes; many-to-many needs at least 2",
    "text=a": "text=a (received 1 grapheme;",
    "tokens=words&text=one": "text=one (received 1 word;",
    "text=" + "ab" * 10_001: "text=ababab",
    "text=&mark=3&follow=4": "text= (",
    # arrays that disagree, each of a shape that can be
    numbers(steps=9): "(steps: received 9, but the arrays hold 2;",
    numbers(steps=10**308): "(steps: received 1e+308;",
    numbers(targets=ONE[:1]): "(targets: received 1 steps;",
    numbers(targets=[[[1, 2, 3]]] * 2): "(targets: received shape (2, 1, 3);",
    numbers(targets=[[0], [0]]): "(targets: received shape (2, 1);",
    numbers(h_0=[[1, 2]]): "(h_0: received shape (1, 2);",
    numbers(c_0=[[1]]): "(c_0: received shape (1, 1); needed: (1, 16))",
    numbers() + "&wiring=many-to-one": "(targets: received 2 steps;",
    'weights={"W_hh":[[1]]}': "(W_xh: missing;",
    'weights={"W_hh":[[1e308]],"W_hh_1":[[1]]}&hidden=1': "(W_hh_1: this cell has no such",
    # what a link says against the numbers of an example
    "preset=chain-explodes&hidden=3": "hidden=3 (W_xh: received shape (1, 1); needed: (3, 1))",
    "preset=chain-explodes&cell=lstm": "cell=lstm (W_xh: received shape (1, 1); needed: (4, 1))",
    "preset=transient&wiring=one-to-one": "wiring=one-to-one (inputs: received 60 steps;",
    # sizes that are too much together
    TOO_MUCH: PRODUCT,
    "source=random&inputs=2000&batch=256&steps=200": "inputs=2000, batch=256, steps=200 (",
    # the same inside A
    in_a("text="): "in A: text= (received 0 graphemes;",
    in_a(numbers(steps=9)): "(steps: received 9, but the arrays hold 2;",
    in_a('weights={"W_hh":[[1]]}'): "(W_xh: missing;",
    in_a(TOO_MUCH) + "&text=a": f"in A: {PRODUCT}",
}
"""Only the service knows that these cannot be."""

NOT_DRAWN = ["h_300", "c_3", "h_3_2", "h_3>h_9", "eigenvalue.99", "parameter.W_yh", "A:h_300"]

READ = {
    # only decimal notation is a number
    "radius=0x10": "radius=0x10 (allowed: a number, or drawn)",
    "radius=0b1": "radius=0b1",
    "radius=0o7": "radius=0o7",
    "radius=1_0": "radius=1_0",
    "radius=+1": "radius= 1",
    "radius=1%0A": "radius=1",
    "radius=Infinity": "radius=Infinity",
    "radius=1e1": "",
    "radius=-.5E-1": "",
    "mu=0x1": "mu=0x1",
    "cell=lstm&forget=0x1": "forget=0x1",
    "cell=lstm&layers=2&forget=1,": "forget=1,",
    "hidden=1e1": "hidden=1e1",
    "follow=0x1": "follow=0x1",
    # each reason is the right one, and no part of a list goes without a word
    "mark=abc": "mark=abc (allowed: steps between commas, at most 40)",
    "mark=0": "mark=0 (allowed: steps of the sequence, from 1 to 15)",
    "mark=3,99999": "99999 of mark=3,99999 (allowed: steps of the sequence, from 1 to 15)",
    "mark=3,15": "",
    f"mark=3,19&{in_a('text=twenty-four+characters')}": "",
    in_a("mark=99"): "in A: mark=99 (allowed: steps of the sequence, from 1 to 15)",
    "cell=lstm&forget=1,2,3": "2,3 of forget=1,2,3 (allowed: at most 1, one for each layer)",
    "cell=gru&layers=2&update=1,2,3": "3 of update=1,2,3 (allowed: at most 2, one for each layer)",
    "cell=gru&layers=3&update=1,2,3": "",
    "hidden=3&hidden=4": "hidden=3 (said again later)",
    in_a("compare=text%3Db"): "in A: compare=text=b (not inside of A)",
    in_a("select=h_3"): "in A: select=h_3 (not inside of A)",
    "select=A:h_3": "select=A:h_3 (allowed: A: only with compare)",
}
"""What the page itself can say of a link; "": it is read as it is."""


def test_what_the_service_refuses_is_left_out_and_named(unrolled: Unrolled, shared_log) -> None:
    shared_log.expect("status of 422")
    page = unrolled.page
    line = page.locator("#left-out")
    unrolled.open()
    for fragment, named in REFUSED.items():
        unrolled.lead(fragment)
        unrolled.ready()
        expect(line).to_contain_text(named)
        expect(page.locator("#problem")).to_be_hidden()
        assert len(line.inner_text()) < 500
        assert page.locator("[data-error]:visible").count() == 0
        if "compare=" in fragment:
            expect(page.locator("#compare-problem")).to_be_hidden()
            expect(page.locator("#figure-compared")).to_be_visible()
            expect(page.locator("#difference")).not_to_contain_text("Asking")
    assert unrolled.asked["sequence"]["text"] == "gradients vanish"
    unrolled.open()
    expect(line).to_be_hidden()


def test_the_first_address_of_a_page_may_be_refused_too(fresh: Unrolled, page_log, server) -> None:
    """The rest of the link stays, and so does the address, until something is changed."""
    page_log.expect("status of 422")
    address = f"{server}/#text=a&cell=lstm&{in_a('text=')}"
    fresh.page.goto(address)
    fresh.ready()
    line = fresh.page.locator("#left-out")
    expect(line).to_contain_text("text=a (received 1 grapheme;")
    expect(line).to_contain_text("in A: text= (received 0 graphemes;")
    cells = [experiment_of(request)["network"]["cell"] for request in fresh.requests]
    assert sorted(cells) == ["lstm", "lstm", "simple", "simple"]
    assert fresh.address == address
    fresh.slide("Largest |eigenvalue|", 0.7)
    fresh.ready()
    expect(line).to_be_hidden()
    fresh.page.wait_for_url(re.compile(r"#cell=lstm&radius=0\.7&compare=$"))


def test_what_the_hand_does_is_not_taken_back(unrolled: Unrolled, shared_log) -> None:
    """Not even on a page whose link gave way."""
    shared_log.expect("status of 422")
    unrolled.open(text="a", cell="lstm")
    unrolled.ready()
    unrolled.page.get_by_label("Your text").fill("b")
    unrolled.settled()
    expect(unrolled.field("/sequence/text").get_by_role("alert")).to_be_visible()
    expect(unrolled.page.get_by_label("Your text")).to_have_value("b")
    expect(unrolled.page.locator("#left-out")).to_be_hidden()
    unrolled.open()


def test_a_service_that_refuses_everything_ends_in_a_way_back(fresh, page_log, server) -> None:
    page_log.expect("status of 422")
    body = {"title": "", "status": 422, "detail": "no", "errors": []}
    body["errors"] = [{"pointer": "/network/hidden_size", "detail": "never"}]
    answer = {"status": 422, "content_type": "application/problem+json", "body": json.dumps(body)}
    fresh.page.route(FLOW, lambda route: route.fulfill(**answer))
    fresh.page.goto(f"{server}/#hidden=3&layers=2&wiring=many-to-one&cell=lstm&radius=2&clip=norm")
    until(fresh.page, "html", "data-state", "error")
    expect(fresh.page.locator("#problem")).to_be_visible()
    expect(fresh.page.locator("#summary")).to_have_text("Nothing to draw yet.")
    expect(fresh.page.locator("#left-out")).to_contain_text("hidden=3, layers=2 (never)")
    expect(fresh.field("/network/hidden_size").get_by_role("alert")).to_be_visible()
    assert len(fresh.requests) <= 6
    fresh.page.unroute_all()
    fresh.page.get_by_role("link", name="Start from the default experiment").click()
    fresh.ready()
    assert fresh.address == f"{server}/"
    expect(fresh.page.locator("#problem")).to_be_hidden()


def test_a_selection_of_what_is_not_drawn_is_named(unrolled: Unrolled) -> None:
    """And nothing is scrolled to."""
    line = unrolled.page.locator("#left-out")
    a = f"&{in_a('text=hello+you')}"
    unrolled.open()
    for select in NOT_DRAWN:
        unrolled.lead(f"select={quote(select)}{a}")
        unrolled.ready()
        expect(line).to_contain_text(f"select={select} (nothing of this name is drawn)")
        assert unrolled.page.evaluate("() => scrollY") == 0
    for select in ("h_3", "h_3>h_4", "eigenvalue.2", "A:h_3"):
        unrolled.lead(f"select={quote(select)}{a}")
        unrolled.ready()
        expect(line).to_be_hidden()
        expect(unrolled.page.locator("#inspector-title")).to_contain_text(": ")
    unrolled.open(text="a long text " * 60, select="h_100")  # drawn in a window
    unrolled.ready()
    expect(line).to_be_hidden()
    expect(unrolled.page.locator("#inspector-title")).to_contain_text(": ")
    unrolled.open()


def test_what_is_read_of_a_link(modules) -> None:
    script = "({readLink, leftWords}, links) => links.map((link) => leftWords(readLink(link).left))"
    for (link, named), words in zip(
        READ.items(), modules("link.js", script, list(READ)), strict=True
    ):
        if named:
            assert words.startswith(f"Left out of this link: {named}"), link
        else:
            assert words == "", link


GIVEN_UP = [
    # what is given, the pointers of the errors, the round; what is left out
    ("hidden steps radius", "/network/hidden_size", 0, "hidden steps"),
    ("data steps", "/sequence/targets/0/1", 0, ""),
    ("text radius", "/sequence/text", 0, "text"),
    ("radius mu", "/weights/spectral_radius /clip/max_norm", 0, "radius mu"),
    ("layers cell wiring", "/weights/W_xh", 0, "layers"),
    ("cell wiring", "/window/first", 0, "cell wiring"),
    ("cell wiring", "", 0, "cell wiring"),
    ("cell hidden", "/network/hidden_size", 5, "cell hidden"),
    ("", "/network/hidden_size", 0, ""),
]


def test_what_a_link_gives_way_in(modules) -> None:
    script = """({partsToLeave}, cases) => cases.map(([given, pointers, round]) => {
        const split = (text) => text.split(" ").filter(Boolean);
        const errors = split(pointers).map((pointer) => ({pointer, detail: "no (UNROLLED_X)"}));
        const problem = (status) => ({status, message: "no", errors});
        for (const status of [0, 403, 429, 500, 503, 504, 507])
            if (partsToLeave(split(given), "random", problem(status), round).size) return "?";
        const source = given.includes("text") ? "text" : "random";
        return [...partsToLeave(split(given), source, problem(422), round).keys()].join(" ");
    })"""
    found = modules("refused.js", script, [list(case[:3]) for case in GIVEN_UP])
    assert found == [case[3] or case[0] for case in GIVEN_UP]
