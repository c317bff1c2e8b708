"""What the gated cells share."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from unrolled.engine.numbers.arrays import Array


@lru_cache(maxsize=16)
def signs(blocks: tuple[float, ...], hidden: int) -> Array:
    """One sign a block of pre-activations, −1 where −z is computed: (blocks · H,), not writable."""
    repeated = np.repeat(blocks, hidden)
    repeated.flags.writeable = False
    return repeated


def mean_activity(gates: Array) -> Array:
    """The mean magnitude of every gate over samples and units; gates (T, B, G, H) → (T, G)."""
    means = np.add.reduce(np.abs(gates), axis=(1, 3)) / (gates.shape[1] * gates.shape[3])
    return np.asarray(means)
