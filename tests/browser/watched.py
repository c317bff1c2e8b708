"""Runs to look at: reports of small modules, made as a watched training makes them."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np

from unrolled.watch.analyse import analyse
from unrolled.watch.layout import batch_of
from unrolled.watch.recompute import parameter_names, recompute
from unrolled.watch.snapshot import Call, Module, Snapshot

Json = dict[str, Any]
T, B, D, H = 40, 2, 3, 4
ROWS = {"RNN": 1, "LSTM": 4}


def module(
    name: str, kind: str, *, layers: int = 1, scale: float, bad: int = 0, both: bool = False
) -> Module:
    """A module at which a gradient enters at every step; `bad`: the step whose input is NaN."""
    random = np.random.default_rng(7)
    found = Module(name, kind, layers, both, D, H, 0, "tanh", "float64")
    ways = (False, True) if both else (False,)
    for layer, reverse in product(range(layers), ways):
        names, rows = parameter_names(found, layer, reverse), ROWS[kind] * H
        shapes = {
            "ih": (rows, H * len(ways) if layer else D),
            "hh": (rows, H),
            "b_ih": (rows,),
            "b_hh": (rows,),
        }
        for short, own in names.items():
            size = scale if short == "hh" else 0.3
            if short in shapes:
                found.weights[own] = random.normal(scale=size, size=shapes[short])
    x = random.normal(size=(T, B, D))
    if bad:
        x[bad - 1] = np.nan
    found.calls = [Call(x=x, output_gradient=random.normal(size=(T, B, H * len(ways))))]
    found.gradients = dict(recompute(found, batch_of(found, found.calls[0])).gradients)
    return found


def report(update: int, *, scale: float = 0.5, bad: int = 0) -> Json:
    """Of an RNN, in which less comes back the smaller `scale` is, an LSTM, and one both ways."""
    modules = [
        module("encoder", "RNN", scale=scale, bad=bad),
        module("decoder", "LSTM", layers=2, scale=0.5),
        module("tagger", "LSTM", layers=2, scale=0.1, both=True),
    ]
    names = [one.full(name) for one in modules for name in one.weights]
    taken: dict[str, list[float] | None] = {name: [1.0, 1e-3] for name in names}
    clipping = {
        "rule": "norm",
        "threshold": 1.0,
        "log10_before": 0.5,
        "log10_after": 0.0,
        "engaged": True,
    }
    time = f"2026-11-28T03:{update // 60 % 60:02}:{update % 60:02}.000Z"
    snapshot = Snapshot(update, time, modules, 2.5 - update / 1e3, clipping, 1e-3, "Adam", taken)
    with np.errstate(all="ignore"):
        return analyse(snapshot)


def file(reports: list[Json], name: str = "char-lstm") -> bytes:
    """As `watch` writes them, without an end."""
    run = {"kind": "watched", "name": name, "note": "", "created": "2026-11-28T03:00:00Z"}
    run["about"] = {"framework": "torch 2.13", "model": "CharLSTM", "every": 100}  # type: ignore[assignment]
    head = {"format": "unrolled-run", "version": 1, "run": run}
    return b"".join(json.dumps(one).encode() + b"\n" for one in [head, *reports])
