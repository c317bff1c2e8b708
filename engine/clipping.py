"""Gradient clipping: measuring, scaling and their composition, apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.arrays import Array
from engine.errors import InvalidInput, choose
from engine.magnitude import Magnitudes, Scaled

Gradients = Mapping[str, Scaled]


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


def measure(gradients: Gradients) -> Magnitudes:
    """‖g‖ over all parameters together, shape (1,).

    ‖g‖ = √Σ_p ‖g_p‖², right also where squares leave the range of a double.

    Source: notes, "Gradient clipping".
    """
    vector, exponent = as_vector(gradients)
    return Scaled(vector[np.newaxis], np.array([exponent])).magnitudes()


def as_vector(gradients: Gradients) -> tuple[Array, int]:
    """All parameters as one vector at one binary exponent."""
    parts = [gradient.value.reshape(-1) for gradient in gradients.values()]
    exponents = np.array([int(gradient.exponent[0]) for gradient in gradients.values()])
    if not exponents.any():
        return np.concatenate(parts), 0
    live = [
        np.frexp(np.abs(part).max(initial=0.0))[1] + e
        for part, e in zip(parts, exponents, strict=True)
        if part.any()
    ]
    top = int(max(live, default=0))
    with np.errstate(under="ignore"):
        shifted = [
            np.ldexp(part, int(np.clip(e - top, -5000, 5000)))
            for part, e in zip(parts, exponents, strict=True)
        ]
    return np.concatenate(shifted), top


def by_norm(gradients: Gradients, threshold: float) -> dict[str, Array]:
    """g ← μ g / ‖g‖ for a gradient whose norm is above μ.

    Source: notes, "Gradient clipping"; Pascanu, Mikolov & Bengio 2013.
    """
    vector, top = as_vector(gradients)
    peak = float(np.abs(vector).max())
    size = float(np.linalg.norm(vector / peak))
    return {
        name: _shift(g, -top).value[0] / peak * (threshold / size) for name, g in gradients.items()
    }


def by_value(gradients: Gradients, threshold: float) -> dict[str, Array]:
    """Every component into [−v, v]."""
    return {
        name: np.clip(gradient.unscaled()[0], -threshold, threshold)
        for name, gradient in gradients.items()
    }


_RULES: dict[str, Callable[[Gradients, float], dict[str, Array]]] = {
    "norm": by_norm,
    "value": by_value,
}


def clip_gradients(gradients: Gradients, clip: Clip) -> tuple[dict[str, Array], Clipping]:
    """Measure, clip, and say what that did.

    Args:
        gradients: parameter → gradient, each a Scaled of leading length 1.
        clip: rule and threshold.
    Returns:
        the gradients after clipping, and the report with the norm from before.
    """
    finite = all(np.isfinite(gradient.value).all() for gradient in gradients.values())
    plain = {name: gradient.unscaled()[0] for name, gradient in gradients.items()}
    if not finite:
        norm = float("inf")
        return plain, Clipping(
            clip.rule, clip.threshold, norm, norm, norm, 1.0, False, float("nan"), finite=False
        )
    before = measure(gradients)
    log10_before = float(before.log10_norm[0])
    if not _engages(gradients, clip, before):
        norm = float(before.norm[0])
        cosine = float("nan") if np.isnan(log10_before) else 1.0
        return plain, Clipping(
            clip.rule, clip.threshold, norm, log10_before, norm, 1.0, False, cosine
        )
    threshold = float(clip.threshold or 0.0)
    after = _RULES[clip.rule](gradients, threshold)
    scaled = {name: Scaled.ordinary(value[np.newaxis]) for name, value in after.items()}
    measured = measure(scaled)
    norm_after = float(measured.norm[0])
    scale = float(10.0 ** (float(measured.log10_norm[0]) - log10_before))
    if np.isfinite(before.norm[0]):
        scale = norm_after / float(before.norm[0])
    return after, Clipping(
        clip.rule,
        clip.threshold,
        float(before.norm[0]),
        log10_before,
        norm_after,
        scale,
        True,
        cosine_between(gradients, scaled),
    )


def cosine_between(first: Gradients, second: Gradients) -> float:
    """g · g′ / (‖g‖ ‖g′‖); NaN where either is exactly zero."""
    u, v = as_vector(first)[0], as_vector(second)[0]
    if not (u.any() and v.any()):
        return float("nan")
    u, v = u / np.abs(u).max(), v / np.abs(v).max()
    return float(min(1.0, max(-1.0, u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))))


def _engages(gradients: Gradients, clip: Clip, before: Magnitudes) -> bool:
    """Whether the rule changes anything."""
    if clip.threshold is None:
        return False
    if clip.rule == "norm":
        norm = float(before.norm[0])
        if np.isfinite(norm):
            return norm > clip.threshold
        return float(before.log10_norm[0]) > math.log10(clip.threshold)
    return any(
        bool(np.abs(g.unscaled()).max(initial=0.0) > clip.threshold) for g in gradients.values()
    )


def _shift(gradient: Scaled, by: int) -> Scaled:
    """The gradient times 2^by, as plain numbers."""
    exponent = gradient.exponent + by
    return Scaled(Scaled(gradient.value, exponent).unscaled(), np.zeros_like(exponent))
