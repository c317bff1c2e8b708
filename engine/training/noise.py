"""Gradient noise: what is added to a gradient before an update takes its step."""

from __future__ import annotations

import math

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.streams import stream

_GAMMA = 0.55


def noise(variance: float, seed: int, n: int, count: int) -> Array:
    """N(0, σ_n²) for every component, with σ_n² = η / n^0.55, n = 1 being the first update.

    It is added after clipping, and is no part of the norms that are written down. Every update has
    a stream of its own, so that it is the same however the training came there.

    Source: Neelakantan et al. 2015, "Adding Gradient Noise Improves Learning for Very Deep
        Networks", whose t is n − 1.
    """
    deviation = math.sqrt(variance / n**_GAMMA)
    return stream(f"noise {n}", seed).standard_normal(count) * deviation
