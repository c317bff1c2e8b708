"""What a bidirectional module shows: each direction of each layer, and each one's followed loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from unrolled.engine import BidirectionalFlow, Network, bidirectional_flow
from unrolled.watch.convert import parameters_of, sequence_of
from unrolled.watch.layout import Array, Batch, IntArray
from unrolled.watch.recompute import Recomputed
from unrolled.watch.snapshot import Module
from unrolled.watch.written import both_ways_report, plain


def flow_both_ways(
    module: Module, network: Network, batch: Batch, samples: IntArray
) -> dict[str, Any]:
    """The flow of some samples, with what the loss that each direction carries furthest sends.

    A direction's ``followed_gradient`` is of ``carries.loss_step`` of the last layer's direction
    that reads the same way: forward in time the last that enters, backward in time the first.
    """
    parameters = parameters_of(module)

    def flow(only: int | None = None) -> BidirectionalFlow:
        return bidirectional_flow(
            network,
            parameters,
            sequence_of(module, network, batch, samples, only=only),
            loss="given",
            itemized=only is None,
            spectral=only is None,
            lyapunov=False,
        )

    whole = flow()
    written = both_ways_report(whole)
    carried = {one.reverse: one.carries.loss_step for one in whole.directions if one.carries}
    alone = {step: flow(step) for step in {*carried.values()}}
    for said, one in zip(written["directions"], whole.directions, strict=True):
        step = carried.get(one.reverse)
        own = None if step is None else alone[step].directions[one.place]
        said["followed_gradient"] = None if own is None else plain(own.hidden_gradient)
        said["followed_cell_gradient"] = None if own is None else plain(own.cell_gradient)
    return written


def first_not_finite_both_ways(
    module: Module, batch: Batch, found: Recomputed, largest: float
) -> dict[str, Any] | None:
    """Where a number first left the range: in the input, else in the lowest layer.

    A direction's first is on its own clock: backward in time the last step of the sequence. Of the
    gradients that enter forward in time the last, backward in time the first.
    """
    bad = _bad(batch.x, largest)
    if bad.any():
        return {"layer": 0, "step": int(np.argmax(bad.any(axis=1))) + 1, "quantity": "x"}
    live = np.arange(batch.steps)[:, np.newaxis] < batch.lengths
    for layer in range(module.layers):
        for reverse in (False, True):
            met = [
                (*_first(_bad(_half(states[layer], reverse), largest) & live, batch, reverse), name)
                for name, states in (("h", found.h), ("c", found.c))
                if states
            ]
            met = [one for one in met if one[1]]
            if met:
                _, step, name = min(met, key=lambda one: one[0])
                return {"layer": layer, "step": step, "quantity": name, "reverse": reverse}
    for reverse in (False, True):
        entering = ~np.isfinite(_half(batch.output_gradient, reverse)).all(axis=2) & live
        steps = np.flatnonzero(entering.any(axis=1)) + 1
        own = (batch.h_gradient[reverse::2], batch.c_gradient[reverse::2])
        if not all(np.isfinite(one).all() for one in own):
            steps = np.append(steps, 1 if reverse else batch.steps)
        if len(steps):
            step = int(steps.min() if reverse else steps.max())
            found_there = {"layer": module.layers - 1, "step": step, "quantity": "gradient"}
            return found_there | {"reverse": reverse}
    return None


def _half(values: Array, reverse: bool) -> Array:
    """One direction's part of what stands side by side."""
    return np.split(values, 2, axis=2)[reverse]


def _bad(values: Array, largest: float) -> Any:
    """Where a number is not finite or too large, (T, B)."""
    return ~(np.abs(values) <= largest).all(axis=2)


def _first(bad: Any, batch: Batch, reverse: bool) -> tuple[int, int]:
    """(steps since its beginning, step from 1) of the first bad one of any sample; step 0: none."""
    steps, samples = np.nonzero(bad)
    if not len(steps):
        return 0, 0
    since = batch.lengths[samples] - 1 - steps if reverse else steps
    first = int(np.argmin(since))
    return int(since[first]), int(steps[first]) + 1
