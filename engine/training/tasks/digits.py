"""Handwritten digits of 8 × 8 pixels, read one after the other."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from numpy.random import RandomState

from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.streams import stream
from unrolled.engine.training.tasks.base import (
    Baseline,
    Data,
    Problem,
    Published,
    Setting,
    Settings,
    Task,
)

CLASSES, PIXELS, WHITE = 10, 64, 16.0
KEPT = 360
"""So many of the 1797 pictures are held out, a fifth, drawn once for ever."""
READS = {"pixel": 1, "row": 8}
"""How many pixels a step reads."""


LACKS = (
    "its pictures come with scikit-learn, which is not installed here; needed: the extra, "
    "pip install 'unrolled[digits]'"
)


def _found() -> Path | None:
    """The table that scikit-learn carries, whose modules are not imported; None: it is not here."""
    found = importlib.util.find_spec("sklearn")
    for folder in (found.submodule_search_locations if found else None) or ():
        path = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.is_file():
            return path
    return None


def _file() -> Path:
    """The same.

    Raises:
        InvalidInput: it is not there.
    """
    path = _found()
    if path is None:
        raise InvalidInput(("task", "name"), f"received 'digits': {LACKS}")
    return path


@cache
def _table(path: Path) -> tuple[Array, IntArray]:
    """Pixels from 0 to 1, (1797, 64), and which digit each is, (1797,)."""
    table = np.loadtxt(path, delimiter=",")
    return table[:, :-1] / WHITE, table[:, -1].astype(np.int64)


def _posed(settings: Settings, data: Data) -> Problem:
    pixels, digits = _table(_file())
    order = stream("digits", 0).permutation(len(digits))
    learned, kept = order[KEPT:], order[:KEPT]
    width = READS[settings["reads"]]
    steps = PIXELS // width

    def shown(places: IntArray) -> Sequence:
        inputs = pixels[places].reshape(len(places), steps, width).swapaxes(0, 1)
        return Sequence(np.ascontiguousarray(inputs), digits[places][np.newaxis], steps)

    def sampled(random: RandomState, batch: int) -> Sequence:
        return shown(learned[random.randint(0, len(learned), batch, dtype=np.int64)])

    frequencies = np.bincount(digits[learned], minlength=CLASSES) / len(learned)
    return Problem(
        loss="cross-entropy",
        topology="many-to-one",
        input_size=width,
        output_size=CLASSES,
        steps=steps,
        sampled=sampled,
        kept=lambda random, count: shown(kept[:count]),
        most=len(kept),
        baselines=(
            Baseline(
                float(-np.log(frequencies[digits[kept]]).mean()),
                "always the frequencies of the digits in what is learned",
            ),
        ),
        notes=(
            f"{len(learned)} pictures are learned and {len(kept)} held out.",
            "A pixel is between 0, white, and 1.",
        ),
        names=tuple(map(str, range(CLASSES))),
    )


DIGITS = Task(
    label="digits",
    about="Say which digit a picture of 8 × 8 pixels shows, read from its first pixel to its last.",
    source="scikit-learn's digits, of the UCI repository's Optical Recognition of Handwritten "
    "Digits; read in order as Le, Jaitly & Hinton 2015 read those of 28 × 28",
    settings=(
        Setting(
            "reads",
            "a step reads",
            "pixel",
            "a pixel: T is 64; or a row of 8: T is 8",
            choices=tuple(READS),
        ),
    ),
    posed=_posed,
    lacks=lambda: "" if _found() else LACKS,
    published=(
        Published(
            "100 units, MNIST's 28 × 28 pixels: T is 784; this table is not that one",
            16,
            "none: the share of right answers is reported",
            "Le, Jaitly & Hinton 2015",
        ),
    ),
)
