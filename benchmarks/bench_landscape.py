"""The loss over a grid of two parameters in one pass, against PyTorch's autograd point by point.

Pascanu's network of one unit over 50 steps, E and ∂E/∂(w, b) on 100 × 100 points, in float64.
PyTorch runs forward and back at a point as anybody would write it; of its grid only every so many
points are timed, and the time of the whole grid is that times the rest. Both get the same numbers.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.bench_engine import use_threads
from benchmarks.clock import once, shortest
from unrolled import engine

POINTS, STEPS = 100, 50
SAMPLE = 200
"""Points of the grid that PyTorch computes."""
START, TARGET = 0.5, 0.7
AXES = (
    engine.Axis("W_hh", (0, 0), 3.0, 7.0, POINTS),
    engine.Axis("b_h", (0,), -4.0, -1.0, POINTS),
)


def surface() -> engine.Surface:
    """E = (h_T − 0.7)² of a_t = w σ(a_{t−1}) + b; two outputs say h, for the ½ of the loss."""
    network = engine.Network("simple", "many-to-one", "sigmoid", 1, 1, 2)
    sequence = engine.explicit_sequence(
        network,
        "squared-error",
        inputs=np.zeros((STEPS, 1, 1)),
        targets=[[[TARGET, TARGET]]],
        h_0=[[1.0 / (1.0 + np.exp(-START))]],
    )
    parameters = {
        "W_xh": np.zeros((1, 1)),
        "W_hh": np.zeros((1, 1)),
        "b_h": np.zeros(1),
        "W_hy": np.ones((2, 1)),
        "b_y": np.zeros(2),
    }
    entries = (AXES[0].entry, AXES[1].entry)
    return engine.Surface(network, parameters, sequence, entries, loss="squared-error")


def by_autograd(w: float, b: float) -> tuple[float, float]:
    """E and ‖∂E/∂(w, b)‖ at one point."""
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(b, dtype=torch.float64, requires_grad=True)
    a = torch.tensor(START, dtype=torch.float64)
    for _ in range(STEPS):
        a = weight * torch.sigmoid(a) + bias
    loss = (torch.sigmoid(a) - TARGET) ** 2
    loss.backward()
    assert weight.grad is not None
    assert bias.grad is not None
    return loss.item(), float(torch.hypot(weight.grad, bias.grad))


def run() -> None:
    """Print one line: the whole grid by either, and how many times as fast one pass is."""
    ours = surface()
    use_threads(1)
    seen = engine.landscape(ours, AXES)
    places = np.linspace(0, POINTS**2 - 1, SAMPLE).astype(int)
    rows, columns = np.unravel_index(places, (POINTS, POINTS))
    first, second = seen.values

    def peer() -> list[tuple[float, float]]:
        return [by_autograd(first[i], second[j]) for j, i in zip(rows, columns, strict=True)]

    found = np.array(peer())
    np.testing.assert_allclose(found[:, 0], seen.loss[rows, columns], rtol=1e-6)
    np.testing.assert_allclose(np.log10(found[:, 1]), seen.log10_norm[rows, columns], atol=1e-6)
    one_pass = shortest(lambda: engine.landscape(ours, AXES), seconds=1.0, least=5)
    loop = min(once(peer), once(peer)) * POINTS**2 / SAMPLE
    print(
        f"Landscape {POINTS} x {POINTS} x {STEPS}: one pass {one_pass:.1f} ms; PyTorch's autograd "
        f"point by point {loop / 1e3:.1f} s ({SAMPLE} points timed, scaled up): "
        f"{loop / one_pass:.0f} times as fast"
    )


if __name__ == "__main__":
    run()
