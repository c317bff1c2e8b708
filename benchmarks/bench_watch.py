"""What watching costs a training: the same loop unwatched and watched, in turns.

A character model on 100 kB of Python's own manual (`pydoc_data.topics`): an LSTM of 128 units on
100 steps of 32 sequences, Adam and clipping. Each way has a model of its own; a turn is 50 steps,
so that `every=50` is sampled once in each and `every=200` in one of four, at its beginning: its
analysis runs beside the turn, and what is left of it is waited for before the next way's. Printed
is the ratio of the sums, and the median over the rounds of four turns; and the ratio of the
processor's time, which hears less of what else a machine does.

What a step costs that is not sampled is less than these turns can tell apart: it is measured on a
model so small that its steps are short, and printed as a part of a step of the character model.
"""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from pydoc_data import topics
from statistics import median
from typing import Any

import torch
from torch import nn

import unrolled.torch
from unrolled.watch.watching import Watching

HIDDEN, STEPS, BATCH, CHARACTERS = 128, 100, 32, 100_000
TURN, ROUND, ROUNDS = 50, 4, 6
WAYS = (None, 200, 50)
SMALL, SMALL_TURNS = 50, 200


class CharacterModel(nn.Module):
    """The next character of a text, from an LSTM."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 64)
        self.lstm = nn.LSTM(64, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, vocabulary)

    def forward(self, read: torch.Tensor) -> torch.Tensor:
        """Logits of every next character."""
        states, _ = self.lstm(self.embedding(read))
        logits: torch.Tensor = self.head(states)
        return logits


@dataclass
class Loop:
    """One training, watched or not."""

    every: int | None
    text: torch.Tensor
    vocabulary: int
    folder: Path
    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0

    def __post_init__(self) -> None:
        torch.manual_seed(0)
        self.model = CharacterModel(self.vocabulary)
        self.optimizer = torch.optim.Adam(self.model.parameters(), 3e-3)
        self.random = torch.Generator().manual_seed(1)
        self.watch: Any = None
        if self.every is not None:
            path = self.folder / f"every-{self.every}.unrolled"
            self.watch = unrolled.torch.watch(self.model, every=self.every, to=path)

    def train(self, steps: int) -> None:
        """So many steps of the loop."""
        for _ in range(steps):
            at = torch.randint(len(self.text) - STEPS - 1, (BATCH, 1), generator=self.random)
            chosen = self.text[at + torch.arange(STEPS + 1)]
            logits = self.model(chosen[:, :-1])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), chosen[:, 1:].flatten())
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()

    def turn(self) -> None:
        """Train for one turn, note the time, and let the analysis end."""
        started, before = time.perf_counter(), time.process_time()
        self.train(TURN)
        self.processor += time.process_time() - before
        self.seconds.append(time.perf_counter() - started)
        if self.every is not None:
            while self.watch.reports < -(-self.watch.update // self.every):
                time.sleep(0.01)

    def rounds(self) -> list[float]:
        """Seconds of every round."""
        starts = range(0, len(self.seconds), ROUND)
        return [sum(self.seconds[start : start + ROUND]) for start in starts]


def resting() -> float:
    """Seconds that a step takes longer for a watch that does not sample it."""
    model, x = nn.RNN(1, 1), torch.zeros(1, 1, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.0)

    def train(steps: int) -> float:
        started = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad()
            model(x)[0].sum().backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        return (time.perf_counter() - started) / steps

    unwatched, watched = [], []
    for _ in range(SMALL_TURNS):
        unwatched.append(train(SMALL))
        with closing(Watching(model, 10**9, None)):
            train(2)  # the first is sampled
            watched.append(train(SMALL))
    return min(watched) - min(unwatched)


def run(rounds: int = ROUNDS) -> None:
    """Print how long each way takes against the unwatched one."""
    text = "".join(topics.topics.values())[:CHARACTERS]
    letters = {letter: n for n, letter in enumerate(sorted(set(text)))}
    codes = torch.tensor([letters[letter] for letter in text])
    with tempfile.TemporaryDirectory() as folder:
        loops = [Loop(every, codes, len(letters), Path(folder)) for every in WAYS]
        for loop in loops * ROUND:  # the start of each process, and all that is done once
            loop.turn()
        for loop in loops:
            loop.seconds.clear()
            loop.processor = 0.0
        for _ in range(rounds * ROUND):
            for loop in loops:
                loop.turn()
        unwatched = loops[0].rounds()
        print(f"Training a character model: LSTM H={HIDDEN}, T={STEPS}, B={BATCH}, float32,")
        print(
            f"{torch.get_num_threads()} threads, {rounds} rounds of {ROUND} turns of {TURN} steps"
        )
        for loop in loops:
            ratios = [a / b for a, b in zip(loop.rounds(), unwatched, strict=True)]
            print(
                f"  {'unwatched' if loop.every is None else f'every={loop.every}':10}"
                f" {1e3 * sum(loop.seconds) / len(loop.seconds) / TURN:7.2f} ms a step"
                f"   × {sum(loop.seconds) / sum(unwatched):.3f}"
                f"   (rounds × {min(ratios):.3f}, {median(ratios):.3f}, {max(ratios):.3f};"
                f" processor time × {loop.processor / loops[0].processor:.3f})"
            )
        for loop in loops[1:]:
            loop.watch.close()
            lines = Path(loop.watch.to).read_text().splitlines()
            made = [json.loads(line) for line in lines[1:-1]]
            spent, (module,) = [one["seconds"] for one in made], made[-1]["modules"]
            size = sum(map(len, lines)) / len(spent) / 1e3
            capture, analysis = (
                max(one[part] for one in spent) for part in ("capture", "analysis")
            )
            print(
                f"  every={loop.every}: {len(spent)} reports of {size:.0f} kB; one takes at most "
                f"{1e3 * capture:.0f} ms of the training, and {analysis:.1f} s beside it, for "
                f"{module['sampled']} of {module['batch']} sequences"
            )
        step, more = sum(loops[0].seconds) / len(loops[0].seconds) / TURN, resting()
        print(
            f"  a step that is not sampled: {1e6 * more:.0f} µs more, {more / step:.2%} of "
            f"{1e3 * step:.0f} ms"
        )


if __name__ == "__main__":
    run()
