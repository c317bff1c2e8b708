"""Who reaches whom, against the contract's sentence taken pair by pair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference import rules
from tests.engine.reference.cases import draws
from unrolled.engine import CELLS, InvalidInput, Truncation

RULES = st.one_of(
    st.just(Truncation()),
    st.builds(Truncation, st.sampled_from(["window", "chunk"]), st.integers(1, 12)),
)


@draws(200)
@given(rule=RULES, steps=st.integers(1, 10))
def test_against_brute_force(rule: Truncation, steps: int) -> None:
    pairs = [(i, t) for i in range(1, steps + 1) for t in range(i + 1)]
    reached = {pair for pair in pairs if rules.reaches(rule, *pair)}
    assert rule.passes_all(steps) == (len(reached) == len(pairs))
    for i in range(1, steps + 1):
        assert rule.first_reached(i) == min(t for j, t in reached if j == i), f"loss {i}"

    # A passage is open where some loss, alive at step t, also reaches step t − 1; and the
    # recursion together with the reach must let through those pairs and no other.
    crossings, reach = rule.crossings(steps), rule.reach(steps)
    assert crossings.shape == (steps,)
    for t in range(1, steps + 1):
        through = [i for i in range(t, steps + 1) if (i, t) in reached and (i, t - 1) in reached]
        assert bool(crossings[t - 1]) == bool(through), f"passage {t} → {t - 1}"
    alive = set()
    for i in range(1, steps + 1):
        t = i
        alive.add((i, t))
        while t and crossings[t - 1] and i - (t - 1) < max(reach, 1):
            t -= 1
            alive.add((i, t))
    inside = {(i, t) for i, t in alive if t}
    assert inside == {(i, t) for i, t in reached if t}


@pytest.mark.parametrize(
    ("kind", "steps", "words"),
    [
        ("sliding", None, "received 'sliding'; allowed: 'none', 'window', 'chunk'"),
        ("none", 3, "received 3; 'none' takes no steps"),
        ("window", None, "received None; 'window' takes steps, a whole number from 1"),
        ("chunk", 0, "received 0; allowed: a whole number from 1"),
        ("window", -2, "received -2; allowed: a whole number from 1"),
    ],
)
def test_errors(kind: str, steps: int | None, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Truncation(kind, steps)
    assert caught.value.detail == words
    assert caught.value.pointer[0] == "truncation"


def test_defaults_of_the_cells() -> None:
    """A copy passes no gradient, which is a window of one step; nothing else stops one."""
    for name, cell in CELLS.items():
        copied = Truncation("window", 1) if cell.copies else Truncation("none")
        assert cell.default_truncation == copied, name
    assert {"elman", "jordan"} == {name for name, cell in CELLS.items() if cell.copies}
