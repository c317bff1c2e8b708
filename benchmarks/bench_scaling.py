"""What the engine's analysis costs as T and H grow, and how near it comes to the machine.

The analysis is the one of ``bench_engine``, without spectrum, graph and clipping; above 512 steps
the itemized matrix is a grid of 256 losses. Where a gradient leaves the range of a double on its
way, every row gets an exponent, which costs more: the column of the least itemized norm shows it.

The floating-point operations are those of the matrix products, counted from their shapes; a
product (m, k) · (k, n) is 2 m k n, and what is done element by element counts nothing. A cell has G
blocks of weights, by which its rows go back too: 1 for the simple cell, 4 for the LSTM.

===============  ==========================================================
forward          2 T B (G H D + G H H + K H)
losses enter     2 T B K H
rows             2 Σ_t (n_t + 1) B G H H   n_t: the losses that cross from step t to t − 1, and
                                           their sum in a pass of its own
parameter sums   2 T B (G H D + G H H + K H)
per-step terms   2 T B B (G H + D + 2 H + K), for B > 1
===============  ==========================================================

The machine's own speed is the best ``np.dot`` of the shape that prevails, the rows of half the
steps, times (G H, H), on all threads that the engine's products may use, before the analysis and
after it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.clock import shortest
from unrolled import engine
from unrolled.engine.passes.itemize import grid

CELLS = {"simple": 1, "lstm": 4}
"""Cell → G, its blocks of weights."""
LENGTHS = (100, 300, 1_000, 3_000, 10_000)
WIDTHS = (16, 32, 64, 128, 256)
HIDDEN, STEPS = 32, 500
LARGE = (500, 256, 16)
SECONDS = 0.5
PRODUCT_SECONDS = 1.5

Analysis = Callable[[], engine.GradientFlow]


def analysis(cell: str, steps: int, hidden: int, batch: int = 1) -> Analysis:
    """The call that is timed, with D = K = H."""
    network = engine.Network(cell, "many-to-many", "tanh", hidden, hidden, hidden)
    parameters = engine.draw_parameters(network, init="orthogonal", spectral_radius=1.0)
    sequence = engine.random_sequence(
        network, "cross-entropy", steps=steps, batch_size=batch, seed=1
    )
    return lambda: engine.gradient_flow(
        network, parameters, sequence, loss="cross-entropy", spectral=False, graph=False
    )


def operations(blocks: int, steps: int, hidden: int, batch: int) -> int:
    """Floating-point operations of the analysis's matrix products, with D = K = H."""
    rows, weights = steps * batch, hidden * hidden
    losses, _ = grid(np.ones(steps, dtype=bool))
    crossing = np.cumsum(losses[::-1])[:-1].sum()
    forward = rows * (2 * blocks * weights + weights)
    entering = rows * weights
    itemized = (int(crossing) + steps - 1) * batch * blocks * weights
    sums = rows * (2 * blocks * weights + weights)
    terms = rows * batch * (blocks + 4) * hidden if batch > 1 else 0
    return 2 * (forward + entering + itemized + sums + terms)


def product_speed(blocks: int, steps: int, hidden: int, batch: int) -> float:
    """The machine's GFlop/s in the product that prevails, all rows of half the steps at once."""
    rows, width = steps * batch // 2, blocks * hidden
    random = np.random.default_rng(0)
    left, right = random.standard_normal((rows, width)), random.standard_normal((width, hidden))
    out = np.empty((rows, hidden))
    time = shortest(lambda: np.dot(left, right, out=out), seconds=PRODUCT_SECONDS, least=3)
    return 2e-6 * rows * width * hidden / time


def _line(cell: str, steps: int, hidden: int) -> None:
    work = analysis(cell, steps, hidden)
    pairs = work().itemized
    assert pairs is not None
    time = shortest(work, seconds=SECONDS, least=2)
    print(
        f"{cell:6} {steps:6} {hidden:4} {1:3} {time:10.2f} {time / steps:10.4f} "
        f"{np.nanmin(pairs.log10_norm):15.1f}",
        flush=True,
    )


def _large(cell: str, blocks: int) -> float:
    steps, hidden, batch = LARGE
    work = analysis(cell, *LARGE)
    machine = product_speed(blocks, *LARGE)
    time = shortest(work, seconds=SECONDS, least=1)
    machine = max(machine, product_speed(blocks, *LARGE))
    count = operations(blocks, *LARGE)
    reached = 1e-6 * count / time
    print(
        f"{cell:6} {steps:6} {hidden:4} {batch:3} {time:10.0f} {1e-9 * count:8.1f} "
        f"{reached:9.1f} {machine:9.1f} {reached / machine:9.2f}",
        flush=True,
    )
    return reached / machine


def run() -> dict[str, float]:
    """Print the cost against T and against H, then the large batch against the machine.

    Returns:
        cell → the fraction of the machine's own speed that the large batch reaches.
    """
    print("Cost of the engine's analysis: milliseconds (best of many)")
    print(f"{'cell':6} {'T':>6} {'H':>4} {'B':>3} {'ms':>10} {'ms a step':>10} {'least log10':>15}")
    for cell in CELLS:
        for steps in LENGTHS:
            _line(cell, steps, HIDDEN)
        for hidden in WIDTHS:
            _line(cell, STEPS, hidden)
    print()
    print("Matrix products against the machine's own")
    print(
        f"{'cell':6} {'T':>6} {'H':>4} {'B':>3} {'ms':>10} {'GFlop':>8} {'GFlop/s':>9} "
        f"{'np.dot':>9} {'fraction':>9}"
    )
    return {cell: _large(cell, blocks) for cell, blocks in CELLS.items()}


if __name__ == "__main__":
    run()
