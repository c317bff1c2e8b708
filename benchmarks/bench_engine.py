"""The engine's analysis of three cells against PyTorch computing the same outputs.

Both sides compute, in float64: the step losses, ‖∂L/∂h_t‖ (and ‖∂L/∂c_t‖) at every step,
‖∂L_i/∂h_t‖ for every pair, every parameter's gradient with its norm before and after clipping by
norm, and that of the term that every step adds to it. The spectrum and the graph are left out on
both sides.

PyTorch is used as well as it can be: one backward pass that keeps the gradient of every state for
the totals (asked for by name, which is quicker than hooks that retain), and for the itemized
matrix the faster of a loop and batched vector-Jacobian products of the losses. Both sides are timed
on one thread and on all, whichever is the faster. Beside it stands PyTorch tuned by hand with what
the engine does itself: rows that start behind the output layer, in blocks that carry fewer zeros.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch
from threadpoolctl import ThreadpoolController

from benchmarks.clock import once, shortest
from benchmarks.torch_cells import PEERS
from unrolled import engine

GATED = ((12, 8, 1), (50, 32, 1), (100, 64, 1), (100, 128, 16))
SIZES = {"simple": (*GATED, (500, 128, 1)), "lstm": GATED, "gru": GATED}
"""Cell → (T, H, B) of its rows."""
MAX_NORM = 1.0
SECONDS = 0.6
TURNS = 3
HOPELESS = 2.0
PAUSE = 0.5
ENGINE = "engine"
BLAS = ThreadpoolController().select(internal_api="openblas").lib_controllers
"""NumPy's, which computes the engine's products."""


class Row(NamedTuple):
    """Milliseconds of the engine, of PyTorch, its fastest way, and of PyTorch tuned by hand."""

    engine: float
    torch: float
    way: str
    tuned: float


def milliseconds(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest of many runs of each, taken in turns so that all meet the same machine.

    A turn is several runs, since the first one after another library finds its caches cold. The
    engine's begins with a pause: PyTorch's idle threads hold a core for a while. A way
    of PyTorch's that first takes twice as long as its best way is not run again.
    """
    best = {name: once(work) for name, work in works.items()}
    peers = min(time for name, time in best.items() if not name.startswith(ENGINE))
    for _ in range(TURNS):
        for name, work in works.items():
            ours = name.startswith(ENGINE)
            if not ours and best[name] > HOPELESS * peers:
                continue
            if ours:
                time.sleep(PAUSE)
            best[name] = min(best[name], shortest(work, seconds=SECONDS / TURNS, least=2))
    return best


def use_threads(count: int) -> None:
    """So many for PyTorch and for NumPy's products."""
    torch.set_num_threads(count)
    for blas in BLAS:
        blas.set_num_threads(count)


def threaded(ways: Mapping[str, Callable[[], object]]) -> dict[str, Callable[[], object]]:
    """Every way on one thread and on all processors, whatever the environment says."""

    def on(threads: int, way: Callable[[], object]) -> Callable[[], object]:
        def work() -> object:
            use_threads(threads)
            return way()

        return work

    counts = sorted({1, len(os.sched_getaffinity(0))})
    return {f"{name}, {n}": on(n, way) for n in counts for name, way in ways.items()}


def compare(cell: str, steps: int, hidden: int, batch: int) -> Row:
    """Time the engine and every way of PyTorch's."""
    network = engine.Network(cell, "many-to-many", "tanh", hidden, hidden, hidden)
    parameters = engine.draw_parameters(network, init="orthogonal", spectral_radius=1.0)
    sequence = engine.random_sequence(
        network, "cross-entropy", steps=steps, batch_size=batch, seed=1
    )
    clip = engine.Clip("norm", MAX_NORM)

    def ours() -> engine.GradientFlow:
        return engine.gradient_flow(
            network,
            parameters,
            sequence,
            loss="cross-entropy",
            clip=clip,
            spectral=False,
            graph=False,
        )

    peer = PEERS[cell](parameters, sequence, MAX_NORM)
    peer.check(ours())
    mine, plain, tuned = (threaded(ways) for ways in ({ENGINE: ours}, peer.ways(), peer.tuned()))
    times = milliseconds({**mine, **plain, **tuned})
    best, way = (min(ways, key=lambda name: times[name]) for ways in (mine, plain))
    return Row(times[best], times[way], f"{way} ({best})", min(times[name] for name in tuned))


def geometric_mean(ratios: Iterable[float]) -> float:
    """exp of the mean logarithm."""
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def run() -> dict[str, list[Row]]:
    """Print a line a cell and size, and return them by cell."""
    rows: dict[str, list[Row]] = {cell: [] for cell in SIZES}
    print("Analysis: milliseconds (best of many), engine against PyTorch")
    print(
        f"{'cell':6} {'T':>5} {'H':>4} {'B':>3} {'engine':>9} {'PyTorch':>9} {'ratio':>6} "
        f"{'tuned':>9} {'ratio':>6}  PyTorch's way, threads"
    )
    for cell, sizes in SIZES.items():
        for steps, hidden, batch in sizes:
            row = compare(cell, steps, hidden, batch)
            rows[cell].append(row)
            print(
                f"{cell:6} {steps:5} {hidden:4} {batch:3} {row.engine:9.2f} {row.torch:9.2f} "
                f"{row.torch / row.engine:6.1f} {row.tuned:9.2f} {row.tuned / row.engine:6.1f}  "
                f"{row.way}",
                flush=True,
            )
    return rows


def report(rows: dict[str, list[Row]]) -> None:
    """Print the geometric means: the simple cell's rows, then all rows."""
    every = [row for own in rows.values() for row in own]
    tuned = geometric_mean(min(row.torch, row.tuned) / row.engine for row in every)
    print(f"geometric mean vs PyTorch tuned by hand: {tuned:.1f}")
    simple = geometric_mean(row.torch / row.engine for row in rows["simple"])
    print(f"geometric mean of the simple cell: {simple:.1f}")
    print(f"geometric mean vs PyTorch: {geometric_mean(r.torch / r.engine for r in every):.1f}")


if __name__ == "__main__":
    report(run())
