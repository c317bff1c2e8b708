"""The factors between a loss and an earlier step: one Jacobian a step, and their product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.analysis.spectrum import norms_along
from unrolled.engine.numbers.arrays import Array, Nullable, Series
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.jacobians import Chain
from unrolled.engine.passes.itemize import measured
from unrolled.engine.passes.passage import Entering, Passage, named_steps


@dataclass(frozen=True, slots=True)
class Factors:
    """From the state that a loss i reads back to that of step t, of the last layer.

    ∂L_i/∂h_t = ∂L_i/∂h_i · ∂h_i/∂h_{i−1} ⋯ ∂h_{t+1}/∂h_t, where nothing is truncated

    Every array has one entry for each of the steps s = i − 1, …, t; NaN stands for exactly zero.
    Jacobians are those of the forward pass, of the first sample; a truncation does not change them.

    Attributes:
        loss_step: i.
        step: t.
        count: i − t, how many factors there are.
        jacobian_log10_norm: log₁₀ ‖∂h_{s+1}/∂h_s‖₂.
        product_log10_norm: log₁₀ ‖∂h_i/∂h_s‖₂.
        cell_product_log10_norm: log₁₀ ‖∂c_i/∂c_s‖₂; None where there is no c.
        slope: f′(a_{s+1}); None but for one unit without gates.
        jacobian: ∂h_{s+1}/∂h_s with its sign; None but for one unit.
        sign: of ∂h_i/∂h_s; likewise.
        entering_log10_norm: log₁₀ ‖∂L_i/∂h_i‖, every sample.
        gradient_log10_norm: log₁₀ ‖∂L_i/∂h_s‖ as it travels: nothing where a truncation stops it.
    """

    loss_step: int
    step: int
    count: int
    jacobian_log10_norm: Series
    product_log10_norm: Series
    cell_product_log10_norm: Series | None
    slope: Series | None
    jacobian: Series | None
    sign: Series | None
    entering_log10_norm: Nullable
    gradient_log10_norm: Series


def factors(passage: Passage, entering: Entering, loss_step: int, step: int) -> Factors:
    """The factors of one loss on its way back.

    Raises:
        InvalidInput: for a step that emits no loss, or a t that is none of 1 … i.
    Source: notes, "Problem of BPTT".
    """
    emitting = np.flatnonzero(passage.trace.emits) + 1
    if loss_step not in emitting:
        named = named_steps(emitting) if len(emitting) else "none, no step that is left emits one"
        raise InvalidInput(
            ("chain", "loss_step"), f"received {loss_step}; allowed: a step with a loss, {named}"
        )
    if not 1 <= step <= loss_step:
        raise InvalidInput(
            ("chain", "step"), f"received {step}; allowed: 1 … {loss_step}, the step of the loss"
        )
    counts = passage.trace.masks
    if counts is not None and not counts.live[loss_step - 1, 0]:
        end = int(np.count_nonzero(counts.live[:, 0]))
        raise InvalidInput(
            ("chain", "loss_step"),
            f"received {loss_step}; the factors are the first sample's, which ends at step {end}",
        )
    lane = passage.lanes[0]
    chain = passage.chain(len(passage.lanes) - 1).part(step - 1, loss_step - step)
    jacobians, products, cells = (
        None if series is None else series[::-1] for series in norms_along(chain)
    )
    assert jacobians is not None
    assert products is not None
    every = np.arange(1, passage.trace.steps + 1)
    alone = measured(passage, entering, every == loss_step, every > 0)[-1][0][:, 0]
    jacobian, sign = _one_unit(chain)
    back = slice(step, loss_step)
    slope = None if jacobian is None or lane.slope is None else lane.slope[back, 0, 0][::-1]
    return Factors(
        loss_step=loss_step,
        step=step,
        count=loss_step - step,
        jacobian_log10_norm=jacobians,
        product_log10_norm=products,
        cell_product_log10_norm=cells,
        slope=slope,
        jacobian=jacobian,
        sign=sign,
        entering_log10_norm=float(alone[loss_step - 1]),
        gradient_log10_norm=alone[step - 1 : loss_step - 1][::-1],
    )


def _one_unit(chain: Chain) -> tuple[Array, Array] | tuple[None, None]:
    """Every Jacobian as a number, the latest first, NaN where a double cannot hold it; and the
    signs of their products.
    """
    if chain.size > 1:
        return None, None
    found, signs = np.empty(chain.count), np.empty(chain.count)
    for begin, end, matrices, shifts in chain.backwards():
        values = matrices[:, 0, 0]
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            plain = np.ldexp(values, shifts)
        lost = ~np.isfinite(plain) | ((plain == 0.0) & (values != 0.0))
        found[begin:end], signs[begin:end] = np.where(lost, np.nan, plain), np.sign(values)
    return found[::-1], np.asarray(np.cumprod(signs[::-1]), dtype=np.float64)
