"""The table of tasks: a file each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unrolled.engine.numbers.errors import InvalidInput, one_of
from unrolled.engine.training.tasks.adding import ADDING
from unrolled.engine.training.tasks.base import (
    HELD_OUT,
    Baseline,
    Criterion,
    Data,
    Problem,
    Published,
    Setting,
    Settings,
    Task,
    batches,
)
from unrolled.engine.training.tasks.copying import COPYING
from unrolled.engine.training.tasks.digits import DIGITS
from unrolled.engine.training.tasks.orders import TEMPORAL_ORDER
from unrolled.engine.training.tasks.reber import REBER
from unrolled.engine.training.tasks.recorded import CO2, SUNSPOTS
from unrolled.engine.training.tasks.series import SERIES
from unrolled.engine.training.tasks.sine import SINE
from unrolled.engine.training.tasks.texts import TEXT

__all__ = [
    "HELD_OUT",
    "TASKS",
    "Baseline",
    "Criterion",
    "Data",
    "Problem",
    "Published",
    "Setting",
    "Settings",
    "Task",
    "batches",
    "posed",
]

TASKS: dict[str, Task] = {
    "adding": ADDING,
    "temporal-order": TEMPORAL_ORDER,
    "copying": COPYING,
    "reber": REBER,
    "digits": DIGITS,
    "sine": SINE,
    "sunspots": SUNSPOTS,
    "co2": CO2,
    "text": TEXT,
    "series": SERIES,
}
"""Task by its name."""


def posed(asked: Mapping[str, Any], data: Data | None = None) -> Problem:
    """The problem that a plan's ``task`` poses.

    Args:
        asked: {"name": a key of ``TASKS``, and its settings; those left out have their defaults}.
        data: what the user brings, where the task takes it.
    Raises:
        InvalidInput: for an unknown name or setting, a value that is not allowed, or data that
            is missing or too short.
    """
    name = asked.get("name")
    if not isinstance(name, str):
        raise InvalidInput(("task", "name"), f"received {name!r}; needed: the name of a task")
    one_of(("task", "name"), name, TASKS)
    task = TASKS[name]
    return task.posed(task.checked(asked), Data() if data is None else data)
