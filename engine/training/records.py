"""What is written down of every update: one row each, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, Mask, record


@record
class Records:
    """The updates of a training, one row each; update n is shown by the weights before it.

    Logarithms are log₁₀: −inf of what is exactly zero, NaN of what is no number any more.

    Attributes:
        update: from 1, (n,).
        loss: Σ_t L_t of the update's own batch, its mean over the samples, (n,).
        log10_before: log₁₀ ‖g‖, (n,), Ω's part of g included.
        log10_after: the same after clipping.
        engaged: whether clipping changed anything, (n,).
        threshold: the norm (or value) above which is clipped, (n,); NaN: there is none.
        learning_rate: η_n, (n,).
        log10_hidden: log₁₀ ‖∂L/∂h_t‖ without any clipping, (n, layers, T).
        log10_cell: log₁₀ ‖∂L/∂c_t‖ likewise; None where the cell has no c.
        log10_weight: log₁₀ of every parameter's norm, (n, P).
        log10_step: log₁₀ of the norm of what the update adds to it, (n, P).
        rho: ρ of the last layer's recurrent matrix, (n,); NaN where it is not measured.
        sigma: its largest singular value, likewise.
        held_out: the loss of the sequences that no update sees, (n,); NaN where it is not measured.
        share: the share of them that is right by the task's criterion, likewise.
        omega: Ω of the last layer, (n,); NaN where it has no part in the gradient.
    """

    update: IntArray
    loss: Array
    log10_before: Array
    log10_after: Array
    engaged: Mask
    threshold: Array
    learning_rate: Array
    log10_hidden: Array
    log10_cell: Array | None
    log10_weight: Array
    log10_step: Array
    rho: Array
    sigma: Array
    held_out: Array
    share: Array
    omega: Array

    def __len__(self) -> int:
        return len(self.update)

    @staticmethod
    def empty(count: int, layers: int, steps: int, parameters: int, *, has_c: bool) -> Records:
        """So many rows, to be filled."""

        def column(*shape: int) -> Array:
            return np.full((count, *shape), np.nan)

        return Records(
            update=np.zeros(count, dtype=np.int64),
            loss=column(),
            log10_before=column(),
            log10_after=column(),
            engaged=np.zeros(count, dtype=bool),
            threshold=column(),
            learning_rate=column(),
            log10_hidden=column(layers, steps),
            log10_cell=column(layers, steps) if has_c else None,
            log10_weight=column(parameters),
            log10_step=column(parameters),
            rho=column(),
            sigma=column(),
            held_out=column(),
            share=column(),
            omega=column(),
        )

    def rows(self, at: slice) -> Records:
        """Some of them; what is written there is written here."""
        columns: dict[str, Any] = {}
        for one in fields(self):
            own = getattr(self, one.name)
            columns[one.name] = None if own is None else own[at]
        return Records(**columns)

    @staticmethod
    def joined(parts: Sequence[Records]) -> Records:
        """The rows of several, one after the other."""
        columns: dict[str, Any] = {}
        for one in fields(Records):
            own = [getattr(part, one.name) for part in parts]
            columns[one.name] = None if own[0] is None else np.concatenate(own)
        return Records(**columns)
