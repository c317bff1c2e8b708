"""The one recursion back in time: gradients of many losses side by side, or of all in one row.

In the ordinary range of a double nothing is rescaled. Outside it every row has a binary exponent
in every layer, and is brought back near 1 whenever it has left the range where squares are safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from unrolled.engine.cells.lane import Lane, State
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, record
from unrolled.engine.numbers.magnitude import ldexp_rows, near_one
from unrolled.engine.passes.passage import Entering, Passage

Rescale = Callable[[int, int, Array, IntArray], None]
"""(step, lane, rows of ∂L/∂h (n, B, H), their exponents (n,)): changes both in place."""

_LOW, _HIGH = 1e-40, 1e40
"""Squared norms between these two are left as they are: weights may be far from 1 themselves."""
_NONE = np.zeros(1, dtype=np.int64)


@record
class Rows:
    """Gradients on their way back, lane by lane, n rows of each.

    Attributes:
        states: [∂L/∂h_t, and ∂L/∂c_t where there is a c], (n, B, ·) each, over 2^exponents.
        dz: ∂L/∂z_t, (n, B, ·), over 2^dz_exponents.
        exponents: (n,); no lane has any in the ordinary range of a double.
        dz_exponents: likewise.
    """

    states: list[State]
    dz: list[Array]
    exponents: list[IntArray]
    dz_exponents: list[IntArray]

    @staticmethod
    def empty(passage: Passage, count: int, *, careful: bool) -> Rows:
        """So many rows of zeros."""
        shape, lanes = (count, passage.trace.h.shape[1]), passage.lanes
        exponents = [[np.zeros(count, dtype=np.int64) for _ in lanes if careful] for _ in range(2)]
        return Rows(
            [[np.zeros((*shape, width)) for width in passage.widths] for _ in lanes],
            [np.zeros((*shape, lane.width)) for lane in lanes],
            *exponents,
        )

    def __getitem__(self, at: slice | int) -> Rows:
        """Some rows, or one without its first axis; what is written there is written here."""
        states: list[State] = [[part[at] for part in parts] for parts in self.states]
        dz = [own[at] for own in self.dz]
        if not self.exponents:
            return Rows(states, dz, [], [])
        exponents = [own[at] for own in self.exponents], [own[at] for own in self.dz_exponents]
        return Rows(states, dz, *exponents)

    def add(self, lane: int, values: Array, exponent: IntArray) -> None:
        """∂L/∂h of a lane += values · 2^exponent."""
        if self.exponents:
            near, shift = near_one(values)
            merge(self.states[lane], self.exponents[lane], near, exponent + shift)
        else:
            dh = self.states[lane][0]
            dh += values


class Live(NamedTuple):
    """The losses that reach one step.

    Attributes:
        step: t, from 0.
        losses: which of the carried losses, in the order in which they are emitted.
        rows: one a loss; the next step overwrites them.
        passing: how many of them, from the first, may cross to step t − 1.
    """

    step: int
    losses: slice
    rows: Rows
    passing: int


def carry(
    passage: Passage,
    entering: Entering,
    carried: Mask,
    *,
    careful: bool,
    together: Rows | None = None,
    rescale: Rescale | None = None,
) -> Iterator[Live]:
    """Carry losses back side by side, from step T to step 1.

    Rows that the truncation lets go no further are dropped. ``careful``: every row has a binary
    exponent; only then is there a ``rescale``, which changes ∂L/∂h_t before it goes further back.
    ``together``: T rows, or n T where n rows enter at every step; what has entered is carried as a
    sum, row t (rows n t …) being that of step t (not for a window), and nothing is yielded.
    """
    lanes = passage.lanes
    shifts: tuple[IntArray, ...] = ()
    if careful:
        lanes, shifts = zip(*(lane.near_one() for lane in lanes), strict=True)
    rows = together or Rows.empty(passage, int(np.count_nonzero(carried)), careful=careful)
    many = len(rows.dz[0]) // passage.trace.steps if together else 1
    before = None
    for t, joins, live, passing in _schedule(passage, carried):
        own = slice(many * t, many * (t + 1))
        sums = own if careful or many > 1 else t
        here = before or rows[sums if together else live]
        if joins:
            _enter(here, entering, own)
        _descend(lanes, t, here, shifts, rescale)
        if not together:
            yield Live(t, live, here, passing)
        before = None
        if t and passing and together:
            before = rows[slice(own.start - many, own.start) if careful or many > 1 else t - 1]
            _cross(lanes, t, here, before)
            passage.keep(t, before.states)
        elif t and passing:
            going = here if passing == live.stop - live.start else here[:passing]
            _cross(lanes, t, going, going)
            passage.keep(t, going.states)


def _enter(here: Rows, entering: Entering, now: slice) -> None:
    """A loss joins, in the first row of the last layer; or several, in as many rows."""
    first = slice(0, now.stop - now.start)
    if here.exponents:
        own = [part[first] for part in here.states[0]]
        merge(own, here.exponents[0][first], entering.local[now], entering.exponent[now])
    else:
        dh = here.states[0][0]
        dh = dh[np.newaxis] if dh.ndim == 2 else dh[first]
        dh += entering.local[now]


def _descend(
    lanes: tuple[Lane, ...],
    t: int,
    here: Rows,
    shifts: tuple[IntArray, ...],
    rescale: Rescale | None,
) -> None:
    """From each layer's state of step t to where the weights enter, and to the layer below."""
    for n, lane in enumerate(lanes):
        if n:
            own = here.dz_exponents[n - 1] if shifts else _NONE
            here.add(n, lanes[n - 1].below(here.dz[n - 1]), own)
        if shifts:
            bring_near_one(here.states[n], here.exponents[n])
            if rescale:
                rescale(t, n, here.states[n][0], here.exponents[n])
            here.dz_exponents[n][...] = here.exponents[n] + shifts[n][t]
        lane.local(lane.steps[t], here.states[n], here.dz[n])


def _schedule(passage: Passage, carried: Mask) -> Iterator[tuple[int, bool, slice, int]]:
    """Every step that losses reach, the last first: t, whether one joins, which, how many pass."""
    steps, truncation = passage.trace.steps, passage.truncation
    crosses, reach = truncation.crossings(steps).tolist(), truncation.reach(steps)
    emitting, joining = np.flatnonzero(carried).tolist(), carried.tolist()
    first = last = len(emitting)
    for t in range(steps - 1, -1, -1):
        first -= joining[t]
        end = last if crosses[t] else first
        while end > first and emitting[end - 1] - t >= reach - 1:
            end -= 1
        if first < last:
            yield t, joining[t], slice(first, last), end - first
        last = end


def _cross(lanes: tuple[Lane, ...], t: int, here: Rows, previous: Rows) -> None:
    """From the states of step t to those of step t − 1, which may be the same arrays."""
    for n, lane in enumerate(lanes):
        own = here.dz_exponents[n : n + 1]
        if n and lane.to_outputs:
            dz = here.dz[n]
            through = lane.multiply(dz.reshape(-1, dz.shape[-1]), lane.recurrent)
            previous.add(0, through.reshape(*dz.shape[:-1], -1), *own or [_NONE])
            previous.states[n][0][...] = 0.0
        else:
            lane.cross(lane.steps[t], here.dz[n], here.states[n], previous.states[n])
            if own:
                previous.exponents[n][...] = own[0]


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
