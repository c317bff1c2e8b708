"""T separate backward passes, one a loss, in floating point or in mpmath's hundred digits.

What the engine does for all losses side by side with binary exponents is done here the long way:
loss by loss, step by step, sample by sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np

from tests.engine.reference.cases import Case
from tests.engine.reference.rules import first_reached, reaches

_TO_EXACT = np.frompyfunc(lambda x: mp.mpf(float(x)), 1, 1)
_EXP = np.frompyfunc(mp.exp, 1, 1)


@dataclass
class Passes:
    """∂L_i/∂(…) at every step, index 0 is step 1; arrays of floats or of mpf.

    Attributes:
        dh: (I, T, B, H), zero where L_i does not reach.
        do: (I, T, B, K).
        entering: what arrives at h_0 (or o_0), (I, B, ·).
        terms: parameter → (I, T, *shape).
        losses: L_i, (I,).
    """

    dh: Any
    do: Any
    entering: Any
    terms: dict[str, Any]
    losses: Any


def separate_passes(case: Case, *, exact: bool = False) -> Passes:
    """Forward once, then backward once for every loss."""
    lift = _TO_EXACT if exact else np.asarray
    zeros = (lambda *shape: lift(np.zeros(shape))) if exact else (lambda *shape: np.zeros(shape))
    exp = _EXP if exact else np.exp
    net, seq, rule = case.network, case.sequence, case.rule
    steps, batch = seq.steps, seq.inputs.shape[1]
    p = {name: lift(value) for name, value in case.parameters.items()}
    back, jordan = p[case.recurrent], net.cell == "jordan"
    x = {t: lift(value) for t, value in zip(case.reads, seq.inputs, strict=True)}

    start = zeros(batch, net.hidden_size) if seq.h_0 is None else lift(seq.h_0)
    feedback = {1: zeros(batch, net.output_size) if jordan else start}
    h, slope, o = {}, {}, {}
    for t in range(1, steps + 1):
        a = feedback[t] @ back.T + p["b_h"]
        if t in x:
            a = a + x[t] @ p["W_xh"].T
        h[t], slope[t] = _activation(net.activation, a, exp)
        o[t] = h[t] @ p["W_hy"].T + p["b_y"]
        feedback[t + 1] = o[t] if jordan else h[t]

    count = len(case.emits)
    passes = Passes(
        dh=zeros(count, steps, batch, net.hidden_size),
        do=zeros(count, steps, batch, net.output_size),
        entering=zeros(count, *feedback[1].shape),
        terms={name: zeros(count, steps, *np.shape(value)) for name, value in p.items()},
        losses=zeros(count),
    )
    for n, i in enumerate(case.emits):
        target = seq.targets[n] if case.loss == "cross-entropy" else lift(seq.targets[n])
        with mp.workdps(max(mp.mp.dps, 400)):
            passes.losses[n], do = _loss(case.loss, o[i], target)
        first = first_reached(rule, i)
        arriving = zeros(*feedback[1].shape)
        for t in range(i, max(first, 1) - 1, -1):
            if jordan:
                do = do if t == i else arriving
                dh = do @ p["W_hy"]
            else:
                dh = do @ p["W_hy"] if t == i else arriving
                do = do if t == i else zeros(batch, net.output_size)
            da = dh * slope[t]
            passes.dh[n, t - 1], passes.do[n, t - 1] = dh, do
            passes.terms[case.recurrent][n, t - 1] = da.T @ feedback[t]
            passes.terms["b_h"][n, t - 1] = da.sum(axis=0)
            passes.terms["W_hy"][n, t - 1] = do.T @ h[t]
            passes.terms["b_y"][n, t - 1] = do.sum(axis=0)
            if t in x:
                passes.terms["W_xh"][n, t - 1] = da.T @ x[t]
            arriving = da @ back
        if reaches(rule, i, 0):
            passes.entering[n] = arriving
    return passes


def _activation(name: str, a: Any, exp: Any) -> tuple[Any, Any]:
    """(f(a), f′(a))."""
    if name == "linear":
        return a, a * 0 + 1
    if name == "relu":
        on = a > 0
        return np.where(on, a, a * 0), np.where(on, a * 0 + 1, a * 0)
    if name == "leaky-relu":
        on, leak = a > 0, a * 0 + 0.01
        return np.where(on, a, a * 0.01), np.where(on, leak * 0 + 1, leak)
    if name == "softsign":
        below = 1 + abs(a)
        return a / below, 1 / below**2
    if name == "gelu":
        gate, density = _exactly(mp.ncdf, a), _exactly(mp.npdf, a)
        return a * gate, gate + a * density
    if name == "sigmoid":
        s = 1 / (1 + exp(-a))
        return s, s * s * exp(-a)
    up, down = exp(a), exp(-a)
    h = (up - down) / (up + down)
    return h, 4 / (up + down) ** 2


def _exactly(function: Any, a: Any) -> Any:
    """A function of mpmath at every entry, in the type that these have."""
    found = np.frompyfunc(lambda x: function(mp.mpf(x)), 1, 1)(a)
    return found if a.dtype == object else found.astype(np.float64)


def _loss(name: str, o: Any, y: Any) -> tuple[Any, Any]:
    """(L_i, ∂L_i/∂o_i), the mean over the batch."""
    batch = len(o)
    if name == "squared-error":
        return ((o - y) ** 2).sum() / 2 / batch, (o - y) / batch
    exact = _TO_EXACT(o) if o.dtype != object else o
    if name == "cross-entropy":
        value, slope = _cross_entropy(exact, y)
    elif name == "huber":
        value, slope = _huber(exact, y)
    else:
        value, slope = _binary_cross_entropy(exact, y)
    if o.dtype == object:
        return value / batch, slope / batch
    return float(value) / batch, slope.astype(np.float64) / batch


def _cross_entropy(o: Any, y: Any) -> tuple[Any, Any]:
    """Σ_b −log softmax(o)_y and softmax − onehot; exact, since in doubles both cancel."""
    e = _EXP(o)
    share = e / e.sum(axis=1)[:, np.newaxis]
    chosen = np.arange(len(y)), y
    value = -mp.fsum(mp.log(s) for s in share[chosen])
    share[chosen] -= 1
    return value, share


def _huber(o: Any, y: Any) -> tuple[Any, Any]:
    """Σ of e²/2, or |e| − ½ beyond ±1, and its slope."""
    e = o - y
    value = np.where(abs(e) <= 1, e**2 / 2, abs(e) - mp.mpf(0.5))
    return mp.fsum(value.ravel()), np.where(abs(e) <= 1, e, e / np.where(e == 0, 1, abs(e)))


def _binary_cross_entropy(o: Any, y: Any) -> tuple[Any, Any]:
    """Σ of −y log σ(o) − (1 − y) log(1 − σ(o)), and σ(o) − y."""
    share = 1 / (1 + _EXP(-o))
    each = zip(share.ravel(), np.ravel(y), strict=True)
    value = -mp.fsum(
        (y * mp.log(s) if y else 0) + ((1 - y) * mp.log(1 - s) if y != 1 else 0) for s, y in each
    )
    return value, share - y


def log10_norms(array: Any, axes: int) -> Any:
    """log₁₀ of Frobenius norms over all but the first axes, from mpf, NaN for exactly zero."""
    flat = array.reshape(-1, int(np.prod(array.shape[axes:])))
    logs = [_log10_norm(row) for row in flat]
    return np.array(logs).reshape(array.shape[:axes])


def _log10_norm(row: Any) -> float:
    total = mp.fsum(value * value for value in row)
    return float(mp.log10(total) / 2) if total else float("nan")
