"""What is said of a product of Jacobians on its way back, against all of its numbers."""

import itertools
import math
import re
from collections.abc import Sequence

from tests.browser.numbers_said import NUMBER, says

GROWN = math.log10(1.05)
_AT = rf"({NUMBER}) at step (\d+)"


def check_course(series: Sequence[float | None], text: str, what: str) -> None:
    """Every turn that is told is there, and no turn of 5 % or more is kept back.

    Args:
        series: log₁₀ at t = 1 … T − 1.
        text: the sentence.
        what: its name in the sentence, a pattern.
    """
    path = [0.0]
    for value in reversed(series):
        if value is None:
            break
        path.append(value)
    zeros = len(path) <= len(series)
    if len(path) == 1:
        assert re.search(rf"{what} is exactly zero from the first step back", text), text
        return
    start = r"(?:in the first (?:\d+ steps|step) back )?"
    said = re.search(rf"{start}{what} [^;]*?(?=; |\. |\.$|$)", text)
    assert said is not None, text
    text = said[0]
    assert text.endswith(", and is exactly zero before that") == zeros, text
    for size, step in re.findall(_AT, text):
        assert says(size, path[-1]), text
        assert int(step) == len(series) + 2 - len(path), text
    if found := re.search(rf"by up to ({NUMBER})-fold and ({NUMBER})-fold, and is {_AT}", text):
        down = [-value for value in path]
        assert says(found[1], against(down)), text
        assert says(found[2], against(path)), text
        assert min(against(path), against(down)) >= GROWN, text
        return
    told = turns(text, what, path)
    assert told[0] == 0, text
    assert told[-1] == len(path) - 1, text
    for a, b in itertools.pairwise(told):
        sign = 1 if path[b] >= path[a] else -1
        assert against([sign * value for value in path[a : b + 1]]) < GROWN + 1e-12, (text, a, b)


def against(path: list[float]) -> float:
    """How far a path falls at most, from any point to a later one."""
    highest, worst = -math.inf, 0.0
    for value in path:
        highest = max(highest, value)
        worst = max(worst, highest - value)
    return worst


def turns(text: str, what: str, path: list[float]) -> list[int]:
    """The places of the path between which a sentence tells of it, its numbers checked."""
    end = len(path) - 1
    if re.match(rf"{what} neither grows nor shrinks, and is {_AT}", text):
        assert max(path) - min(path) < GROWN, text
        return [0, end]
    if found := re.match(rf"{what} shrinks( from the first step back)?, to {_AT}", text):
        assert (found[1] is not None) == (path[1] < 0), text
        assert path[end] < 0, text
        return [0, end]
    found = re.match(rf"in the first(?: (\d+) steps)? (?:step )?back {what} ", text)
    assert found is not None, text
    legs = re.findall(
        rf"(?:grows ({NUMBER})-fold|shrinks to ({NUMBER}))(?: until (\d+) steps back)?", text
    )
    told = [0, int(found[1] or 1), *(int(until) for *_, until in legs if until)]
    if told[-1] != end:
        told.append(end)
    holds = " and then holds, at " in text
    assert len(told) == 1 + len(legs) + holds, text
    assert not holds or abs(path[end] - path[told[-2]]) < GROWN, text
    for (grown, shrunk, _), (a, b) in zip(legs, itertools.pairwise(told), strict=False):
        assert (path[b] > path[a]) == bool(grown), text
        assert says(grown or shrunk, path[b] - path[a] if grown else path[b]), text
    return told
