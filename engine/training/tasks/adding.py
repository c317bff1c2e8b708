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
    Published,
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
    first = random.randint(0, half, batch, dtype=np.int64)
    second = random.randint(half, steps, batch, dtype=np.int64)
    inputs[first, samples, 1] = inputs[second, samples, 1] = 1.0
    sums = inputs[first, samples, 0] + inputs[second, samples, 0]
    return Sequence(inputs, sums[np.newaxis, :, np.newaxis], steps)


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
            "under 1 % of the answers are 0.08 or more beside the sum, 0.04 of its range",
            lambda outputs, sequence: close(outputs, sequence.targets, 2.0 * TOLERANCE),
            0.01,
        ),
        names=("number", "mark"),
    )


ADDING = Task(
    label="adding problem",
    about="Add the two marked numbers among T: the earlier may lie T steps before the answer.",
    source="Hochreiter & Schmidhuber 1997, experiment 4, with the marks and numbers of Arjovsky, "
    "Shah & Bengio 2016",
    settings=(Setting("steps", "T", 50, "how long every sequence is", 2, 1000),),
    posed=_posed,
    published=(
        Published(
            "an LSTM of 2 blocks of 2 cells, T of 100, 500 and 1000 up to a tenth more, numbers "
            "in ±1, a mark among the first 10 and one in the first half",
            1,
            "the mean training error is below 0.01 and the last 2000 answers were within 0.04 of "
            "the sum scaled to [0, 1]",
            "Hochreiter & Schmidhuber 1997, section 5.4",
        ),
        Published(
            "50 units, T of 50 to 200 with one network for all, half the sum of numbers in [0, 1]",
            20,
            "under 1 % of 10,000 fresh sequences have a squared error above 0.04",
            "Pascanu, Mikolov & Bengio 2013, section 4.1.2, and their code",
        ),
        Published(
            "T of 100 to 750, a mark in each half; always 1 has a squared error of 1/6, twice "
            "this loss",
            20,
            "none: the loss is compared with that of always 1",
            "Arjovsky, Shah & Bengio 2016, and the batch of their code",
        ),
    ),
)
