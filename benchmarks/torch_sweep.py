"""A grid of networks in PyTorch, with an axis for the networks, as one would write it by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from unrolled import engine


class SweepPeer:
    """N networks of one sample each: one batched product at every step, and autograd twice.

    Args:
        trials: of one shape, simple cells or LSTMs, many-to-many, cross-entropy.
    """

    def __init__(self, trials: Sequence[engine.Trial]) -> None:
        self.lstm, self.steps = trials[0].network.cell == "lstm", trials[0].sequence.steps
        names = trials[0].parameters
        self.parameters = {
            name: torch.tensor(
                np.stack([one.parameters[name] for one in trials]), requires_grad=True
            )
            for name in names
        }
        inputs = np.stack([one.sequence.inputs[:, 0] for one in trials])
        self.inputs = torch.tensor(inputs)
        targets = np.stack([one.sequence.targets[:, 0] for one in trials])
        self.targets = torch.tensor(targets.astype(np.int64))

    def run(self) -> tuple[torch.Tensor, torch.Tensor]:
        """log₁₀ of the row's norms, (T, N), and log₁₀ ‖g‖, (N,)."""
        torch.set_num_threads(1)
        p = self.parameters
        drive = torch.baddbmm(p["b_h"].unsqueeze(1), self.inputs, p["W_xh"].mT)
        weights = p["W_hh"].mT
        states = self._lstm(drive, weights) if self.lstm else self._simple(drive, weights)
        h = torch.cat([parts[0] for parts in states], dim=1)
        o = torch.baddbmm(p["b_y"].unsqueeze(1), h, p["W_hy"].mT)
        losses = torch.nn.functional.cross_entropy(
            o.flatten(0, 1), self.targets.flatten(), reduction="none"
        ).view(len(o), -1)
        flat = [part for parts in states for part in parts]
        row = torch.autograd.grad(losses[:, -1].sum(), flat, retain_graph=True, allow_unused=True)
        own = list(p.values())
        total = torch.autograd.grad(losses.sum(), own)
        with torch.no_grad():
            width = len(states[0])
            squares = torch.stack(
                [
                    sum(
                        part.square().sum(dim=(1, 2))
                        for part in row[n : n + width]
                        if part is not None
                    )
                    for n in range(0, len(row), width)
                ]
            )
            norms = sum(part.flatten(1).square().sum(dim=1) for part in total)
            return 0.5 * squares.log10(), 0.5 * norms.log10()

    def _simple(self, drive: torch.Tensor, weights: torch.Tensor) -> list[tuple[torch.Tensor, ...]]:
        h, states = torch.zeros_like(drive[:, :1]), []
        for own in drive.split(1, dim=1):
            h = torch.tanh(torch.baddbmm(own, h, weights))
            states.append((h,))
        return states

    def _lstm(self, drive: torch.Tensor, weights: torch.Tensor) -> list[tuple[torch.Tensor, ...]]:
        width = weights.shape[1]
        h = c = torch.zeros_like(drive[:, :1, :width])
        states: list[tuple[torch.Tensor, ...]] = []
        for own in drive.split(1, dim=1):
            i, f, g, o = torch.baddbmm(own, h, weights).chunk(4, 2)
            c = torch.addcmul(torch.sigmoid(f) * c, torch.sigmoid(i), torch.tanh(g))
            h = torch.sigmoid(o) * torch.tanh(c)
            states.append((h, c))
        return states

    def check(self, numbers: Sequence[dict[str, Any]]) -> None:
        """Both sides compute the same: ‖g‖, and of a cell with one state what arrives."""
        row, norms = self.run()
        for n, found in enumerate(numbers):
            assert math.isclose(found["log10_norm"], norms[n].item(), abs_tol=1e-9)
            if not self.lstm and found["arriving"] is not None:
                arriving = (row[0, n] - row[-1, n]).item()
                assert math.isclose(found["arriving"], arriving, abs_tol=1e-6)
