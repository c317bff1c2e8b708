"""What the tests of `watch` share: a step that is captured and analysed in this process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import torch
from torch import nn

from unrolled.watch.analyse import analyse
from unrolled.watch.snapshot import Snapshot
from unrolled.watch.watching import Watching


def captured(
    model: torch.nn.Module, train: Callable[[], None], every: int = 1, **options: Any
) -> list[Snapshot]:
    """Snapshots of a training."""
    found: list[Snapshot] = []
    with closing(Watching(model, every, found.append, **options)):
        train()
    return found


def reports(
    model: torch.nn.Module, train: Callable[[], None], every: int = 1
) -> list[dict[str, Any]]:
    """Their reports."""
    return [analyse(one) for one in captured(model, train, every)]


def only(model: torch.nn.Module, train: Callable[[], None]) -> dict[str, Any]:
    """The first report's only module."""
    (module,) = reports(model, train)[0]["modules"]
    assert isinstance(module, dict)
    return module


def proof(module: dict[str, Any]) -> float:
    """The largest relative difference; every parameter must have one."""
    values = list(module["proof"].values())
    assert values
    assert None not in values, module["proof"]
    return float(max(values))


def sgd(model: torch.nn.Module, loss: Callable[[], torch.Tensor], steps: int = 1) -> None:
    """A plain training loop."""
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


class Model(nn.Module):
    def __init__(self, kind: Any = nn.LSTM, dtype: torch.dtype = torch.float64, **options: Any):
        super().__init__()
        self.core = kind(3, 5, dtype=dtype, **options)
        self.head = nn.Linear(5, 2, dtype=dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        read: torch.Tensor = self.head(self.core(x)[0])
        return read


def x_of(model: Model, steps: int = 7) -> torch.Tensor:
    return torch.randn(steps, 4, 3, dtype=model.head.weight.dtype)


def squared(model: Model) -> Callable[[], torch.Tensor]:
    return lambda: model(x_of(model)).square().mean()
