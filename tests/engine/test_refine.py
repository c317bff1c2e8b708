"""A map that is refined where its values change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engine import Refinement, Sweep

Place = tuple[int, ...]


def sweep(width: int, height: int, rows: int = 1) -> Sweep:
    return Sweep.of(
        {
            "axes": [
                {"at": "/weights/spectral_radius", "values": list(range(width))},
                {"at": "/sequence/steps", "values": list(range(height))},
            ],
            "rows": {"at": "/network/cell", "values": ["simple"] * rows} if rows > 1 else None,
        }
    )


def refined(own: Sweep, of: Callable[[Place], float | str | None]) -> tuple[set[Place], Refinement]:
    """The places that are computed."""
    refinement = Refinement(own)
    asked: set[Place] = set()
    while (points := refinement.level()) is not None:
        places = {point.at for point in points}
        assert not places & asked
        asked |= places
        refinement.learn({place: of(place) for place in places})
    return asked, refinement


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 2))
def test_every_place_is_computed_or_told(width: int, height: int, rows: int) -> None:
    own = sweep(width, height, rows)
    asked, refinement = refined(own, lambda place: float(place[-1] > height / 2))
    assert asked | set(refinement.told) == {point.at for point in own.points()}
    assert not asked & set(refinement.told)


def test_where_nothing_changes_a_few_points_do() -> None:
    asked, refinement = refined(sweep(65, 65), lambda place: "stable")
    assert asked == {(x, y) for x in (0, 64) for y in (0, 64)}
    assert set(refinement.told.values()) == {"stable"}


def test_a_border_is_found_to_the_point() -> None:
    def side(place: Place) -> str:
        return "vanishing" if 3 * place[0] + place[1] < 100 else "exploding"

    own = sweep(65, 65)
    asked, refinement = refined(own, side)
    assert len(asked) < 0.4 * own.count
    assert all(value == side(place) for place, value in refinement.told.items())


def test_a_ramp_is_told_to_within_a_step_of_its_range() -> None:
    def ramp(place: Place) -> float:
        return float(place[0] ** 2)

    own = sweep(65, 33)
    asked, refinement = refined(own, ramp)
    assert len(asked) < own.count
    for place, value in refinement.told.items():
        assert value == pytest.approx(ramp(place), abs=0.04 * 64**2)


def test_what_has_no_number_is_not_told_by_what_has_one() -> None:
    asked, refinement = refined(sweep(17, 17), lambda place: None if place[0] < 8 else 1.0)
    assert all(value == 1.0 for value in refinement.told.values())
    assert {place for place in asked if place[0] < 8} == {
        (x, y) for x in range(8) for y in range(17)
    }
