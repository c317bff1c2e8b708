"""Random streams that give the same numbers for ever."""

from __future__ import annotations

import zlib

import numpy as np


def stream(name: str, seed: int) -> np.random.RandomState:
    """An independent stream for every name and seed.

    Parameters and sequences have streams of their own, so that a change of one seed leaves the
    other numbers as they are.

    Source: NumPy's compatibility policy: a ``RandomState``'s stream is frozen, and so is
    ``SeedSequence``.
    """
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(zlib.crc32(name.encode()),))
    return np.random.RandomState(np.random.MT19937(sequence))
