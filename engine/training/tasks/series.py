"""The next value of a series: the user's own, whose end is held out."""

from __future__ import annotations

from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.tasks.base import Baseline, Data, Problem, Setting, Settings, Task
from unrolled.engine.training.tasks.windows import Windows, starts, starts_of_many


def standardized(values: Array, learned: int) -> tuple[Array, Array, Array]:
    """(x − mean) / sd of every column, both of the rows that are learned alone; sd 1 where it is 0.

    Returns:
        The scaled values (rows, D), the means (D,), and the standard deviations (D,).
    """
    mean = values[:learned].mean(axis=0)
    sd = values[:learned].std(axis=0)
    sd = np.where((sd > 0.0) & np.isfinite(sd), sd, 1.0)
    return (values - mean) / sd, mean, sd


def scaled(names: Many[str], mean: Array, sd: Array, learned: int) -> tuple[str, ...]:
    """How every column was scaled, a sentence each."""
    return tuple(
        f"{name}: {m:.6g} is subtracted, the mean of the first {learned} rows, which are learned; "
        f"the rest is divided by {s:.6g}, their standard deviation."
        for name, m, s in zip(names, mean, sd, strict=True)
    )


def next_value(
    values: Array, names: Many[str], target: int, steps: int, ahead: int, *, standard: bool = True
) -> Problem:
    """Every column is read at every step, and the target column ``ahead`` rows later is said.

    Args:
        values: of one series (rows, D), or of several (N, rows, D).
        names: of the columns.
        target: which of them.
        steps: T.
        ahead: from 1.
        standard: whether the columns are scaled.
    """
    pointer, span = ("task", "steps"), steps + ahead
    if values.ndim == 2:
        learned, first, last = starts(pointer, len(values), span, "rows")
        held = f"Of {len(values)} rows the last {len(values) - learned} are held out."
    else:
        count, rows = values.shape[:2]
        learned, first, last = starts_of_many(pointer, count, rows, span)
        held = f"Of {count} series the last {count - learned // rows} are held out."
    values = values.reshape(-1, values.shape[-1])
    read, mean, sd = standardized(values, learned)
    notes = scaled(names, mean, sd, learned)
    if not standard:
        read, notes = values, ()
    windows = Windows(read, read[:, target : target + 1], steps, ahead, first, last)
    everything = windows.cut(windows.kept)
    usual = windows.said[:learned].mean()
    before = everything.inputs[..., target : target + 1]
    return Problem(
        loss="squared-error",
        topology="many-to-many",
        input_size=read.shape[1],
        output_size=1,
        steps=steps,
        sampled=windows.draw,
        kept=windows.hold_out,
        most=len(windows.kept),
        baselines=(
            Baseline(_squared(everything.targets - usual), "always the mean of what is learned"),
            Baseline(_squared(everything.targets - before), "the value that was just read, again"),
        ),
        notes=(held, *notes),
        names=tuple(names),
    )


def _squared(differences: Array) -> float:
    """½ Σ_t of the squares, the mean over windows."""
    return float(0.5 * np.square(differences).sum(axis=(0, 2)).mean())


def _posed(settings: Settings, data: Data) -> Problem:
    pointer = ("task", "sequence")
    if not data.values.size:
        raise InvalidInput(pointer, "received no series; needed: rows of numbers, (rows, D)")
    values = np.asarray(data.values, dtype=np.float64)
    if values.ndim not in (2, 3) or len(data.columns) != values.shape[-1]:
        raise InvalidInput(
            pointer,
            f"received numbers of shape {values.shape} and {len(data.columns)} names; needed: "
            "rows of numbers, (rows, D), or those of several series, (N, rows, D), and a name of "
            "each column",
        )
    if not np.isfinite(values).all():
        *place, column = np.argwhere(~np.isfinite(values))[0].tolist()
        raise InvalidInput(
            pointer,
            f"row {place[-1]} of column {data.columns[column]!r}: received "
            f"{values[(*place, column)]:g}; allowed: finite numbers",
        )
    target = settings["target"] or data.columns[-1]
    if target not in data.columns:
        named = ", ".join(map(repr, data.columns))
        raise InvalidInput(("task", "target"), f"received {target!r}; allowed: {named}")
    return next_value(
        values,
        data.columns,
        data.columns.index(target),
        settings["steps"],
        settings["ahead"],
        standard=settings["scaling"] == "standard",
    )


SERIES = Task(
    label="your own series",
    about="Say what a column of your series will be, some rows ahead, from all of its columns.",
    source="your own",
    settings=(
        Setting("sequence", "series", "", "which one: the id of a sequence that is kept"),
        Setting("target", "target", "", "the column that is to be said; empty: the last"),
        Setting("steps", "T", 50, "how long every window is, in rows", 2, 1000),
        Setting("ahead", "ahead", 1, "how many rows later the target is", 1, 1000),
        Setting(
            "scaling",
            "scaling",
            "standard",
            "standard: mean 0 and standard deviation 1 of what is learned; or none",
            choices=("standard", "none"),
        ),
    ),
    posed=_posed,
    takes="series",
)
