"""Which threshold μ the field's rules would choose, from the norms of many gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput

LEAST, MOST = 0.5, 10.0
"""Pascanu's range, in times the mean norm."""
PERCENTILE = 10.0
"""AutoClip's own p."""
Z_LIMIT, SMOOTHING, WARM_UP = 2.5, 0.97, 25
"""ZClip's own: z, α, and how many norms its mean and variance begin with."""
PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """What any room says of one rule.

    Attributes:
        label: its name.
        letter: its mark on an axis.
        chooses: what it takes as μ, in words.
        year: of the paper.
    """

    label: str
    letter: str
    chooses: str
    year: int


THRESHOLD_RULES: dict[str, ThresholdRule] = {
    "pascanu": ThresholdRule("Pascanu", "P", f"{LEAST:g} to {MOST:g} times the mean norm", 2013),
    "autoclip": ThresholdRule("AutoClip", "A", f"{PERCENTILE:g}th percentile of the norms", 2020),
    "zclip": ThresholdRule("ZClip", "Z", f"mean + {Z_LIMIT:g} deviations, both moving", 2025),
}
"""The rules by their names in `Thresholds`; sources at the functions below."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the rules choose, as log₁₀ μ; NaN where no norm is above zero.

    Attributes:
        pascanu: the least and the most of Pascanu's range.
        autoclip: the percentile p of the norms.
        zclip: the norm at which a next gradient would be a spike.
        percentiles: percentile → log₁₀ of the norm there; NaN where it is exactly zero.
        share: of the norms above a given μ; NaN where none is given.
    """

    pascanu: tuple[float, float]
    autoclip: float
    zclip: float
    percentiles: dict[int, float]
    share: float


def thresholds(
    log10_norms: Array, threshold: float | None = None, percentile: float = PERCENTILE
) -> Thresholds:
    """What each rule makes of the same norms.

    The norms are log₁₀ ‖g‖ of every draw, in their order, (N,), −inf where exactly zero; of
    ``threshold`` it is asked how often it would engage; ``percentile`` is AutoClip's p, 0 … 100.

    Raises:
        InvalidInput: for no norm at all, or a p outside.
    """
    if not len(log10_norms):
        raise InvalidInput(("draws",), "received no norm; needed: at least one")
    if not 0.0 <= percentile <= 100.0:
        raise InvalidInput(("percentile",), f"received {percentile:g}; allowed: 0 … 100")
    top = float(log10_norms.max())
    if math.isinf(top):
        nothing = dict.fromkeys(PERCENTILES, math.nan)
        none = math.nan if threshold is None else 0.0
        return Thresholds((math.nan, math.nan), math.nan, math.nan, nothing, none)
    with np.errstate(under="ignore"):
        norms = np.power(10.0, log10_norms - top)
    low, high = pascanu(norms)
    return Thresholds(
        pascanu=(_log10(low) + top, _log10(high) + top),
        autoclip=autoclip(log10_norms, percentile),
        zclip=_log10(zclip(norms)) + top,
        percentiles={p: autoclip(log10_norms, p) for p in PERCENTILES},
        share=math.nan
        if threshold is None
        else float(np.mean(log10_norms > math.log10(threshold))),
    )


def pascanu(norms: Array) -> tuple[float, float]:
    """μ = ½ … 10 times the mean norm over many updates, (N,) of any unit.

    Source: Pascanu, Mikolov & Bengio 2013, section 3.2: "statistics on the average norm over a
        sufficiently large number of updates", with values "from half to ten times this average".
    """
    mean = float(norms.mean())
    return LEAST * mean, MOST * mean


def autoclip(log10_norms: Array, percentile: float) -> float:
    """log₁₀ of μ = the p-th percentile of the norms so far, between two of them linearly in μ.

    Returns:
        NaN where it is exactly zero.
    Source: Seetharaman, Wichern, Pardo & Le Roux 2020, "AutoClip: Adaptive gradient clipping for
        source separation networks".
    """
    ordered = np.sort(log10_norms)
    place = (len(ordered) - 1) * percentile / 100.0
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    part = place - math.floor(place)
    if np.isneginf(above):
        return math.nan
    with np.errstate(under="ignore"):
        mixed = (1.0 - part) * float(np.power(10.0, below - above)) + part
    return float(above) + _log10(mixed)


def zclip(norms: Array) -> float:
    """μ = m + 2.5 s after all norms: a next one above it has z = (‖g‖ − m) / s > 2.5, a spike.

    m and s² begin as mean and variance of the first 25; then, with α = 0.97,
    m ← α m + (1 − α) ‖g‖ and s² ← α s² + (1 − α) (‖g‖ − m)², where of a spike only
    m + 2.5² s / z counts, to which ZClip brings it.

    Source: Kumar, Owen, Chowdhury & Güra 2025, "ZClip: Adaptive spike mitigation for LLM
        pre-training", arXiv 2504.02507.
    """
    first = norms[:WARM_UP]
    mean, variance = float(first.mean()), float(first.var())
    for norm in norms[WARM_UP:].tolist():
        spread, counted = math.sqrt(variance), norm
        if norm - mean > Z_LIMIT * spread:
            counted = mean + (Z_LIMIT * spread) ** 2 / (norm - mean)
        mean = SMOOTHING * mean + (1.0 - SMOOTHING) * counted
        variance = SMOOTHING * variance + (1.0 - SMOOTHING) * (counted - mean) ** 2
    return mean + Z_LIMIT * math.sqrt(variance)


def _log10(value: float) -> float:
    return math.log10(value) if value > 0.0 else math.nan
