"""The engine's analysis of a simple cell against PyTorch computing the same outputs.

Both sides compute, in float64: the step losses, ‖∂L/∂h_t‖ at every step, ‖∂L_i/∂h_t‖ for every
pair, every parameter's gradient with its norm before and after clipping by norm, and that of the
term that every step adds to it. The spectrum and the graph are left out on both sides.

PyTorch is used as well as it can be: one backward pass that keeps the gradient of every state for
the totals (asked for by name, which is quicker than hooks that retain), and the faster of a loop
and batched vector-Jacobian products for the itemized matrix.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable

import engine
from benchmarks.torch_peer import TorchPeer

SIZES = ((12, 8, 1), (50, 32, 1), (100, 64, 1), (100, 128, 16), (500, 128, 1))
MAX_NORM = 1.0
SECONDS = 1.0
TURNS = 3
HOPELESS = 3.0
PAUSE = 0.5


def _milliseconds(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The shortest of many runs of each, taken in turns so that all meet the same machine.

    A turn is several runs, since the first one after another library finds its caches cold. The
    engine's begins with a pause: PyTorch's idle threads hold a core for a while. A way
    of PyTorch's that first takes three times as long as its other way is not run again.
    """
    best = {name: _once(work) for name, work in works.items()}
    peers = min(time for name, time in best.items() if name != "engine")
    for _ in range(TURNS):
        for name, work in works.items():
            if name != "engine" and best[name] > HOPELESS * peers:
                continue
            if name == "engine":
                time.sleep(PAUSE)
            begun, runs = time.perf_counter(), 0
            while runs < 2 or time.perf_counter() - begun < SECONDS / TURNS:
                best[name] = min(best[name], _once(work))
                runs += 1
    return best


def _once(work: Callable[[], object]) -> float:
    """Milliseconds of one run."""
    started = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - started)


def compare(steps: int, hidden: int, batch: int) -> tuple[float, float, str]:
    """Milliseconds of the engine and of PyTorch, and PyTorch's faster way."""
    network = engine.Network("simple", "many-to-many", "tanh", hidden, hidden, hidden)
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

    peer = TorchPeer(parameters, sequence, MAX_NORM)
    peer.check(ours())
    works: dict[str, Callable[[], object]] = {"engine": ours, **peer.ways()}
    times = _milliseconds(works)
    mine = times.pop("engine")
    fastest = min(times, key=lambda name: times[name])
    return mine, times[fastest], fastest


def run() -> float:
    """Print a line a size and return the geometric mean of the ratios."""
    ratios = []
    print("Analysis of a simple cell: milliseconds (best of many), engine against PyTorch")
    print(f"{'T':>5} {'H':>4} {'B':>3} {'engine':>9} {'PyTorch':>9} {'ratio':>6}  PyTorch's way")
    for steps, hidden, batch in SIZES:
        ours, theirs, way = compare(steps, hidden, batch)
        ratios.append(theirs / ours)
        print(
            f"{steps:5} {hidden:4} {batch:3} {ours:9.2f} {theirs:9.2f} {ratios[-1]:6.1f}  {way}",
            flush=True,
        )
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))
