"""What a training may change on its way: the learning rate, and what clips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.omega import refuse_omega
from unrolled.engine.training.optimizers import OPTIMIZERS
from unrolled.engine.training.plan import Plan
from unrolled.engine.training.rules import clipper, read_clip
from unrolled.engine.training.schedules import SCHEDULES

Change = dict[str, Any]
"""{"learning_rate": η} and/or {"clip": {…}}."""
Changes = list[tuple[int, Change]]
"""(the first update to which it applies, what is changed), in their order."""


class Course:
    """η and the clip rule from update to update.

    Attributes:
        rate: η before the schedule.
        clip: what clips, as in a plan.
        clipper: the same at work; one that adapts begins with an empty history.
        changes: all of them, also those to come.
        applied: how many of them are in force.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.rate: float = plan.optimizer["learning_rate"]
        self.clip = plan.clip
        self.clipper = clipper(plan.clip)
        self.changes: Changes = []
        self.applied = 0

    def learning_rate(self, n: int) -> float:
        """η of an update, by the schedule."""
        schedule = self._plan.schedule
        return self.rate * SCHEDULES[schedule["name"]].factor(n, self._plan.updates, schedule)

    def change(self, n: int, change: Change) -> None:
        """From update n on, which is the next."""
        self.changes.append((n, self._read(change)))
        self.apply(n)

    def apply(self, n: int) -> None:
        """What holds for update n and is not in force yet."""
        for first, change in self.changes[self.applied :]:
            if first > n:
                break
            self.applied += 1
            self.rate = change.get("learning_rate", self.rate)
            if "clip" in change:
                self.clip, self.clipper = change["clip"], clipper(change["clip"])

    def take_over(
        self, rate: float, clip: dict[str, Any], applied: int, changes: Sequence[tuple[int, Change]]
    ) -> None:
        """As it stood, so many of the changes being in force."""
        self.rate, self.clip, self.clipper = rate, clip, clipper(clip)
        self.changes = [(int(first), self._read(change)) for first, change in changes]
        self.applied = applied

    def _read(self, change: Change) -> Change:
        """Checked, and nothing left open."""
        found: Change = {}
        for name, value in change.items():
            if name == "clip":
                found[name] = read_clip(value)
                if self._plan.omega:
                    refuse_omega(self._plan.cell, found[name])
            elif name == "learning_rate":
                rate = OPTIMIZERS[self._plan.optimizer["name"]].settings[0]
                found[name] = rate.read((name,), value)
            else:
                raise InvalidInput(
                    (name,), "cannot be changed on the way; allowed: 'learning_rate', 'clip'"
                )
        if not found:
            raise InvalidInput((), "received nothing; allowed: 'learning_rate', 'clip'")
        return found
