"""A second forward pass, nudged anywhere: what the engine's gradients are proved against.

It is written from the contract and shares no line with the engine. Truncation is frozen by hand:
the losses that reach back to the same step s are computed by a run that starts at s from the
unperturbed feedback, so a nudge before s cannot touch them.

Everything may be complex. A nudge of i·h gives the derivative as Im L / h without any subtraction
(complex step; Squire & Trapp 1998), a nudge of ±h the central difference.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np

from tests.engine.reference.cases import KINKED, Case
from tests.engine.reference.rules import first_reached

Nudges = dict[str, Any]
"""Point → what is added there, (P, T, *shape): one row for every derivative that is wanted."""


def activate(name: str, a: Any) -> Any:
    if name == "tanh":
        return np.tanh(a)
    if name == "sigmoid":
        return 1.0 / (1.0 + np.exp(-a))
    if name in KINKED:
        return np.where(a.real > 0.0, a, (0.01 if name == "leaky-relu" else 0.0) * a)
    if name == "softsign":
        return a / (1.0 + np.where(a.real > 0.0, a, -a))
    return _gelu(a) if name == "gelu" else a


def _gelu(a: Any) -> Any:
    """a Φ(a); of a complex a = x + iε it is x Φ(x) + iε (Φ(x) + x φ(x)), all that is asked for."""
    x = a.real
    gate = 0.5 * np.vectorize(math.erfc)(-x / np.sqrt(2.0))
    if not np.iscomplexobj(a):
        return x * gate
    return x * gate + 1j * a.imag * (gate + x * np.exp(-x * x / 2.0) / np.sqrt(2.0 * np.pi))


def measure(loss: str, o: Any, y: Any) -> Any:
    """L_t for outputs (P, B, K): shape (P,)."""
    if loss == "squared-error":
        return (0.5 * (o - y) ** 2).sum(-1).mean(-1)
    if loss == "huber":
        e = o - y
        return np.where(np.abs(e.real) <= 1.0, e**2 / 2, np.sign(e.real) * e - 0.5).sum(-1).mean(-1)
    if loss == "binary-cross-entropy":
        side = np.where(o.real > 0.0, 1.0, -1.0)
        missed = np.where(side > 0.0, 1.0 - y, y)
        return (np.log1p(np.exp(-side * o)) + side * o * missed).sum(-1).mean(-1)
    z = o - o.real.max(-1, keepdims=True)
    chosen = z[:, np.arange(len(y)), y]
    return (np.log(np.exp(z).sum(-1)) - chosen).mean(-1)


class Forward:
    """The unperturbed run of a case, and runs beside it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        net, seq = case.network, case.sequence
        batch = seq.inputs.shape[1]
        self.start = np.zeros((batch, net.hidden_size)) if seq.h_0 is None else seq.h_0
        if net.cell == "jordan":
            self.start = np.zeros((batch, net.output_size))
        self.x = dict(zip(case.reads, seq.inputs, strict=True))
        self.y = dict(zip(case.emits, seq.targets, strict=True))
        self.feedback = {1: self.start[np.newaxis]}
        self.a: dict[int, Any] = {}
        self.h: dict[int, Any] = {}
        self.o: dict[int, Any] = {}
        last = seq.steps
        self._run(1, last, {}, keep=True)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every point that can be nudged, and the shape of a nudge at one step."""
        net, batch = self.case.network, self.start.shape[0]
        points: dict[str, tuple[int, ...]] = {
            name: np.shape(value) for name, value in self.case.parameters.items()
        }
        return points | {
            "x": (batch, net.input_size),
            "copy": self.start.shape,
            "feedback": self.start.shape,
            "h": (batch, net.hidden_size),
            "h_out": (batch, net.hidden_size),
            "o": (batch, net.output_size),
            "o_loss": (batch, net.output_size),
        }

    def losses(self, nudges: Nudges) -> Any:
        """Every L_i under the nudges, shape (P, T); zero where none is emitted."""
        steps = self.case.sequence.steps
        groups = defaultdict(list)
        for i in self.case.emits:
            groups[max(first_reached(self.case.rule, i), 1)].append(i)
        rows = next(iter(nudges.values()), self.start[np.newaxis])
        result = np.zeros((len(rows), steps), dtype=rows.dtype)
        for start, losses in groups.items():
            # A run that starts at the initial state is frozen there only for losses that a
            # window keeps from it; the nudge "copy" of step 1 must then not reach them.
            free = [i for i in losses if first_reached(self.case.rule, i) < start]
            for chosen in (free, [i for i in losses if i not in free]):
                if chosen:
                    values = self._run(start, max(chosen), nudges, copy=chosen is free)
                    for i in chosen:
                        result[:, i - 1] = values[i]
        return result

    def _run(
        self, start: int, stop: int, nudges: Nudges, *, keep: bool = False, copy: bool = True
    ) -> dict[int, Any]:
        """Steps start … stop from the unperturbed feedback of step start."""
        case, net = self.case, self.case.network
        values: dict[int, Any] = {}
        feedback = self.feedback[start]
        for t in range(start, stop + 1):

            def nudge(point: str, t: int = t) -> Any:
                return nudges[point][:, t - 1] if point in nudges else 0.0

            def weight(name: str, t: int = t) -> Any:
                value = case.parameters[name] + nudge(name, t)
                return np.swapaxes(value, -1, -2) if value.ndim >= 2 and name[0] == "W" else value

            def bias(name: str, t: int = t) -> Any:
                value = case.parameters[name] + nudge(name, t)
                return value[..., np.newaxis, :]

            if t > start or copy:
                feedback = feedback + nudge("copy")
            feedback = feedback + nudge("feedback")
            a = feedback @ weight(case.recurrent) + bias("b_h")
            if t in self.x:
                a = a + (self.x[t] + nudge("x")) @ weight("W_xh")
            h = activate(net.activation, a) + nudge("h")
            o = (h + nudge("h_out")) @ weight("W_hy") + bias("b_y") + nudge("o")
            feedback = o if net.cell == "jordan" else h
            if keep:
                self.a[t], self.h[t], self.o[t] = a[0], h[0], o[0]
                self.feedback[t + 1] = feedback
            if t in self.y:
                values[t] = measure(case.loss, o + nudge("o_loss"), self.y[t])
        return values

    def derivatives(self, *, step: complex) -> dict[str, Any]:
        """∂L_i/∂(point at step t) for every i, point and t: point → (I = T, T, *shape).

        Args:
            step: imaginary for complex step, real for central differences.
        """
        shapes, steps = self.shapes(), self.case.sequence.steps
        sizes = {name: steps * int(np.prod(shape)) for name, shape in shapes.items()}
        total, at = sum(sizes.values()), 0
        nudges: Nudges = {}
        where: dict[str, slice] = {}
        amount = step if isinstance(step, float) else 1j * abs(step)
        for name, shape in shapes.items():
            where[name] = slice(at, at + sizes[name])
            block = np.zeros((total, sizes[name]), dtype=type(amount))
            block[where[name]] = amount * np.eye(sizes[name])
            nudges[name] = block.reshape(total, steps, *shape)
            at += sizes[name]
        if isinstance(step, float):
            there = self.losses(nudges)
            back = self.losses({name: -block for name, block in nudges.items()})
            slope = (there - back) / (2.0 * step)
        else:
            slope = self.losses(nudges).imag / abs(step)
        return {name: slope[where[name]].T.reshape(steps, steps, *shapes[name]) for name in shapes}

    def nearest_kink(self) -> float:
        """How near a unit or an error is to where a difference says nothing, or little."""
        found = [np.inf]
        if self.case.network.activation in KINKED:
            found += [np.abs(a).min() for a in self.a.values()]
        if self.case.loss == "huber":
            found += [np.abs(np.abs(self.o[t] - y) - 1.0).min() for t, y in self.y.items()]
        return float(min(found))
