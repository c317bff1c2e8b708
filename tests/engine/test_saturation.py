"""Shares of saturated units and gates, counted one by one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.engine.reference.cases import CELLS, GATED, SQUASHED, make
from unrolled import engine

COUNTED: dict[str, Callable[[float, float], bool]] = {
    "tanh": lambda a, h: abs(h) > 0.9,
    "sigmoid": lambda a, h: h < 0.1 or h > 0.9,
    "relu": lambda a, h: not a > 0.0,
    "softsign": lambda a, h: abs(h) > 0.9,
    "leaky-relu": lambda a, h: not a > 0.0,
    "gelu": lambda a, h: math.erfc(-a / math.sqrt(2.0)) / 2.0 < 0.1,
}
"""From a and f(a), whether a unit is saturated."""


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("activation", COUNTED)
def test_units(cell: str, activation: str) -> None:
    scale = 30.0 if activation == "softsign" else 4.0
    flow = make(cell, activation=activation, steps=6, batch=3, scale=scale, layers=2).flow()
    for layer in flow.layers:
        found = layer.saturation
        assert found.gates is None
        assert found.units is not None
        pairs = zip(layer.forward.saved["a"], layer.forward.h, strict=True)
        for t, (a, h) in enumerate(pairs):
            counted = [COUNTED[activation](*pair) for pair in zip(a.flat, h.flat, strict=True)]
            assert found.units[t] == pytest.approx(sum(counted) / len(counted))
        assert 0.0 < found.units.mean() < 1.0


def test_linear_units_never_are() -> None:
    assert make("simple", activation="linear").flow().top.saturation.units is None


@pytest.mark.parametrize("cell", GATED)
def test_gates(cell: str) -> None:
    flow = make(cell, steps=6, batch=3, scale=6.0, layers=2).flow(values=True)
    assert flow.values is not None
    for layer, own in zip(flow.layers, flow.values.layers, strict=True):
        found = layer.saturation
        assert found.units is None
        assert found.gates is not None
        assert own.gates is not None
        assert list(found.gates) == list(own.gates)
        for name, values in own.gates.items():
            shares = found.gates[name]
            flat = values.reshape(len(values), -1)
            if name in ("cell", "new"):
                assert shares.shut is shares.open is None
                ends = flat <= 0.0 if SQUASHED.get(cell) == "relu" else np.abs(flat) > 0.9
                assert shares.saturated == pytest.approx(ends.mean(axis=1))
                continue
            assert shares.shut == pytest.approx((flat < 0.1).mean(axis=1))
            assert shares.open == pytest.approx((flat > 0.9).mean(axis=1))
            assert shares.saturated == pytest.approx(((flat < 0.1) | (flat > 0.9)).mean(axis=1))
            assert 0.0 < shares.saturated.mean() < 1.0


def test_a_mean_hides_what_the_shares_show() -> None:
    """Half of the forget gates shut, half open: the mean is 0.5."""
    case = make("lstm", sizes=(1, 4, 1), steps=3)
    for value in case.parameters.values():
        value[:] = 0.0
    case.parameters["b_h"][4:8] = [9.0, 9.0, -9.0, -9.0]
    top = case.flow().top
    assert top.gates is not None
    assert top.saturation.gates is not None
    assert top.gates["forget"] == pytest.approx([0.5] * 3)
    forget: engine.GateSaturation = top.saturation.gates["forget"]
    assert forget.saturated == pytest.approx([1.0] * 3)
    assert forget.shut == pytest.approx([0.5] * 3)
