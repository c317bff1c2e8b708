"""Several draws of one point: the median and quartiles of a number, the shares of names."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from unrolled.engine.numbers.arrays import record
from unrolled.engine.sweep.number import Value
from unrolled.engine.sweep.numbers import NUMBERS


@record
class Spread:
    """What a number is over the draws of a point.

    Attributes:
        middle: the median; of a number that is 0 or 1 its mean, of a name the most frequent one, of
            several the one that stands first in ``Number.names``; None where no draw has it.
        low: the lower quartile; None of names and shares.
        high: the upper one.
        shares: name → its share of the draws that have one; None of numbers.
        count: in how many draws there is such a number.
    """

    middle: Value
    low: float | None
    high: float | None
    shares: dict[str, float] | None
    count: int


def spread(name: str, values: Iterable[Value]) -> Spread:
    """Sum the draws of a point up."""
    number, held = NUMBERS[name], [value for value in values if value is not None]
    count = len(held)
    if not held:
        return Spread(None, None, None, None, 0)
    if number.names:
        shares = {one: held.count(one) / len(held) for one in number.names if one in held}
        return Spread(max(shares, key=lambda one: shares[one]), None, None, shares, count)
    numbers = [float(value) for value in held]
    if number.share:
        return Spread(float(np.mean(numbers)), None, None, None, count)
    low, middle, high = np.quantile(numbers, (0.25, 0.5, 0.75)).tolist()
    return Spread(middle, low, high, None, count)
