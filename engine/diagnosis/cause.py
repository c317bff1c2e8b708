"""What a step back goes through, in the network's own numbers, and where nothing passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.cells.wiring import subscript
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.parameters import spectral_radius_of
from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.words import percent, plain, tidy
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.passes.passage import Passage


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the sentences name as causes, of one layer.

    Attributes:
        passage: the way back.
        layer: from 0 at the input.
        given: whether the gradient came from outside.
        heard: in how many samples the loss that is read has a gradient; None: in all.
        ended: in how many of these the state starts anew before the earliest step that is reached.
        kept: mean of the activation's derivative over samples and units at every step; of a gated
            cell, of the share that the gates keep, (T,).
    """

    passage: Passage
    layer: int
    kept: Array
    given: bool = False
    heard: int | None = None
    ended: int = 0


def factors(seen: Circumstances, row: Row) -> str:
    """The factors of one step back, on average over the steps that the row crosses: facts alone."""
    cell, activation = seen.passage.cell, ACTIVATIONS[seen.passage.network.activation]
    kept = float(seen.kept[row.last : row.loss_step].mean())
    share = percent(float(np.log10(kept))) if kept > 0.0 else "nothing"
    keeper = cell.keeper
    if keeper is not None and cell.has_c:
        return f"The {keeper.name} gate lets {share} of ∂L/∂C through on average."
    if keeper is not None:
        part = "H" if keeper.keeps > 0 else f"H (1 − {keeper.letter})"
        return (
            f"The {keeper.name} gate keeps {share} of {part} on average, and the rest goes through "
            "the weights."
        )
    radius = spectral_radius_of(cell.recurrent_matrix(seen.passage.of_layer(seen.layer)))
    matrix = "Wʸ Wᴼ" if cell.feeds_outputs else "Wᴴ"
    parts = [f"by {matrix} (spectral radius {tidy(radius)})"]
    if activation.prime:
        bound = activation.bound
        most = f", never above {tidy(bound)}" if bound != 1.0 else ""
        parts.append(f"by {activation.prime}(A) ({plain(kept, 2)} on average{most})")
    return f"Each step back multiplies {' and '.join(parts)}."


def nothing_passes(seen: Circumstances, step: int) -> str:
    """Why exactly nothing goes from a step to the one before it.

    Something arrives at s_t, t from 1, and nothing at s_{t−1}.
    """
    passage, activation = seen.passage, ACTIVATIONS[seen.passage.network.activation]
    cell = passage.cell
    matrix = passage.of_layer(seen.layer)[cell.recurrent]
    letter = "Wʸ" if cell.feeds_outputs else "Wᴴ"
    slope, counts = passage.lane(seen.layer).slope, passage.trace.masks
    own = None if slope is None else slope[step - 1]
    if own is not None and counts is not None:
        own = own[counts.live[step - 1]]
    if own is not None and not own.any():
        one = own.size == 1
        if activation.off:
            return f"{'the' if one else 'every'} {activation.symbol} unit is off at step {step}"
        which = "the unit" if one else "every unit"
        return f"{which} is saturated at step {step}: {activation.prime}(A{subscript(step)}) is 0"
    if not matrix.any() and not cell.gates:
        several = len(passage.trace.layers) > 1
        return f"{letter} of layer {seen.layer + 1} is 0" if several else f"{letter} is 0"
    if slope is not None and activation.off:
        units = f"{activation.symbol} units that are off"
        return f"what is left at step {step} meets {units}, or weights of 0"
    return f"nothing of it passes from step {step} to step {step - 1}"
