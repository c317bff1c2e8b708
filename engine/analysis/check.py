"""A gradient check: backpropagated gradients beside central differences of the forward pass."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.losses import LOSSES, judge
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, Nullable, Parameters, record
from unrolled.engine.numbers.errors import ForwardOverflow, InvalidInput, one_of, whole_number
from unrolled.engine.passes.bptt import Backward, backward
from unrolled.engine.passes.passage import Passage
from unrolled.engine.passes.unroll import Trace, losses, unroll

MAX_ENTRIES = 50
"""The most entries of one parameter that are checked."""

LADDER = (16.0, 1.0, 1.0 / 16.0, 1.0 / 256.0)
"""The steps that are tried, as multiples of ε^(1/3) max(1, |w|), from the largest down."""

TOLERANCE = 1e-6
"""A difference that may be off by more than this part of its size proves nothing to this part."""

_EPSILON = float(np.finfo(np.float64).eps)
_CONTRACTION = 16.0
"""What two neighbouring steps say differently is the larger one's error; the smaller one's is less
by h², a factor of 256, of which a part is counted on: not every loss is at its h² yet."""


@record
class CheckedEntry:
    """One entry of a parameter's gradient, computed in two ways: b and d.

    Attributes:
        index: where it stands in the parameter, from 0.
        backpropagated: b, from the backward pass, before any clipping.
        central_difference: d = (L(w + h) − L(w − h)) / 2h, by running the network forward with that
            entry changed and nothing else; NaN where either pass overflows.
        relative_difference: |b − d| / max(|b|, |d|), 0 where both are 0; NaN without a d.
        step: h, as a double stores it.
        uncertainty: by how much d itself may be off: its rounding, and what a larger step says
            differently; NaN without a d.
        kink: whether a unit crosses a kink of its activation, as a ReLU that switches, between
            w − h and w + h, at every h that was tried: there is no derivative to approach there.
        agrees: whether b and d differ by no more than the uncertainty, or by a millionth of the
            larger; None where d says nothing (a kink, an overflow).
    """

    index: tuple[int, ...]
    backpropagated: Nullable
    central_difference: Nullable
    relative_difference: Nullable
    step: float
    uncertainty: Nullable
    kink: bool
    agrees: bool | None

    @property
    def measurable(self) -> bool:
        """Whether the difference is good to ``TOLERANCE`` of its size."""
        size = max(abs(self.backpropagated), abs(self.central_difference))
        return not self.kink and self.uncertainty <= TOLERANCE * size


@record
class ParameterCheck:
    """The checked entries of one parameter.

    Attributes:
        entries: in the order of the parameter.
        worst: the largest relative difference among the entries whose d is good to a millionth;
            NaN if there is none.
    """

    entries: tuple[CheckedEntry, ...]
    worst: Nullable


@record
class Check:
    """Every parameter's check.

    Attributes:
        parameters: parameter → its check.
        worst: the largest of theirs.
        exact: whether the backward pass keeps every path; false where a truncation cuts some, so
            that the two numbers differ on purpose.
        passes: how often the network ran forward.
    """

    parameters: dict[str, ParameterCheck]
    worst: float
    exact: bool
    passes: int


def check_gradients(
    network: Network,
    parameters: Parameters,
    sequence: Sequence,
    *,
    loss: str,
    truncation: Truncation | None = None,
    entries: int = 5,
    step: float | None = None,
) -> Check:
    """Compare backpropagated gradients with central differences of the loss.

    d = (L(w + h) − L(w − h)) / 2h   with L = Σ_t L_t,   b = ∂L/∂w

    Of a given gradient, which has no loss's value, L_t is Σ ⟨∂L/∂o_t, o_t⟩ (or h_t) with ∂L/∂o_t
    held fixed: its gradient is the given one.

    Of each parameter ``entries`` are taken, 1 … 50: those with the largest |b|, and as many spread
    over the others. Without a given ``step`` h is that of ε^(1/3) max(1, |w|) · {16, 1, 1/16,
    1/256} whose difference is the least uncertain: h² is small against 1, and ε / h is too.

    Raises:
        InvalidInput: for an unknown loss, or entries or a step outside these, also a step so small
            that a w plus it is that w.
        ForwardOverflow: where the forward pass leaves the range of a double at any step.
    Source: Press et al., Numerical Recipes, "Numerical Derivatives".
    """
    one_of(("loss",), loss, LOSSES)
    whole_number(("entries",), entries, 1, MAX_ENTRIES)
    if step is not None and not (step > 0.0 and math.isfinite(step)):
        raise InvalidInput(("step",), f"received {step}; allowed: a number above 0, or null")
    trace = unroll(network, parameters, sequence)
    passage = Passage.of(network, parameters, trace, truncation)
    exact = passage.truncation.passes_all(trace.steps)
    _, given_there = losses(trace, sequence, loss)
    values = judge(loss, trace.judged, sequence.targets, sequence.weights)[0]
    whole = backward(passage, passage.enter(given_there))
    complete = whole
    if not exact:
        every = Passage.of(network, parameters, trace, Truncation())
        complete = backward(every, every.enter(given_there))
    given = whole.gradients()
    own = np.abs(values) + _size(given_there, trace)
    copies = {name: value.copy() for name, value in parameters.items()}
    difference = _Difference(network, copies, sequence, loss, _noise(trace, complete), own)
    checks = {}
    for name, gradient in given.parts(given.plain()).items():
        flat = gradient.ravel()
        found = [
            difference.entry(name, int(place), float(flat[place]), step)
            for place in chosen(flat, entries)
        ]
        worst = [entry.relative_difference for entry in found if entry.measurable]
        checks[name] = ParameterCheck(tuple(found), max(worst, default=math.nan))
    worst = [one.worst for one in checks.values() if not math.isnan(one.worst)]
    return Check(checks, max(worst, default=math.nan), exact, difference.passes)


def check_passes(network: Network, entries: int, step: float | None = None) -> int:
    """How often ``check_gradients`` runs the network forward: 2 for each entry and step, and 1."""
    sizes = (math.prod(shape) for shape in network.parameter_shapes().values())
    tried = len(LADDER) if step is None else 1
    return 1 + 2 * tried * sum(min(entries, size) for size in sizes)


def chosen(gradient: Array, entries: int) -> IntArray:
    """Which entries of a parameter are checked, in its order: no chance, and no zeros left out.

    Half of them, rounded up, have the largest |gradient|; the others lie evenly among the rest.
    """
    if entries >= len(gradient):
        return np.arange(len(gradient))
    sizes = np.abs(gradient)
    largest = np.argsort(-sizes, kind="stable")[: (entries + 1) // 2]
    rest = np.setdiff1d(np.arange(len(gradient)), largest)
    wanted = entries - len(largest)
    spread = rest[((np.arange(wanted) + 0.5) * len(rest) / max(wanted, 1)).astype(np.int64)]
    return np.sort(np.concatenate((largest, spread)))


@record
class _Rung:
    """(L(w + h) − L(w − h)) / 2h, h as a double stores it, its rounding, whether a kink is crossed.

    value and rounding are NaN where a pass overflows.
    """

    value: float
    step: float
    rounding: float
    kink: bool


def _curvature(tried: list[_Rung], n: int) -> float:
    """By how much (h²/6) L‴ and what follows it may move the n-th difference."""
    if len(tried) == 1:
        return 0.0
    larger, smaller = tried[max(n - 1, 0)], tried[min(n + 1, len(tried) - 1)]
    if n and not larger.kink and math.isfinite(larger.value):
        return abs(tried[n].value - larger.value) / _CONTRACTION
    return 2.0 * abs(tried[n].value - (smaller if n + 1 < len(tried) else larger).value)


def _or_inf(value: float) -> float:
    return math.inf if math.isnan(value) else value


@dataclass(slots=True)
class _Difference:
    """Central differences of one network's loss; parameters are changed and set back in place."""

    network: Network
    parameters: Parameters
    sequence: Sequence
    loss: str
    noise: float
    own: Array
    passes: int = 1

    def entry(self, name: str, place: int, gradient: float, step: float | None) -> CheckedEntry:
        """One entry at the step that is the least uncertain."""
        flat = self.parameters[name].reshape(-1)
        usual = _EPSILON ** (1 / 3) * max(1.0, abs(float(flat[place])))
        steps = [usual * factor for factor in LADDER] if step is None else [step]
        tried = [self._central(flat, place, wanted, idle=gradient == 0.0) for wanted in steps]
        doubts = [one.rounding + _curvature(tried, n) for n, one in enumerate(tried)]
        best = min(range(len(tried)), key=lambda n: (tried[n].kink, _or_inf(doubts[n]), n))
        kink, value, uncertainty = tried[best].kink, tried[best].value, doubts[best]
        size, apart = max(abs(gradient), abs(value)), abs(gradient - value)
        agrees = None
        if not kink and math.isfinite(apart):
            agrees = apart <= max(uncertainty, TOLERANCE * size)
        return CheckedEntry(
            index=tuple(int(i) for i in np.unravel_index(place, self.parameters[name].shape)),
            backpropagated=gradient,
            central_difference=value,
            relative_difference=apart / size if size > 0.0 else apart,
            step=tried[best].step,
            uncertainty=uncertainty,
            kink=kink,
            agrees=agrees,
        )

    def _central(self, flat: Array, place: int, wanted: float, *, idle: bool) -> _Rung:
        """One step. An idle entry, of gradient 0, whose change moves no loss rounds nothing."""
        w = float(flat[place])
        above, below = w + wanted, w - wanted
        h = above / 2 - below / 2
        if h == 0.0:
            raise InvalidInput(
                ("step",), f"received {wanted}; {w} does not change by it: a double needs more"
            )
        try:
            on, plus = self._at(flat, place, above)
            off, minus = self._at(flat, place, below)
        except ForwardOverflow:
            return _Rung(math.nan, h, math.nan, kink=False)
        finally:
            flat[place] = w
        with np.errstate(over="ignore", invalid="ignore"):
            apart = plus - minus
            moved = apart != 0.0
            noise = _EPSILON * (self.noise + float(self.own.sum(where=moved)))
        kink = any(not np.array_equal(a, b) for a, b in zip(on, off, strict=True))
        total = math.fsum(apart) if np.isfinite(apart).all() else math.nan
        return _Rung(total / h / 2, h, 0.0 if idle and not moved.any() else noise / h, kink=kink)

    def _at(self, flat: Array, place: int, w: float) -> tuple[list[Mask], Array]:
        """On which side of every kink the units are, and L_t, with one entry changed."""
        flat[place] = w
        self.passes += 1
        trace = unroll(self.network, self.parameters, self.sequence)
        cell, own_f = CELLS[self.network.cell], self.network.activation
        on = [
            values > kink
            for layer in trace.layers
            for name, values in cell.squashed(layer, own_f)
            for kink in ACTIVATIONS[name].kinks
        ]
        seq = self.sequence
        return on, judge(self.loss, trace.judged, seq.targets, seq.weights)[0]


def _size(given: Array, trace: Trace) -> Array:
    """Σ |∂L_t/∂o_t ⊙ o_t|: by how much L_t moves if o_t does by its own size."""
    with np.errstate(over="ignore"):
        return np.asarray(np.abs(given[trace.emits] * trace.judged).sum(axis=(1, 2)))


def _noise(trace: Trace, complete: Backward) -> float:
    """Σ_t |∂L/∂h_t ⊙ h_t|: the same for every state on the way."""
    total = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for layer, own in zip(trace.layers, complete.layers, strict=True):
            total += float(np.abs(own.part(0).unscaled() * layer.h).sum())
            if layer.c is not None:
                total += float(np.abs(own.part(1).unscaled() * layer.c).sum())
    return total
