"""The second forward pass of bidirectional layers, nudged anywhere: cells as in ``stacked.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.engine.reference.cases import WITH_C, Case, shown
from tests.engine.reference.forward import measure
from tests.engine.reference.stacked import Nudged, Stacked


class BothWays(Stacked):
    """Runs of a case; sample b ends at step ``lengths[b]``, and its losses with it.

    Points of every direction, each (B, H) at one step: ``h`` and ``c``, its states as everyone
    sees them; the network's: ``x``, o and o_loss, and every parameter.
    """

    def __init__(self, case: Case, lengths: Any = None) -> None:
        self.case = case
        net, seq = case.network, case.sequence
        self.batch = seq.inputs.shape[1]
        every = np.full(self.batch, seq.steps)
        self.live = np.arange(1, seq.steps + 1)[:, np.newaxis] <= (
            every if lengths is None else np.asarray(lengths)
        )
        self.x = dict(zip(case.reads, seq.inputs, strict=True))
        emits = case.emits if seq.emits is None else (np.flatnonzero(seq.emits) + 1).tolist()
        self.y = dict(zip(emits, seq.targets, strict=True))
        self.ends = [
            (f"_{n}" if n else "") + way for n in range(net.num_layers) for way in ("", "_reverse")
        ]
        self.widths = {"h": shown(net.cell, net.hidden_size), "c": net.hidden_size}
        shapes = [(len(self.ends), 1, self.batch, self.widths[letter]) for letter in "hc"]
        self.h_0, self.c_0 = (
            np.zeros(shape) if given is None else given.reshape(shape)
            for given, shape in zip((seq.h_0, seq.c_0), shapes, strict=True)
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        net, batch = self.case.network, self.batch
        points: dict[str, tuple[int, ...]] = {
            name: np.shape(value) for name, value in self.case.parameters.items()
        }
        for end in self.ends:
            for letter in "hc" if net.cell in WITH_C else "h":
                points[letter + end] = (batch, self.widths[letter])
        return points | {"o_loss": (batch, net.output_size)}

    def losses(self, nudged: Nudged) -> Any:
        """Every L_i under a nudge, shape (P, T); zero where none is emitted."""
        net, steps = self.case.network, self.case.sequence.steps
        nothing = np.zeros((self.batch, net.input_size))
        below = [self.x.get(t, nothing) for t in range(1, steps + 1)]
        for n in range(net.num_layers):
            states = [self.direction(nudged, place, below) for place in (2 * n, 2 * n + 1)]
            below = [
                np.concatenate(np.broadcast_arrays(*pair), axis=-1)
                for pair in zip(*states, strict=True)
            ]
        rows = np.zeros((1, steps)) if nudged.rows is None else nudged.rows
        found = np.zeros((len(rows), steps), dtype=rows.dtype)
        for t, y in self.y.items():
            o = nudged.times(below[t - 1], "W_hy", t) + nudged.bias("b_y", t)
            o = o + nudged.add("o_loss", t)
            if self.live.all():
                found[:, t - 1] = measure(self.case.loss, o, y)
            else:
                assert self.case.loss == "squared-error"
                each = (0.5 * (o - y) ** 2).sum(axis=-1)
                found[:, t - 1] = (each * self.live[t - 1]).mean(axis=-1)
        return found

    def direction(self, nudged: Nudged, place: int, below: list[Any]) -> list[Any]:
        """One direction's states at step 1 … T, zero behind a sample's end."""
        end, steps = self.ends[place], len(below)
        h, c, found = self.h_0[place], self.c_0[place], {}
        order = range(steps, 0, -1) if end.endswith("_reverse") else range(1, steps + 1)
        for t in order:
            there = self.live[t - 1][:, np.newaxis]
            new_h, new_c = self.step(nudged, t, end, below[t - 1], h, c)
            new_h = new_h + nudged.add(f"h{end}", t)
            h, c = np.where(there, new_h, h), np.where(there, new_c, c)
            found[t] = np.where(there, new_h, 0.0)
        return [found[t] for t in range(1, steps + 1)]
