"""What is read off a stack of networks, number by number: ``NUMBERS`` of all at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np

from unrolled.engine.analysis.pascanu import long_to_short
from unrolled.engine.analysis.saturation import saturated_masks
from unrolled.engine.choices.parameters import spectral_radius_of
from unrolled.engine.clip.rules import RULES
from unrolled.engine.diagnosis.row import Row
from unrolled.engine.diagnosis.shape import Shape, follows_rate, shape
from unrolled.engine.diagnosis.verdict import Verdict, read_off
from unrolled.engine.numbers.arrays import Array, IntArray, Mask
from unrolled.engine.passes.itemize import itemize
from unrolled.engine.passes.passage import Entering
from unrolled.engine.sweep.back import Carried, back, log10_norms, parameter_sizes
from unrolled.engine.sweep.lyapunov import leading_exponents
from unrolled.engine.sweep.number import Value
from unrolled.engine.sweep.of_flows import spectral_norm_of
from unrolled.engine.sweep.stack import Stack
from unrolled.engine.sweep.sums import Sizes, joined


class Seen:
    """The numbers of a stack; each is computed when it is asked for.

    Args:
        stack: of networks that are sound.
        careful: whether every gradient has an exponent of its own.

    Attributes:
        stack: as given.
        trusted: of which networks the numbers that were asked for are right, (N,).
    """

    def __init__(self, stack: Stack, *, careful: bool) -> None:
        self.stack, self._careful = stack, careful
        self.trusted = np.ones(stack.count, dtype=bool)

    def number(self, name: str) -> list[Value]:
        """One number of every network."""
        return _NUMBERS[name](self)

    @cached_property
    def _entering(self) -> Entering:
        return self.stack.entering(careful=self._careful)

    @cached_property
    def _enters(self) -> Mask:
        """At which steps a loss of a network enters with any gradient, (T, N)."""
        alive = self._entering.local.any(axis=(1, 2)).reshape(self.stack.steps, -1)
        return np.asarray(alive & self.stack.trace.emits[:, np.newaxis])

    @cached_property
    def _chosen(self) -> tuple[IntArray, IntArray]:
        """i, from 1, of the loss with the most steps to travel, and where its way ends, (N,) each.

        0 where none enters. As ``chosen`` of one network.
        """
        every = np.arange(1, self.stack.steps + 1)
        reached = self.stack.truncation.first_reached
        firsts = np.array([max(1, reached(step)) for step in every.tolist()])
        travels = np.where(self._enters, (every - firsts)[:, np.newaxis], -1)
        last = len(every) - 1 - np.argmax(travels[::-1], axis=0)
        alive = self._enters.any(axis=0)
        return np.where(alive, every[last], 0), np.where(alive, firsts[last], 0)

    def _carry(self, entering: Entering, steps: Mask) -> Carried:
        found = back(self.stack, entering, steps, careful=self._careful)
        self.trusted &= found.trusted
        return found

    @cached_property
    def _totals(self) -> Carried:
        """All losses in one."""
        return self._carry(self._entering, np.asarray(self._enters.any(axis=1)))

    @cached_property
    def _row_norms(self) -> Array:
        """log₁₀ ‖∂L_i/∂s_t‖ of the chosen loss, of the last layer, (T, N)."""
        stack, (steps, _) = self.stack, self._chosen
        own = np.arange(1, stack.steps + 1)[:, np.newaxis] == steps
        if (own == self._enters).all() and not stack.trials[0].windowed:
            return log10_norms(stack, self._totals)
        found = np.full(own.shape, np.nan)
        for step in np.unique(steps[steps > 0]):
            here = own & (steps == step)
            rows = here.reshape(-1)[:, np.newaxis, np.newaxis]
            whole = self._entering
            local = np.where(rows, whole.local, 0.0)
            entering = Entering(whole.given, local, whole.exponent, whole.careful)
            norms = log10_norms(stack, self._carry(entering, here.any(axis=1)))
            found[:, steps == step] = norms[:, steps == step]
        return found

    @cached_property
    def _rows(self) -> list[tuple[Verdict, float, float]]:
        """The verdict of every network, its rate, and what arrives."""
        count = self.stack.count
        if self.stack.steps == 1:
            return [("stable", math.nan, math.nan)] * count
        norms, (steps, firsts) = self._row_norms, self._chosen
        found: list[tuple[Verdict, float, float]] = [("stable", math.nan, math.nan)] * count
        for step in np.unique(steps[steps > 0]).tolist():
            places = np.flatnonzero((steps == step) & self.trusted)
            if not places.size:
                continue
            first = int(firsts[places[0]])
            own = norms[first - 1 : step, places][::-1].T
            follows = np.zeros(len(places), dtype=bool)
            if step - first >= 2:
                with np.errstate(invalid="ignore"):
                    follows = follows_rate(own - own[:, :1])[0]
            for place, rate in zip(places.tolist(), follows.tolist(), strict=True):
                row = Row.of(step, first, norms[:, place])
                if row is not None:
                    found[place] = _told(row, Shape("rate", 0, entering=False) if rate else None)
        return found

    @cached_property
    def _sizes(self) -> dict[str, Sizes]:
        """Of every parameter's gradient."""
        peaks = self.stack.trials[0].clip.rule == "value"
        return parameter_sizes(self.stack, self._totals, peaks=peaks)

    def arriving(self) -> list[Value]:
        """As ``Diagnosis.log10_arriving``."""
        return [_number(arriving) for _, _, arriving in self._rows]

    def decay_per_step(self) -> list[Value]:
        """As of ``Diagnosis``."""
        return [_number(rate) for _, rate, _ in self._rows]

    def verdict(self) -> list[Value]:
        """As of ``Diagnosis``."""
        return [verdict for verdict, _, _ in self._rows]

    def log10_norm(self) -> list[Value]:
        """log₁₀ ‖g‖."""
        whole = joined([size.log10_norm for size in self._sizes.values()])
        return [_number(value) for value in whole.tolist()]

    def clipped(self) -> list[Value]:
        """1 where the rule changes the gradient."""
        trials, rule = self.stack.trials, RULES[self.stack.trials[0].clip.rule]
        if rule.threshold is None:
            return [0.0] * len(trials)
        thresholds = np.log10([trial.clip.threshold or math.inf for trial in trials])
        norms = [size.log10_norm for size in self._sizes.values()]
        if rule.keeps_direction:
            norms = [joined(norms)]
        elif not rule.each:
            norms = [
                size.log10_peak for size in self._sizes.values() if size.log10_peak is not None
            ]
        above = np.logical_or.reduce([one > thresholds for one in norms])
        return [float(one) for one in above.tolist()]

    def saturation(self) -> list[Value]:
        """The mean share."""
        masks = saturated_masks(self.stack.network, self.stack.trace.top)
        if not masks:
            return [None] * self.stack.count
        counted = np.add.reduce([np.count_nonzero(mask, axis=(0, 2)) for mask in masks])
        units = masks[0].size // self.stack.count * len(masks)
        shares = counted.reshape(self.stack.count, -1).sum(axis=1) / units
        return [float(share) for share in shares.tolist()]

    def lyapunov(self) -> list[Value]:
        """λ₁."""
        top = self.stack.network.num_layers - 1
        chains = [self.stack.alone(n).chain(top) for n in range(self.stack.count)]
        return [_number(value) for value in leading_exponents(chains).tolist()]

    def long_to_short(self) -> list[Value]:
        """Every network's itemized gradients by themselves: most of the time goes into products."""
        found = []
        for n in range(self.stack.count):
            passage = self.stack.alone(n)
            samples = slice(n * self.stack.batch, (n + 1) * self.stack.batch)
            given = np.ascontiguousarray(self.stack.given[:, samples])
            pairs = itemize(passage, passage.enter(given))[-1]
            ratio = long_to_short(pairs.log10_norm, pairs.loss_steps, pairs.steps)
            found.append(_number(ratio.log10_ratio))
        return found

    def spectral_radius(self) -> list[Value]:
        """ρ."""
        return [_number(spectral_radius_of(matrix)) for matrix in self._recurrent]

    def spectral_norm(self) -> list[Value]:
        """σ_max."""
        return [_number(spectral_norm_of(matrix)) for matrix in self._recurrent]

    @cached_property
    def _recurrent(self) -> Array:
        """The matrix whose spectrum is shown, of every network, (N, H, H)."""
        top = self.stack.network.num_layers - 1
        return self.stack.cell.recurrent_matrix(self.stack.passage.of_layer(top))


def _number(value: float) -> Value:
    return value if math.isfinite(value) else None


def _told(row: Row, found: Shape | None) -> tuple[Verdict, float, float]:
    verdict, rate = read_off(row, found or shape(row, to_say=False))
    return verdict, rate, math.nan if verdict == "blocked" else row.arriving


_NUMBERS: dict[str, Callable[[Seen], list[Value]]] = {
    "arriving": Seen.arriving,
    "decay_per_step": Seen.decay_per_step,
    "verdict": Seen.verdict,
    "log10_norm": Seen.log10_norm,
    "clipped": Seen.clipped,
    "lyapunov": Seen.lyapunov,
    "long_to_short": Seen.long_to_short,
    "saturation": Seen.saturation,
    "spectral_radius": Seen.spectral_radius,
    "spectral_norm": Seen.spectral_norm,
}
