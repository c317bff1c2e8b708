"""What the records of a load say: counts, percentiles, and what went wrong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Record = tuple[str, int, float, str]
"""What was asked for, the status (0 for none), milliseconds, and what was wrong."""

ANSWERED = (200, 304)
REFUSED = 503
HEADER = (
    f"{'users':>5} {'s':>4} {'req/s':>6} {'p50':>6} {'p95':>6} {'p99':>6} "
    f"{'refused':>8} {'p95':>6} {'errors':>7} {'/healthz p99':>13} {'generator':>10}"
)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed; NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass(frozen=True, slots=True)
class Load:
    """One load.

    Attributes:
        users: how many dragged.
        seconds: how long.
        generator: the share of one core that the generator took.
        answered: milliseconds of every 200 and 304.
        refused: milliseconds of every 503 that says when to come again.
        health: milliseconds of every answer of /healthz.
        errors: what else happened → how often.
    """

    users: int
    seconds: float
    generator: float
    answered: list[float]
    refused: list[float]
    health: list[float]
    errors: dict[str, int]

    @classmethod
    def of(cls, users: int, seconds: float, cpu: float, records: Sequence[Record]) -> Load:
        """Sort the records of `seconds`, in which the generator computed for `cpu` seconds."""
        answered: list[float] = []
        refused: list[float] = []
        health: list[float] = []
        errors: Counter[str] = Counter()
        for name, status, milliseconds, wrong in records:
            if wrong or status not in (*ANSWERED, REFUSED) or (name, status) == ("healthz", 503):
                errors[f"{name}: {wrong or status}"] += 1
            elif name == "healthz":
                health.append(milliseconds)
            else:
                (refused if status == REFUSED else answered).append(milliseconds)
        return cls(users, seconds, cpu / seconds, answered, refused, health, dict(errors))

    def row(self) -> str:
        """Under `HEADER`; times in milliseconds."""
        p50, p95, p99 = (percentile(self.answered, share) for share in (0.5, 0.95, 0.99))
        return (
            f"{self.users:5d} {self.seconds:4.0f} {len(self.answered) / self.seconds:6.1f} "
            f"{p50:6.1f} {p95:6.1f} {p99:6.1f} "
            f"{len(self.refused):8d} {_or_dash(percentile(self.refused, 0.95)):>6} "
            f"{sum(self.errors.values()):7d} {percentile(self.health, 0.99):13.1f} "
            f"{100 * self.generator:8.0f} %"
        )


def _or_dash(milliseconds: float) -> str:
    return "-" if math.isnan(milliseconds) else f"{milliseconds:.1f}"
