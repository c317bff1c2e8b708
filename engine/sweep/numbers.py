"""The numbers that a map may show, by their names: of flows, and of trainings."""

from __future__ import annotations

from unrolled.engine.sweep.number import Number
from unrolled.engine.sweep.of_flows import OF_FLOWS
from unrolled.engine.sweep.of_trainings import OF_TRAININGS

VERSION = 1
"""Of the numbers: another one wherever a number of the same experiment may come out otherwise."""
NUMBERS: dict[str, Number] = {number.name: number for number in (*OF_FLOWS, *OF_TRAININGS)}
