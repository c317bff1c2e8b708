"""One loss on its way back: how much of what enters is there at every step that it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from unrolled.engine.numbers.arrays import Array
from unrolled.engine.passes.itemize import measured
from unrolled.engine.passes.passage import Entering, Passage


@dataclass(frozen=True, slots=True)
class Row:
    """What is left of one loss, k steps back from its own.

    Attributes:
        loss_step: i, the step where it enters, from 1.
        first: the earliest step that the loss may reach, from 1.
        decades: log₁₀ ‖∂L_i/∂s_{i−k}‖ − log₁₀ ‖∂L_i/∂s_i‖ for k = 0 … n, with s = h, or (h, c)
            together where the cell has a c; NaN where exactly nothing arrives. The steps from
            ``first`` on that stay empty to the end are left out.
        grows_by: what makes it grow where it does: the layer's own way back, what the layer above
            gives, which grows itself, or that this adds up from step to step.
    """

    loss_step: int
    first: int
    decades: Array
    grows_by: Literal["itself", "above", "sum"] = "itself"

    @staticmethod
    def of(loss_step: int, first: int, log10_norm: Array) -> Row | None:
        """Read a row off the norms of its steps; None where nothing of the loss arrives at all.

        It begins where something is there: a layer below may hear of a loss at an earlier step.

        ``log10_norm`` is log₁₀ ‖∂L_i/∂s_t‖ at t = 1 … T, NaN where exactly zero, (T,); i and the
        earliest step that it may reach count from 1.
        """
        back = log10_norm[first - 1 : loss_step][::-1]
        alive = np.flatnonzero(~np.isnan(back))
        if not alive.size:
            return None
        begin, end = int(alive[0]), int(alive[-1]) + 1
        return Row(loss_step - begin, first, back[begin:end] - back[begin])

    @property
    def steps(self) -> int:
        """n: how many steps back something of it comes."""
        return len(self.decades) - 1

    @property
    def last(self) -> int:
        """The earliest step at which something of it arrives, from 1."""
        return self.loss_step - self.steps

    @property
    def dies(self) -> bool:
        """Whether exactly nothing arrives at steps that it may reach."""
        return self.last > self.first

    @property
    def arriving(self) -> float:
        """log₁₀ of what arrives at ``first`` over what enters; NaN where exactly nothing does."""
        return float("nan") if self.dies else float(self.decades[-1])

    @property
    def entering(self) -> float:
        """Decades of the one step back from where the loss enters; NaN where there is none."""
        return float(self.decades[1]) if self.steps else float("nan")

    @property
    def behind(self) -> float:
        """Decades from one step behind the loss to the last step; of one step, those of the step.

        Where a loss enters it passes the output gate or lands on a part of the state alone, once.
        """
        start = self.decades[1] if self.steps > 1 else self.decades[0]
        return float(self.decades[-1] - start)

    @property
    def rate(self) -> float:
        """Decades a step behind the step where the loss enters: their mean."""
        return self.behind / max(1, self.steps - 1)


def chosen(passage: Passage, entering: Entering) -> tuple[int, int] | None:
    """The loss whose way back is read, and the earliest step that it may reach, from 1.

    Of the losses that enter with any gradient it is the one with the most steps to travel, and
    of several such the last: without a truncation the last loss.

    Returns:
        (i, first), or None where no loss enters.
    """
    samples = passage.trace.emits[:, np.newaxis] & entering.local.any(axis=2)
    best = None
    for step in (np.flatnonzero(samples.any(axis=1)) + 1).tolist():
        first = max(1, passage.first_reached(step, samples[step - 1]))
        if best is None or step - first >= best[0] - best[1]:
            best = step, first
    return best


def way_back(passage: Passage, entering: Entering, loss_step: int) -> list[Array]:
    """log₁₀ ‖∂L_i/∂s_t‖ of one loss at every step, NaN where exactly zero, (T,) of every layer.

    Returns:
        the layer that reads the input first; s = h, or (h, c) where the cell has a c.
    """
    every = np.ones(passage.trace.steps, dtype=bool)
    alone = np.arange(1, len(every) + 1) == loss_step
    return [parts[-1][:, 0] for parts in measured(passage, entering, alone, every)]
