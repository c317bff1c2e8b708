"""The copying problem: say again, after a long pause, what was read at the beginning."""

from __future__ import annotations

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


def _draw(lag: int, length: int, symbols: int, random: RandomState, batch: int) -> Sequence:
    """n symbols, lag − 1 blanks, a sign, n blanks; targets: lag + n blanks, then the n symbols.

    Classes: 0 the blank, 1 … the symbols; the sign, which no output can be, is the last input.
    """
    said = 1 + random.randint(0, symbols, (length, batch), dtype=np.int64)
    read = np.zeros((lag + 2 * length, batch), dtype=np.int64)
    targets = read.copy()
    read[:length], targets[-length:] = said, said
    read[length + lag - 1] = symbols + 1
    return Sequence(np.eye(symbols + 2)[read], targets, len(read))


def _posed(settings: Settings, data: Data) -> Problem:
    lag, length, symbols = (settings[name] for name in ("lag", "length", "symbols"))
    draw = partial(_draw, lag, length, symbols)
    return Problem(
        loss="cross-entropy",
        topology="many-to-many",
        input_size=symbols + 2,
        output_size=symbols + 1,
        steps=lag + 2 * length,
        sampled=draw,
        kept=draw,
        baselines=(
            Baseline(
                length * math.log(symbols),
                f"blanks, then each of the {symbols} symbols as likely, which takes no memory",
            ),
        ),
        criterion=Criterion(
            "under 1 % of the sequences have a wrong answer at any step",
            lambda outputs, sequence: hit(outputs, sequence.targets),
            0.01,
        ),
        names=("blank", *(f"symbol {n + 1}" for n in range(symbols))),
    )


COPYING = Task(
    label="copying",
    about="Read n symbols, wait for T steps, and say them again in their order.",
    source="Arjovsky, Shah & Bengio 2016, after the long time lags of Hochreiter & Schmidhuber "
    "1997 and the memorization of Martens & Sutskever 2011",
    settings=(
        Setting(
            "lag", "T", 50, "how many steps lie between a symbol and its answer, less n", 1, 1000
        ),
        Setting("length", "n", 10, "how many symbols are to be kept", 1, 100),
        Setting("symbols", "symbols", 8, "how many different ones there are", 2, 50),
    ),
    posed=_posed,
    published=(
        Published(
            "10 of 8 symbols, T blanks and a sign between; the memoryless answer has a mean of "
            "10 ln 8 / (T + 20) a step, 10 ln 8 in all",
            20,
            "none: the loss is compared with that of the memoryless answer",
            "Arjovsky, Shah & Bengio 2016, and the batch of their code",
        ),
        Published(
            "50 units, 10 of 5 symbols or 5 of 2, T of 50, 100, 150 and 200",
            20,
            "under 1 % of 10,000 fresh sequences have a wrong answer at any step",
            "Pascanu, Mikolov & Bengio 2013, section 4.1.2, and their code",
        ),
    ),
)
