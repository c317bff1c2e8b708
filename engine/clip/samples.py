"""Clipping each sample's gradient before the mean is taken, and what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from unrolled.engine.clip.clipping import (
    Clip,
    Clipping,
    PerSample,
    clip_gradients,
    cosine_between,
    reported,
)
from unrolled.engine.numbers.arrays import IntArray
from unrolled.engine.numbers.magnitude import Scaled, align
from unrolled.engine.numbers.products import Terms
from unrolled.engine.passes.vector import Vector, summed


def clip_each_sample(
    factors: Terms, exponents: Mapping[str, IntArray] | None, clip: Clip, g: Vector
) -> tuple[Vector, Clipping]:
    """(1/B) Σ_b clip(g_b), with g_b the gradient of sample b's own loss, so that g = (1/B) Σ_b g_b.

    The bias of clipping samples is the cosine between this mean of the clipped gradients and the
    clipped mean clip(g); it is 1 where both point the same way.

    Source: Abadi et al. 2016 (per-sample norm clipping); Chen, Wu & Hong 2020 (its bias).
    """
    if not g.finite or clip.threshold is None:
        return clip_gradients(g, clip)
    batch = next(iter(factors.values()))[0].left.shape[1]
    # The factors hold the 1/B of the mean: B·g_b clipped at μ is B times g_b clipped at μ/B.
    own = Clip(clip.rule, clip.threshold / batch)
    norms, scales, engaged, mean = np.empty(batch), np.empty(batch), 0, None
    for b in range(batch):
        share = {
            name: tuple(product.sample(b) for product in products)
            for name, products in factors.items()
        }
        clipped, report = clip_gradients(summed(share, exponents), own)
        norms[b], scales[b] = batch * report.norm_before, report.scale
        engaged += report.engaged
        mean = clipped if mean is None else added(mean, clipped)
    assert mean is not None
    clipped_mean, _ = clip_gradients(g, Clip(clip.rule, clip.threshold))
    cosine = cosine_between(mean.values, clipped_mean.values)
    seen = PerSample(norms, scales, engaged, cosine)
    after_all = mean if engaged else g
    return after_all, replace(reported(clip, g, after_all), per_sample=seen)


def added(first: Vector, second: Vector) -> Vector:
    """The sum of two vectors whose exponents may differ; one of a sample is held at a time."""
    exponents = np.array([first.exponent, second.exponent])
    values, exponent = align(np.stack((first.values, second.values)), exponents)
    total = Vector(values.sum(axis=0), 0, first.shapes)
    if not exponent:
        return total
    top = np.array([exponent])
    return Vector.of({name: Scaled(part[np.newaxis], top) for name, part in total.parts().items()})
