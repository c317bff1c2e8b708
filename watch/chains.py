"""Calls that carry one state on, put together: a cell in a loop is one sequence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unrolled.watch.layout import Array, Batch
from unrolled.watch.recompute import Recomputed
from unrolled.watch.snapshot import Module

NOISE = {"float64": 1e-12, "float32": 3e-6, "float16": 1e-2, "bfloat16": 5e-2}
"""Of a difference of two gradients of that size nothing is left but rounding."""


def chains(module: Module) -> list[list[int]]:
    """Indices of calls, each the next one's past, the longest chain first."""
    after = {call.follows: n for n, call in enumerate(module.calls) if call.follows is not None}
    found = []
    for n, call in enumerate(module.calls):
        if call.follows is not None and after[call.follows] == n:
            continue
        chain = [n]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        found.append(chain)
    return sorted(found, key=len, reverse=True)


def joined(module: Module, batches: list[Batch], recomputed: list[Recomputed]) -> Batch:
    """One sequence of a chain's calls.

    What autograd hands to the state between two calls includes what comes back from the second one.
    What enters there is the rest:   ∂L/∂h_n − ∂L/∂h_0 of the call that follows.
    """
    if len(batches) == 1 and not batches[0].c_whole:
        return batches[0]
    if len(batches) > 1 and not all(one.whole for one in batches):
        raise NotJoined
    last = batches[-1]
    h_n, c_n = last.h_gradient, last.c_gradient
    if last.c_whole:
        c_n = _rest(c_n, np.zeros_like(c_n) + recomputed[-1].through_h, module.dtype)
    outputs = [one.output_gradient for one in batches]
    for n, one in enumerate(batches[:-1]):
        after, top = recomputed[n + 1], outputs[n].copy()
        enters = _rest(one.h_gradient, after.h_0_gradient, module.dtype)
        past = after.c_0_gradient
        if one.c_whole:
            past = past + recomputed[n].through_h
        through_c = _rest(one.c_gradient, past, module.dtype)
        if enters[:-1].any() or through_c.any():
            raise NotJoined
        top[-1] += enters[-1]
        outputs[n] = top
    return replace(
        batches[0],
        x=np.concatenate([one.x for one in batches]),
        lengths=np.sum([one.lengths for one in batches], axis=0),
        output_gradient=np.concatenate(outputs),
        h_gradient=h_n,
        c_gradient=c_n,
        c_whole=False,
    )


class NotJoined(Exception):
    """Between two calls a gradient enters where a sequence has no place for one."""


def _rest(total: Array, past: Array, dtype: str) -> Array:
    """total − past, zero where only rounding is left of it, sample by sample."""
    rest = total - past
    size = np.linalg.norm(rest, axis=-1)
    scale = np.maximum(np.linalg.norm(total, axis=-1), np.linalg.norm(past, axis=-1))
    return np.where((size > NOISE.get(dtype, 0.0) * scale)[..., np.newaxis], rest, 0.0)
