"""PyTorch computing what the engine's analysis computes, as well as PyTorch can."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from unrolled import engine

Outputs = dict[str, Any]
Tensors = list[torch.Tensor]
Itemize = Callable[[torch.Tensor, Tensors, torch.Tensor], torch.Tensor]
"""(losses, states, what every loss brings to its own step) → ‖∂L_i/∂h_t‖, (T, T)."""
Factors = dict[str, tuple[torch.Tensor, torch.Tensor | None]]

BLOCKS = 5
"""Into how many blocks of losses the batched rows are divided."""


@dataclass
class Pass:
    """One forward pass whose graph autograd keeps; every list holds a tensor a step.

    Attributes:
        drive: W_xh x_t + b_h of all steps, (T, B, ·); its gradient is ∂L/∂z_t.
        states: h_t, (B, H) each.
        previous: h_{t−1}, (B, H) each.
        cells: c_t, where there is one.
        returning: the recurrent side's pre-activations, where they are apart from the drive's.
    """

    drive: torch.Tensor
    states: Tensors = field(default_factory=list)
    previous: Tensors = field(default_factory=list)
    cells: Tensors = field(default_factory=list)
    returning: Tensors = field(default_factory=list)


class TorchPeer(ABC):
    """One layer of one cell with cross-entropy, many-to-many, in float64.

    Args:
        parameters: the cell's, then W_hy, b_y.
        sequence: inputs (T, B, D) and class targets (T, B).
        max_norm: μ of norm clipping.
    """

    def __init__(
        self, parameters: dict[str, np.ndarray], sequence: engine.Sequence, max_norm: float
    ) -> None:
        self.parameters = {
            name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()
        }
        self.inputs = torch.tensor(sequence.inputs)
        self.targets = torch.tensor(sequence.targets)
        self.max_norm = max_norm

    @abstractmethod
    def forward(self, drive: torch.Tensor, h: torch.Tensor) -> Pass:
        """Every step after the other, with as few operations as possible."""

    @abstractmethod
    def step(self, own: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        """One sample's state (S,) from its drive (·,) and the state before."""

    @abstractmethod
    def factors(
        self, enters: torch.Tensor, returns: torch.Tensor, previous: torch.Tensor
    ) -> Factors:
        """Parameter → what step t adds: leftᵀ right of (T, B, ·) each, or Σ_B left."""

    def ways(self) -> dict[str, Callable[[], Outputs]]:
        """Vector-Jacobian products of the losses: a loop over them, or all of them batched."""
        return {
            "loop": lambda: self.analyse(self._losses_by_loop),
            "batched": lambda: self.analyse(self._losses_batched),
        }

    def tuned(self) -> dict[str, Callable[[], Outputs]]:
        """What a user who knows the engine's trick can write: rows that start from ∂L_i/∂h_i.

        No row goes through the output layer again, and blocks of losses carry fewer zeros.
        """
        steps = len(self.inputs)
        return {
            "rows": lambda: self.analyse(self._rows_by_loop),
            "batched rows": lambda: self.analyse(lambda *given: self._in_blocks(steps, *given)),
            "blocks": lambda: self.analyse(
                lambda *given: self._in_blocks(-(-steps // BLOCKS), *given)
            ),
        }

    def analyse(self, itemized: Itemize) -> Outputs:
        """Forward, totals, itemized matrix, per-step terms and clipping.

        The states enter the outputs through one stacked tensor, whose gradient is what every loss
        brings to its own step.
        """
        steps, batch, _ = self.inputs.shape
        p = self.parameters
        drive = torch.nn.functional.linear(self.inputs, p["W_xh"], p["b_h"])
        run = self.forward(drive, drive.new_zeros(batch, p["W_hh"].shape[1]))
        hidden = torch.stack(run.states)
        o = torch.nn.functional.linear(hidden, p["W_hy"], p["b_y"])
        losses = torch.nn.functional.cross_entropy(
            o.flatten(0, 1), self.targets.flatten(), reduction="none"
        )
        losses = losses.view(steps, batch).mean(dim=1)
        groups = (run.states, run.cells, run.returning, [hidden, drive, o], [*p.values()])
        found = torch.autograd.grad(
            losses.sum(), [each for group in groups for each in group], retain_graph=True
        )
        kept = list(found)
        dh, dc, returns, (local, dz, do), gradients = (
            [kept.pop(0) for _ in range(len(group))] for group in groups
        )
        pairs = itemized(losses, run.states, local)
        with torch.no_grad():
            for parameter, gradient in zip(p.values(), gradients, strict=True):
                parameter.grad = gradient
            before = torch.stack([gradient.norm() for gradient in gradients])
            factors = self.factors(
                dz, torch.stack(returns) if returns else dz, torch.stack(run.previous)
            )
            factors |= {"W_hy": (do, hidden), "b_y": (do, None)}
            terms = {name: _term_norms(*pair) for name, pair in factors.items()}
            norm = torch.nn.utils.clip_grad_norm_(list(p.values()), self.max_norm)
            after = torch.stack([gradient.norm() for gradient in gradients])
            outputs = {
                "step_losses": losses,
                "hidden": torch.stack(dh).flatten(1).norm(dim=1),
                "itemized": pairs,
                "parameters": before,
                "clipped": after,
                "norm": norm,
                "terms": terms,
            }
            if dc:
                outputs["cell"] = torch.stack(dc).flatten(1).norm(dim=1)
        return outputs

    def _losses_by_loop(
        self, losses: torch.Tensor, states: Tensors, local: torch.Tensor
    ) -> torch.Tensor:
        """One vector-Jacobian product a loss, over the states that it can reach."""
        pairs = torch.full((len(states), len(states)), torch.nan, dtype=torch.float64)
        for i, loss in enumerate(losses):
            rows = torch.autograd.grad(loss, states[: i + 1], retain_graph=True)
            pairs[i, : i + 1] = torch.stack(rows).flatten(1).norm(dim=1)
        return pairs

    def _losses_batched(
        self, losses: torch.Tensor, states: Tensors, local: torch.Tensor
    ) -> torch.Tensor:
        """Every loss at once: vector-Jacobian products batched over the losses."""
        eye = torch.eye(len(states), dtype=torch.float64)
        rows = torch.autograd.grad(
            losses, states, grad_outputs=eye, retain_graph=True, is_grads_batched=True
        )
        return torch.stack([row.flatten(1).norm(dim=1) for row in rows], dim=1)

    def _rows_by_loop(
        self, losses: torch.Tensor, states: Tensors, local: torch.Tensor
    ) -> torch.Tensor:
        """The same from what every loss brings to its own step."""
        pairs = torch.full((len(states), len(states)), torch.nan, dtype=torch.float64)
        for i, own in enumerate(local.unbind()):
            rows = torch.autograd.grad(states[i], states[: i + 1], own, retain_graph=True)
            pairs[i, : i + 1] = torch.stack(rows).flatten(1).norm(dim=1)
        return pairs

    def _in_blocks(
        self, size: int, losses: torch.Tensor, states: Tensors, local: torch.Tensor
    ) -> torch.Tensor:
        """Vector-Jacobian products batched over ``size`` losses, which share the way back."""
        steps = len(states)
        pairs = torch.full((steps, steps), torch.nan, dtype=torch.float64)
        for start in range(0, steps, size):
            stop = min(start + size, steps)
            own = local.new_zeros(stop - start, stop - start, *local.shape[1:])
            own.diagonal(dim1=0, dim2=1).copy_(local[start:stop].permute(1, 2, 0))
            rows = torch.autograd.grad(
                states[start:stop],
                states[:stop],
                own.unbind(),
                retain_graph=True,
                is_grads_batched=True,
            )
            pairs[start:stop, :stop] = torch.stack([r.flatten(1).norm(dim=1) for r in rows], dim=1)
        return pairs

    def check(self, ours: engine.GradientFlow) -> None:
        """Every way must give the engine's numbers before anything is timed.

        Raises:
            AssertionError: with both numbers, where they differ by more than 1e-9.
        """
        for way in (*self.ways().values(), *self.tuned().values()):
            self._check_one(ours, way())

    def _check_one(self, ours: engine.GradientFlow, theirs: Outputs) -> None:
        assert ours.itemized is not None
        lower = np.tril_indices(ours.steps)
        np.testing.assert_allclose(
            ours.itemized.log10_norm[lower],
            np.log10(theirs["itemized"].detach().numpy()[lower]),
            rtol=1e-9,
            atol=1e-9,
        )
        gradients = ours.parameter_gradients
        assert list(gradients) == list(self.parameters)
        pairs: list[tuple[Any, Any]] = [
            (ours.step_losses, theirs["step_losses"]),
            (ours.hidden_gradient.norm, theirs["hidden"]),
            ([g.norm for g in gradients.values()], theirs["parameters"]),
            ([g.clipped_norm for g in gradients.values()], theirs["clipped"]),
            (ours.clipping.norm_before, theirs["norm"]),
        ]
        assert (ours.cell_gradient is not None) == ("cell" in theirs)
        if ours.cell_gradient is not None:
            pairs.append((ours.cell_gradient.norm, theirs["cell"]))
        for mine, other in pairs:
            # PyTorch divides by the norm plus 1e-6 where it clips.
            np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-5)
        assert set(theirs["terms"]) == set(gradients)
        for name, term in theirs["terms"].items():
            with np.errstate(divide="ignore"):
                other = np.log10(term.numpy())
            mine = np.nan_to_num(gradients[name].step_log10_norm, nan=-np.inf)
            np.testing.assert_allclose(mine, other, atol=1e-9)


def _term_norms(left: torch.Tensor, right: torch.Tensor | None) -> torch.Tensor:
    """‖the term that step t adds‖, (T,), by way of B × B matrices, as the engine."""
    if right is None:
        return left.sum(dim=1).norm(dim=1)
    if left.shape[1] == 1:
        return left.flatten(1).norm(dim=1) * right.flatten(1).norm(dim=1)
    grams = torch.bmm(left, left.transpose(1, 2)), torch.bmm(right, right.transpose(1, 2))
    return (grams[0] * grams[1]).flatten(1).sum(dim=1).sqrt()
