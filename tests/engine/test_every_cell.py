"""What holds of every row of the table of cells, asked of its own forward step alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.engine.reference.cases import make
from tests.engine.reference.chains import jacobians_of
from tests.engine.reference.compare import close
from tests.engine.reference.inside import way_back
from unrolled.engine import ACTIVATIONS, CELLS
from unrolled.engine.cells.base import Drive

STEP = 1e-5


def slopes(function: Callable[[Any], Any], at: Any) -> Any:
    """∂f/∂a by central differences, one column an entry."""
    columns = [
        (function(at + STEP * unit) - function(at - STEP * unit)) / (2.0 * STEP)
        for unit in np.eye(len(at))
    ]
    return np.array(columns).T


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CELLS)
def test_a_jacobian_is_the_slope_of_the_forward_step(name: str, seed: int) -> None:
    """∂(h, c)_t/∂(h, c)_{t−1} against the step itself, nudged on both sides.

    Where the outputs are fed back no step begins at a given h_{t−1}: there the input of the step
    before is nudged, which moves h_{t−1} and h_t, and the quotient of both slopes is taken.
    """
    cell, width = CELLS[name], 3
    case = make(name, steps=5, sizes=(width, width, 2), h_0=True, scale=2.0, seed=seed)
    flow, f = case.flow(), ACTIVATIONS["tanh"].value
    x = case.sequence.inputs

    def after(start: int, inputs: Any, state: Any) -> Any:
        """States of the steps behind `start`, (steps, (h, c))."""
        h, *c = np.split(state, [case.network.shown_size])[: len(cell.states)]
        there = c[0][np.newaxis] if c else None
        (made,), _ = cell.unroll([case.parameters], Drive(inputs, [(h[np.newaxis], there)], f))
        parts = [made.h] if made.c is None else [made.h, made.c]
        return np.concatenate([part[:, 0] for part in parts], axis=1)

    given = [case.sequence.h_0, case.sequence.c_0][: len(cell.states)]
    first = np.concatenate([part[0] for part in given if part is not None])
    states = [first, *after(0, x, first)]
    found = []
    for t in range(1, len(x)):

        def step(state: Any, t: int = t) -> Any:
            return after(t, x[t : t + 1], state)[0]

        def two(own: Any, t: int = t) -> Any:
            return after(0, np.concatenate([x[: t - 1], [[own]], x[t : t + 1]]), first)[
                t - 1 :
            ].ravel()

        if cell.feeds_outputs:
            before, behind = np.split(slopes(two, x[t - 1, 0]), 2)
            found.append(behind @ np.linalg.inv(before))
        else:
            found.append(slopes(step, states[t]))
    chain = way_back(case, flow).lane(0).chain()
    close("∂s_t/∂s_{t−1}", jacobians_of(chain), found, 1e-5)
