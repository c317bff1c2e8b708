"""Two series that are shipped: the sunspots of each year, and the carbon dioxide of each week."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.training.tasks.base import Data, Problem, Setting, Settings, Task
from unrolled.engine.training.tasks.series import next_value

DATA = Path(__file__).parent.parent / "data"
"""The tables, and a README that says where they come from."""
OVER = 4
"""Carbon dioxide rises from year to year: its change over so many weeks does not."""


@cache
def column(name: str) -> Array:
    """The second column of a table, (rows,); NaN where a cell is empty."""
    return np.genfromtxt(
        DATA / f"{name}.csv", np.float64, delimiter=",", skip_header=1, usecols=(1,)
    )


def _sunspots(settings: Settings, data: Data) -> Problem:
    return next_value(column("sunspots")[:, np.newaxis], ["sunspots"], 0, settings["steps"], 1)


def filled(values: Array) -> Array:
    """The same with a straight line between its neighbours where a value is missing, (rows,)."""
    rows, there = np.arange(len(values)), np.isfinite(values)
    return np.asarray(np.interp(rows, rows[there], values[there]))


def _co2(settings: Settings, data: Data) -> Problem:
    weeks = filled(column("co2"))
    change = weeks[OVER:] - weeks[:-OVER]
    name = f"change over {OVER} weeks"
    return next_value(change[:, np.newaxis], [name], 0, settings["steps"], 1)


SUNSPOTS = Task(
    label="sunspots",
    about="Say how many sunspots the next year will have, after the years before.",
    source="National Geophysical Data Center: the years 1700 to 2008",
    settings=(Setting("steps", "T", 33, "how long every window is, in years", 2, 60),),
    posed=_sunspots,
)

CO2 = Task(
    label="carbon dioxide",
    about="Say how the carbon dioxide over Mauna Loa will have changed next week, against four "
    "weeks before.",
    source="Keeling & Whorf 2004: the weeks of March 1958 to December 2001, straight lines where "
    "one was not measured",
    settings=(Setting("steps", "T", 52, "how long every window is, in weeks", 2, 400),),
    posed=_co2,
)
