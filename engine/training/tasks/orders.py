"""Temporal order: which of two or three symbols came first, among many that say nothing."""

from __future__ import annotations

import itertools
import math
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
    hit,
)

PLACES = {2: (1, 5), 3: (1, 3, 6)}
"""Where the symbols stand, in tenths of T: each anywhere in the tenth that begins there."""
DISTRACTORS = 4


def _draw(steps: int, symbols: int, random: RandomState, batch: int) -> Sequence:
    """One of four symbols at every step, but X or Y at one step in each place; the class is which.

    Symbols are one-hot: X, Y, a, b, c, d. Classes are counted as words are: XX, XY, YX, YY.
    """
    codes = 2 + random.randint(0, DISTRACTORS, (steps, batch), dtype=np.int64)
    classes, samples = np.zeros(batch, dtype=np.int64), np.arange(batch)
    for tenth in PLACES[symbols]:
        at = tenth * steps // 10 + random.randint(0, steps // 10, batch, dtype=np.int64)
        which = random.randint(0, 2, batch, dtype=np.int64)
        codes[at, samples] = which
        classes = 2 * classes + which
    return Sequence(np.eye(2 + DISTRACTORS)[codes], classes[np.newaxis], steps)


def _posed(settings: Settings, data: Data) -> Problem:
    steps, symbols = settings["steps"], settings["symbols"]
    draw = partial(_draw, steps, symbols)
    return Problem(
        loss="cross-entropy",
        topology="many-to-one",
        input_size=2 + DISTRACTORS,
        output_size=2**symbols,
        steps=steps,
        sampled=draw,
        kept=draw,
        baselines=(
            Baseline(symbols * math.log(2.0), f"each of the {2**symbols} classes as likely"),
        ),
        criterion=Criterion(
            "under 1 % of the sequences are classified wrongly",
            lambda outputs, sequence: hit(outputs, sequence.targets),
            0.01,
        ),
        names=tuple("".join(letters) for letters in itertools.product("XY", repeat=symbols)),
    )


TEMPORAL_ORDER = Task(
    label="temporal order",
    about="Say in which order X and Y came, early and half-way through T symbols.",
    source="Hochreiter & Schmidhuber 1997, experiment 6, as posed by Pascanu, Mikolov & Bengio "
    "2013 and in their code",
    settings=(
        Setting("steps", "T", 50, "how long every sequence is", 10, 1000),
        Setting("symbols", "symbols", 2, "how many have to be kept: 2, or 3", 2, 3),
    ),
    posed=_posed,
    published=(
        Published(
            "50 units, T up to 250 with one network a length, or 50 to 200 with one for all",
            20,
            "under 1 % of 10,000 fresh sequences are classified wrongly, within 5 million updates",
            "Pascanu, Mikolov & Bengio 2013, section 4.1.1",
        ),
        Published(
            "an LSTM of 2 (3) blocks of 2 cells, 100 to 110 symbols, 2 (3) of them X or Y",
            1,
            "the mean training error is below 0.1, and of the last 2000 sequences every output "
            "was within 0.3",
            "Hochreiter & Schmidhuber 1997, section 5.6",
        ),
    ),
)
