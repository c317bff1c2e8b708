"""The forward pass against loops over plain Python numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engine.reference.cases import (
    ACTIVATIONS,
    CELLS,
    KINKED,
    TOPOLOGIES,
    Case,
    cases,
    draws,
    make,
)
from unrolled.engine import ForwardOverflow, InvalidInput, Network, Sequence, Trace, unroll

FUNCTIONS = {
    "tanh": math.tanh,
    "sigmoid": lambda a: 1.0 / (1.0 + math.exp(-a)),
    "relu": lambda a: max(a, 0.0),
    "linear": lambda a: a,
    "softsign": lambda a: a / (1.0 + abs(a)),
    "leaky-relu": lambda a: a if a > 0.0 else 0.01 * a,
    "gelu": lambda a: a * math.erfc(-a / math.sqrt(2.0)) / 2.0,
}


def product(matrix: list[list[float]], vector: list[float]) -> list[float]:
    return [math.fsum(w * v for w, v in zip(row, vector, strict=True)) for row in matrix]


def by_hand(case: Case, sample: int) -> dict[str, list[list[float]]]:
    """One sample through the contract's equations, number by number."""
    net, seq = case.network, case.sequence
    p: dict[str, Any] = {name: value.tolist() for name, value in case.parameters.items()}
    f = FUNCTIONS[net.activation]
    jordan = net.cell == "jordan"
    h = [0.0] * net.hidden_size if seq.h_0 is None else seq.h_0[sample].tolist()
    o = [0.0] * net.output_size
    seen: dict[str, list[list[float]]] = {key: [] for key in ("x", "a", "h", "o", "feedback")}
    for t in range(1, seq.steps + 1):
        x = [0.0] * net.input_size
        if t in case.reads:
            x = seq.inputs[case.reads.index(t), sample].tolist()
        feedback = o if jordan else h
        parts = product(p["W_xh"], x), product(p[case.recurrent], feedback), p["b_h"]
        a = [math.fsum(terms) for terms in zip(*parts, strict=True)]
        h = [f(value) for value in a]
        o = [y + b for y, b in zip(product(p["W_hy"], h), p["b_y"], strict=True)]
        for key, value in (("x", x), ("a", a), ("h", h), ("o", o), ("feedback", feedback)):
            seen[key].append(value)
    return seen


def inside(trace: Trace, key: str) -> Any:
    """What the last layer saw, by its name in the contract's equations."""
    if key == "o":
        return trace.o
    return trace.top.saved[key] if key in trace.top.saved else getattr(trace.top, key)


def run(case: Case) -> Trace:
    return unroll(case.network, case.parameters, case.sequence)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("topology", TOPOLOGIES)
@draws(6)
@given(data=st.data())
def test_against_loops(data: st.DataObject, cell: str, activation: str, topology: str) -> None:
    case = data.draw(cases(cell, topology, activation, "squared-error", "none", most_steps=9))
    trace = run(case)
    batch = case.sequence.inputs.shape[1]
    for sample in range(batch):
        expected = by_hand(case, sample)
        assume(activation not in KINKED or min(abs(a) for row in expected["a"] for a in row) > 1e-9)
        for key, values in expected.items():
            np.testing.assert_allclose(
                inside(trace, key)[:, sample], values, rtol=1e-12, atol=1e-13, err_msg=key
            )
    assert trace.steps == case.sequence.steps
    assert (np.flatnonzero(trace.reads) + 1).tolist() == case.reads
    assert (np.flatnonzero(trace.emits) + 1).tolist() == case.emits
    if case.sequence.h_0 is not None:
        np.testing.assert_array_equal(trace.top.h_0, case.sequence.h_0)


@pytest.mark.parametrize("cell", CELLS)
def test_a_batch_is_its_samples_side_by_side(cell: str) -> None:
    case = make(cell, batch=3, steps=6, h_0=True)
    together = run(case)
    seq = case.sequence
    assert seq.h_0 is not None
    for sample in range(3):
        one = slice(sample, sample + 1)
        alone = run(
            case.with_(sequence=Sequence(seq.inputs[:, one], seq.targets[:, one], 6, seq.h_0[one]))
        )
        np.testing.assert_allclose(alone.h, together.h[:, one], rtol=1e-14)
        np.testing.assert_allclose(alone.o, together.o[:, one], rtol=1e-13)


def test_elman_computes_what_the_simple_cell_computes() -> None:
    simple, elman = (run(make(cell, h_0=True, steps=7, batch=2)) for cell in ("simple", "elman"))
    np.testing.assert_array_equal(simple.h, elman.h)
    np.testing.assert_array_equal(simple.o, elman.o)


def test_what_was_given_is_left_as_it_is() -> None:
    case = make(h_0=True, topology="one-to-many")
    seq = case.sequence
    assert seq.h_0 is not None
    kept = {name: value.copy() for name, value in case.parameters.items()}
    inputs, h_0 = seq.inputs.copy(), seq.h_0.copy()
    run(case)
    np.testing.assert_array_equal(seq.inputs, inputs)
    np.testing.assert_array_equal(seq.h_0, h_0)
    for name, value in case.parameters.items():
        np.testing.assert_array_equal(value, kept[name])


def chain(w: float, w_y: float, steps: int) -> tuple[Network, dict[str, Any], Sequence]:
    net = Network("simple", "many-to-many", "linear", 1, 1, 1)
    one = np.ones((1, 1))
    parameters = {"W_xh": one, "W_hh": w * one, "b_h": [0.0], "W_hy": w_y * one, "b_y": [0.0]}
    x = np.zeros((steps, 1, 1))
    x[0] = 1.0
    weights = {name: np.asarray(value, dtype=float) for name, value in parameters.items()}
    return net, weights, Sequence(x, np.zeros_like(x), steps)


@pytest.mark.parametrize(
    ("w", "w_y", "steps", "quantity", "step"),
    [(1e10, 1.0, 40, "h", 32), (1e10, 1e20, 40, "o", 30), (1e200, 1.0, 3, "h", 3)],
)
def test_a_state_beyond_a_double_is_refused(
    w: float, w_y: float, steps: int, quantity: str, step: int
) -> None:
    with pytest.raises(ForwardOverflow) as caught:
        unroll(*chain(w, w_y, steps))
    assert isinstance(caught.value, InvalidInput)
    assert caught.value.pointer == ("weights",)
    assert (caught.value.quantity, caught.value.step) == (quantity, step)
    assert f"at step {step} of {steps}: use at most {step - 1} steps" in caught.value.detail
    unroll(*chain(w, w_y, step - 1))
