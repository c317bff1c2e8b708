"""Formulas look the same on every machine: the page brings its mathematics font."""

import pytest

from tests.browser.driver import Unrolled

PLACES = """async () => {
    await document.fonts.ready;
    const box = (element) => element.getBoundingClientRect();
    const math = [...document.querySelectorAll("#inspector math")];
    const all = (name) => math.flatMap((one) => [...one.querySelectorAll(name)]);
    const parts = (element) => [...element.children].map(box);
    return {
        loaded: [...document.fonts].filter((face) => face.status === "loaded")
            .map((face) => face.family.replaceAll('"', "")),
        checked: document.fonts.check('16px "STIX Two Math"'),
        families: math.map((one) => getComputedStyle(one).fontFamily),
        subscripts: all("msub").map(parts).map(([base, sub]) => [base.bottom, sub.bottom]),
        superscripts: all("msup").map(parts).map(([base, sup]) => [base.top, sup.top]),
        fractions: all("mfrac").map(parts).map(([above, below]) => [above.bottom, below.top]),
        primes: all("mo").filter((one) => one.textContent === "′")
            .map((one) => [one, one.previousElementSibling].map((each) => ({
                ...box(each).toJSON(), size: getComputedStyle(each).fontSize,
            }))),
    };
}"""


def test_formulas_are_set_in_the_font_that_is_served(unrolled: Unrolled) -> None:
    """Subscripts hang below the baseline, primes are as large as the letter and stand beside it."""
    unrolled.open(text="gradients", select="h_4>h_5")
    unrolled.page.evaluate("() => document.fonts.load('16px \"STIX Two Math\"')")
    found = unrolled.page.evaluate(PLACES)
    assert found["checked"]
    assert found["loaded"] == ["STIX Two Math"]
    assert found["families"]
    assert all(family.startswith('"STIX Two Math"') for family in found["families"])
    assert found["subscripts"]
    assert found["superscripts"]
    assert all(sub > base + 1 for base, sub in found["subscripts"])
    assert all(sup < base - 1 for base, sup in found["superscripts"])
    assert all(above <= below + 1 for above, below in found["fractions"])
    assert found["primes"]
    for prime, name in found["primes"]:
        assert prime["size"] == name["size"]
        assert name["top"] - 2 < prime["top"] < prime["bottom"] < name["bottom"] - 2
        assert prime["left"] == pytest.approx(name["right"], abs=1)
