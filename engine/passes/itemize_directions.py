"""∂L_i/∂h_t of every direction of every layer, for every loss i and every step t.

In the last layer L_i enters at step i alone: forward it reaches the steps before, in reverse those
after. A layer below reads both directions of the one above, or is read by both: there L_i enters at
every step, and reaches every step of either direction.
"""

from __future__ import annotations

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, Mask
from unrolled.engine.numbers.magnitude import log10_of, split_norms, trusted
from unrolled.engine.passes.directions import BothWays, Direction, rows_both_ways
from unrolled.engine.passes.itemize import Itemized, grid
from unrolled.engine.passes.passage import Entering

_NUMBERS = 4_000_000
"""How many numbers of gradients are held at most, where that is one row or more."""


def itemize_both_ways(both: BothWays, entering: Entering) -> list[Itemized]:
    """‖∂L_i/∂h_t‖ for every pair, a matrix a direction, the input's layer first, forward first.

    NaN where no path leads: t > i in the last layer's forward direction, t < i in its reverse one,
    and behind the end of every sample that has the loss. Above 512 steps for those of a grid.
    """
    losses, steps = grid(both.top.trace.emits)
    emitting = losses.nonzero()[0]
    reached = [_reached(both, one, entering, emitting) for one in both.directions]
    network, parts = both.top.network, both.top.parts
    one_row = both.top.trace.h[..., 0].size * network.hidden_size * (parts + 4)
    together = max(1, _NUMBERS // (one_row * len(both.directions)))
    shape = parts, len(emitting), len(steps)
    norms = [np.empty(shape) for _ in both.directions]
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        for first in range(0, len(emitting), together):
            at = slice(first, first + together)
            some = [where[at] for where in reached]
            found = None
            if not entering.careful:
                found = _ordinary(both, entering, emitting[at], some)
            if found is None:
                found = _careful(both, entering, emitting[at], some)
            for into, part in zip(norms, found, strict=True):
                into[:, at] = part
    axis = steps.nonzero()[0] + 1
    return [Itemized(emitting + 1, axis, *own[:, :, steps]) for own in norms]


def last_reached(both: BothWays, entering: Entering) -> IntArray:
    """Of every loss that is measured the last step of any sample that has it, from 1, (I,)."""
    losses, _ = grid(both.top.trace.emits)
    reached = _heard(both, entering, losses.nonzero()[0])
    return np.asarray(reached.shape[1] - np.argmax(reached[:, ::-1], axis=1))


def _heard(both: BothWays, entering: Entering, emitting: IntArray) -> Mask:
    """The steps of the samples that have a loss, (I, T)."""
    trace = both.top.trace
    heard = entering.given[emitting].any(axis=2)
    live = np.ones(trace.h.shape[:2], dtype=bool) if trace.masks is None else trace.masks.live
    return np.asarray((heard.astype(np.int64) @ live.T.astype(np.int64)) > 0)


def _reached(both: BothWays, one: Direction, entering: Entering, emitting: IntArray) -> Mask:
    """Where a path leads, (I, T)."""
    steps, there = np.arange(both.top.trace.steps), _heard(both, entering, emitting)
    if one.layer < len(both.layers) - 1:
        return there
    later = steps >= emitting[:, np.newaxis]
    return there & (later if one.reverse else steps <= emitting[:, np.newaxis])


def _ordinary(
    both: BothWays, entering: Entering, emitting: IntArray, reached: list[Mask]
) -> list[Array] | None:
    """log₁₀ of every direction's norms, (parts, I, T), or None where a double does not do."""
    found = []
    local = _entered(entering.local, emitting), np.zeros((len(entering.local), len(emitting)), int)
    for (state, _), where in zip(rows_both_ways(both, local, careful=False), reached, strict=True):
        squares = np.cumsum([(part * part).sum(axis=(2, 3)) for part in state], axis=0)
        squares = np.where(where, squares.transpose(0, 2, 1), np.nan)
        if not trusted(squares):
            return None
        found.append(0.5 * np.log10(squares))
    return found


def _careful(
    both: BothWays, entering: Entering, emitting: IntArray, reached: list[Mask]
) -> list[Array]:
    """The same with an exponent for every row."""
    found, many = [], len(emitting)
    exponents = np.repeat(entering.exponent[:, np.newaxis], many, axis=1)
    local = _entered(entering.local, emitting), exponents
    for (state, exponent), where in zip(
        rows_both_ways(both, local, careful=True), reached, strict=True
    ):
        flat = [part.reshape(exponent.size, -1) for part in state]
        norms = []
        for parts in range(1, len(flat) + 1):
            size, shift = split_norms(np.concatenate(flat[:parts], axis=1))
            whole = exponent.ravel() if shift is None else exponent.ravel() + shift
            norms.append(log10_of(size, whole).reshape(exponent.shape).T)
        found.append(np.where(where, np.array(norms), np.nan))
    return found


def _entered(local: Array, emitting: IntArray) -> Array:
    """Row n holds the loss of one step alone, at its own step, (T, n, B, 2H)."""
    rows = np.zeros((len(local), len(emitting), *local.shape[1:]))
    rows[emitting, np.arange(len(emitting))] = local[emitting]
    return rows
