"""∂L_i/∂h_t for every pair i ≥ t: all losses go back together, one matrix product a step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.arrays import Array, IntArray, Mask
from engine.carry import Schedule, carry
from engine.cells.base import State
from engine.descent import descend, pays
from engine.magnitude import log10_of, split_norms, trusted
from engine.memory import empty, full
from engine.passage import Entering, Passage
from engine.records import record

_LOOK = 64
"""How many steps go back between two looks at the magnitude."""
_IN_CACHE = 65_536
"""So many numbers of ∂L/∂z stay in the processor's cache."""
WHOLE = 512
"""Up to so many steps every pair is computed."""
GRID = 256
"""Beyond, so many losses and steps."""


@record
class Itemized:
    """‖∂L_i/∂h_t‖ for every loss i and step t, or for those of a grid.

    Attributes:
        loss_steps: steps i that emit a loss, from 1, (I,).
        steps: steps t, from 1, (S,); every i is among them.
        log10_norm: (I, S); NaN where t > i, where no path exists, or where exactly zero.
    """

    loss_steps: IntArray
    steps: IntArray
    log10_norm: Array

    def own(self) -> Array:
        """log₁₀ ‖∂L_i/∂h_i‖, (I,)."""
        at = np.searchsorted(self.steps, self.loss_steps)
        return np.asarray(self.log10_norm[np.arange(len(at)), at])


def grid(emits: Mask, follow: int | None = None) -> tuple[Mask, Mask]:
    """The losses and the steps that are measured, as masks, (T,) each.

    Up to 512 steps all of them; beyond, 256 at equal distances, the first, the last and the
    followed one always among them.

    Args:
        emits: the steps that emit a loss.
        follow: the followed loss's step, from 1.
    """
    steps = len(emits)
    if steps <= WHOLE:
        return emits, np.ones(steps, dtype=bool)
    chosen = np.zeros(steps, dtype=bool)
    chosen[np.linspace(0, steps - 1, GRID).round().astype(int)] = True
    if follow is not None and not chosen[follow - 1]:
        inner = np.flatnonzero(chosen)[1:-1]
        chosen[inner[np.argmin(np.abs(inner - follow + 1))]] = False
        chosen[follow - 1] = True
    return emits & chosen, chosen


def itemize(
    passage: Passage, entering: Entering, follow: int | None = None
) -> tuple[list[Itemized], State | None]:
    """‖∂L_i/∂h_t‖ for every pair, one matrix a layer, the layer that reads the input first.

    Beside the losses goes one more row, their sum, where it can: then it is not carried again.

    Args:
        passage: the way back.
        entering: every loss at its own step.
        follow: a loss that a grid must hold.
    Returns:
        the norms, and what the sum brings to h_t (and to c_t), (T, B, H) each; None where a
        truncation, several layers or magnitudes beyond a double ask for a way of its own.
    Source: notes, "Many-to-Many RNN": ∂L/∂h_t = Σ_{i≥t} ∂L_i/∂h_t.
    """
    losses, steps = grid(passage.trace.emits, follow)
    norms = total = None
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        if not entering.careful:
            if len(passage.lanes) == 1 and passage.truncation.passes_all(len(steps)):
                total = [empty(entering.local.shape) for _ in range(passage.parts)]
            norms = _ordinary(passage, entering, losses, steps, total)
        if norms is None:
            norms, total = _careful(passage, entering, losses, steps), None
    at, axis = losses.nonzero()[0] + 1, steps.nonzero()[0] + 1
    return [Itemized(at, axis, one.T) for one in reversed(norms)], total


def _ordinary(
    passage: Passage, entering: Entering, losses: Mask, steps: Mask, total: State | None
) -> list[Array] | None:
    """log₁₀ of the norms, (S, I) a lane, or None where a double could not carry them."""
    shape = len(steps), int(np.count_nonzero(losses))
    squares = [full(shape, np.nan) for _ in passage.lanes]
    if len(passage.lanes) > 1:
        looks = _stacked(passage, entering, losses, squares)
    elif total is not None and pays(passage, losses):
        looks = descend(passage, entering, losses, squares[0], total)
    else:
        looks = _one_layer(passage, entering, losses, squares[0], total)
    for done in looks:
        if not all(trusted(own[done]) for own in squares):
            return None
    whole = np.count_nonzero(steps) == len(steps)
    measured = squares if whole else [own[steps] for own in squares]
    for own in measured:
        np.multiply(np.log10(own, out=own), 0.5, out=own)
    return measured


def _stacked(
    passage: Passage, entering: Entering, losses: Mask, squares: list[Array]
) -> Iterator[slice]:
    """Write ‖∂L_i/∂h_t‖² of every lane into ``squares``; some steps after the other."""
    for t, live, states, _, _, _, _ in carry(passage, entering, losses, careful=False):
        for own, state in zip(squares, states, strict=True):
            flat = state[0].reshape(len(state[0]), -1)
            np.vecdot(flat, flat, out=own[t, live])
        if t % _LOOK == 0:
            yield slice(t, t + _LOOK)
    yield slice(None)  # steps that nothing reaches were passed over


def _one_layer(
    passage: Passage, entering: Entering, losses: Mask, squares: Array, total: State | None
) -> Iterator[slice]:
    """The same for a single layer, whose ∂L/∂h_t needs nothing of step t but its own loss.

    So many losses at a time go one step back that their ∂L/∂z stays in the processor's cache.
    The last row is the sum of all losses, which no truncation may drop; it goes into ``total``.
    """
    lane, schedule = passage.lanes[0], Schedule(passage, losses)
    batch, hidden = passage.trace.h.shape[1:]
    count = schedule.count
    height = count if total is None else count + 1
    shape = (height, hidden) if batch == 1 else (height, batch, hidden)
    rows = [full(shape, 0.0) for _ in range(passage.parts)]
    many = max(1, _IN_CACHE // (batch * lane.width))
    scratch = empty((min(many, height), *shape[1:-1], lane.width))
    dh, flat = rows[0], rows[0].reshape(height, batch * hidden)
    local, cross, factors = lane.local, lane.cross, lane.steps
    own = list(entering.local[:, 0] if batch == 1 else entering.local)
    sums = [(part[-1], whole) for part, whole in zip(rows, total, strict=True)] if total else []
    vecdot, add = np.vecdot, np.add
    for t, joins, live, passing in schedule:
        first = live.start
        if joins:
            dh[first] = own[t]
        seen = flat[live]
        vecdot(seen, seen, out=squares[t, live])
        if sums:
            add(sums[0][0], own[t], out=sums[0][0])
            for part, whole in sums:
                whole[t] = part
        if t % _LOOK == 0:
            yield slice(t, t + _LOOK)
            if not t:
                return
        factor, end = factors[t], first + passing + (height - count)
        for begin in range(first, end, many):
            some = slice(begin, min(begin + many, end))
            state, dz = [part[some] for part in rows], scratch[: some.stop - begin]
            local(factor, state, dz)
            cross(factor, dz, state, state)


def _careful(passage: Passage, entering: Entering, losses: Mask, steps: Mask) -> list[Array]:
    """The same with an exponent for every row."""
    rows = np.cumsum(steps) - 1
    shape = int(steps.sum()), int(losses.sum())
    norms = [np.full(shape, np.nan) for _ in passage.lanes]
    for live in carry(passage, entering, losses, careful=True):
        if not steps[live.step]:
            continue
        assert live.exponents is not None
        for own, state, exponent in zip(norms, live.states, live.exponents, strict=True):
            size, shift = split_norms(state[0].reshape(len(state[0]), -1))
            whole = exponent if shift is None else exponent + shift
            own[rows[live.step], live.losses] = log10_of(size, whole)
    return norms
