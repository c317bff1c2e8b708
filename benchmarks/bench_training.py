"""A recorded training step against PyTorch's, on one thread, in turns of the same run.

Both draw their batches of the adding problem by the same code, go forward and back, clip by norm
and take a step of Adam, and both know afterwards the loss, ‖g‖ and ‖∂L/∂h_t‖ of every step: in
PyTorch by ``nn.RNNCell`` or ``nn.LSTMCell`` with a hook on every state. The engine writes down the
norms of every parameter and its step besides. For information stands ``nn.RNN`` or ``nn.LSTM``,
which is one call and tells nothing of the steps inside.

Printed is the processor time of an update in ms, the shortest of many turns, and the ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from benchmarks.bench_engine import use_threads
from unrolled.engine import Plan, Training, posed
from unrolled.engine.training.tasks import batches

SIZES = ((16, 25, 1), (64, 100, 20), (128, 50, 16))
"""(H, T, B)."""
ASKED = {"simple": (8.0, 2.0, 1.3), "lstm": (5.0, 1.5, 1.0)}
"""How many times quicker than PyTorch's cells."""
PRECISIONS = ("float64", "float32")
RATE, MAX_NORM = 1e-3, 1.0
TURNS = 12
SECONDS = 0.15
"""A turn goes on for so long."""


@dataclass
class Peer:
    """PyTorch training the same network."""

    cell: str
    sizes: tuple[int, int, int]
    precision: str
    fused: bool

    def __post_init__(self) -> None:
        hidden, steps, self.batch = self.sizes
        self.dtype = getattr(torch, self.precision)
        self.problem, self.random = posed({"name": "adding", "steps": steps}), batches(0)
        kinds = {"simple": (nn.RNNCell, nn.RNN), "lstm": (nn.LSTMCell, nn.LSTM)}[self.cell]
        self.inner = kinds[self.fused](2, hidden, dtype=self.dtype)
        self.head = nn.Linear(hidden, 1, dtype=self.dtype)
        self.parameters = [*self.inner.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.Adam(self.parameters, RATE)

    def states(self, x: torch.Tensor) -> torch.Tensor:
        """h_T, a hook on every h_t before it."""
        if self.fused:
            last: torch.Tensor = self.inner(x)[0][-1]
            return last
        h = torch.zeros(self.batch, self.sizes[0], dtype=self.dtype)
        c = h
        self.norms: list[torch.Tensor] = []
        for own in x.unbind():
            if self.cell == "lstm":
                h, c = self.inner(own, (h, c))
            else:
                h = self.inner(own, h)
            h.register_hook(self.record)
        return h

    def record(self, gradient: torch.Tensor) -> None:
        """‖∂L/∂h_t‖."""
        self.norms.append(gradient.norm())

    def update(self) -> None:
        """One update, recorded where the steps are there."""
        sequence = self.problem.draw(self.random, self.batch)
        x = torch.from_numpy(sequence.inputs).to(self.dtype)
        y = torch.from_numpy(sequence.targets[0]).to(self.dtype)
        loss = 0.5 * ((self.head(self.states(x)) - y) ** 2).sum(1).mean()
        self.optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.parameters, MAX_NORM)
        self.optimizer.step()
        if not self.fused:
            self.row = torch.stack([*self.norms, norm, loss.detach()]).log10().numpy()


def training(cell: str, sizes: tuple[int, int, int], precision: str) -> Training:
    """The engine's."""
    hidden, steps, batch = sizes
    return Training(
        Plan(
            {"name": "adding", "steps": steps},
            cell=cell,
            hidden_size=hidden,
            batch_size=batch,
            updates=10_000_000,
            precision=precision,
            optimizer={"name": "adam", "learning_rate": RATE},
            clip={"rule": "norm", "threshold": MAX_NORM},
        )
    )


def turn(update: Callable[[], object], least: int) -> float:
    """Milliseconds of processor time that an update takes, the mean of a turn."""
    count, begun, started = 0, time.perf_counter(), time.process_time()
    while count < least or time.perf_counter() - begun < SECONDS:
        update()
        count += 1
    return 1e3 * (time.process_time() - started) / count


def measured(cell: str, sizes: tuple[int, int, int], precision: str) -> list[float]:
    """Milliseconds of the engine, PyTorch's cells, and its fused layer."""
    own = training(cell, sizes, precision)
    ways: list[Callable[[], object]] = [
        own.advance,
        Peer(cell, sizes, precision, fused=False).update,
        Peer(cell, sizes, precision, fused=True).update,
    ]
    best = [float("inf")] * len(ways)
    for _ in range(TURNS + 1):
        for n, way in enumerate(ways):
            best[n] = min(best[n], turn(way, 5))
    return best


def run() -> None:
    """Print the table."""
    use_threads(1)
    print("A recorded training step, ms of one thread: engine, PyTorch's cells with a hook a")
    print("step, and PyTorch's fused layer, which records nothing")
    for cell, asked in ASKED.items():
        for sizes, wanted in zip(SIZES, asked, strict=True):
            for precision in PRECISIONS:
                engine, cells, fused = measured(cell, sizes, precision)
                print(
                    f"  {cell:6} H={sizes[0]:3} T={sizes[1]:3} B={sizes[2]:2} {precision}"
                    f"  {engine:7.3f} {cells:7.3f} {fused:7.3f}   × {cells / engine:5.2f} of"
                    f" the cells (asked {wanted:g}), × {fused / engine:5.2f} of the layer"
                )


if __name__ == "__main__":
    run()
