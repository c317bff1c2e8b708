"""∂L_i/∂h_t for every pair i ≥ t: all losses go back together, one matrix product a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from unrolled.engine.numbers.arrays import Array, Mask, Places, Rows, record
from unrolled.engine.numbers.magnitude import log10_of, split_norms, trusted
from unrolled.engine.passes.carry import carry
from unrolled.engine.passes.passage import Entering, Passage

_LOOK = 64
"""How many steps go back between two looks at the magnitude."""
WHOLE = 512
"""Up to so many steps every step is measured."""
GRID = 256
"""Beyond, so many losses and steps."""
AFFORDED = 5e10
"""Multiplications that rows may take together, 2 to 3 s; where all take more, some are chosen."""
_LEAST = 8
"""So many losses have a row in any case."""


@record
class Itemized:
    """‖∂L_i/∂h_t‖ for every loss i and step t, or a sample of them.

    Above 512 steps it holds those of a grid. Where all rows together would take too long (an LSTM
    of 256 units, a batch of 64, 200 steps), it holds the rows of some losses.

    Attributes:
        loss_steps: steps i that emit a loss and have a row, from 1, (I,).
        steps: steps t, from 1, (S,); every i is among them.
        log10_norm: [i][t], (I, S); NaN where t > i, where no path exists, or where exactly zero.
        state_log10_norm: log₁₀ ‖∂L_i/∂(h_t, c_t)‖ likewise, √(‖∂L_i/∂h_t‖² + ‖∂L_i/∂c_t‖²), where
            the cell has a c; else None: h is the whole state.
        emitting: every step that emits a loss, from 1; None where each of them has a row.
        note: which losses and steps were chosen, and why, in words; None where all are there.
    """

    loss_steps: Places
    steps: Places
    log10_norm: Rows
    state_log10_norm: Rows | None = None
    emitting: Places | None = None
    note: str | None = None

    @property
    def of_state(self) -> Array:
        """The norms of the whole state, (I, S)."""
        return self.log10_norm if self.state_log10_norm is None else self.state_log10_norm


def grid(emits: Mask, follow: int | None = None) -> tuple[Mask, Mask]:
    """The losses and the steps that may be measured, as masks, (T,) each.

    Up to 512 steps all of them; beyond, 256 at equal distances, the first, the last and the
    followed one always among them.
    """
    steps = len(emits)
    chosen = spread(np.ones(steps, dtype=bool), steps if steps <= WHOLE else GRID, follow)
    return emits & chosen, chosen


def spread(places: Mask, count: int, follow: int | None = None) -> Mask:
    """So many of the places, at equal distances: the first, the last and the followed one (from 1)
    always among them; all where there are no more.
    """
    there = np.flatnonzero(places)
    if len(there) <= count:
        return places
    chosen = np.zeros_like(places)
    chosen[there[np.linspace(0, len(there) - 1, count).round().astype(int)]] = True
    if follow is not None and places[follow - 1] and not chosen[follow - 1]:
        inner = np.flatnonzero(chosen)[1:-1]
        chosen[inner[np.argmin(np.abs(inner - follow + 1))]] = False
        chosen[follow - 1] = True
    return chosen


def effort(passage: Passage, losses: Mask) -> float:
    """How many multiplications the rows of these losses take: of every one at every step that it
    reaches, the product with the recurrent weights, and with what leads to the layer below.
    """
    at, truncation = np.flatnonzero(losses) + 1, passage.truncation
    crossed = sum(step - max(truncation.first_reached(step), 1) + 1 for step in at.tolist())
    products = sum(matrix.size for lane in passage.lanes for matrix in lane.matrices)
    products += sum(lane.inward.size for lane in passage.lanes[:-1])
    return float(crossed * passage.trace.h.shape[1] * products)


def itemize(passage: Passage, entering: Entering, follow: int | None = None) -> list[Itemized]:
    """‖∂L_i/∂h_t‖ for every pair, one matrix a layer, the layer that reads the input first.

    A sample holds the followed loss, too.
    Source: notes, "Many-to-Many RNN": ∂L/∂h_t = Σ_{i≥t} ∂L_i/∂h_t.
    """
    emits = passage.trace.emits
    losses, steps = grid(emits, follow)
    dear = effort(passage, losses) / AFFORDED
    if dear > 1.0:
        count = int(np.count_nonzero(losses) / dear)
        losses = spread(losses, max(_LEAST, count), follow)
    norms = measured(passage, entering, losses, steps)
    at, axis = losses.nonzero()[0] + 1, steps.nonzero()[0] + 1
    emitting = None if (losses == emits).all() else emits.nonzero()[0] + 1
    note = _chosen(emits, losses, steps, dear=dear > 1.0)
    return [
        Itemized(at, axis, of_h.T, whole[0].T if whole else None, emitting, note)
        for of_h, *whole in norms
    ]


def _chosen(emits: Mask, losses: Mask, steps: Mask, *, dear: bool) -> str | None:
    """What a sample holds, in words; None where nothing is left out."""
    every, rows = int(np.count_nonzero(emits)), int(np.count_nonzero(losses))
    said = ""
    if rows < every:
        said = (
            f"{rows:,} of {every:,} losses have a row, at equal distances: the first, the last and "
            f"a followed one are among them."
        )
        said += " The rows of all would take too long." if dear else ""
    if not steps.all():
        said += f" {np.count_nonzero(steps):,} of {len(steps):,} steps are measured."
    return said.strip() or None


def measured(passage: Passage, entering: Entering, losses: Mask, steps: Mask) -> list[list[Array]]:
    """log₁₀ ‖∂L_i/∂h_t‖, and of the whole state where there is a c, (S, I), input's layer first."""
    norms = None
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        if not entering.careful:
            norms = _ordinary(passage, entering, losses, steps)
        if norms is None:
            norms = _careful(passage, entering, losses, steps)
    return norms[::-1]


def _ordinary(
    passage: Passage, entering: Entering, losses: Mask, steps: Mask
) -> list[list[Array]] | None:
    """log₁₀ of every lane's norms, (S, I) each, or None where a double could not carry them."""
    shape = len(steps), int(np.count_nonzero(losses))
    *above, lowest = passage.lanes  # below which nobody reads its ∂L/∂z
    most = min(shape[1], passage.truncation.reach(len(steps)))
    passage = replace(passage, lanes=(*above, lowest.of_rows(most)))
    squares = [[np.full(shape, np.nan) for _ in range(passage.parts)] for _ in passage.lanes]
    for done in _stacked(passage, entering, losses, squares):
        if not all(trusted(part[done]) for own in squares for part in own):
            return None
    return [[0.5 * np.log10(part[steps]) for part in own] for own in squares]


def _stacked(
    passage: Passage, entering: Entering, losses: Mask, squares: list[list[Array]]
) -> Iterator[slice]:
    """Write ‖∂L_i/∂h_t‖² and the whole state's into ``squares``; some steps after the other."""
    for t, live, rows, _ in carry(passage, entering, losses, careful=False):
        for own, state in zip(squares, rows.states, strict=True):
            for n, (part, into) in enumerate(zip(state, own, strict=True)):
                flat = part.reshape(len(part), -1)
                size = np.vecdot(flat, flat, out=into[t, live])
                if n:
                    size += own[n - 1][t, live]
        if t % _LOOK == 0:
            yield slice(t, t + _LOOK)
    yield slice(None)  # steps that nothing reaches were passed over


def _careful(passage: Passage, entering: Entering, losses: Mask, steps: Mask) -> list[list[Array]]:
    """The same with an exponent for every row."""
    rows = np.cumsum(steps) - 1
    shape = int(steps.sum()), int(losses.sum())
    norms = [[np.full(shape, np.nan) for _ in range(passage.parts)] for _ in passage.lanes]
    for live in carry(passage, entering, losses, careful=True):
        if not steps[live.step]:
            continue
        for own, state, exponent in zip(norms, live.rows.states, live.rows.exponents, strict=True):
            flat = [part.reshape(len(part), -1) for part in state]
            for parts, into in enumerate(own, start=1):
                size, shift = split_norms(np.concatenate(flat[:parts], axis=1))
                whole = exponent if shift is None else exponent + shift
                into[rows[live.step], live.losses] = log10_of(size, whole)
    return norms
