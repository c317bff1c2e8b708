"""What a map varies, in which order its points come, and what they are kept by."""

from __future__ import annotations

import tracemalloc
from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engine import InvalidInput, Sweep, SweepAxis, point_hash, spread
from unrolled.engine.sweep.plan import coarse_to_fine

RADIUS = {"at": "/weights/spectral_radius", "from": 0.1, "to": 2.0, "points": 5}
STEPS = {"at": "/sequence/steps", "from": 1, "to": 100, "points": 5, "scale": "log"}


def sweep(**said: Any) -> Sweep:
    return Sweep.of({"axes": [RADIUS, STEPS]} | said)


def test_a_span_is_laid_out_evenly_or_by_equal_factors() -> None:
    first, second = sweep().axes
    assert first.values == (0.1, 0.575, 1.05, 1.525, 2.0)
    assert second.values == (1, 3, 10, 32, 100)
    assert all(isinstance(value, int) for value in second.values)


def test_whole_numbers_do_not_come_twice() -> None:
    axis = SweepAxis.of(("axes", 0), {"at": "/sequence/steps", "from": 1, "to": 4, "points": 10})
    assert axis.values == (1, 2, 3, 4)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=2).map(tuple))
def test_every_place_comes_once_from_coarse_to_fine(shape: tuple[int, ...]) -> None:
    found = list(coarse_to_fine(shape))
    places = [place for place, _ in found]
    total = 1
    for size in shape:
        total *= size
    assert len(places) == len(set(places)) == total
    strides = [stride for _, stride in found]
    assert strides == sorted(strides, reverse=True)
    for place, stride in found:
        assert all(n % stride == 0 for n in place)
        finest = all(n % (2 * stride) == 0 for n in place)
        assert not finest or stride == strides[0]


def test_points_say_their_place_and_go_on_from_any() -> None:
    own = sweep(rows={"at": "/network/cell", "values": ["simple", "lstm"]}, seeds=3)
    assert (own.shape, own.count, own.draws) == ((2, 5, 5), 50, 150)
    points = list(own.points())
    assert [point.index for point in points] == list(range(50))
    assert [point.at for point in points[:4]] == [(0, 0, 0), (1, 0, 0), (0, 4, 0), (1, 4, 0)]
    assert list(own.points(17)) == points[17:]


def test_a_point_is_an_experiment() -> None:
    own = sweep(
        experiment={"weights": {"seed": 5}, "network": None, "loss": "huber"},
        rows={"at": "/network/cell", "values": ["simple", "lstm"]},
    )
    point = next(point for point in own.points() if point.at == (1, 2, 3))
    assert own.values(point) == ("lstm", 1.05, 32)
    assert own.spec(point, 2) == {
        "network": {"cell": "lstm"},
        "weights": {"seed": 7, "spectral_radius": 1.05},
        "sequence": {"steps": 32, "seed": 2},
        "loss": "huber",
    }
    assert own.base["network"] is None
    assert own.spec(point)["weights"]["seed"] == 5


def test_what_is_not_drawn_has_no_seed() -> None:
    own = Sweep.of(
        {
            "experiment": {"sequence": {"kind": "text", "text": "abab"}},
            "axes": [{"at": "/weights", "values": [{"init": "identity"}, {"seed": 3}]}],
        }
    )
    one, other = own.points()
    assert own.spec(one, 1)["sequence"] == {"kind": "text", "text": "abab"}
    assert own.spec(other, 1)["weights"] == {"seed": 4}
    assert own.axes[0].values[1] == {"seed": 3}


def test_a_map_of_trainings_varies_a_plan() -> None:
    plan = {"task": {"name": "adding", "steps": 20}, "seed": 3}
    rate = {"at": "/optimizer/learning_rate", "from": 1e-3, "to": 0.1, "points": 3, "scale": "log"}
    own = Sweep.of({"training": plan, "axes": [rate], "seeds": 2})
    assert (own.kind, own.numbers) == ("training", ("solved", "updates_to_success"))
    point = next(point for point in own.points() if point.at == (1,))
    assert own.spec(point, 1) == plan | {"optimizer": {"learning_rate": 0.01}, "seed": 4}
    assert Sweep.of(own.document()) == own
    seeded = Sweep.of({"training": plan | {"weights": {"seed": 9}}, "axes": [rate]})
    assert seeded.spec(point, 2)["weights"] == {"seed": 11}


def test_a_map_is_its_document() -> None:
    own = sweep(seeds=4, numbers=["lyapunov"], rows={"at": "/loss", "values": ["huber"]}, name="a")
    assert Sweep.of(own.document()) == own


def test_points_that_come_one_by_one_take_no_memory() -> None:
    own = Sweep.of(
        {
            "axes": [
                {"at": "/weights/spectral_radius", "from": 0, "to": 2, "points": 200},
                {"at": "/weights/forget_bias", "from": -5, "to": 5, "points": 500},
            ]
        }
    )
    tracemalloc.start()
    try:
        (last,) = deque(own.points(), maxlen=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert last.index == 99_999
    assert peak < 10_000, "a bit for each would take more"


def test_a_point_is_kept_by_what_it_is() -> None:
    form = b'{"network":{}}'
    assert point_hash(form) == point_hash(bytes(form))
    assert point_hash(form) != point_hash(form + b" ")
    assert len(point_hash(form)) == 64


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"axis": []}, "axis", "allowed: 'experiment'"),
    ({"axes": []}, "axes", "one or two axes"),
    ({"axes": [3]}, "axes/0", "an object"),
    ({"axes": [RADIUS | {"at": "weights"}]}, "axes/0/at", "a JSON pointer"),
    ({"axes": [RADIUS | {"step": 1}]}, "axes/0/step", "unknown"),
    ({"axes": [RADIUS | {"from": None}]}, "axes/0/from", "a finite number"),
    ({"axes": [RADIUS | {"to": 0.05}]}, "axes/0", "to above from"),
    ({"axes": [RADIUS | {"points": 1}]}, "axes/0/points", "a whole number 2 … 10000"),
    ({"axes": [RADIUS | {"points": 2.5}]}, "axes/0/points", "a whole number"),
    ({"axes": [RADIUS | {"scale": "cubic"}]}, "axes/0/scale", "'linear', 'log'"),
    ({"axes": [RADIUS | {"scale": "log", "from": 0}]}, "axes/0/from", "above 0"),
    ({"axes": [RADIUS | {"values": [1]}]}, "axes/0/from", "leave one of them out"),
    ({"axes": [{"at": "/loss", "values": []}]}, "axes/0/values", "at least one"),
    ({"axes": [RADIUS, RADIUS]}, "axes/1/at", "axes/0 varies already"),
    ({"rows": {"at": "/weights", "values": [{}]}}, "axes/0/at", "rows varies already"),
    ({"seeds": 0}, "seeds", "1 … 1000"),
    ({"seeds": True}, "seeds", "a whole number"),
    ({"numbers": []}, "numbers", "'arriving'"),
    ({"numbers": ["loss"]}, "numbers/0", "'arriving'"),
    ({"experiment": 3}, "experiment", "as for one flow"),
    ({"training": 3}, "training", "as for one flow"),
    ({"training": {}, "experiment": {}}, "experiment", "leave one of them out"),
    ({"training": {}, "numbers": ["verdict"]}, "numbers/0", "'solved'"),
    ({"numbers": ["solved"]}, "numbers/0", "'arriving'"),
]


@pytest.mark.parametrize(("said", "where", "words"), REFUSED)
def test_what_makes_no_map_is_refused(said: dict[str, Any], where: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sweep(**said)
    assert "/".join(map(str, refused.value.pointer)) == where
    assert words in refused.value.detail


def test_too_many_networks_are_refused() -> None:
    long = [{"at": at, "from": 0, "to": 1, "points": 10_000} for at in ("/weights/a", "/weights/b")]
    with pytest.raises(InvalidInput, match="received 200,000,000 networks"):
        Sweep.of({"axes": long, "seeds": 2})


def test_a_pointer_leads_through_objects_only() -> None:
    own = sweep(experiment={"weights": [1]})
    with pytest.raises(InvalidInput, match="is no object"):
        own.spec(next(own.points()))


def test_draws_are_summed_up() -> None:
    found = spread("arriving", [3.0, None, 1.0, 2.0, 10.0])
    assert (found.middle, found.low, found.high, found.count) == (2.5, 1.75, 4.75, 4)
    assert spread("clipped", [0.0, 1.0, 1.0, 1.0]).middle == 0.75
    named = spread("verdict", ["stable", "vanishing", "stable"])
    assert (named.middle, named.shares) == ("stable", {"vanishing": 1 / 3, "stable": 2 / 3})
    assert spread("lyapunov", [None]).middle is None
