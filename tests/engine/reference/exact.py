"""Gated and stacked networks forward and back in decimals, one loss (or one sum of losses) a pass.

The derivatives are written out gate by gate, step by step, for one sample, with numbers of as many
digits as `digits` says, whose exponents have no end.
"""

from __future__ import annotations

import decimal
import math
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from tests.engine.reference.cases import (
    BLOCKS,
    GATED,
    PEEPHOLE,
    PROJECTED,
    RESET_BEFORE,
    SQUASHED,
    WITH_C,
    Case,
    shown,
)

lift = np.frompyfunc(lambda x: Decimal(float(x)), 1, 1)
_exp = np.frompyfunc(Decimal.exp, 1, 1)


def digits(count: int) -> AbstractContextManager[decimal.Context]:
    """Numbers of so many digits: what overflows all the same, or is no number, raises."""
    return decimal.localcontext(prec=count, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


def _sigmoid(a: Any) -> Any:
    return 1 / (1 + _exp(-a))


def _tanh(a: Any) -> Any:
    up, down = _exp(a), _exp(-a)
    return (up - down) / (up + down)


def _zeros(*shape: int) -> Any:
    return lift(np.zeros(shape))


def _relu(a: Any) -> Any:
    return np.where(a > 0, a, a * 0)


_FUNCTIONS = {
    "tanh": (_tanh, lambda value: 1 - value**2),
    "relu": (_relu, lambda value: np.where(value > 0, value * 0 + 1, value * 0)),
}
"""f, and f′ by the value of f."""


@dataclass
class ExactPass:
    """One pass back: of every layer (T, H), and of every parameter (T, *shape)."""

    dh: Any
    dc: Any
    terms: dict[str, Any] = field(default_factory=dict)


class Exact:
    """The forward pass of a case with one sample, squared error; then any passes back."""

    def __init__(self, case: Case) -> None:
        net, seq = case.network, case.sequence
        assert case.loss == "squared-error"
        assert seq.inputs.shape[1] == 1
        self.case, self.count, self.width = case, net.num_layers, net.hidden_size
        self.shown = shown(net.cell, net.hidden_size)
        self.p = {name: lift(value) for name, value in case.parameters.items()}
        self.x = {t: lift(value[0]) for t, value in zip(case.reads, seq.inputs, strict=True)}
        self.y = {t: lift(value[0]) for t, value in zip(case.emits, seq.targets, strict=True)}
        of_h, of_c = (self.count, self.shown), (self.count, self.width)
        h, c = (
            _zeros(*shape) if given is None else lift(given.reshape(shape))
            for given, shape in ((seq.h_0, of_h), (seq.c_0, of_c))
        )
        self.h, self.c, self.error = {0: h}, {0: c}, {}
        self.seen: dict[tuple[int, int], Any] = {}
        for t in range(1, seq.steps + 1):
            self.h[t], self.c[t] = _zeros(*of_h), _zeros(*of_c)
            below = self.x.get(t, _zeros(net.input_size))
            for n in range(self.count):
                self._forward(t, n, below)
                below = self.h[t][n]
            if t in self.y:
                self.error[t] = self.p["W_hy"] @ below + self.p["b_y"] - self.y[t]

    def of(self, name: str, layer: int) -> Any:
        return self.p[f"{name}_{layer}" if layer else name]

    def peep(self, gate: str, layer: int) -> Any:
        """p of a gate; zeros where there are no peepholes."""
        if self.case.network.cell not in PEEPHOLE:
            return _zeros(self.width)
        return self.of(f"p_{gate}", layer)

    def _forward(self, t: int, n: int, x: Any) -> None:
        h, c = self.h[t - 1][n], self.c[t - 1][n]
        enters = self.of("W_xh", n) @ x + self.of("b_h", n)
        returns = self.of("W_hh", n) @ h
        cell = self.case.network.cell
        if cell in RESET_BEFORE and len(BLOCKS[cell]) == 2:
            w_n = self.of("W_hh", n)[self.width :]
            f = _sigmoid(enters[: self.width] + returns[: self.width])
            new = _tanh(enters[self.width :] + w_n @ (f * h))
            self.h[t][n] = (1 - f) * h + f * new
            self.seen[t, n] = x, f, new
        elif cell in RESET_BEFORE:
            w_n = self.of("W_hh", n)[2 * self.width :]
            (a, b, d), (u, v, _) = np.split(enters, 3), np.split(returns, 3)
            r, z = _sigmoid(a + u), _sigmoid(b + v)
            new = _tanh(d + w_n @ (r * h))
            self.h[t][n] = (1 - z) * new + z * h
            self.seen[t, n] = x, r, z, new
        elif cell in WITH_C:
            squash = _FUNCTIONS[SQUASHED[cell]][0]
            i, f, g, o = np.split(enters + returns, 4)
            i, f = i + self.peep("i", n) * c, f + self.peep("f", n) * c
            i, f, g = _sigmoid(i), _sigmoid(f), squash(g)
            self.c[t][n] = f * c + i * g
            o, top = _sigmoid(o + self.peep("o", n) * self.c[t][n]), squash(self.c[t][n])
            m = o * top
            self.h[t][n] = self.of("W_hr", n) @ m if cell in PROJECTED else m
            self.seen[t, n] = x, i, f, g, o, top
        elif cell == "gru":
            (a, b, d), (u, v, w) = np.split(enters, 3), np.split(returns, 3)
            q = w + self.of("b_hn", n)
            r, z = _sigmoid(a + u), _sigmoid(b + v)
            new = _tanh(d + r * q)
            self.h[t][n] = (1 - z) * new + z * h
            self.seen[t, n] = x, r, z, new, q
        else:
            assert cell not in GATED, f"no reference of {cell!r}"
            assert self.case.network.activation == "tanh"
            self.h[t][n] = _tanh(enters + returns)
            self.seen[t, n] = x, self.h[t][n]

    def back(self, *losses: int) -> ExactPass:
        """The sum of these steps' losses, untruncated."""
        steps = self.case.sequence.steps
        of_h, of_c = (self.count, self.shown), (self.count, self.width)
        made = ExactPass(
            _zeros(self.count, steps, self.shown), _zeros(self.count, steps, self.width)
        )
        for name, value in self.p.items():
            made.terms[name] = _zeros(steps, *value.shape)
        dh, dc = _zeros(*of_h), _zeros(*of_c)
        for t in range(steps, 0, -1):
            if t in losses:
                do = self.error[t]
                dh[-1] = dh[-1] + do @ self.p["W_hy"]
                made.terms["W_hy"][t - 1] = np.outer(do, self.h[t][-1])
                made.terms["b_y"][t - 1] = do
            earlier_h, earlier_c = _zeros(*of_h), _zeros(*of_c)
            for n in range(self.count - 1, -1, -1):
                made.dh[n, t - 1] = dh[n]
                enters, returns, earlier_c[n], past = self._local(t, n, dh[n], dc[n], made)
                earlier_h[n] = returns @ self.of("W_hh", n) + past
                end = f"_{n}" if n else ""
                made.terms[f"W_xh{end}"][t - 1] = np.outer(enters, self.seen[t, n][0])
                made.terms[f"W_hh{end}"][t - 1] += np.outer(returns, self.h[t - 1][n])
                made.terms[f"b_h{end}"][t - 1] = enters
                if n:
                    dh[n - 1] = dh[n - 1] + enters @ self.of("W_xh", n)
            dh, dc = earlier_h, earlier_c
        return made

    def _local(self, t: int, n: int, dh: Any, dc: Any, made: ExactPass) -> tuple[Any, ...]:
        """What enters W_xh, what enters W_hh, ∂L/∂c_{t−1}, and what passes by the weights."""
        cell, h = self.case.network.cell, self.h[t - 1][n]
        if cell in WITH_C:
            _, i, f, g, o, top = self.seen[t, n]
            slope, before, passed = _FUNCTIONS[SQUASHED[cell]][1], self.c[t - 1][n], dh * 0
            if cell in PROJECTED:
                made.terms[f"W_hr_{n}" if n else "W_hr"][t - 1] = np.outer(dh, o * top)
                dh = dh @ self.of("W_hr", n)
            of_o = dh * top * o * (1 - o)
            dc = dc + dh * o * slope(top) + of_o * self.peep("o", n)
            made.dc[n, t - 1] = dc
            of_i, of_f = dc * g * i * (1 - i), dc * before * f * (1 - f)
            if cell in PEEPHOLE:
                own = {"i": of_i * before, "f": of_f * before, "o": of_o * self.c[t][n]}
                for gate, term in own.items():
                    made.terms[f"p_{gate}_{n}" if n else f"p_{gate}"][t - 1] = term
            dz = np.concatenate((of_i, of_f, dc * i * slope(g), of_o))
            kept = dc * f + of_i * self.peep("i", n) + of_f * self.peep("f", n)
            return dz, dz, kept, passed
        if cell in RESET_BEFORE and len(BLOCKS[cell]) == 2:
            _, f, new = self.seen[t, n]
            dn = dh * f * (1 - new**2)
            ds = self._candidate(t, n, dn, f * h, made)
            df = (dh * (new - h) + ds * h) * f * (1 - f)
            return np.concatenate((df, dn)), np.concatenate((df, dn * 0)), dc, dh * (1 - f) + ds * f
        if cell in RESET_BEFORE:
            _, r, z, new = self.seen[t, n]
            dn = dh * (1 - z) * (1 - new**2)
            ds = self._candidate(t, n, dn, r * h, made)
            dr, dz = ds * h * r * (1 - r), dh * (h - new) * z * (1 - z)
            gates = np.concatenate((dr, dz, dn * 0))
            return np.concatenate((dr, dz, dn)), gates, dc, dh * z + ds * r
        if cell == "gru":
            _, r, z, new, q = self.seen[t, n]
            dn = dh * (1 - z) * (1 - new**2)
            dr, dz = dn * q * r * (1 - r), dh * (h - new) * z * (1 - z)
            made.terms[f"b_hn_{n}" if n else "b_hn"][t - 1] = dn * r
            return np.concatenate((dr, dz, dn)), np.concatenate((dr, dz, dn * r)), dc, dh * z
        da = dh * (1 - self.seen[t, n][1] ** 2)
        return da, da, dc, dh * 0

    def _candidate(self, t: int, n: int, dn: Any, past: Any, made: ExactPass) -> Any:
        """What its rows of W_hh add at step t, and what goes through them to the gated past."""
        rows = slice(-self.width, None)
        made.terms[f"W_hh_{n}" if n else "W_hh"][t - 1][rows] += np.outer(dn, past)
        return dn @ self.of("W_hh", n)[rows]


def log10_norm(values: Any) -> float:
    """log₁₀ of the Frobenius norm; NaN for exactly zero."""
    total = sum((value * value for value in np.ravel(values)), start=Decimal(0))
    if not total:
        return float("nan")
    power = total.adjusted()  # the decimals' own log10 takes longer than all that leads to it
    return (power + math.log10(total.scaleb(-power))) / 2
