"""The Reber grammar and the embedded one: which symbols may come next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence as Many
from functools import cache, partial
from itertools import islice

import numpy as np
from numpy.random import RandomState

from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.masks import masks
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Mask
from unrolled.engine.numbers.streams import stream
from unrolled.engine.training.tasks.base import (
    Baseline,
    Criterion,
    Data,
    Problem,
    Published,
    Setting,
    Settings,
    Task,
)

SYMBOLS = "BTPSXVE"
Edges = dict[str, str]
"""Symbol → the node that it leads to."""

GRAPH: dict[str, Edges] = {
    "start": {"B": "1"},
    "1": {"T": "2", "P": "3"},
    "2": {"S": "2", "X": "4"},
    "3": {"T": "3", "V": "5"},
    "4": {"X": "3", "S": "6"},
    "5": {"P": "4", "V": "6"},
    "6": {"E": "end"},
    "end": {},
}
"""The Reber grammar, node → its edges (Hochreiter & Schmidhuber 1997, figure 4)."""


def _embedded() -> dict[str, Edges]:
    """B, then T or P, a word of the Reber grammar, the same T or P again, and E."""
    nodes: dict[str, Edges] = {
        "start": {"B": "outer"},
        "outer": {},
        "last": {"E": "end"},
        "end": {},
    }
    for way in "TP":
        nodes["outer"][way] = f"{way} start"
        for node, edges in GRAPH.items():
            nodes[f"{way} {node}"] = {symbol: f"{way} {to}" for symbol, to in edges.items()}
        nodes[f"{way} end"] = {way: "last"}
    return nodes


GRAMMARS = {"embedded": _embedded(), "plain": GRAPH}
COUNT = 256
"""So many strings are learned, and so many others held out."""


def string(graph: dict[str, Edges], random: RandomState) -> str:
    """One string: at every node each edge is as likely."""
    node, found = "start", ""
    while node != "end":
        edges = graph[node]
        symbol = list(edges)[random.randint(0, len(edges))] if len(edges) > 1 else next(iter(edges))
        found, node = found + symbol, edges[symbol]
    return found


@cache
def strings(grammar: str, longest: int) -> tuple[list[str], list[str]]:
    """Those that are learned, which may come again, and others that are not among them."""
    random, graph = stream(f"reber {grammar}", 0), GRAMMARS[grammar]

    def next_one() -> str:
        while len(one := string(graph, random)) > longest:
            pass
        return one

    learned = [next_one() for _ in range(COUNT)]
    seen, others = set(learned), (next_one() for _ in range(100 * COUNT))
    return learned, list(islice((one for one in others if one not in seen), COUNT))


def possible(grammar: str, read: str) -> Mask:
    """Which symbols may come after each that was read, (steps, 7)."""
    graph, node = GRAMMARS[grammar], "start"
    may = np.zeros((len(read), len(SYMBOLS)), dtype=bool)
    for row, symbol in zip(may, read, strict=True):
        node = graph[node][symbol]
        row[[SYMBOLS.index(one) for one in graph[node]]] = True
    return may


def _coded(words: Many[str], steps: int) -> Sequence:
    """Each symbol is read, and the next is its target; nothing behind a string counts."""
    inputs = np.zeros((steps, len(words), len(SYMBOLS)))
    targets = np.zeros((steps, len(words)), dtype=np.int64)
    for b, word in enumerate(words):
        codes = [SYMBOLS.index(symbol) for symbol in word]
        inputs[np.arange(len(word) - 1), b, codes[:-1]] = 1.0
        targets[: len(word) - 1, b] = codes[1:]
    lengths = [len(word) - 1 for word in words]
    counts = masks(TOPOLOGIES["many-to-many"], steps, len(words), lengths=lengths)
    return Sequence(inputs, targets, steps).masked(counts)


def _right(grammar: str, outputs: Array, sequence: Sequence) -> Mask:
    """Where the possible next symbols have the largest outputs, at every step of a string, (B,)."""
    found = np.zeros(sequence.inputs.shape[1], dtype=bool)
    for b in range(len(found)):
        read = sequence.inputs[:, b]
        codes = read.argmax(axis=1)[read.any(axis=1)]
        may = possible(grammar, "".join(SYMBOLS[code] for code in codes))
        said = outputs[: len(may), b]
        least = np.where(may, said, np.inf).min(axis=1)
        most = np.where(may, -np.inf, said).max(axis=1)
        found[b] = bool((least > most).all())
    return found


def _frequencies(learned: Many[str], kept: Many[str]) -> Baseline:
    """−Σ ln of the frequency of each symbol that is to be said, a string."""
    counts = Counter(symbol for word in learned for symbol in word[1:])
    total = sum(counts.values())
    said = Counter(symbol for word in kept for symbol in word[1:])
    loss = -sum(n * math.log(counts[symbol] / total) for symbol, n in said.items()) / len(kept)
    return Baseline(loss, "always the frequencies of the symbols in what is learned")


def _mean(words: Many[str]) -> float:
    return sum(map(len, words)) / len(words)


def _posed(settings: Settings, data: Data) -> Problem:
    grammar, steps = settings["grammar"], settings["longest"] - 1
    learned, kept = strings(grammar, settings["longest"])

    def sampled(random: RandomState, batch: int) -> Sequence:
        places = random.randint(0, len(learned), batch, dtype=np.int64)
        return _coded([learned[place] for place in places], steps)

    return Problem(
        loss="cross-entropy",
        topology="many-to-many",
        input_size=len(SYMBOLS),
        output_size=len(SYMBOLS),
        steps=steps,
        sampled=sampled,
        kept=lambda random, count: _coded(kept[:count], steps),
        most=len(kept),
        baselines=(_frequencies(learned, kept),),
        criterion=Criterion(
            "at every step of every string the symbols that may come next have the largest outputs",
            partial(_right, grammar),
            0.0,
        ),
        notes=(
            f"{len(learned)} strings are learned and {len(kept)} others held out.",
            f"None is longer than {settings['longest']} symbols.",
            "Where a string has ended nothing counts.",
            f"Those held out are longer, {_mean(kept):.1f} symbols beside {_mean(learned):.1f}.",
        ),
        names=tuple(SYMBOLS),
    )


REBER = Task(
    label="Reber grammar",
    about="Say which symbol comes next; the last but one is the second again, a word before.",
    source="Hochreiter & Schmidhuber 1997, experiment 1; the plain grammar: Cleeremans, "
    "Servan-Schreiber & McClelland 1989",
    settings=(
        Setting("grammar", "grammar", "embedded", "embedded, or plain", choices=tuple(GRAMMARS)),
        Setting("longest", "longest", 30, "longer strings are drawn again, in symbols", 20, 100),
    ),
    posed=_posed,
    published=(
        Published(
            "an LSTM of 4 blocks of 1 cell or 3 of 2; 256 strings to learn and 256 others to test",
            1,
            "the outputs of the possible next symbols are always the most active ones, on both "
            "sets",
            "Hochreiter & Schmidhuber 1997, section 5.1",
        ),
    ),
)
