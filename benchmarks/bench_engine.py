"""The engine's analysis of three cells against PyTorch computing the same outputs.

Both sides compute, in float64: the step losses, ‖∂L/∂h_t‖ (and ‖∂L/∂c_t‖) at every step,
‖∂L_i/∂h_t‖ for every pair, every parameter's gradient with its norm before and after clipping by
norm, and that of the term that every step adds to it. The spectrum and the graph are left out on
both sides.

PyTorch is used as well as it can be: one backward pass that keeps the gradient of every state for
the totals (asked for by name, which is quicker than hooks that retain), and for the itemized
matrix the fastest of a loop of vector-Jacobian products, all of them batched, and batched in
blocks, which carry fewer zeros; each on one thread and on all.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping

import torch

import engine
from benchmarks.clock import once, shortest
from benchmarks.torch_cells import PEERS

GATED = ((12, 8, 1), (50, 32, 1), (100, 64, 1), (100, 128, 16))
SIZES = {"simple": (*GATED, (500, 128, 1)), "lstm": GATED, "gru": GATED}
"""Cell → (T, H, B) of its rows."""
MAX_NORM = 1.0
SECONDS = 0.6
TURNS = 3
HOPELESS = 2.0
PAUSE = 0.5


def _milliseconds(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest of many runs of each, taken in turns so that all meet the same machine.

    A turn is several runs, since the first one after another library finds its caches cold. The
    engine's begins with a pause: PyTorch's idle threads hold a core for a while. A way
    of PyTorch's that first takes twice as long as its best way is not run again.
    """
    best = {name: once(work) for name, work in works.items()}
    peers = min(time for name, time in best.items() if name != "engine")
    for _ in range(TURNS):
        for name, work in works.items():
            if name != "engine" and best[name] > HOPELESS * peers:
                continue
            if name == "engine":
                time.sleep(PAUSE)
            best[name] = min(best[name], shortest(work, seconds=SECONDS / TURNS, least=2))
    return best


def _threaded(ways: Mapping[str, Callable[[], object]]) -> dict[str, Callable[[], object]]:
    """Every way on one thread and on as many as PyTorch takes by itself."""

    def on(threads: int, way: Callable[[], object]) -> Callable[[], object]:
        def work() -> object:
            torch.set_num_threads(threads)
            return way()

        return work

    counts = sorted({1, torch.get_num_threads()})
    return {f"{name}, {n}": on(n, way) for n in counts for name, way in ways.items()}


def compare(cell: str, steps: int, hidden: int, batch: int) -> tuple[float, float, str]:
    """Milliseconds of the engine and of PyTorch, and PyTorch's fastest way and its threads."""
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
    threads = torch.get_num_threads()
    try:
        times = _milliseconds({"engine": ours, **_threaded(peer.ways())})
    finally:
        torch.set_num_threads(threads)
    mine = times.pop("engine")
    fastest = min(times, key=lambda name: times[name])
    return mine, times[fastest], fastest


def geometric_mean(ratios: Iterable[float]) -> float:
    """exp of the mean logarithm."""
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def run() -> dict[str, list[float]]:
    """Print a line a cell and size.

    Returns:
        cell → PyTorch's time over the engine's, of every row.
    """
    ratios: dict[str, list[float]] = {cell: [] for cell in SIZES}
    print("Analysis: milliseconds (best of many), engine against PyTorch")
    print(
        f"{'cell':6} {'T':>5} {'H':>4} {'B':>3} {'engine':>9} {'PyTorch':>9} {'ratio':>6}"
        "  PyTorch's way, threads"
    )
    for cell, sizes in SIZES.items():
        for steps, hidden, batch in sizes:
            ours, theirs, way = compare(cell, steps, hidden, batch)
            ratios[cell].append(theirs / ours)
            print(
                f"{cell:6} {steps:5} {hidden:4} {batch:3} {ours:9.2f} {theirs:9.2f} "
                f"{theirs / ours:6.1f}  {way}",
                flush=True,
            )
    return ratios


def report(ratios: dict[str, list[float]]) -> None:
    """Print the geometric means: the simple cell's rows, then all rows."""
    simple = geometric_mean(ratios["simple"])
    every = geometric_mean(ratio for rows in ratios.values() for ratio in rows)
    print(f"geometric mean of the simple cell: {simple:.1f}")
    print(f"geometric mean vs PyTorch: {every:.1f}")


if __name__ == "__main__":
    report(run())
