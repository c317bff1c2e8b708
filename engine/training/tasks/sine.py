"""The next value of a sine."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.random import RandomState

from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.tasks.base import Baseline, Data, Problem, Setting, Settings, Task


def _draw(
    steps: int, shortest: float, longest: float, noise: float, random: RandomState, batch: int
) -> Sequence:
    """z_t = sin(2π (t/P + φ));   x_t = z_t + noise, y_t = z_{t+1}.

    P ~ U(shortest, longest), φ ~ U(0, 1).
    """
    period = random.uniform(shortest, longest, batch)
    phase = random.random_sample(batch)
    z = np.sin(2.0 * np.pi * (np.arange(steps + 1)[:, np.newaxis] / period + phase))
    heard = z[:-1] + noise * random.standard_normal((steps, batch))
    return Sequence(heard[..., np.newaxis], z[1:, :, np.newaxis], steps)


def _posed(settings: Settings, data: Data) -> Problem:
    steps, shortest, longest = (settings[name] for name in ("steps", "shortest", "longest"))
    if longest < shortest:
        raise InvalidInput(
            ("task", "longest"),
            f"received {longest:g}; allowed: from {shortest:g}, the shortest period",
        )
    draw = partial(_draw, steps, shortest, longest, settings["noise"])
    return Problem(
        loss="squared-error",
        topology="many-to-many",
        input_size=1,
        output_size=1,
        steps=steps,
        sampled=draw,
        kept=draw,
        baselines=(Baseline(steps / 4.0, "always 0, the mean: ½ of the variance ½ at each step"),),
    )


SINE = Task(
    label="sine",
    about="Say the next value of a sine whose period and phase are drawn anew each time.",
    source="of our own: nothing is published that it would have to match",
    settings=(
        Setting("steps", "T", 50, "how long every sequence is", 2, 1000),
        Setting("shortest", "shortest period", 10.0, "in steps", 2.0, 1000.0),
        Setting("longest", "longest period", 30.0, "in steps", 2.0, 1000.0),
        Setting(
            "noise", "noise", 0.0, "standard deviation of what is added to the inputs", 0.0, 1.0
        ),
    ),
    posed=_posed,
)
