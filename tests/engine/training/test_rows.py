"""Optimizers, schedules and what clips: every row by its own formula."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.engine import InvalidInput
from unrolled.engine.analysis.threshold_rules import autoclip, zclip
from unrolled.engine.training.noise import noise
from unrolled.engine.training.optimizers import OPTIMIZERS
from unrolled.engine.training.rules import RULES, clipper, read_clip
from unrolled.engine.training.schedules import SCHEDULES
from unrolled.engine.training.settings import read

THETA, G = np.array([2.0, -1.0, 0.5]), np.array([0.3, -0.2, 0.0])


def steps(name: str, count: int, **asked: float) -> tuple[Any, Any]:
    """(θ after so many updates with the same gradient, the last step)."""
    row = OPTIMIZERS[name]
    settings = read(("optimizer",), {"name": name, **asked}, row.settings, "name")
    theta, step = THETA.copy(), THETA
    memory = tuple(np.zeros(3) for _ in row.memory)
    for n in range(1, count + 1):
        step = row.step(theta, G.copy(), memory, settings["learning_rate"], n, settings)
        theta -= step
    return theta, step


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_first_step(name: str) -> None:
    first = {
        "sgd": 0.1 * G,
        "momentum": 0.1 * G,
        "nesterov": 0.1 * 1.9 * G,
        "rmsprop": 0.1 * G / (np.sqrt(0.01 * G**2) + 1e-8),
        "adam": 0.1 * G / (np.abs(G) + 1e-8),
        "adamw": 0.1 * G / (np.abs(G) + 1e-8) + 0.1 * 0.01 * THETA,
    }
    np.testing.assert_allclose(steps(name, 1, learning_rate=0.1)[1], first[name], rtol=1e-12)


def test_momentum_is_a_geometric_sum() -> None:
    _, step = steps("momentum", 4, learning_rate=0.1, momentum=0.5)
    np.testing.assert_allclose(step, 0.1 * G * (1.0 + 0.5 + 0.25 + 0.125), rtol=1e-12)


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "rmsprop", "adam"])
def test_decay_is_a_part_of_the_gradient(name: str) -> None:
    row = OPTIMIZERS[name]
    asked = {"name": name, "learning_rate": 0.1}
    own, none = (
        read(("optimizer",), asked | more, row.settings, "name")
        for more in ({"weight_decay": 0.2}, {})
    )
    first, second = (tuple(np.zeros(3) for _ in row.memory) for _ in range(2))
    for n in (1, 2, 3):
        decayed = row.step(THETA, G.copy(), first, 0.1, n, own)
        np.testing.assert_allclose(
            decayed, row.step(THETA, G + 0.2 * THETA, second, 0.1, n, none), rtol=1e-13
        )


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_an_optimizer_keeps_the_precision(name: str, precision: str) -> None:
    row = OPTIMIZERS[name]
    settings = read(("optimizer",), {"name": name, "weight_decay": 0.1}, row.settings, "name")
    theta, g = THETA.astype(precision), G.astype(precision)
    memory = tuple(np.zeros(3, precision) for _ in row.memory)
    assert row.step(theta, g, memory, 0.1, 1, settings).dtype == precision
    assert all(vector.dtype == precision for vector in memory)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("constant", {}, {1: 1.0, 77: 1.0}),
        ("step", {"every": 10, "gamma": 0.5}, {1: 1.0, 10: 1.0, 11: 0.5, 21: 0.25}),
        ("exponential", {"gamma": 0.9}, {1: 1.0, 2: 0.9, 3: 0.81}),
        ("cosine", {"least": 0.2}, {1: 1.0, 51: 0.6, 26: 0.2 + 0.4 * (1 + math.sqrt(0.5))}),
        ("warmup", {"over": 4}, {1: 0.25, 2: 0.5, 4: 1.0, 5: 1.0}),
    ],
)
def test_every_schedule(name: str, settings: dict[str, float], expected: dict[int, float]) -> None:
    row = SCHEDULES[name]
    whole = read(("schedule",), {"name": name, **settings}, row.settings, "name")
    for n, factor in expected.items():
        assert math.isclose(row.factor(n, 100, whole), factor, rel_tol=1e-12)


def test_no_schedule_is_left_out() -> None:
    tested = {"constant", "step", "exponential", "cosine", "warmup"}
    assert set(SCHEDULES) == tested


NORMS = st.lists(st.floats(-300.0, 300.0), min_size=1, max_size=60)


@given(norms=NORMS, percentile=st.floats(0.0, 100.0))
def test_autoclip_is_the_percentile_of_the_norms_so_far(
    norms: list[float], percentile: float
) -> None:
    clips = clipper(read_clip({"rule": "autoclip", "percentile": percentile}))
    for n, norm in enumerate(norms, 1):
        clip = clips.clip(norm)
        assert clip.threshold is not None
        wanted = autoclip(np.array(norms[:n]), percentile)
        assert math.isclose(math.log10(clip.threshold), wanted, rel_tol=1e-9, abs_tol=1e-9)
        assert clips.threshold(norm) == clip.threshold
        clips.remember(norm)
    again = clipper(read_clip({"rule": "autoclip", "percentile": percentile}))
    again.restore(clips.state())
    assert again.clip(1.0) == clips.clip(1.0)


def test_autoclip_is_numpys_percentile() -> None:
    norms = np.random.default_rng(1).uniform(0.1, 10.0, 33)
    clips = clipper(read_clip({"rule": "autoclip", "percentile": 10}))
    for norm in norms[:-1]:
        clips.remember(math.log10(norm))
    threshold = clips.clip(math.log10(norms[-1])).threshold
    assert threshold is not None
    assert math.isclose(threshold, float(np.percentile(norms, 10)), rel_tol=1e-12)


def test_zclip_is_that_of_the_analysis() -> None:
    random = np.random.default_rng(2)
    norms = np.exp(random.normal(size=120) * 0.3)
    norms[[30, 40, 90]] *= 50.0
    clips, spikes = clipper(read_clip({"rule": "zclip"})), 0
    for n, norm in enumerate(norms.tolist()):
        clip, threshold = clips.clip(math.log10(norm)), clips.threshold(math.log10(norm))
        if n < 25:
            assert math.isnan(threshold)
            assert clip.threshold is None
        else:
            assert math.isclose(threshold, zclip(norms[:n]), rel_tol=1e-9)
            assert (clip.threshold is not None) == (norm > threshold)
            if clip.threshold is not None:
                spikes += 1
                mean, limit = clips._mean, threshold - clips._mean  # type: ignore[attr-defined]
                wanted = mean + limit**2 / (norm - mean)
                assert math.isclose(clip.threshold, wanted, rel_tol=1e-9)
        clips.remember(math.log10(norm))
    assert spikes >= 3


@pytest.mark.parametrize("rule", ["autoclip", "zclip"])
def test_a_gradient_of_zero_is_left(rule: str) -> None:
    clips = clipper(read_clip({"rule": rule}))
    for _ in range(40):
        assert clips.clip(-math.inf).threshold is None
        clips.remember(-math.inf)
    assert clips.clip(-math.inf).threshold is None


@pytest.mark.parametrize("name", RULES)
def test_every_rule_reads_its_own_settings(name: str) -> None:
    row = RULES[name]
    whole = read_clip({"rule": name})
    assert whole == read_clip(whole)
    assert set(whole) == {"rule", *(one.name for one in row.settings)} | (
        {"per_sample"} if row.samples else set()
    )
    with pytest.raises(InvalidInput, match="no such setting"):
        read_clip({"rule": name, "max": 1})


def test_noise_becomes_quieter() -> None:
    first, later = (noise(0.04, 7, n, 200_000) for n in (1, 100))
    assert math.isclose(first.std(), 0.2, rel_tol=0.01)
    assert math.isclose(later.std(), 0.2 * 100**-0.275, rel_tol=0.01)
    assert (noise(0.04, 7, 1, 200_000) == first).all()
    assert abs(np.corrcoef(first, later)[0, 1]) < 0.01
