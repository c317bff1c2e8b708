"""What stands at one place of the surface: E, its gradient, and what a clip rule makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unrolled.engine.clip.clipping import Clip, Clipping, clip_gradients, cosine_between
from unrolled.engine.clip.rules import RULES
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.landscape.forward import Entry
from unrolled.engine.landscape.surface import Slopes, Surface
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.magnitude import Scaled
from unrolled.engine.numbers.streams import stream
from unrolled.engine.passes.vector import Vector, cut


def check_rule(clip: Clip) -> None:
    """Refuse a rule that does not act on a gradient of parameters.

    Raises:
        InvalidInput: with the pointer ``clip``.
    """
    if RULES[clip.rule].on_the_way:
        allowed = ", ".join(repr(name) for name, row in RULES.items() if not row.on_the_way)
        raise InvalidInput(
            ("clip", "rule"),
            f"received {clip.rule!r}, which acts on ∂L/∂h_t; a descent clips the gradient of its "
            f"two parameters: allowed {allowed}",
        )


@dataclass(frozen=True, slots=True)
class Samples:
    """Every sample's gradient clipped by itself, beside the clipped mean: what "biased" means.

    Attributes:
        gradients: g_b of every sample's own loss, (B, 2); inf or 0 beyond the range of a double.
        clipped: clip(g_b), (B, 2).
        mean_of_clipped: (1/B) Σ_b clip(g_b), (2,).
        clipped_mean: clip(g) with g = (1/B) Σ_b g_b, (2,).
        engaged: how many samples were clipped.
        cosine: between the two; NaN where either is exactly zero.
        ratio: ‖mean of clipped‖ / ‖clipped mean‖; NaN where that is zero.
    """

    gradients: Array
    clipped: Array
    mean_of_clipped: Array
    clipped_mean: Array
    engaged: int
    cosine: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Clipped:
    """What a rule made of the gradient at one place.

    Attributes:
        gradient: g, (2,); inf or 0 beyond the range of a double.
        after: what a descent goes along, (2,).
        report: of the rule on g.
        samples: where each sample is clipped by itself.
    """

    gradient: Array
    after: Array
    report: Clipping
    samples: Samples | None


def clip_at(slopes: Slopes, entries: tuple[Entry, Entry], clip: Clip, n: int = 0) -> Clipped:
    """Clip the gradient at place n.

    A rule that clips parameter by parameter takes two entries of one parameter together; where each
    sample is clipped, g after is their mean.
    """
    whole, rule = slopes.gradient(), Clip(clip.rule, clip.threshold)
    g = _vector(whole.value[n], int(whole.exponent[n]), entries)
    after, report = clip_gradients(g, rule)
    if not clip.per_sample:
        return Clipped(g.plain(), after.plain(), report, None)
    batch = slopes.shares.shape[1]
    own = [
        _vector(batch * share, int(exponent), entries)
        for share, exponent in zip(slopes.shares[n], slopes.exponent[n], strict=True)
    ]
    clipped = [clip_gradients(one, rule) for one in own]
    rows = np.stack([one.plain() for one, _ in clipped])
    mean, of_mean = rows.mean(axis=0), after.plain()
    length = float(np.hypot(*of_mean))
    samples = Samples(
        gradients=np.stack([one.plain() for one in own]),
        clipped=rows,
        mean_of_clipped=mean,
        clipped_mean=of_mean,
        engaged=sum(found.engaged for _, found in clipped),
        cosine=cosine_between(mean, of_mean),
        ratio=float(np.hypot(*mean)) / length if length else math.nan,
    )
    return Clipped(g.plain(), mean, report, samples)


def _vector(values: Array, exponent: int, entries: tuple[Entry, Entry]) -> Vector:
    """(∂E/∂p, ∂E/∂q) under the names of their parameters."""
    names = [name for name, _ in entries]
    shapes = {name: (names.count(name),) for name in names}
    if not exponent:
        return Vector(values, 0, shapes)
    own = cut(values, shapes)
    return Vector.of(
        {name: Scaled(part[np.newaxis], np.array([exponent])) for name, part in own.items()}
    )


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
    """Copies of a sequence of one sample, each with noise on its targets: y_b = y + scale · N(0,
    1).

    What a small batch of training data is to the mean that one would like to descend. The noise has
    a stream of its own.

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
