"""The first 200 updates of every task, cell and optimizer against PyTorch, in float64."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.oracle.training_peer import OPTIMIZERS, Peer, Seen
from unrolled.engine import CELLS, TASKS, TRAINING_OPTIMIZERS, Data, Plan, Records, Training

UPDATES = 200
RELATIVE = 1e-9
DEAD = 1e-13
"""Norms below this share of the largest are digits that autograd has lost."""
SMALL: dict[str, dict[str, Any]] = {
    "adding": {"steps": 5},
    "temporal-order": {"steps": 10},
    "copying": {"lag": 1, "length": 1, "symbols": 3},
    "reber": {"grammar": "plain", "longest": 20},
    "digits": {"reads": "row"},
    "sine": {"steps": 3},
    "sunspots": {"steps": 3},
    "co2": {"steps": 3},
    "text": {"steps": 3, "text": "gradients flow back through time, step by step. " * 8},
    "series": {"steps": 3},
}
"""As short as a task may be, or three steps: more of them are more of the same products."""
SERIES = Data(np.sin(np.arange(120.0))[:, None] * [1.0, 0.5] + [[0.0, 2.0]], ("a", "b"))
RATES = {"sgd": 0.02, "momentum": 0.002, "nesterov": 0.002, "rmsprop": 0.002}
"""Of the others 0.003. Where a loss is a sum over many steps larger rates are chaotic: momentum at
0.02 on the text, with Jordan's cell, makes 2e-5 of one rounding within 200 updates."""


def plans(task: str, cell: str, **more: Any) -> list[Plan]:
    """One for every optimizer."""
    made = [
        Plan(
            {"name": task, **SMALL[task]},
            cell=cell,
            hidden_size=4,
            batch_size=3,
            updates=UPDATES,
            optimizer={"name": name, "learning_rate": RATES.get(name, 0.003)},
            weights={"spectral_radius": 1.1},
        )
        for name in TRAINING_OPTIMIZERS
    ]
    return [replace(plan, **more) for plan in made]


def begun(made: list[Plan]) -> list[Training]:
    """None measures anything besides: that is another test's."""
    trainings = [Training(plan, SERIES if plan.task["name"] == "series" else None) for plan in made]
    for training in trainings:
        training.measured_every = 10**9
    return trainings


def compared(what: str, ours: Any, theirs: Any) -> None:
    """Relatively, entry by entry; zeros are zeros."""
    mine, other = np.asarray(ours), np.asarray(theirs)
    assert mine.shape == other.shape, what
    dead = other <= DEAD * other.max(initial=0.0)
    assert (mine[dead] <= 10.0 * DEAD * other.max(initial=0.0)).all(), what
    gap = np.abs(mine[~dead] / other[~dead] - 1.0)
    assert gap.max(initial=0.0) <= RELATIVE, f"{what}: {gap.max():.3g}"


def check(rows: list[Records], seen: list[Seen], names: list[str]) -> None:
    """All updates of every training."""
    losses, hidden = (
        torch.stack([getattr(one, of) for one in seen]) for of in ("losses", "hidden")
    )
    norms = torch.linalg.vector_norm(torch.stack([one.gradients for one in seen]), dim=2)
    cells = [one.cell for one in seen if one.cell is not None]
    for n, (own, name) in enumerate(zip(rows, names, strict=True)):
        compared(f"{name}: loss", own.loss, losses[:, n])
        compared(f"{name}: ‖g‖", 10.0**own.log10_before, norms[:, n])
        compared(f"{name}: ‖∂L/∂h‖", 10.0**own.log10_hidden, hidden[:, n])
        if own.log10_cell is not None:
            compared(f"{name}: ‖∂L/∂c‖", 10.0**own.log10_cell, torch.stack(cells)[:, n])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", TASKS)
def test_every_task_cell_and_optimizer(task: str, cell: str) -> None:
    trainings = begun(plans(task, cell))
    peer, seen = Peer(trainings), []
    for _ in range(UPDATES):
        found = peer.back(trainings[0].problem.draw(trainings[0]._batches, 3))
        peer.take(found.gradients)
        seen.append(found)
    trainings[0]._batches.set_state(trainings[1]._batches.get_state(legacy=False))
    check([one.advance(UPDATES) for one in trainings], seen, list(TRAINING_OPTIMIZERS))


def test_no_optimizer_is_left_out() -> None:
    assert set(OPTIMIZERS) == set(TRAINING_OPTIMIZERS)
    assert set(SMALL) == set(TASKS)
