"""Gradient clipping: measuring, scaling and their composition, apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from unrolled.engine.clip.rules import RULES, above
from unrolled.engine.numbers.arrays import Array, Nullable, Series, record
from unrolled.engine.numbers.errors import InvalidInput, one_of
from unrolled.engine.numbers.magnitude import Magnitudes, ordinary
from unrolled.engine.passes.vector import Vector


@dataclass(frozen=True, slots=True)
class Clip:
    """A rule of ``RULES`` and its threshold, μ or v; ``RULES`` says what each does.

    Attributes:
        rule: a key of ``RULES``.
        threshold: μ or v.
        per_sample: clip each sample's gradient and take the mean, where the rule knows samples.
    Raises:
        InvalidInput: for an unknown rule, a threshold that is missing, not wanted, or not a
            finite number above 0, or samples where the rule knows none.
    """

    rule: str = "none"
    threshold: float | None = None
    per_sample: bool = False

    def __post_init__(self) -> None:
        one_of(("clip", "rule"), self.rule, RULES)
        name = RULES[self.rule].threshold
        if name is None:
            if self.threshold is not None:
                raise InvalidInput(
                    ("clip",), f"received a threshold of {self.threshold}; 'none' takes none"
                )
        elif self.threshold is None or not 0.0 < self.threshold < float("inf"):
            raise InvalidInput(
                ("clip", name), f"received {self.threshold}; allowed: a finite number above 0"
            )
        if self.per_sample and not RULES[self.rule].samples:
            allowed = ", ".join(repr(name) for name, rule in RULES.items() if rule.samples)
            raise InvalidInput(
                ("clip", "per_sample"),
                f"received true; {self.rule!r} knows no samples: allowed with {allowed}",
            )


@dataclass(frozen=True, slots=True)
class PerSample:
    """Each sample's gradient clipped by itself, then their mean.

    Attributes:
        norm: ‖g_b‖ of every sample's own loss, (B,); NaN where a double cannot hold it.
        scale: ‖g_b after‖ / ‖g_b‖, (B,).
        engaged: how many samples were clipped.
        cosine: between the mean of the clipped gradients and the clipped mean: the bias.
    """

    norm: Series
    scale: Series
    engaged: int
    cosine: Nullable


@dataclass(frozen=True, slots=True)
class PerParameter:
    """Each parameter's gradient clipped by itself; before and after stand beside the gradients.

    Attributes:
        scale: parameter → ‖g_p after‖ / ‖g_p‖; 1 where it was not above μ.
        engaged: how many parameters were clipped.
    """

    scale: dict[str, float]
    engaged: int


@record
class Clipping:
    """What a clip rule did to the parameter gradient g.

    Attributes:
        rule: as asked for.
        threshold: μ or v; None for ``none``.
        norm_before: ‖g‖; NaN where a double cannot hold it.
        log10_norm_before: log₁₀ ‖g‖; NaN only where g is exactly zero.
        norm_after: ‖g after‖; NaN where a double cannot hold it.
        scale: ‖g after‖ / ‖g‖: the factor of every component for ``norm``.
        engaged: whether the rule changed anything.
        cosine: of the angle between g and g after, the direction kept; NaN where g is exactly zero.
        finite: False where g holds an infinity, and ‖g‖ is one; it is then left as it is.
        per_sample: what clipping each sample did, or None.
        per_parameter: what clipping each parameter did, or None: for other rules, and where each
            sample was clipped by itself.
        hidden_gradient: ‖∂L/∂h_t‖ as ``backward`` leaves it, last layer, (T,), or None.
        step_scale: the factor that ``backward`` applies to ∂L/∂h_t, last layer, (T,), or None.
    """

    rule: str
    threshold: float | None
    norm_before: Nullable
    log10_norm_before: Nullable
    norm_after: Nullable
    scale: Nullable
    engaged: bool
    cosine: Nullable
    finite: bool = True
    per_sample: PerSample | None = None
    per_parameter: PerParameter | None = None
    hidden_gradient: Magnitudes | None = None
    step_scale: Series | None = None


def clip_gradients(g: Vector, clip: Clip) -> tuple[Vector, Clipping]:
    """Clip, and say what that did: the gradient after, and the report with the norm from before."""
    if not g.finite:
        return g, Clipping(
            clip.rule, clip.threshold, *(math.inf,) * 3, 1.0, False, math.nan, finite=False
        )
    act = RULES[clip.rule].clip
    after = g if act is None or clip.threshold is None else act(g, clip.threshold)
    return after, _with_parameters(reported(clip, g, after), clip, g)


def _with_parameters(report: Clipping, clip: Clip, g: Vector) -> Clipping:
    """What the rule did to every parameter, where each has a factor of its own."""
    if not RULES[clip.rule].each or clip.threshold is None:
        return report
    sizes = g.norms()
    high = above(sizes, clip.threshold)
    with np.errstate(under="ignore"):
        factor = np.power(10.0, math.log10(clip.threshold) - sizes.log10_norm[high])
    held = ~np.isnan(sizes.norm[high])
    factor[held] = clip.threshold / sizes.norm[high][held]
    scale = np.ones(len(high))
    scale[high] = factor
    names = g.parts()
    own = PerParameter(dict(zip(names, scale.tolist(), strict=True)), int(np.count_nonzero(high)))
    return replace(report, per_parameter=own)


def reported(clip: Clip, g: Vector, after: Vector) -> Clipping:
    """What a rule did that made ``after`` of g, or left g as it is."""
    norm, log10_norm = g.norm()
    if after is g:
        cosine = math.nan if math.isnan(log10_norm) else 1.0
        return Clipping(clip.rule, clip.threshold, norm, log10_norm, norm, 1.0, False, cosine)
    norm_after, log10_after = after.norm()
    if math.isnan(norm) or math.isnan(norm_after) or not norm:
        scale = 10.0 ** min(log10_after - log10_norm, 308.0)
    else:
        scale = norm_after / norm
    cosine = cosine_between(g.values, after.values)
    return Clipping(clip.rule, clip.threshold, norm, log10_norm, norm_after, scale, True, cosine)


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
