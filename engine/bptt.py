"""Backward through time: every per-step term, before it is summed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Array, IntArray, Mask, Parameters
from engine.cells import Cell
from engine.cells.base import Terms
from engine.itemize import live_rows
from engine.magnitude import Magnitudes, Scaled, align, holds_tiny, trusted
from engine.truncation import Truncation
from engine.unroll import Trace

_BLOCK = 2_000_000
"""How many numbers of per-step terms are held at once."""


@dataclass(frozen=True, slots=True)
class Backward:
    """One backward pass; index 0 is step 1.

    All arrays share one exponent a step: the true value at step t is value · 2^exponent[t].

    Attributes:
        dh: ∂L/∂h_t, every later loss included, (T, B, H).
        da: ∂L/∂a_t, (T, B, H).
        do: ∂L/∂o_t, Jordan's path through the feedback included, (T, B, K).
        do_local: ∂L_t/∂o_t alone, (T, B, K); plain numbers.
        passed: the part of ∂L/∂a_t that the truncation lets cross to step t − 1, (T, B, H).
        exponent: (T,).
        output_exponent: that of ``do``, (T,).
        factors: parameter → what step t adds, as (left, right): leftᵀ right, or Σ_B left.
    """

    dh: Array
    da: Array
    do: Array
    do_local: Array
    passed: Array
    exponent: IntArray
    output_exponent: IntArray
    factors: Terms
    _known: dict[int, Array] = field(default_factory=dict, repr=False)

    def hidden(self) -> Magnitudes:
        """‖∂L/∂h_t‖, (T,)."""
        return Scaled(self.dh, self.exponent).magnitudes()

    def exponents(self, name: str) -> IntArray:
        """The exponents that belong to a parameter's terms, (T,)."""
        return self.output_exponent if name in ("W_hy", "b_y") else self.exponent

    def steps(self, name: str) -> Scaled:
        """The term that every step adds to ∂L/∂(parameter), shape (T, *parameter).

        dW_steps[t] = left_tᵀ right_t;   db_steps[t] = Σ_B left_t
        """
        left, right = self.factors[name]
        if right is None:
            return Scaled(left.sum(axis=1), self.exponents(name))
        return Scaled(np.matmul(left.transpose(0, 2, 1), right), self.exponents(name))

    def gradient(self, name: str) -> Scaled:
        """∂L/∂(parameter) = Σ_t of its terms, as a Scaled of leading length 1."""
        left, right = self.factors[name]
        left, top = align(left, self.exponents(name))
        width = left.shape[-1]
        if right is None:
            total = left.reshape(-1, width).sum(axis=0)
        else:
            total = left.reshape(-1, width).T @ right.reshape(-1, right.shape[-1])
        return Scaled(total[np.newaxis], np.array([top]))

    def step_log10_norms(self, name: str) -> Array:
        """log₁₀ ‖the term that step t adds‖, −inf where it is exactly zero, (T,).

        For one sample ‖leftᵀ right‖_F = ‖left‖ ‖right‖; a batch is formed block by block.
        """
        left, right = self.factors[name]
        exponent = self.exponents(name)
        steps, batch, width = left.shape
        if batch == 1:
            log10 = self._log10_norms(left, exponent)
            return log10 if right is None else log10 + self._log10_norms(right, None)
        if right is None:
            return Scaled(left.sum(axis=1), exponent).log10_norms()
        block = max(1, _BLOCK // (width * right.shape[-1]))
        parts = [
            Scaled(
                np.matmul(left[s : s + block].transpose(0, 2, 1), right[s : s + block]),
                exponent[s : s + block],
            ).log10_norms()
            for s in range(0, steps, block)
        ]
        return np.concatenate(parts)

    def _log10_norms(self, factor: Array, exponent: IntArray | None) -> Array:
        """Norms of one factor, computed once: several parameters share it."""
        known = self._known.get(id(factor))
        if known is None:
            exponent = np.zeros(len(factor), dtype=np.int64) if exponent is None else exponent
            known = self._known[id(factor)] = Scaled(factor, exponent).log10_norms()
        return known


def backward(
    cell: Cell, parameters: Parameters, trace: Trace, do: Array, truncation: Truncation
) -> Backward:
    """Carry the gradient of the given losses back through time.

    da_t = dh_t ⊙ f′(a_t);   dh_{t−1} = ∂L_{t−1}/∂h_{t−1} + da_t R   (where the truncation lets it)

    Args:
        cell: whose step goes back.
        parameters: name → array.
        trace: the forward pass.
        do: ∂L_t/∂o_t at every step, zeros where no loss is emitted or followed, (T, B, K).
        truncation: which losses reach which steps.
    Source: notes, "Learning in RNNs: BPTT"; Werbos 1990.
    """
    recurrent = np.ascontiguousarray(cell.recurrent_matrix(parameters))
    windowed = 1 < truncation.reach(trace.steps) < trace.steps
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        local = do @ parameters["W_hy"]
        if windowed:
            dh, exponent, passing = _windowed(cell, recurrent, trace, local, truncation)
            da, passed = dh * trace.derivative, passing * trace.derivative
        else:
            crossings = truncation.crossings(trace.steps)
            dh, exponent = _recursive(cell, recurrent, trace, local, crossings)
            da = dh * trace.derivative
            passed = da if crossings.all() else da * crossings[:, np.newaxis, np.newaxis]
        whole, output_exponent = do, np.zeros(trace.steps, dtype=np.int64)
        if cell.feeds_outputs:
            whole, output_exponent = _through_outputs(cell, parameters, do, passed, exponent)
    factors = cell.terms(parameters, trace.x, trace.feedback, trace.h, da, whole)
    return Backward(dh, da, whole, do, passed, exponent, output_exponent, factors)


def _recursive(
    cell: Cell, recurrent: Array, trace: Trace, local: Array, crossings: Mask
) -> tuple[Array, IntArray]:
    """The ordinary recursion; the careful one where a double could not carry it."""
    steps = trace.steps
    dh = np.empty_like(local)
    dh[-1] = local[-1]
    da, arriving = np.empty_like(local[0]), np.empty_like(local[0])
    derivative, back, crosses = trace.derivative, cell.step_back, crossings.tolist()
    for t in range(steps - 1, 0, -1):
        if crosses[t]:
            back(recurrent, derivative[t], dh[t], da, arriving)
            np.add(local[t - 1], arriving, out=dh[t - 1])
        else:
            dh[t - 1] = local[t - 1]
    exponent = np.zeros(steps, dtype=np.int64)
    flat = dh.reshape(steps, -1)
    squares = np.vecdot(flat, flat)
    later = np.append(squares[1:], np.inf)
    if trusted(squares, later) and not holds_tiny(derivative, recurrent, local):
        return dh, exponent
    dh[-1] = local[-1]
    for t in range(steps - 1, 0, -1):
        arriving[...] = 0.0
        if crosses[t]:
            back(recurrent, derivative[t], dh[t], da, arriving)
        pair, exponent[t - 1] = align(
            np.stack((local[t - 1], arriving)), np.array([0, exponent[t]]), always=True
        )
        np.add(pair[0], pair[1], out=dh[t - 1])
    return dh, exponent


def _windowed(
    cell: Cell, recurrent: Array, trace: Trace, local: Array, truncation: Truncation
) -> tuple[Array, IntArray, Array]:
    """Sum the losses that reach each step, and those of them that may go one step further."""
    careful = holds_tiny(trace.derivative, recurrent, local)
    while True:
        dh, passing = np.zeros_like(local), np.zeros_like(local)
        exponent = np.zeros(trace.steps, dtype=np.int64)
        for live in live_rows(cell, recurrent, trace, local, truncation, careful=careful):
            t = live.step
            rows, exponent[t] = align(live.rows, live.exponent)
            dh[t] = rows.sum(axis=0)
            passing[t] = rows[: live.passing].sum(axis=0)
        flat = dh.reshape(trace.steps, -1)
        squares = np.vecdot(flat, flat)
        if careful or trusted(squares, np.append(squares[1:], np.inf)):
            return dh, exponent, passing
        careful = True


def _through_outputs(
    cell: Cell, parameters: Parameters, do: Array, passed: Array, exponent: IntArray
) -> tuple[Array, IntArray]:
    """Jordan: ∂L/∂o_t also collects what comes back through the feedback of step t + 1."""
    through = np.zeros_like(do)
    through[:-1] = cell.feedback_gradient(parameters, passed[1:])
    total, exponents = do + through, np.zeros_like(exponent)
    if exponent.any():
        later = np.append(exponent[1:], 0)
        for t in range(len(do)):
            pair, exponents[t] = align(np.stack((do[t], through[t])), np.array([0, later[t]]))
            total[t] = pair[0] + pair[1]
    return total, exponents
