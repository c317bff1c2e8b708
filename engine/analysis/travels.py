"""The signed numbers that travel back along the edges of a few steps."""

from __future__ import annotations

from collections.abc import Iterator

from unrolled.engine.cells import CELLS
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.magnitude import near_one
from unrolled.engine.numbers.products import times
from unrolled.engine.passes.arrivals import across
from unrolled.engine.passes.bptt import Backward
from unrolled.engine.passes.passage import Passage

Arrived = tuple[Array, IntArray]
"""Numbers (S, B, ·), and their binary exponents (S,)."""


def travels(
    passage: Passage, number: int, path: Backward, at: slice
) -> Iterator[tuple[str, Arrived]]:
    """What arrives at the sources of the edges that enter a layer, by ``Connection.carries``.

    Their norms are ``Arrivals``; of an edge that a truncation stops, ``crossing`` is zero.

    Args:
        passage: the way back.
        number: which layer, from the input.
        path: the backward pass of the followed losses alone.
        at: which steps.
    """
    cell, lane, own = passage.cell, passage.lane(number), path.layers[number]
    dz, shift = near_one(own.dz[at])
    exponent = own.dz_exponent[at] + shift
    yield "x", (lane.below(dz), exponent)
    if cell.feeds_outputs:
        weights = passage.of_layer(number)[cell.recurrent]
        passing, passing_shift = near_one(own.dz_passing[at])
        yield "feedback", (times(dz, weights), exponent)
        yield "crossing", (times(passing, weights), own.dz_exponent[at] + passing_shift)
    else:
        arrived = across(lane, own, own.passing, own.dz_passing, at)
        yield "crossing", arrived[0]
        if cell.copies:
            yield "feedback", across(lane, own, own.state, own.dz, at)[0]
        if cell.has_c:
            yield "c_crossing", arrived[1]
            yield "c_through", (own.state[0][at] * lane.whole[0][at], own.exponent[at])
    if number == len(path.layers) - 1:
        do, shift = near_one(path.do[at])
        through = times(do, passage.parameters["W_hy"])
        yield "through", (through, path.output_exponent[at] + shift)
        yield "loss", (path.do_local[at], path.output_exponent[at] * 0)


def count_travels(network: Network) -> int:
    """How many numbers that are, a step and sample."""
    cell, hidden = CELLS[network.cell], network.hidden_size
    back = network.output_size if cell.feeds_outputs else hidden
    crossing = back * (2 if cell.copies else 1) + (2 * hidden if cell.has_c else 0)
    inward = network.input_size + (network.num_layers - 1) * hidden
    return inward + network.num_layers * crossing + hidden + network.output_size
