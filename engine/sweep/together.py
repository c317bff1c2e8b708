"""The numbers of many networks: of those of one shape together, of the others one by one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.flow import bidirectional_flow, gradient_flow
from unrolled.engine.numbers.arrays import IntArray, record
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.sweep.number import Value
from unrolled.engine.sweep.numbers import NUMBERS
from unrolled.engine.sweep.of_flows import Flow
from unrolled.engine.sweep.of_trainings import course_of
from unrolled.engine.sweep.seen import Seen
from unrolled.engine.sweep.stack import Stack
from unrolled.engine.sweep.trial import Trial
from unrolled.engine.training.plan import Plan

TOGETHER = 800_000
"""So many numbers of states and gates are computed together: more would leave the processor's
cache, fewer would leave Python to be waited for."""
_OF_TOTALS = frozenset({"log10_norm", "clipped"})
"""What is read off the gradient of all losses; under a window it is kept loss by loss."""


@record
class Reading:
    """What was found of one network.

    Attributes:
        numbers: by the names of ``NUMBERS``; None where there is no such number.
        error: why there is none at all, in words: a state that leaves the range of a double at step
            1, or a number that no gradient can be computed of.
    """

    numbers: dict[str, Value]
    error: str | None = None


def numbers_of(trials: Many[Trial], names: Many[str]) -> list[Reading]:
    """The numbers of these names of every network, in the order of the networks.

    They are those of ``gradient_flow`` one by one, to 1e-12, whatever shapes there are and in
    whatever range: networks of one shape are computed together, and of those that leave the range
    of a double on the way back every one has exponents of its own. What has no shape, leaves it on
    the way forward or is a single one of its shape is computed by itself.
    """
    found: list[Reading | None] = [None] * len(trials)
    for places in _groups(trials):
        some = [trials[place] for place in places]
        for place, one in zip(places, _of_one_shape(some, names), strict=True):
            found[place] = one
    return [one if one is not None else alone(trials[n], names) for n, one in enumerate(found)]


def _groups(trials: Many[Trial]) -> list[list[int]]:
    """The places of networks of one shape, as many at once as are computed together."""
    shapes: dict[Hashable, list[int]] = {}
    for place, trial in enumerate(trials):
        shape = trial.shape
        if shape is not None:
            shapes.setdefault(shape, []).append(place)
    found = []
    for places in shapes.values():
        most = max(2, TOGETHER // trials[places[0]].numbers)
        parts = -(-len(places) // most)
        found += [places[n::parts] for n in range(parts)]
    return found


def _of_one_shape(trials: Many[Trial], names: Many[str]) -> list[Reading | None]:
    """None where a network has to be computed by itself."""
    if len(trials) == 1 or (trials[0].windowed and _OF_TOTALS.intersection(names)):
        return [None] * len(trials)
    stack = Stack(trials)
    if not stack.sound.all():
        return _some(trials, np.flatnonzero(stack.sound), lambda part: _of_one_shape(part, names))
    seen = Seen(stack, careful=False)
    found = _read(seen, names)
    left = np.flatnonzero(~seen.trusted)
    if not left.size:
        return found
    again = _some(trials, left, lambda part: _carefully(part, names))
    return [one if seen.trusted[n] else again[n] for n, one in enumerate(found)]


def _carefully(trials: Many[Trial], names: Many[str]) -> list[Reading | None]:
    """With exponents from the start; of Jordan's outputs these are kept one by one."""
    stack = Stack(trials)
    if stack.cell.feeds_outputs or len(trials) == 1:
        return [None] * len(trials)
    return _read(Seen(stack, careful=True), names)


def _some(
    trials: Many[Trial], places: IntArray, of: Callable[[Many[Trial]], list[Reading | None]]
) -> list[Reading | None]:
    """What is found of some of the networks, None of the others."""
    found: list[Reading | None] = [None] * len(trials)
    if places.size:
        for place, one in zip(places.tolist(), of([trials[n] for n in places]), strict=True):
            found[place] = one
    return found


def _read(seen: Seen, names: Many[str]) -> list[Reading | None]:
    """Every number of all networks, then every network's own."""
    columns = {name: seen.number(name) for name in names}
    return [
        Reading({name: column[n] for name, column in columns.items()})
        for n in range(seen.stack.count)
    ]


def alone(trial: Trial, names: Many[str]) -> Reading:
    """The numbers of one network."""
    try:
        flow = _flow(trial, pairs=any(NUMBERS[name].pairs for name in names))
        return Reading({name: NUMBERS[name].read(flow) for name in names})
    except InvalidInput as error:
        return Reading(dict.fromkeys(names), str(error))


def numbers_of_training(
    plan: Plan, names: Many[str], stop: Callable[[], bool] = lambda: False
) -> Reading | None:
    """The numbers of one training; None where ``stop`` says that nobody wants it any more."""
    try:
        course = course_of(plan, names, stop)
    except InvalidInput as error:
        return Reading(dict.fromkeys(names), str(error))
    return None if course is None else Reading({name: NUMBERS[name].read(course) for name in names})


def _flow(trial: Trial, *, pairs: bool) -> Flow:
    """Its flow, with no more than the numbers are read off."""
    given = trial.network, trial.parameters, trial.sequence
    if trial.network.bidirectional:
        return bidirectional_flow(
            *given, loss=trial.loss, clip=trial.clip, itemized=pairs, spectral=False
        )
    return gradient_flow(
        *given,
        loss=trial.loss,
        truncation=trial.truncation,
        clip=trial.clip,
        itemized=pairs,
        spectral=False,
        graph=False,
    )
