"""Gradients of many losses carried back side by side, one matrix product a layer and step.

In the ordinary range of a double nothing is rescaled. Outside it every row has a binary exponent
in every layer, and is brought back near 1 whenever it has left the range where squares are safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from unrolled.engine.cells.lane import Lane, State
from unrolled.engine.numbers.arrays import Array, IntArray, Mask
from unrolled.engine.numbers.magnitude import ldexp_rows, near_one
from unrolled.engine.passes.passage import Entering, Passage

Rescale = Callable[[int, int, Array, IntArray], None]
"""(step, lane, rows of ∂L/∂h (n, B, H), their exponents (n,)): changes both in place."""

_LOW, _HIGH = 1e-40, 1e40
"""Squared norms between these two are left as they are: weights may be far from 1 themselves."""


class Live(NamedTuple):
    """The losses that reach one step.

    Attributes:
        step: t, from 0.
        losses: which of the carried losses, in the order in which they are emitted.
        states: lane → [∂L_i/∂h_t, and ∂L_i/∂c_t where there is a c], one row a loss, (n, B, H)
            each; the next step overwrites them. Divided by 2^exponent.
        dz: lane → ∂L_i/∂z_t, (n, B, ·), divided by 2^dz_exponent.
        exponents: lane → of every loss, (n,); None where all are zero.
        dz_exponents: likewise.
        passing: how many of the rows, from the first, may cross to step t − 1.
    """

    step: int
    losses: slice
    states: list[State]
    dz: list[Array]
    exponents: list[IntArray] | None
    dz_exponents: list[IntArray] | None
    passing: int


class Schedule:
    """Which rows are alive at which step.

    Args:
        passage: whose truncation drops rows.
        carried: the steps whose losses are carried, (T,).
        together: whether all losses share one row, which no window allows.
    """

    def __init__(self, passage: Passage, carried: Mask, *, together: bool = False) -> None:
        self.steps = passage.trace.steps
        self.carried: list[bool] = carried.tolist()
        self.emitting: list[int] = np.flatnonzero(carried).tolist()
        self.crosses: list[bool] = passage.truncation.crossings(self.steps).tolist()
        self.reach = passage.truncation.reach(self.steps)
        self.together = together
        self.count = min(1, len(self.emitting)) if together else len(self.emitting)

    def __iter__(self) -> Iterator[tuple[int, bool, slice, int]]:
        """For every step from the last: t, whether a loss joins, the live rows, how many pass."""
        return self._one_row() if self.together else self._a_row_each()

    def _a_row_each(self) -> Iterator[tuple[int, bool, slice, int]]:
        first = last = self.count
        emitting, reach = self.emitting, self.reach
        for t in range(self.steps - 1, -1, -1):
            joins = self.carried[t]
            if joins:
                first -= 1
            end = last
            while end > first and emitting[end - 1] - t >= reach - 1:
                end -= 1
            if not self.crosses[t]:
                end = first
            yield t, joins, slice(first, last), end - first
            last = end

    def _one_row(self) -> Iterator[tuple[int, bool, slice, int]]:
        alive = 0
        for t in range(self.steps - 1, -1, -1):
            joins = self.carried[t]
            alive = max(alive, int(joins))
            yield t, joins, slice(0, alive), alive if self.crosses[t] else 0


def carry(
    passage: Passage,
    entering: Entering,
    carried: Mask,
    *,
    careful: bool,
    together: bool = False,
    rescale: Rescale | None = None,
) -> Iterator[Live]:
    """Carry losses back side by side, from step T to step 1.

    Args:
        passage: the way back; rows that its truncation lets go no further are dropped.
        entering: every loss at its own step.
        carried: the steps whose losses are carried, (T,).
        careful: give every row a binary exponent.
        together: let all losses share one row, their sum (careful only, and not for a window).
        rescale: what else happens to ∂L/∂h_t before it goes further back (careful only).
    """
    schedule = Schedule(passage, carried, together=together)
    if careful:
        return _carefully(passage, entering, schedule, rescale)
    return _stacked(passage, entering, schedule)


def _buffers(passage: Passage, count: int) -> tuple[list[State], list[Array]]:
    """Rows for every layer's state, and for ∂L/∂z."""
    batch, hidden = passage.trace.h.shape[1:]
    states: list[State] = [
        [np.zeros((count, batch, hidden)) for _ in range(passage.parts)] for _ in passage.lanes
    ]
    return states, [np.empty((count, batch, lane.width)) for lane in passage.lanes]


def _views(rows: list[State], live: slice) -> list[State]:
    """The live rows of every layer's state."""
    return [[part[live] for part in parts] for parts in rows]


def _stacked(passage: Passage, entering: Entering, schedule: Schedule) -> Iterator[Live]:
    """In the ordinary range of a double."""
    lanes, own = passage.lanes, list(entering.local)
    rows, scratch = _buffers(passage, schedule.count)
    for t, joins, live, passing in schedule:
        if live.start == live.stop:
            continue
        if joins:
            rows[0][0][live.start] = own[t]
        states, dz = _views(rows, live), [every[live] for every in scratch]
        for n, lane in enumerate(lanes):
            if n:
                dh = states[n][0]
                dh += lanes[n - 1].below(dz[n - 1])
            lane.local(lane.steps[t], states[n], dz[n])
        yield Live(t, live, states, dz, None, None, passing)
        if t and passing:
            if passing < live.stop - live.start:
                going = slice(passing)
                states, dz = _views(states, going), [every[going] for every in dz]
            cross(lanes, t, states, dz, states)


def cross(
    lanes: tuple[Lane, ...],
    t: int,
    states: list[State],
    dz: list[Array],
    previous: list[State],
) -> None:
    """From the states of step t to those of step t − 1, which may be the same arrays."""
    for n, lane in enumerate(lanes):
        if n and lane.to_outputs:
            top = previous[0][0]
            top += np.dot(dz[n], lane.recurrent)
            previous[n][0][...] = 0.0
        else:
            lane.cross(lane.steps[t], dz[n], states[n], previous[n])


def _carefully(
    passage: Passage, entering: Entering, schedule: Schedule, rescale: Rescale | None
) -> Iterator[Live]:
    """With exponents."""
    lanes, shifts = zip(*(lane.near_one() for lane in passage.lanes), strict=True)
    rows, scratch = _buffers(passage, schedule.count)
    exponents = [np.zeros(schedule.count, dtype=np.int64) for _ in lanes]
    for t, joins, live, passing in schedule:
        if live.start == live.stop:
            continue
        states, dz = _views(rows, live), [every[live] for every in scratch]
        here = [every[live] for every in exponents]
        if joins:
            new = slice(0, 1)
            own = [part[new] for part in states[0]]
            merge(own, here[0][new], entering.local[t : t + 1], entering.exponent[t : t + 1])
        inside: list[IntArray] = []
        for n, lane in enumerate(lanes):
            if n:
                down, shift = near_one(lanes[n - 1].below(dz[n - 1]))
                merge(states[n], here[n], down, inside[n - 1] + shift)
            bring_near_one(states[n], here[n])
            if rescale:
                rescale(t, n, states[n][0], here[n])
            lane.local(lane.steps[t], states[n], dz[n])
            inside.append(here[n] + shifts[n][t])
        yield Live(t, live, states, dz, here, inside, passing)
        if t and passing:
            going = slice(passing)
            _cross_carefully(
                lanes,
                t,
                _views(states, going),
                [every[going] for every in dz],
                [every[going] for every in here],
                [every[going] for every in inside],
            )
        elif schedule.together:
            for part in (part for parts in rows for part in parts):
                part[...] = 0.0


def _cross_carefully(
    lanes: tuple[Lane, ...],
    t: int,
    states: list[State],
    dz: list[Array],
    exponents: list[IntArray],
    inside: list[IntArray],
) -> None:
    """The same with exponents: those of the states, which change, and those of ∂L/∂z."""
    for n, lane in enumerate(lanes):
        if n and lane.to_outputs:
            down, shift = near_one(np.dot(dz[n], lane.recurrent))
            merge(states[0], exponents[0], down, inside[n] + shift)
            states[n][0][...] = 0.0
        else:
            lane.cross(lane.steps[t], dz[n], states[n], states[n])
            exponents[n][...] = inside[n]


def bring_near_one(state: State, exponent: IntArray) -> None:
    """Rescale, in place, the rows whose squares would soon leave the range of a double."""
    flat = state[0].reshape(len(exponent), -1)
    squares = np.vecdot(flat, flat)
    for part in state[1:]:
        flat = part.reshape(len(exponent), -1)
        squares += np.vecdot(flat, flat)
    if np.minimum.reduce(squares) > _LOW and np.maximum.reduce(squares) < _HIGH:
        return
    outside = ~((squares > _LOW) & (squares < _HIGH))
    peak = np.zeros(int(outside.sum()))
    for part in state:
        np.maximum(peak, np.abs(part[outside]).max(axis=(1, 2), initial=0.0), out=peak)
    shift = np.where(np.isfinite(peak), np.frexp(peak)[1], 0).astype(np.int64)
    for part in state:
        part[outside] = ldexp_rows(part[outside], -shift)
    exponent[outside] += shift


def merge(state: State, exponent: IntArray, added: Array, other: IntArray) -> None:
    """state[0] += added where both have exponents; the state and its exponents change in place."""
    bring_near_one(state, exponent)
    alive = np.logical_or.reduce([part.any(axis=(1, 2)) for part in state])
    adds = added.any(axis=(1, 2))
    top = np.where(alive & adds, np.maximum(exponent, other), np.where(alive, exponent, other))
    for part in state:
        part[...] = ldexp_rows(part, np.where(alive, exponent - top, 0))
    state[0] += ldexp_rows(added, np.where(adds, other - top, 0))
    exponent[...] = top
