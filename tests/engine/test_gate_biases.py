"""A bias opens or shuts one gate: of every layer, or of each by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from unrolled.engine import (
    CELLS,
    InvalidInput,
    Network,
    draw_parameters,
    gradient_flow,
    random_sequence,
)

ALL = tuple(CELLS)


def network(cell: str, layers: int = 1) -> Network:
    return Network(cell, "many-to-many", "tanh", 2, 3, 2, num_layers=layers)


def with_bias(net: Network, field: str, bias: Any, **others: Any) -> Any:
    return draw_parameters(net, **others, **{field: bias})


BIASES = [
    (name, f"{gate}_bias", cell.rows("b_h", gate, 3))
    for name, cell in CELLS.items()
    for gate in cell.biases
]
"""(cell, field, the rows of b_h of the gate whose bias it is)."""


def test_the_rows_of_the_gates_that_a_bias_opens() -> None:
    """By the contract's order of blocks: i, f, g, o; r, z, n; f, n."""
    firsts = {(cell, field): rows.start for cell, field, rows in BIASES}
    known = {("lstm", "forget_bias"): 3, ("gru", "update_bias"): 3, ("mgu", "forget_bias"): 0}
    assert firsts | known == firsts


@pytest.mark.parametrize(("cell", "field", "rows"), BIASES)
@pytest.mark.parametrize("bias", [1.5, [1.5, -2.0, 0.0], np.array([0.5, 0.25, 0.0])])
def test_a_gates_bias_enters_that_gate_alone(cell: str, field: str, rows: slice, bias: Any) -> None:
    net = network(cell, 3)
    plain, biased = draw_parameters(net, seed=4), with_bias(net, field, bias, seed=4)
    for name, value in plain.items():
        expected = value.copy()
        if name.startswith("b_h") and not name.startswith("b_hn"):
            layer = int(name.removeprefix("b_h").removeprefix("_") or 0)
            expected[rows] = np.broadcast_to(bias, 3)[layer]
        np.testing.assert_array_equal(biased[name], expected)


@pytest.mark.parametrize(("cell", "field", "rows"), BIASES)
def test_a_gate_bias_keeps_more_on_the_cells_side(cell: str, field: str, rows: slice) -> None:
    net = Network(cell, "many-to-one", "tanh", 2, 3, 2)
    sequence = random_sequence(net, "cross-entropy", steps=12)

    def arriving(bias: float) -> float:
        parameters = with_bias(net, field, bias, spectral_radius=0.5)
        flow = gradient_flow(net, parameters, sequence, loss="cross-entropy")
        gradient = flow.cell_gradient or flow.hidden_gradient
        return float(gradient.log10_norm[0])

    sign = CELLS[cell].keeping[field.removesuffix("_bias")]
    assert abs(sign) == 1
    side = 3.0 * sign
    assert arriving(-side) < arriving(0.0) < arriving(side)


GATE = {field: (field.removesuffix("_bias"), cell) for cell, field, _ in reversed(BIASES)}


@pytest.mark.parametrize("field", GATE)
@pytest.mark.parametrize("cell", ALL)
def test_a_bias_needs_its_gate(field: str, cell: str) -> None:
    gate = GATE[field][0]
    if (cell, field) in {pair[:2] for pair in BIASES}:
        return
    with pytest.raises(InvalidInput) as caught:
        with_bias(network(cell), field, 1.0)
    assert caught.value.pointer == ("weights", field)
    assert caught.value.detail == f"received 1.0; {cell!r} has no {gate} gate: allowed 0"
    assert with_bias(network(cell), field, 0.0)
    assert with_bias(network(cell, 2), field, [0.0, 0.0])


@pytest.mark.parametrize(
    ("layers", "bias", "pointer", "detail"),
    [
        (2, [1.0], (), "received 1 number; allowed: a number, or a list with one for each of 2"),
        (2, [1.0, 2.0, 3.0], (), "received 3 numbers; allowed: a number, or a list with one"),
        (1, [], (), "received 0 numbers; allowed: a number, or a list with one for the layer"),
        (1, float("nan"), (), "received nan; allowed: a finite number"),
        (2, [0.0, float("inf")], (1,), "received inf; allowed: a finite number"),
    ],
)
@pytest.mark.parametrize("field", GATE)
def test_a_bias_that_cannot_be(field, layers, bias, pointer, detail) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_bias(network(GATE[field][1], layers), field, bias)
    assert caught.value.pointer == ("weights", field, *pointer)
    assert caught.value.detail.startswith(detail)
