"""What was published, and the runs that ask whether it is so here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.reproduce.going import Run
from unrolled.engine.experiment.network import Network
from unrolled.engine.numbers.arrays import Parameters
from unrolled.engine.numbers.streams import stream

Json = dict[str, Any]
CLIPPED = {"rule": "norm", "threshold": 1.0}
SEEDS = range(5)
INCOMING, RADIUS = 15, 0.95


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that was published.

    Attributes:
        name: of it.
        title: for a heading.
        published: what, and where, in a sentence.
        here: what is done otherwise here, in a sentence or two.
        groups: what the runs differ in but for the seed → the runs.
    """

    name: str
    title: str
    published: str
    here: str
    groups: dict[str, tuple[Run, ...]]

    @property
    def runs(self) -> Iterator[Run]:
        """All of them, seed by seed."""
        groups = list(self.groups.values())
        for n in range(max(map(len, groups))):
            yield from (group[n] for group in groups if n < len(group))


def smart_tanh(network: Network, seed: int) -> Parameters:
    """W_xh, W_hy ~ N(0, 0.01²), 15 entries a row of W_hh with ρ = 0.95: their "smart tanh"."""
    random = stream("smart tanh", seed)
    drawn = {
        name: 0.01 * random.standard_normal(shape) if len(shape) == 2 else np.zeros(shape)
        for name, shape in network.parameter_shapes().items()
    }
    matrix = drawn["W_hh"]
    for row in matrix:
        row[random.permutation(len(row))[INCOMING:]] = 0.0
    matrix *= RADIUS / np.abs(np.linalg.eigvals(matrix)).max()
    return drawn


def _runs(
    name: str,
    plan: Json,
    start: Callable[[Network, int], Parameters] | None = None,
    seeds: range = SEEDS,
) -> tuple[Run, ...]:
    return tuple(Run(f"{name}-{seed}", plan | {"seed": seed}, start) for seed in seeds)


_ORDER: Json = {
    "task": {"name": "temporal-order", "steps": 50},
    "hidden_size": 50,
    "batch_size": 20,
    "updates": 60_000,
    "precision": "float32",
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
}
_PUBLISHED: Json = {
    "updates": 5_000_000,
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
}

CLAIMS = (
    Claim(
        name="adding-50",
        title="Adding problem, T = 50: a tanh network with clipping",
        published="A tanh network trained with norm clipping and the regulariser Ω solves the "
        "adding problem up to T = 200 (Pascanu, Mikolov & Bengio 2013, section 4.1.2).",
        here="Without Ω, by Adam with a falling rate rather than plain SGD, orthogonal recurrent "
        "weights, fixed T; a stricter criterion: within 0.04 of the range rather than within 0.2.",
        groups={
            "tanh, clipped to 1": _runs(
                "adding-50-tanh",
                {
                    "task": {"name": "adding", "steps": 50},
                    "hidden_size": 50,
                    "batch_size": 20,
                    "updates": 60_000,
                    "optimizer": {"name": "adam", "learning_rate": 1e-3},
                    "schedule": {"name": "cosine"},
                    "clip": CLIPPED,
                    "weights": {"init": "orthogonal", "spectral_radius": 1.0},
                },
                seeds=range(3),
            )
        },
    ),
    Claim(
        name="adding-200",
        title="Adding problem, T = 200: an LSTM",
        published="An LSTM solves the adding problem at T = 100 to 1000 (Hochreiter & Schmidhuber "
        "1997, table 7).",
        here="32 units with forget gates whose biases begin at 3, batches of 20, Adam and norm "
        "clipping rather than SGD sequence by sequence.",
        groups={
            "LSTM, clipped to 1": _runs(
                "adding-200-lstm",
                {
                    "task": {"name": "adding", "steps": 200},
                    "cell": "lstm",
                    "hidden_size": 32,
                    "batch_size": 20,
                    "updates": 12_000,
                    "precision": "float32",
                    "optimizer": {"name": "adam", "learning_rate": 1e-2},
                    "schedule": {"name": "cosine"},
                    "clip": CLIPPED,
                    "weights": {"forget_bias": 3.0},
                },
                seeds=range(2),
            )
        },
    ),
    Claim(
        name="order-50",
        title="Temporal order, T = 50: clipped and not",
        published="The longer the sequences, the more important is clipping for the rate of "
        "success, out of 5 runs (Pascanu, Mikolov & Bengio 2013, figure 7, section 4.1.1).",
        here="As published for smart tanh (50 units, batches of 20, SGD, sparse recurrent weights "
        "of radius 0.95, clipping to 1, float32), but for a rate of 0.1 rather than 0.01 and "
        "60,000 updates at most rather than 5 million: minutes a run rather than hours. Ten times "
        "the rate takes ten times the step where nothing is clipped: it favours clipping.",
        groups={
            "clipped to 1": _runs("order-50-clipped", _ORDER | {"clip": CLIPPED}, smart_tanh),
            "not clipped": _runs("order-50-free", _ORDER, smart_tanh),
        },
    ),
    Claim(
        name="order-50-published",
        title="Temporal order, T = 50, at the published rate",
        published="The same figure: a rate of 0.01, 5 million updates at most.",
        here="Nothing that is known to be otherwise; hours a run.",
        groups={
            "clipped to 1": _runs(
                "published-order-50-clipped", _ORDER | _PUBLISHED | {"clip": CLIPPED}, smart_tanh
            ),
            "not clipped": _runs("published-order-50-free", _ORDER | _PUBLISHED, smart_tanh),
        },
    ),
    Claim(
        name="irnn-150",
        title="Adding problem, T = 150: ReLUs from the identity",
        published="ReLUs whose recurrent matrix begins as the identity solve the adding problem at "
        "T = 150 as an LSTM does, by SGD with clipping (Le, Jaitly & Hinton 2015).",
        here="100 units, batches of 16; Adam rather than SGD.",
        groups={
            "IRNN, clipped to 1": _runs(
                "irnn-150",
                {
                    "task": {"name": "adding", "steps": 150},
                    "activation": "relu",
                    "hidden_size": 100,
                    "batch_size": 16,
                    "updates": 60_000,
                    "precision": "float32",
                    "optimizer": {"name": "adam", "learning_rate": 1e-4},
                    "clip": CLIPPED,
                    "weights": {
                        "init": "identity",
                        "spectral_radius": 1.0,
                        "input_scale": 0.001,
                    },
                },
                seeds=range(2),
            )
        },
    ),
)
