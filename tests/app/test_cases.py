"""Networks from textbooks, notebooks and courses, with their right values.

Each file of tests/cases holds a `request`, the `expected` values by their path in the answer and
their relative tolerance; where it applies `published` (what somebody printed), `picks` (single
entries by the names of the source) and a `second_request` (a change, with picks of its own). The
values come from a second backward pass in float64, which shares nothing with the engine.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

CASES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent.parent / "cases").glob("*.json"))
}
NODE = re.compile(r"[xchoL]_\d+(_\d+)?")
PICK = re.compile(r"d(W|b)(f|i|c|o)(\d)(\d?)")
GATES = "ifco"
"""The order in which the blocks are stacked; the course calls the candidate c."""


def at(answer: Any, path: str) -> Any:
    """What stands at a path: keys with dots between them, indices in brackets, nodes by id."""
    first, *rest = re.findall(r"[^.\[\]]+", path)
    if NODE.fullmatch(first):
        (place,) = [node for node in answer["graph"]["nodes"] if node["id"] == first]
    else:
        place = answer[first]
    for key in rest:
        place = place[int(key)] if isinstance(place, list) else place[key]
    return place


def picked(answer: Any, name: str) -> float:
    """The entry that the source calls dWf31 (row 3, column 1 of the forget gate) or dbo4."""
    found = PICK.fullmatch(name)
    assert found is not None, name
    kind, gate, row, column = found.groups()
    gradients = answer["parameter_gradients"]
    height = len(gradients["W_hh"]["value"][0])
    block = GATES.index(gate) * height + int(row)
    value = gradients["W_hh" if kind == "W" else "b_h"]["value"][block]
    return float(value[int(column)] if kind == "W" else value)


def assert_close(what: str, got: Any, expected: Any, relative: float) -> None:
    """Entry by entry; zero is exactly zero."""
    if isinstance(expected, list):
        assert len(got) == len(expected), what
        for n, pair in enumerate(zip(got, expected, strict=True)):
            assert_close(f"{what}[{n}]", *pair, relative)
    else:
        assert got == pytest.approx(expected, rel=relative, abs=0.0), what


def test_every_case_is_there():
    assert len(CASES) == 7
    assert all(case["expected"] for case in CASES.values())


@pytest.mark.parametrize("name", CASES)
async def test_the_right_values(flow, name):
    case = CASES[name]
    answer = await flow(**case["request"])
    for path, expected in case["expected"].items():
        assert_close(path, at(answer, path), expected, case["tolerance_relative"])
    for pick, expected in case.get("picks", {}).items():
        assert_close(pick, picked(answer, pick), expected, case["tolerance_relative"])


SECOND = [name for name, case in CASES.items() if "second_request" in case]


@pytest.mark.parametrize("name", SECOND)
async def test_what_was_printed_is_another_request(flow, name):
    second = CASES[name]["second_request"]
    answer = await flow(**CASES[name]["request"] | second["change"])
    for pick, expected in second["expected_picks"].items():
        got = picked(answer, pick)
        assert got == pytest.approx(expected, rel=0.0, abs=second["tolerance_absolute"]), pick


@pytest.mark.parametrize("name", CASES)
async def test_the_signed_numbers_give_the_same_sums(flow, name):
    """Σ over the steps of what each adds is the gradient, sign included."""
    case = CASES[name]
    answer = await flow(**case["request"], values=True)
    for parameter, gradient in answer["parameter_gradients"].items():
        total = answer["values"]["terms"][parameter]
        while len(total) > 1:
            first, second, *others = total
            total = [added(first, second), *others]
        largest = max(abs(number) for number in flat(gradient["value"]))
        for got, expected in zip(flat(total[0]), flat(gradient["value"]), strict=True):
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-13 * largest), parameter


async def test_two_steps_by_hand_have_their_signs(flow):
    case = CASES["two-steps-by-hand"]
    answer = await flow(**case["request"], values=True)
    (layer,) = answer["values"]["layers"]
    published = case["published"]
    assert layer["h"][1][0][0] == pytest.approx(0.780329, abs=1e-6) != published["h_2"]
    assert layer["dh"][1][0][0] == pytest.approx(-0.878683, abs=1e-6) != published["dL/dh_2"]
    (gradient,) = answer["parameter_gradients"]["W_hh"]["value"]
    assert answer["values"]["terms"]["W_hh"][0] == [[0.0]], "h_0 = 0"
    assert answer["values"]["terms"]["W_hh"][1] == [gradient]
    assert layer["dh_0"][0][0] == pytest.approx(0.1 * layer["dh"][0][0][0] * (1 - 0.46211715726**2))


def added(one: Any, other: Any) -> Any:
    """The sum of two nested lists of one shape."""
    if isinstance(one, list):
        return [added(*pair) for pair in zip(one, other, strict=True)]
    return one + other


def flat(value: Any) -> list[float]:
    """The numbers of nested lists."""
    return [x for inner in value for x in flat(inner)] if isinstance(value, list) else [value]
