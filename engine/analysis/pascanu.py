"""What Pascanu, Mikolov & Bengio 2013 say about a recurrent network's gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unrolled.engine.numbers.arrays import Array, IntArray, Nullable

_LN10 = float(np.log(10.0))
_SPLIT = 10
"""Lags from this one on are called long; see ``long_to_short``."""
_ROUNDING = 1e-9
"""σ_max and 1/γ that are nearer to each other than this, relatively, count as equal."""
_LARGEST = float(np.log10(np.finfo(np.float64).max)) / 2.0
"""A ratio of more decades than these has a square that no double holds."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Whether the recurrent matrix alone decides what happens to the gradient.

    Attributes:
        gamma: γ = sup f′.
        bound: 1/γ.
        sufficient: σ_max(R) < 1/γ, which guarantees that gradients vanish.
        necessary: σ_max(R) > 1/γ, without which no gradient explodes.

    Neither holds where σ_max(R) = 1/γ within rounding.
    """

    gamma: float
    bound: float
    sufficient: bool
    necessary: bool


@dataclass(frozen=True, slots=True)
class LongToShort:
    """Σ ‖∂L_i/∂h_t‖ over pairs at least s steps apart, beside that over nearer ones.

    Attributes:
        split: s, in steps; lags i − t ≥ s are long.
        log10_ratio: log₁₀ of long over short; NaN where either is exactly zero or has no pair.
    """

    split: int
    log10_ratio: Nullable


def conditions(spectral_norm: float, gamma: float) -> Conditions:
    """The sufficient condition for vanishing, and the necessary one for exploding, from σ_max(R)
    and γ.

    ‖∂h_{t+1}/∂h_t‖ ≤ ‖diag(f′(a_{t+1}))‖ ‖R‖ ≤ γ σ_max(R);   vanishing where γ σ_max(R) < 1

    A drawn orthogonal matrix has σ_max = 1 up to its last digits, on either side of 1; both are
    therefore asked beyond rounding: γ σ_max(R) < 1 − 1e-9 and γ σ_max(R) > 1 + 1e-9.

    Source: Pascanu, Mikolov & Bengio 2013, section 2.1 and its proof in the supplement.
    """
    bound = 1.0 / gamma
    product = gamma * spectral_norm
    return Conditions(gamma, bound, product < 1.0 - _ROUNDING, product > 1.0 + _ROUNDING)


def omega(log10_arriving: Array, log10_total: Array) -> Array:
    """Ω_t, by how much one step back misses keeping the gradient's norm, t = 1 … T − 1.

    Ω_t = (‖∂L/∂h_{t+1} · ∂h_{t+1}/∂h_t‖ / ‖∂L/∂h_{t+1}‖ − 1)²;   the regulariser is Ω = Σ_t Ω_t

    From the log₁₀ of both norms, (T − 1,) each, NaN where exactly zero.

    Returns:
        Ω_t, (T − 1,): 1 where nothing arrives of a gradient that is there; NaN where there is no
        gradient at t + 1, and where a double cannot hold Ω_t (above 154 decades in one step).
    Source: Pascanu, Mikolov & Bengio 2013, eq. 9.
    """
    decades = np.where(np.isnan(log10_arriving), -np.inf, log10_arriving) - log10_total
    held = np.isneginf(decades) | (decades < _LARGEST)
    with np.errstate(under="ignore"):
        return np.square(np.expm1(np.where(held, decades, np.nan) * _LN10))


def long_to_short(
    log10_norm: Array, loss_steps: IntArray, steps: IntArray, split: int | None = None
) -> LongToShort:
    """What arrives from far away, over what arrives from near by.

    log₁₀ (Σ_{i − t ≥ s} ‖∂L_i/∂h_t‖ / Σ_{0 ≤ i − t < s} ‖∂L_i/∂h_t‖)

    Pascanu, Mikolov & Bengio call the components with t ≪ i long-term and give no number. Here
    s = 10, from where on Bengio, Simard & Frasconi find dependencies hard to learn by gradient
    descent; in a short sequence it is half of the steps, so that both sums have pairs.

    The norms are (I, S), NaN where there is no path or exactly zero; s is ``split``, None for
    max(1, min(10, T // 2)) with T the last step. On a sampled grid both sums are over its pairs.
    Source: Pascanu, Mikolov & Bengio 2013, section 2 (long-term and short-term components);
        Bengio, Simard & Frasconi 1994; Goodfellow, Bengio & Courville 2016, section 10.7.
    """
    if split is None:
        split = max(1, min(_SPLIT, int(steps[-1]) // 2))
    lag = loss_steps[:, np.newaxis] - steps
    long = _log10_sum(log10_norm[lag >= split])
    short = _log10_sum(log10_norm[(lag >= 0) & (lag < split)])
    return LongToShort(split, long - short)


def _log10_sum(logs: Array) -> float:
    """log₁₀ Σ 10^log at any magnitude; NaN where nothing is summed."""
    logs = logs[~np.isnan(logs)]
    if not logs.size:
        return float(np.nan)
    top = float(logs.max())
    with np.errstate(under="ignore"):
        return top + float(np.log10(np.power(10.0, logs - top).sum()))
