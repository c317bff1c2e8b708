"""Advice that was tried: changes of an experiment, each with what the engine measures with it."""

import math
from dataclasses import dataclass
from typing import Any

from app.candidates import CANDIDATES, Candidate, Patch, Situation
from app.merge_patch import merge_patch
from app.resolve import Prepared, prepare
from app.sizes import Most, blocks, numbers, work
from engine import Arriving, GradientFlow, InvalidInput, arriving, gradient_flow, share, times

LONGEST = 6
"""So many changes are listed."""
_CLEARLY = math.log10(2.0)
"""A change must bring what arrives so many decades nearer to what enters."""
_BETWEEN = 3
"""So many values are tried between two that miss on either side."""
_BUDGET = 1e9
"""What all trials together may cost, in about nanoseconds."""
_STEP, _PRODUCT, _EIGENVALUES = 1e5, 3.0, 8.0
"""The cost of a step, of one entry of a product, and of a matrix's spectral radius over H³."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What was found.

    Attributes:
        entries: text, patch, before and after, the best first.
        tried: how many changes were tried.
        left_out: how many would have taken too long.
    """

    entries: list[dict[str, Any]]
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


def advise(ready: Prepared, flow: GradientFlow, most: Most) -> Advice:
    """Try changes, and keep those that help.

    A change helps where what arrives of the last loss at step 1 comes at least a factor 2 nearer
    to what enters, or something arrives where nothing did, and where gradients that vanished do
    not explode then, nor the other way round.

    Args:
        ready: the experiment.
        flow: its answer.
        most: what an experiment may ask for.
    """
    before = _measure(ready)
    if before.verdict == "stable":
        return Advice([], 0, 0)
    seen = Situation(ready, before.verdict, before.cut)
    trials = _Trials(seen, before, most)
    found = [best for row in CANDIDATES if (best := trials.best_of(row)) is not None]
    entries = [
        _entry(trial, before) for trial in sorted(found, key=lambda trial: trial.distance)[:LONGEST]
    ]
    clipped = trials.clipped(flow)
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

    def best_of(self, row: Candidate) -> Trial | None:
        """The value of a row that helps most, or None."""
        if self.seen.cut and not row.unblocks:
            return None
        values = list(row.values(self.seen))
        trials: dict[float, Trial] = {}
        for value in values:
            trial = self._try(row, value)
            if trial is not None:
                trials[value] = trial
            if trial is not None and self._beyond(trial):
                break
        if row.searched:
            self._between(row, trials)
        good = [trial for trial in trials.values() if self._helps(trial.found)]
        return min(good, key=lambda trial: trial.distance, default=None)

    def _between(self, row: Candidate, trials: dict[float, Trial]) -> None:
        """Halve the gap between the last value that falls short and the first that goes beyond."""
        short = [v for v, trial in trials.items() if not self._beyond(trial)]
        beyond = [v for v, trial in trials.items() if self._beyond(trial)]
        start = self.seen.ready.resolved["weights"].get("spectral_radius")
        if not beyond or not (short or start):
            return
        low, high = (short[-1] if short else start), beyond[0]
        for _ in range(_BETWEEN):
            middle = float(f"{math.sqrt(low * high):.2g}")
            if middle in (low, high) or middle in trials:
                return
            trial = self._try(row, middle)
            if trial is None:
                return
            trials[middle] = trial
            low, high = (low, middle) if self._beyond(trial) else (middle, high)

    def _beyond(self, trial: Trial) -> bool:
        """Whether a change goes further than to where as much arrives as enters."""
        found = trial.found.log10_arriving
        return found < 0.0 if self.seen.grows else found > 0.0

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
        held = numbers(steps, batch, network["input_size"], hidden, count, network["output_size"])
        if effort > self.most.work or held > self.most.numbers:
            return None
        cost = _STEP * steps * network["num_layers"] + _PRODUCT * effort
        if row.draws:
            cost += _EIGENVALUES * hidden**3 * count
        if self.spent + cost > _BUDGET:
            self.left_out += 1
            return None
        self.spent += cost
        try:
            ready = prepare(spec | {"truncation": spec.get("truncation")}, self.seen.ready)
            found = _measure(ready)
        except InvalidInput:
            return None
        self.tried += 1
        return Trial(row.words(self.seen, value), patch, found)

    def _helps(self, after: Arriving) -> bool:
        opposite = "vanishing" if self.seen.grows else "exploding"
        reached = after.log10_arriving
        if after.overflow is not None or after.verdict == opposite or math.isnan(reached):
            return False
        before = self.before.log10_arriving
        if self.before.overflow is not None or math.isnan(before):
            return True
        return abs(reached) <= abs(before) - _CLEARLY

    def clipped(self, flow: GradientFlow) -> dict[str, Any] | None:
        """Clipping by norm, which bounds what an exploding gradient does to the weights."""
        ready, now = self.seen.ready, flow.clipping
        off = ready.clip.rule == "none" and now.finite and flow.overflow is None
        if not (self.seen.grows and off and now.log10_norm_before > _CLEARLY):
            return None
        patch: Patch = {"clip": {"rule": "norm", "max_norm": 1.0}}
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
        return {
            "text": f"clip by norm at 1: ‖g‖ is {times(after)} instead of "
            f"{times(now.log10_norm_before)}; {share(arrives)} arrives at step 1 as before",
            "patch": patch,
            "before": {"log10_arriving": arrives, "log10_norm": now.log10_norm_before},
            "after": {"log10_arriving": arrives, "log10_norm": after},
        }


def _entry(trial: Trial, before: Arriving) -> dict[str, Any]:
    """One line of the list."""
    reached, was = trial.found.log10_arriving, before.log10_arriving
    if before.overflow is None:
        instead = f"instead of {share(was, again=reached > 0.0)}"
    else:
        instead = f"and {before.overflow.quantity} does not overflow"
    return {
        "text": f"{trial.words}: {share(reached)} arrives at step 1 {instead}",
        "patch": trial.patch,
        "before": {"log10_arriving": was, "log10_norm": None},
        "after": {"log10_arriving": reached, "log10_norm": None},
    }
