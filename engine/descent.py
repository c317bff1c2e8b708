"""∂L_i/∂h_t for every pair, one sample after the other, by the Jacobians of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from engine.arrays import Array, Mask
from engine.cells.base import State
from engine.memory import empty, full
from engine.passage import Entering, Passage

_TOGETHER = 160_000
"""So many numbers of several steps' ∂L_i/∂h_t are measured together."""
_LEAST = 8
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
    """[∂L_i/∂h_{t−1}, ∂L_i/∂c_{t−1}] = [∂L_i/∂h_t, ∂L_i/∂c_t] J_t, J_t made for several steps.

    ∂L_i/∂c_t is what has arrived there from later steps. Losses have a row each, in the order of
    their steps; those alive at step t are the last rows but one, which is the sum of all and goes
    into ``total``.

    Returns:
        some steps, some losses, the squared norms of these (steps, losses), and which are alive.
    """
    lane, steps, hidden = passage.lanes[0], passage.trace.steps, passage.trace.h.shape[2]
    emitting, first = losses.nonzero()[0], [*accumulate(losses.tolist(), initial=0)]
    width, count, firsts = passage.parts * hidden, len(emitting), np.array(first)
    many = min(steps, max(_LEAST, _TOGETHER // (width * max(count, hidden))))
    rows, later = (empty((many, count + 1, width)) for _ in range(2))
    room = full((many, width + 1, lane.jacobian_width()), 0.0)[:, :width]  # powers of 2 collide
    beside = lane.beside(sample) if width > room.shape[2] else None
    own, order = entering.local[:, sample], np.arange(count)
    before = None  # the rows of the step that was done last
    for stop in range(steps, 0, -many):
        start = max(0, stop - many)
        rows, later = later, rows
        here, entered = rows[: stop - start], own[start:stop]
        joining = slice(first[start], first[stop])
        at = emitting[joining]
        here[at - start, order[joining], :hidden] = own[at]
        if width > hidden:
            here[at - start, order[joining], hidden:] = 0.0
        if before is None:
            before = here[-1]
            before[count, :hidden], before[count, hidden:] = own[-1], 0.0
            here, entered = here[:-1], entered[:-1]
        end = start + len(here)
        jacobians = room[: len(here)]
        lane.jacobians(start + 1, end + 1, sample, jacobians)
        towards = jacobians, entered, first[start + 1 : end + 1]
        if beside is None:
            _back(before, here, *towards)
        else:
            _back_beside(before, here, *towards, beside[start + 1 : end + 1])
        before, done = rows[0], rows[: stop - start]
        for number, part in enumerate(total):
            part[start:stop, sample] = done[:, count, number * hidden : (number + 1) * hidden]
        some = done[:, first[start] : count, :hidden]
        live = order[first[start] :] >= firsts[start:stop, np.newaxis]
        size = np.vecdot(some, some)
        if np.count_nonzero(size == size) < size.size:  # a Jacobian was beyond a double: call for
            size[np.isnan(size)] = np.inf  # the careful way
        yield slice(start, stop), slice(first[start], count), size, live


def _back(before: Array, here: Array, jacobians: Array, entered: Array, alive: list[int]) -> None:
    """Some steps back from the rows of the step after them.

    Args:
        before: ∂L_i/∂(state) of the step after, (I + 1, ·).
        here: receives those of some steps, (S, I + 1, ·); losses that join are there.
        jacobians: of the steps after each, (S, ·, ·).
        entered: what every loss brings to its own step, for the sum in the last row, (S, H).
        alive: the first row at the step after each of these, (S,).
    """
    hidden, dot, add = entered.shape[1], np.dot, np.add
    for row, jacobian, added, one in zip(
        here[::-1], jacobians[::-1], entered[::-1], alive[::-1], strict=True
    ):
        dot(before[one:], jacobian, out=row[one:])
        whole = row[-1, :hidden]
        add(whole, added, out=whole)
        before = row


def _back_beside(
    before: Array,
    here: Array,
    jacobians: Array,
    entered: Array,
    alive: list[int],
    beside: Array,
) -> None:
    """The same by Jacobians that lead to h_{t−1} alone; ``beside`` leads to c_{t−1}, (S, 2H)."""
    hidden = entered.shape[1]
    through = empty(here.shape[1:])
    from_h, from_c = through[:, :hidden], through[:, hidden:]
    add, matmul, multiply = np.add, np.matmul, np.multiply
    for row, dh, dc, jacobian, added, one, factor in zip(
        here[::-1],
        here[::-1, :, :hidden],
        here[::-1, :, hidden:],
        jacobians[::-1],
        entered[::-1],
        alive[::-1],
        beside[::-1],
        strict=True,
    ):
        rows, whole = before[one:], dh[-1]
        matmul(rows, jacobian, out=dh[one:])
        add(whole, added, out=whole)
        multiply(rows, factor, out=through[one:])
        add(from_h[one:], from_c[one:], out=dc[one:])
        before = row
