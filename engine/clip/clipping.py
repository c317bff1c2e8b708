"""Gradient clipping: measuring, scaling and their composition, apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput, choose
from unrolled.engine.numbers.magnitude import Magnitudes, ordinary
from unrolled.engine.numbers.records import record
from unrolled.engine.passes.vector import Vector


@dataclass(frozen=True, slots=True)
class Clip:
    """A rule and its threshold.

    * ``none``: leave the gradient as it is.
    * ``norm`` μ: if ‖g‖ > μ then g ← μ g / ‖g‖, all parameters together as one vector.
    * ``value`` v: every component into [−v, v].
    * ``backward`` μ: ∂L/∂h_t to norm μ at every step while going back, wherever it is larger.

    Attributes:
        rule: a key of ``THRESHOLDS``.
        threshold: μ or v.
        per_sample: clip each sample's gradient and take the mean (``norm`` and ``value``).
    Raises:
        InvalidInput: for an unknown rule, a threshold that is missing, not wanted, or not a
            finite number above 0, or samples where the rule knows none.
    """

    rule: str = "none"
    threshold: float | None = None
    per_sample: bool = False

    THRESHOLDS: ClassVar[dict[str, str | None]] = {
        "none": None,
        "norm": "max_norm",
        "value": "max_value",
        "backward": "max_norm",
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
        if self.per_sample and self.rule not in ("norm", "value"):
            raise InvalidInput(
                ("clip", "per_sample"),
                f"received true; {self.rule!r} knows no samples: allowed with 'norm' and 'value'",
            )


@dataclass(frozen=True, slots=True)
class PerSample:
    """Each sample's gradient clipped by itself.

    Attributes:
        norm: ‖g_b‖ of every sample's own loss, (B,); NaN where a double cannot hold it.
        scale: ‖g_b after‖ / ‖g_b‖, (B,).
        engaged: how many samples were clipped.
        cosine: between the mean of the clipped gradients and the clipped mean.
    """

    norm: Array
    scale: Array
    engaged: int
    cosine: float


@record
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
        per_sample: what clipping each sample did, or None.
        hidden_gradient: ‖∂L/∂h_t‖ as ``backward`` leaves it, last layer, (T,), or None.
        step_scale: the factor that ``backward`` applies to ∂L/∂h_t, last layer, (T,), or None.
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
    per_sample: PerSample | None = None
    hidden_gradient: Magnitudes | None = None
    step_scale: Array | None = None


def by_norm(g: Vector, threshold: float) -> Vector:
    """g ← μ g / ‖g‖ for a gradient whose norm is above μ.

    Source: notes, "Gradient clipping"; Pascanu, Mikolov & Bengio 2013.
    """
    if g.ordinary:
        return g.times(threshold / g.norm()[0])
    unit = g.values / np.abs(g.values).max()
    return Vector(unit * (threshold / math.sqrt(float(unit @ unit))), 0, g.layout)


def by_value(g: Vector, threshold: float) -> Vector:
    """Every component into [−v, v]."""
    return Vector(np.clip(g.plain(), -threshold, threshold), 0, g.layout)


_RULES: dict[str, Callable[[Vector, float], Vector]] = {"norm": by_norm, "value": by_value}


def clip_gradients(g: Vector, clip: Clip) -> tuple[Vector, Clipping]:
    """Measure, clip, and say what that did.

    Args:
        g: every parameter's gradient.
        clip: rule and threshold.
    Returns:
        the gradient after clipping, and the report with the norm from before.
    """
    if not g.finite:
        return g, Clipping(
            clip.rule, clip.threshold, *(math.inf,) * 3, 1.0, False, math.nan, finite=False
        )
    norm, log10_norm = g.norm()
    if clip.threshold is None or not _engages(g, clip, norm, log10_norm):
        cosine = math.nan if math.isnan(log10_norm) else 1.0
        return g, Clipping(clip.rule, clip.threshold, norm, log10_norm, norm, 1.0, False, cosine)
    after = _RULES[clip.rule](g, clip.threshold)
    return after, compared(clip, g, after)


def compared(clip: Clip, g: Vector, after: Vector) -> Clipping:
    """The report on a rule that changed g."""
    norm, log10_norm = g.norm()
    norm_after, log10_after = after.norm()
    if math.isnan(norm) or math.isnan(norm_after) or not norm:
        scale = 10.0 ** min(log10_after - log10_norm, 308.0)
    else:
        scale = norm_after / norm
    return Clipping(
        clip.rule,
        clip.threshold,
        norm,
        log10_norm,
        norm_after,
        scale,
        True,
        _cosine(g, after),
    )


def _cosine(g: Vector, after: Vector) -> float:
    """That of the angle between two gradients."""
    if not (g.ordinary and after.ordinary):
        return cosine_between(g.values, after.values)
    cosine = float(np.dot(g.values, after.values)) / (g.norm()[0] * after.norm()[0])
    return min(1.0, max(-1.0, cosine))


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
