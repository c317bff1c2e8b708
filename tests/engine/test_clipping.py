"""Clipping by hand, by its properties, and where squares leave the range of a double."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.reference.cases import draws, make
from unrolled.app.notation import math as mathml
from unrolled.engine import (
    CLIP_RULES,
    Clip,
    Clipping,
    InvalidInput,
    PerParameter,
    Scaled,
    Vector,
    clip_gradients,
)


def vector(*parts: Any, exponent: int = 0) -> Vector:
    """Several parameters' gradients, named p0, p1, …"""
    scaled = {
        f"p{n}": Scaled(np.array(part, dtype=float)[np.newaxis], np.array([exponent]))
        for n, part in enumerate(parts)
    }
    return Vector.of(scaled)


def clip(g: Vector, rule: str, threshold: float | None = None) -> tuple[Any, Clipping]:
    after, report = clip_gradients(g, Clip(rule, threshold))
    return after.plain(), report


RULES = [(name, None if rule.threshold is None else 1.0) for name, rule in CLIP_RULES.items()]


def test_norm_by_hand() -> None:
    after, report = clip(vector([[3.0]], [0.0, 4.0]), "norm", 2.5)
    np.testing.assert_allclose(after, [1.5, 0.0, 2.0], rtol=1e-15)
    assert report == Clipping("norm", 2.5, 5.0, math.log10(5.0), 2.5, 0.5, True, 1.0)


def test_value_by_hand() -> None:
    after, report = clip(vector([[3.0]], [0.5, -4.0]), "value", 1.0)
    assert after.tolist() == [1.0, 0.5, -1.0]
    before, norm_after = math.sqrt(25.25), 1.5
    assert report.norm_before == pytest.approx(before, rel=1e-15)
    assert report.norm_after == pytest.approx(norm_after, rel=1e-15)
    assert report.scale == pytest.approx(norm_after / before, rel=1e-15)
    assert report.cosine == pytest.approx(7.25 / before / norm_after, rel=1e-15)
    assert report.engaged


@pytest.mark.parametrize(
    ("rule", "threshold"),
    [("none", None), ("norm", 5.0), ("norm", 9.0), ("value", 4.0), ("per-parameter", 5.0)],
)
def test_what_is_small_enough_is_left_as_it_is(rule: str, threshold: float | None) -> None:
    after, report = clip(vector([3.0, -4.0]), rule, threshold)
    assert after.tolist() == [3.0, -4.0]
    own = PerParameter({"p0": 1.0}, 0) if rule == "per-parameter" else None
    assert report == Clipping(
        rule, threshold, 5.0, math.log10(5.0), 5.0, 1.0, False, 1.0, per_parameter=own
    )


@pytest.mark.parametrize(("rule", "threshold"), RULES)
def test_a_gradient_of_zeros(rule: str, threshold: float | None) -> None:
    after, report = clip(vector([0.0, 0.0], [-0.0]), rule, threshold)
    assert not after.any()
    assert (report.norm_before, report.norm_after, report.scale) == (0.0, 0.0, 1.0)
    assert not report.engaged
    assert report.finite
    assert math.isnan(report.cosine)
    assert math.isnan(report.log10_norm_before)


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize(("rule", "threshold"), RULES)
def test_an_infinity_is_reported_and_nothing_becomes_nan(
    bad: float, rule: str, threshold: float | None
) -> None:
    after, report = clip(vector([2.0, bad], [0.0]), rule, threshold)
    np.testing.assert_array_equal(after, [2.0, bad, 0.0])
    assert not report.finite
    assert not report.engaged
    assert report.norm_before == math.inf
    assert report.scale == 1.0


@draws(100)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 30),
    power=st.integers(-290, 290),
    share=st.floats(1e-3, 2.0),
)
def test_norm_at_any_size(seed: int, size: int, power: int, share: float) -> None:
    g = np.random.default_rng(seed).normal(size=size) + 0.1
    length = float(np.linalg.norm(g))
    after, report = clip(vector(g * 10.0**power), "norm", share * length * 10.0**power)
    factor = min(share, 1.0)
    np.testing.assert_allclose(after / 10.0**power, g * factor, rtol=1e-13)
    assert report.norm_before / 10.0**power == pytest.approx(length, rel=1e-13)
    assert report.norm_after / 10.0**power == pytest.approx(length * factor, rel=1e-13)
    assert report.log10_norm_before == pytest.approx(math.log10(length) + power, abs=1e-11)
    assert report.scale == pytest.approx(factor, rel=1e-13)
    assert report.cosine == pytest.approx(1.0, abs=1e-14)
    assert report.cosine <= 1.0
    assert report.engaged == (share < 1.0) or abs(share - 1.0) < 1e-12


@draws(100)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 30),
    power=st.integers(-290, 290),
    threshold=st.floats(1e-3, 3.0),
)
def test_value_at_any_size(seed: int, size: int, power: int, threshold: float) -> None:
    g = np.random.default_rng(seed).normal(size=size)
    scale = 10.0**power
    after, report = clip(vector(g * scale), "value", threshold * scale)
    expected = np.clip(g * scale, -threshold * scale, threshold * scale)
    np.testing.assert_array_equal(after, expected)
    mine, other = g, expected / scale
    cosine = mine @ other / np.linalg.norm(mine) / np.linalg.norm(other)
    assert report.cosine == pytest.approx(cosine, rel=1e-12)
    assert report.scale == pytest.approx(np.linalg.norm(other) / np.linalg.norm(mine), rel=1e-12)
    assert report.engaged == bool((np.abs(g * scale) > threshold * scale).any())


@pytest.mark.parametrize("exponent", [-5000, -1100, 1100, 5000])
def test_norm_far_outside_a_double(exponent: int) -> None:
    log10 = math.log10(5.0) + exponent * math.log10(2.0)
    g = vector([3.0], [0.0, 4.0], exponent=exponent)
    after, report = clip(g, "norm", 10.0)
    assert math.isnan(report.norm_before)
    assert report.log10_norm_before == pytest.approx(log10, rel=1e-15)
    assert report.engaged == (exponent > 0)
    if exponent > 0:
        np.testing.assert_allclose(after, [6.0, 0.0, 8.0], rtol=1e-14)
        assert report.norm_after == pytest.approx(10.0, rel=1e-15)
        assert report.cosine == 1.0
        assert report.scale == pytest.approx(10.0 ** (1.0 - log10), rel=1e-11)
    else:
        assert math.isnan(report.norm_after)
        assert report.scale == 1.0


def test_value_far_outside_a_double() -> None:
    after, report = clip(vector([3.0, -4.0], [0.0], exponent=5000), "value", 2.0)
    assert after.tolist() == [2.0, -2.0, 0.0]
    assert report.norm_after == pytest.approx(math.sqrt(8.0), rel=1e-15)
    assert report.cosine == pytest.approx(14.0 / 5.0 / math.sqrt(8.0), rel=1e-14)


def test_parts_of_different_exponents_are_one_vector() -> None:
    g = Vector.of(
        {
            "huge": Scaled(np.array([[1.5, -1.0]]), np.array([3000])),
            "middle": Scaled(np.array([[1.0]]), np.array([2990])),
            "zero": Scaled(np.zeros((1, 2, 2)), np.array([9000])),
        }
    )
    parts = {name: np.ldexp(part, g.exponent - 3000) for name, part in g.parts().items()}
    assert parts["huge"].tolist() == [1.5, -1.0]
    assert parts["middle"].tolist() == [2.0**-10]
    assert parts["zero"].shape == (2, 2)
    assert not parts["zero"].any()
    sizes = g.norms()
    expected = np.log10([math.sqrt(3.25), 2.0**-10]) + 3000 * math.log10(2.0)
    np.testing.assert_allclose(sizes.log10_norm[:2], expected, rtol=1e-15)
    assert np.isnan(sizes.log10_norm[2])
    assert sizes.norm[2] == 0.0
    assert np.isnan(sizes.norm[:2]).all()


def test_each_parameter_by_hand() -> None:
    """5, 0 and 0.5 at μ = 1: the direction bends."""
    after, report = clip(vector([[3.0], [4.0]], [0.0], [0.3, -0.4]), "per-parameter", 1.0)
    np.testing.assert_allclose(after, [0.6, 0.8, 0.0, 0.3, -0.4], rtol=1e-15)
    before = math.sqrt(25.25)
    assert report.engaged
    assert report.per_parameter == PerParameter({"p0": 0.2, "p1": 1.0, "p2": 1.0}, 1)
    assert report.norm_before == pytest.approx(before, rel=1e-15)
    assert report.norm_after == pytest.approx(math.sqrt(1.25), rel=1e-15)
    assert report.scale == pytest.approx(math.sqrt(1.25) / before, rel=1e-15)
    cosine = (0.6 * 3 + 0.8 * 4 + 0.25) / before / math.sqrt(1.25)
    assert report.cosine == pytest.approx(cosine, rel=1e-15)


@draws(100)
@given(seed=st.integers(0, 2**32 - 1), power=st.integers(-140, 140), share=st.floats(1e-3, 2.0))
def test_each_parameter_at_any_size(seed: int, power: int, share: float) -> None:
    random = np.random.default_rng(seed)
    parts = [random.normal(size=size) * 10.0 ** (power * n) for n, size in enumerate((3, 1, 7))]
    sizes = [float(np.linalg.norm(part / 10.0 ** (power * n))) for n, part in enumerate(parts)]
    threshold = share * sizes[1] * 10.0**power
    after, report = clip(vector(*parts), "per-parameter", threshold)
    expected = []
    for n, part in enumerate(parts):
        unit = part / 10.0 ** (power * n)
        over = sizes[n] > threshold / 10.0 ** (power * n)
        expected.append(unit / sizes[n] * threshold if over else part)
    np.testing.assert_allclose(after, np.concatenate(expected), rtol=1e-13)
    assert report.per_parameter is not None
    assert report.per_parameter.engaged == sum(
        scale != 1.0 for scale in report.per_parameter.scale.values()
    )
    assert report.engaged == (report.per_parameter.engaged > 0)


def test_parameters_far_outside_a_double() -> None:
    g = Vector.of(
        {
            "huge": Scaled(np.array([[3.0, -4.0]]), np.array([3000])),
            "middle": Scaled(np.array([[0.6, 0.8]]), np.array([3])),
            "tiny": Scaled(np.array([[1.0]]), np.array([-3000])),
            "zero": Scaled(np.zeros((1, 2, 2)), np.array([9000])),
        }
    )
    after, report = clip_gradients(g, Clip("per-parameter", 2.0))
    parts = after.parts(after.plain())
    np.testing.assert_allclose(parts["huge"], [1.2, -1.6], rtol=1e-14)
    np.testing.assert_allclose(parts["middle"], [1.2, 1.6], rtol=1e-14)
    assert not parts["zero"].any()
    assert after.norms().log10_norm[2] == pytest.approx(-3000 * math.log10(2.0), rel=1e-14)
    assert report.per_parameter is not None
    assert report.per_parameter.engaged == 2
    assert list(report.per_parameter.scale.values()) == pytest.approx([0.0, 0.25, 1.0, 1.0])
    assert report.norm_after == pytest.approx(math.sqrt(8.0), rel=1e-14)
    assert report.cosine == pytest.approx(math.sqrt(0.5), rel=1e-12)


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_each_parameter_of_a_network(cell: str) -> None:
    case = make(cell, steps=8, batch=2, scale=2.0)
    free = case.flow().parameter_gradients
    limit = float(np.median([gradient.norm for gradient in free.values()]))
    flow = case.flow(clip=Clip("per-parameter", limit))
    report = flow.clipping
    assert report.per_parameter is not None
    assert report.per_parameter.engaged == sum(one.norm > limit for one in free.values()) > 0
    for name, gradient in flow.parameter_gradients.items():
        np.testing.assert_array_equal(gradient.value, free[name].value)
        assert gradient.clipped_norm == pytest.approx(min(gradient.norm, limit), rel=1e-14)
        scale = report.per_parameter.scale[name]
        assert scale == pytest.approx(gradient.clipped_norm / gradient.norm, rel=1e-14)
    assert report.cosine < 1.0


@pytest.mark.parametrize("rule", CLIP_RULES)
def test_a_row_says_everything(rule: str) -> None:
    row = CLIP_RULES[rule]
    assert row.label
    assert str(mathml(row.formula)).startswith("<math")
    assert bool(row.letter) == (row.threshold is not None)
    assert (row.clip is None) == (row.on_the_way or rule == "none")


@pytest.mark.parametrize("rule", ["norm", "value"])
def test_all_parameters_are_clipped_as_one(rule: str) -> None:
    """‖·‖² of the clipped parts add up to ‖after‖², and each part is the clipped part of g."""
    case = make("elman", steps=8, batch=2, scale=2.0)
    free, clipped = case.flow(), case.flow(clip=Clip(rule, 0.05))
    parts = clipped.parameter_gradients.values()
    assert clipped.clipping.engaged
    assert clipped.clipping.norm_before == pytest.approx(free.clipping.norm_before, rel=1e-15)
    together = math.sqrt(sum(part.clipped_norm**2 for part in parts))
    assert together == pytest.approx(clipped.clipping.norm_after, rel=1e-14)
    for name, part in clipped.parameter_gradients.items():
        value = free.parameter_gradients[name].value
        np.testing.assert_array_equal(part.value, value)
        expected = value * clipped.clipping.scale if rule == "norm" else value.clip(-0.05, 0.05)
        assert part.clipped_norm == pytest.approx(float(np.linalg.norm(expected)), rel=1e-14)
        assert part.norm == pytest.approx(float(np.linalg.norm(value)), rel=1e-14)
    if rule == "norm":
        assert together == pytest.approx(0.05, rel=1e-14)


@pytest.mark.parametrize(
    ("rule", "threshold", "pointer", "words"),
    [
        ("half", 1.0, ("clip", "rule"), "received 'half'; allowed: 'none', 'norm', 'value'"),
        ("none", 1.0, ("clip",), "received a threshold of 1.0; 'none' takes none"),
        ("norm", None, ("clip", "max_norm"), "received None; allowed: a finite number above 0"),
        ("per-parameter", None, ("clip", "max_norm"), "received None; allowed: a finite number"),
        ("norm", 0.0, ("clip", "max_norm"), "received 0.0; allowed: a finite number above 0"),
        ("value", -1.0, ("clip", "max_value"), "received -1.0; allowed: a finite number above 0"),
        ("value", math.inf, ("clip", "max_value"), "received inf; allowed: a finite number abo"),
        ("value", math.nan, ("clip", "max_value"), "received nan; allowed: a finite number abo"),
    ],
)
def test_errors(rule: str, threshold: float | None, pointer: tuple[str, ...], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Clip(rule, threshold)
    assert caught.value.pointer == pointer
    assert caught.value.detail.startswith(words)
