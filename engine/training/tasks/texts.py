"""The next character of a text."""

from __future__ import annotations

import math

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.training.tasks.base import Baseline, Data, Problem, Setting, Settings, Task
from unrolled.engine.training.tasks.windows import Windows, starts

MOST_CHARACTERS = 256
"""So many different characters at most: each is an input and an output."""


def _coded(text: str) -> tuple[str, IntArray]:
    """The different characters, sorted, and which of them stands at each place."""
    pointer = ("task", "text")
    alphabet = "".join(sorted(set(text)))
    if not 2 <= len(alphabet) <= MOST_CHARACTERS:
        raise InvalidInput(
            pointer,
            f"received a text of {len(alphabet)} different characters; allowed: 2 … "
            f"{MOST_CHARACTERS}",
        )
    index = {character: place for place, character in enumerate(alphabet)}
    return alphabet, np.array([index[character] for character in text], dtype=np.int64)


def _surprise(frequencies: Array) -> float:
    """−Σ_t ln of the frequency of what came, (T, windows), the mean over windows."""
    return float(-np.log(frequencies).sum(axis=0).mean())


def _after(codes: IntArray, size: int) -> Array:
    """How often each character comes after each, every pair counted once more, (K, K)."""
    counts = np.ones((size, size))
    np.add.at(counts, (codes[:-1], codes[1:]), 1.0)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _posed(settings: Settings, data: Data) -> Problem:
    text = data.text or settings["text"]
    if not text:
        raise InvalidInput(("task", "text"), "received no text; needed: the text to be learned")
    alphabet, codes = _coded(text)
    size, steps = len(alphabet), settings["steps"]
    learned, first, last = starts(("task", "text"), len(codes), steps + 1, "characters")
    windows = Windows(np.eye(size)[codes], codes, steps, 1, first, last)
    everything = windows.cut(windows.kept)
    counts = 1.0 + np.bincount(codes[:learned], minlength=size)
    before, came = everything.inputs.argmax(axis=2), everything.targets.astype(np.int64)
    pairs = _after(codes[:learned], size)[before, came]
    return Problem(
        loss="cross-entropy",
        topology="many-to-many",
        input_size=size,
        output_size=size,
        steps=steps,
        sampled=windows.draw,
        kept=windows.hold_out,
        most=len(windows.kept),
        baselines=(
            Baseline(
                _surprise((counts / counts.sum())[came]),
                "always the frequencies of the characters in what is learned, each counted once "
                "more",
            ),
            Baseline(_surprise(pairs), "the frequencies after the character before, likewise"),
        ),
        notes=(
            f"Of {len(codes)} characters the last {len(codes) - learned} are held out.",
            f"{size} are different: each as likely has a loss of {steps * math.log(size):.4g}.",
        ),
        names=tuple(alphabet),
    )


TEXT = Task(
    label="your own text",
    about="Say the next character of a text, after the characters before.",
    source="your own",
    settings=(
        Setting("text", "text", "", "what is to be learned; its last fifth is held out"),
        Setting("steps", "T", 50, "how long every window is, in characters", 2, 1000),
    ),
    posed=_posed,
    takes="text",
)
