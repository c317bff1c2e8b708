"""What a clip function did, measured before and after."""

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
        return ClipSeen(rule, norm_type, _norm(parameters, norm_type), _norm(parameters, math.inf))

    def after(self, parameters: list[Any], threshold: float) -> None:
        """Measure what was."""
        self.clipped, self.threshold = _norm(parameters, self.norm_type), threshold

    def report(self) -> dict[str, Any] | None:
        """As a report has it; None where the threshold lets everything through."""
        if not math.isfinite(self.threshold):
            return None
        size = self.norm if self.rule == "norm" else self.largest
        return {
            "rule": self.rule,
            "threshold": self.threshold,
            "log10_before": _log10(self.norm),
            "log10_after": _log10(self.clipped),
            "engaged": size > self.threshold,
        }


def _norm(parameters: list[Any], norm_type: float) -> float:
    """‖g‖_p of all gradients as one vector."""
    norms = [
        torch.linalg.vector_norm(p.grad.detach(), norm_type, dtype=torch.float64).cpu()
        if not p.grad.is_sparse
        else torch.linalg.vector_norm(p.grad.detach().coalesce().values().double(), norm_type).cpu()
        for p in parameters
        if p.grad is not None
    ]
    if not norms:
        return 0.0
    return float(torch.linalg.vector_norm(torch.stack(norms), norm_type))


def _log10(value: float) -> float | None:
    return math.log10(value) if 0.0 < value < math.inf else None
