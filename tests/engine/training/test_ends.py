"""Where a training ends, and what its last row says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from unrolled.engine import ForwardOverflow, Plan, Training, gradient_flow
from unrolled.engine.training.measured import recurrent_norms

PLAN = Plan({"name": "sine", "steps": 6}, hidden_size=4, batch_size=2, updates=100)


def trained(plan: Plan, **scale: float) -> Training:
    """With some parameters multiplied, until it ends."""
    own = Training(plan).parameters
    for name, factor in scale.items():
        own[name] = own[name] * factor
    training = Training(plan, parameters=own)
    training.rows = training.advance(1000)  # type: ignore[attr-defined]
    return training


def first(training: Training) -> dict[str, Any]:
    assert training.ended == "not finite"
    assert training.first_not_finite is not None
    return training.first_not_finite


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(("activation", "quantity"), [("relu", "h"), ("tanh", "o")])
def test_a_state_or_an_output(precision: str, activation: str, quantity: str) -> None:
    plan = replace(PLAN, activation=activation, precision=precision)
    large = 1e200 if precision == "float64" else 1e30
    scale = {"W_hh": large} if quantity == "h" else {"W_hy": large * 1e9, "W_hh": 1e3}
    training = trained(plan, **scale)
    if quantity == "o" and precision == "float64":
        assert first(training)["quantity"] in ("loss", "gradient", "o")
    else:
        assert first(training)["quantity"] == quantity
    assert first(training)["layer"] == (1 if quantity == "h" else None)
    rows = training.rows  # type: ignore[attr-defined]
    assert len(rows) == training.update == first(training)["update"]
    assert np.isfinite(rows.log10_weight[-1]).any()
    assert np.isnan(rows.log10_step[-1]).all()


def test_the_update_before_the_end_is_shown() -> None:
    plan = replace(PLAN, activation="relu", optimizer={"name": "sgd", "learning_rate": 900.0})
    training = Training(plan)
    start = training.snapshot()
    count = len(training.advance(1000))
    assert first(training)["update"] == count
    again = Training.restore(plan, start, [])
    again.advance(count - 1)
    assert again.ended is None
    shown = again.experiment()
    assert all(np.isfinite(value).all() for value in shown.parameters.values())
    asked = shown.network, shown.parameters, shown.sequence
    if first(training)["step"] == 1:
        with pytest.raises(ForwardOverflow):
            gradient_flow(*asked, loss=shown.loss)
    elif first(training)["step"] is not None:
        overflow = gradient_flow(*asked, loss=shown.loss).overflow
        assert overflow is not None
        assert overflow.step == first(training)["step"]


def test_clipping_holds_what_has_no_square() -> None:
    plan = replace(PLAN, activation="linear", clip={"rule": "norm", "threshold": 1e-3}, updates=3)
    training = trained(plan, W_hh=1e29)
    rows = training.rows  # type: ignore[attr-defined]
    assert training.ended == "done"
    assert rows.log10_before[0] > 250.0
    np.testing.assert_allclose(rows.log10_after, -3.0, atol=1e-9)


def test_a_product_of_two_parameters() -> None:
    plan = replace(PLAN, cell="jordan")
    training = trained(plan, W_yh=1e200, W_hy=1e200)
    assert first(training)["update"] == 1
    assert np.isnan(recurrent_norms(training.network, training.parameters)).all()
