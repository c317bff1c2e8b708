"""What clips an update: the engine's clip rules, and two that keep a history: a row each."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.engine.analysis.threshold_rules import (
    PERCENTILE,
    SMOOTHING,
    WARM_UP,
    Z_LIMIT,
    autoclip,
)
from unrolled.engine.clip.clipping import Clip
from unrolled.engine.clip.rules import RULES as ENGINE_RULES
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.settings import Setting, Settings, named, read

State = dict[str, Array]


class Clipper:
    """Says how an update is clipped: here by a rule of the engine, with a threshold that stays."""

    def __init__(self, clip: Clip | None = None) -> None:
        self._clip = clip or Clip()

    def clip(self, log10_norm: float) -> Clip:
        """How a gradient of this norm is clipped; its threshold is what it is brought to."""
        return self._clip

    def threshold(self, log10_norm: float) -> float:
        """μ as it is drawn: a norm above it is clipped. NaN: there is none."""
        threshold = self.clip(log10_norm).threshold
        return math.nan if threshold is None else threshold

    def remember(self, log10_norm: float) -> None:
        """Take in the norm of an update, once it has been clipped."""
        del log10_norm  # a threshold that stays follows from nothing

    def state(self) -> State:
        """What it remembers."""
        return {}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Remember that again."""
        assert not state


class AutoClip(Clipper):
    """μ = the p-th percentile of the norms so far, that of the update itself included.

    Source: Seetharaman, Wichern, Pardo & Le Roux 2020.
    """

    def __init__(self, percentile: float) -> None:
        super().__init__()
        self._percentile = percentile
        self._ordered: list[float] = []

    def clip(self, log10_norm: float) -> Clip:
        """To the percentile; a norm of zero is left."""
        place = bisect.bisect_right(self._ordered, log10_norm)
        self._ordered.insert(place, log10_norm)
        found = autoclip_of(self._ordered, self._percentile)
        del self._ordered[place]
        return to_norm(found + _ABOVE if found >= log10_norm else found)

    def remember(self, log10_norm: float) -> None:
        """One norm more."""
        bisect.insort(self._ordered, log10_norm)

    def state(self) -> State:
        """The norms in their order of size."""
        return {"ordered": np.array(self._ordered)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """The same."""
        self._ordered = state["ordered"].tolist()


_ABOVE = 1e-12
"""Decades: a percentile that is the norm itself does not clip it by a rounding."""


def autoclip_of(ordered: list[float], percentile: float) -> float:
    """log₁₀ of the percentile of norms in their order: the engine's, of the two it lies between."""
    place = (len(ordered) - 1) * percentile / 100.0
    below, part = math.floor(place), place - math.floor(place)
    return autoclip(np.array(ordered[below : math.ceil(place) + 1]), 100.0 * part)


class ZClip(Clipper):
    """A norm is a spike where z = (‖g‖ − m)/s > 2.5; it is brought to m + 2.5² s/z.

    m and s² begin as mean and variance of the first 25 norms, which are not clipped; then, with
    α = 0.97, m ← α m + (1 − α) ‖g‖ and s² ← α s² + (1 − α) (‖g‖ − m)² with ‖g‖ as it was clipped.

    Source: Kumar, Owen, Chowdhury & Güra 2025, arXiv 2504.02507.
    """

    def __init__(self) -> None:
        super().__init__()
        self._first: list[float] = []
        self._mean = self._variance = math.nan

    def clip(self, log10_norm: float) -> Clip:
        """A spike to where it counts, else nothing."""
        if math.isnan(self._mean):
            return Clip()
        norm, limit = _power(log10_norm), Z_LIMIT * math.sqrt(self._variance)
        above = norm - self._mean
        if not (limit and above > limit):
            return Clip()
        return to_norm(math.log10(self._mean + limit * (limit / above)))

    def threshold(self, log10_norm: float) -> float:
        """m + 2.5 s."""
        if math.isnan(self._mean):
            return math.nan
        return self._mean + Z_LIMIT * math.sqrt(self._variance)

    def remember(self, log10_norm: float) -> None:
        """Mean and variance move."""
        clip = self.clip(log10_norm)
        norm = _power(log10_norm) if clip.threshold is None else clip.threshold
        if math.isnan(self._mean):
            self._first.append(norm)
            if len(self._first) == WARM_UP:
                first = np.array(self._first)
                self._mean, self._variance = float(first.mean()), float(first.var())
            return
        self._mean = SMOOTHING * self._mean + (1.0 - SMOOTHING) * norm
        self._variance = SMOOTHING * self._variance + (1.0 - SMOOTHING) * (norm - self._mean) ** 2

    def state(self) -> State:
        """The first norms, and mean and variance."""
        return {"first": np.array(self._first), "moved": np.array([self._mean, self._variance])}

    def restore(self, state: Mapping[str, Array]) -> None:
        """The same."""
        self._first = state["first"].tolist()
        self._mean, self._variance = state["moved"].tolist()


def _power(log10_norm: float) -> float:
    """‖g‖, at most the largest double."""
    return float(10.0 ** min(log10_norm, 308.0))


def to_norm(log10_threshold: float) -> Clip:
    """Clipping by norm to this one; nothing where it is zero, or no double."""
    if not -307.0 < log10_threshold < 308.0:
        return Clip()
    return Clip("norm", 10.0**log10_threshold)


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """One rule: everything that any room says of it.

    Attributes:
        label: its name where it is chosen.
        formula: what it does, as LaTeX.
        does: the same in a sentence.
        settings: what can be set, beside ``per_sample``.
        letter: of its threshold; empty where it has none.
        samples: whether each sample's gradient may be clipped by itself.
        adapts: whether its threshold follows from the norms before.
        make: (settings, per_sample) → what clips.
    """

    label: str
    formula: str
    does: str
    settings: tuple[Setting, ...]
    letter: str
    samples: bool
    adapts: bool
    make: Callable[[Settings, bool], Clipper]


def _of_the_engine(name: str) -> TrainingRule:
    rule = ENGINE_RULES[name]
    threshold = Setting(
        "threshold", rule.letter, rule.example, f"What is clipped: {rule.compares} above it.",
        above=True,
    )  # fmt: skip

    def make(settings: Settings, per_sample: bool) -> Clipper:
        return Clipper(Clip(name, settings.get("threshold"), per_sample))

    return TrainingRule(
        label=rule.label,
        formula=rule.formula,
        does=rule.does,
        settings=(threshold,) if rule.threshold else (),
        letter=rule.letter,
        samples=rule.samples,
        adapts=False,
        make=make,
    )


RULES: dict[str, TrainingRule] = {name: _of_the_engine(name) for name in ENGINE_RULES} | {
    "autoclip": TrainingRule(
        label="AutoClip",
        formula=r"\mu_n = P_p(\lVert g \rVert_1, \ldots, \lVert g \rVert_n)",
        does="By norm, μ being a percentile of all norms so far.",
        settings=(
            Setting("percentile", "p", PERCENTILE, "Which percentile of the norms.", most=100.0),
        ),
        letter="μ",
        samples=False,
        adapts=True,
        make=lambda settings, per_sample: AutoClip(settings["percentile"]),
    ),
    "zclip": TrainingRule(
        label="ZClip",
        formula=r"z = \frac{\lVert g \rVert - m}{s} > 2.5: \quad "
        r"\mu = m + \frac{2.5^2}{z} s",
        does="By norm, and only a spike: one that lies more than 2.5 moving standard deviations "
        "above the moving mean.",
        settings=(),
        letter="μ",
        samples=False,
        adapts=True,
        make=lambda settings, per_sample: ZClip(),
    ),
}
"""The rules by their names; the two that adapt begin anew where a rule is changed."""


def read_clip(given: Any) -> dict[str, Any]:
    """A plan's ``clip``, nothing left open: rule, its settings, and ``per_sample`` where it may be.

    Raises:
        InvalidInput: for an unknown rule or setting, or a number that is not allowed.
    """
    name = named(("clip",), given, RULES, "rule")
    rule, rest = RULES[name], dict(given)
    per_sample = rest.pop("per_sample", False)
    if not isinstance(per_sample, bool) or (per_sample and not rule.samples):
        allowed = ", ".join(repr(name) for name, one in RULES.items() if one.samples)
        raise InvalidInput(
            ("clip", "per_sample"), f"received {per_sample!r}; true is allowed with {allowed}"
        )
    found: dict[str, Any] = {"rule": name, **read(("clip",), rest, rule.settings, "rule")}
    return found | {"per_sample": per_sample} if rule.samples else found


def clipper(clip: Mapping[str, Any]) -> Clipper:
    """What clips, of a plan's ``clip`` with nothing left open."""
    settings = {name: value for name, value in clip.items() if name not in ("rule", "per_sample")}
    return RULES[clip["rule"]].make(settings, bool(clip.get("per_sample", False)))
