"""The maps that are built in: each is one, and what it says of itself is so."""

from __future__ import annotations

from statistics import median
from typing import Any

import msgspec
import pytest

from unrolled.app.sweeps.forms import form_of, refuse
from unrolled.app.sweeps.presets import SWEEP_PRESETS
from unrolled.app.sweeps.work import Done, Task, version, work
from unrolled.engine import Sweep, SweepPoint

SWEEPS = {preset["name"]: Sweep.of(preset["sweep"]) for preset in SWEEP_PRESETS}


def nearest(values: tuple[Any, ...], wanted: Any) -> int:
    if isinstance(wanted, str):
        return values.index(wanted)
    return min(range(len(values)), key=lambda n: abs(values[n] - wanted))


def at(name: str, *wanted: Any) -> list[dict[str, Any]]:
    """The numbers of every draw of the point nearest to some values, those of rows first."""
    own = SWEEPS[name]
    axes = (own.rows, *own.axes) if own.rows else own.axes
    place = tuple(
        nearest(axis.labels or axis.values, value) for axis, value in zip(axes, wanted, strict=True)
    )
    forms = [
        form_of(own.spec(SweepPoint(0, place, 1), draw), trained=own.trained)
        for draw in range(own.seeds)
    ]
    task = Task(version(), list(own.numbers), [msgspec.Raw(form) for form in forms])
    done = msgspec.json.decode(work(msgspec.json.encode(task)), type=Done)
    assert not done.errors
    return done.numbers


@pytest.mark.parametrize("preset", SWEEP_PRESETS, ids=lambda preset: preset["name"])
def test_a_preset_is_a_map(preset: dict[str, Any]) -> None:
    own = SWEEPS[preset["name"]]
    refuse(own)
    assert Sweep.of(own.document()) == own
    assert 20 <= own.count <= 10_000
    assert preset["title"]
    assert preset["look"].endswith(".")


def test_of_a_simple_network_length_makes_it_worse_on_either_side() -> None:
    def arriving(cell: str, radius: float, steps: int) -> list[float]:
        return [one["arriving"] for one in at("radius-and-length", cell, radius, steps)]

    short, long = (arriving("simple", 0.4, steps) for steps in (8, 200))
    assert all(b < a < 0 for a, b in zip(short, long, strict=True))
    assert 0.7 < median(arriving("simple", 3.0, 8)) < median(arriving("simple", 3.0, 200))
    for cell in ("lstm", "gru", "mgu", "lstm-peephole"):
        assert median(arriving(cell, 2.0, 50)) < -0.5


def test_a_forget_gate_has_to_stand_open() -> None:
    assert all(one["arriving"] < -9 for one in at("forget-bias", 0.0, 50))
    assert all(one["arriving"] > -2 for one in at("forget-bias", 5.0, 50))


def test_coupling_makes_a_gradient_grow_that_should_fade() -> None:
    assert at("non-normal", 0.0, 20)[0]["verdict"] != "exploding"
    assert at("non-normal", 3.2, 20)[0]["verdict"] == "exploding"
    assert at("non-normal", 3.2, 200)[0]["arriving"] < 0


def test_clipping_turns_from_none_to_all() -> None:
    for radius in (0.5, 1.9):
        assert all(one["clipped"] == 1.0 for one in at("clipping", radius, 0.1))
    assert all(one["clipped"] == 0.0 for one in at("clipping", 0.5, 1000.0))
    assert all(one["clipped"] == 1.0 for one in at("clipping", 0.5, 46.4))
    assert all(one["clipped"] == 0.0 for one in at("clipping", 0.5, 464.0))
    assert {one["clipped"] for one in at("clipping", 2.9, 464.0)} == {0.0, 1.0}
    assert {one["clipped"] for one in at("clipping", 2.9, 1000.0)} == {0.0, 1.0}
    low, high = (sum(one["log10_norm"] for one in at("clipping", r, 1.0)) for r in (0.5, 1.9))
    assert high > low


def test_with_adam_the_rate_decides_who_learns_to_add() -> None:
    learns = [one["final_loss"] for one in at("adding", 0.003, 1.0)]
    assert all(loss < 0.083 / 2 for loss in learns)
    assert all(one["final_loss"] > 0.075 for one in at("adding", 0.1, 1.0))
