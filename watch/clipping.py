"""The size of the gradient, and what a clip function did to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(slots=True)
class ClipSeen:
    """One call of ``clip_grad_norm_`` or ``clip_grad_value_``.

    Attributes:
        rule: "norm" or "value".
        norm_type: p of the norm; 2 for values.
        norm: ‖g‖_p before, of all the parameters that it was given.
        largest: max |g| before.
        clipped: ‖g‖_p after.
        threshold: its own.
    """

    rule: str
    norm_type: float
    norm: float
    largest: float
    clipped: float = math.nan
    threshold: float = math.nan

    @staticmethod
    def before(rule: str, parameters: list[Any], norm_type: float) -> ClipSeen:
        """Measure what is to be clipped."""
        return ClipSeen(
            rule, norm_type, norm_of(parameters, norm_type), norm_of(parameters, math.inf)
        )

    def after(self, parameters: list[Any], threshold: float) -> None:
        """Measure what was."""
        self.clipped, self.threshold = norm_of(parameters, self.norm_type), threshold

    def report(self) -> dict[str, Any] | None:
        """As a report has it; None where the threshold lets everything through."""
        if not math.isfinite(self.threshold):
            return None
        size = self.norm if self.rule == "norm" else self.largest
        return {
            "rule": self.rule,
            "threshold": self.threshold,
            "log10_before": log10(self.norm),
            "log10_after": log10(self.clipped),
            "engaged": size > self.threshold,
        }


def norm_of(parameters: list[Any], norm_type: float = 2.0) -> float:
    """‖g‖_p of all gradients as one vector; 0 where there is none."""
    norms = [
        torch.linalg.vector_norm(p.grad.detach(), norm_type, dtype=torch.float64)
        if not p.grad.is_sparse
        else torch.linalg.vector_norm(p.grad.detach().coalesce().values().double(), norm_type)
        for p in parameters
        if p.grad is not None
    ]
    if not norms:
        return 0.0
    together = torch.stack([norm.to(norms[0].device) for norm in norms])
    return float(torch.linalg.vector_norm(together, norm_type))


def log10(value: float) -> float | None:
    """None for an exact zero, and for what is not finite."""
    return math.log10(value) if 0.0 < value < math.inf else None
