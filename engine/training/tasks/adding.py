"""The adding problem: the sum of two marked numbers among many."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.random import RandomState

from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.training.tasks.base import (
    Baseline,
    Criterion,
    Data,
    Problem,
    Setting,
    Settings,
    Task,
    close,
)

BASELINE = 1.0 / 12.0
"""½ Var(u + v) of u, v ~ U(0, 1), whose variances are 1/12: the loss is ½ (o − y)²."""
TOLERANCE = 0.04
"""In Hochreiter & Schmidhuber's units: there the target is scaled to [0, 1], here to [0, 2]."""


def _draw(steps: int, random: RandomState, batch: int) -> Sequence:
    """x_t = (u_t, m_t), u_t ~ U(0, 1), m_t = 1 once in each half of the steps; y = Σ_t m_t u_t."""
    inputs = np.zeros((steps, batch, 2))
    inputs[..., 0] = random.random_sample((steps, batch))
    samples, half = np.arange(batch), steps // 2
    inputs[random.randint(0, half, batch, dtype=np.int64), samples, 1] = 1.0
    inputs[random.randint(half, steps, batch, dtype=np.int64), samples, 1] = 1.0
    return Sequence(inputs, inputs.prod(axis=2).sum(axis=0)[np.newaxis, :, np.newaxis], steps)


def _posed(settings: Settings, data: Data) -> Problem:
    draw = partial(_draw, settings["steps"])
    return Problem(
        loss="squared-error",
        topology="many-to-one",
        input_size=2,
        output_size=1,
        steps=settings["steps"],
        sampled=draw,
        kept=draw,
        baselines=(Baseline(BASELINE, "always 1, the mean: ½ of the variance 1/6"),),
        criterion=Criterion(
            "the output is within 0.08 of the sum, 0.04 of its range, for 99 % of the sequences",
            lambda outputs, sequence: close(outputs, sequence.targets, 2.0 * TOLERANCE),
            0.99,
        ),
        names=("number", "mark"),
    )


ADDING = Task(
    label="adding problem",
    about="Add the two marked numbers among T: the earlier may lie T steps before the answer.",
    source="Hochreiter & Schmidhuber 1997, experiment 4",
    settings=(Setting("steps", "T", 50, "how long every sequence is", 2, 1000),),
    posed=_posed,
)
