"""What is said of every number that a map may show."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Value = float | str | None
"""A number, a name out of ``Number.names``, or None where there is no such number."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a network, or of its training.

    Attributes:
        name: in requests and answers.
        label: its name where it is chosen.
        unit: what it is in; empty of a plain number.
        words: what it says, in a sentence.
        read: off a flow, or off the course of a training.
        trained: whether it is of a training.
        pairs: whether it is read off the itemized gradients.
        names: what it may be, where it is a name; else empty.
        share: whether it is 0 or 1, so that several make a share, not a median.
        low: the least it can be; None: no bound.
        high: the largest.
    """

    name: str
    label: str
    unit: str
    words: str
    read: Callable[[Any], Value]
    trained: bool = False
    pairs: bool = False
    names: tuple[str, ...] = ()
    share: bool = False
    low: float | None = None
    high: float | None = None


def told(value: float) -> Value:
    """None for what there is not."""
    return float(value) if math.isfinite(value) else None
