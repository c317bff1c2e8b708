"""∂L_i/∂h_t for every pair i ≥ t: all losses go back together, one matrix product a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.arrays import Array, IntArray
from engine.magnitude import log10_of, near_one, split_norms, trusted
from engine.passage import Entering, Passage

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
        rows: ∂L_i/∂h_t / 2^exponent, one a loss, (n, B·H); the next step overwrites them.
        exponent: of every loss, (I,).
        passing: how many of the rows, from the first, may cross to step t − 1.
    """

    step: int
    losses: slice
    rows: Array
    exponent: IntArray
    passing: int


def live_rows(passage: Passage, entering: Entering, *, careful: bool) -> Iterator[Live]:
    """Carry every loss back side by side, from step T to step 1.

    D_{t−1} = (D_t ⊙ f′(a_t)) R, one block a loss; the loss of step t − 1 joins as a new one.

    Args:
        passage: the way back; rows that its truncation lets go no further are dropped.
        entering: every loss at its own step.
        careful: give every row a binary exponent and keep its largest entry near 1.
    """
    trace, truncation, local = passage.trace, passage.truncation, entering.local
    steps, batch, width = local.shape
    emits = trace.emits.tolist()
    crosses = truncation.crossings(steps).tolist()
    reach = truncation.reach(steps)
    emitting = np.flatnonzero(trace.emits).tolist()
    count = len(emitting)
    rows = np.empty((count, width) if batch == 1 else (count, batch, width))
    flat, scratch = rows.reshape(count, -1), np.empty_like(rows)
    exponent = np.zeros(count, dtype=np.int64)
    first = last = count
    own = local.reshape(steps, -1)
    back, recurrent = passage.cell.step_back, passage.recurrent
    shifts = np.zeros(steps, dtype=np.int64)
    derivative, shifts = near_one(trace.derivative) if careful else (trace.derivative, shifts)
    derivatives = list(derivative)
    for t in range(steps - 1, -1, -1):
        if emits[t]:
            first -= 1
            flat[first], exponent[first] = own[t], entering.exponent[t]
        if careful and last > first:
            flat[first:last], shift = near_one(flat[first:last])
            exponent[first:last] += shift
        end = last
        while end > first and emitting[end - 1] - t >= reach - 1:
            end -= 1
        if not crosses[t]:
            end = first
        losses = slice(first, last)
        yield Live(t, losses, flat[losses], exponent, end - first)
        last = end
        if t and last > first:
            live = rows[first:last]
            back(recurrent, derivatives[t], live, scratch[first:last], live)
            if careful:
                exponent[first:last] += shifts[t]


def itemize(passage: Passage, entering: Entering) -> Itemized:
    """‖∂L_i/∂h_t‖ for every pair.

    Args:
        passage: the way back.
        entering: every loss at its own step.
    Source: notes, "Many-to-Many RNN": ∂L/∂h_t = Σ_{i≥t} ∂L_i/∂h_t.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        norms = None if entering.careful else _ordinary(passage, entering)
        if norms is None:
            norms = _careful(passage, entering)
    emits = passage.trace.emits
    return Itemized(np.flatnonzero(emits) + 1, np.arange(1, len(emits) + 1), norms.T)


def _ordinary(passage: Passage, entering: Entering) -> Array | None:
    """log₁₀ of the norms, (T, I), or None where a double could not carry them."""
    steps = passage.trace.steps
    squares = np.full((steps, int(passage.trace.emits.sum())), -1.0)
    at = list(squares)
    for t, losses, rows, _, _ in live_rows(passage, entering, careful=False):
        np.vecdot(rows, rows, out=at[t][losses])
        if t and t % _LOOK == 0 and not trusted(squares[t : t + _LOOK]):
            return None
    if not trusted(squares):
        return None
    return np.asarray(0.5 * np.log10(squares))


def _careful(passage: Passage, entering: Entering) -> Array:
    """The same with an exponent for every row."""
    norms = np.full((passage.trace.steps, int(passage.trace.emits.sum())), np.nan)
    for live in live_rows(passage, entering, careful=True):
        size, shift = split_norms(live.rows)
        exponent = live.exponent[live.losses]
        exponent = exponent if shift is None else exponent + shift
        norms[live.step, live.losses] = log10_of(size, exponent)
    return norms
