"""What every way back through one trace shares."""

from __future__ import annotations

import itertools
from collections.abc import Sequence as Many
from dataclasses import replace

import numpy as np

from unrolled.engine.cells import CELLS, Cell
from unrolled.engine.cells.lane import Lane, State
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network, of_layer, outward
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, Parameters, record
from unrolled.engine.numbers.jacobians import Block, Chain
from unrolled.engine.numbers.magnitude import all_finite, holds_tiny, near_one
from unrolled.engine.numbers.products import times
from unrolled.engine.passes.unroll import Trace

_NAMED = 8
"""So many steps at most are named in an error."""


@record
class Entering:
    """What losses bring to their own steps.

    Attributes:
        given: ∂L_t/∂o_t, (T, B, K); of a network without outputs ∂L_t/∂h_t, (T, B, H).
        local: ∂L_t/∂h_t / 2^exponent, through step t's own output do_t W_hy, (T, B, H).
        exponent: (T,); zero unless careful.
        careful: whether gradients need exponents from the start.
    """

    given: Array
    local: Array
    exponent: IntArray
    careful: bool

    def only(self, steps: Mask) -> Entering:
        """The losses of some steps alone."""
        here = steps[:, np.newaxis, np.newaxis]
        given, local = (np.where(here, part, 0.0) for part in (self.given, self.local))
        return Entering(given, local, self.exponent, self.careful)


def named_steps(emitting: IntArray) -> str:
    """The steps that emit a loss, in an error: '5', '1 … 20', '3, 7 and 20', 'none'."""
    if len(emitting) < 2:
        return f"{emitting[0]}" if len(emitting) else "none, no step has one"
    first, last = emitting[0], emitting[-1]
    if last - first == len(emitting) - 1:
        return f"{first} … {last}"
    *some, end = emitting if len(emitting) <= _NAMED else (*emitting[: _NAMED - 2], "…", last)
    return f"{', '.join(map(str, some))} and {end}".replace(", … and", " … ")


@record
class Passage:
    """The way back from step T to step 1, before any gradient travels it.

    Attributes:
        network: whose gradients travel.
        parameters: name → array.
        trace: the forward pass.
        truncation: which losses reach which steps.
        lanes: every layer's way back, the last layer's first: gradients go down.
        careful: whether a factor is so small that gradients need exponents from the start.
    """

    network: Network
    parameters: Parameters
    trace: Trace
    truncation: Truncation
    lanes: tuple[Lane, ...]
    careful: bool

    @staticmethod
    def of(
        network: Network, parameters: Parameters, trace: Trace, truncation: Truncation | None = None
    ) -> Passage:
        """Prepare the way back through a trace; the cell's own truncation where none is given."""
        cell = CELLS[network.cell]
        slope = ACTIVATIONS[network.activation].derivative
        lanes = tuple(
            cell.lane(of_layer(cell, parameters, number), layer, slope)
            for number, layer in reversed(list(enumerate(trace.layers)))
        )
        factors = [matrix for lane in lanes for matrix in lane.matrices]
        factors += [lane.inward for lane in lanes[:-1]]
        factors += [lane.slope for lane in lanes if lane.slope is not None]
        factors += [own for lane in lanes for own in lane.alone]
        careful = holds_tiny(*factors, *outward(parameters).values())
        if truncation is None:
            truncation = cell.default_truncation
        return Passage(network, parameters, trace, truncation, lanes, careful)

    @property
    def cell(self) -> Cell:
        """Whose steps go back."""
        return CELLS[self.network.cell]

    @property
    def parts(self) -> int:
        """How many parts a layer's state has: h, and c where the cell has one."""
        return len(self.cell.states)

    @property
    def widths(self) -> list[int]:
        """Of every part of a layer's state."""
        return [self.network.widths[part] for part in self.cell.states]

    def lane(self, number: int) -> Lane:
        """The way back of one layer, counted from the input."""
        return self.lanes[len(self.lanes) - 1 - number]

    @property
    def keeps(self) -> Array | None:
        """0 where a sample's step does not hear the one before, else 1, (T, B, 1); None: all 1."""
        return self.trace.top.keeps

    def keep(self, t: int, states: Many[State]) -> None:
        """Stop, in place, what crosses from step t (from 0) where a sample's state starts anew."""
        if self.keeps is not None:
            for part in itertools.chain.from_iterable(states):
                np.multiply(part, self.keeps[t], out=part)

    def passing(self, values: Array) -> Array:
        """The part of ∂L/∂(something of step t) that may go on to step t − 1, (T, B, ·)."""
        crosses = self.truncation.crossings(len(values))
        if not crosses.all():
            values = values * crosses[:, np.newaxis, np.newaxis]
        return values if self.keeps is None else values * self.keeps

    def first_reached(self, step: int, heard: Mask) -> int:
        """The earliest step (from 0, the initial state) that the loss of a step reaches.

        ``heard`` are the samples that have it, (B,): the one that starts anew first decides.
        """
        first = self.truncation.first_reached(step)
        if self.trace.masks is None or not heard.any():
            return first
        return max(first, int(self.starts(step)[heard].min()))

    def starts(self, step: int) -> IntArray:
        """Where every sample's state last started anew up to a step, from 1; 0 nowhere, (B,)."""
        counts = self.trace.masks
        assert counts is not None
        fresh = counts.fresh[:step]
        return np.where(fresh.any(axis=0), step - np.argmax(fresh[::-1], axis=0), 0)

    def chain(self, number: int, *, initial: bool = False) -> Chain:
        """The Jacobians of the first sample's state in one layer, as far as the sample goes."""
        whole, counts = self.lane(number).chain(initial=initial), self.trace.masks
        if counts is None:
            return whole
        own = whole.part(0, whole.count - int(np.count_nonzero(~counts.live[:, 0])))
        cuts = counts.fresh[len(counts.fresh) - whole.count :, 0]

        def block(begin: int, end: int) -> Block:
            matrices, shifts = own.block(begin, end)
            cut = cuts[begin:end]
            return np.where(cut[:, np.newaxis, np.newaxis], 0.0, matrices), np.where(cut, 0, shifts)

        return replace(own, block=block)

    def of_layer(self, number: int) -> Parameters:
        """The parameters of one layer, counted from the input."""
        return of_layer(self.cell, self.parameters, number)

    def enter(self, given: Array) -> Entering:
        """Let losses enter at their own steps.

        ``given`` is ∂L_t/∂o_t at every step, (T, B, K), or of a network without outputs ∂L_t/∂h_t,
        (T, B, H); zeros where no loss is emitted or followed.
        """
        exponent = np.zeros(len(given), dtype=np.int64)
        if not self.network.output_size:
            careful = self.careful or holds_tiny(given)
            local, exponent = near_one(given) if careful else (given, exponent)
            return Entering(given, local, exponent, careful)
        weights = self.parameters["W_hy"]
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            local = times(given, weights)
            careful = self.careful or holds_tiny(given, local) or not all_finite(local)
            if careful:
                near, exponent = near_one(given)
                scaled, shift = near_one(weights[np.newaxis])
                local, exponent = times(near, scaled[0]), exponent + shift
        return Entering(given, local, exponent, careful)
