"""The numbers of a training run, and the run that they are read off."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.numbers.arrays import record
from unrolled.engine.sweep.number import Number, Value, told
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.run import Training

_LOOK = 10
"""After so many updates it is asked whether the training is still wanted."""


@record
class Course:
    """What a training came to.

    Attributes:
        solved_after: after how many updates the sequences that no update sees first met the task's
            criterion; None where they did not.
        has_criterion: whether the task has one.
        final_loss: their loss when the training ended; NaN where a number left the range, or where
            it was ended once the task was solved.
    """

    solved_after: int | None
    has_criterion: bool
    final_loss: float


def _solved(course: Course) -> Value:
    return float(course.solved_after is not None) if course.has_criterion else None


def _updates(course: Course) -> Value:
    return None if course.solved_after is None else float(course.solved_after)


OF_TRAININGS = (
    Number(
        name="solved",
        label="share solved",
        unit="",
        words="In how many of the trainings the sequences that no update sees meet the task's "
        "criterion at some time: 0 or 1 of each.",
        read=_solved,
        trained=True,
        share=True,
        low=0.0,
        high=1.0,
    ),
    Number(
        name="updates_to_success",
        label="updates to success",
        unit="updates",
        words="After how many updates they first do, to the nearest time of measuring; none of a "
        "training in which they never do.",
        read=_updates,
        trained=True,
        low=0.0,
    ),
    Number(
        name="final_loss",
        label="final loss",
        unit="",
        words="Their loss before the last update; none where a number has left the range.",
        read=lambda course: told(course.final_loss),
        trained=True,
        low=0.0,
    ),
)
"""In the order in which they are offered."""


def course_of(plan: Plan, names: Many[str], stop: Callable[[], bool]) -> Course | None:
    """Train, and say what came of it; None where nobody wants it any more.

    A training whose loss at the end is not asked for ends when the task is solved.

    Args:
        plan: what decides the numbers.
        names: of the numbers that are wanted.
        stop: is asked many times on the way.
    Raises:
        InvalidInput: for a task that needs data, or weights that are given beside.
    """
    training = Training(plan)
    criterion, to_the_end = training.problem.criterion, "final_loss" in names
    solved, loss = None, math.nan
    while training.ended is None:
        if stop():
            return None
        found = training.advance(_LOOK)
        measured = np.flatnonzero(np.isfinite(found.held_out))
        for row in measured.tolist():
            loss, share = float(found.held_out[row]), float(found.share[row])
            met = criterion is not None and (share == 1.0 or 1.0 - share < criterion.wrong)
            if met and solved is None:
                solved = int(found.update[row]) - 1
        if solved is not None and not to_the_end:
            break
    ended = training.ended == "done"
    return Course(solved, criterion is not None, loss if ended and to_the_end else math.nan)
