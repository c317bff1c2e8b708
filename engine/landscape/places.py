"""What stands at one place of the surface: E, its gradient, and what a clip rule makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.clip.clipping import Clip
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.landscape.clipped import Clipped, check_rule, clip_at
from unrolled.engine.landscape.surface import Surface
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.streams import stream

MAX_PLACES = 16
MAX_SAMPLES = 256


@dataclass(frozen=True, slots=True)
class Place:
    """One place that is asked for.

    Attributes:
        at: (p, q).
        clip: what happens to the gradient there.
    """

    at: tuple[float, float]
    clip: Clip


@dataclass(frozen=True, slots=True)
class Found:
    """What was found there.

    Attributes:
        loss: E; NaN where a state or an output leaves the range of a double.
        clipped: the gradient before and after.
    """

    loss: float
    clipped: Clipped


def look(surface: Surface, place: Place) -> Found:
    """E and ∂E/∂(p, q) at one place, before and after clipping.

    Raises:
        InvalidInput: for a rule that does not act on a gradient of parameters.
    """
    check_rule(place.clip)
    slopes = surface.at(np.array([place.at], dtype=np.float64))
    return Found(float(slopes.loss[0]), clip_at(slopes, surface.entries, place.clip))


def with_noise(sequence: Sequence, samples: int, scale: float, seed: int) -> Sequence:
    """A batch of so many copies of a sequence of one sample, each with noise on its targets.

    y_b = y + scale · N(0, 1): what a small batch of training data is to the mean that one would
    like to descend.

    Args:
        sequence: of one sample, B = 1, whose targets are numbers.
        samples: B, 1 … 256.
        scale: of the noise, from 0.
        seed: from 0; its stream is its own.
    Raises:
        InvalidInput: for a sequence of several samples, or one whose targets are classes.
    """
    if sequence.inputs.shape[1] != 1:
        raise InvalidInput(
            ("noise",),
            f"received with a batch of {sequence.inputs.shape[1]}; allowed with one sample, of "
            "which the others are copies",
        )
    if sequence.targets.ndim != 3:
        raise InvalidInput(
            ("noise",), "received with targets that are classes; allowed with numbers"
        )
    noise = stream("noise", seed).standard_normal((len(sequence.targets), samples, 1))

    def repeated(state: Array | None) -> Array | None:
        return None if state is None else np.repeat(state, samples, axis=-2)

    return Sequence(
        np.repeat(sequence.inputs, samples, axis=1),
        np.asarray(np.repeat(sequence.targets, samples, axis=1) + scale * noise),
        sequence.steps,
        repeated(sequence.h_0),
        repeated(sequence.c_0),
    )
