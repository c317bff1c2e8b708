"""Backward through time: every per-step term, before it is summed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.cells.base import Terms
from engine.itemize import live_rows
from engine.magnitude import Magnitudes, Scaled, align, near_one, trusted
from engine.passage import Entering, Passage
from engine.terms import term_log10_norms
from engine.vector import Vector, summed

_DEAD = 1e-60
"""A zero behind a squared norm below this may be an underflow rather than a dead unit."""


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

    @property
    def term_exponents(self) -> dict[str, IntArray] | None:
        """The exponents of every parameter's terms, or None where all are zero."""
        if not (self.exponent.any() or self.output_exponent.any()):
            return None
        return {name: self.exponents(name) for name in self.factors}

    def gradients(self) -> Vector:
        """∂L/∂(parameter) = Σ_t of its terms, all parameters as one vector."""
        return summed(self.factors, self.term_exponents)

    def step_log10_norms(self) -> dict[str, Array]:
        """log₁₀ ‖the term that step t adds‖ for every parameter, NaN where exactly zero, (T,)."""
        return term_log10_norms(self.factors, self.term_exponents)


def backward(passage: Passage, entering: Entering) -> Backward:
    """Carry the gradient of the given losses back through time.

    da_t = dh_t ⊙ f′(a_t);   dh_{t−1} = ∂L_{t−1}/∂h_{t−1} + da_t R   (where the truncation lets it)

    Args:
        passage: the way back.
        entering: the losses at their own steps.
    Source: notes, "Learning in RNNs: BPTT"; Werbos 1990.
    """
    cell, parameters, trace = passage.cell, passage.parameters, passage.trace
    steps, truncation, do = trace.steps, passage.truncation, entering.do
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if 1 < truncation.reach(steps) <= steps:
            dh, exponent, passing = _windowed(passage, entering)
            da, passed = dh * trace.derivative, passing * trace.derivative
        else:
            crossings = truncation.crossings(steps)
            dh, exponent = _recursive(passage, entering, crossings.tolist())
            da = dh * trace.derivative
            passed = da if crossings.all() else da * crossings[:, np.newaxis, np.newaxis]
        whole, output_exponent = do, np.zeros(steps, dtype=np.int64)
        if cell.feeds_outputs:
            whole, output_exponent = _through_outputs(passage, do, passed, exponent)
    factors = cell.terms(parameters, trace.x, trace.feedback, trace.h, da, whole)
    return Backward(dh, da, whole, do, passed, exponent, output_exponent, factors)


def _recursive(passage: Passage, given: Entering, crosses: list[bool]) -> tuple[Array, IntArray]:
    """The ordinary recursion; the careful one where a double could not carry it."""
    local, steps = given.local, len(given.local)
    dh = np.empty_like(local)
    da, arriving = np.empty_like(local[0]), np.empty_like(local[0])
    recurrent, back = passage.recurrent, passage.cell.step_back
    states, entering, derivatives = list(dh), list(local), list(passage.trace.derivative)
    states[-1][...] = entering[-1]
    for t in range(steps - 1, 0, -1):
        if crosses[t]:
            back(recurrent, derivatives[t], states[t], da, arriving)
            np.add(entering[t - 1], arriving, out=states[t - 1])
        else:
            states[t - 1][...] = entering[t - 1]
    exponent = np.zeros(steps, dtype=np.int64)
    if not given.careful and _trusted_totals(dh):
        return dh, exponent
    derivative, shifts = near_one(passage.trace.derivative)
    arriving[...] = 0.0
    for t in range(steps - 1, -1, -1):
        pair, exponent[t] = align(
            np.stack((entering[t], arriving)),
            np.array([given.exponent[t], exponent[t]]),
            always=True,
        )
        np.add(pair[0], pair[1], out=states[t])
        if t and crosses[t]:
            back(recurrent, derivative[t], states[t], da, arriving)
            exponent[t - 1] = exponent[t] + shifts[t]
        else:
            arriving[...] = 0.0
    return dh, exponent


def _trusted_totals(dh: Array) -> bool:
    """Whether ∂L/∂h_t stayed inside the ordinary range of a double at every step."""
    flat = dh.reshape(len(dh), -1)
    squares = np.vecdot(flat, flat)
    zero = squares == 0.0
    if zero.any() and not flat[zero].any():
        later = np.append(squares[1:], np.inf)[zero]
        squares[zero] = np.where((later > 0.0) & (later < _DEAD), 0.0, -1.0)
    return trusted(squares)


def _windowed(passage: Passage, given: Entering) -> tuple[Array, IntArray, Array]:
    """Sum the losses that reach each step, and those of them that may go one step further."""
    local, careful = given.local, given.careful
    while True:
        dh, passing = np.zeros_like(local), np.zeros_like(local)
        exponent = np.zeros(len(local), dtype=np.int64)
        for live in live_rows(passage, given, careful=careful):
            rows, exponent[live.step] = align(live.rows, live.exponent[live.losses])
            dh[live.step].flat = rows.sum(axis=0)
            passing[live.step].flat = rows[: live.passing].sum(axis=0)
        if careful or _trusted_totals(dh):
            return dh, exponent, passing
        careful = True


def _through_outputs(
    passage: Passage, do: Array, passed: Array, exponent: IntArray
) -> tuple[Array, IntArray]:
    """Jordan: ∂L/∂o_t also collects what comes back through the feedback of step t + 1."""
    through = np.zeros_like(do)
    through[:-1] = passage.cell.feedback_gradient(passage.parameters, passed[1:])
    total, exponents = do + through, np.zeros_like(exponent)
    if exponent.any():
        later = np.append(exponent[1:], 0)
        for t in range(len(do)):
            pair, exponents[t] = align(np.stack((do[t], through[t])), np.array([0, later[t]]))
            total[t] = pair[0] + pair[1]
    return total, exponents
