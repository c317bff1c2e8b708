"""Gradient clipping: measuring, scaling and their composition, apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.arrays import Array
from engine.errors import InvalidInput, choose
from engine.magnitude import ordinary
from engine.vector import Vector


@dataclass(frozen=True, slots=True)
class Clip:
    """A rule and its threshold.

    * ``none``: leave the gradient as it is.
    * ``norm`` μ: if ‖g‖ > μ then g ← μ g / ‖g‖, all parameters together as one vector.
    * ``value`` v: every component into [−v, v].

    Raises:
        InvalidInput: for an unknown rule, or a threshold that is missing, not wanted, or not a
            finite number above 0.
    """

    rule: str = "none"
    threshold: float | None = None

    THRESHOLDS: ClassVar[dict[str, str | None]] = {
        "none": None,
        "norm": "max_norm",
        "value": "max_value",
    }
    """rule → what its threshold is called in the REST contract."""

    def __post_init__(self) -> None:
        if self.rule not in self.THRESHOLDS:
            raise choose(("clip", "rule"), self.rule, self.THRESHOLDS)
        name = self.THRESHOLDS[self.rule]
        if name is None:
            if self.threshold is not None:
                raise InvalidInput(
                    ("clip",), f"received a threshold of {self.threshold}; 'none' takes none"
                )
        elif self.threshold is None or not 0.0 < self.threshold < float("inf"):
            raise InvalidInput(
                ("clip", name), f"received {self.threshold}; allowed: a finite number above 0"
            )


@dataclass(frozen=True, slots=True)
class Clipping:
    """What a clip rule did to a gradient.

    Attributes:
        rule: of the clip.
        threshold: μ or v; None for ``none``.
        norm_before: ‖g‖; NaN where a double cannot hold it, inf where g itself holds an infinity.
        log10_norm_before: NaN only where g is exactly zero.
        norm_after: ‖g after‖.
        scale: ‖g after‖ / ‖g‖: the factor of every component for ``norm``.
        engaged: whether the rule changed anything.
        cosine: of the angle between g and g after; NaN where g is exactly zero.
        finite: False where g holds an infinity or a NaN; it is then left as it is.
    """

    rule: str
    threshold: float | None
    norm_before: float
    log10_norm_before: float
    norm_after: float
    scale: float
    engaged: bool
    cosine: float
    finite: bool = True


def by_norm(g: Vector, threshold: float) -> Array:
    """g ← μ g / ‖g‖ for a gradient whose norm is above μ.

    Source: notes, "Gradient clipping"; Pascanu, Mikolov & Bengio 2013.
    """
    unit = g.values / np.abs(g.values).max()
    return np.asarray(unit * (threshold / math.sqrt(float(unit @ unit))))


def by_value(g: Vector, threshold: float) -> Array:
    """Every component into [−v, v]."""
    return np.asarray(np.clip(g.plain(), -threshold, threshold))


_RULES: dict[str, Callable[[Vector, float], Array]] = {"norm": by_norm, "value": by_value}


def clip_gradients(g: Vector, clip: Clip) -> tuple[Vector, Clipping]:
    """Measure, clip, and say what that did.

    Args:
        g: every parameter's gradient.
        clip: rule and threshold.
    Returns:
        the gradient after clipping, and the report with the norm from before.
    """
    if not np.isfinite(g.values).all():
        return g, Clipping(
            clip.rule, clip.threshold, *(math.inf,) * 3, 1.0, False, math.nan, finite=False
        )
    norm, log10_norm = g.norm()
    if clip.threshold is None or not _engages(g, clip, norm, log10_norm):
        cosine = math.nan if math.isnan(log10_norm) else 1.0
        return g, Clipping(clip.rule, clip.threshold, norm, log10_norm, norm, 1.0, False, cosine)
    with np.errstate(over="ignore", under="ignore"):
        after = Vector(_RULES[clip.rule](g, clip.threshold), 0, g.shapes)
    norm_after, log10_after = after.norm()
    scale = 10.0 ** (log10_after - log10_norm) if math.isnan(norm) else norm_after / norm
    return after, Clipping(
        clip.rule,
        clip.threshold,
        norm,
        log10_norm,
        norm_after,
        scale,
        True,
        cosine_between(g.values, after.values),
    )


def cosine_between(u: Array, v: Array) -> float:
    """u · v / (‖u‖ ‖v‖), clamped to [−1, 1]; NaN where either is exactly zero."""
    with np.errstate(over="ignore", under="ignore"):
        uu, vv = float(u @ u), float(v @ v)
    if not (ordinary(uu) and ordinary(vv)):
        tops = np.abs(u).max(), np.abs(v).max()
        if not all(tops):
            return math.nan
        u, v = u / tops[0], v / tops[1]
        uu, vv = float(u @ u), float(v @ v)
    return min(1.0, max(-1.0, float(u @ v) / (math.sqrt(uu) * math.sqrt(vv))))


def _engages(g: Vector, clip: Clip, norm: float, log10_norm: float) -> bool:
    """Whether the rule changes anything."""
    threshold = clip.threshold or math.inf
    if clip.rule == "norm":
        return log10_norm > math.log10(threshold) if math.isnan(norm) else norm > threshold
    return bool(np.abs(g.plain()).max() > threshold)
