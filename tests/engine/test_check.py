"""The gradient check: right gradients pass it, wrong ones do not, and it knows its own limits."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import (
    ACTIVATIONS,
    CELLS,
    GATED,
    KINKED,
    LOSSES,
    TOPOLOGIES,
    Case,
    make,
)
from tests.engine.reference.pairs import pairs
from unrolled.engine import ForwardOverflow, InvalidInput, Truncation, check_gradients, check_passes
from unrolled.engine.analysis.check import TOLERANCE, Check, chosen
from unrolled.engine.passes.bptt import Backward
from unrolled.engine.passes.vector import Vector

NONE = Truncation()
ANY = [*product(CELLS, ACTIVATIONS), *((cell, "tanh") for cell in GATED)]
CHECKED = pairs(ANY, LOSSES, (1, 2), TOPOLOGIES)
"""That each gradient is right is `test_differences.py`'s and `test_gated.py`'s."""


def run(case: Case, **options: Any) -> Check:
    return check_gradients(
        case.network,
        case.parameters,
        case.sequence,
        loss=case.loss,
        truncation=case.truncation,
        **options,
    )


def everything(check: Check) -> list[Any]:
    return [entry for one in check.parameters.values() for entry in one.entries]


@pytest.mark.parametrize(("kind", "loss", "layers", "topology"), CHECKED, ids=str)
def test_every_cell_and_loss_agrees(
    kind: tuple[str, str], loss: str, layers: int, topology: str
) -> None:
    steps = 1 if topology == "one-to-one" else 5
    cell, activation = kind
    case = make(cell, topology, activation, loss, NONE, steps=steps, batch=2, layers=layers)
    check = run(case)
    assert check.exact
    assert list(check.parameters) == list(case.parameters)
    assert check.worst < TOLERANCE
    assert [entry for entry in everything(check) if entry.agrees is not True] == []
    told = [entry for entry in everything(check) if entry.measurable]
    assert len(told) > 0.7 * len(everything(check))


@pytest.mark.parametrize("name", ["W_xh", "W_hh", "b_h", "W_hy", "b_y"])
@pytest.mark.parametrize("factor", [0.0, 1.0 + 1e-5, -1.0])
def test_a_wrong_gradient_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, factor: float
) -> None:
    right = Backward.gradients

    def wrong(self: Backward) -> Vector:
        vector = right(self)
        vector.parts()[name][...] *= factor
        return vector

    monkeypatch.setattr(Backward, "gradients", wrong)
    check = run(make(steps=8, truncation=NONE))
    for other, one in check.parameters.items():
        assert {entry.agrees for entry in one.entries} == {other != name}
        assert (one.worst < TOLERANCE) == (other != name)


@pytest.mark.parametrize("truncation", [Truncation("window", 2), Truncation("chunk", 3), None])
def test_a_truncated_gradient_differs_on_purpose(truncation: Truncation | None) -> None:
    check = run(make("elman", steps=8, truncation=truncation))
    assert not check.exact
    assert check.parameters["W_hh"].worst > 1e-3
    assert check.parameters["W_hy"].worst < TOLERANCE


@pytest.mark.parametrize("truncation", [Truncation("window", 9), Truncation("chunk", 8)])
def test_a_truncation_that_cuts_nothing_is_exact(truncation: Truncation) -> None:
    check = run(make(steps=8, truncation=truncation))
    assert check.exact
    assert check.worst < TOLERANCE


def test_the_difference_is_what_its_formula_says() -> None:
    case = make(steps=6, truncation=NONE)
    given = {name: value.copy() for name, value in case.parameters.items()}
    check = run(case, step=2.0**-13)
    for name, one in check.parameters.items():
        for entry in one.entries:
            losses = []
            for sign in (1, -1):
                moved = case.parameters | {name: case.parameters[name].copy()}
                moved[name][entry.index] += sign * entry.step
                losses.append(case.with_(parameters=moved).flow().loss)
            assert entry.step == pytest.approx(2.0**-13, rel=1e-12)
            difference = (losses[0] - losses[1]) / (2 * entry.step)
            assert entry.central_difference == pytest.approx(difference, rel=1e-8, abs=1e-11)
            gradient = case.flow().parameter_gradients[name].value[entry.index]
            assert entry.backpropagated == gradient
            b, d = entry.backpropagated, entry.central_difference
            assert entry.relative_difference == abs(b - d) / max(abs(b), abs(d))
    for name, value in given.items():
        assert np.array_equal(case.parameters[name], value), "the check leaves no trace"


@pytest.mark.parametrize("activation", KINKED)
def test_a_switching_relu_is_said(activation: str) -> None:
    """One unit whose pre-activation is 0 at w = 0: to the right it is on, to the left off."""
    case = make(
        activation=activation, sizes=(1, 1, 1), steps=1, topology="one-to-one", truncation=NONE
    )
    numbers = {"W_xh": [[0.0]], "W_hh": [[1.0]], "b_h": [0.0], "W_hy": [[1.0]], "b_y": [0.0]}
    case = case.with_(parameters={name: np.array(value) for name, value in numbers.items()})
    check = run(case)
    entry = check.parameters["W_xh"].entries[0]
    assert entry.kink
    assert entry.agrees is None
    assert not entry.measurable
    assert math.isnan(check.parameters["W_xh"].worst)
    assert not check.parameters["W_hy"].entries[0].kink


def test_a_smaller_step_steps_aside_of_a_switch() -> None:
    """a = w + b with w = 10⁻⁵: the largest step crosses a = 0, a smaller one does not."""
    case = make(activation="relu", sizes=(1, 1, 1), steps=1, topology="one-to-one", truncation=NONE)
    numbers = {"W_xh": [[0.0]], "W_hh": [[1.0]], "b_h": [1e-5], "W_hy": [[1.0]], "b_y": [0.0]}
    case = case.with_(parameters={name: np.array(value) for name, value in numbers.items()})
    entry = run(case).parameters["b_h"].entries[0]
    assert not entry.kink
    assert entry.step < 1e-5
    assert entry.agrees
    assert run(case, step=2e-5).parameters["b_h"].entries[0].kink


def test_a_gradient_below_what_differences_show_is_not_called_wrong() -> None:
    case = make(topology="one-to-many", steps=40, scale=0.2, truncation=NONE)
    entries = run(case).parameters["W_xh"].entries
    assert all(abs(entry.backpropagated) > 0.0 for entry in entries)
    assert all(entry.agrees for entry in entries)
    deep = make("lstm", "many-to-one", steps=200, scale=0.1, truncation=NONE)
    assert all(entry.agrees for entry in everything(run(deep)))


def test_an_overflow_is_an_error_and_one_within_the_step_is_said() -> None:
    case = make("simple", "many-to-one", "linear", steps=400, scale=20.0, truncation=NONE)
    with pytest.raises(ForwardOverflow):
        run(case)
    one = make("simple", "many-to-one", "linear", sizes=(1, 1, 1), steps=2, truncation=NONE)
    numbers = {"W_xh": [[1.0]], "W_hh": [[1.7e308]], "b_h": [0.0], "W_hy": [[1e-300]], "b_y": [0.0]}
    one = one.with_(parameters={name: np.array(value) for name, value in numbers.items()})
    one.sequence.inputs[:] = 1.05
    entry = run(one, step=1e307).parameters["W_hh"].entries[0]
    assert math.isnan(entry.central_difference)
    assert entry.agrees is None


def test_which_entries() -> None:
    gradient = np.array([0.0, 3.0, -9.0, 0.5, 0.0, 1.0, 0.0, 0.0])
    assert chosen(gradient, 1).tolist() == [2]
    assert chosen(gradient, 2).tolist() == [2, 4]
    assert chosen(gradient, 4).tolist() == [1, 2, 3, 6]
    for entries in range(1, 12):
        places = chosen(gradient, entries).tolist()
        assert places == sorted(set(places))
        assert len(places) == min(entries, 8)


@pytest.mark.parametrize("step", [None, 1e-5])
def test_the_passes_are_counted(step: float | None) -> None:
    case = make("gru", layers=2, truncation=NONE)
    check = run(case, entries=3, step=step)
    assert check.passes == check_passes(case.network, 3, step)


@pytest.mark.parametrize(
    ("options", "pointer", "words"),
    [
        ({"entries": 0}, ("entries",), "received 0; allowed: a whole number 1 … 50"),
        ({"entries": 51}, ("entries",), "received 51; allowed: a whole number 1 … 50"),
        ({"step": 0.0}, ("step",), "received 0.0; allowed: a number above 0, or null"),
        ({"step": math.inf}, ("step",), "received inf; allowed: a number above 0, or null"),
    ],
)
def test_what_may_not_be_asked(
    options: dict[str, Any], pointer: tuple[str, ...], words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        run(make(), **options)
    assert (caught.value.pointer, caught.value.detail) == (pointer, words)
    with pytest.raises(InvalidInput, match="does not change by it"):
        run(make(), step=1e-30)
    with pytest.raises(InvalidInput, match="loss"):
        run(make().with_(loss="hinge"))
