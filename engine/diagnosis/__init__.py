"""The verdict in words: read off one loss's way back through the whole state."""

from __future__ import annotations

from unrolled.engine.diagnosis.cause import Circumstances
from unrolled.engine.diagnosis.row import Row, chosen
from unrolled.engine.diagnosis.verdict import (
    ORDINALS,
    Diagnosis,
    cut_short,
    diagnose,
    overflowing,
    verdict_of,
    with_layers,
)
from unrolled.engine.diagnosis.words import share, times

__all__ = [
    "ORDINALS",
    "Circumstances",
    "Diagnosis",
    "Row",
    "chosen",
    "cut_short",
    "diagnose",
    "overflowing",
    "share",
    "times",
    "verdict_of",
    "with_layers",
]
