"""∂L_i/∂h_t for every pair i ≥ t: all losses go back together, one matrix product a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, IntArray, Parameters
from engine.cells import Cell
from engine.magnitude import holds_tiny, ldexp_rows, log10_of, split_norms, trusted
from engine.truncation import Truncation
from engine.unroll import Trace

_LOOK = 64
"""How many steps go back between two looks at the magnitude."""


@dataclass(frozen=True, slots=True)
class Itemized:
    """‖∂L_i/∂h_t‖ for every loss i and step t.

    Attributes:
        loss_steps: the steps i that emit a loss, from 1, (I,).
        steps: the steps t, from 1, (S,).
        log10_norm: (I, S); NaN where t > i, where no path exists, or where exactly zero.
    """

    loss_steps: IntArray
    steps: IntArray
    log10_norm: Array


class Live(NamedTuple):
    """The losses that reach one step.

    Attributes:
        step: t, from 0.
        losses: which losses, in the order in which they are emitted.
        rows: ∂L_i/∂h_t / 2^exponent, one block a loss, (n, B, H); the next step overwrites it.
        exponent: (n,).
        passing: how many of the rows, from the first, may cross to step t − 1.
    """

    step: int
    losses: slice
    rows: Array
    exponent: IntArray
    passing: int


def live_rows(
    cell: Cell,
    recurrent: Array,
    trace: Trace,
    local: Array,
    truncation: Truncation,
    *,
    careful: bool,
) -> Iterator[Live]:
    """Carry every loss back side by side, from step T to step 1.

    D_{t−1} = (D_t ⊙ f′(a_t)) R, one block a loss; the loss of step t − 1 joins as a new one.

    Args:
        cell: whose step goes back.
        recurrent: R, (H, H).
        trace: the forward pass.
        local: ∂L_t/∂h_t through step t's own output, (T, B, H).
        truncation: rows that may go no further are dropped.
        careful: give every row a binary exponent and keep its largest entry near 1.
    """
    emits = trace.emits.tolist()
    crosses = truncation.crossings(trace.steps).tolist()
    reach = truncation.reach(trace.steps)
    emitting = np.flatnonzero(trace.emits).tolist()
    rows = np.empty((len(emitting), *local.shape[1:]))
    scratch = np.empty_like(rows)
    exponent = np.zeros(len(emitting), dtype=np.int64)
    first = last = len(emitting)
    derivative, back = trace.derivative, cell.step_back
    for t in range(trace.steps - 1, -1, -1):
        if emits[t]:
            first -= 1
            rows[first] = local[t]
        if careful:
            _normalise(rows[first:last], exponent[first:last])
        end = last
        while end > first and emitting[end - 1] - (t - 1) >= reach:
            end -= 1
        if not crosses[t]:
            end = first
        live = slice(first, last)
        yield Live(t, live, rows[live], exponent[live], end - first)
        last = end
        if t and last > first:
            back(recurrent, derivative[t], rows[first:last], scratch[first:last], rows[first:last])


def _normalise(rows: Array, exponent: IntArray) -> None:
    """Bring the largest entry of every row into [½, 1), in place."""
    shift = np.frexp(np.abs(rows).reshape(len(rows), -1).max(axis=1, initial=0.0))[1]
    rows[...] = ldexp_rows(rows, -shift.astype(np.int64))
    exponent += shift


def itemize(
    cell: Cell, parameters: Parameters, trace: Trace, do: Array, truncation: Truncation
) -> Itemized:
    """‖∂L_i/∂h_t‖ for every pair.

    Args:
        cell: whose step goes back.
        parameters: name → array.
        trace: the forward pass.
        do: ∂L_t/∂o_t at every step, zeros where no loss is emitted, (T, B, K).
        truncation: which losses reach which steps.
    Source: notes, "Many-to-Many RNN": ∂L/∂h_t = Σ_{i≥t} ∂L_i/∂h_t.
    """
    recurrent = np.ascontiguousarray(cell.recurrent_matrix(parameters))
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        local = do @ parameters["W_hy"]
        norms = None
        if not holds_tiny(trace.derivative, recurrent, local):
            norms = _ordinary(cell, recurrent, trace, local, truncation)
        if norms is None:
            norms = _careful(cell, recurrent, trace, local, truncation)
    norms[np.isneginf(norms)] = np.nan
    loss_steps = np.flatnonzero(trace.emits) + 1
    return Itemized(loss_steps, np.arange(1, trace.steps + 1), norms.T)


def _ordinary(
    cell: Cell, recurrent: Array, trace: Trace, local: Array, truncation: Truncation
) -> Array | None:
    """log₁₀ of the norms, (T, I), or None where a double could not carry them."""
    steps = trace.steps
    squares = np.full((steps + 1, int(trace.emits.sum())), -1.0)
    for live in live_rows(cell, recurrent, trace, local, truncation, careful=False):
        flat = live.rows.reshape(len(live.rows), -1)
        np.vecdot(flat, flat, out=squares[live.step, live.losses])
        if live.step and live.step % _LOOK == 0:
            block = squares[live.step : live.step + _LOOK + 1]
            if not trusted(block[:-1], block[1:]):
                return None
    if not trusted(squares[:-1], squares[1:]):
        return None
    return np.asarray(0.5 * np.log10(squares[:-1]))


def _careful(
    cell: Cell, recurrent: Array, trace: Trace, local: Array, truncation: Truncation
) -> Array:
    """The same with an exponent for every row."""
    norms = np.full((trace.steps, int(trace.emits.sum())), np.nan)
    for live in live_rows(cell, recurrent, trace, local, truncation, careful=True):
        size, shift = split_norms(live.rows.reshape(len(live.rows), -1))
        exponent = live.exponent if shift is None else live.exponent + shift
        norms[live.step, live.losses] = log10_of(size, exponent)
    return norms
