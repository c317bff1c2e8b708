"""The next value of a series: the user's own, whose end is held out."""

from __future__ import annotations

from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.tasks.base import Baseline, Data, Problem, Setting, Settings, Task
from unrolled.engine.training.tasks.windows import Windows, learned_rows


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
    """Every column is read at every step, and the target column ``ahead`` rows later is said."""
    learned = learned_rows(("task", "steps"), len(values), steps, ahead, "rows")
    read, mean, sd = standardized(values, learned)
    notes = scaled(names, mean, sd, learned)
    if not standard:
        read, notes = values, ()
    windows = Windows(read, read[:, target : target + 1], steps, ahead, learned)
    everything = windows.cut(windows.kept_starts)
    usual = windows.said[:learned].mean()
    last = everything.inputs[..., target : target + 1]
    held = f"Of {len(values)} rows the last {len(values) - learned} are held out."
    return Problem(
        loss="squared-error",
        topology="many-to-many",
        input_size=read.shape[1],
        output_size=1,
        steps=steps,
        sampled=windows.sampled,
        kept=windows.kept,
        most=len(windows.kept_starts),
        baselines=(
            Baseline(_squared(everything.targets - usual), "always the mean of what is learned"),
            Baseline(_squared(everything.targets - last), "the value that was just read, again"),
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
        raise InvalidInput(pointer, "received no series; needed: rows of numbers, (T, D)")
    values = np.asarray(data.values, dtype=np.float64)
    if values.ndim != 2 or len(data.columns) != values.shape[1]:
        raise InvalidInput(
            pointer,
            f"received numbers of shape {values.shape} and {len(data.columns)} names; needed: "
            "rows of numbers, (T, D), and a name of each column",
        )
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0].tolist()
        raise InvalidInput(
            pointer,
            f"row {row} of column {data.columns[column]!r}: received {values[row, column]:g}; "
            "allowed: finite numbers",
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
