"""PyTorch computing what the engine's analysis computes, as well as PyTorch can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import engine

Outputs = dict[str, Any]


class TorchPeer:
    """A simple cell with tanh and cross-entropy, many-to-many, in float64.

    Args:
        parameters: W_xh, W_hh, b_h, W_hy, b_y.
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

    def ways(self) -> dict[str, Callable[[], Outputs]]:
        """The two ways to the itemized matrix, by name."""
        return {
            "loop": lambda: self.analyse(self._itemized_by_loop),
            "batched": lambda: self.analyse(self._itemized_batched),
        }

    def analyse(self, itemized: Callable[[torch.Tensor, list[torch.Tensor]], Any]) -> Outputs:
        """Forward, itemized matrix, totals, per-step terms and clipping."""
        steps, batch, _ = self.inputs.shape
        p = self.parameters
        drive = torch.nn.functional.linear(self.inputs, p["W_xh"], p["b_h"])
        h = torch.zeros(batch, p["W_hh"].shape[0], dtype=torch.float64)
        previous, pre, states = [], [], []
        for t in range(steps):
            previous.append(h)
            a = torch.addmm(drive[t], h, p["W_hh"].T)
            h = torch.tanh(a)
            pre.append(a)
            states.append(h)
        hidden = torch.stack(states)
        o = torch.nn.functional.linear(hidden, p["W_hy"], p["b_y"])
        losses = torch.nn.functional.cross_entropy(
            o.flatten(0, 1), self.targets.flatten(), reduction="none"
        )
        losses = losses.view(steps, batch).mean(dim=1)
        wanted = [*pre, *states, o, *p.values()]
        kept = torch.autograd.grad(losses.sum(), wanted, retain_graph=True)
        pairs = itemized(losses, states)
        with torch.no_grad():
            da, dh = torch.stack(kept[:steps]), torch.stack(kept[steps : 2 * steps])
            for parameter, gradient in zip(p.values(), kept[2 * steps + 1 :], strict=True):
                parameter.grad = gradient
            before = torch.stack([q.grad.norm() for q in p.values()])
            terms = self._step_norms(da, kept[2 * steps], torch.stack(previous), hidden)
            norm = torch.nn.utils.clip_grad_norm_(list(p.values()), self.max_norm)
            after = torch.stack([q.grad.norm() for q in p.values()])
        return {
            "step_losses": losses,
            "hidden": dh.flatten(1).norm(dim=1),
            "itemized": pairs,
            "parameters": before,
            "clipped": after,
            "norm": norm,
            "terms": terms,
        }

    def _step_norms(
        self, da: torch.Tensor, do: torch.Tensor, previous: torch.Tensor, hidden: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """‖the term that step t adds‖; for one sample the product of two norms, as the engine."""

        def outer(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
            if left.shape[1] == 1:
                return left.flatten(1).norm(dim=1) * right.flatten(1).norm(dim=1)
            return torch.bmm(left.transpose(1, 2), right).flatten(1).norm(dim=1)

        return {
            "W_xh": outer(da, self.inputs),
            "W_hh": outer(da, previous),
            "b_h": da.sum(dim=1).norm(dim=1),
            "W_hy": outer(do, hidden),
            "b_y": do.sum(dim=1).norm(dim=1),
        }

    def _itemized_by_loop(self, losses: torch.Tensor, states: list[torch.Tensor]) -> torch.Tensor:
        """One vector-Jacobian product a loss, over the states that it can reach."""
        pairs = torch.full((len(states), len(states)), torch.nan, dtype=torch.float64)
        for i, loss in enumerate(losses):
            rows = torch.autograd.grad(loss, states[: i + 1], retain_graph=True)
            pairs[i, : i + 1] = torch.stack(rows).flatten(1).norm(dim=1)
        return pairs

    def _itemized_batched(self, losses: torch.Tensor, states: list[torch.Tensor]) -> torch.Tensor:
        """Every loss at once: vector-Jacobian products batched over the losses."""
        eye = torch.eye(len(states), dtype=torch.float64)
        rows = torch.autograd.grad(
            losses, states, grad_outputs=eye, retain_graph=True, is_grads_batched=True
        )
        return torch.stack([row.flatten(1).norm(dim=1) for row in rows], dim=1)

    def check(self, ours: engine.GradientFlow) -> None:
        """Both ways must give the engine's numbers before anything is timed.

        Raises:
            AssertionError: with both numbers, where they differ by more than 1e-9.
        """
        assert ours.itemized is not None
        for way in self.ways().values():
            theirs = way()
            lower = np.tril_indices(ours.steps)
            np.testing.assert_allclose(
                ours.itemized.log10_norm[lower],
                np.log10(theirs["itemized"].detach().numpy()[lower]),
                rtol=1e-9,
                atol=1e-9,
            )
            gradients = ours.parameter_gradients
            for mine, other in (
                (ours.step_losses, theirs["step_losses"]),
                (ours.hidden_gradient.norm, theirs["hidden"]),
                ([g.norm for g in gradients.values()], theirs["parameters"]),
                ([g.clipped_norm for g in gradients.values()], theirs["clipped"]),
                (ours.clipping.norm_before, theirs["norm"]),
            ):
                np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-5)
            for name, term in theirs["terms"].items():
                with np.errstate(divide="ignore"):
                    other = np.log10(term.numpy())
                mine = np.nan_to_num(gradients[name].step_log10_norm, nan=-np.inf)
                np.testing.assert_allclose(mine, other, atol=1e-9)
