"""∂L_i/∂h_t for every pair, one sample after the other, by the Jacobians of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from engine.arrays import Array, Mask
from engine.cells.base import State
from engine.memory import empty
from engine.passage import Entering, Passage

_TOGETHER = 49_152
"""So many numbers of several steps' ∂L_i/∂h_t are measured together."""
_LEAST = 6
"""And the Jacobians of at least so many steps are made together."""


def pays(passage: Passage, losses: Mask) -> bool:
    """Whether the Jacobians of every step cost less than what they save the losses."""
    count, (batch, hidden) = int(np.count_nonzero(losses)), passage.trace.h.shape[1:]
    return hidden <= 2 * count and passage.lanes[0].jacobians_pay(count * hidden, batch)


def descend(
    passage: Passage, entering: Entering, losses: Mask, squares: Array, total: State
) -> Iterator[slice]:
    """Write ‖∂L_i/∂h_t‖² of a single layer into ``squares``; some steps after the other.

    Args:
        passage: the way back, without a truncation.
        entering: every loss at its own step.
        losses: the steps whose losses go back, (T,).
        squares: receives the squared norms, (T, I).
        total: receives the sum of all losses, (T, B, H), and of what has arrived at c_t.
    Returns:
        the steps that are done, as they are done.
    """
    samples = passage.trace.h.shape[1]
    for sample in range(samples):
        for steps, columns, size, live in _one_sample(passage, entering, losses, total, sample):
            here = squares[steps, columns]
            if sample:
                np.add(here, size, out=here, where=live)
            else:
                np.copyto(here, size, where=live)
            if sample == samples - 1:
                yield steps


def _one_sample(
    passage: Passage, entering: Entering, losses: Mask, total: State, sample: int
) -> Iterator[tuple[slice, slice, Array, Mask]]:
    """∂L_i/∂h_{t−1} = [∂L_i/∂h_t, ∂L_i/∂c_t] J_t, J_t made for several steps at once.

    Losses have a row each, in the order of their steps; those alive at step t are the last rows
    but one, which is the sum of all and goes into ``total``.

    Returns:
        some steps, some losses, the squared norms of these (steps, losses), and which are alive.
    """
    lane, steps, hidden = passage.lanes[0], passage.trace.steps, passage.trace.h.shape[2]
    width = passage.parts * hidden
    deep, multiply = width > hidden, np.matmul if width > hidden else np.dot
    emitting, first = losses.nonzero()[0], [*accumulate(losses.tolist(), initial=0)]
    count, firsts = len(emitting), np.array(first)
    many = min(steps, max(_LEAST, _TOGETHER // (width * max(count, hidden))))
    rows, later = (empty((many, count + 1, width)) for _ in range(2))
    own, add, order = entering.local[:, sample], np.add, np.arange(count)
    before = None  # the rows of the step that was done last
    for stop in range(steps, 0, -many):
        start = max(0, stop - many)
        rows, later = later, rows
        joining = slice(first[start], first[stop])
        at = emitting[joining]
        rows[at - start, order[joining], :hidden] = own[at]
        if deep:
            rows[at - start, order[joining], hidden:] = 0.0
        here, entered = rows[: stop - start], own[start:stop]
        if before is None:
            here, entered, before = here[:-1], entered[:-1], here[-1]
            before[count, :hidden], before[count, hidden:] = own[-1], 0.0
            if deep:
                total[1][stop - 1, sample] = 0.0
                lane.complete(stop - 1, sample, before[first[stop - 1] :])
        jacobians = lane.jacobians(start + 1, start + 1 + len(here), sample)
        alive = first[start + 1 : start + 1 + len(here)]
        t = start + len(here)
        for row, one, jacobian, added in zip(
            here[::-1], alive[::-1], jacobians[::-1], entered[::-1], strict=True
        ):
            going, dh = before[one:], row[:, :hidden]
            multiply(going, jacobian, out=dh[one:])
            add(dh[count], added, out=dh[count])
            if deep:
                lane.past(t, sample, going, row[one:])
                t -= 1
                total[1][t, sample] = row[count, hidden:]
                lane.complete(t, sample, row[first[t] :])
            before = row
        total[0][start:stop, sample] = rows[: stop - start, count, :hidden]
        some = rows[: stop - start, first[start] : count, :hidden]
        live = order[first[start] :] >= firsts[start:stop, np.newaxis]
        size = np.vecdot(some, some)
        size[np.isnan(size)] = np.inf  # a Jacobian was beyond a double: call for the careful way
        yield slice(start, stop), slice(first[start], count), size, live
