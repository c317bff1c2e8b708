"""Advice that was tried: changes of an experiment, each with what the engine measures with it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from unrolled.app.candidates import CANDIDATES
from unrolled.app.merge_patch import merge_patch
from unrolled.app.report import AdviceReport, Arrives
from unrolled.app.resolve import Prepared, prepare
from unrolled.app.situation import Candidate, Patch, Situation
from unrolled.app.sizes import Most, blocks, numbers, work
from unrolled.engine import (
    CLIP_RULES,
    Arriving,
    Clipping,
    InvalidInput,
    arriving,
    gradient_flow,
    share,
    times,
)

LONGEST = 6
"""So many changes are listed."""
_CLEARLY = math.log10(2.0)
"""A change must bring what arrives so many decades nearer to what enters,"""
_USEFUL = 4.0
"""and so near."""
_MORE = math.log10(1.05)
"""Where it ends in the verdict ``stable``, so many suffice."""
_BETWEEN = 4
"""So many values at most are tried between two that miss on either side."""
_SHORT = 100
"""Up to so many steps such a value has two digits, then three."""
_BUDGET = 1e9
"""What all trials together may cost, in about nanoseconds."""
_STEP, _PRODUCT, _EIGENVALUES = 5e4, 3.0, 8.0
"""The cost of a step of a layer, of one entry of a product, and of a spectral radius over H³."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What was found.

    Attributes:
        entries: the best first.
        tried: how many changes were tried.
        left_out: how many would have taken too long.
    """

    entries: list[AdviceReport]
    tried: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One change that was measured."""

    words: str
    patch: Patch
    found: Arriving

    @property
    def distance(self) -> float:
        """How many decades what arrives is away from what enters."""
        return abs(self.found.log10_arriving)


def advise(ready: Prepared, clipping: Clipping | None, most: Most) -> Advice:
    """Try changes, and keep those that help.

    What arrives is read as the verdict reads it: of the loss with the most steps to travel, at the
    earliest step that it may reach. A change helps where the verdict turns ``stable``, or what
    arrives comes at least a factor 2 nearer to what enters, and within 10⁻⁴ … 10⁴ of it; and where
    no layer is left with the opposite verdict, or vanishes or explodes that did not. Where nothing
    arrived, or the forward pass overflowed, coming within 10⁻⁴ … 10⁴ is enough.

    Args:
        ready: the experiment.
        clipping: what its clip rule did; None where the forward pass overflowed.
        most: what an experiment may ask for.
    """
    before = _measure(ready)
    if before.verdict == "stable":
        return Advice([], 0, 0)
    trials = _Trials(Situation(ready, before.verdict, before.first > 1), before, most)
    found = trials.best()
    entries = [
        trials.entry(trial) for trial in sorted(found, key=lambda trial: trial.distance)[:LONGEST]
    ]
    clipped = trials.clipped(clipping)
    if clipped is not None:
        entries = [*entries[: LONGEST - 1], clipped]
    return Advice(entries, trials.tried, trials.left_out)


def _measure(ready: Prepared) -> Arriving:
    return arriving(
        ready.network,
        ready.parameters,
        ready.sequence,
        loss=ready.loss,
        truncation=ready.truncation,
    )


class _Trials:
    """Tries changes as long as the budget lasts."""

    def __init__(self, seen: Situation, before: Arriving, most: Most) -> None:
        self.seen, self.before, self.most = seen, before, most
        self.tried = self.left_out = 0
        self.spent = 0.0

    def best(self) -> list[Trial]:
        """Of every row the value that helps most, where one does; the rows take turns."""
        blocked = self.seen.verdict == "blocked"
        rows = [row for row in CANDIDATES if row.unblocks or not blocked]
        measured: dict[str, dict[float, Trial]] = {row.name: {} for row in rows}
        turns = [self._turns(row, measured[row.name]) for row in rows]
        while turns:
            turns = [turn for turn in turns if next(turn, None) is not None]
        found = []
        for trials in measured.values():
            good = [trial for trial in trials.values() if self._helps(trial.found)]
            found += [min(good, key=lambda trial: trial.distance)] if good else []
        return found

    def _turns(self, row: Candidate, trials: dict[float, Trial]) -> Iterator[float]:
        """Measure a row's values, one a turn; of a row that is searched those that close in."""
        values = row.values(self.seen)
        if row.searched:
            yield from self._search(row, list(values), trials)
            return
        for value in values:
            self._put(row, value, trials)
            yield value

    def _search(
        self, row: Candidate, values: list[float], trials: dict[float, Trial]
    ) -> Iterator[float]:
        """Between which of the values as much arrives as enters, and then closer.

        log₁₀ of what arrives is nearly linear in log of the value: that names the next one.
        """
        last, first = -1, len(values)
        while first - last > 1:
            middle = (last + first) // 2
            beyond = self._beyond(self._put(row, values[middle], trials))
            last, first = (last, middle) if beyond else (middle, first)
            yield values[middle]
        low = row.start(self.seen) if last < 0 else values[last]
        if first == len(values) or not low > 0.0:
            return
        high, ends = values[first], {low: self.before} if last < 0 else {}
        digits = 2 if self.seen.ready.sequence.steps <= _SHORT else 3
        for _ in range(_BETWEEN):
            ends |= {value: trial.found for value, trial in trials.items()}
            at = _crossing(
                *(ends[end].log10_arriving if end in ends else math.nan for end in (low, high))
            )
            value = float(f"{low ** (1.0 - at) * high**at:.{digits}g}")
            if value in (low, high) or value in ends:
                return
            beyond = self._beyond(self._put(row, value, trials))
            low, high = (low, value) if beyond else (value, high)
            yield value

    def _put(self, row: Candidate, value: float, trials: dict[float, Trial]) -> Arriving | None:
        """Measure one value and keep it; None where it was not measured."""
        trial = self._try(row, value)
        if trial is None:
            return None
        trials[value] = trial
        return trial.found

    def _beyond(self, found: Arriving | None) -> bool:
        """Whether a change goes further than to where as much arrives as enters."""
        grows = self.seen.grows
        if found is None or found.overflow is not None:
            return not grows
        reached = found.log10_arriving
        if math.isnan(reached):
            return grows
        return reached < 0.0 if grows else reached > 0.0

    def _try(self, row: Candidate, value: float) -> Trial | None:
        """Measure one value; None where the service would refuse it or time is over."""
        patch = row.patch(self.seen, value)
        spec = merge_patch(self.seen.ready.resolved, patch)
        network = spec["network"]
        count = blocks(network["cell"], network["num_layers"])
        steps, batch, _ = self.seen.ready.sequence.inputs.shape
        steps = self.seen.ready.sequence.steps
        hidden = network["hidden_size"]
        effort = work(steps, batch, hidden, count)
        outputs = network["output_size"] or 0
        held = numbers(steps, batch, network["input_size"], hidden, count, outputs)
        if effort > self.most.work or held > self.most.numbers:
            return None
        cost = _STEP * steps * network["num_layers"] + _PRODUCT * effort
        if row.draws:
            cost += _EIGENVALUES * hidden**3 * count
        if self.spent + cost > _BUDGET:
            self.left_out += 1
            return None
        try:
            ready = prepare(spec | {"truncation": spec.get("truncation")}, self.seen.ready)
            found = _measure(ready)
        except InvalidInput:
            return None
        self.spent += cost * (found.overflow.step / steps if found.overflow else 1.0)
        self.tried += 1
        return Trial(row.words(self.seen, value), patch, found)

    def _helps(self, after: Arriving) -> bool:
        reached, was = after.log10_arriving, self._was(after)
        if after.overflow is not None or math.isnan(reached) or self._harms(after):
            return False
        useful = abs(reached) <= _USEFUL
        if self.before.overflow is not None or math.isnan(was):
            return useful
        nearer = abs(was) - abs(reached)
        return (after.verdict == "stable" and nearer >= _MORE) or (useful and nearer >= _CLEARLY)

    def _harms(self, after: Arriving) -> bool:
        """Whether a layer has the opposite verdict, or vanishes or explodes that did not."""
        opposite = "vanishing" if self.seen.grows else "exploding"
        if opposite in (after.verdict, *after.of_layers):
            return True
        if self.seen.verdict == "blocked" or not self.before.last_loss:
            return False
        layers = zip(self.before.of_layers, after.of_layers, strict=True)
        return any(now != was and now != "stable" for was, now in layers)

    def _was(self, after: Arriving) -> float:
        """What arrived before, at the same step of the same loss where only now it gets there."""
        return math.nan if self._opens(after) else self.before.log10_arriving

    def _opens(self, after: Arriving) -> bool:
        """Whether the loss that is read now could not reach the step where it is read before."""
        ended = self.seen.ready.truncation.first_reached(after.loss_step)
        return 0 < after.first < ended

    def entry(self, trial: Trial) -> AdviceReport:
        """One line of the list."""
        after, before = trial.found, self.before
        reached, was = after.log10_arriving, self._was(after)
        if before.overflow is not None:
            instead = f"and {before.overflow.quantity.upper()} does not overflow"
        else:
            instead = f"instead of {share(was, again=reached > 0.0)}"
            if not self._opens(after) and _place(before) != _place(after):
                instead += f" {_place(before)}"
        return AdviceReport(
            text=f"{trial.words}: {share(reached)} arrives {_place(after)} {instead}",
            patch=trial.patch,
            before=_arrives(was, after if self._opens(after) else before),
            after=_arrives(reached, after),
        )

    def clipped(self, now: Clipping | None) -> AdviceReport | None:
        """Clipping by norm, which bounds what an exploding gradient does to the weights."""
        ready = self.seen.ready
        off = CLIP_RULES[ready.clip.rule].threshold is None
        if now is None or not (
            self.seen.grows and off and now.finite and now.log10_norm_before > _CLEARLY
        ):
            return None
        name, rule = next((name, row) for name, row in CLIP_RULES.items() if row.keeps_direction)
        patch: Patch = {"clip": {"rule": name, rule.threshold: 1.0}}
        there = prepare(merge_patch(ready.resolved, patch), ready)
        self.tried += 1
        clipping = gradient_flow(
            there.network,
            there.parameters,
            there.sequence,
            loss=there.loss,
            truncation=there.truncation,
            clip=there.clip,
            itemized=False,
            spectral=False,
            graph=False,
        ).clipping
        after = math.log10(clipping.norm_after)
        if not clipping.engaged:
            return None
        arrives = self.before.log10_arriving
        return AdviceReport(
            text=f"clip by {rule.label} at 1: ‖g‖ is {times(after)} instead of "
            f"{times(now.log10_norm_before)}; {share(arrives)} arrives {_place(self.before)} "
            "as before",
            patch=patch,
            before=_arrives(arrives, self.before, now.log10_norm_before),
            after=_arrives(arrives, self.before, after),
        )


def _crossing(low: float, high: float) -> float:
    """Where between two ends, from 0.1 to 0.9, a line from low to high is 0."""
    if math.isnan(low + high) or low == high:
        return 0.5
    return min(0.9, max(0.1, low / (low - high)))


def _place(found: Arriving) -> str:
    """Where it is measured, and of which loss where that is not the last."""
    own = found.loss_step < found.last_loss
    return f"at step {found.first}" + (f" (the loss of step {found.loss_step})" if own else "")


def _arrives(decades: float, found: Arriving, norm: float | None = None) -> Arrives:
    """One side of an entry."""
    return Arrives(decades, found.loss_step or None, found.first or None, norm)
