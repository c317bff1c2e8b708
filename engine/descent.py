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
    """∂L_i/∂h_{t−1} = [∂L_i/∂h_t, ∂L_i/∂c_t] J_t, J_t made for several steps at once.

    Losses have a row each, in the order of their steps; those alive at step t are the last rows
    but one, which is the sum of all and goes into ``total``.

    Returns:
        some steps, some losses, the squared norms of these (steps, losses), and which are alive.
    """
    lane, steps, hidden = passage.lanes[0], passage.trace.steps, passage.trace.h.shape[2]
    width = passage.parts * hidden
    emitting, first = losses.nonzero()[0], [*accumulate(losses.tolist(), initial=0)]
    count, firsts = len(emitting), np.array(first)
    many = min(steps, max(_LEAST, _TOGETHER // (width * max(count, hidden))))
    rows, later = (empty((many, count + 1, width)) for _ in range(2))
    own, order = entering.local[:, sample], np.arange(count)
    factors = lane.beside(sample)
    beside = _Beside(factors, count, total[1][:, sample]) if factors else None
    before = None  # the rows of the step that was done last
    for stop in range(steps, 0, -many):
        start = max(0, stop - many)
        rows, later = later, rows
        here, entered = rows[: stop - start], own[start:stop]
        joining = slice(first[start], first[stop])
        at = emitting[joining]
        here[at - start, order[joining], :hidden] = own[at]
        if beside:
            here[at - start, order[joining], hidden:] = 0.0
        if before is None:
            before = here[-1]
            before[count, :hidden], before[count, hidden:] = own[-1], 0.0
            if beside:
                beside.complete(steps - 1, before[first[steps - 1] :])
            here, entered = here[:-1], entered[:-1]
        jacobians = lane.jacobians(start + 1, start + 1 + len(here), sample)
        alive = first[start : start + 1 + len(here)]
        if beside:
            beside.back(before, here, start, alive, jacobians, entered)
        else:
            _back(before, here, alive, jacobians, entered)
        before, done = rows[0], rows[: stop - start]
        total[0][start:stop, sample] = done[:, count, :hidden]
        some = done[:, first[start] : count, :hidden]
        live = order[first[start] :] >= firsts[start:stop, np.newaxis]
        size = np.vecdot(some, some)
        if np.count_nonzero(size == size) < size.size:  # a Jacobian was beyond a double: call for
            size[np.isnan(size)] = np.inf  # the careful way
        yield slice(start, stop), slice(first[start], count), size, live


def _back(before: Array, here: Array, alive: list[int], jacobians: Array, entered: Array) -> None:
    """Some steps back from the rows of the step after them.

    Args:
        before: ∂L_i/∂h of the step after, (I + 1, H).
        here: receives those of some steps, (S, I + 1, H); losses that join are there.
        alive: the first row at each of these steps and at the one after, (S + 1,).
        jacobians: of the steps after each, (S, H, H).
        entered: what every loss brings to its own step, for the sum in the last row, (S, H).
    """
    dot, add = np.dot, np.add
    for row, one, jacobian, added in zip(
        here[::-1], alive[:0:-1], jacobians[::-1], entered[::-1], strict=True
    ):
        dot(before[one:], jacobian, out=row[one:])
        whole = row[-1]
        add(whole, added, out=whole)
        before = row


class _Beside:
    """The same with a ∂L/∂c_t beside every ∂L/∂h_t.

    Args:
        factors: what completes ∂L/∂c_t and what takes it a step back, (T, H) each.
        count: I.
        total: receives what the sum of all losses brings to c_t, (T, H).
    """

    def __init__(self, factors: tuple[Array, Array], count: int, total: Array) -> None:
        self._to_c, self._past = factors
        self._through = empty((count + 1, self._to_c.shape[1]))
        self._total = total

    def complete(self, step: int, rows: Array) -> None:
        """Let ∂L/∂c of the last step be what comes through its h: nothing else arrives there."""
        hidden = rows.shape[1] // 2
        np.multiply(rows[:, :hidden], self._to_c[step], out=rows[:, hidden:])
        self._total[step] = 0.0

    def back(
        self,
        before: Array,
        here: Array,
        start: int,
        alive: list[int],
        jacobians: Array,
        entered: Array,
    ) -> None:
        """As ``_back``; rows are [∂L_i/∂h, ∂L_i/∂c], and ``start`` is the first of the steps."""
        stop, hidden = start + len(here), self._to_c.shape[1]
        through, add, matmul, multiply = self._through, np.add, np.matmul, np.multiply
        dc_before = before[:, hidden:]
        for row, dh, dc, joined, one, jacobian, added, to_c, past, arrived in zip(
            here[::-1],
            here[::-1, :, :hidden],
            here[::-1, :, hidden:],
            alive[-2::-1],
            alive[:0:-1],
            jacobians[::-1],
            entered[::-1],
            self._to_c[start:stop][::-1],
            self._past[start + 1 : stop + 1][::-1],
            self._total[start:stop][::-1],
            strict=True,
        ):
            matmul(before[one:], jacobian, out=dh[one:])
            whole = dh[-1]
            add(whole, added, out=whole)
            multiply(dc_before[one:], past, out=dc[one:])
            arrived[...] = dc[-1]
            state, own = dc[joined:], through[joined:]
            multiply(dh[joined:], to_c, out=own)
            add(state, own, out=state)
            before, dc_before = row, dc
