"""The second forward pass for every cell and any number of layers, nudged anywhere.

Written from the contract like ``forward.py``, and truncated by hand in the same way: the losses
that reach back to the same step s are computed by a run that starts at s from the unperturbed
states.

A point of layer l ≥ 1 carries the layer's suffix, as parameters do: ``h_1``, ``copy_1``.
"""

from __future__ import annotations

from collections import defaultdict
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
from tests.engine.reference.forward import activate, measure
from tests.engine.reference.rules import first_reached
from unrolled.engine import CELLS


def sigmoid(a: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-a))


class Nudged:
    """One step's numbers with one point of one step nudged, a row for every derivative wanted."""

    def __init__(self, case: Case, point: str | None, rows: Any) -> None:
        self.case, self.point, self.rows = case, point, rows

    def add(self, point: str, t: int) -> Any:
        """What is added at this point and step: (P, *shape), or nothing."""
        return self.rows[:, t - 1] if point == self.point else 0.0

    def times(self, value: Any, name: str, t: int) -> Any:
        """value W ᵀ."""
        return value @ np.swapaxes(self.case.parameters[name] + self.add(name, t), -1, -2)

    def bias(self, name: str, t: int) -> Any:
        return (self.case.parameters[name] + self.add(name, t))[..., np.newaxis, :]


class Stacked:
    """The unperturbed run of a case, and runs beside it.

    Points of every layer, each (B, ·) at one step:
        x: what the layer reads (the input, or the layer below, as this layer alone sees it).
        copy: what its recurrent parameter multiplies, between step t − 1 and step t.
        feedback: the same behind the context units.
        h, c: its states, as everyone sees them.
        c_copy: c_{t−1} as c_t reads it.
        c_out: c_t as h_t reads it.
    And of the network: h_out (the last h_t as o_t reads it), o, and o_loss (o_t as L_t reads it).
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        seq, net = case.sequence, case.network
        self.layers, batch = net.num_layers, seq.inputs.shape[1]
        self.ends = [f"_{n}" if n else "" for n in range(self.layers)]
        h, c = (
            np.zeros((self.layers, 1, batch, width))
            if given is None
            else given.reshape(self.layers, 1, batch, width)
            for given, width in (
                (seq.h_0, shown(net.cell, net.hidden_size)),
                (seq.c_0, net.hidden_size),
            )
        )
        self.x = dict(zip(case.reads, seq.inputs, strict=True))
        self.y = dict(zip(case.emits, seq.targets, strict=True))
        self.batch, self.feeds_outputs = batch, CELLS[net.cell].feeds_outputs
        self.states: dict[int, Any] = {1: (list(h), list(c), np.zeros((1, batch, net.output_size)))}
        self.run(1, seq.steps, Nudged(case, None, None), keep=True)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every point that can be nudged, and the shape of a nudge at one step."""
        net, batch = self.case.network, self.batch
        hidden, output = (batch, shown(net.cell, net.hidden_size)), (batch, net.output_size)
        points: dict[str, tuple[int, ...]] = {
            name: np.shape(value) for name, value in self.case.parameters.items()
        }
        for n, end in enumerate(self.ends):
            points[f"x{end}"] = hidden if n else (batch, net.input_size)
            points[f"copy{end}"] = output if self.feeds_outputs else hidden
            points[f"feedback{end}"] = points[f"copy{end}"]
            points[f"h{end}"] = hidden
            if net.cell in WITH_C:
                inside = (batch, net.hidden_size)
                points |= {f"{name}{end}": inside for name in ("c", "c_copy", "c_out")}
        return points | {"h_out": hidden, "o": output, "o_loss": output}

    def run(
        self, start: int, stop: int, nudged: Nudged, *, keep: bool = False, copy: bool = True
    ) -> dict[int, Any]:
        """Steps start … stop from the unperturbed states: step → its loss."""
        values = {}
        h, c, o = self.states[start]
        for t in range(start, stop + 1):
            open_ = t > start or copy
            new_h, new_c, below = [], [], None
            for n, end in enumerate(self.ends):
                feedback = o if self.feeds_outputs else h[n]
                c_before = c[n]
                if open_:
                    feedback = feedback + nudged.add(f"copy{end}", t)
                    c_before = c_before + nudged.add(f"c_copy{end}", t)
                feedback = feedback + nudged.add(f"feedback{end}", t)
                own = self.x.get(t) if below is None else below
                own = None if own is None else own + nudged.add(f"x{end}", t)
                h_n, c_n = self.step(nudged, t, end, own, feedback, c_before)
                below = h_n + nudged.add(f"h{end}", t)
                new_h.append(below)
                new_c.append(c_n)
            h, c = new_h, new_c
            o = nudged.times(h[-1] + nudged.add("h_out", t), "W_hy", t) + nudged.bias("b_y", t)
            o = o + nudged.add("o", t)
            if keep:
                self.states[t + 1] = (h, c, o)
            if t in self.y:
                values[t] = measure(self.case.loss, o + nudged.add("o_loss", t), self.y[t])
        return values

    def step(self, go: Nudged, t: int, end: str, x: Any, feedback: Any, c: Any) -> tuple[Any, Any]:
        """(h_t, c_t) of one layer, by the contract's table of cells."""
        net = self.case.network
        enters = go.bias(f"b_h{end}", t)
        if x is not None:
            enters = enters + go.times(x, f"W_xh{end}", t)
        if net.cell in RESET_BEFORE:
            return self.reset_before(go, t, end, enters, feedback), c
        returns = go.times(feedback, f"{self.case.recurrent}{end}", t)
        if net.cell in WITH_C:
            i, f, g, out = np.split(enters + returns, 4, axis=-1)
            squash, peeps = SQUASHED[net.cell], net.cell in PEEPHOLE
            if peeps:
                i, f = i + c * go.bias(f"p_i{end}", t), f + c * go.bias(f"p_f{end}", t)
            c = sigmoid(f) * c + sigmoid(i) * activate(squash, g) + go.add(f"c{end}", t)
            seen = c + go.add(f"c_out{end}", t)
            out = out + seen * go.bias(f"p_o{end}", t) if peeps else out
            m = sigmoid(out) * activate(squash, seen)
            return go.times(m, f"W_hr{end}", t) if net.cell in PROJECTED else m, c
        if net.cell == "gru":
            (r, z, n), (r_h, z_h, n_h) = (np.split(a, 3, axis=-1) for a in (enters, returns))
            reset, update = sigmoid(r + r_h), sigmoid(z + z_h)
            new = np.tanh(n + reset * (n_h + go.bias(f"b_hn{end}", t)))
            return (1.0 - update) * new + update * feedback, c
        assert net.cell not in GATED, f"no reference of {net.cell!r}"
        return activate(net.activation, enters + returns), c

    def reset_before(self, go: Nudged, t: int, end: str, enters: Any, h: Any) -> Any:
        """h_t where the candidate multiplies f ⊙ h_{t−1}, or r ⊙ h_{t−1}."""
        *gates, new = np.split(enters, len(BLOCKS[self.case.network.cell]), axis=-1)
        heard = np.split(go.times(h, f"W_hh{end}", t), len(gates) + 1, axis=-1)
        gates = [sigmoid(a + b) for a, b in zip(gates, heard[:-1], strict=True)]
        past = go.times(gates[0] * h, f"W_hh{end}", t)
        n = np.tanh(new + np.split(past, len(gates) + 1, axis=-1)[-1])
        kept = gates[1] if len(gates) > 1 else 1.0 - gates[0]
        return kept * h + (1.0 - kept) * n

    def losses(self, nudged: Nudged) -> Any:
        """Every L_i under a nudge, shape (P, T); zero where none is emitted."""
        steps = self.case.sequence.steps
        groups = defaultdict(list)
        for i in self.case.emits:
            first = first_reached(self.case.rule, i)
            groups[max(first, 1), first < 1].append(i)
        rows = np.zeros((1, steps)) if nudged.rows is None else nudged.rows
        result = np.zeros((len(rows), steps), dtype=rows.dtype)
        for (start, free), emits in groups.items():
            # A window that ends at step 1 keeps what comes from the initial states out.
            values = self.run(start, max(emits), nudged, copy=free)
            for i in emits:
                result[:, i - 1] = values[i]
        return result

    def derivatives(self, *, step: complex) -> dict[str, Any]:
        """∂L_i/∂(point at step t) for every i, point and t: point → (I = T, T, *shape).

        Args:
            step: imaginary for complex step, real for central differences.
        """
        steps, found = self.case.sequence.steps, {}
        for name, shape in self.shapes().items():
            size = steps * int(np.prod(shape))
            rows = (step * np.eye(size)).reshape(size, steps, *shape)
            there = self.losses(Nudged(self.case, name, rows))
            if isinstance(step, float):
                slope = (there - self.losses(Nudged(self.case, name, -rows))) / (2.0 * step)
            else:
                slope = there.imag / abs(step)
            found[name] = slope.T.reshape(steps, steps, *shape)
        return found
